/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/auth_internal.h"
#include "base/base64.h"
#include "base/digest.h"

enum { PREFIX = 3, ID_DIGITS = 32 };

static CA_RC refused(struct ca_err *err)
{
    return CA_FAIL_AS(err, CA_DENIED, "token-refused",
                      "this is no API token of this server: ca_, an id, _, a secret");
}

CA_RC auth_token_read(const char *token, struct shown *ret, struct ca_err *err)
{
    size_t len = strlen(token);
    struct ca_err ignored;
    size_t id_len = 0;

    if (len != AUTH_TOKEN_TEXT - 1 || memcmp(token, "ca_", PREFIX) != 0 ||
        token[PREFIX + ID_DIGITS] != '_' ||
        ca_hex_parse((struct ca_bytes){(const uint8_t *)token + PREFIX, ID_DIGITS},
                     ret->credential.octets, CA_UUID_LEN, &id_len, &ignored) != CA_OK ||
        id_len != CA_UUID_LEN)
        return refused(err);
    ret->token = token;
    return ca_sha256((struct ca_bytes){(const uint8_t *)token, len}, ret->key, err);
}

CA_RC auth_token_write(const struct ca_uuid *credential, struct ca_bytes secret,
                       char ret[AUTH_TOKEN_TEXT], struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = AUTH_TOKEN_TEXT};
    char id[2 * CA_UUID_LEN + 1];

    ca_buf_printf(&text, "ca_%s_", ca_hex((struct ca_bytes){credential->octets, CA_UUID_LEN}, id));
    ca_base64url_put(&text, secret);
    CA_TRY(ca_buf_check(&text, err));
    if (!ca_text_copy(ret, AUTH_TOKEN_TEXT, ca_buf_view(&text)))
        return CA_FAIL(err, CA_FAULT, "a token's secret has 32 octets");
    return CA_OK;
}
