/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/hsm.h"

#include <openssl/provider.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ossl.h"
#include "base/time.h"
#include "tests/unit/token_support.h"

static const struct ca_bytes tbs = {(const uint8_t *)"what is to be signed", 20};

static struct hsm_key *key_new(struct hsm *hsm, const char *label, const char *kind,
                               enum hsm_key_purpose purpose)
{
    struct hsm_key *key = NULL;
    struct ca_key_spec spec;
    struct ca_err err = {0};

    assert_true(ca_key_spec_parse(kind, &spec));
    test_ok(hsm_key_generate(hsm, label, spec, purpose, &key, &err), &err);
    return key;
}

/* Every signature of this type of key is made and verifies; those of other types are refused. Weak
 * ones are made too: that a profile says so is the caller's business. */
static void signs_all(const struct hsm_key *key)
{
    const char *type = ca_key_info(hsm_key_spec(key).kind)->type;

    for (int s = 0; s < CA_SIG__COUNT; s++) {
        const struct ca_signature_info *info = ca_signature_info((enum ca_signature)s);
        CA_AUTO(buf) struct ca_buf signature = {0};
        struct ca_err err = {0};
        enum ca_rc rc = hsm_sign(key, (enum ca_signature)s, tbs, &signature, &err);

        test_note(info->name);
        if (strcmp(info->type, type) != 0) {
            test_refused(rc, &err, CA_FAULT, "", "with a key of another type");
        } else {
            test_ok(rc, &err);
            assert_true(test_verifies(hsm_key_spki(key), (enum ca_signature)s, tbs,
                                      ca_buf_view(&signature)));
            signature.ptr[signature.len - 1] ^= 1;
            assert_false(test_verifies(hsm_key_spki(key), (enum ca_signature)s, tbs,
                                       ca_buf_view(&signature)));
        }
    }
}

/* The EVP_PKEY signs in the token, and no other context has it. */
static void provider_signs(const struct hsm_key *key)
{
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    enum ca_signature sig = ca_signature_default(hsm_key_spec(key), false);
    EVP_PKEY *pkey = hsm_key_provider_pkey(key);
    uint8_t signature[1024];
    size_t len = sizeof(signature);

    assert_non_null(pkey);
    assert_string_equal(OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(pkey)), "pkcs11");
    assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, ca_signature_info(sig)->digest,
                                           hsm_key_libctx(key), NULL, pkey, NULL),
                     1);
    assert_int_equal(EVP_DigestSign(ctx, signature, &len, tbs.ptr, tbs.len), 1);
    assert_true(test_verifies(hsm_key_spki(key), sig, tbs, (struct ca_bytes){signature, len}));
}

static const struct {
    const char *kind;
    bool needed; /* SoftHSM2 has it; the others may be missing */
} kinds[] = {
    {"rsa:2048",           true },
    {"rsa:3072",           true },
    {"ec:P-256",           true },
    {"ec:P-384",           true },
    {"ec:P-521",           true },
    {"ec:secp256k1",       false},
    {"ec:brainpoolP256r1", false},
    {"ec:brainpoolP384r1", false},
    {"ec:brainpoolP512r1", false},
    {"ed25519",            true },
};

static void key_generate_makes_each_kind_or_names_what_is_missing(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);

    (void)state;
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        CA_AUTO(hsm_key) struct hsm_key *key = NULL;
        CA_AUTO(hsm_key) struct hsm_key *again = NULL;
        struct ca_key_spec spec;
        struct ca_err err = {0};
        char text[CA_KEY_SPEC_TEXT];
        enum ca_rc rc;

        test_note(kinds[i].kind);
        assert_true(ca_key_spec_parse(kinds[i].kind, &spec));
        rc = hsm_key_generate(hsm, kinds[i].kind, spec, HSM_CA_KEY, &key, &err);
        if (rc != CA_OK && !kinds[i].needed) {
            test_refused(rc, &err, CA_DENIED, "mechanism-missing", "CK");
            continue;
        }
        test_ok(rc, &err);
        assert_string_equal(ca_key_spec_text(hsm_key_spec(key), text), kinds[i].kind);
        test_ok(hsm_key_open(hsm, kinds[i].kind, &again, &err), &err);
        assert_true(ca_bytes_equal(hsm_key_spki(key), hsm_key_spki(again)));
        assert_true(ca_bytes_equal(hsm_key_id(key), hsm_key_id(again)));
        test_ok(hsm_key_check(hsm, again, &err), &err);
        signs_all(again);
        provider_signs(again);
    }
}

static void key_generate_refuses_what_the_token_cannot_make(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    CA_AUTO(hsm_key) struct hsm_key *none = NULL;
    struct ca_err err = {0};

    (void)state;
    test_refused(hsm_key_generate(hsm, "huge", (struct ca_key_spec){CA_KEY_RSA, 32768}, HSM_CA_KEY,
                                  &none, &err),
                 &err, CA_DENIED, "mechanism-missing", "CKM_RSA_PKCS_KEY_PAIR_GEN");
    test_refused(
        hsm_key_generate(hsm, "", (struct ca_key_spec){CA_KEY_P256, 256}, HSM_CA_KEY, &none, &err),
        &err, CA_CONFLICT, "", "needs a label");
    key = key_new(hsm, "taken", "P-256", HSM_CA_KEY);
    test_refused(hsm_key_generate(hsm, "taken", (struct ca_key_spec){CA_KEY_P256, 256}, HSM_CA_KEY,
                                  &none, &err),
                 &err, CA_CONFLICT, "", "'taken' already");
    assert_null(none);
}

