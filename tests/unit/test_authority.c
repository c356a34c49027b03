/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "base/der_write.h"
#include "base/ossl.h"
#include "base/time.h"
#include "db/crl_stage.h"
#include "tests/unit/signer_support.h"

static X509 *x509_of(struct ca_bytes der)
{
    const uint8_t *at = der.ptr;
    X509 *x = d2i_X509(NULL, &at, (long)der.len);

    assert_non_null(x);
    return x;
}

/* -x509_strict: extensions of the chain, too. */
static void openssl_verifies(X509 *root, X509 *cert)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();

    assert_int_equal(X509_STORE_add_cert(store, root), 1);
    assert_int_equal(X509_STORE_CTX_init(ctx, store, cert, NULL), 1);
    X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
    if (X509_verify_cert(ctx) != 1)
        fail_msg("%s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
}

/* The newest CRL of an authority, as OpenSSL reads it. */
static CA_RC chunk_add(void *arg, struct ca_bytes bytes, struct ca_err *err)
{
    ca_buf_bytes(arg, bytes);
    return ca_buf_check(arg, err);
}

static X509_CRL *crl_newest(struct test_signer *t, const char *name, struct db_crl *ret)
{
    struct db *db = postgres_open(t->pg, DB_SIGNER);
    CA_AUTO(db_result) struct db_result rows = {0};
    CA_AUTO(buf) struct ca_buf der = {0};
    X509_CRL *crl = NULL;
    struct ca_err err = {0};

    test_ok(db_crl_newest(db, &rows, &err), &err);
    for (size_t i = 0; i < rows.count; i++) {
        const struct db_crl *row = (const struct db_crl *)rows.rows + i;
        const uint8_t *at;

        if (strcmp(row->authority, name) != 0)
            continue;
        test_ok(db_crl_read(db, row->id, chunk_add, &der, &err), &err);
        assert_int_equal(der.len, row->size);
        at = der.ptr;
        crl = d2i_X509_CRL(NULL, &at, (long)der.len);
        assert_non_null(crl);
        *ret = *row;
        ret->authority = NULL; /* gone with the rows */
        ret->node = NULL;
    }
    db_close(db);
    return crl;
}

static void a_root_and_an_issuing_authority_stand_with_their_crls(void **state)
{
    struct test_signer t;
    CA_AUTO(buf) struct ca_buf root_der = {0};
    CA_AUTO(buf) struct ca_buf sub_der = {0};

    (void)state;
    test_signer_start(&t);
    test_authority_make(&t, "test-root", "", &root_der);
    test_authority_make(&t, "test-sub", "test-root", &sub_der);
    {
        CA_AUTO(x509) X509 *root = x509_of(ca_buf_view(&root_der));
        CA_AUTO(x509) X509 *sub = x509_of(ca_buf_view(&sub_der));
        CA_AUTO(authority_set) struct authority_set *set = authority_set_take(t.s->registry);
        const struct authority *a = NULL;
        struct db_crl row;
        struct ca_err err = {0};

        openssl_verifies(root, sub);
        for (int i = 0; i < 2; i++) {
            CA_AUTO(x509_crl)
            X509_CRL *crl = crl_newest(&t, i == 0 ? "test-root" : "test-sub", &row);

            assert_non_null(crl);
            assert_int_equal(X509_CRL_verify(crl, X509_get0_pubkey(i == 0 ? root : sub)), 1);
            assert_int_equal(row.entries, 0);
        }
        test_ok(authority_set_find(set, "", &a, &err), &err); /* issuing before root */
        assert_string_equal(a->name, "test-sub");
        assert_string_equal(a->crl_url, "http://ca.test/crl/test-sub.crl");
        assert_string_equal(a->aia_url, "http://ca.test/aia/test-sub.cer");
        assert_string_equal(a->ocsp_url, "http://ca.test/ocsp/test-sub");
        assert_int_equal(a->chain.len, root_der.len);
        test_refused(authority_set_find(set, "test-suh", &a, &err), &err, CA_NOT_FOUND,
                     "unknown-authority", "did you mean 'test-sub'");
    }
    assert_int_equal(postgres_number(t.pg, "SELECT count(*) FROM ca.audit WHERE action IN "
                                           "('authority.create', 'authority.install')"),
                     4);
    assert_in_range(/* the schedule may have been faster than who asked for the first one */
                    postgres_number(t.pg,
                                    "SELECT count(*) FROM ca.audit WHERE action = 'crl.publish'"),
                    2, 4);
    test_signer_done(&t);
}

