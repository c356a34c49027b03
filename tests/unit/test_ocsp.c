/* SPDX-License-Identifier: Apache-2.0 */
/* What the signer says of certificates, read by OpenSSL. */
#include <openssl/ocsp.h>
#include <stdio.h>

#include "base/der.h"
#include "base/der_write.h"
#include "base/ossl.h"
#include "base/time.h"
#include "ca/ocsp_internal.h"
#include "tests/unit/ocsp_support.h"

static void each_status_is_read_by_openssl(void **state)
{
    /* clang-format off */
    static const struct {
        int sub;
        int status, reason;
        uint8_t told;
    } cases[] = {
        {0, V_OCSP_CERTSTATUS_GOOD,    -1,                                OCSP_GOOD   },
        {1, V_OCSP_CERTSTATUS_REVOKED, OCSP_REVOKED_STATUS_KEYCOMPROMISE, OCSP_REVOKED},
        {2, V_OCSP_CERTSTATUS_REVOKED, OCSP_REVOKED_STATUS_CERTIFICATEHOLD, OCSP_REVOKED},
        {3, V_OCSP_CERTSTATUS_REVOKED, -1,                                OCSP_REVOKED},
    };
    /* clang-format on */
    static const char *const digests[] = {"sha1", "sha256"};
    struct wire_ocsp_id ids[SHOP_SUBS] = {0};
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256", SHOP_SUBS);
    for (int i = 0; i < SHOP_SUBS; i++)
        ids[i].serial = serial_of(X509_get0_serialNumber(s.subs[i]));
    shop_revoke(&s, 1, 1);
    shop_revoke(&s, 2, 6);
    shop_revoke(&s, 3, 0);
    for (size_t d = 0; d < CA_COUNT(digests); d++) {
        struct wire_ocsp_sign ask = shop_ask("root", ids, SHOP_SUBS);
        const EVP_MD *md = d == 0 ? EVP_sha1() : EVP_sha256();

        ask.digest = digests[d];
        test_ok(shop_sign(&s, &ask, &err), &err);
        assert_int_equal(s.got.answers_n, SHOP_SUBS);
        for (uint32_t i = 0; i < SHOP_SUBS; i++) {
            OCSP_BASICRESP *basic = shop_basic(&s, i);
            struct found found = shop_find(basic, md, s.root, X509_get0_serialNumber(s.subs[i]));

            assert_int_equal(found.status, cases[i].status);
            assert_int_equal(found.reason, cases[i].reason);
            assert_int_equal(s.got.answers[i].status, cases[i].told);
            assert_true(ca_bytes_equal(s.got.answers[i].serial, ids[i].serial));
            assert_true((found.revoked_at != 0) == (i != 0));
            assert_true(found.revoked_at <= ca_time_now());
            assert_int_equal(found.next_update - found.this_update, 8 * 3600);
            assert_int_equal(OCSP_resp_count(basic), 1);
            OCSP_BASICRESP_free(basic);
        }
    }
    for (int i = 0; i < SHOP_SUBS; i++)
        free((void *)(uintptr_t)ids[i].serial.ptr);
    shop_close(&s);
}

static void one_answer_to_all_has_the_nonce(void **state)
{
    uint8_t nonce[128];
    const uint8_t unissued[] = {0x40, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    struct wire_ocsp_id ids[3] = {0};
    struct wire_ocsp_sign ask = shop_ask("rsa-root", ids, 3);
    ASN1_INTEGER *none = ASN1_INTEGER_new();
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "rsa-root", "rsa:2048", 2);
    ids[0].serial = serial_of(X509_get0_serialNumber(s.subs[0]));
    ids[1].serial = (struct ca_bytes){unissued, sizeof(unissued)};
    ids[2].serial = serial_of(X509_get0_serialNumber(s.subs[1]));
    (void)ASN1_STRING_set(none, unissued, sizeof(unissued));
    shop_revoke(&s, 1, 4);
    memset(nonce, 0xa5, sizeof(nonce));
    ask.together = true;
    for (size_t len = 0; len <= sizeof(nonce); len += 32) {
        ask.nonce = (struct ca_bytes){nonce, len};
        test_ok(shop_sign(&s, &ask, &err), &err);
        assert_int_equal(s.got.answers_n, 1);
        assert_int_equal(s.got.answers[0].serial.len, 0);
        {
            OCSP_BASICRESP *basic = shop_basic(&s, 0);
            int at = OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, -1);

            assert_int_equal(OCSP_resp_count(basic), 3);
            assert_int_equal(
                shop_find(basic, EVP_sha1(), s.root, X509_get0_serialNumber(s.subs[0])).status,
                V_OCSP_CERTSTATUS_GOOD);
            assert_int_equal(
                shop_find(basic, EVP_sha1(), s.root, X509_get0_serialNumber(s.subs[1])).status,
                V_OCSP_CERTSTATUS_REVOKED);
            assert_int_equal(shop_find(basic, EVP_sha1(), s.root, none).status,
                             V_OCSP_CERTSTATUS_UNKNOWN);
            assert_true((at >= 0) == (len > 0));
            if (len > 0) {
                CA_AUTO(der_writer) struct der_writer want = {0};
                ASN1_OCTET_STRING *value =
                    X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(basic, at));

                der_put(&want, DER_OCTET_STRING, ask.nonce);
                assert_true(ca_bytes_equal(der_writer_view(&want),
                                           (struct ca_bytes){ASN1_STRING_get0_data(value),
                                                             (size_t)ASN1_STRING_length(value)}));
            }
            OCSP_BASICRESP_free(basic);
        }
    }
    free((void *)(uintptr_t)ids[0].serial.ptr);
    free((void *)(uintptr_t)ids[2].serial.ptr);
    ASN1_INTEGER_free(none);
    shop_close(&s);
}