static void service_key_of_rsa_decrypts_and_is_no_ca_key(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *key = key_new(hsm, "ra", "rsa:2048", HSM_SERVICE_KEY);
    CA_AUTO(hsm_key) struct hsm_key *ec = key_new(hsm, "tls", "P-256", HSM_SERVICE_KEY);
    struct ca_bytes spki = hsm_key_spki(key);
    const unsigned char *p = spki.ptr;
    CA_AUTO(evp_pkey) EVP_PKEY *public = d2i_PUBKEY(NULL, &p, (long)spki.len);
    CA_AUTO(evp_pkey_ctx) EVP_PKEY_CTX *seal = EVP_PKEY_CTX_new_from_pkey(NULL, public, NULL);
    CA_AUTO(evp_pkey_ctx)
    EVP_PKEY_CTX *unseal =
        EVP_PKEY_CTX_new_from_pkey(hsm_key_libctx(key), hsm_key_provider_pkey(key), NULL);
    uint8_t sealed[256];
    uint8_t plain[256];
    size_t sealed_len = sizeof(sealed);
    size_t plain_len = sizeof(plain);
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(EVP_PKEY_encrypt_init(seal), 1);
    assert_int_equal(EVP_PKEY_encrypt(seal, sealed, &sealed_len, tbs.ptr, tbs.len), 1);
    assert_int_equal(EVP_PKEY_decrypt_init(unseal), 1);
    assert_int_equal(EVP_PKEY_decrypt(unseal, plain, &plain_len, sealed, sealed_len), 1);
    assert_true(ca_bytes_equal((struct ca_bytes){plain, plain_len}, tbs));
    signs_all(key);
    test_refused(hsm_key_check(hsm, key, &err), &err, CA_DENIED, "key-policy", "DECRYPT is true");
    test_ok(hsm_key_check(hsm, ec, &err), &err);
}

static void ca_key_does_nothing_but_sign(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *key = key_new(hsm, "sign-only", "rsa:2048", HSM_CA_KEY);
    CK_SESSION_HANDLE session;
    CK_FUNCTION_LIST *f = test_functions(CA_TEST_SOFTHSM2, &session);
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    char label[] = "sign-only";
    CK_ATTRIBUTE find[] = {
        {CKA_CLASS, &class, sizeof(class)      },
        {CKA_LABEL, label,  strlen("sign-only")}
    };
    CK_ATTRIBUTE secret = {.type = CKA_PRIVATE_EXPONENT};
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE change = {CKA_DECRYPT, &yes, sizeof(yes)};
    CK_MECHANISM rsa = {CKM_RSA_PKCS, NULL, 0};
    CK_OBJECT_HANDLE object;
    CK_OBJECT_HANDLE copy;
    CK_ULONG n;

    (void)state;
    assert_non_null(key);
    assert_int_equal(f->C_FindObjectsInit(session, find, 2), CKR_OK);
    assert_int_equal(f->C_FindObjects(session, &object, 1, &n), CKR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(f->C_FindObjectsFinal(session), CKR_OK);
    assert_int_not_equal(f->C_DecryptInit(session, &rsa, object), CKR_OK);
    assert_int_not_equal(f->C_GetAttributeValue(session, object, &secret, 1), CKR_OK);
    assert_int_not_equal(f->C_SetAttributeValue(session, object, &change, 1), CKR_OK);
    assert_int_not_equal(f->C_CopyObject(session, object, &change, 1, &copy), CKR_OK);
}

static void key_open_names_what_is_missing(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *made = key_new(hsm, "half", "P-256", HSM_CA_KEY);
    CA_AUTO(hsm_key) struct hsm_key *none = NULL;
    CK_SESSION_HANDLE session;
    CK_FUNCTION_LIST *f = test_functions(CA_TEST_SOFTHSM2, &session);
    CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
    char label[] = "half";
    CK_ATTRIBUTE find[] = {
        {CKA_CLASS, &class, sizeof(class) },
        {CKA_LABEL, label,  strlen("half")}
    };
    CK_OBJECT_HANDLE object;
    CK_ULONG n;
    struct ca_err err = {0};

    (void)state;
    assert_non_null(made);
    test_refused(hsm_key_open(hsm, "nobody", &none, &err), &err, CA_NOT_FOUND, "",
                 "no private key 'nobody' in token '" TEST_LABEL "'");
    assert_int_equal(f->C_FindObjectsInit(session, find, 2), CKR_OK);
    assert_int_equal(f->C_FindObjects(session, &object, 1, &n), CKR_OK);
    assert_int_equal(f->C_FindObjectsFinal(session), CKR_OK);
    assert_int_equal(f->C_DestroyObject(session, object), CKR_OK);
    test_refused(hsm_key_open(hsm, "half", &none, &err), &err, CA_NOT_FOUND, "",
                 "no public key beside the private key 'half'");
    assert_null(none);
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

static void foreign_half(CK_OBJECT_CLASS class, char *label, CK_ULONG id_len)
{
    CK_SESSION_HANDLE session;
    CK_FUNCTION_LIST *f = test_functions(CA_TEST_SOFTHSM2, &session);
    struct ca_bytes curve = ca_key_info(CA_KEY_P256)->parameters;
    CK_KEY_TYPE type = CKK_EC;
    CK_BBOOL yes = CK_TRUE;
    uint8_t value[67] = {4, 65, 4, 1};
    bool private_key = class == CKO_PRIVATE_KEY;
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS,                              &class,                       sizeof(class)                   },
        {CKA_KEY_TYPE,                           &type,                        sizeof(type)                    },
        {CKA_TOKEN,                              &yes,                         sizeof(yes)                     },
        {CKA_LABEL,                              label,                        strlen(label)                   },
        {CKA_ID,                                 value,                        id_len                          },
        {CKA_EC_PARAMS,                          (void *)(uintptr_t)curve.ptr, curve.len                       },
        {private_key ? CKA_VALUE : CKA_EC_POINT, value,                        private_key ? 32 : sizeof(value)},
    };
    CK_OBJECT_HANDLE made;

    assert_int_equal(f->C_CreateObject(session, template, CA_COUNT(template), &made), CKR_OK);
}