/* Each refusal names the field; nothing is left behind. */
static void create_refuses_what_does_not_fit(void **state)
{
    static const char long_name[] =
        "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-0123456789";
    const struct wire_pair fine = {"common_name", "New"};
    const struct wire_pair taken = {"common_name", "TEST-ROOT"};
    const struct wire_pair country = {"country", "Germany"};
    const struct wire_pair unknown = {"colour", "red"};
    CA_AUTO(buf) struct ca_buf der = {0};
    struct test_signer t;
    struct ca_err err = {0};

    (void)state;
    test_signer_start(&t);
    test_authority_make(&t, "test-root", "", &der);
    {
#define CASE(field, value, rc, problem, says)                                                      \
    do {                                                                                           \
        struct wire_authority_create ask = test_create_ask(&t, "new", "", &fine);                  \
        CA_AUTO(buf) struct ca_buf own = {0};                                                      \
        struct wire_authority made;                                                                \
                                                                                                   \
        ask.field = (value);                                                                       \
        test_refused(test_create(&t, &ask, &made, &own, &err), &err, rc, problem, says);           \
    } while (0)
        CASE(name, "New", CA_MALFORMED, "", "/name: 'New'");
        CASE(name, "", CA_MALFORMED, "", "/name: ''");
        CASE(name, "a/b", CA_MALFORMED, "", "/name: 'a/b'");
        CASE(name, "test-root-delta", CA_MALFORMED, "", "delta CRLs of 'test-root'");
        CASE(name, "-delta", CA_MALFORMED, "", "ends in '-delta'");
        CASE(crl_shards, -1, CA_MALFORMED, "", "/crl_shards: from 0 to 256");
        CASE(crl_shards, 257, CA_MALFORMED, "", "/crl_shards: from 0 to 256");
        CASE(name, long_name, CA_MALFORMED, "", "1 to 63 characters");
        CASE(name, "test-root", CA_CONFLICT, "name-taken", "'test-root' exists");
        CASE(parent, "nobody", CA_NOT_FOUND, "unknown-authority", "no authority 'nobody'");
        CASE(profile, "device", CA_MALFORMED, "", "makes no CA certificates");
        CASE(profile, "none", CA_NOT_FOUND, "unknown-profile", "none");
        CASE(key, "dsa:1024", CA_MALFORMED, "", "/key: 'dsa:1024'");
        CASE(pss, true, CA_MALFORMED, "", "/pss:");
        CASE(digest, "SHA1", CA_MALFORMED, "", "/digest: 'SHA1'");
        CASE(subject_n, 0, CA_MALFORMED, "", "/subject: 0 attributes");
        CASE(subject, &taken, CA_CONFLICT, "", "'test-root' has 'CN=test-root'");
        CASE(subject, &country, CA_MALFORMED, "", "/subject/country: 'Germany'");
        CASE(subject, &unknown, CA_MALFORMED, "", "/subject/colour");
        CASE(crl_url, "ldap://x", CA_MALFORMED, "", "/crl_url: 'ldap://x'");
        CASE(aia_url, "http://a b", CA_MALFORMED, "", "/aia_url");
        CASE(ocsp_url, "ftp://x", CA_MALFORMED, "", "/ocsp_url");
        CASE(crl_validity_s, -1, CA_MALFORMED, "", "/crl_validity_s: -1");
        CASE(crl_interval_s, 3600, CA_MALFORMED, "", "/crl_interval_s: 3600");
        CASE(path_length, 99, CA_MALFORMED, "", "/path_length: 99");
        CASE(validity_s, -1, CA_MALFORMED, "", "/validity");
#undef CASE
        {
            struct wire_authority_create ask = test_create_ask(&t, "new", "", &fine);
            CA_AUTO(buf) struct ca_buf own = {0};
            struct wire_authority made;

            ask.crl_url = "http://ca.test/list"; /* no place for the number of a part */
            ask.crl_shards = 2;
            test_refused(test_create(&t, &ask, &made, &own, &err), &err, CA_MALFORMED, "",
                         "/crl_shards: the address");
        }
    }
    assert_int_equal(postgres_number(t.pg, "SELECT count(*) FROM ca.authority"), 1);
    test_signer_done(&t);
}

