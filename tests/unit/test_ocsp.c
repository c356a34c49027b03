/* SPDX-License-Identifier: Apache-2.0 */
/* What the signer says of certificates, read by OpenSSL. */
#include <openssl/ocsp.h>
#include <stdio.h>

#include "base/der.h"
#include "base/der_write.h"
#include "base/ossl.h"
#include "base/time.h"
#include "ca/ocsp_internal.h"
#include "tests/unit/signer_support.h"

static X509 *x509_of(struct ca_bytes der)
{
    const uint8_t *at = der.ptr;
    X509 *x = d2i_X509(NULL, &at, (long)der.len);

    assert_non_null(x);
    return x;
}

/* Root, and authorities whose certificates it issued. */
enum { SUBS = 4 };
struct shop {
    struct test_signer t;
    X509 *root;
    X509 *subs[SUBS];
    struct ca_buf own; /* of the newest answer */
    struct wire_ocsp_signed got;
};

static X509 *made(struct test_signer *t, const char *name, const char *parent, const char *key)
{
    const struct wire_pair cn = {"common_name", name};
    struct wire_authority_create ask = test_create_ask(t, name, parent, &cn);
    CA_AUTO(buf) struct ca_buf own = {0};
    struct wire_authority ret;
    struct ca_err err = {0};

    ask.key = key;
    test_ok(test_create(t, &ask, &ret, &own, &err), &err);
    return x509_of(ret.certificate);
}

static void shop_open(struct shop *s, const char *root, const char *key)
{
    char name[32];

    *s = (struct shop){.root = NULL};
    test_signer_start(&s->t);
    s->root = made(&s->t, root, "", key);
    for (int i = 0; i < SUBS; i++) {
        (void)snprintf(name, sizeof(name), "sub-%d", i);
        s->subs[i] = made(&s->t, name, root, "ec:P-256");
    }
}

static void shop_close(struct shop *s)
{
    X509_free(s->root);
    for (int i = 0; i < SUBS; i++)
        X509_free(s->subs[i]);
    ca_buf_done(&s->own);
    test_signer_done(&s->t);
}

static void revoke(struct shop *s, int sub, uint8_t reason)
{
    CA_AUTO(buf) struct ca_buf own = {0};
    struct wire_revoke ask = {.caller = s->t.caller, .reason = reason, .comment = ""};
    struct wire_revoked done;
    struct ca_err err = {0};
    char sql[128];
    char *id;

    (void)snprintf(sql, sizeof(sql), "SELECT id FROM ca.certificate WHERE common_name = 'sub-%d'",
                   sub);
    id = postgres_sql(s->t.pg, sql);
    test_ok(ca_uuid_parse(ca_bytes_str(id), &ask.certificate_id, &err), &err);
    free(id);
    test_ok(handle_revoke(s->t.s, &s->t.actor, &ask, &done, &own, &err), &err);
}

/* Content octets of the INTEGER; for free(). */
static struct ca_bytes serial_of(const ASN1_INTEGER *from)
{
    uint8_t *der = NULL;
    int len = i2d_ASN1_INTEGER(from, &der);
    uint8_t *own;

    assert_in_range(len, 3, 64);
    own = ca_bytes_dup((struct ca_bytes){der + 2, (size_t)len - 2});
    OPENSSL_free(der);
    return (struct ca_bytes){own, (size_t)len - 2};
}

static struct wire_ocsp_sign ask_of(const struct wire_ocsp_id *ids, uint32_t n)
{
    return (struct wire_ocsp_sign){
        .caller = {.channel = "ocsp", .request_id = ""},
        .authority = "root",
        .digest = "sha1",
        .ids = ids,
        .ids_n = n
    };
}

static CA_RC sign(struct shop *s, const struct wire_ocsp_sign *ask, struct ca_err *err)
{
    ca_buf_reset(&s->own);
    s->got = (struct wire_ocsp_signed){.answers = NULL};
    return handle_ocsp_sign(s->t.s, &s->t.actor, ask, &s->got, &s->own, err);
}