static void discard_removes_halves_and_keeps_the_rest(void **state)
{
    static const CK_OBJECT_CLASS classes[] = {CKO_PUBLIC_KEY, CKO_PRIVATE_KEY};
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    bool removed = true;
    struct ca_err err = {0};

    (void)state;
    test_ok(hsm_key_discard(hsm, "cut", &removed, &err), &err); /* nothing there */
    assert_false(removed);
    for (size_t i = 0; i < CA_COUNT(classes); i++) {
        CA_AUTO(hsm_key) struct hsm_key *first = key_new(hsm, "cut", "ec:P-256", HSM_CA_KEY);
        CA_AUTO(hsm_key) struct hsm_key *second = NULL;

        assert_non_null(first);
        test_refused(hsm_key_discard(hsm, "cut", &removed, &err), &err, CA_CONFLICT, "",
                     "has a pair of keys 'cut'");
        object_destroy(classes[i], "cut");
        test_ok(hsm_key_discard(hsm, "cut", &removed, &err), &err);
        assert_true(removed);
        second = key_new(hsm, "cut", "ec:P-256", HSM_CA_KEY);
        assert_non_null(second);
        object_destroy(CKO_PRIVATE_KEY, "cut");
        object_destroy(CKO_PUBLIC_KEY, "cut");
    }
}

static void discard_keeps_what_others_brought(void **state)
{
    char short_id[] = "short-id";
    char brought[] = "brought";
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    bool removed = false;
    struct ca_err err = {0};

    (void)state;
    foreign_half(CKO_PUBLIC_KEY, short_id, 4);
    test_refused(hsm_key_discard(hsm, short_id, &removed, &err), &err, CA_CONFLICT, "",
                 "public key 'short-id' that was not made here");
    foreign_half(CKO_PRIVATE_KEY, brought, 16);
    test_refused(hsm_key_discard(hsm, brought, &removed, &err), &err, CA_CONFLICT, "",
                 "private key 'brought' that was not made here");
    assert_false(removed);
    object_destroy(CKO_PUBLIC_KEY, short_id); /* still there */
    object_destroy(CKO_PRIVATE_KEY, brought);
}

static void destroy_leaves_nothing_and_keeps_what_others_brought(void **state)
{
    char brought[] = "brought";
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    struct hsm_key *key = key_new(hsm, "over", "rsa:2048", HSM_CA_KEY);
    bool removed = true;
    struct ca_err err = {0};

    (void)state;
    assert_non_null(key);
    hsm_key_close(key);
    key = NULL;
    test_ok(hsm_key_destroy(hsm, "over", &err), &err);
    test_refused(hsm_key_open(hsm, "over", &key, &err), &err, CA_NOT_FOUND, "", "over");
    test_ok(hsm_key_discard(hsm, "over", &removed, &err), &err);
    assert_false(removed); /* no half of it either */
    test_refused(hsm_key_destroy(hsm, "over", &err), &err, CA_NOT_FOUND, "", "no key 'over'");
    foreign_half(CKO_PRIVATE_KEY, brought, 16);
    test_refused(hsm_key_destroy(hsm, "brought", &err), &err, CA_CONFLICT, "", "was not made here");
    object_destroy(CKO_PRIVATE_KEY, brought); /* still there */
}

/* A token says where its files are; what cannot be brought to the disk is no key. */
static void a_new_key_is_on_the_disk_or_it_is_refused(void **state)
{
    CA_AUTO(secret) struct ca_secret *pin = test_secret(TEST_PIN);
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    char path[TEST_PATH];
    struct hsm_config config = {.module = CA_TEST_SOFTHSM2,
                                .token_label = TEST_LABEL,
                                .storage_dir = test_path("tokens", path)};
    const struct ca_key_spec spec = {CA_KEY_P256, 256};
    struct hsm *hsm = NULL;
    struct ca_err err = {0};

    (void)state;
    test_ok(hsm_open(&config, pin, &hsm, &err), &err);
    test_ok(hsm_key_generate(hsm, "synced", spec, HSM_CA_KEY, &key, &err), &err);
    hsm_key_close(CA_MOVE(key));
    config.storage_dir = "/nowhere/at/all";
    test_ok(hsm_open(&config, pin, &hsm, &err), &err);
    test_refused(hsm_key_generate(hsm, "unsynced", spec, HSM_CA_KEY, &key, &err), &err,
                 CA_UNAVAILABLE, "", "/nowhere/at/all");
    test_refused(hsm_key_open(hsm, "unsynced", &key, &err), &err, CA_NOT_FOUND, "", "unsynced");
}