/* Every step leaves something that the next try of the same question goes on from. */
static void a_create_that_was_cut_off_goes_on(void **state)
{
    const struct wire_pair cn = {"common_name", "again"};
    CA_AUTO(buf) struct ca_buf root = {0};
    CA_AUTO(buf) struct ca_buf first = {0};
    CA_AUTO(buf) struct ca_buf second = {0};
    CA_AUTO(buf) struct ca_buf own = {0};
    struct test_signer t;
    struct wire_authority made;
    struct wire_authority_create ask;
    struct ca_err err = {0};

    (void)state;
    test_signer_start(&t);
    test_authority_make(&t, "test-root", "", &root);
    {
        struct hsm_key *key = NULL; /* the end came after the key */

        test_ok(hsm_key_generate(t.hsm, "ca-again", (struct ca_key_spec){CA_KEY_P256, 256},
                                 HSM_CA_KEY, &key, &err),
                &err);
        hsm_key_close(key);
    }
    test_authority_make(&t, "again", "test-root", &first);
    free(postgres_sql(t.pg, "UPDATE ca.authority SET state = 'pending', certificate = NULL, "
                            "chain = NULL WHERE name = 'again'")); /* … after the certificate */
    ask = test_create_ask(&t, "again", "test-root", &cn);
    ask.key = "ec:P-384"; /* another question with its name */
    test_refused(test_create(&t, &ask, &made, &own, &err), &err, CA_CONFLICT, "name-taken",
                 "pending with another");
    ask = test_create_ask(&t, "again", "", &cn);
    test_refused(test_create(&t, &ask, &made, &own, &err), &err, CA_CONFLICT, "name-taken",
                 "pending with another");
    test_authority_make(&t, "again", "test-root", &second);
    assert_true(ca_bytes_equal(ca_buf_view(&first), ca_buf_view(&second)));
    assert_int_equal(postgres_number(t.pg, "SELECT count(*) FROM ca.certificate"), 2);
    /* … after the row, before the certificate */
    free(postgres_sql(t.pg, "UPDATE ca.authority SET state = 'pending', certificate = NULL, "
                            "chain = NULL WHERE name = 'again'"));
    free(postgres_sql(t.pg, "UPDATE ca.certificate SET state = 'revoked', reason = 5, "
                            "revoked_at = 1 WHERE common_name = 'again'"));
    ca_buf_reset(&second);
    test_authority_make(&t, "again", "test-root", &second);
    assert_false(ca_bytes_equal(ca_buf_view(&first), ca_buf_view(&second)));
    test_signer_done(&t);
}

static void a_creation_that_may_be_repeated_answers_as_the_first(void **state)
{
    const struct wire_pair cn = {"common_name", "twice"};
    const struct wire_pair other = {"common_name", "other"};
    CA_AUTO(buf) struct ca_buf root = {0};
    CA_AUTO(buf) struct ca_buf first = {0};
    CA_AUTO(buf) struct ca_buf own = {0};
    struct test_signer t;
    struct wire_authority made;
    struct wire_authority_create ask;
    struct ca_err err = {0};

    (void)state;
    test_signer_start(&t);
    test_authority_make(&t, "test-root", "", &root);
    test_authority_make(&t, "twice", "test-root", &first);
    ask = test_create_ask(&t, "twice", "test-root", &cn);
    test_refused(test_create(&t, &ask, &made, &own, &err), &err, CA_CONFLICT, "name-taken",
                 "exists");
    ask.repeatable = true;
    test_ok(test_create(&t, &ask, &made, &own, &err), &err);
    assert_true(ca_bytes_equal(made.certificate, ca_buf_view(&first)));
    assert_int_equal(postgres_number(t.pg, "SELECT count(*) FROM ca.certificate"), 2);
    ask.key = "ec:P-384";
    test_refused(test_create(&t, &ask, &made, &own, &err), &err, CA_CONFLICT, "name-taken",
                 "exists");
    ask = test_create_ask(&t, "twice", "test-root", &other);
    ask.repeatable = true;
    test_refused(test_create(&t, &ask, &made, &own, &err), &err, CA_CONFLICT, "name-taken",
                 "exists");
    test_signer_done(&t);
}

