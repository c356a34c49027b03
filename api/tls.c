/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tls_internal.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <pthread.h>

#include "api/peer_internal.h"
#include "base/der.h"
#include "base/pem.h"

enum { TLS_CHAIN_MAX = 8 };

/* One certificate chain and its key. Never changed; replaced whole. */
struct identity {
    struct identity *older; /* a handshake may still use it */
    const struct hsm_key *hsm;
    tls_lost_fn lost;
    gnutls_privkey_t key;
    gnutls_pcert_st chain[TLS_CHAIN_MAX];
    unsigned chain_n;
};

struct tls {
    struct trust *trust;
    struct ca_buf roots_pem;
    gnutls_datum_t ticket_key;
    tls_lost_fn lost;
    pthread_mutex_t lock; /* guards current */
    struct identity *current;
};

/* GnuTLS's name of a signature, ours, and the kind of key that makes it. */
static const struct {
    gnutls_sign_algorithm_t gnutls;
    enum ca_signature ours;
    enum ca_key_kind kind;
} signatures[] = {
    {GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, CA_SIG_ECDSA_SHA256, CA_KEY_P256},
    {GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, CA_SIG_ECDSA_SHA384, CA_KEY_P384},
    {GNUTLS_SIGN_ECDSA_SECP521R1_SHA512, CA_SIG_ECDSA_SHA512, CA_KEY_P521},
    {GNUTLS_SIGN_ECDSA_SHA256,           CA_SIG_ECDSA_SHA256, CA_KEY_P256},
    {GNUTLS_SIGN_ECDSA_SHA384,           CA_SIG_ECDSA_SHA384, CA_KEY_P384},
    {GNUTLS_SIGN_ECDSA_SHA512,           CA_SIG_ECDSA_SHA512, CA_KEY_P521},
    {GNUTLS_SIGN_RSA_PSS_RSAE_SHA256,    CA_SIG_PSS_SHA256,   CA_KEY_RSA },
    {GNUTLS_SIGN_RSA_PSS_RSAE_SHA384,    CA_SIG_PSS_SHA384,   CA_KEY_RSA },
    {GNUTLS_SIGN_RSA_PSS_RSAE_SHA512,    CA_SIG_PSS_SHA512,   CA_KEY_RSA },
    {GNUTLS_SIGN_RSA_SHA256,             CA_SIG_RSA_SHA256,   CA_KEY_RSA },
    {GNUTLS_SIGN_RSA_SHA384,             CA_SIG_RSA_SHA384,   CA_KEY_RSA },
    {GNUTLS_SIGN_RSA_SHA512,             CA_SIG_RSA_SHA512,   CA_KEY_RSA },
};

static bool signature_of(const struct hsm_key *key, gnutls_sign_algorithm_t algorithm,
                         enum ca_signature *ret)
{
    enum ca_key_kind kind = hsm_key_spec(key).kind;

    for (size_t i = 0; i < CA_COUNT(signatures); i++) {
        if (signatures[i].gnutls != algorithm)
            continue;
        /* TLS 1.2 binds no curve to a digest. */
        if (signatures[i].kind != kind &&
            (kind == CA_KEY_RSA || signatures[i].kind == CA_KEY_RSA || algorithm >= 0x10000))
            continue;
        *ret = signatures[i].ours;
        return true;
    }
    return false;
}

static int datum_fill(gnutls_datum_t *ret, struct ca_bytes bytes)
{
    ret->data = gnutls_malloc(bytes.len);
    if (ret->data == NULL)
        return GNUTLS_E_MEMORY_ERROR;
    memcpy(ret->data, bytes.ptr, bytes.len);
    ret->size = (unsigned)bytes.len;
    return 0;
}

/* Says so, where the token failed, to those who end the process. */
static int sign_failed(const struct identity *id, enum ca_rc rc, const struct ca_err *err)
{
    if (rc == CA_UNAVAILABLE && id->lost != NULL)
        id->lost(err->text);
    return GNUTLS_E_PK_SIGN_FAILED;
}

static int key_sign(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *arg,
                    unsigned flags, const gnutls_datum_t *data, gnutls_datum_t *ret)
{
    const struct identity *id = arg;
    CA_AUTO(buf) struct ca_buf signature = {0};
    enum ca_signature sig;
    enum ca_rc rc;
    struct ca_err err;

    (void)key;
    (void)flags;
    if (!signature_of(id->hsm, algorithm, &sig))
        return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
    rc = hsm_sign(id->hsm, sig, (struct ca_bytes){data->data, data->size}, &signature, &err);
    if (rc != CA_OK)
        return sign_failed(id, rc, &err);
    return datum_fill(ret, ca_buf_view(&signature));
}

