/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/time.h"
#include "tests/unit/front_fakes.h"

static void must(bool ok)
{
    if (!ok)
        abort();
}

static EVP_PKEY *key_new(const char *kind)
{
    EVP_PKEY *key = strcmp(kind, "RSA") == 0 ? EVP_RSA_gen(2048U) : EVP_EC_gen(kind);

    must(key != NULL);
    return key;
}

static void extension_add(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *ext;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    must(ext != NULL && X509_add_ext(cert, ext, -1) == 1);
    X509_EXTENSION_free(ext);
}

struct cert_plan {
    const char *name;
    const char *eku; /* NULL: a CA; "": none */
    long from_s, to_s;
};

static X509 *cert_new(const struct cert_plan *plan, EVP_PKEY *key, X509 *issuer,
                      EVP_PKEY *issuer_key)
{
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);
    static long serial = 1000;

    must(X509_set_version(cert, 2) == 1 && X509_set_pubkey(cert, key) == 1);
    must(ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++) == 1);
    must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)plan->name, -1, -1,
                                    0) == 1);
    must(X509_set_issuer_name(cert, issuer != NULL ? X509_get_subject_name(issuer) : name) == 1);
    must(X509_gmtime_adj(X509_getm_notBefore(cert), plan->from_s) != NULL);
    must(X509_gmtime_adj(X509_getm_notAfter(cert), plan->to_s) != NULL);
    extension_add(cert, issuer != NULL ? issuer : cert, NID_basic_constraints,
                  plan->eku == NULL ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (plan->eku == NULL)
        extension_add(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign");
    if (plan->eku != NULL && plan->eku[0] != '\0')
        extension_add(cert, issuer, NID_ext_key_usage, plan->eku);
    if (plan->eku != NULL && strcmp(plan->eku, "serverAuth") == 0)
        extension_add(cert, issuer, NID_subject_alt_name, "IP:127.0.0.1");
    must(X509_sign(cert, issuer_key, EVP_sha256()) > 0);
    return cert;
}

static const struct cert_plan plans[PKI__COUNT] = {
    [PKI_SERVER] = {"127.0.0.1", "serverAuth", -60,   3600},
    [PKI_OFFICER] = {"olga",      "clientAuth", -60,   3600},
    [PKI_REQUESTER] = {"rob",       "clientAuth", -60,   3600},
    [PKI_REVOKED] = {"rita",      "clientAuth", -60,   3600},
    [PKI_STRANGER] = {"sam",       "clientAuth", -60,   3600},
    [PKI_EXPIRED] = {"ed",        "clientAuth", -3600, -60 },
    [PKI_NO_EKU] = {"nora",      "serverAuth", -60,   3600},
    [PKI_FOREIGN] = {"fay",       "clientAuth", -60,   3600},
};
static const struct cert_plan root_plan = {"root", NULL, -60, 86400};
static const struct cert_plan foreign_plan = {"foreign root", NULL, -60, 86400};

void pki_make(struct pki *pki, const char *server_key)
{
    pki->root_key = key_new("P-256");
    pki->foreign_key = key_new("P-256");
    pki->root = cert_new(&root_plan, pki->root_key, NULL, pki->root_key);
    pki->foreign = cert_new(&foreign_plan, pki->foreign_key, NULL, pki->foreign_key);
    for (int i = 0; i < PKI__COUNT; i++) {
        bool foreign = i == PKI_FOREIGN;

        pki->keys[i] = key_new(i == PKI_SERVER ? server_key : "P-256");
        pki->certs[i] = cert_new(&plans[i], pki->keys[i], foreign ? pki->foreign : pki->root,
                                 foreign ? pki->foreign_key : pki->root_key);
    }
}

void pki_done(struct pki *pki)
{
    for (int i = 0; i < PKI__COUNT; i++) {
        EVP_PKEY_free(pki->keys[i]);
        X509_free(pki->certs[i]);
    }
    EVP_PKEY_free(pki->root_key);
    EVP_PKEY_free(pki->foreign_key);
    X509_free(pki->root);
    X509_free(pki->foreign);
}

void pki_der(X509 *cert, struct ca_buf *ret)
{
    unsigned char *der = NULL;
    int n = i2d_X509(cert, &der);

    must(n > 0);
    ca_buf_add(ret, der, (size_t)n);
    OPENSSL_free(der);
}

void pki_crl(const struct pki *pki, int number, struct ca_buf *ret)
{
    CA_AUTO(x509_crl) X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *at = ASN1_TIME_new();
    ASN1_INTEGER *n = ASN1_INTEGER_new();
    unsigned char *der = NULL;
    int len;

    must(X509_CRL_set_version(crl, 1) == 1 && ASN1_INTEGER_set(n, number) == 1);
    must(X509_CRL_set_issuer_name(crl, X509_get_subject_name(pki->root)) == 1);
    must(ASN1_TIME_adj(at, ca_time_now(), 0, -60) != NULL &&
         X509_CRL_set1_lastUpdate(crl, at) == 1);
    must(ASN1_TIME_adj(at, ca_time_now(), 0, 600) != NULL &&
         X509_CRL_set1_nextUpdate(crl, at) == 1);
    must(X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0) == 1);
    must(X509_CRL_sign(crl, pki->root_key, EVP_sha256()) > 0);
    len = i2d_X509_CRL(crl, &der);
    must(len > 0);
    ca_buf_add(ret, der, (size_t)len);
    OPENSSL_free(der);
    ASN1_TIME_free(at);
    ASN1_INTEGER_free(n);
}
