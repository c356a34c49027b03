/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "api/scep/envelope.h"
#include "api/scep/message.h"

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

/* All that happens to a message before the token is asked; then each layer by itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    CA_AUTO(scep_message) struct scep_message *m = NULL;
    struct ca_bytes der = {data, len};
    enum scep_cipher cipher;
    struct ca_err err;

    (void)!scep_envelope_check(der, ~0U, &cipher, &err);
    if (scep_message_read(der, &m, &err) != CA_OK)
        return 0;
    if (m->transaction_id[0] == '\0' || m->sender_nonce_len == 0 || m->signer_der.len == 0)
        abort();
    if (scep_message_verify(m, ~0U, &err) == CA_OK)
        (void)!scep_envelope_check(ca_buf_view(&m->content), ~0U, &cipher, &err);
    return 0;
}
