/* SPDX-License-Identifier: Apache-2.0 */
/* pkiMessages as clients write them, read without HTTP; and CertReps, read as clients do. */
#include "api/scep/message_internal.h"

#include <openssl/err.h>
#include <openssl/provider.h>

#include "api/scep/query.h"
#include "api/scep/reply.h"
#include "db/scep.h"
#include "tests/unit/broken_block.h"
#include "tests/unit/pki_message.h"
#include "tests/unit/support.h"

static struct scep_party ra_now, ra_before, device, other, small, elliptic;
static struct ca_buf ra_now_der, ra_before_der, device_der;
static struct hsm_key key_now, key_before;
static struct ra_credential credentials[2];
static const struct ra_set ra = {credentials, 2};

static const char nonce[] = "0123456789abcdef";
static const char text[] = "what is asked for, longer than one block of any cipher";

/* The token: a software key. */
EVP_PKEY *hsm_key_provider_pkey(const struct hsm_key *key)
{
    return key->key;
}

OSSL_LIB_CTX *hsm_key_libctx(const struct hsm_key *key)
{
    return key->libctx;
}

struct hsm_guard *hsm_guard_begin(const struct hsm_key *key, const char *what)
{
    (void)key, (void)what;
    return NULL;
}

void hsm_guard_end(struct hsm_guard *guard)
{
    (void)guard;
}

CA_RC hsm_key_alive(const struct hsm_key *key, struct ca_err *err)
{
    return key->gone ? CA_FAIL(err, CA_UNAVAILABLE, "the token is gone") : CA_OK;
}

CA_RC hsm_sign(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes tbs,
               struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const char *digest = ca_signature_info(sig)->digest;
    uint8_t octets[512];
    size_t len = sizeof(octets);

    if (key->gone)
        return CA_FAIL(err, CA_UNAVAILABLE, "the token is gone");
    assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, digest, key->libctx, NULL, key->key, NULL),
                     1);
    assert_int_equal(EVP_DigestSign(ctx, octets, &len, tbs.ptr, tbs.len), 1);
    ca_buf_add(ret, octets, len);
    return ca_buf_check(ret, err);
}

/* A message as it should be; each case changes something. */
static struct scep_build good(void)
{
    return (struct scep_build){
        .type = "19",
        .transaction_id = "A1/b+c=",
        .nonce = nonce,
        .signers = {&device},
        .signer_n = 1,
        .recipients = {ra_now.cert},
        .recipient_n = 1,
        .content = ca_bytes_str(text),
    };
}

/* Reads, verifies, checks and opens. */
static enum ca_rc take(struct ca_bytes der, unsigned legacy, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(scep_message) struct scep_message *m = NULL;
    enum scep_cipher cipher;

    CA_TRY(scep_message_read(der, &m, err));
    CA_TRY(scep_message_verify(m, legacy, err));
    CA_TRY(scep_envelope_check(ca_buf_view(&m->content), legacy, &cipher, err));
    return scep_envelope_open(ca_buf_view(&m->content), cipher, &ra, ret, err);
}

static enum ca_rc build_and_take(const struct scep_build *b, unsigned legacy, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf content = {0};
    enum ca_rc rc;

    *err = (struct ca_err){0};
    scep_build(b, &der);
    rc = take(ca_buf_view(&der), legacy, &content, err);
    if (rc == CA_OK)
        assert_true(ca_bytes_equal(ca_buf_view(&content), b->content));
    assert_int_equal(ERR_peek_error(), 0);
    return rc;
}

static void every_client_is_understood(void **state)
{
    struct ca_err err;
    struct scep_build b;

    (void)state;
    for (int i = 0; i < 9; i++) {
        b = good();
        b.ber = i == 1;  /* Apple, scepclient */
        b.pss = i == 2;  /* strongSwan --rsa-padding pss */
        b.oaep = i == 3; /* Windows */
        b.md = i == 4 ? EVP_sha512() : i == 5 ? EVP_sha384() : NULL;
        b.cipher = i == 6 ? EVP_aes_256_cbc() : NULL; /* certmonger */
        b.transaction_id = i == 7 ? "SSCEP transactionId" : b.transaction_id;
        b.type = i == 8 ? "17" : "19";
        if (build_and_take(&b, 0, &err) != CA_OK)
            fail_msg("%d: %s", i, err.text);
    }
}

static void make_ber(struct scep_build *b)
{
    b->ber = true;
}

static void make_pss(struct scep_build *b)
{
    b->pss = true;
}

static void make_many(struct scep_build *b)
{
    b->signers[1] = &other;
    b->signer_n = 2;
}