/* The answer, whose signature OpenSSL has verified up to the root. */
static OCSP_BASICRESP *basic_of(const struct shop *s, uint32_t i)
{
    const uint8_t *at = s->got.answers[i].response.ptr;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)s->got.answers[i].response.len);
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *issuer = sk_X509_new_null();
    OCSP_BASICRESP *basic;

    assert_non_null(response);
    assert_ptr_equal(at, s->got.answers[i].response.ptr + s->got.answers[i].response.len);
    assert_int_equal(OCSP_response_status(response), OCSP_RESPONSE_STATUS_SUCCESSFUL);
    basic = OCSP_response_get1_basic(response);
    assert_non_null(basic);
    assert_int_equal(X509_STORE_add_cert(store, s->root), 1);
    assert_true(sk_X509_push(issuer, s->root) > 0); /* of an authority that signs itself */
    assert_int_equal(OCSP_basic_verify(basic, issuer, store, 0), 1);
    sk_X509_free(issuer);
    X509_STORE_free(store);
    OCSP_RESPONSE_free(response);
    return basic;
}

struct found {
    int status; /* V_OCSP_CERTSTATUS_GOOD, … */
    int reason;
    int64_t revoked_at;
};

static int64_t time_of(const ASN1_GENERALIZEDTIME *from)
{
    struct tm tm;
    struct ca_civil civil;
    int64_t ret = 0;

    if (from == NULL)
        return 0;
    assert_int_equal(ASN1_TIME_to_tm(from, &tm), 1);
    civil = (struct ca_civil){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                              tm.tm_hour,        tm.tm_min,     tm.tm_sec};
    assert_true(ca_civil_to_time(&civil, &ret));
    return ret;
}

/* By the CertID that OpenSSL makes. */
static struct found find(OCSP_BASICRESP *basic, const EVP_MD *md, const X509 *root,
                         const ASN1_INTEGER *serial)
{
    OCSP_CERTID *id =
        OCSP_cert_id_new(md, X509_get_subject_name(root), X509_get0_pubkey_bitstr(root), serial);
    ASN1_GENERALIZEDTIME *revoked = NULL;
    ASN1_GENERALIZEDTIME *this_update = NULL;
    ASN1_GENERALIZEDTIME *next_update = NULL;
    struct found ret = {.reason = -1};

    assert_int_equal(OCSP_resp_find_status(basic, id, &ret.status, &ret.reason, &revoked,
                                           &this_update, &next_update),
                     1);
    assert_int_equal(OCSP_check_validity(this_update, next_update, 5, -1), 1);
    assert_int_equal(time_of(next_update) - time_of(this_update), 8 * 3600);
    ret.revoked_at = time_of(revoked);
    OCSP_CERTID_free(id);
    return ret;
}

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
    struct wire_ocsp_id ids[SUBS];
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256");
    for (int i = 0; i < SUBS; i++)
        ids[i].serial = serial_of(X509_get0_serialNumber(s.subs[i]));
    revoke(&s, 1, 1);
    revoke(&s, 2, 6);
    revoke(&s, 3, 0);
    for (size_t d = 0; d < CA_COUNT(digests); d++) {
        struct wire_ocsp_sign ask = ask_of(ids, SUBS);
        const EVP_MD *md = d == 0 ? EVP_sha1() : EVP_sha256();

        ask.digest = digests[d];
        test_ok(sign(&s, &ask, &err), &err);
        assert_int_equal(s.got.answers_n, SUBS);
        for (uint32_t i = 0; i < SUBS; i++) {
            OCSP_BASICRESP *basic = basic_of(&s, i);
            struct found found = find(basic, md, s.root, X509_get0_serialNumber(s.subs[i]));

            assert_int_equal(found.status, cases[i].status);
            assert_int_equal(found.reason, cases[i].reason);
            assert_int_equal(s.got.answers[i].status, cases[i].told);
            assert_true(ca_bytes_equal(s.got.answers[i].serial, ids[i].serial));
            assert_true((found.revoked_at != 0) == (i != 0));
            assert_true(found.revoked_at <= ca_time_now());
            assert_int_equal(OCSP_resp_count(basic), 1);
            OCSP_BASICRESP_free(basic);
        }
    }
    for (int i = 0; i < SUBS; i++)
        free((void *)(uintptr_t)ids[i].serial.ptr);
    shop_close(&s);
}