/* A pair made by other means, as somebody's tool would. */
struct pair_rule {
    const char *label;
    CK_ATTRIBUTE_TYPE type;
    CK_BBOOL value;
    const char *says;
};

static void foreign_pair(const struct pair_rule *r)
{
    CK_SESSION_HANDLE session;
    CK_FUNCTION_LIST *f = test_functions(CA_TEST_SOFTHSM2, &session);
    CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
    struct ca_bytes curve = ca_key_info(CA_KEY_P256)->parameters;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    CK_BBOOL value = r->value;
    char label[64];
    CK_OBJECT_HANDLE handles[2];

    (void)snprintf(label, sizeof(label), "%s", r->label);
    CK_ATTRIBUTE public_key[] = {
        {CKA_TOKEN,     &yes,                         sizeof(yes)  },
        {CKA_VERIFY,    &yes,                         sizeof(yes)  },
        {CKA_LABEL,     label,                        strlen(label)},
        {CKA_ID,        label,                        strlen(label)},
        {CKA_EC_PARAMS, (void *)(uintptr_t)curve.ptr, curve.len    },
    };
    CK_ATTRIBUTE private_key[] = {
        {r->type,          &value, sizeof(value)},
        {CKA_TOKEN,        &yes,   sizeof(yes)  },
        {CKA_LABEL,        label,  strlen(label)},
        {CKA_ID,           label,  strlen(label)},
        {CKA_SENSITIVE,    &yes,   sizeof(yes)  },
        {CKA_EXTRACTABLE,  &no,    sizeof(no)   },
        {CKA_SIGN,         &yes,   sizeof(yes)  },
        {CKA_DECRYPT,      &no,    sizeof(no)   },
        {CKA_UNWRAP,       &no,    sizeof(no)   },
        {CKA_DERIVE,       &no,    sizeof(no)   },
        {CKA_SIGN_RECOVER, &no,    sizeof(no)   }, /* SoftHSM takes true for itself */
    };
    size_t n = 0;

    /* the rule's own attribute goes in place of the usual one */
    for (size_t i = 0; i < CA_COUNT(private_key); i++) {
        if (i == 0 || private_key[i].type != r->type)
            private_key[n++] = private_key[i];
    }
    assert_int_equal(f->C_GenerateKeyPair(session, &mechanism, public_key, CA_COUNT(public_key),
                                          private_key, n, &handles[0], &handles[1]),
                     CKR_OK);
}

static const struct pair_rule pair_rules[] = {
    {"extractable",   CKA_EXTRACTABLE,  CK_TRUE,  "EXTRACTABLE is true" },
    {"not-sensitive", CKA_SENSITIVE,    CK_FALSE, "SENSITIVE is false"  },
    {"decrypts",      CKA_DECRYPT,      CK_TRUE,  "DECRYPT is true"     },
    {"unwraps",       CKA_UNWRAP,       CK_TRUE,  "UNWRAP is true"      },
    {"derives",       CKA_DERIVE,       CK_TRUE,  "DERIVE is true"      },
    {"recovers",      CKA_SIGN_RECOVER, CK_TRUE,  "SIGN_RECOVER is true"},
    {"signs-not",     CKA_SIGN,         CK_FALSE, "SIGN is false"       },
};

static void i14_a_key_that_may_do_more_or_protects_less_is_refused(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);

    (void)state;
    for (size_t i = 0; i < CA_COUNT(pair_rules); i++) {
        CA_AUTO(hsm_key) struct hsm_key *key = NULL;
        struct ca_err err = {0};

        test_note(pair_rules[i].label);
        foreign_pair(&pair_rules[i]);
        test_ok(hsm_key_open(hsm, pair_rules[i].label, &key, &err), &err);
        test_refused(hsm_key_check(hsm, key, &err), &err, CA_DENIED, "key-policy",
                     pair_rules[i].says);
    }
}

static void i14_a_key_that_is_as_it_must_be_passes(void **state)
{
    static const struct pair_rule fine = {"fine", CKA_PRIVATE, CK_TRUE, ""};
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    struct ca_err err = {0};

    (void)state;
    foreign_pair(&fine);
    test_ok(hsm_key_open(hsm, "fine", &key, &err), &err);
    test_ok(hsm_key_check(hsm, key, &err), &err);
}

/* A software key of P-256 as the two objects that an import makes. `other` stands in the public
 * one. */