static void messages_compare(const struct scep_message *a, const struct scep_message *b)
{
    assert_null(a->cms);
    assert_non_null(b->cms);
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->digest, b->digest);
    assert_string_equal(a->transaction_id, b->transaction_id);
    assert_int_equal(a->sender_nonce_len, b->sender_nonce_len);
    assert_memory_equal(a->sender_nonce, b->sender_nonce, b->sender_nonce_len);
    assert_true(ca_bytes_equal(ca_buf_view(&a->signer_der), ca_buf_view(&b->signer_der)));
    assert_true(ca_bytes_equal(ca_buf_view(&a->signer_spki), ca_buf_view(&b->signer_spki)));
}

/* OpenSSL's decoders cost half an RSA signature a message, so the common ones go without. */
static void the_common_message_needs_no_decoder(void **state)
{
    const struct {
        void (*rare)(struct scep_build *b); /* NULL: common */
        const EVP_MD *md;
        const char *type;
    } cases[] = {
        {NULL,      NULL,         "19"},
        {NULL,      EVP_sha384(), "17"},
        {NULL,      EVP_sha512(), "20"},
        {NULL,      EVP_sha1(),   "22"},
        {NULL,      EVP_md5(),    "19"},
        {make_ber,  NULL,         "19"},
        {make_pss,  NULL,         "19"},
        {make_many, NULL,         "19"},
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(scep_message) struct scep_message *by_hand = NULL;
        CA_AUTO(scep_message) struct scep_message *by_cms = NULL;
        CA_AUTO(buf) struct ca_buf der = {0};
        struct scep_build b = good();
        struct ca_err err;
        enum ca_rc rc;

        b.md = cases[i].md;
        b.type = cases[i].type;
        if (cases[i].rare != NULL)
            cases[i].rare(&b);
        scep_build(&b, &der);
        rc = scep_message_read_by(scep_der_read, ca_buf_view(&der), &by_hand, &err);
        assert_int_equal(rc, cases[i].rare == NULL ? CA_OK : CA_MALFORMED);
        rc = scep_message_read_by(scep_cms_read, ca_buf_view(&der), &by_cms, &err);
        assert_int_equal(rc, cases[i].rare == make_many ? CA_MALFORMED : CA_OK);
        if (by_hand == NULL)
            continue;
        messages_compare(by_hand, by_cms);
        assert_true(scep_message_verify(by_hand, ~0U, &err) == CA_OK);
    }
}

/* Many devices sign with one of version 1 that they made themselves. */
static void an_old_certificate_needs_no_decoder_either(void **state)
{
    CA_AUTO(scep_message) struct scep_message *by_hand = NULL;
    CA_AUTO(scep_message) struct scep_message *by_cms = NULL;
    CA_AUTO(buf) struct ca_buf der = {0};
    struct scep_party old = {.key = device.key, .cert = X509_new()};
    struct scep_build b = good();
    struct ca_err err;

    (void)state;
    assert_int_equal(X509_set_version(old.cert, X509_VERSION_1), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(old.cert), 200), 1);
    assert_int_equal(X509_set_issuer_name(old.cert, X509_get_subject_name(device.cert)), 1);
    assert_int_equal(X509_set_subject_name(old.cert, X509_get_subject_name(device.cert)), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(old.cert), 0));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(old.cert), 60));
    assert_int_equal(X509_set_pubkey(old.cert, old.key), 1);
    assert_true(X509_sign(old.cert, old.key, EVP_sha256()) > 0);
    b.signers[0] = &old;
    scep_build(&b, &der);
    X509_free(old.cert);
    assert_int_equal(scep_message_read_by(scep_der_read, ca_buf_view(&der), &by_hand, &err), CA_OK);
    assert_int_equal(scep_message_read_by(scep_cms_read, ca_buf_view(&der), &by_cms, &err), CA_OK);
    messages_compare(by_hand, by_cms);
    assert_int_equal(scep_message_verify(by_hand, 0, &err), CA_OK);
}

/* One octet changed at a time: what both readers still take they see alike, and what verifies for
 * one verifies for the other. */
static void both_readers_see_the_same(void **state)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct scep_build b = good();
    size_t both = 0;

    (void)state;
    scep_build(&b, &der);
    for (size_t i = 0; i < der.len; i += 3) {
        CA_AUTO(scep_message) struct scep_message *by_hand = NULL;
        CA_AUTO(scep_message) struct scep_message *by_cms = NULL;
        struct ca_err err;

        der.ptr[i] ^= 1;
        (void)!scep_message_read_by(scep_der_read, ca_buf_view(&der), &by_hand, &err);
        (void)!scep_message_read_by(scep_cms_read, ca_buf_view(&der), &by_cms, &err);
        der.ptr[i] ^= 1;
        if (by_hand == NULL || by_cms == NULL)
            continue;
        both++;
        messages_compare(by_hand, by_cms);
        assert_int_equal(scep_message_verify(by_hand, 0, &err),
                         scep_message_verify(by_cms, 0, &err));
        assert_true(ca_bytes_equal(ca_buf_view(&by_hand->content), ca_buf_view(&by_cms->content)));
    }
    assert_true(both > 100);
}

