/* SPDX-License-Identifier: Apache-2.0 */
/* Challenges and proofs as octets and as text: docs/reference/scep-challenges.md. */
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "base/der.h"
#include "base/digest.h"
#include "ca/scep_internal.h"

enum { TIME_LEN = 8, SECRET_OCTETS_MAX = 64, PROOF_LEN = TIME_LEN + SCEP_SECRET_LEN };

/* A letter says what follows it in base64url; none of them can stand for another. */
static const struct {
    char letter;
    size_t front; /* octets before the secret */
} kinds[] = {
    [SCEP_ONE_TIME] = {'o', CA_UUID_LEN},
    [SCEP_DERIVED] = {'d', TIME_LEN   },
    [SCEP_STATIC] = {'s', 0          },
};

static void time_write(int64_t at, uint8_t ret[TIME_LEN])
{
    for (size_t i = 0; i < TIME_LEN; i++)
        ret[i] = (uint8_t)((uint64_t)at >> (8 * (TIME_LEN - 1 - i)));
}

static int64_t time_read(const uint8_t *octets)
{
    uint64_t at = 0;

    for (size_t i = 0; i < TIME_LEN; i++)
        at = at << 8 | octets[i];
    return (int64_t)at;
}

void scep_secret_text(const struct scep_secret *secret, struct ca_buf *ret)
{
    uint8_t octets[SECRET_OCTETS_MAX];
    size_t front = kinds[secret->kind].front;

    if (secret->kind == SCEP_ONE_TIME)
        memcpy(octets, secret->id.octets, CA_UUID_LEN);
    if (secret->kind == SCEP_DERIVED)
        time_write(secret->expires_at, octets);
    memcpy(octets + front, secret->octets, SCEP_SECRET_LEN);
    ca_buf_u8(ret, (uint8_t)kinds[secret->kind].letter);
    ca_base64url_put(ret, (struct ca_bytes){octets, front + SCEP_SECRET_LEN});
    OPENSSL_cleanse(octets, sizeof(octets));
}

static bool octets_read(const char *text, enum scep_kind kind, struct scep_secret *ret)
{
    uint8_t room[SECRET_OCTETS_MAX];
    CA_AUTO(buf) struct ca_buf octets = {.max = SECRET_OCTETS_MAX};
    size_t front = kinds[kind].front;
    bool good = ca_base64url_read(ca_bytes_str(text), &octets) && octets.state == CA_BUF_FINE &&
                octets.len == front + SCEP_SECRET_LEN;

    if (good) {
        memcpy(room, octets.ptr, octets.len);
        OPENSSL_cleanse(octets.ptr, octets.len);
        *ret = (struct scep_secret){.kind = kind};
        if (kind == SCEP_ONE_TIME)
            memcpy(ret->id.octets, room, CA_UUID_LEN);
        if (kind == SCEP_DERIVED)
            ret->expires_at = time_read(room);
        memcpy(ret->octets, room + front, SCEP_SECRET_LEN);
        OPENSSL_cleanse(room, sizeof(room));
    }
    return good;
}

bool scep_secret_read(const char *text, struct scep_secret *ret)
{
    for (unsigned kind = 0; kind < CA_COUNT(kinds); kind++) {
        if (text[0] == kinds[kind].letter)
            return octets_read(text + 1, (enum scep_kind)kind, ret);
    }
    return false;
}

CA_RC scep_secret_hash(const struct scep_secret *secret, struct ca_bytes salt,
                       uint8_t ret[SCEP_SECRET_LEN], struct ca_err *err)
{
    uint8_t octets[SCEP_SALT_LEN + SCEP_SECRET_LEN];
    enum ca_rc rc;

    if (salt.len != SCEP_SALT_LEN)
        return CA_FAIL(err, CA_FAULT, "a salt of %zu octets", salt.len);
    memcpy(octets, salt.ptr, SCEP_SALT_LEN);
    memcpy(octets + SCEP_SALT_LEN, secret->octets, SCEP_SECRET_LEN);
    rc = ca_sha256((struct ca_bytes){octets, sizeof(octets)}, ret, err);
    OPENSSL_cleanse(octets, sizeof(octets));
    return rc;
}

/* Octets of one character; the last one tells, those before it are zero in what we made. */
static size_t character_size(unsigned tag)
{
    enum { BMP_STRING = 0x1e, UNIVERSAL_STRING = 0x1c };

    return tag == BMP_STRING ? 2 : tag == UNIVERSAL_STRING ? 4 : 1;
}

