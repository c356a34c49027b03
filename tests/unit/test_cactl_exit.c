/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/error.h"

#include "base/text.h"
#include "tests/unit/support.h"

/* Scripts depend on these: they never change. */
static const struct {
    const char *problem;
    long status; /* 0: the server did not say no */
    bool of_body;
    enum ca_rc rc;
    int exit;
} cases[] = {
    {"malformed",              400, false, CA_MALFORMED,   2},
    {"unknown-parameter",      400, false, CA_MALFORMED,   2},
    {"malformed",              400, true,  CA_MALFORMED,   5},
    {"malformed-csr",          400, true,  CA_MALFORMED,   5},
    {"unknown-field",          400, true,  CA_MALFORMED,   1},
    {"unauthenticated",        401, false, CA_DENIED,      4},
    {"client-certificate",     401, false, CA_DENIED,      4},
    {"forbidden",              403, true,  CA_DENIED,      4},
    {"not-found",              404, false, CA_NOT_FOUND,   3},
    {"unknown-profile",        404, true,  CA_NOT_FOUND,   3},
    {"method-not-allowed",     405, false, CA_MALFORMED,   1},
    {"already-revoked",        409, true,  CA_CONFLICT,    6},
    {"stale",                  412, true,  CA_CONFLICT,    6},
    {"too-large",              413, true,  CA_LIMIT,       5},
    {"policy",                 422, true,  CA_DENIED,      5},
    {"weak-key",               422, true,  CA_DENIED,      5},
    {"idempotency-key-reused", 422, true,  CA_DENIED,      6},
    {"rate-limited",           429, false, CA_LIMIT,       8},
    {"fault",                  500, false, CA_FAULT,       1},
    {"token-offline",          503, true,  CA_UNAVAILABLE, 8},
    {"",                       502, false, CA_FAULT,       8},
    {"usage",                  0,   false, CA_MALFORMED,   2},
    {"",                       0,   false, CA_MALFORMED,   5},
    {"",                       0,   false, CA_UNAVAILABLE, 8},
    {"",                       0,   false, CA_NOT_FOUND,   3},
    {"",                       0,   false, CA_CONFLICT,    6},
    {"server-certificate",     0,   false, CA_DENIED,      4},
    {"",                       0,   false, CA_FAULT,       1},
    {"not-confirmed",          0,   false, CA_DENIED,      1},
};

static void each_refusal_has_its_exit_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct app app = {.status = cases[i].status, .of_body = cases[i].of_body};
        struct ca_err err = {.text = ""};

        (void)ca_text_copy(err.problem, sizeof(err.problem), ca_bytes_str(cases[i].problem));
        test_note(cases[i].problem);
        assert_int_equal(exit_of(&app, cases[i].rc, &err), cases[i].exit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_refusal_has_its_exit_status)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