static void hex_read(const char *hex, size_t n, uint8_t *ret)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sscanf(hex + 2 * i, "%2hhx", &ret[i]), 1);
}

/* Where the octets `old` stand in a message that is verified by hand, put others of that length. */
static enum ca_rc by_hand_with(struct ca_bytes old, struct ca_bytes new, bool last,
                               struct ca_err *err)
{
    CA_AUTO(scep_message) struct scep_message *m = NULL;
    CA_AUTO(buf) struct ca_buf der = {0};
    struct scep_build b = good();
    uint8_t *at = NULL;
    uint8_t *found;

    scep_build(&b, &der);
    for (size_t from = 0;
         (found = memmem(der.ptr + from, der.len - from, old.ptr, old.len)) != NULL;
         from = (size_t)(found - der.ptr) + 1) {
        at = found;
        if (!last)
            break;
    }
    assert_non_null(at);
    memcpy(at, new.ptr, new.len);
    CA_TRY(scep_message_read_by(scep_der_read, ca_buf_view(&der), &m, err));
    return scep_message_verify(m, 0, err);
}

static void the_common_message_is_read_strictly(void **state)
{
    static const struct {
        const char *what, *old, *new; /* hexadecimal */
        bool last;
        enum ca_rc rc;
    } cases[] = {
        {"as it is",                   "06092a864886f70d010702",   "06092a864886f70d010702",   false, CA_OK       },
        {"EnvelopedData",              "06092a864886f70d010702",   "06092a864886f70d010703",   false, CA_MALFORMED},
        {"over other content",         "06092a864886f70d010701",   "06092a864886f70d010702",   false,
         CA_MALFORMED                                                                                             },
        {"attribute contentType",      "06092a864886f70d010701",   "06092a864886f70d010702",   true,
         CA_MALFORMED                                                                                             },
        {"another hash listed",        "0609608648016503040201",   "0609608648016503040203",   false,
         CA_MALFORMED                                                                                             },
        {"another hash of the signer", "0609608648016503040201",   "0609608648016503040203",   true,
         CA_MALFORMED                                                                                             },
        {"digest without attribute",   "06092a864886f70d010904",   "06092a864886f70d01090e",   false,
         CA_MALFORMED                                                                                             },
        {"messageType twice",          "060a6086480186f845010905", "060a6086480186f845010902", false,
         CA_MALFORMED                                                                                             },
        {"another transaction",        "41312f622b633d",           "41312f622b643d",           false, CA_DENIED   },
        {"another nonce",              "3031323334353637",         "3031323334353638",         true,  CA_DENIED   },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        uint8_t old[32];
        uint8_t new[32];
        struct ca_err err = {0};
        size_t n = strlen(cases[i].old) / 2;

        test_note(cases[i].what);
        hex_read(cases[i].old, n, old);
        hex_read(cases[i].new, n, new);
        assert_int_equal(
            by_hand_with((struct ca_bytes){old, n}, (struct ca_bytes){new, n}, cases[i].last, &err),
            cases[i].rc);
    }
}

/* What is signed is the digest in the attributes, and that must be the content's. */
static void other_content_under_a_signature_is_refused(void **state)
{
    CA_AUTO(scep_message) struct scep_message *m = NULL;
    CA_AUTO(buf) struct ca_buf der = {0};
    struct scep_build b = good();
    struct ca_err err;

    (void)state;
    scep_build(&b, &der);
    assert_int_equal(scep_message_read(ca_buf_view(&der), &m, &err), CA_OK);
    assert_null(m->cms);
    m->der.own.ptr[m->der.content.ptr - m->der.own.ptr] ^= 1;
    assert_int_equal(scep_message_verify(m, 0, &err), CA_DENIED);
    assert_string_equal(err.problem, "proof-of-possession");
    assert_int_equal(m->content.len, 0);
    assert_null(m->signer_key);
    m->der.own.ptr[m->der.content.ptr - m->der.own.ptr] ^= 1;
    assert_int_equal(scep_message_verify(m, 0, &err), CA_OK);
    assert_non_null(m->signer_key);
}

static void recipients_are_found_in_any_order(void **state)
{
    const X509 *const orders[][3] = {
        {ra_now.cert,    other.cert,  small.cert    },
        {other.cert,     ra_now.cert, small.cert    },
        {other.cert,     small.cert,  ra_now.cert   },
        {other.cert,     small.cert,  ra_before.cert}, /* made before the RA key was renewed */
        {ra_before.cert, ra_now.cert, other.cert    },
    };
    struct ca_err err;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(orders); i++) {
        struct scep_build b = good();

        memcpy(b.recipients, orders[i], sizeof(orders[i]));
        b.recipient_n = 3;
        assert_int_equal(build_and_take(&b, 0, &err), CA_OK);
    }
}

