/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>

#include "base/der.h"
#include "ca/ocsp_internal.h"

#define OID_PKIX_OCSP(n) DER_OID, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, (n)

static const struct ca_bytes basic_oid = CA_BYTES(OID_PKIX_OCSP(1));
static const struct ca_bytes nonce_oid = CA_BYTES(OID_PKIX_OCSP(2));
static const struct ca_bytes archive_cutoff_oid = CA_BYTES(OID_PKIX_OCSP(6));

/* With NULL as parameters: so do the requests of OpenSSL and of all who compare octets. */
/* clang-format off */
static const struct cert_id_digest {
    const char *name;
    const char *ossl;
    struct ca_bytes algorithm;
} digests[] = {
    {"sha1",   "SHA1",   CA_BYTES(0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00)},
    {"sha256", "SHA256", CA_BYTES(0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00)},
};
/* clang-format on */

static const struct cert_id_digest *digest_find(const char *name)
{
    for (size_t i = 0; i < CA_COUNT(digests); i++) {
        if (strcmp(digests[i].name, name) == 0)
            return &digests[i];
    }
    return NULL;
}

static CA_RC hash_put(struct der_writer *w, const struct cert_id_digest *digest,
                      struct ca_bytes bytes, struct ca_err *err)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    size_t len;

    if (EVP_Q_digest(NULL, digest->ossl, NULL, bytes.ptr, bytes.len, hash, &len) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "cannot make a %s digest", digest->ossl);
    der_put(w, DER_OCTET_STRING, (struct ca_bytes){hash, len});
    return CA_OK;
}

CA_RC ocsp_cert_id_write(struct der_writer *w, const char *digest, struct ca_bytes issuer_name,
                         struct ca_bytes issuer_spki, struct ca_err *err)
{
    const struct cert_id_digest *row = digest_find(digest);
    struct spki_info spki;

    if (row == NULL)
        return CA_FAIL(err, CA_MALFORMED, "no CertID has the digest '%.32s'", digest);
    CA_TRY(spki_read(issuer_spki, &spki, err));
    der_put_raw(w, row->algorithm);
    CA_TRY(hash_put(w, row, issuer_name, err));
    return hash_put(w, row, spki.key, err); /* RFC 6960 4.1.1: without tag, length, unused bits */
}

static void status_put(struct der_writer *w, const struct ocsp_single *single)
{
    const struct ca_bytes none = {NULL, 0};
    uint8_t reason = (uint8_t)single->reason;

    if (single->status != OCSP_REVOKED) {
        der_put(w, DER_CONTEXT + (unsigned)single->status, none);
        return;
    }
    der_open(w, DER_CONTEXT_0 + OCSP_REVOKED);
    der_put_generalized_time(w, single->revoked_at);
    if (single->reason > 0) { /* RFC 5280 5.3.1: unspecified is left out */
        der_open(w, DER_CONTEXT_0);
        der_put(w, DER_ENUMERATED, (struct ca_bytes){&reason, 1});
        der_close(w);
    }
    der_close(w);
}

/* Opens Extensions with one Extension, down into its extnValue; ours are not critical. */
static void extension_open(struct der_writer *w, struct ca_bytes oid)
{
    der_open(w, DER_CONTEXT_0 + 1);
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, oid);
    der_open(w, DER_OCTET_STRING);
}

static void extension_close(struct der_writer *w)
{
    for (unsigned i = 0; i < 4; i++)
        der_close(w);
}

static void single_put(struct der_writer *w, const struct ocsp_head *head,
                       const struct ocsp_single *single)
{
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, head->cert_id);
    der_put(w, DER_INTEGER, single->serial);
    der_close(w);
    status_put(w, single);
    der_put_generalized_time(w, head->this_update);
    der_open(w, DER_CONTEXT_0);
    der_put_generalized_time(w, head->next_update);
    der_close(w);
    if (head->archive_cutoff != 0) { /* RFC 6960 4.4.4 */
        extension_open(w, archive_cutoff_oid);
        der_put_generalized_time(w, head->archive_cutoff);
        extension_close(w);
    }
    der_close(w);
}

void ocsp_data_write(struct der_writer *w, const struct ocsp_signer *signer,
                     const struct ocsp_head *head, const struct ocsp_single *singles, size_t n)
{
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_CONTEXT_0 + 2); /* byKey */
    der_put(w, DER_OCTET_STRING, (struct ca_bytes){signer->key_hash, sizeof(signer->key_hash)});
    der_close(w);
    der_put_generalized_time(w, head->this_update);
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++)
        single_put(w, head, &singles[i]);
    der_close(w);
    if (head->nonce.len > 0) { /* RFC 9654 2.1: an OCTET STRING in extnValue's */
        extension_open(w, nonce_oid);
        der_put(w, DER_OCTET_STRING, head->nonce);
        extension_close(w);
    }
    der_close(w);
}

static void basic_put(struct der_writer *w, const struct ocsp_signer *signer, struct ca_bytes data,
                      struct ca_bytes signature)
{
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, data);
    der_put_raw(w, ca_signature_info(signer->signature)->algorithm);
    der_put_bits(w, signature);
    if (signer->certificate.len > 0) {
        der_open(w, DER_CONTEXT_0);
        der_open(w, DER_SEQUENCE);
        der_put_raw(w, signer->certificate);
        der_close(w);
        der_close(w);
    }
    der_close(w);
}

void ocsp_response_write(struct der_writer *w, const struct ocsp_signer *signer,
                         struct ca_bytes data, struct ca_bytes signature)
{
    static const uint8_t successful;

    der_open(w, DER_SEQUENCE);
    der_put(w, DER_ENUMERATED, (struct ca_bytes){&successful, 1});
    der_open(w, DER_CONTEXT_0);
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, basic_oid);
    der_open(w, DER_OCTET_STRING);
    basic_put(w, signer, data, signature);
    der_close(w);
    der_close(w);
    der_close(w);
    der_close(w);
}