/* GNUTLS_SIGN_RSA_RAW: a DigestInfo (RFC 8017 9.2), whose digest its length tells. */
static bool raw_signature_of(const gnutls_datum_t *info, enum ca_signature *ret, size_t *ret_len)
{
    static const struct {
        unsigned size;
        size_t digest;
        enum ca_signature ours;
    } infos[] = {
        {51, 32, CA_SIG_RSA_SHA256},
        {67, 48, CA_SIG_RSA_SHA384},
        {83, 64, CA_SIG_RSA_SHA512}
    };

    for (size_t i = 0; i < CA_COUNT(infos); i++) {
        if (infos[i].size != info->size)
            continue;
        *ret = infos[i].ours;
        *ret_len = infos[i].digest;
        return true;
    }
    return false;
}

static int key_sign_hash(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *arg,
                         unsigned flags, const gnutls_datum_t *hash, gnutls_datum_t *ret)
{
    const struct identity *id = arg;
    CA_AUTO(buf) struct ca_buf signature = {0};
    size_t len = hash->size;
    enum ca_signature sig;
    enum ca_rc rc;
    struct ca_bytes digest;
    struct ca_err err;

    (void)key;
    (void)flags;
    if (algorithm == GNUTLS_SIGN_RSA_RAW ? !raw_signature_of(hash, &sig, &len)
                                         : !signature_of(id->hsm, algorithm, &sig))
        return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
    digest = (struct ca_bytes){hash->data + hash->size - len, len};
    rc = hsm_sign_digest(id->hsm, sig, digest, &signature, &err);
    if (rc != CA_OK)
        return sign_failed(id, rc, &err);
    return datum_fill(ret, ca_buf_view(&signature));
}

static int key_info(gnutls_privkey_t key, unsigned flags, void *arg)
{
    const struct identity *id = arg;
    struct ca_key_spec spec = hsm_key_spec(id->hsm);
    enum ca_signature sig;

    (void)key;
    if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0)
        return spec.kind == CA_KEY_RSA ? GNUTLS_PK_RSA : GNUTLS_PK_EC;
    if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0)
        return (int)(spec.kind == CA_KEY_RSA ? spec.bits : ca_key_info(spec.kind)->bits);
    if ((flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) != 0)
        return signature_of(id->hsm, GNUTLS_FLAGS_TO_SIGN_ALGO(flags), &sig) ? 1 : 0;
    return -1;
}

static void identity_free(struct identity *id)
{
    while (id != NULL) {
        struct identity *older = id->older;

        for (unsigned i = 0; i < id->chain_n; i++)
            gnutls_pcert_deinit(&id->chain[i]);
        if (id->key != NULL)
            gnutls_privkey_deinit(id->key);
        free(id);
        id = older;
    }
}
CA_AUTO_DEFINE(identity, struct identity *, identity_free);

static CA_RC chain_import(struct identity *id, struct ca_bytes chain, struct ca_err *err)
{
    while (chain.len > 0) {
        gnutls_datum_t datum;
        struct der cert;
        int rc;

        CA_TRY(der_take(&chain, DER_SEQUENCE, &cert, err));
        if (id->chain_n == TLS_CHAIN_MAX)
            return CA_FAIL(err, CA_LIMIT, "more than %d certificates for TLS", TLS_CHAIN_MAX);
        datum = (gnutls_datum_t){(unsigned char *)(uintptr_t)cert.all.ptr, (unsigned)cert.all.len};
        rc = gnutls_pcert_import_x509_raw(&id->chain[id->chain_n], &datum, GNUTLS_X509_FMT_DER, 0);
        if (rc != 0)
            return CA_FAIL(err, CA_MALFORMED, "TLS certificate: %s", gnutls_strerror(rc));
        id->chain_n++;
    }
    if (id->chain_n == 0)
        return CA_FAIL(err, CA_MALFORMED, "no TLS certificate");
    return CA_OK;
}

static CA_RC identity_new(const struct hsm_key *key, struct ca_bytes chain, tls_lost_fn lost,
                          struct identity **ret, struct ca_err *err)
{
    CA_AUTO(identity) struct identity *id = calloc(1, sizeof(*id));
    enum ca_key_kind kind = hsm_key_spec(key).kind;
    int rc;