static void old_algorithms_need_their_switch(void **state)
{
    static const unsigned all = DB_SCEP_DES3 | DB_SCEP_SHA1 | DB_SCEP_DES | DB_SCEP_MD5;
    static OSSL_LIB_CTX *legacy;
    const struct {
        const EVP_MD *md;
        const EVP_CIPHER *cipher;
        unsigned needs;
        const char *says;
    } cases[] = {
        {EVP_sha1(), NULL,               DB_SCEP_SHA1, "SHA-1"},
        {EVP_md5(),  NULL,               DB_SCEP_MD5,  "MD5"  },
        {NULL,       EVP_des_ede3_cbc(), DB_SCEP_DES3, "3DES" },
        {NULL,       EVP_des_cbc(),      DB_SCEP_DES,  "DES"  },
    };
    struct ca_err err;

    (void)state;
    legacy = OSSL_LIB_CTX_new();
    assert_non_null(OSSL_PROVIDER_load(legacy, "default"));
    assert_non_null(OSSL_PROVIDER_load(legacy, "legacy"));
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct scep_build b = good();

        test_note(cases[i].says);
        b.md = cases[i].md;
        b.cipher = cases[i].cipher;
        b.libctx = legacy;
        assert_int_equal(build_and_take(&b, all & ~cases[i].needs, &err), CA_DENIED);
        assert_string_equal(err.problem, "algorithm-refused");
        assert_non_null(strstr(err.text, cases[i].says));
        if (build_and_take(&b, cases[i].needs, &err) != CA_OK)
            fail_msg("%s", err.text);
    }
    /* Single DES is nowhere but in the token's own context. */
    assert_int_equal(OSSL_PROVIDER_available(NULL, "legacy"), 0);
    assert_int_equal(OSSL_PROVIDER_available(key_now.libctx, "legacy"), 1);
    OSSL_LIB_CTX_free(legacy);
}

#define CHANGED(change, want_rc, want_problem, want_says)                                          \
    do {                                                                                           \
        struct scep_build b = good();                                                              \
        change;                                                                                    \
        test_note(want_says);                                                                      \
        assert_int_equal(build_and_take(&b, 0, &err), want_rc);                                    \
        assert_string_equal(err.problem, want_problem);                                            \
        assert_non_null(strstr(err.text, want_says));                                              \
    } while (0)

static void messages_that_are_wrong_outside_are_refused(void **state)
{
    char long_id[300];
    char long_nonce[80];
    struct ca_err err;

    (void)state;
    memset(long_id, 'a', sizeof(long_id));
    long_id[256] = '\0';
    memset(long_nonce, 'n', sizeof(long_nonce));
    long_nonce[65] = '\0';
    CHANGED(b.signer_n = 0, CA_MALFORMED, "", "0 signers");
    CHANGED((b.signers[1] = &other, b.signer_n = 2), CA_MALFORMED, "", "2 signers");
    CHANGED(b.no_certificates = true, CA_MALFORMED, "", "certificate");
    CHANGED(b.type = NULL, CA_MALFORMED, "", "1.9.2");
    CHANGED(b.type_twice = true, CA_MALFORMED, "", "1.9.2");
    CHANGED(b.type = "x9", CA_MALFORMED, "", "not a number");
    CHANGED(b.type = "1234", CA_MALFORMED, "", "not a number");
    CHANGED(b.string_type = V_ASN1_UTF8STRING, CA_MALFORMED, "", "1.9.2");
    CHANGED(b.transaction_id = NULL, CA_MALFORMED, "", "1.9.7");
    CHANGED(b.transaction_id = long_id, CA_MALFORMED, "", "256 octets");
    CHANGED(b.transaction_id = "a\nb", CA_MALFORMED, "", "0x0a");
    CHANGED(b.nonce = NULL, CA_MALFORMED, "", "1.9.5");
    CHANGED(b.nonce = long_nonce, CA_MALFORMED, "", "65 octets");
    CHANGED(b.signers[0] = &elliptic, CA_DENIED, "", "RSA key");
    CHANGED(b.signers[0] = &small, CA_DENIED, "key-not-taken", "1024");
    CHANGED(b.md = EVP_sha224(), CA_DENIED, "algorithm-refused", "hash");
    CHANGED(b.no_content = true, CA_DENIED, "proof-of-possession", "does not verify");
    CHANGED((b.recipient_n = 0, b.content.len = 0), CA_MALFORMED, "", "not CMS");
    CHANGED(b.envelope = ca_bytes_str("garbage"), CA_MALFORMED, "", "not CMS");
    CHANGED(b.envelope = ca_buf_view(&ra_now_der), CA_MALFORMED, "", "not CMS");
    CHANGED(b.cipher = EVP_camellia_128_cbc(), CA_DENIED, "algorithm-refused", "cipher");
    CHANGED(b.recipients[0] = other.cert, CA_DENIED, "", "none of this endpoint");
}