static void import_pair(const char *name, EVP_PKEY *own, EVP_PKEY *other)
{
    CK_SESSION_HANDLE session;
    CK_FUNCTION_LIST *f = test_functions(CA_TEST_SOFTHSM2, &session);
    struct ca_bytes curve = ca_key_info(CA_KEY_P256)->parameters;
    CA_AUTO(bn) BIGNUM *d = NULL;
    uint8_t value[32];
    uint8_t point[67] = {0x04, 65};
    size_t point_len;
    CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY;
    CK_OBJECT_CLASS public_class = CKO_PUBLIC_KEY;
    CK_KEY_TYPE type = CKK_EC;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    char label[64];
    CK_OBJECT_HANDLE handle;

    (void)snprintf(label, sizeof(label), "%s", name);
    assert_int_equal(EVP_PKEY_get_bn_param(own, "priv", &d), 1);
    assert_int_equal(BN_bn2binpad(d, value, 32), 32);
    assert_int_equal(EVP_PKEY_get_octet_string_param(other, "pub", point + 2, 65, &point_len), 1);
    CK_ATTRIBUTE private_key[] = {
        {CKA_CLASS,       &private_class,               sizeof(private_class)},
        {CKA_KEY_TYPE,    &type,                        sizeof(type)         },
        {CKA_TOKEN,       &yes,                         sizeof(yes)          },
        {CKA_PRIVATE,     &yes,                         sizeof(yes)          },
        {CKA_SENSITIVE,   &yes,                         sizeof(yes)          },
        {CKA_EXTRACTABLE, &no,                          sizeof(no)           },
        {CKA_SIGN,        &yes,                         sizeof(yes)          },
        {CKA_DECRYPT,     &no,                          sizeof(no)           },
        {CKA_UNWRAP,      &no,                          sizeof(no)           },
        {CKA_DERIVE,      &no,                          sizeof(no)           },
        {CKA_LABEL,       label,                        strlen(label)        },
        {CKA_ID,          label,                        strlen(label)        },
        {CKA_EC_PARAMS,   (void *)(uintptr_t)curve.ptr, curve.len            },
        {CKA_VALUE,       value,                        sizeof(value)        },
    };
    CK_ATTRIBUTE public_key[] = {
        {CKA_CLASS,     &public_class,                sizeof(public_class)},
        {CKA_KEY_TYPE,  &type,                        sizeof(type)        },
        {CKA_TOKEN,     &yes,                         sizeof(yes)         },
        {CKA_LABEL,     label,                        strlen(label)       },
        {CKA_ID,        label,                        strlen(label)       },
        {CKA_EC_PARAMS, (void *)(uintptr_t)curve.ptr, curve.len           },
        {CKA_EC_POINT,  point,                        sizeof(point)       },
    };
    assert_int_equal(f->C_CreateObject(session, private_key, CA_COUNT(private_key), &handle),
                     CKR_OK);
    assert_int_equal(f->C_CreateObject(session, public_key, CA_COUNT(public_key), &handle), CKR_OK);
}

static void i14_an_imported_key_is_refused(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(evp_pkey) EVP_PKEY *own = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    struct ca_err err = {0};

    (void)state;
    import_pair("imported", own, own);
    test_ok(hsm_key_open(hsm, "imported", &key, &err), &err);
    signs_all(key);
    test_refused(hsm_key_check(hsm, key, &err), &err, CA_DENIED, "key-policy",
                 "ALWAYS_SENSITIVE is false, NEVER_EXTRACTABLE is false, LOCAL is false");
}

static void two_keys_with_one_label_are_refused(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(evp_pkey) EVP_PKEY *own = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    struct ca_err err = {0};

    (void)state;
    import_pair("twins", own, own);
    import_pair("twins", own, own);
    test_refused(hsm_key_open(hsm, "twins", &key, &err), &err, CA_CONFLICT, "",
                 "several private keys 'twins'");
}

static void key_list_says_what_is_wrong_with_each(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *made = key_new(hsm, "listed", "P-384", HSM_CA_KEY);
    CA_AUTO(buf) struct ca_buf mechanisms = {0};
    struct hsm_key_row *rows = NULL;
    struct ca_err err = {0};
    unsigned seen = 0;
    size_t n = 0;

    (void)state;
    assert_non_null(made);
    test_ok(hsm_key_list(hsm, &rows, &n, &err), &err);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].label, "listed") == 0) {
            assert_string_equal(rows[i].kind, "ec:P-384");
            assert_string_equal(rows[i].finding, "");
            assert_int_equal(strlen(rows[i].id), 32);
            seen++;
        } else if (strcmp(rows[i].label, "imported") == 0) {
            assert_non_null(strstr(rows[i].finding, "LOCAL is false"));
            seen++;
        } else if (strcmp(rows[i].label, "half") == 0) {
            assert_non_null(strstr(rows[i].finding, "no public key"));
            seen++;
        }
    }
    free(rows);
    assert_int_equal(seen, 3);
    test_ok(hsm_mechanism_list(hsm, &mechanisms, &err), &err);
    assert_non_null(strstr(ca_buf_cstr(&mechanisms), "\nCKM_ECDSA sign, verify"));
}

static void sign_digest_refuses_what_is_no_digest_of_the_signature(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *ec = key_new(hsm, "digest-ec", "P-256", HSM_CA_KEY);
    CA_AUTO(hsm_key) struct hsm_key *ed = key_new(hsm, "digest-ed", "ed25519", HSM_CA_KEY);
    CA_AUTO(buf) struct ca_buf out = {0};
    static const uint8_t zeros[64];
    struct ca_err err = {0};

    (void)state;
    test_refused(hsm_sign_digest(ec, CA_SIG_ECDSA_SHA256, (struct ca_bytes){zeros, 31}, &out, &err),
                 &err, CA_FAULT, "", "digest of 31 octets");
    test_refused(hsm_sign_digest(ec, CA_SIG_ECDSA_SHA256, (struct ca_bytes){zeros, 64}, &out, &err),
                 &err, CA_FAULT, "", "digest of 64 octets");
    test_refused(hsm_sign_digest(ed, CA_SIG_ED25519, (struct ca_bytes){zeros, 32}, &out, &err),
                 &err, CA_FAULT, "", "signs no digest");
    test_refused(hsm_sign_digest(ec, CA_SIG_ECDSA_SHA1, (struct ca_bytes){zeros, 20}, &out, &err),
                 &err, CA_DENIED, "", "too weak");
    assert_int_equal(out.len, 0);
    test_ok(hsm_sign_digest(ec, CA_SIG_ECDSA_SHA512, (struct ca_bytes){zeros, 64}, &out, &err),
            &err);
}

