/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>

#include "base/text.h"
#include "policy/dns.h"
#include "policy/name.h"
#include "policy/oid.h"

/* Subject alternative names as people write them. */

enum { IPV4_LEN = 4, IPV6_LEN = 16 };

static CA_RC ip_parse(const char *text, struct ca_buf *own, struct ca_err *err)
{
    uint8_t octets[IPV6_LEN];

    if (inet_pton(AF_INET, text, octets) == 1) {
        ca_buf_add(own, octets, IPV4_LEN);
    } else if (inet_pton(AF_INET6, text, octets) == 1) {
        ca_buf_add(own, octets, IPV6_LEN);
    } else {
        return CA_FAIL(err, CA_MALFORMED, "'%.60s' is not an IP address", text);
    }
    return ca_buf_check(own, err);
}

static CA_RC dns_parse(const char *text, struct ca_buf *own, struct ca_err *err)
{
    bool wildcard = strncmp(text, "*.", 2) == 0;
    struct ca_bytes bytes = ca_bytes_str(text);
    bool ascii = true;

    if (wildcard)
        ca_buf_str(own, "*.");
    for (size_t i = 0; i < bytes.len; i++)
        ascii = ascii && bytes.ptr[i] < 0x80;
    if (!ascii)
        return dns_to_ascii(text + (wildcard ? 2 : 0), own, err);
    ca_buf_str(own, text + (wildcard ? 2 : 0));
    return ca_buf_check(own, err);
}

static CA_RC directory_parse(const char *text, struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf values_own = {0};
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;

    CA_TRY(name_parse(text, &values_own, values, &n, err));
    CA_TRY(name_write(&w, values, n, err));
    CA_TRY(der_writer_check(&w, err));
    ca_buf_bytes(own, der_writer_view(&w));
    return ca_buf_check(own, err);
}

static CA_RC text_parse(const char *text, struct ca_buf *own, struct ca_err *err)
{
    ca_buf_str(own, text);
    return ca_buf_check(own, err);
}

static enum ca_rc (*const parse[SAN__COUNT])(const char *text, struct ca_buf *own,
                                             struct ca_err *err) = {
    [SAN_EMAIL] = text_parse, [SAN_DNS] = dns_parse, [SAN_DIRECTORY] = directory_parse,
    [SAN_URI] = text_parse,   [SAN_IP] = ip_parse,   [SAN_RID] = oid_parse,
    [SAN_UPN] = text_parse,
};

CA_RC san_parse(enum san_type type, const char *text, struct ca_buf *own, struct san_slice *ret,
                struct ca_err *err)
{
    size_t at = own->len;

    if (parse[type] == NULL)
        return CA_FAIL(err, CA_DENIED, "names of type %s are not taken", san_type_name(type));
    CA_TRY(parse[type](text, own, err));
    if (own->len == at)
        return CA_FAIL(err, CA_MALFORMED, "the name is empty");
    CA_TRY(san_check(type, (struct ca_bytes){own->ptr + at, own->len - at}, err));
    *ret = (struct san_slice){type, at, own->len - at};
    return CA_OK;
}

static void ip_text(struct ca_bytes v, struct ca_buf *ret)
{
    char text[INET6_ADDRSTRLEN];

    if (inet_ntop(v.len == IPV4_LEN ? AF_INET : AF_INET6, v.ptr, text, sizeof(text)) != NULL)
        ca_buf_str(ret, text);
}

void san_value_text(const struct san *san, struct ca_buf *ret)
{
    if (san->type == SAN_IP && (san->value.len == IPV4_LEN || san->value.len == IPV6_LEN)) {
        ip_text(san->value, ret);
    } else if (san->type == SAN_RID) {
        oid_text(san->value, ret);
    } else if (san->type == SAN_DIRECTORY) {
        name_text(san->value, ret);
    } else if (parse[san->type] != NULL && ca_text_is_clean(san->value)) {
        ca_buf_bytes(ret, san->value);
    } else {
        ca_buf_u8(ret, '#');
        for (size_t i = 0; i < san->value.len; i++)
            ca_buf_printf(ret, "%02x", san->value.ptr[i] + 0U);
    }
}

void san_text(const struct san *san, struct ca_buf *ret)
{
    ca_buf_str(ret, san_type_name(san->type));
    ca_buf_u8(ret, ':');
    san_value_text(san, ret);
}