static void one_answer_to_all_has_the_nonce(void **state)
{
    uint8_t nonce[128];
    const uint8_t unissued[] = {0x40, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    struct wire_ocsp_id ids[3];
    struct wire_ocsp_sign ask = ask_of(ids, 3);
    ASN1_INTEGER *none = ASN1_INTEGER_new();
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "rsa-root", "rsa:2048");
    ids[0].serial = serial_of(X509_get0_serialNumber(s.subs[0]));
    ids[1].serial = (struct ca_bytes){unissued, sizeof(unissued)};
    ids[2].serial = serial_of(X509_get0_serialNumber(s.subs[1]));
    (void)ASN1_STRING_set(none, unissued, sizeof(unissued));
    revoke(&s, 1, 4);
    memset(nonce, 0xa5, sizeof(nonce));
    ask.authority = "rsa-root";
    ask.together = true;
    for (size_t len = 0; len <= sizeof(nonce); len += 32) {
        ask.nonce = (struct ca_bytes){nonce, len};
        test_ok(sign(&s, &ask, &err), &err);
        assert_int_equal(s.got.answers_n, 1);
        assert_int_equal(s.got.answers[0].serial.len, 0);
        {
            OCSP_BASICRESP *basic = basic_of(&s, 0);
            int at = OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, -1);

            assert_int_equal(OCSP_resp_count(basic), 3);
            assert_int_equal(
                find(basic, EVP_sha1(), s.root, X509_get0_serialNumber(s.subs[0])).status,
                V_OCSP_CERTSTATUS_GOOD);
            assert_int_equal(
                find(basic, EVP_sha1(), s.root, X509_get0_serialNumber(s.subs[1])).status,
                V_OCSP_CERTSTATUS_REVOKED);
            assert_int_equal(find(basic, EVP_sha1(), s.root, none).status,
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
    struct wire_ocsp_id ids[CA_COUNT(never_good)];
    const struct wire_ocsp_sign ask = ask_of(ids, CA_COUNT(never_good));
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256");
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
    test_ok(sign(&s, &ask, &err), &err);
    assert_int_equal(s.got.answers_n, CA_COUNT(never_good));
    for (uint32_t i = 0; i < CA_COUNT(never_good); i++) {
        OCSP_BASICRESP *basic = basic_of(&s, i);

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
    struct wire_ocsp_sign none = ask_of(NULL, 0);
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256");
    for (size_t i = 0; i < CA_COUNT(refused); i++) {
        const struct wire_ocsp_id id = {refused[i].serial};
        struct wire_ocsp_sign ask = ask_of(&id, 1);

        test_note(refused[i].says);
        ask.authority = refused[i].authority;
        ask.digest = refused[i].digest;
        ask.together = !refused[i].apart;
        ask.nonce = (struct ca_bytes){octets, refused[i].nonce};
        ask.caller.channel = refused[i].channel;
        ask.caller.operator_id.octets[0] = refused[i].operator;
        test_refused(sign(&s, &ask, &err), &err, refused[i].rc, refused[i].problem,
                     refused[i].says);
        assert_int_equal(s.got.answers_n, 0);
    }
    test_refused(sign(&s, &none, &err), &err, CA_MALFORMED, "", "/ids: none");
    shop_close(&s);
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {
        TOKEN_TEST(each_status_is_read_by_openssl),
        TOKEN_TEST(one_answer_to_all_has_the_nonce),
        TOKEN_TEST(i03_what_has_no_certificate_is_never_good),
        TOKEN_TEST(questions_that_make_no_sense_are_refused),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