/* Whatever octet is cut off or changed, nothing is read that was not signed. */
static void damaged_messages_are_refused(void **state)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf content = {0};
    struct scep_build b = good();
    struct ca_err err;

    (void)state;
    scep_build(&b, &der);
    for (size_t n = 0; n < der.len; n += 7) {
        struct ca_bytes cut = {der.ptr, n};

        assert_int_equal(take(cut, 0, &content, &err), CA_MALFORMED);
    }
    for (size_t i = 0; i < der.len; i += 5) {
        enum ca_rc rc;

        ca_buf_reset(&content);
        der.ptr[i] ^= 1;
        rc = take(ca_buf_view(&der), 0, &content, &err);
        der.ptr[i] ^= 1;
        assert_true(rc == CA_MALFORMED || rc == CA_DENIED || rc == CA_LIMIT || rc == CA_OK);
        if (rc == CA_OK) /* the certificate's own signature, unused fields */
            assert_true(ca_bytes_equal(ca_buf_view(&content), b.content));
    }
    ca_buf_u8(&der, 0);
    assert_int_equal(take(ca_buf_view(&der), 0, &content, &err), CA_MALFORMED);
    while (der.len <= SCEP_MESSAGE_MAX)
        ca_buf_u8(&der, 0);
    assert_int_equal(take(ca_buf_view(&der), 0, &content, &err), CA_LIMIT);
}

/* Each octet of the encrypted key and of the content broken in turn, signed again by an attacker:
 * one answer, to the letter. */
static void broken_padding_has_one_answer(void **state)
{
    CA_AUTO(buf) struct ca_buf envelope = {0};
    struct scep_build b = good();
    struct ca_err err;
    struct ca_err first = {0};
    size_t unreadable = 0;

    (void)state;
    scep_build_envelope(&b, &envelope);
    for (size_t i = 60; i < envelope.len; i++) {
        struct scep_build again = good();
        CA_AUTO(buf) struct ca_buf der = {0};
        CA_AUTO(buf) struct ca_buf content = {0};
        enum ca_rc rc;

        again.signers[0] = &other;
        again.envelope = ca_buf_view(&envelope);
        envelope.ptr[i] ^= 0x55;
        scep_build(&again, &der);
        envelope.ptr[i] ^= 0x55;
        rc = take(ca_buf_view(&der), 0, &content, &err);
        if (rc != CA_DENIED || strcmp(err.problem, "proof-of-possession") != 0)
            continue; /* structure, or it is decrypted to something else: refused further in */
        if (unreadable++ == 0)
            first = err;
        assert_string_equal(err.text, first.text);
        assert_int_equal(ERR_peek_error(), 0);
    }
    assert_true(unreadable > 256); /* at least the whole RSA block */
}

/* The same key in another library context, as a token's key is. */
static void token_key_make(struct hsm_key *key, const EVP_PKEY *from)
{
    unsigned char *der = NULL;
    int len = i2d_PrivateKey(from, &der);
    const unsigned char *at = der;

    key->libctx = OSSL_LIB_CTX_new();
    assert_non_null(OSSL_PROVIDER_load(key->libctx, "default"));
    key->key = d2i_AutoPrivateKey_ex(NULL, &at, len, key->libctx, NULL);
    assert_non_null(key->key);
    OPENSSL_free(der);
}

/* A certificate there. */
static X509 *token_x509(const struct ca_buf *der)
{
    X509 *cert = X509_new_ex(key_now.libctx, NULL);
    const unsigned char *at = der->ptr;

    assert_non_null(d2i_X509(&cert, &at, (long)der->len));
    return cert;
}

enum { BROKEN_TRIES = 10000 };

/* One answer to all of them. What decrypts to something, with a random key in place of the one that
 * was broken, goes as far as one whose padding was good: there the CSR is what cannot be read. */
