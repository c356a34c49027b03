/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "api/scep/envelope.h"
#include "api/scep/message_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* No token is reached: nothing here has a key. */
OSSL_LIB_CTX *hsm_key_libctx(const struct hsm_key *key)
{
    (void)key;
    abort();
}
EVP_PKEY *hsm_key_provider_pkey(const struct hsm_key *key)
{
    (void)key;
    abort();
}
struct hsm_guard *hsm_guard_begin(const struct hsm_key *key, const char *what)
{
    (void)key, (void)what;
    abort();
}
void hsm_guard_end(struct hsm_guard *guard)
{
    (void)guard;
    abort();
}
CA_RC hsm_key_alive(const struct hsm_key *key, struct ca_err *err)
{
    (void)key, (void)err;
    abort();
}

static bool text_equal(const struct ca_buf *a, const struct ca_buf *b)
{
    return ca_bytes_equal(ca_buf_view(a), ca_buf_view(b));
}

static void same(bool is)
{
    if (!is)
        abort();
}

/* Read by hand and by OpenSSL: who both take it sees the same in it. */
static void readers_compare(struct ca_bytes der)
{
    CA_AUTO(scep_message) struct scep_message *a = NULL;
    CA_AUTO(scep_message) struct scep_message *b = NULL;
    struct ca_err err;
    enum ca_rc verified;

    if (scep_message_read_by(scep_der_read, der, &a, &err) != CA_OK ||
        scep_message_read_by(scep_cms_read, der, &b, &err) != CA_OK)
        return;
    same(a->type == b->type && a->digest == b->digest);
    same(strcmp(a->transaction_id, b->transaction_id) == 0);
    same(ca_bytes_equal((struct ca_bytes){a->sender_nonce, a->sender_nonce_len},
                        (struct ca_bytes){b->sender_nonce, b->sender_nonce_len}));
    same(text_equal(&a->signer_der, &b->signer_der) &&
         text_equal(&a->signer_spki, &b->signer_spki));
    verified = scep_message_verify(a, ~0U, &err);
    same(verified == scep_message_verify(b, ~0U, &err) && text_equal(&a->content, &b->content));
}

/* All that happens to a message before the token is asked; then each layer by itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    CA_AUTO(scep_message) struct scep_message *m = NULL;
    struct ca_bytes der = {data, len};
    enum scep_cipher cipher;
    struct ca_err err;

    readers_compare(der);
    (void)!scep_envelope_check(der, ~0U, &cipher, &err);
    if (scep_message_read(der, &m, &err) != CA_OK)
        return 0;
    if (m->transaction_id[0] == '\0' || m->sender_nonce_len == 0 || m->signer_der.len == 0)
        abort();
    if (scep_message_verify(m, ~0U, &err) == CA_OK)
        (void)!scep_envelope_check(ca_buf_view(&m->content), ~0U, &cipher, &err);
    return 0;
}
