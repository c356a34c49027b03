/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pem.h"
#include "cactl/inspect.h"
#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

static const struct {
    const char *dir;
    const char *file;
    const char *type; /* NULL: refused */
    const char *key;
} samples[] = {
    {"csr",  "p256.der",          "csr",         "ec:P-256"          },
    {"csr",  "ed25519.der",       "csr",         "ed25519"           },
    {"csr",  "rsa2048.der",       "csr",         "rsa:2048"          },
    {"csr",  "brainpool256.der",  "csr",         "ec:brainpoolP256r1"},
    {"cert", "leaf-rsa.der",      "certificate", NULL                },
    {"csr",  "trailing-byte.der", NULL,          NULL                },
};

static void inspect_bytes_names_what_it_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(samples); i++) {
        CA_AUTO(sample) struct sample s = sample_load(samples[i].dir, samples[i].file);
        CA_AUTO(json) json_t *list = json_array();
        const json_t *first;
        struct ca_err err = {0};
        enum ca_rc rc = inspect_bytes(s.bytes, list, &err);

        test_note(samples[i].file);
        assert_int_equal(rc, samples[i].type != NULL ? CA_OK : CA_MALFORMED);
        assert_int_equal(json_array_size(list), rc == CA_OK ? 1 : 0);
        first = json_array_get(list, 0);
        assert_string_equal(json_text(first, "type"),
                            samples[i].type != NULL ? samples[i].type : "");
        if (samples[i].key != NULL)
            assert_string_equal(json_text(first, "key"), samples[i].key);
    }
}

static void nonsense_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "hello",
        "0\x80",
        "0\x03\x02\x01\x01",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAA=\n"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(wrong); i++) {
        CA_AUTO(json) json_t *list = json_array();
        struct ca_err err = {0};

        test_note(wrong[i]);
        assert_int_equal(inspect_bytes(ca_bytes_str(wrong[i]), list, &err), CA_MALFORMED);
        assert_true(err.text[0] != '\0');
    }
}

static void a_key_is_named_and_not_shown(void **state)
{
    static const char text[] = "-----BEGIN PRIVATE KEY-----\nMAMCAQA=\n-----END PRIVATE KEY-----\n";
    CA_AUTO(json) json_t *list = json_array();
    CA_AUTO(buf) struct ca_buf shown = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(inspect_bytes(ca_bytes_str(text), list, &err), CA_OK);
    assert_int_equal(json_write(list, false, &shown, &err), CA_OK);
    assert_string_equal(ca_buf_cstr(&shown), "[{\"type\":\"other\",\"size\":5}]");
}

static enum ca_rc inspect_pem(const void *arg, struct ca_err *err)
{
    CA_AUTO(json) json_t *list = json_array();

    return inspect_bytes(*(const struct ca_bytes *)arg, list, err);
}

static void inspect_bytes_survives_each_allocation_that_fails(void **state)
{
    CA_AUTO(sample) struct sample s = sample_load("cert", "leaf-rsa.der");
    CA_AUTO(buf) struct ca_buf pem = {0};
    struct ca_bytes bytes;

    (void)state;
    pem_put(&pem, "CERTIFICATE", s.bytes);
    bytes = ca_buf_view(&pem);
    fault_each_own_allocation(inspect_pem, &bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inspect_bytes_names_what_it_reads),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(a_key_is_named_and_not_shown),
        cmocka_unit_test(inspect_bytes_survives_each_allocation_that_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