static void object_destroy(CK_OBJECT_CLASS class, const char *label)
{
    CK_SESSION_HANDLE session;
    CK_FUNCTION_LIST *f = test_functions(CA_TEST_SOFTHSM2, &session);
    char copy[64];
    CK_ATTRIBUTE find[] = {
        {CKA_CLASS, &class, sizeof(class)},
        {CKA_LABEL, copy,   strlen(label)}
    };
    CK_OBJECT_HANDLE object;
    CK_ULONG n = 0;

    (void)snprintf(copy, sizeof(copy), "%s", label);
    assert_int_equal(f->C_FindObjectsInit(session, find, 2), CKR_OK);
    assert_int_equal(f->C_FindObjects(session, &object, 1, &n), CKR_OK);
    assert_int_equal(f->C_FindObjectsFinal(session), CKR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(f->C_DestroyObject(session, object), CKR_OK);
}

static void key_put(struct test_signer *t, const char *label, enum hsm_key_purpose purpose)
{
    struct hsm_key *key = NULL;
    struct ca_err err = {0};
    const struct ca_key_spec spec = {CA_KEY_P256, 256};

    if (purpose == HSM_SERVICE_KEY) {
        const struct ca_key_spec rsa = {CA_KEY_RSA, 2048};

        test_ok(hsm_key_generate(t->hsm, label, rsa, purpose, &key, &err), &err);
    } else {
        test_ok(hsm_key_generate(t->hsm, label, spec, purpose, &key, &err), &err);
    }
    hsm_key_close(key);
}

/* The end came between the two objects of a pair. */
static void a_create_after_half_a_key_makes_a_whole_one(void **state)
{
    static const struct {
        const char *name;
        CK_OBJECT_CLASS lost;
    } cases[] = {
        {"half-public",  CKO_PRIVATE_KEY},
        {"half-private", CKO_PUBLIC_KEY },
    };
    struct test_signer t;

    (void)state;
    test_signer_start(&t);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf der = {0};
        char label[64];

        (void)snprintf(label, sizeof(label), "ca-%s", cases[i].name);
        key_put(&t, label, HSM_CA_KEY);
        object_destroy(cases[i].lost, label);
        test_authority_make(&t, cases[i].name, "", &der);
    }
    test_signer_done(&t);
}

static void create_takes_no_key_that_is_not_its_own(void **state)
{
    struct test_signer t;
    const struct wire_pair cn = {"common_name", "other"};
    struct wire_authority_create ask;
    CA_AUTO(buf) struct ca_buf own = {0};
    struct wire_authority made;
    struct ca_err err = {0};

    (void)state;
    test_signer_start(&t);
    key_put(&t, "ca-kind", HSM_CA_KEY);
    ask = test_create_ask(&t, "kind", "", &cn);
    ask.key = "ec:P-384";
    test_refused(test_create(&t, &ask, &made, &own, &err), &err, CA_CONFLICT, "",
                 "of ec:P-256: ask for that kind");
    key_put(&t, "ca-decrypts", HSM_SERVICE_KEY);
    ask = test_create_ask(&t, "decrypts", "", &cn);
    ask.key = "rsa:2048";
    test_refused(test_create(&t, &ask, &made, &own, &err), &err, CA_DENIED, "key-policy",
                 "DECRYPT is true: remove it");
    object_destroy(CKO_PRIVATE_KEY, "ca-decrypts"); /* both are still there */
    object_destroy(CKO_PUBLIC_KEY, "ca-decrypts");
    test_signer_done(&t);
}

/* A CA certificate from OpenSSL, as an issuer outside would make it. */
struct outside {
    EVP_PKEY *key;
    X509 *root;
};

static void name_set(X509_NAME *name, const char *cn)
{
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0), 1);
}

static void extension_add(X509 *x, int nid, int critical, const char *hex)
{
    uint8_t value[64];
    size_t len = 0;
    struct ca_err err = {0};
    ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
    X509_EXTENSION *ext;

    test_ok(ca_hex_parse(ca_bytes_str(hex), value, sizeof(value), &len, &err), &err);
    assert_int_equal(ASN1_OCTET_STRING_set(data, value, (int)len), 1);
    ext = X509_EXTENSION_create_by_NID(NULL, nid, critical, data);
    assert_int_equal(X509_add_ext(x, ext, -1), 1);
    X509_EXTENSION_free(ext);
    ASN1_OCTET_STRING_free(data);
}

#define BC_CA "30030101ff"
#define KU_CA "03020106"
#define SKI_A "0414aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SKI_B "0414bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define AKI_A "30168014aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct shape {
    const char *cn;
    const char *bc;
    const char *ku;
    const char *ski;
    long days; /* until notAfter; notBefore is two days ago */
};

static X509 *certificate_make(const struct outside *o, EVP_PKEY *key, const struct shape *shape)
{
    X509 *x = X509_new();
    bool self = o->root == NULL;

    assert_int_equal(X509_set_version(x, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x), self ? 1 : 2), 1);
    name_set(X509_get_subject_name(x), shape->cn);
    if (self)
        name_set(X509_get_issuer_name(x), shape->cn);
    else
        assert_int_equal(X509_set_issuer_name(x, X509_get_subject_name(o->root)), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), -2 * 86400L));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x), shape->days * 86400));
    assert_int_equal(X509_set_pubkey(x, key), 1);
    if (shape->bc != NULL)
        extension_add(x, NID_basic_constraints, 1, shape->bc);
    if (shape->ku != NULL)
        extension_add(x, NID_key_usage, 1, shape->ku);
    if (shape->ski != NULL)
        extension_add(x, NID_subject_key_identifier, 0, shape->ski);
    if (!self)
        extension_add(x, NID_authority_key_identifier, 0, AKI_A);
    assert_int_not_equal(X509_sign(x, o->key, EVP_sha256()), 0);
    return x;
}