    if (id == NULL || gnutls_privkey_init(&id->key) != 0)
        return CA_FAIL_NOMEM(err);
    if (kind != CA_KEY_RSA && kind != CA_KEY_P256 && kind != CA_KEY_P384 && kind != CA_KEY_P521)
        return CA_FAIL_AS(err, CA_DENIED, "key-not-taken", "a TLS key is RSA or of a NIST curve");
    id->hsm = key;
    id->lost = lost;
    CA_TRY(chain_import(id, chain, err));
    rc = gnutls_privkey_import_ext4(id->key, id, key_sign, key_sign_hash, NULL, NULL, key_info, 0);
    if (rc != 0)
        return CA_FAIL(err, CA_FAULT, "TLS key: %s", gnutls_strerror(rc));
    *ret = CA_MOVE(id);
    return CA_OK;
}

void tls_free(struct tls *tls)
{
    if (tls == NULL)
        return;
    identity_free(tls->current);
    trust_free(tls->trust);
    ca_buf_done(&tls->roots_pem);
    if (tls->ticket_key.data != NULL) {
        gnutls_memset(tls->ticket_key.data, 0, tls->ticket_key.size);
        gnutls_free(tls->ticket_key.data);
    }
    (void)pthread_mutex_destroy(&tls->lock);
    free(tls);
}
CA_AUTO_DEFINE(tls, struct tls *, tls_free);

static CA_RC roots_pem(struct ca_bytes roots, struct ca_buf *ret, struct ca_err *err)
{
    while (roots.len > 0) {
        struct der cert;

        CA_TRY(der_take(&roots, DER_SEQUENCE, &cert, err));
        pem_put(ret, "CERTIFICATE", cert.all);
    }
    ca_buf_u8(ret, '\0');
    return ca_buf_check(ret, err);
}

CA_RC tls_new(const struct hsm_key *key, struct ca_bytes chain, struct ca_bytes client_roots,
              tls_lost_fn lost, struct tls **ret, struct ca_err *err)
{
    CA_AUTO(tls) struct tls *tls = calloc(1, sizeof(*tls));

    if (tls == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&tls->lock, NULL);
    CA_TRY(trust_new(client_roots, &tls->trust, err));
    CA_TRY(roots_pem(client_roots, &tls->roots_pem, err));
    tls->lost = lost;
    CA_TRY(identity_new(key, chain, lost, &tls->current, err));
    if (gnutls_session_ticket_key_generate(&tls->ticket_key) != 0)
        return CA_FAIL(err, CA_FAULT, "no random octets for TLS tickets");
    *ret = CA_MOVE(tls);
    return CA_OK;
}

CA_RC tls_replace(struct tls *tls, const struct hsm_key *key, struct ca_bytes chain,
                  struct ca_err *err)
{
    struct identity *id = NULL;

    CA_TRY(identity_new(key, chain, tls->lost, &id, err));
    (void)pthread_mutex_lock(&tls->lock);
    id->older = tls->current;
    tls->current = id;
    (void)pthread_mutex_unlock(&tls->lock);
    return CA_OK;
}

void tls_session_begin(struct tls *tls, void *session)
{
    gnutls_session_set_ptr(session, tls);
    (void)gnutls_session_ticket_enable_server(session, &tls->ticket_key);
}

static int retrieve(gnutls_session_t session, const gnutls_datum_t *names, int name_n,
                    const gnutls_pk_algorithm_t *algorithms, int algorithm_n,
                    gnutls_pcert_st **ret_chain, unsigned *ret_n, gnutls_privkey_t *ret_key)
{
    struct tls *tls = gnutls_session_get_ptr(session);

    (void)names;
    (void)name_n;
    (void)algorithms;
    (void)algorithm_n;
    (void)pthread_mutex_lock(&tls->lock);
    *ret_chain = tls->current->chain;
    *ret_n = tls->current->chain_n;
    *ret_key = tls->current->key;
    (void)pthread_mutex_unlock(&tls->lock);
    return 0;
}

void *tls_retrieve_function(void)
{
    union {
        gnutls_certificate_retrieve_function2 *function;
        void *pointer; /* the option is variadic and takes a function as a pointer */
    } cast = {.function = retrieve};

    return cast.pointer;
}

const char *tls_client_roots_pem(const struct tls *tls)
{
    return (const char *)tls->roots_pem.ptr;
}

const struct trust *tls_trust(const struct tls *tls)
{
    return tls->trust;
}
