/* SPDX-License-Identifier: Apache-2.0 */
#include "base/algorithm.h"

#include <openssl/rsa.h>

#include "base/ossl.h"
#include "tests/unit/support.h"

static void key_algorithm_is_what_openssl_writes(void **state)
{
    (void)state;
    for (int kind = 0; kind < CA_KEY__COUNT; kind++) {
        const struct ca_key_info *info = ca_key_info((enum ca_key_kind)kind);
        CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;
        X509_PUBKEY *pub = NULL;
        X509_ALGOR *algorithm = NULL;
        unsigned char *der = NULL;
        int len;

        test_note(info->name);
        if (kind == CA_KEY_RSA) {
            key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
        } else if (info->group != NULL) {
            key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", info->group);
        } else {
            key = EVP_PKEY_Q_keygen(NULL, NULL, info->type);
        }
        assert_non_null(key);
        assert_int_equal(X509_PUBKEY_set(&pub, key), 1);
        assert_int_equal(X509_PUBKEY_get0_param(NULL, NULL, NULL, &algorithm, pub), 1);
        len = i2d_X509_ALGOR(algorithm, &der);
        assert_true(
            ca_bytes_equal(info->algorithm, (struct ca_bytes){der, len > 0 ? (size_t)len : 0}));
        if (kind != CA_KEY_RSA && kind != CA_KEY_ED25519)
            assert_int_equal(EVP_PKEY_get_bits(key), info->bits);
        /* namedCurve is the tail of the AlgorithmIdentifier */
        assert_memory_equal(info->parameters.ptr, der + (size_t)len - info->parameters.len,
                            info->parameters.len);
        OPENSSL_free(der);
        X509_PUBKEY_free(pub);
    }
}

/* The AlgorithmIdentifier of a certificate that OpenSSL signs. */
static struct ca_bytes openssl_algorithm(const struct ca_signature_info *info, unsigned char **ret)
{
    CA_AUTO(x509) X509 *cert = X509_new();
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *md = EVP_MD_CTX_new();
    CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx;
    const X509_ALGOR *algorithm;

    if (strcmp(info->type, "RSA") == 0) {
        key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    } else if (strcmp(info->type, "EC") == 0) {
        key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    } else {
        key = EVP_PKEY_Q_keygen(NULL, NULL, info->type);
    }
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    assert_int_equal(EVP_DigestSignInit_ex(md, &ctx, info->digest, NULL, NULL, key, NULL), 1);
    if (info->pss) {
        assert_true(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0);
        assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0);
    }
    assert_true(X509_sign_ctx(cert, md) > 0);
    X509_get0_signature(NULL, &algorithm, cert);
    return (struct ca_bytes){*ret, (size_t)i2d_X509_ALGOR(algorithm, ret)};
}

static void signature_algorithm_is_what_openssl_writes(void **state)
{
    (void)state;
    for (int sig = 0; sig < CA_SIG__COUNT; sig++) {
        const struct ca_signature_info *info = ca_signature_info((enum ca_signature)sig);
        enum ca_signature found = CA_SIG__COUNT;
        unsigned char *der = NULL;
        size_t len;

        test_note(info->name);
        len = openssl_algorithm(info, &der).len;
        assert_true(ca_bytes_equal(info->algorithm, (struct ca_bytes){der, len}));
        assert_true(ca_signature_find((struct ca_bytes){der, len}, &found));
        assert_int_equal(found, sig);
        OPENSSL_free(der);
    }
}

