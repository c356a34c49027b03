/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cert.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "base/ossl.h"
#include "tests/unit/support.h"

enum { NOW = 1769000000 }; /* January 2026, when the samples are valid */

static const struct cert_case {
    const char *file;
    enum ca_rc rc;
    const char *says;
} cert_cases[] = {
    {"root",                 CA_OK,        ""              },
    {"sub",                  CA_OK,        ""              },
    {"leaf",                 CA_OK,        ""              },
    {"root-rsa",             CA_OK,        ""              },
    {"leaf-rsa",             CA_OK,        ""              },
    {"root-ed25519",         CA_OK,        ""              },
    {"sub-under-sub",        CA_OK,        ""              },
    {"leaf-wrong-signer",    CA_OK,        ""              },
    {"ca-without-cert-sign", CA_OK,        ""              },
    {"v1",                   CA_MALFORMED, "version 3"     },
    {"v2",                   CA_MALFORMED, "version 3"     },
    {"trailing",             CA_MALFORMED, "left over: 1"  },
    {"truncated",            CA_MALFORMED, "cut short"     },
    {"empty-extensions",     CA_MALFORMED, "empty"         },
    {"duplicate-extension",  CA_MALFORMED, "twice"         },
    {"critical-false",       CA_MALFORMED, "critical FALSE"},
    {"33-extensions",        CA_MALFORMED, "more than 32"  },
    {"unique-id",            CA_MALFORMED, ""              },
    {"two-algorithms",       CA_MALFORMED, "two different" },
    {"negative-serial",      CA_MALFORMED, "negative"      },
};

static struct sample load(const char *name)
{
    char file[80];

    (void)snprintf(file, sizeof(file), "%s.der", name);
    return sample_load("cert", file);
}

static void cert_read_answers_each_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cert_cases); i++) {
        const struct cert_case *c = &cert_cases[i];
        CA_AUTO(sample) struct sample s = load(c->file);
        struct cert cert;
        struct ca_err err = {0};
        enum ca_rc rc = cert_read(s.bytes, &cert, &err);

        test_note(c->file);
        if (rc != c->rc || strstr(err.text, c->says) == NULL)
            fail_msg("%d '%s'", (int)rc, err.text);
    }
}

static int64_t seconds_of(const ASN1_TIME *at)
{
    struct tm tm;

    assert_int_equal(ASN1_TIME_to_tm(at, &tm), 1);
    return timegm(&tm);
}

static void same_der(struct ca_bytes ours, int len, uint8_t *theirs)
{
    assert_true(len > 0 && ca_bytes_equal(ours, (struct ca_bytes){theirs, (size_t)len}));
    OPENSSL_free(theirs);
}

/* Every field is what OpenSSL reads there. */
static void compare(const struct cert *c, X509 *x)
{
    CA_AUTO(bn) BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
    CA_AUTO(bn) BIGNUM *ours = BN_bin2bn(c->serial.ptr, (int)c->serial.len, NULL);
    uint8_t *der = NULL;
    uint32_t bits = 0;
    bool ca = false;
    int path_length = -1;
    struct ca_bytes id;
    struct ca_err err;
    int len;

    assert_int_equal(BN_cmp(serial, ours), 0);
    assert_int_equal(c->not_before, seconds_of(X509_get0_notBefore(x)));
    assert_int_equal(c->not_after, seconds_of(X509_get0_notAfter(x)));
    len = i2d_X509_NAME(X509_get_subject_name(x), &der);
    same_der(c->subject, len, der);
    der = NULL;
    len = i2d_X509_NAME(X509_get_issuer_name(x), &der);
    same_der(c->issuer, len, der);
    der = NULL;
    len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
    same_der(c->spki, len, der);
    assert_int_equal(c->extension_n, X509_get_ext_count(x));
    if (cert_key_usage(c, &bits, &err) == CA_OK)
        assert_int_equal((bits & CERT_KU_KEY_CERT_SIGN) != 0,
                         (X509_get_key_usage(x) & KU_KEY_CERT_SIGN) != 0);
    if (cert_basic_constraints(c, &ca, &path_length, &err) == CA_OK)
        assert_int_equal(path_length, X509_get_pathlen(x));
    assert_int_equal(ca, (X509_get_extension_flags(x) & EXFLAG_CA) != 0);
    assert_int_equal(cert_subject_key_identifier(c, &id, &err), CA_OK);
    assert_true(ca_bytes_equal(
        id, (struct ca_bytes){ASN1_STRING_get0_data(X509_get0_subject_key_id(x)),
                              (size_t)ASN1_STRING_length(X509_get0_subject_key_id(x))}));
}

static void cert_read_agrees_with_openssl(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cert_cases) && cert_cases[i].rc == CA_OK; i++) {
        CA_AUTO(sample) struct sample s = load(cert_cases[i].file);
        const uint8_t *at = s.bytes.ptr;
        CA_AUTO(x509) X509 *x = d2i_X509(NULL, &at, (long)s.bytes.len);
        struct cert cert;
        struct ca_err err = {0};

        test_note(cert_cases[i].file);
        assert_non_null(x);
        assert_int_equal(cert_read(s.bytes, &cert, &err), CA_OK);
        compare(&cert, x);
    }
}