static void ten_thousand_broken_messages_have_one_answer(void **state)
{
    struct scep_party party = {NULL, NULL};
    struct broken_envelope e = {.at = 0};
    const unsigned char *at;
    X509 *x509 = NULL;
    CA_AUTO(buf) struct ca_buf certificate = {0};
    struct ra_credential credential;
    const struct ra_set set = {&credential, 1};
    struct hsm_key key = {NULL, NULL, false};
    size_t opened[BLOCK__COUNT] = {0};
    size_t refused = 0;
    struct ca_err want = {0};

    (void)state;
    assert_int_equal(scep_unreadable(&want), CA_DENIED);
    scep_party_make(&party, "1024", "RA", NULL);
    token_key_make(&key, party.key);
    scep_party_der(&party, &certificate);
    x509 = X509_new_ex(key.libctx, NULL);
    at = certificate.ptr;
    assert_non_null(d2i_X509(&x509, &at, (long)certificate.len));
    credential = (struct ra_credential){ca_buf_view(&certificate), x509, &key};
    broken_envelope_make(&e, party.cert, ca_bytes_str(text));
    for (unsigned i = 0; i < BROKEN_TRIES; i++) {
        CA_AUTO(buf) struct ca_buf content = {0};
        struct ca_err err = {0};
        enum block_kind kind = i % BLOCK__COUNT;
        enum ca_rc rc;

        broken_envelope_break(&e, kind);
        rc = scep_envelope_open(ca_buf_view(&e.der), SCEP_AES128, &set, &content, &err);
        assert_int_equal(ERR_peek_error(), 0);
        if (rc == CA_OK) {
            opened[kind]++;
            continue;
        }
        assert_int_equal(rc, CA_DENIED);
        assert_string_equal(err.problem, want.problem);
        assert_string_equal(err.text, want.text);
        refused++;
    }
    assert_true(refused > BROKEN_TRIES * 9 / 10);
    assert_true(opened[BLOCK_FIRST] + opened[BLOCK_SECOND] + opened[BLOCK_NO_ZERO] +
                    opened[BLOCK_SHORT] + opened[BLOCK_LENGTH] + opened[BLOCK_EMPTY] >
                0);
    X509_free(x509);
    ca_buf_done(&e.der);
    scep_party_done(&party);
    EVP_PKEY_free(key.key);
    OSSL_LIB_CTX_free(key.libctx);
}

static void a_token_that_failed_is_no_refusal(void **state)
{
    CA_AUTO(buf) struct ca_buf content = {0};
    CA_AUTO(buf) struct ca_buf envelope = {0};
    struct scep_build b = good();
    struct ca_err err;

    (void)state;
    scep_build_envelope(&b, &envelope);
    envelope.ptr[envelope.len - 1] ^= 1; /* the last block is padding */
    key_now.gone = true;
    assert_int_equal(scep_envelope_open(ca_buf_view(&envelope), SCEP_AES128, &ra, &content, &err),
                     CA_UNAVAILABLE);
    key_now.gone = false;
    assert_int_equal(scep_envelope_open(ca_buf_view(&envelope), SCEP_AES128, &ra, &content, &err),
                     CA_DENIED);
}

static struct scep_reply reply(enum scep_status status)
{
    return (struct scep_reply){
        .status = status,
        .fail_info = SCEP_BAD_CERT_ID,
        .fail_info_text = "because – so",
        .transaction_id = "T 1",
        .recipient_nonce = ca_bytes_str(nonce),
        .digest = NID_sha256,
        .content = ca_bytes_str(text),
        .cipher = SCEP_AES256,
    };
}

static void reply_read(const struct scep_reply *r, OSSL_LIB_CTX *libctx, struct scep_answer *a)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct ca_err err = {0};

    if (scep_reply_write(r, &ra.list[0], &der, &err) != CA_OK)
        fail_msg("%s", err.text);
    assert_true(scep_answer_read(ca_buf_view(&der), ra_now.cert, &device, libctx, a));
    assert_int_equal(a->type, SCEP_CERT_REP);
    assert_int_equal(a->status, r->status);
    assert_string_equal(a->transaction_id, r->transaction_id);
    assert_int_equal(a->sender_nonce.len, SCEP_NONCE_LEN);
    assert_true(ca_bytes_equal(ca_buf_view(&a->recipient_nonce), r->recipient_nonce));
    assert_int_equal(a->signature, NID_rsaEncryption); /* strongSwan 5.9.8 */
}

static void a_refusal_says_why(void **state)
{
    CA_AUTO(scep_answer) struct scep_answer a = {0};
    CA_AUTO(scep_answer) struct scep_answer strict = {0};
    struct scep_reply r = reply(SCEP_FAILURE);

    (void)state;
    reply_read(&r, NULL, &a);
    assert_int_equal(a.fail_info, SCEP_BAD_CERT_ID);
    assert_string_equal(a.text, "because – so");
    assert_true(a.has_content); /* certmonger */
    assert_int_equal(a.content.len, 0);
    r.strict_empty = true;
    r.fail_info_text = "";
    reply_read(&r, NULL, &strict);
    assert_false(strict.has_content);
    assert_string_equal(strict.text, "");
    assert_false(ca_bytes_equal(ca_buf_view(&a.sender_nonce), ca_buf_view(&strict.sender_nonce)));
}

static void a_pending_answer_has_no_fail_info(void **state)
{
    CA_AUTO(scep_answer) struct scep_answer a = {0};
    struct scep_reply r = reply(SCEP_PENDING);

    (void)state;
    reply_read(&r, NULL, &a);
    assert_int_equal(a.fail_info, -1);
    assert_true(a.has_content);
}