static void outside_init(struct outside *o)
{
    const struct shape root = {"Outside", BC_CA, KU_CA, SKI_A, 1000};

    *o = (struct outside){.key = EVP_EC_gen("P-256")};
    assert_non_null(o->key);
    o->root = certificate_make(o, o->key, &root);
}

static void outside_done(struct outside *o)
{
    X509_free(o->root);
    EVP_PKEY_free(o->key);
}

static void x509_add(struct ca_buf *to, X509 *x)
{
    uint8_t *der = NULL;
    int n = i2d_X509(x, &der);

    assert_true(n > 0);
    ca_buf_add(to, der, (size_t)n);
    OPENSSL_free(der);
}

/* What the outside issuer makes of a key, and its own certificate behind it. */
static void chain_make(const struct outside *o, struct ca_bytes spki, const struct shape *shape,
                       struct ca_buf *ret)
{
    const uint8_t *at = spki.ptr;
    CA_AUTO(evp_pkey) EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)spki.len);
    CA_AUTO(x509) X509 *x = certificate_make(o, key, shape);

    ca_buf_reset(ret);
    x509_add(ret, x);
    x509_add(ret, o->root);
}

static CA_RC install(struct test_signer *t, const char *name, struct ca_bytes chain,
                     struct wire_authority *ret, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_authority_install ask = {t->caller, name, chain};

    return handle_authority_install(t->s, &t->actor, &ask, ret, own, err);
}

static void install_takes_only_what_fits_key_and_csr(void **state)
{
    static const struct {
        struct shape shape;
        const char *says;
    } cases[] = {
        {{"Other", BC_CA, KU_CA, SKI_B, 100},      "subject is not that of the CSR"},
        {{"under", NULL, KU_CA, SKI_B, 100},       "does not say CA"               },
        {{"under", "3000", KU_CA, SKI_B, 100},     "does not say CA"               },
        {{"under", BC_CA, NULL, SKI_B, 100},       "keyCertSign"                   },
        {{"under", BC_CA, "03020780", SKI_B, 100}, "keyCertSign"                   },
        {{"under", BC_CA, KU_CA, NULL, 100},       "subjectKeyIdentifier"          },
        {{"under", BC_CA, KU_CA, SKI_B, -1},       "has expired"                   },
    };
    const struct shape fine = {"under", BC_CA, KU_CA, SKI_B, 100};
    CA_AUTO(buf) struct ca_buf csr_der = {0};
    CA_AUTO(buf) struct ca_buf chain = {0};
    CA_AUTO(buf) struct ca_buf own = {0};
    CA_AUTO(csr) struct csr *csr = NULL;
    CA_AUTO(evp_pkey) EVP_PKEY *other = EVP_EC_gen("P-256");
    struct test_signer t;
    struct outside o;
    struct wire_authority made;
    struct db_crl row;
    struct ca_err err = {0};

    (void)state;
    test_signer_start(&t);
    outside_init(&o);
    test_authority_make(&t, "under", "external", &csr_der);
    test_ok(csr_parse(ca_buf_view(&csr_der), &csr, &err), &err);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        chain_make(&o, csr_spki(csr), &cases[i].shape, &chain);
        test_note(cases[i].says);
        test_refused(install(&t, "under", ca_buf_view(&chain), &made, &own, &err), &err, CA_DENIED,
                     "chain-refused", cases[i].says);
    }
    {
        CA_AUTO(x509) X509 *x = certificate_make(&o, other, &fine);

        ca_buf_reset(&chain);
        x509_add(&chain, x);
        x509_add(&chain, o.root);
        test_refused(install(&t, "under", ca_buf_view(&chain), &made, &own, &err), &err, CA_DENIED,
                     "chain-refused", "another key than the one in the token");
    }
    chain_make(&o, csr_spki(csr), &fine, &chain);
    chain.ptr[chain.len - 1] ^= 1; /* the root's own signature */
    test_refused(install(&t, "under", ca_buf_view(&chain), &made, &own, &err), &err, CA_DENIED,
                 "chain-refused", "");
    assert_int_equal(install(&t, "under", (struct ca_bytes){chain.ptr, 100}, &made, &own, &err),
                     CA_MALFORMED);
    test_refused(install(&t, "nobody", ca_buf_view(&chain), &made, &own, &err), &err, CA_NOT_FOUND,
                 "unknown-authority", "nobody");
    chain_make(&o, csr_spki(csr), &fine, &chain);
    test_ok(install(&t, "under", ca_buf_view(&chain), &made, &own, &err), &err);
    assert_string_equal(made.state, "online");
    test_refused(install(&t, "under", ca_buf_view(&chain), &made, &own, &err), &err, CA_CONFLICT,
                 "", "has its certificate");
    {
        CA_AUTO(x509_crl) X509_CRL *crl = crl_newest(&t, "under", &row);

        assert_non_null(crl);
    }
    outside_done(&o);
    test_signer_done(&t);
}