/* clang-format off */
static const struct never_good {
    const char *what;
    struct ca_bytes serial;
    uint8_t told;
} never_good[] = {
    {"never issued",          CA_BYTES(0x40, 0x11, 0x01),                   OCSP_UNKNOWN},
    {"an open intent",        CA_BYTES(0x55),                               OCSP_UNKNOWN},
    {"burned",                CA_BYTES(0x56),                               OCSP_REVOKED},
    {"of another authority",  CA_BYTES(0x57),                               OCSP_UNKNOWN},
    {"negative, of the same octets as one that is good", CA_BYTES(0xd8),    OCSP_UNKNOWN},
    {"that one",              CA_BYTES(0x00, 0xd8),                         OCSP_GOOD   },
    {"zero",                  CA_BYTES(0x00),                               OCSP_UNKNOWN},
    {"longer than any", CA_BYTES(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22),
     OCSP_UNKNOWN                                                                       },
};
/* clang-format on */

static void i03_what_has_no_certificate_is_never_good(void **state)
{
    struct wire_ocsp_id ids[CA_COUNT(never_good)] = {0};
    const struct wire_ocsp_sign ask = shop_ask("root", ids, CA_COUNT(never_good));
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256", 1);
    free(postgres_sql(
        s.t.pg, "INSERT INTO ca.intent SELECT id, '\\x55', NULL, gen_random_uuid(), '\\x00', "
                "sha256('5'), 'node-2', 1, 9999999999 FROM ca.authority WHERE name = 'root'"));
    free(postgres_sql(s.t.pg,
                      "INSERT INTO ca.certificate (period, id, authority_id, serial, state, der, "
                      "fingerprint, spki_hash, subject, common_name, names, search, not_before, "
                      "not_after, profile, issued_at, revoked_at) "
                      "SELECT 0, gen_random_uuid(), a.id, n.serial::bytea, "
                      "n.state::ca.certificate_state, '\\x00', sha256(n.serial::bytea), "
                      "sha256(''), '', '', '', '{}', 0, 9999999999, '', 0, n.at "
                      "FROM ca.authority AS a JOIN (VALUES ('root', '\\x56', 'burned', 1000), "
                      "('sub-0', '\\x57', 'valid', NULL), ('root', '\\xd8', 'valid', NULL)) "
                      "AS n (name, serial, state, at) ON n.name = a.name"));
    for (size_t i = 0; i < CA_COUNT(never_good); i++)
        ids[i].serial = never_good[i].serial;
    test_ok(shop_sign(&s, &ask, &err), &err);
    assert_int_equal(s.got.answers_n, CA_COUNT(never_good));
    for (uint32_t i = 0; i < CA_COUNT(never_good); i++) {
        OCSP_BASICRESP *basic = shop_basic(&s, i);

        test_note(never_good[i].what);
        assert_int_equal(s.got.answers[i].status, never_good[i].told);
        assert_int_equal(OCSP_single_get0_status(OCSP_resp_get0(basic, 0), NULL, NULL, NULL, NULL),
                         never_good[i].told);
        OCSP_BASICRESP_free(basic);
    }
    shop_close(&s);
}

/* clang-format off */
static const struct refused {
    const char *authority, *digest, *channel;
    struct ca_bytes serial;
    size_t nonce;
    bool apart;
    uint8_t operator;
    enum ca_rc rc;
    const char *problem, *says;
} refused[] = {
    {"none", "sha1", "ocsp", CA_BYTES(1), 0, false, 0, CA_NOT_FOUND, "unknown-authority", "no authority 'none'"},
    {"", "sha1", "ocsp", CA_BYTES(1), 0, false, 0, CA_NOT_FOUND, "unknown-authority", "no authority ''"},
    {"root", "md5", "ocsp", CA_BYTES(1), 0, false, 0, CA_MALFORMED, "", "the digest 'md5'"},
    {"root", "", "ocsp", CA_BYTES(1), 0, false, 0, CA_MALFORMED, "", "the digest ''"},
    {"root", "SHA1", "ocsp", CA_BYTES(1), 0, false, 0, CA_MALFORMED, "", "the digest 'SHA1'"},
    {"root", "sha1", "ocsp", CA_BYTES(1), 129, false, 0, CA_MALFORMED, "", "longer than 128"},
    {"root", "sha1", "ocsp", CA_BYTES(1), 16, true, 0, CA_MALFORMED, "", "only of the answer to all"},
    {"root", "sha1", "ocsp", {NULL, 0}, 0, false, 0, CA_MALFORMED, "", "an empty serial"},
    {"root", "sha1", "ocsp", CA_BYTES(0x00, 0x01), 0, false, 0, CA_MALFORMED, "", "not DER"},
    {"root", "sha1", "ocsp", CA_BYTES(0xff, 0x80), 0, false, 0, CA_MALFORMED, "", "not DER"},
    {"root", "sha1", "rest", CA_BYTES(1), 0, false, 0, CA_DENIED, "forbidden", "nobody asks"},
    {"root", "sha1", "ocsp", CA_BYTES(1), 0, false, 7, CA_DENIED, "forbidden", "nobody asks"},
};
/* clang-format on */