struct signer {
    pthread_t thread;
    const struct hsm_key *key;
    enum ca_signature sig;
    unsigned good;
};

enum { THREADS = 12, ROUNDS = 40 };

static void *sign_often(void *arg)
{
    struct signer *s = arg;

    for (unsigned i = 0; i < ROUNDS; i++) {
        CA_AUTO(buf) struct ca_buf signature = {0};
        struct ca_err err;
        struct ca_bytes text = {(const uint8_t *)&i, sizeof(i)};

        if (hsm_sign(s->key, s->sig, text, &signature, &err) == CA_OK &&
            test_verifies(hsm_key_spki(s->key), s->sig, text, ca_buf_view(&signature)))
            s->good++;
    }
    return NULL;
}

static void many_threads_sign_with_several_keys(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *ec = key_new(hsm, "threads-ec", "P-256", HSM_CA_KEY);
    CA_AUTO(hsm_key) struct hsm_key *rsa = key_new(hsm, "threads-rsa", "rsa:2048", HSM_CA_KEY);
    CA_AUTO(hsm_key) struct hsm_key *ed = key_new(hsm, "threads-ed", "ed25519", HSM_CA_KEY);
    const struct hsm_key *const keys[] = {ec, rsa, ed};
    const enum ca_signature sigs[] = {CA_SIG_ECDSA_SHA256, CA_SIG_PSS_SHA256, CA_SIG_ED25519};
    struct signer signers[THREADS] = {0};
    struct hsm_stats before;
    struct hsm_stats after;

    (void)state;
    hsm_stats(hsm, &before);
    for (size_t i = 0; i < THREADS; i++) {
        signers[i].key = keys[i % 3];
        signers[i].sig = sigs[i % 3];
        assert_int_equal(pthread_create(&signers[i].thread, NULL, sign_often, &signers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(signers[i].thread, NULL), 0);
        assert_int_equal(signers[i].good, ROUNDS);
    }
    hsm_stats(hsm, &after);
    assert_int_equal(after.signatures - before.signatures, THREADS * ROUNDS);
    assert_int_equal(after.failures, 0);
    assert_true(after.busy_us > before.busy_us);
}

/* The way that hsm_sign does not take. */
static double provider_rate(const struct hsm_key *key, int64_t ms)
{
    static const uint8_t digest[32] = {1};
    int64_t start = ca_mono_us();
    unsigned n = 0;

    while (ca_mono_us() - start < ms * 1000) {
        CA_AUTO(evp_pkey_ctx)
        EVP_PKEY_CTX *ctx =
            EVP_PKEY_CTX_new_from_pkey(hsm_key_libctx(key), hsm_key_provider_pkey(key), NULL);
        uint8_t signature[128];
        size_t len = sizeof(signature);

        assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
        assert_int_equal(EVP_PKEY_sign(ctx, signature, &len, digest, sizeof(digest)), 1);
        n++;
    }
    return n * 1e6 / (double)(ca_mono_us() - start);
}

static void measure_tells_signatures_a_second(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *key = key_new(hsm, "fast", "P-256", HSM_CA_KEY);
    struct ca_err err = {0};
    double rate = 0;

    (void)state;
    for (unsigned threads = 1; threads <= 4; threads *= 2) {
        test_ok(hsm_key_measure(key, threads, 500, &rate, &err), &err);
        printf("    P-256 on %u threads: %.0f signatures/s\n", threads, rate);
        assert_true(rate > 0);
    }
    printf("    P-256 through pkcs11-provider on 1 thread: %.0f signatures/s\n",
           provider_rate(key, 500));
}

/* --- opening --- */

static enum ca_rc try_open(const struct hsm_config *config, const char *pin_text,
                           struct ca_err *err)
{
    CA_AUTO(secret) struct ca_secret *pin = test_secret(pin_text);
    struct hsm *hsm = NULL;

    return hsm_open(config, pin, &hsm, err);
}

static void open_names_the_module_that_is_missing(void **state)
{
    const struct hsm_config config = {.module = "/usr/lib/nowhere.so", .token_label = TEST_LABEL};
    struct ca_err err = {0};

    (void)state;
    test_refused(try_open(&config, TEST_PIN, &err), &err, CA_NOT_FOUND, "", "/usr/lib/nowhere.so");
}

static void open_refuses_a_library_that_is_no_module(void **state)
{
    const struct hsm_config config = {.module = "libm.so.6", .token_label = TEST_LABEL};
    struct ca_err err = {0};

    (void)state;
    test_refused(try_open(&config, TEST_PIN, &err), &err, CA_NOT_FOUND, "",
                 "libm.so.6 is not a PKCS#11 module");
}

static void open_names_the_token_that_is_missing_and_those_there(void **state)
{
    const struct hsm_config label = {.module = CA_TEST_SOFTHSM2, .token_label = "lost"};
    const struct hsm_config serial = {
        .module = CA_TEST_SOFTHSM2, .token_label = TEST_LABEL, .token_serial = "0000"};
    const struct hsm_config neither = {.module = CA_TEST_SOFTHSM2, .token_label = ""};
    struct ca_err err = {0};

    (void)state;
    test_refused(try_open(&label, TEST_PIN, &err), &err, CA_NOT_FOUND, "", "no token 'lost'");
    assert_non_null(strstr(err.text, "'" TEST_LABEL "' (serial "));
    test_refused(try_open(&serial, TEST_PIN, &err), &err, CA_NOT_FOUND, "", "with serial 0000");
    test_refused(try_open(&neither, TEST_PIN, &err), &err, CA_NOT_FOUND, "", "which token");
}

static void open_finds_the_token_by_serial(void **state)
{
    const struct hsm_token_info *info = hsm_token(test_hsm_open(CA_TEST_SOFTHSM2));
    const struct hsm_config config = {.module = CA_TEST_SOFTHSM2, .token_serial = info->serial};
    struct ca_err err = {0};

    (void)state;
    assert_string_equal(info->label, TEST_LABEL);
    assert_int_equal(strlen(info->serial), 16);
    test_ok(try_open(&config, TEST_PIN, &err), &err);
}

static void slots_are_listed_without_login(void **state)
{
    struct hsm_slot *slots = NULL;
    struct ca_err err = {0};
    size_t n = 0;

    (void)state;
    test_refused(hsm_slot_list("/nowhere.so", &slots, &n, &err), &err, CA_NOT_FOUND, "",
                 "/nowhere.so");
    test_ok(hsm_slot_list(CA_TEST_SOFTHSM2, &slots, &n, &err), &err);
    assert_int_equal(n, 2);
    assert_string_equal(slots[0].token.label, TEST_LABEL);
    assert_true(slots[0].initialised && slots[0].user_pin_set && !slots[0].pin_locked);
    assert_true(slots[1].token_present && !slots[1].initialised);
    assert_string_equal(slots[1].token.label, "");
    free(slots);
}

static void token_init_does_not_take_a_label_twice(void **state)
{
    CA_AUTO(secret) struct ca_secret *pin = test_secret("123456");
    struct ca_err err = {0};

    (void)state;
    test_refused(hsm_token_init(CA_TEST_SOFTHSM2, TEST_LABEL, NULL, pin, pin, &err), &err,
                 CA_CONFLICT, "", "'" TEST_LABEL "' already");
    test_refused(hsm_token_init(CA_TEST_SOFTHSM2, "", NULL, pin, pin, &err), &err, CA_LIMIT, "",
                 "label");
    test_refused(hsm_token_init(CA_TEST_SOFTHSM2, "a label of more than thirty-two octets", NULL,
                                pin, pin, &err),
                 &err, CA_LIMIT, "", "label");
}

static void i15_the_pin_is_in_no_environment_and_no_argument(void **state)
{
    static const char *const files[] = {"/proc/self/environ", "/proc/self/cmdline"};
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *key = key_new(hsm, "quiet", "P-256", HSM_CA_KEY);
    extern char **environ;

    (void)state;
    assert_non_null(key);
    for (size_t i = 0; i < CA_COUNT(files); i++) {
        CA_AUTO(buf) struct ca_buf text = {0};
        struct ca_err err = {0};

        test_ok(ca_file_read(files[i], &text, &err), &err);
        assert_null(memmem(text.ptr, text.len, TEST_PIN, strlen(TEST_PIN)));
    }
    for (char **e = environ; *e != NULL; e++)
        assert_null(strstr(*e, TEST_PIN));
}

static void a_token_that_goes_away_is_noticed_without_a_signature(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *key = key_new(hsm, "alive", "ec:P-256", HSM_CA_KEY);
    struct hsm_stats before;
    struct hsm_stats after;
    struct ca_err err = {0};
    char at[TEST_PATH];
    char away[TEST_PATH];

    (void)state;
    hsm_stats(hsm, &before);
    for (unsigned i = 0; i < 3; i++)
        test_ok(hsm_key_alive(key, &err), &err);
    hsm_stats(hsm, &after);
    assert_true(before.signatures == after.signatures);
    assert_int_equal(rename(test_path("tokens", at), test_path("away", away)), 0);
    enum ca_rc rc = hsm_key_alive(key, &err);
    assert_int_equal(rename(away, at), 0);
    test_refused(rc, &err, CA_UNAVAILABLE, "", "");
    assert_true(err.text[0] != '\0');
}

/* A secret key as somebody else might leave it there. */
static void foreign_secret(const char *name, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
    CK_SESSION_HANDLE session;
    CK_FUNCTION_LIST *f = test_functions(CA_TEST_SOFTHSM2, &session);
    CK_MECHANISM mechanism = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0};
    CK_ULONG len = 32;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    char label[64];
    CK_OBJECT_HANDLE handle;
    CK_ATTRIBUTE template[8] = {
        {CKA_VALUE_LEN, &len,  sizeof(len)},
        {CKA_TOKEN,     &yes,  sizeof(yes)},
        {CKA_SIGN,      &yes,  sizeof(yes)},
        {CKA_LABEL,     label, 0          },
    };
    const CK_ATTRIBUTE fine[] = {
        {CKA_SENSITIVE,   &yes, sizeof(yes)},
        {CKA_EXTRACTABLE, &no,  sizeof(no) },
        {CKA_DECRYPT,     &no,  sizeof(no) },
        {CKA_UNWRAP,      &no,  sizeof(no) },
        {CKA_DERIVE,      &no,  sizeof(no) },
    };
    CK_ULONG n = 4;
    CK_ATTRIBUTE all[16];

    (void)snprintf(label, sizeof(label), "%s", name);
    template[3].ulValueLen = strlen(label);
    memcpy(all, template, 4 * sizeof(*template));
    for (size_t i = 0; i < CA_COUNT(fine); i++) {
        all[n] = fine[i];
        if (fine[i].type == type)
            all[n].pValue = &value;
        n++;
    }
    assert_int_equal(f->C_GenerateKey(session, &mechanism, all, n, &handle), CKR_OK);
}