static void an_answer_uses_what_the_client_knows(void **state)
{
    static const struct {
        int digest;
        unsigned legacy;
        int expect;
    } digests[] = {
        {NID_sha256, 0,            NID_sha256},
        {NID_sha512, 0,            NID_sha256},
        {NID_sha1,   DB_SCEP_SHA1, NID_sha1  },
        {NID_sha1,   0,            NID_sha256},
        {NID_md5,    DB_SCEP_MD5,  NID_md5   },
        {NID_md5,    DB_SCEP_SHA1, NID_sha256},
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(digests); i++) {
        CA_AUTO(scep_answer) struct scep_answer a = {0};
        struct scep_reply r = reply(SCEP_SUCCESS);

        r.recipient = ca_buf_view(&device_der);
        r.recipient_key = device.key;
        r.digest = digests[i].digest;
        r.legacy = digests[i].legacy;
        r.cipher = (enum scep_cipher)(i % SCEP_CIPHER__COUNT);
        reply_read(&r, key_now.libctx, &a);
        assert_int_equal(a.digest, digests[i].expect);
        assert_true(ca_bytes_equal(ca_buf_view(&a.content), r.content));
    }
}

static const struct {
    const char *query, *operation, *message;
    enum ca_rc rc;
} queries[] = {
    {"operation=GetCACaps",                 "GetCACaps",    "",     CA_OK       },
    {"message=a%0A&operation=PKIOperation", "PKIOperation", "a%0A", CA_OK       },
    {"operation=GetCACert&message=0&x=y",   "GetCACert",    "0",    CA_OK       },
    {"",                                    "",             "",     CA_OK       },
    {"operation",                           "",             "",     CA_OK       },
    {"operationx=a&operation=b&&",          "b",            "",     CA_OK       },
    {"operation=a&operation=b",             "",             "",     CA_MALFORMED},
    {"message=a&operation=b&message=",      "",             "",     CA_MALFORMED},
};

static void queries_are_read_in_any_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(queries); i++) {
        struct scep_query q = {0};
        struct ca_err err;

        test_note(queries[i].query);
        assert_int_equal(scep_query_read(queries[i].query, &q, &err), queries[i].rc);
        if (queries[i].rc != CA_OK)
            continue;
        assert_true(ca_bytes_is_str(q.operation, queries[i].operation));
        assert_true(ca_bytes_is_str(q.message, queries[i].message));
    }
}

/* fb ff be 00 is ++/ ... in every form that was seen. */
static const struct {
    const char *text;
    size_t len; /* of {0xfb, 0xff, 0xbe, 0x00, 0x01}; SIZE_MAX: refused */
} forms[] = {
    {"%2B%2F%2B%2BAAE%3D",       5       }, /* certmonger */
    {"+/++AAE=",                 5       },
    {"+/++%0AAAE=%0A",           5       }, /* sscep, Cisco */
    {"%2b%2f%2b%2b%0d%0aAAE%3d", 5       },
    {"-_--AAE%3D",               5       }, /* scepclient */
    {"-_--AAE",                  5       },
    {"%20/%20%20AAE=",           5       }, /* a plus that became a space */
    {"+/++",                     3       },
    {"+/++AA==",                 4       },
    {"+/++AA",                   4       },
    {"",                         0       },
    {"+",                        SIZE_MAX},
    {"+/++A",                    SIZE_MAX},
    {"+/++AAF=",                 SIZE_MAX}, /* bits that mean nothing */
    {"+/++AA=",                  SIZE_MAX},
    {"+/++AA===",                SIZE_MAX},
    {"+/++=",                    SIZE_MAX},
    {"+/==++",                   SIZE_MAX},
    {"+/+%",                     SIZE_MAX},
    {"+/+%2",                    SIZE_MAX},
    {"+/+%zz",                   SIZE_MAX},
    {"+/+%00",                   SIZE_MAX},
    {"+/+*",                     SIZE_MAX},
    {"+/+%c3%a4",                SIZE_MAX},
};

static void every_form_of_base64_is_read(void **state)
{
    static const uint8_t octets[] = {0xfb, 0xff, 0xbe, 0x00, 0x01};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(forms); i++) {
        CA_AUTO(buf) struct ca_buf got = {0};
        struct ca_err err;
        enum ca_rc rc = scep_query_message(ca_bytes_str(forms[i].text), &got, &err);

        test_note(forms[i].text);
        assert_int_equal(rc, forms[i].len == SIZE_MAX ? CA_MALFORMED : CA_OK);
        if (rc == CA_OK) {
            assert_int_equal(got.len, forms[i].len);
            assert_true(got.len == 0 || memcmp(got.ptr, octets, got.len) == 0);
        }
    }
}

