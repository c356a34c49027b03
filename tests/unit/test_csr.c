/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/csr.h"
#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

static const struct csr_case {
    const char *file;
    enum ca_rc rc;
    const char *says;
} csr_cases[] = {
    {"p256.der",              CA_OK,        ""               },
    {"rsa2048.der",           CA_OK,        ""               },
    {"ed25519.der",           CA_OK,        ""               },
    {"empty.der",             CA_MALFORMED, "ends where"     },
    {"truncated.der",         CA_MALFORMED, "cut short"      },
    {"long-form-length.der",  CA_MALFORMED, "not DER"        },
    {"trailing-byte.der",     CA_MALFORMED, "left over: 1"   },
    {"wrong-key.der",         CA_DENIED,    "does not verify"},
    {"unknown-algorithm.der", CA_DENIED,    "not taken"      },
    {"explicit-curve.der",    CA_DENIED,    "not taken"      },
    {"65537-octets.der",      CA_LIMIT,     "at most 65536"  },
};

static void csr_parse_answers_each_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(csr_cases); i++) {
        const struct csr_case *c = &csr_cases[i];
        CA_AUTO(sample) struct sample s = sample_load("csr", c->file);
        CA_AUTO(csr) struct csr *csr = NULL;
        struct ca_err err = {0};

        test_note(c->file);
        assert_int_equal(csr_parse(s.bytes, &csr, &err), c->rc);
        assert_true((csr != NULL) == (c->rc == CA_OK)); /* untouched on failure */
        assert_non_null(strstr(err.text, c->says));
    }
}

static enum ca_rc parse_once(const void *der, struct ca_err *err)
{
    CA_AUTO(csr) struct csr *csr = NULL;
    enum ca_rc rc = csr_parse(*(const struct ca_bytes *)der, &csr, err);

    assert_true((csr != NULL) == (rc == CA_OK));
    return rc;
}

static void csr_parse_survives_each_failing_allocation(void **state)
{
    CA_AUTO(sample) struct sample s = sample_load("csr", "p256.der");

    (void)state;
    fault_each_allocation(parse_once, &s.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csr_parse_answers_each_sample),
        cmocka_unit_test(csr_parse_survives_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