static void a_derived_secret_is_the_same_again_and_another_for_another_context(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(secret) struct ca_secret *first = NULL;
    CA_AUTO(secret) struct ca_secret *again = NULL;
    CA_AUTO(secret) struct ca_secret *other = NULL;
    CA_AUTO(secret) struct ca_secret *label = NULL;
    struct hsm_key_row *rows = NULL;
    struct ca_err err = {0};
    size_t before = 0;
    size_t after = 0;

    (void)state;
    test_ok(hsm_key_list(hsm, &rows, &before, &err), &err);
    free(rows);
    test_ok(hsm_secret_derive(hsm, "seal", "one", &first, &err), &err);
    test_ok(hsm_secret_derive(hsm, "seal", "one", &again, &err), &err);
    test_ok(hsm_secret_derive(hsm, "seal", "two", &other, &err), &err);
    test_ok(hsm_secret_derive(hsm, "seal 2", "one", &label, &err), &err);
    assert_int_equal(ca_secret_view(first).len, 32);
    assert_true(ca_secret_equal(again, ca_secret_view(first)));
    assert_false(ca_secret_equal(other, ca_secret_view(first)));
    assert_false(ca_secret_equal(label, ca_secret_view(first)));
    /* I14 looks at private keys: a secret one is none of them. */
    test_ok(hsm_key_list(hsm, &rows, &after, &err), &err);
    free(rows);
    assert_int_equal(before, after);
}