/* clang-format off */
#define PSS_HEAD 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a
#define MGF1     0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08
#define SHA256   0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01
#define SHA384   0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02
static const struct {
    const char *what;
    struct ca_bytes in;
    int sig; /* -1: no row */
} find_cases[] = {
    {"sha256WithRSAEncryption without parameters", CA_BYTES(0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86,
        0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b), CA_SIG_RSA_SHA256},
    {"PSS, no NULL in either hash", CA_BYTES(0x30, 0x3d, PSS_HEAD, 0x30, 0x30, 0xa0, 0x0d, 0x30,
        0x0b, SHA256, 0xa1, 0x1a, 0x30, 0x18, MGF1, 0x30, 0x0b, SHA256, 0xa2, 0x03, 0x02, 0x01,
        0x20), CA_SIG_PSS_SHA256},
    {"PSS, NULL in the second hash only", CA_BYTES(0x30, 0x3f, PSS_HEAD, 0x30, 0x32, 0xa0, 0x0d,
        0x30, 0x0b, SHA256, 0xa1, 0x1c, 0x30, 0x1a, MGF1, 0x30, 0x0d, SHA256, 0x05, 0x00, 0xa2,
        0x03, 0x02, 0x01, 0x20), CA_SIG_PSS_SHA256},
    {"PSS, another salt", CA_BYTES(0x30, 0x3d, PSS_HEAD, 0x30, 0x30, 0xa0, 0x0d, 0x30, 0x0b,
        SHA256, 0xa1, 0x1a, 0x30, 0x18, MGF1, 0x30, 0x0b, SHA256, 0xa2, 0x03, 0x02, 0x01, 0x14),
        -1},
    {"PSS, MGF1 with another hash", CA_BYTES(0x30, 0x3d, PSS_HEAD, 0x30, 0x30, 0xa0, 0x0d, 0x30,
        0x0b, SHA256, 0xa1, 0x1a, 0x30, 0x18, MGF1, 0x30, 0x0b, SHA384, 0xa2, 0x03, 0x02, 0x01,
        0x20), -1},
    {"PSS without parameters (SHA-1)", CA_BYTES(0x30, 0x0d, PSS_HEAD, 0x30, 0x00), -1},
    {"PSS, parameters absent", CA_BYTES(0x30, 0x0b, PSS_HEAD), -1},
    {"ecdsa-with-SHA256 with NULL", CA_BYTES(0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
        0x04, 0x03, 0x02, 0x05, 0x00), -1},
    {"ed25519 with NULL", CA_BYTES(0x30, 0x07, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x05, 0x00), -1},
    {"ed448", CA_BYTES(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71), -1},
    {"md2WithRSAEncryption", CA_BYTES(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
        0x01, 0x01, 0x02, 0x05, 0x00), -1},
    {"a byte left over", CA_BYTES(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x00), -1},
    {"cut", CA_BYTES(0x30), -1},
    {"nothing", {NULL, 0}, -1},
};
/* clang-format on */

static void signature_find_takes_equal_encodings_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(find_cases); i++) {
        enum ca_signature found = CA_SIG__COUNT;

        test_note(find_cases[i].what);
        assert_int_equal(ca_signature_find(find_cases[i].in, &found), find_cases[i].sig >= 0);
        assert_int_equal(found, find_cases[i].sig >= 0 ? find_cases[i].sig : CA_SIG__COUNT);
    }
}

static const struct {
    const char *text;
    const char *is; /* NULL: refused */
} spec_cases[] = {
    {"rsa:2048",           "rsa:2048"          },
    {"RSA:4096",           "rsa:4096"          },
    {"rsa:8192",           "rsa:8192"          },
    {"ec:P-256",           "ec:P-256"          },
    {"p-256",              "ec:P-256"          },
    {"prime256v1",         "ec:P-256"          },
    {"ec:secp256r1",       "ec:P-256"          },
    {"secp384r1",          "ec:P-384"          },
    {"ec:secp521r1",       "ec:P-521"          },
    {"secp256k1",          "ec:secp256k1"      },
    {"brainpoolP512r1",    "ec:brainpoolP512r1"},
    {"ec:brainpoolp384r1", "ec:brainpoolP384r1"},
    {"ed25519",            "ed25519"           },
    {"",                   NULL                },
    {"ec:",                NULL                },
    {"rsa",                NULL                },
    {"rsa:1024",           NULL                },
    {"rsa:2048 ",          NULL                },
    {"rsa:02048",          NULL                },
    {"ec:rsa:2048",        NULL                },
    {"ec:ed25519",         NULL                },
    {"ec:P-224",           NULL                },
    {"secp112r1",          NULL                },
    {"ed448",              NULL                },
};