static const struct chain_case {
    const char *files[5];
    int64_t at;
    enum ca_rc rc;
    const char *says;
} chain_cases[] = {
    {{"leaf", "sub", "root"},                                      NOW,                  CA_OK,        ""               },
    {{"sub", "root"},                                              NOW,                  CA_OK,        ""               },
    {{"root"},                                                     NOW,                  CA_OK,        ""               },
    {{"root-rsa"},                                                 NOW,                  CA_OK,        ""               },
    {{"root-ed25519"},                                             NOW,                  CA_OK,        ""               },
    {{"leaf-rsa", "root-rsa"},                                     NOW,                  CA_OK,        ""               },
    {{"leaf"},                                                     NOW,                  CA_DENIED,    "does not end"   },
    {{"leaf", "sub"},                                              NOW,                  CA_DENIED,    "does not end"   },
    {{"leaf", "root"},                                             NOW,                  CA_DENIED,    "another name"   },
    {{"sub", "leaf", "root"},                                      NOW,                  CA_DENIED,    "another name"   },
    {{"leaf-wrong-signer", "sub", "root"},                         NOW,                  CA_DENIED,    "does not verify"},
    {{"leaf-wrong-key-id", "sub", "root"},                         NOW,                  CA_DENIED,    "key identifier" },
    {{"leaf-under-leaf", "leaf", "sub", "root"},                   NOW,                  CA_DENIED,    "not a CA"       },
    {{"leaf-under-sub-under-sub", "sub-under-sub", "sub", "root"}, NOW,                  CA_DENIED,    "path length"    },
    {{"leaf-under-no-sign", "ca-without-cert-sign", "root"},       NOW,                  CA_DENIED,    "keyCertSign"    },
    {{"leaf-expired", "sub", "root"},                              NOW,                  CA_DENIED,    "expired"        },
    {{"leaf", "sub", "root"},                                      NOW - 400LL * 86400,  CA_DENIED,    "not valid yet"  },
    {{"leaf", "sub", "root"},                                      NOW + 4000LL * 86400, CA_DENIED,    "expired"        },
    {{"leaf", "v1"},                                               NOW,                  CA_MALFORMED, "version 3"      },
    {{"leaf", "truncated"},                                        NOW,                  CA_MALFORMED, "cut short"      },
    {{NULL},                                                       NOW,                  CA_MALFORMED, "ends where"     },
};

static void chain_load(const struct chain_case *c, struct ca_buf *ret)
{
    for (size_t j = 0; j < CA_COUNT(c->files) && c->files[j] != NULL; j++) {
        CA_AUTO(sample) struct sample s = load(c->files[j]);

        ca_buf_bytes(ret, s.bytes);
    }
}

static void cert_chain_check_answers_each_chain(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(chain_cases); i++) {
        const struct chain_case *c = &chain_cases[i];
        CA_AUTO(buf) struct ca_buf der = {0};
        struct ca_err err = {0};
        enum ca_rc rc;

        chain_load(c, &der);
        rc = cert_chain_check(ca_buf_view(&der), c->at, &err);
        test_note(c->files[0] != NULL ? c->files[0] : "nothing");
        if (rc != c->rc || strstr(err.text, c->says) == NULL)
            fail_msg("%d '%s'", (int)rc, err.text);
    }
}

/* A chain that we take OpenSSL takes too, and the other way round, but for broken encodings. */
static int openssl_takes(const struct chain_case *c)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    STACK_OF(X509) *all = sk_X509_new_null();
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    const uint8_t *at;
    int answer;

    chain_load(c, &der);
    at = der.ptr;
    while (at < der.ptr + der.len)
        sk_X509_push(all, d2i_X509(NULL, &at, (long)(der.ptr + der.len - at)));
    X509_STORE_add_cert(store, sk_X509_value(all, sk_X509_num(all) - 1));
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), c->at);
    X509_STORE_CTX_init(ctx, store, sk_X509_value(all, 0), all);
    answer = X509_verify_cert(ctx);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_pop_free(all, X509_free);
    return answer;
}

static void cert_chain_check_agrees_with_openssl(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(chain_cases); i++) {
        if (chain_cases[i].rc == CA_MALFORMED || strcmp(chain_cases[i].says, "another name") == 0)
            continue; /* OpenSSL picks its issuers in any order */
        test_note(chain_cases[i].files[0]);
        assert_int_equal(openssl_takes(&chain_cases[i]) == 1, chain_cases[i].rc == CA_OK);
    }
}

static void an_absent_extension_is_not_found(void **state)
{
    CA_AUTO(sample) struct sample s = load("leaf");
    struct cert cert;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(cert_read(s.bytes, &cert, &err), CA_OK);
    assert_null(cert_extension(&cert, EXT_OCSP_NO_CHECK));
    for (int kind = 0; kind < EXT__COUNT; kind++)
        assert_non_null(cert_extension_info((enum cert_extension_kind)kind)->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cert_read_answers_each_sample),
        cmocka_unit_test(cert_read_agrees_with_openssl),
        cmocka_unit_test(cert_chain_check_answers_each_chain),
        cmocka_unit_test(cert_chain_check_agrees_with_openssl),
        cmocka_unit_test(an_absent_extension_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