/* Waits until the newest CRL of `name` has `entries`; its number. */
static int64_t crl_await(struct test_signer *t, const char *name, int64_t entries)
{
    for (int i = 0; i < 200; i++) {
        struct db_crl row = {0};
        CA_AUTO(x509_crl) X509_CRL *crl = crl_newest(t, name, &row);

        if (crl != NULL && row.entries == entries)
            return row.number;
        (void)usleep(50000);
    }
    fail_msg("no CRL of %s with %d entries", name, (int)entries);
    return 0;
}

static CA_RC adopt(struct test_signer *t, const char *name, const char *label,
                   struct ca_bytes chain, struct wire_authority *ret, struct ca_err *err)
{
    const struct wire_authority_adopt ask = {.caller = t->caller,
                                             .name = name,
                                             .key_label = label,
                                             .chain = chain,
                                             .crl_url = "",
                                             .aia_url = "",
                                             .ocsp_url = "",
                                             .crl_number = 41};
    CA_AUTO(buf) struct ca_buf own = {0};
    enum ca_rc rc = handle_authority_adopt(t->s, &t->actor, &ask, ret, &own, err);

    if (rc == CA_OK)
        assert_string_equal(ret->state, "online");
    return rc;
}

static void adopt_takes_a_key_that_may_only_sign_and_its_certificate(void **state)
{
    const struct shape fine = {"Old CA", BC_CA, KU_CA, SKI_B, 100};
    CA_AUTO(buf) struct ca_buf chain = {0};
    CA_AUTO(buf) struct ca_buf service_chain = {0};
    struct hsm_key *key = NULL;
    struct hsm_key *service = NULL;
    struct test_signer t;
    struct outside o;
    struct wire_authority made;
    struct ca_err err = {0};

    (void)state;
    test_signer_start(&t);
    outside_init(&o);
    test_ok(hsm_key_generate(t.hsm, "old", (struct ca_key_spec){CA_KEY_P384, 384}, HSM_CA_KEY, &key,
                             &err),
            &err);
    test_ok(hsm_key_generate(t.hsm, "tls", (struct ca_key_spec){CA_KEY_RSA, 2048}, HSM_SERVICE_KEY,
                             &service, &err),
            &err);
    chain_make(&o, hsm_key_spki(key), &fine, &chain);
    chain_make(&o, hsm_key_spki(service), &fine, &service_chain);
    test_refused(adopt(&t, "old", "none", ca_buf_view(&chain), &made, &err), &err, CA_DENIED,
                 "chain-refused", "/key_label");
    test_refused(adopt(&t, "Old", "old", ca_buf_view(&chain), &made, &err), &err, CA_MALFORMED, "",
                 "/name");
    test_refused(adopt(&t, "old-delta", "old", ca_buf_view(&chain), &made, &err), &err,
                 CA_MALFORMED, "", "delta CRLs of 'old'");
    test_refused(adopt(&t, "old", "old", ca_buf_view(&service_chain), &made, &err), &err, CA_DENIED,
                 "chain-refused", "another key");
    test_refused(adopt(&t, "old", "tls", ca_buf_view(&service_chain), &made, &err), &err, CA_DENIED,
                 "key-policy", "DECRYPT"); /* I14 */
    test_ok(adopt(&t, "old", "old", ca_buf_view(&chain), &made, &err), &err);
    test_ok(adopt(&t, "old", "old", ca_buf_view(&chain), &made, &err), &err); /* once more */
    assert_int_equal(crl_await(&t, "old", 0), 42); /* I12: goes on from the last one elsewhere */
    test_refused(adopt(&t, "old-2", "old", ca_buf_view(&chain), &made, &err), &err, CA_CONFLICT, "",
                 "is the key of authority 'old'");
    hsm_key_close(key);
    hsm_key_close(service);
    outside_done(&o);
    test_signer_done(&t);
}