static void questions_that_make_no_sense_are_refused(void **state)
{
    static const uint8_t octets[129] = {1};
    struct wire_ocsp_sign none = shop_ask("root", NULL, 0);
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256", 1);
    for (size_t i = 0; i < CA_COUNT(refused); i++) {
        const struct wire_ocsp_id id = {refused[i].serial};
        struct wire_ocsp_sign ask = shop_ask("root", &id, 1);

        test_note(refused[i].says);
        ask.authority = refused[i].authority;
        ask.digest = refused[i].digest;
        ask.together = !refused[i].apart;
        ask.nonce = (struct ca_bytes){octets, refused[i].nonce};
        ask.caller.channel = refused[i].channel;
        ask.caller.operator_id.octets[0] = refused[i].operator;
        test_refused(shop_sign(&s, &ask, &err), &err, refused[i].rc, refused[i].problem,
                     refused[i].says);
        assert_int_equal(s.got.answers_n, 0);
    }
    test_refused(shop_sign(&s, &none, &err), &err, CA_MALFORMED, "", "/ids: none");
    shop_close(&s);
}

static void as_many_as_fit_are_answered(void **state)
{
    enum { N = WIRE_OCSP_IDS_MAX };
    static const uint8_t long_one[64] = {1};
    struct wire_ocsp_id ids[N + 1] = {0};
    struct wire_ocsp_sign ask = shop_ask("root", ids, N);
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256", 0);
    for (int i = 0; i <= N; i++)
        ids[i].serial = (struct ca_bytes){long_one, sizeof(long_one)};
    test_ok(shop_sign(&s, &ask, &err), &err);
    assert_int_equal(s.got.answers_n, N);
    for (uint32_t i = 0; i < N; i++)
        OCSP_BASICRESP_free(shop_basic(&s, i));
    ask.digest = "sha256";
    ask.together = true; /* what a message has no room for is refused, not cut */
    test_refused(shop_sign(&s, &ask, &err), &err, CA_LIMIT, "", "at once is too long");
    ask.ids_n = N / 2;
    test_ok(shop_sign(&s, &ask, &err), &err);
    ask.ids_n = N + 1;
    test_refused(shop_sign(&s, &ask, &err), &err, CA_LIMIT, "", "/ids: more than 50");
    shop_close(&s);
}

static void the_archive_cutoff_is_said_where_it_is_configured(void **state)
{
    enum { DAY = 86400, YEAR = 365 * DAY };
    static const uint8_t one[] = {1};
    const struct wire_ocsp_id id = {
        {one, sizeof(one)}
    };
    const struct wire_ocsp_sign ask = shop_ask("root", &id, 1);
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256", 0);
    for (int said = 0; said <= 1; said++) {
        ASN1_GENERALIZEDTIME *at;
        OCSP_BASICRESP *basic;

        test_signer_stop(&s.t);
        s.t.config.ocsp_archive_cutoff_s = said ? YEAR : 0;
        test_signer_again(&s.t);
        test_ok(shop_sign(&s, &ask, &err), &err);
        basic = shop_basic(&s, 0);
        at = OCSP_SINGLERESP_get1_ext_d2i(OCSP_resp_get0(basic, 0), NID_id_pkix_OCSP_archiveCutoff,
                                          NULL, NULL);
        assert_true((at != NULL) == said);
        if (said) {
            int days = 0;
            int seconds = 0;

            assert_int_equal(ASN1_TIME_diff(&days, &seconds, at, OCSP_resp_get0_produced_at(basic)),
                             1);
            assert_int_equal(days, 365);
            assert_int_equal(seconds, 0);
        }
        ASN1_GENERALIZEDTIME_free(at);
        OCSP_BASICRESP_free(basic);
    }
    shop_close(&s);
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {
        TOKEN_TEST(each_status_is_read_by_openssl),
        TOKEN_TEST(one_answer_to_all_has_the_nonce),
        TOKEN_TEST(i03_what_has_no_certificate_is_never_good),
        TOKEN_TEST(questions_that_make_no_sense_are_refused),
        TOKEN_TEST(as_many_as_fit_are_answered),
        TOKEN_TEST(the_archive_cutoff_is_said_where_it_is_configured),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