static const struct {
    enum ca_rc rc;
    const char *problem;
    bool final;
    enum scep_fail_info info;
} refusals[] = {
    {CA_DENIED,      "algorithm-refused",   true,  SCEP_BAD_ALG          },
    {CA_DENIED,      "weak-key",            true,  SCEP_BAD_ALG          },
    {CA_DENIED,      "proof-of-possession", true,  SCEP_BAD_MESSAGE_CHECK},
    {CA_DENIED,      "policy",              true,  SCEP_BAD_REQUEST      },
    {CA_DENIED,      "",                    true,  SCEP_BAD_REQUEST      },
    {CA_MALFORMED,   "",                    true,  SCEP_BAD_REQUEST      },
    {CA_CONFLICT,    "",                    true,  SCEP_BAD_REQUEST      },
    {CA_NOT_FOUND,   "",                    true,  SCEP_BAD_CERT_ID      },
    {CA_NOT_FOUND,   "unknown-profile",     true,  SCEP_BAD_REQUEST      },
    {CA_LIMIT,       "too-large",           true,  SCEP_BAD_REQUEST      },
    {CA_LIMIT,       "rate-limited",        false, SCEP_BAD_REQUEST      },
    {CA_LIMIT,       "overloaded",          false, SCEP_BAD_REQUEST      },
    {CA_UNAVAILABLE, "",                    false, SCEP_BAD_REQUEST      },
    {CA_UNAVAILABLE, "token-offline",       false, SCEP_BAD_REQUEST      },
    {CA_RETRY,       "",                    false, SCEP_BAD_REQUEST      },
    {CA_FAULT,       "",                    false, SCEP_BAD_REQUEST      },
};

static void refusals_that_pass_are_not_final(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(refusals); i++) {
        test_note(refusals[i].problem);
        assert_int_equal(scep_refusal_is_final(refusals[i].rc, refusals[i].problem),
                         refusals[i].final);
        assert_int_equal(scep_fail_info(refusals[i].rc, refusals[i].problem), refusals[i].info);
    }
}

static int setup(void **state)
{
    (void)state;
    scep_party_make(&ra_now, "2048", "RA", NULL);
    scep_party_make(&ra_before, "2048", "RA before", NULL);
    scep_party_make(&device, "2048", "device", NULL);
    scep_party_make(&other, "2048", "other", NULL);
    scep_party_make(&small, "1000", "small", NULL);
    scep_party_make(&elliptic, "EC", "elliptic", NULL);
    token_key_make(&key_now, ra_now.key);
    key_before = (struct hsm_key){ra_before.key, key_now.libctx, false};
    scep_party_der(&ra_now, &ra_now_der);
    scep_party_der(&ra_before, &ra_before_der);
    scep_party_der(&device, &device_der);
    credentials[0] =
        (struct ra_credential){ca_buf_view(&ra_now_der), token_x509(&ra_now_der), &key_now};
    credentials[1] = (struct ra_credential){ca_buf_view(&ra_before_der), token_x509(&ra_before_der),
                                            &key_before};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    X509_free(credentials[0].x509);
    X509_free(credentials[1].x509);
    EVP_PKEY_free(key_now.key);
    OSSL_LIB_CTX_free(key_now.libctx);
    ca_buf_done(&ra_now_der);
    ca_buf_done(&ra_before_der);
    ca_buf_done(&device_der);
    scep_party_done(&ra_now);
    scep_party_done(&ra_before);
    scep_party_done(&device);
    scep_party_done(&other);
    scep_party_done(&small);
    scep_party_done(&elliptic);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_client_is_understood),
        cmocka_unit_test(the_common_message_needs_no_decoder),
        cmocka_unit_test(an_old_certificate_needs_no_decoder_either),
        cmocka_unit_test(both_readers_see_the_same),
        cmocka_unit_test(the_common_message_is_read_strictly),
        cmocka_unit_test(other_content_under_a_signature_is_refused),
        cmocka_unit_test(recipients_are_found_in_any_order),
        cmocka_unit_test(old_algorithms_need_their_switch),
        cmocka_unit_test(messages_that_are_wrong_outside_are_refused),
        cmocka_unit_test(damaged_messages_are_refused),
        cmocka_unit_test(broken_padding_has_one_answer),
        cmocka_unit_test(ten_thousand_broken_messages_have_one_answer),
        cmocka_unit_test(a_token_that_failed_is_no_refusal),
        cmocka_unit_test(a_refusal_says_why),
        cmocka_unit_test(a_pending_answer_has_no_fail_info),
        cmocka_unit_test(an_answer_uses_what_the_client_knows),
        cmocka_unit_test(queries_are_read_in_any_order),
        cmocka_unit_test(every_form_of_base64_is_read),
        cmocka_unit_test(refusals_that_pass_are_not_final),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