static void i11_i12_a_revocation_reaches_a_crl_with_the_number_that_was_promised(void **state)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf metrics = {0};
    struct wire_revoke ask = {.reason = 4, .comment = ""};
    struct wire_revoked done = {0};
    struct crl_made made;
    struct test_signer t;
    CA_AUTO(buf) struct ca_buf own = {0};
    char *id;
    int64_t before;
    struct ca_err err = {0};

    (void)state;
    test_signer_start(&t);
    test_authority_make(&t, "test-root", "", &der);
    test_authority_make(&t, "test-sub", "test-root", &der);
    id = postgres_sql(t.pg, "SELECT id FROM ca.certificate WHERE common_name = 'test-sub'");
    ask.caller = t.caller;
    test_ok(ca_uuid_parse(ca_bytes_str(id), &ask.certificate_id, &err), &err);
    free(id);
    /* Its first one, or two where the publisher saw it before it was told. */
    before = postgres_number(t.pg, "SELECT max(number) FROM ca.crl JOIN ca.authority AS a "
                                   "ON a.id = authority_id WHERE a.name = 'test-root'");
    test_ok(handle_revoke(t.s, &t.actor, &ask, &done, &own, &err), &err);
    assert_int_equal(done.crl_number, before + 1);
    assert_in_range(done.crl_due, ca_time_now(), ca_time_now() + 3);
    assert_int_equal(crl_await(&t, "test-root", 1), done.crl_number);
    assert_true(ca_time_now() <= done.crl_due);

    /* One that nobody told the publisher of: of another node, or of before a crash. */
    test_signer_stop(&t);
    free(postgres_sql(t.pg,
                      "INSERT INTO ca.certificate (period, id, authority_id, serial, state, "
                      "der, fingerprint, spki_hash, subject, common_name, names, search, "
                      "not_before, not_after, profile, issued_at, reason, revoked_at) "
                      "SELECT 0, gen_random_uuid(), id, '\\x05', 'revoked', '\\x00', "
                      "sha256('5'), sha256('5'), '', '', '', '{}', 0, 9999999999, '', 0, 1, "
                      "extract(epoch FROM now()) FROM ca.authority WHERE name = 'test-root'"));
    test_signer_again(&t);
    assert_int_equal(crl_await(&t, "test-root", 2), before + 2);

    { /* at once, while another node has the lease, and after it */
        CA_AUTO(authority_set) struct authority_set *set = authority_set_take(t.s->registry);
        const struct authority *root = authority_set_named(set, "test-root");

        free(postgres_sql(t.pg, "INSERT INTO ca.lease VALUES ('crl:test-root', 'node-2', "
                                "extract(epoch FROM now()) + 60) ON CONFLICT (name) DO UPDATE "
                                "SET node = 'node-2', expires_at = excluded.expires_at"));
        test_refused(publisher_now(t.s->publisher, root->id, "tester", "r", &made, &err), &err,
                     CA_CONFLICT, "", "another node makes");
        free(postgres_sql(t.pg, "DELETE FROM ca.lease"));
        test_ok(publisher_now(t.s->publisher, root->id, "tester", "r", &made, &err), &err);
        assert_true(made.number > 3);
        assert_int_equal(made.entries, 2);
    }
    publisher_metrics(t.s->publisher, &metrics);
    assert_non_null(strstr(ca_buf_cstr(&metrics), "ca_crl_entries{ca=\"test-root\"} 2\n"));
    assert_non_null(strstr(ca_buf_cstr(&metrics), "ca_crl_alarm{ca=\"test-root\"} 0\n"));
    assert_int_equal(postgres_number(t.pg, "SELECT count(*) FROM ca.crl_stage"), 0);
    test_signer_done(&t);
}

/* Without its token the signer serves what it can, and says why an authority is offline (I14 too).
 */