bool scep_password_text(const struct csr *csr, char ret[SCEP_TEXT_MAX])
{
    unsigned tag = 0;
    struct ca_bytes from = csr_challenge_password(csr, &tag);
    size_t size = character_size(tag);
    size_t n = 0;

    ret[0] = '\0';
    if (from.len % size != 0)
        return false;
    for (size_t at = 0; at < from.len; at += size) {
        uint8_t c = from.ptr[at + size - 1];
        bool plain = c >= 0x20 && c < 0x7f;

        for (size_t k = 0; k + 1 < size; k++)
            plain = plain && from.ptr[at + k] == 0;
        if (!plain || n + 1 >= SCEP_TEXT_MAX)
            return false;
        if (c != ' ' || n > 0)
            ret[n++] = (char)c;
    }
    while (n > 0 && ret[n - 1] == ' ')
        n--;
    ret[n] = '\0';
    return true;
}

CA_RC scep_derive(const struct seal *s, const struct db_scep_endpoint *e,
                  const struct scep_bound *bound, uint8_t ret[SCEP_SECRET_LEN], struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    seal_form_init(&form, "scep derived challenge");
    seal_form_bytes(&form, (struct ca_bytes){e->id.octets, CA_UUID_LEN});
    seal_form_text(&form, bound->profile);
    seal_form_text(&form, bound->subject);
    seal_form_text(&form, bound->names);
    seal_form_int(&form, bound->any_name);
    seal_form_int(&form, bound->expires_at);
    return seal_make(s, &form, ret, err);
}

CA_RC scep_webhook_key(const struct seal *s, const struct db_scep_endpoint *e, struct ca_buf *ret,
                       struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;
    uint8_t key[SCEP_SECRET_LEN];

    seal_form_init(&form, "scep webhook key");
    seal_form_bytes(&form, (struct ca_bytes){e->id.octets, CA_UUID_LEN});
    CA_TRY(seal_make(s, &form, key, err));
    ca_base64url_put(ret, (struct ca_bytes){key, sizeof(key)});
    OPENSSL_cleanse(key, sizeof(key));
    return ca_buf_check(ret, err);
}

/* endpoint, 0, transactionID, 0, SHA-256 of the CSR, expiry */
static CA_RC proof_make(const struct seal *s, const struct db_scep_endpoint *e,
                        const struct scep_proof *proof, const uint8_t expiry[TIME_LEN],
                        uint8_t ret[SCEP_SECRET_LEN], struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf key = {0};
    CA_AUTO(buf) struct ca_buf over = {0};
    size_t len = 0;
    bool made;

    ca_buf_add(&over, e->name, strlen(e->name) + 1);
    ca_buf_add(&over, proof->transaction_id, strlen(proof->transaction_id) + 1);
    ca_buf_bytes(&over, proof->csr_hash);
    ca_buf_add(&over, expiry, TIME_LEN);
    CA_TRY(ca_buf_check(&over, err));
    CA_TRY(scep_webhook_key(s, e, &key, err));
    made = EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key.ptr, key.len, over.ptr, over.len, ret,
                     SCEP_SECRET_LEN, &len) != NULL;
    OPENSSL_cleanse(key.ptr, key.len);
    if (!made || len != SCEP_SECRET_LEN)
        return CA_FAIL_OSSL(err, CA_FAULT, "cannot make an HMAC");
    return CA_OK;
}

CA_RC scep_proof_check(const struct seal *s, const struct db_scep_endpoint *e,
                       const struct scep_proof *proof, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf octets = {.max = SECRET_OCTETS_MAX};
    uint8_t want[SCEP_SECRET_LEN];

    if (!ca_base64_read(ca_bytes_str(proof->text), &octets) || octets.state != CA_BUF_FINE ||
        octets.len != PROOF_LEN)
        return CA_FAIL_AS(err, CA_DENIED, "scep-challenge", "the webhook gave no proof");
    CA_TRY(proof_make(s, e, proof, octets.ptr, want, err));
    if (CRYPTO_memcmp(want, octets.ptr + TIME_LEN, SCEP_SECRET_LEN) != 0) {
        return CA_FAIL_AS(err, CA_DENIED, "scep-challenge",
                          "the webhook's proof is not for this request");
    }
    if (time_read(octets.ptr) <= proof->now)
        return CA_FAIL_AS(err, CA_DENIED, "scep-challenge", "the webhook's proof has expired");
    return CA_OK;
}
