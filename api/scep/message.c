/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/message_internal.h"
#include "api/scep/oid_internal.h"

#include <openssl/objects.h>

#include "db/scep.h"
#include "policy/spki.h"

/* Hashes that a message may be signed with; the old ones where an endpoint names them. */
static const struct {
    int nid;
    unsigned legacy; /* bit of enum db_scep_legacy; 0: always */
    const char *name;
} digests[] = {
    {NID_sha256, 0,            "SHA-256"},
    {NID_sha384, 0,            "SHA-384"},
    {NID_sha512, 0,            "SHA-512"},
    {NID_sha1,   DB_SCEP_SHA1, "SHA-1"  },
    {NID_md5,    DB_SCEP_MD5,  "MD5"    },
};

static const struct {
    const char *dotted;
    struct ca_bytes der;
} attribute_oids[] = {
  /* clang-format off */
    [SCEP_MESSAGE_TYPE] = {"2.16.840.1.113733.1.9.2", OID_SCEP(2)},
    [SCEP_PKI_STATUS] = {"2.16.840.1.113733.1.9.3", OID_SCEP(3)},
    [SCEP_FAIL_INFO] = {"2.16.840.1.113733.1.9.4", OID_SCEP(4)},
    [SCEP_SENDER_NONCE] = {"2.16.840.1.113733.1.9.5", OID_SCEP(5)},
    [SCEP_RECIPIENT_NONCE] = {"2.16.840.1.113733.1.9.6", OID_SCEP(6)},
    [SCEP_TRANSACTION_ID] = {"2.16.840.1.113733.1.9.7", OID_SCEP(7)},
    [SCEP_FAIL_INFO_TEXT] = {"1.3.6.1.5.5.7.24.1", CA_BYTES(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x18, 0x01)},
  /* clang-format on */
};
_Static_assert(CA_COUNT(attribute_oids) == SCEP_ATTRIBUTE__COUNT, "one for each");

const char *scep_attribute_oid(enum scep_attribute a)
{
    return attribute_oids[a].dotted;
}

struct ca_bytes scep_attribute_der(enum scep_attribute a)
{
    return attribute_oids[a].der;
}

void scep_message_free(struct scep_message *m)
{
    if (m == NULL)
        return;
    CMS_ContentInfo_free(m->cms);
    EVP_PKEY_free(m->signer_key);
    ca_buf_done(&m->der.own);
    ca_buf_done(&m->signer_der);
    ca_buf_done(&m->signer_spki);
    ca_buf_done(&m->content);
    free(m);
}

/* messageType: a number in decimal (RFC 8894 3.2.1.2). */
static CA_RC type_read(struct ca_bytes text, struct scep_message *m, struct ca_err *err)
{
    if (text.len == 0 || text.len > 3)
        return CA_FAIL(err, CA_MALFORMED, "messageType is not a number");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return CA_FAIL(err, CA_MALFORMED, "messageType is not a number");
        m->type = m->type * 10 + (unsigned)(text.ptr[i] - '0');
    }
    return CA_OK;
}

static CA_RC transaction_read(struct ca_bytes text, struct scep_message *m, struct ca_err *err)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return CA_FAIL(err, CA_MALFORMED, "transactionID has octet 0x%02x", text.ptr[i] + 0U);
    }
    if (text.len == 0 || !ca_text_copy(m->transaction_id, sizeof(m->transaction_id), text)) {
        return CA_FAIL(err, CA_MALFORMED, "transactionID has %zu octets, 1 to %d are taken",
                       text.len, SCEP_TRANSACTION_ID_MAX);
    }
    return CA_OK;
}

static CA_RC nonce_read(struct ca_bytes nonce, struct scep_message *m, struct ca_err *err)
{
    if (nonce.len == 0 || nonce.len > SCEP_NONCE_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "senderNonce has %zu octets, 1 to %d are taken",
                       nonce.len, SCEP_NONCE_MAX);
    }
    memcpy(m->sender_nonce, nonce.ptr, nonce.len);
    m->sender_nonce_len = nonce.len;
    return CA_OK;
}

CA_RC scep_message_read_by(scep_reader reader, struct ca_bytes der, struct scep_message **ret,
                           struct ca_err *err)
{
    CA_AUTO(scep_message) struct scep_message *m = calloc(1, sizeof(*m));
    struct scep_texts texts;

    if (m == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(reader(der, m, &texts, err));
    CA_TRY(type_read(texts.type, m, err));
    CA_TRY(transaction_read(texts.transaction_id, m, err));
    CA_TRY(nonce_read(texts.sender_nonce, m, err));
    *ret = CA_MOVE(m);
    return CA_OK;
}

CA_RC scep_message_read(struct ca_bytes der, struct scep_message **ret, struct ca_err *err)
{
    struct ca_err ignored = {0};

    if (der.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "there is no message");
    if (der.len > SCEP_MESSAGE_MAX) {
        return CA_FAIL_AS(err, CA_LIMIT, "too-large", "message of %zu octets, at most %d", der.len,
                          SCEP_MESSAGE_MAX);
    }
    if (scep_message_read_by(scep_der_read, der, ret, &ignored) == CA_OK)
        return CA_OK;
    return scep_message_read_by(scep_cms_read, der, ret, err);
}

static CA_RC digest_check(const struct scep_message *m, unsigned legacy, struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(digests); i++) {
        if (digests[i].nid != m->digest)
            continue;
        if ((digests[i].legacy & legacy) == digests[i].legacy)
            return CA_OK;
        return CA_FAIL_AS(err, CA_DENIED, "algorithm-refused",
                          "the message is signed with %s, which is off here", digests[i].name);
    }
    return CA_FAIL_AS(err, CA_DENIED, "algorithm-refused",
                      "the message is signed with a hash that is not taken");
}

/* An answer is encrypted to this key, so it must be RSA. */
static CA_RC key_read(const struct scep_message *m, EVP_PKEY **ret, struct ca_err *err)
{
    struct spki_info info;

    CA_TRY(spki_read_legacy(ca_buf_view(&m->signer_spki), &info, err));
    if (info.kind != CA_KEY_RSA)
        return CA_FAIL(err, CA_DENIED,
                       "SCEP needs an RSA key: only to that an answer is encrypted");
    return spki_info_key(&info, ret, err);
}

CA_RC scep_message_verify(struct scep_message *m, unsigned legacy, struct ca_err *err)
{
    CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;

    CA_TRY(digest_check(m, legacy, err));
    CA_TRY(key_read(m, &key, err)); /* first: of a key that is not RSA the answer says so */
    if (m->cms != NULL) {
        CA_TRY(scep_cms_verify(m, key, &m->content, err));
    } else {
        CA_TRY(scep_der_verify(m, key, &m->content, err));
    }
    m->signer_key = CA_MOVE(key);
    return ca_buf_check(&m->content, err);
}
