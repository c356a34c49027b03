/* SPDX-License-Identifier: Apache-2.0 */
#include "api/peer_internal.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/auto.h"
#include "base/der.h"
#include "base/digest.h"
#include "base/time.h"
#include "policy/cert.h"

enum { PEER_CHAIN_MAX = 8, PEER_AGAIN_S = 300 };

struct trust {
    gnutls_x509_trust_list_t list;
};

/* A chain as GnuTLS wants it. */
struct peer_chain {
    gnutls_x509_crt_t certs[PEER_CHAIN_MAX];
    unsigned n;
};

static void peer_chain_done(struct peer_chain chain)
{
    for (unsigned i = 0; i < chain.n; i++)
        gnutls_x509_crt_deinit(chain.certs[i]);
}
CA_AUTO_DEFINE(peer_chain, struct peer_chain, peer_chain_done);

void trust_free(struct trust *t)
{
    if (t == NULL)
        return;
    if (t->list != NULL)
        gnutls_x509_trust_list_deinit(t->list, 1);
    free(t);
}
CA_AUTO_DEFINE(trust, struct trust *, trust_free);

static CA_RC root_add(struct trust *t, struct ca_bytes cert, struct ca_err *err)
{
    gnutls_datum_t datum = {(unsigned char *)(uintptr_t)cert.ptr, (unsigned)cert.len};
    gnutls_x509_crt_t crt = NULL;
    int rc = gnutls_x509_crt_init(&crt);

    if (rc != 0)
        return CA_FAIL_NOMEM(err);
    rc = gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_DER);
    if (rc == 0 && gnutls_x509_trust_list_add_cas(t->list, &crt, 1, 0) == 1)
        return CA_OK;
    gnutls_x509_crt_deinit(crt);
    return CA_FAIL(err, CA_MALFORMED, "root of client certificates: %s", gnutls_strerror(rc));
}

CA_RC trust_new(struct ca_bytes roots, struct trust **ret, struct ca_err *err)
{
    CA_AUTO(trust) struct trust *t = calloc(1, sizeof(*t));

    if (t == NULL || gnutls_x509_trust_list_init(&t->list, 0) != 0)
        return CA_FAIL_NOMEM(err);
    while (roots.len > 0) {
        struct der cert;

        CA_TRY(der_take(&roots, DER_SEQUENCE, &cert, err));
        CA_TRY(root_add(t, cert.all, err));
    }
    *ret = CA_MOVE(t);
    return CA_OK;
}

/* Reasons in the order in which they are told. */
static const struct {
    unsigned status;
    const char *text;
} reasons[] = {
    {GNUTLS_CERT_EXPIRED,                    "is expired"                                   },
    {GNUTLS_CERT_NOT_ACTIVATED,              "is not valid yet"                             },
    {GNUTLS_CERT_REVOKED,                    "is revoked"                                   },
    {GNUTLS_CERT_SIGNER_NOT_FOUND,           "comes from an issuer that is not trusted here"},
    {GNUTLS_CERT_SIGNER_NOT_CA,              "comes from an issuer that is no CA"           },
    {GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, "breaks a constraint of its issuer"            },
    {GNUTLS_CERT_PURPOSE_MISMATCH,           "is not for client authentication"             },
    {GNUTLS_CERT_SIGNATURE_FAILURE,          "has a signature that does not verify"         },
    {GNUTLS_CERT_INSECURE_ALGORITHM,         "uses an algorithm that is not secure"         },
};

static CA_RC status_refuse(unsigned status, struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(reasons); i++) {
        if ((status & reasons[i].status) != 0) {
            return CA_FAIL_AS(err, CA_DENIED, "client-certificate", "the client certificate %s",
                              reasons[i].text);
        }
    }
    return CA_FAIL_AS(err, CA_DENIED, "client-certificate",
                      "the client certificate does not verify (0x%x)", status);
}

static CA_RC chain_read(const gnutls_datum_t *raw, unsigned n, struct peer_chain *ret,
                        struct ca_err *err)
{
    if (n > PEER_CHAIN_MAX) {
        return CA_FAIL_AS(err, CA_DENIED, "client-certificate",
                          "the client sent %u certificates, at most %d", n, PEER_CHAIN_MAX);
    }
    while (ret->n < n) {
        int rc = gnutls_x509_crt_init(&ret->certs[ret->n]);

        if (rc != 0)
            return CA_FAIL_NOMEM(err);
        ret->n++;
        rc = gnutls_x509_crt_import(ret->certs[ret->n - 1], &raw[ret->n - 1], GNUTLS_X509_FMT_DER);
        if (rc != 0) {
            return CA_FAIL_AS(err, CA_DENIED, "client-certificate",
                              "certificate %u of the client: %s", ret->n, gnutls_strerror(rc));
        }
    }
    return CA_OK;
}

static CA_RC chain_verify(const struct trust *t, struct peer_chain *chain, struct ca_err *err)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st want = {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)purpose, 0};
    unsigned status = GNUTLS_CERT_INVALID;
    int rc = gnutls_x509_trust_list_verify_crt2(t->list, chain->certs, chain->n, &want, 1, 0,
                                                &status, NULL);

    if (rc != 0) {
        return CA_FAIL_AS(err, CA_DENIED, "client-certificate",
                          "the client certificate cannot be verified: %s", gnutls_strerror(rc));
    }
    return status == 0 ? CA_OK : status_refuse(status, err);
}

static CA_RC hashes_make(struct ca_bytes der, struct peer *peer, struct ca_err *err)
{
    struct cert cert;

    if (cert_read(der, &cert, err) != CA_OK) {
        return CA_FAIL_AS(err, CA_DENIED, "client-certificate",
                          "the client certificate is not one of version 3 in DER");
    }
    CA_TRY(ca_sha256(cert.spki, peer->key_hash, err));
    return ca_sha256(der, peer->fingerprint, err);
}

static CA_RC verify(const struct trust *t, gnutls_session_t session, struct peer *peer,
                    struct ca_err *err)
{
    CA_AUTO(peer_chain) struct peer_chain chain = {0};
    unsigned n = 0;
    const gnutls_datum_t *raw = gnutls_certificate_get_peers(session, &n);
    int64_t expires;

    if (raw == NULL || n == 0)
        return CA_FAIL_AS(err, CA_DENIED, "unauthenticated", "no client certificate was given");
    CA_TRY(chain_read(raw, n, &chain, err));
    CA_TRY(chain_verify(t, &chain, err));
    CA_TRY(hashes_make((struct ca_bytes){raw[0].data, raw[0].size}, peer, err));
    expires = (int64_t)gnutls_x509_crt_get_expiration_time(chain.certs[0]);
    if (peer->verify_again_at > expires + 1)
        peer->verify_again_at = expires + 1;
    return CA_OK;
}

CA_RC peer_verify(const struct trust *t, void *session, struct peer *peer, struct ca_err *err)
{
    int64_t now = ca_time_now();

    /* A clock that was set back by more than that counts as changed, too. */
    if (now >= peer->verify_again_at || now < peer->verify_again_at - PEER_AGAIN_S) {
        peer->verify_again_at = now + PEER_AGAIN_S;
        peer->rc = verify(t, session, peer, &peer->err);
    }
    if (peer->rc != CA_OK)
        *err = peer->err;
    return peer->rc;
}