static void i14_an_authority_without_a_good_key_is_offline_and_says_why(void **state)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct test_signer t;
    struct ca_err err = {0};
    const struct authority *a = NULL;
    struct crl_made made;

    (void)state;
    test_signer_start(&t);
    test_authority_make(&t, "test-root", "", &der);
    test_signer_stop(&t);
    t.config.hsm = NULL;
    t.config.token_reason = "unplugged";
    test_signer_again(&t);
    {
        CA_AUTO(authority_set) struct authority_set *set = authority_set_take(t.s->registry);
        const struct wire_pair cn = {"common_name", "x"};
        const struct wire_authority_create ask = test_create_ask(&t, "x", "", &cn);
        CA_AUTO(buf) struct ca_buf own = {0};
        struct wire_authority unused;

        test_ok(authority_set_find(set, "", &a, &err), &err);
        test_refused(authority_online(a, &err), &err, CA_UNAVAILABLE, "token-offline", "unplugged");
        test_refused(publisher_now(t.s->publisher, a->id, "tester", "r", &made, &err), &err,
                     CA_UNAVAILABLE, "token-offline", "unplugged");
        test_refused(test_create(&t, &ask, &unused, &own, &err), &err, CA_UNAVAILABLE,
                     "token-offline", "unplugged");
    }
    test_signer_stop(&t);
    t.config.hsm = t.hsm;
    free(postgres_sql(t.pg, "UPDATE ca.authority SET key_label = 'gone'"));
    test_signer_again(&t);
    {
        CA_AUTO(authority_set) struct authority_set *set = authority_set_take(t.s->registry);

        a = authority_set_named(set, "test-root");
        assert_null(a->key);
        assert_non_null(strstr(a->reason, "gone"));
    }
    test_signer_stop(&t);
    {
        struct hsm_key *key = NULL;

        test_ok(hsm_key_generate(t.hsm, "swapped", (struct ca_key_spec){CA_KEY_P256, 256},
                                 HSM_CA_KEY, &key, &err),
                &err);
        hsm_key_close(key);
    }
    free(postgres_sql(t.pg, "UPDATE ca.authority SET key_label = 'swapped'"));
    test_signer_again(&t);
    {
        CA_AUTO(authority_set) struct authority_set *set = authority_set_take(t.s->registry);

        a = authority_set_named(set, "test-root");
        assert_null(a->key);
        assert_non_null(strstr(a->reason, "is not that of its certificate"));
    }
    test_signer_done(&t);
}

/* Key kinds and PSS, each with its first CRL. */
static void authorities_of_every_key_kind_sign_themselves_and_their_crls(void **state)
{
    static const struct {
        const char *name, *key;
        bool pss;
        const char *digest;
    } cases[] = {
        {"rsa",  "rsa:2048", false, ""      },
        {"pss",  "rsa:2048", true,  "SHA384"},
        {"p384", "ec:P-384", false, ""      },
        {"p521", "ec:P-521", false, "SHA256"},
        {"ed",   "ed25519",  false, ""      },
    };
    struct test_signer t;

    (void)state;
    test_signer_start(&t);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        const struct wire_pair cn = {"common_name", cases[i].name};
        struct wire_authority_create ask = test_create_ask(&t, cases[i].name, "", &cn);
        CA_AUTO(buf) struct ca_buf own = {0};
        struct wire_authority made;
        struct db_crl row;
        struct ca_err err = {0};

        ask.key = cases[i].key;
        ask.pss = cases[i].pss;
        ask.digest = cases[i].digest;
        test_note(cases[i].name);
        test_ok(test_create(&t, &ask, &made, &own, &err), &err);
        {
            CA_AUTO(x509) X509 *x = x509_of(made.certificate);
            CA_AUTO(x509_crl) X509_CRL *crl = crl_newest(&t, cases[i].name, &row);

            assert_int_equal(X509_verify(x, X509_get0_pubkey(x)), 1);
            assert_non_null(crl);
            assert_int_equal(X509_CRL_verify(crl, X509_get0_pubkey(x)), 1);
        }
    }
    test_signer_done(&t);
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {
        TOKEN_TEST(a_root_and_an_issuing_authority_stand_with_their_crls),
        TOKEN_TEST(authorities_of_every_key_kind_sign_themselves_and_their_crls),
        TOKEN_TEST(create_refuses_what_does_not_fit),
        TOKEN_TEST(a_create_that_was_cut_off_goes_on),
        TOKEN_TEST(a_create_after_half_a_key_makes_a_whole_one),
        TOKEN_TEST(create_takes_no_key_that_is_not_its_own),
        TOKEN_TEST(a_creation_that_may_be_repeated_answers_as_the_first),
        TOKEN_TEST(install_takes_only_what_fits_key_and_csr),
        TOKEN_TEST(adopt_takes_a_key_that_may_only_sign_and_its_certificate),
        TOKEN_TEST(i11_i12_a_revocation_reaches_a_crl_with_the_number_that_was_promised),
        TOKEN_TEST(i14_an_authority_without_a_good_key_is_offline_and_says_why),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
