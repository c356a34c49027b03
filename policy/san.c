/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <strings.h>

#include "base/der.h"
#include "base/text.h"
#include "policy/dns.h"
#include "policy/name.h"
#include "policy/oid.h"

enum { IPV4_LEN = 4, IPV6_LEN = 16 };

static bool is_ascii(struct ca_bytes v)
{
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] < 0x21 || v.ptr[i] > 0x7e)
            return false;
    }
    return v.len > 0;
}

static CA_RC dns_check(struct ca_bytes v, struct ca_err *err)
{
    bool wildcard = v.len > 2 && v.ptr[0] == '*' && v.ptr[1] == '.';
    struct ca_bytes host = wildcard ? (struct ca_bytes){v.ptr + 2, v.len - 2} : v;

    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] > 0x7f) {
            return CA_FAIL(err, CA_DENIED,
                           "DNS name with letters beyond ASCII: write it as an "
                           "A-label (xn--…)");
        }
    }
    if (v.len > 0 && memchr(v.ptr, 0, v.len) != NULL)
        return CA_FAIL(err, CA_DENIED, "DNS name with a NUL in it");
    if (v.len > DNS_NAME_MAX || !dns_is_host(host)) {
        return CA_FAIL(err, CA_DENIED, "'%.*s' is not a host name", (int)(v.len < 80 ? v.len : 80),
                       is_ascii(v) ? (const char *)v.ptr : "?");
    }
    return CA_OK;
}

static CA_RC ip_check(struct ca_bytes v, struct ca_err *err)
{
    if (v.len != IPV4_LEN && v.len != IPV6_LEN)
        return CA_FAIL(err, CA_DENIED, "IP address of %zu octets", v.len);
    return CA_OK;
}

/* Mailbox of RFC 5280 4.2.1.6: Local-part@Domain, ASCII, no quotes and comments. */
static CA_RC email_check(struct ca_bytes v, struct ca_err *err)
{
    const uint8_t *at = v.len > 0 ? memchr(v.ptr, '@', v.len) : NULL;
    size_t local = at == NULL ? 0 : (size_t)(at - v.ptr);

    if (at == NULL || local == 0 || local > 64 || !is_ascii(v) ||
        !dns_is_host((struct ca_bytes){at + 1, v.len - local - 1}))
        return CA_FAIL(err, CA_DENIED, "not an e-mail address (local@host, ASCII)");
    for (size_t i = 0; i < local; i++) {
        if (strchr("\"(),:;<>[\\]", v.ptr[i]) != NULL)
            return CA_FAIL(err, CA_DENIED, "e-mail address with '%c'", v.ptr[i]);
    }
    return CA_OK;
}

/* An absolute URI: scheme, colon, something (RFC 3986 4.3). */
static CA_RC uri_check(struct ca_bytes v, struct ca_err *err)
{
    size_t i = 0;

    if (!is_ascii(v))
        return CA_FAIL(err, CA_DENIED, "not a URI (ASCII, no spaces)");
    for (; i < v.len && v.ptr[i] != ':'; i++) {
        uint8_t c = v.ptr[i] | 0x20U;
        bool letter = c >= 'a' && c <= 'z';

        if (!letter && (i == 0 || strchr("0123456789+-.", v.ptr[i]) == NULL))
            break;
    }
    if (i == 0 || i + 1 >= v.len || v.ptr[i] != ':')
        return CA_FAIL(err, CA_DENIED, "not an absolute URI (scheme:…)");
    return CA_OK;
}

/* GeneralName, RFC 5280 4.2.1.6; types without a check are read, no profile lets them through. */
/* clang-format off */
static const struct san_row {
    const char *name;
    unsigned tag;
    enum ca_rc (*check)(struct ca_bytes v, struct ca_err *err);
} rows[] = {
    [SAN_OTHER]     = {"other",     DER_CONTEXT_0 + 0, NULL},
    [SAN_EMAIL]     = {"email",     DER_CONTEXT + 1,   email_check},
    [SAN_DNS]       = {"DNS",       DER_CONTEXT + 2,   dns_check},
    [SAN_X400]      = {"X400",      DER_CONTEXT_0 + 3, NULL},
    [SAN_DIRECTORY] = {"directory", DER_CONTEXT_0 + 4, NULL},
    [SAN_EDI]       = {"EDI",       DER_CONTEXT_0 + 5, NULL},
    [SAN_URI]       = {"URI",       DER_CONTEXT + 6,   uri_check},
    [SAN_IP]        = {"IP",        DER_CONTEXT + 7,   ip_check},
    [SAN_RID]       = {"RID",       DER_CONTEXT + 8,   NULL},
};
/* clang-format on */

const char *san_type_name(enum san_type type)
{
    return rows[type].name;
}

bool san_type_find(const char *name, enum san_type *ret)
{
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (strcasecmp(rows[i].name, name) == 0) {
            *ret = (enum san_type)i;
            return true;
        }
    }
    return false;
}

static CA_RC general_name_take(struct ca_bytes *in, struct san *ret, struct ca_err *err)
{
    struct der v;
    unsigned tag = 0;

    CA_TRY(der_take_any(in, &tag, &v, err));
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (rows[i].tag != tag)
            continue;
        ret->type = (enum san_type)i;
        ret->value = v.body;
        return rows[i].check == NULL ? CA_OK : rows[i].check(v.body, err);
    }
    return CA_FAIL(err, CA_MALFORMED, "tag 0x%02x is not a kind of name", tag);
}

CA_RC san_read(struct ca_bytes general_names, struct san ret[SAN_COUNT_MAX], size_t *ret_n,
               struct ca_err *err)
{
    struct der seq;
    size_t n = 0;

    CA_TRY(der_take(&general_names, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(general_names, err));
    if (seq.body.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "subject alternative name without names");
    while (seq.body.len > 0) {
        if (n == SAN_COUNT_MAX)
            return CA_FAIL(err, CA_LIMIT, "more than %d subject alternative names", SAN_COUNT_MAX);
        CA_TRY(general_name_take(&seq.body, &ret[n++], err));
    }
    *ret_n = n;
    return CA_OK;
}

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

CA_RC san_parse(enum san_type type, const char *text, struct ca_buf *own, struct san_slice *ret,
                struct ca_err *err)
{
    size_t at = own->len;

    if (rows[type].check == NULL)
        return CA_FAIL(err, CA_DENIED, "names of type %s are not taken", rows[type].name);
    if (type == SAN_IP) {
        CA_TRY(ip_parse(text, own, err));
    } else if (type == SAN_DNS) {
        CA_TRY(dns_parse(text, own, err));
    } else {
        ca_buf_str(own, text);
        CA_TRY(ca_buf_check(own, err));
    }
    if (own->len == at)
        return CA_FAIL(err, CA_MALFORMED, "the name is empty");
    CA_TRY(rows[type].check((struct ca_bytes){own->ptr + at, own->len - at}, err));
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
    } else if (rows[san->type].check != NULL && ca_text_is_clean(san->value)) {
        ca_buf_bytes(ret, san->value);
    } else {
        ca_buf_u8(ret, '#');
        for (size_t i = 0; i < san->value.len; i++)
            ca_buf_printf(ret, "%02x", san->value.ptr[i] + 0U);
    }
}

void san_text(const struct san *san, struct ca_buf *ret)
{
    ca_buf_str(ret, rows[san->type].name);
    ca_buf_u8(ret, ':');
    san_value_text(san, ret);
}

void san_write(struct der_writer *w, const struct san *sans, size_t n)
{
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++)
        der_put(w, rows[sans[i].type].tag, sans[i].value);
    der_close(w);
}