static void i14_a_secret_key_that_may_leave_or_do_more_is_refused(void **state)
{
    static const struct {
        const char *label;
        CK_ATTRIBUTE_TYPE type;
        CK_BBOOL value;
        const char *says;
    } rules[] = {
        {"secret-leaves",   CKA_EXTRACTABLE, CK_TRUE,  "EXTRACTABLE is true"},
        {"secret-shown",    CKA_SENSITIVE,   CK_FALSE, "SENSITIVE is false" },
        {"secret-derives",  CKA_DERIVE,      CK_TRUE,  "DERIVE is true"     },
        {"secret-decrypts", CKA_DECRYPT,     CK_TRUE,  "DECRYPT is true"    },
    };
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(secret) struct ca_secret *none = NULL;
    CA_AUTO(secret) struct ca_secret *fine = NULL;
    struct ca_err err = {0};

    (void)state;
    foreign_secret("secret-fine", CKA_CLASS, CK_TRUE);
    test_ok(hsm_secret_derive(hsm, "secret-fine", "x", &fine, &err), &err);
    for (size_t i = 0; i < CA_COUNT(rules); i++) {
        test_note(rules[i].label);
        foreign_secret(rules[i].label, rules[i].type, rules[i].value);
        test_refused(hsm_secret_derive(hsm, rules[i].label, "x", &none, &err), &err, CA_DENIED,
                     "key-policy", rules[i].says);
    }
    foreign_secret("secret-fine", CKA_CLASS, CK_TRUE);
    test_refused(hsm_secret_derive(hsm, "secret-fine", "x", &none, &err), &err, CA_CONFLICT, "",
                 "several secret keys 'secret-fine'");
    assert_null(none);
}

static const struct token_test tests[] = {
    TOKEN_TEST(slots_are_listed_without_login),
    TOKEN_TEST(token_init_does_not_take_a_label_twice),
    TOKEN_TEST(open_names_the_module_that_is_missing),
    TOKEN_TEST(open_refuses_a_library_that_is_no_module),
    TOKEN_TEST(open_names_the_token_that_is_missing_and_those_there),
    TOKEN_TEST(open_finds_the_token_by_serial),
    TOKEN_TEST(i15_the_pin_is_in_no_environment_and_no_argument),
    TOKEN_TEST(key_generate_makes_each_kind_or_names_what_is_missing),
    TOKEN_TEST(key_generate_refuses_what_the_token_cannot_make),
    TOKEN_TEST(service_key_of_rsa_decrypts_and_is_no_ca_key),
    TOKEN_TEST(ca_key_does_nothing_but_sign),
    TOKEN_TEST(key_open_names_what_is_missing),
    TOKEN_TEST(discard_removes_halves_and_keeps_the_rest),
    TOKEN_TEST(discard_keeps_what_others_brought),
    TOKEN_TEST(destroy_leaves_nothing_and_keeps_what_others_brought),
    TOKEN_TEST(a_new_key_is_on_the_disk_or_it_is_refused),
    TOKEN_TEST(i14_a_key_that_may_do_more_or_protects_less_is_refused),
    TOKEN_TEST(i14_a_key_that_is_as_it_must_be_passes),
    TOKEN_TEST(i14_an_imported_key_is_refused),
    TOKEN_TEST(two_keys_with_one_label_are_refused),
    TOKEN_TEST(key_list_says_what_is_wrong_with_each),
    TOKEN_TEST(sign_digest_refuses_what_is_no_digest_of_the_signature),
    TOKEN_TEST(a_token_that_goes_away_is_noticed_without_a_signature),
    TOKEN_TEST(a_derived_secret_is_the_same_again_and_another_for_another_context),
    TOKEN_TEST(i14_a_secret_key_that_may_leave_or_do_more_is_refused),
    TOKEN_TEST(many_threads_sign_with_several_keys),
    TOKEN_TEST(measure_tells_signatures_a_second),
};

int main(int argc, char **argv)
{
    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