static void key_spec_parse_answers_each_spelling(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(spec_cases); i++) {
        struct ca_key_spec spec = {CA_KEY__COUNT, 7};
        char text[CA_KEY_SPEC_TEXT];

        test_note(spec_cases[i].text);
        assert_int_equal(ca_key_spec_parse(spec_cases[i].text, &spec), spec_cases[i].is != NULL);
        if (spec_cases[i].is != NULL)
            assert_string_equal(ca_key_spec_text(spec, text), spec_cases[i].is);
        else
            assert_true(spec.kind == CA_KEY__COUNT && spec.bits == 7);
    }
}

static const struct {
    const char *key;
    bool pss;
    const char *digest;
    int sig; /* -1: refused */
} choose_cases[] = {
    {"rsa:2048",        false, NULL,       CA_SIG_RSA_SHA256  },
    {"rsa:3072",        false, NULL,       CA_SIG_RSA_SHA256  },
    {"rsa:4096",        false, NULL,       CA_SIG_RSA_SHA384  },
    {"rsa:8192",        false, NULL,       CA_SIG_RSA_SHA512  },
    {"rsa:3072",        true,  NULL,       CA_SIG_PSS_SHA256  },
    {"rsa:4096",        true,  NULL,       CA_SIG_PSS_SHA384  },
    {"P-256",           false, NULL,       CA_SIG_ECDSA_SHA256},
    {"P-384",           false, NULL,       CA_SIG_ECDSA_SHA384},
    {"P-521",           false, NULL,       CA_SIG_ECDSA_SHA512},
    {"brainpoolP512r1", false, NULL,       CA_SIG_ECDSA_SHA512},
    {"ed25519",         false, NULL,       CA_SIG_ED25519     },
    {"rsa:2048",        false, "sha-512",  CA_SIG_RSA_SHA512  },
    {"rsa:2048",        true,  "SHA-384",  CA_SIG_PSS_SHA384  },
    {"P-256",           false, "SHA224",   CA_SIG_ECDSA_SHA224},
    {"P-384",           false, "sha256",   CA_SIG_ECDSA_SHA256},
    {"rsa:2048",        true,  "SHA224",   -1                 },
    {"rsa:2048",        false, "SHA1",     -1                 },
    {"rsa:2048",        false, "md5",      -1                 },
    {"rsa:2048",        false, "SHA25",    -1                 },
    {"rsa:2048",        false, "SHA2566",  -1                 },
    {"rsa:2048",        false, "",         -1                 },
    {"P-256",           false, "SHA-1",    -1                 },
    {"P-256",           true,  "SHA256",   -1                 },
    {"P-256",           true,  NULL,       -1                 },
    {"ed25519",         false, "SHA512",   -1                 },
    {"P-256",           false, "SHA3-256", -1                 },
};

static void signature_choose_answers_each_digest(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(choose_cases); i++) {
        enum ca_signature sig = CA_SIG__COUNT;
        struct ca_key_spec key;

        test_note(choose_cases[i].key);
        assert_true(ca_key_spec_parse(choose_cases[i].key, &key));
        assert_int_equal(
            ca_signature_choose(key, choose_cases[i].pss, choose_cases[i].digest, &sig),
            choose_cases[i].sig >= 0);
        assert_int_equal(sig, choose_cases[i].sig >= 0 ? choose_cases[i].sig : CA_SIG__COUNT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_algorithm_is_what_openssl_writes),
        cmocka_unit_test(signature_algorithm_is_what_openssl_writes),
        cmocka_unit_test(signature_find_takes_equal_encodings_only),
        cmocka_unit_test(key_spec_parse_answers_each_spelling),
        cmocka_unit_test(signature_choose_answers_each_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
