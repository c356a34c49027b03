/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "base/der.h"
#include "base/text.h"
#include "policy/dns.h"
#include "policy/name.h"
#include "policy/oid.h"
#include "policy/unicode.h"

enum { IPV4_LEN = 4, IPV6_LEN = 16, UPN_MAX = 1024, RID_MAX = 120 };

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

/* A login name, written like a mailbox: anything@domain, UTF-8. */
static CA_RC upn_check(struct ca_bytes v, struct ca_err *err)
{
    const uint8_t *at = v.len > 0 ? memrchr(v.ptr, '@', v.len) : NULL;
    size_t user = at == NULL ? 0 : (size_t)(at - v.ptr);

    if (user == 0 || v.len > UPN_MAX || !ca_text_is_clean(v) ||
        !dns_is_host((struct ca_bytes){at + 1, v.len - user - 1}))
        return CA_FAIL(err, CA_DENIED, "not a user principal name (user@domain)");
    return unicode_check("UPN", v, err);
}

static CA_RC rid_check(struct ca_bytes v, struct ca_err *err)
{
    if (v.len > RID_MAX || !oid_is_valid(v))
        return CA_FAIL(err, CA_DENIED, "not an object identifier");
    return CA_OK;
}

static CA_RC directory_check(struct ca_bytes v, struct ca_err *err)
{
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;

    CA_TRY(name_read(v, values, &n, err));
    if (n == 0)
        return CA_FAIL(err, CA_DENIED, "directory name without attributes");
    for (size_t i = 0; i < n; i++)
        CA_TRY(name_value_check(&values[i], err));
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
    [SAN_DIRECTORY] = {"directory", DER_CONTEXT_0 + 4, directory_check},
    [SAN_EDI]       = {"EDI",       DER_CONTEXT_0 + 5, NULL},
    [SAN_URI]       = {"URI",       DER_CONTEXT + 6,   uri_check},
    [SAN_IP]        = {"IP",        DER_CONTEXT + 7,   ip_check},
    [SAN_RID]       = {"RID",       DER_CONTEXT + 8,   rid_check},
    [SAN_UPN]       = {"UPN",       0,                 upn_check}, /* inside an otherName */
};
/* clang-format on */
_Static_assert(CA_COUNT(rows) == SAN__COUNT, "a row for each type");

/* 1.3.6.1.4.1.311.20.2.3 */
static const struct ca_bytes upn_oid =
    CA_BYTES(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03);

const char *san_type_name(enum san_type type)
{
    return rows[type].name;
}

bool san_type_find(const char *name, enum san_type *ret)
{
    if (strcasecmp(name, "registered_id") == 0)
        name = rows[SAN_RID].name;
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (strcasecmp(rows[i].name, name) == 0) {
            *ret = (enum san_type)i;
            return true;
        }
    }
    return false;
}

/* OtherName (RFC 5280 4.2.1.6): a UPN is taken out of it, others stay as they are. */
static CA_RC other_name_read(struct san *san, struct ca_err *err)
{
    struct ca_bytes in = san->value;
    struct der oid;
    struct der value;
    struct der text;

    CA_TRY(der_take(&in, DER_OID, &oid, err));
    CA_TRY(der_take(&in, DER_CONTEXT_0, &value, err));
    CA_TRY(der_done(in, err));
    if (!ca_bytes_equal(oid.body, upn_oid))
        return CA_OK;
    CA_TRY(der_take(&value.body, DER_UTF8_STRING, &text, err));
    CA_TRY(der_done(value.body, err));
    *san = (struct san){SAN_UPN, text.body};
    return upn_check(text.body, err);
}

CA_RC san_check(enum san_type type, struct ca_bytes value, struct ca_err *err)
{
    if (rows[type].check == NULL)
        return CA_FAIL(err, CA_DENIED, "names of type %s are not taken", rows[type].name);
    return rows[type].check(value, err);
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
        if (ret->type == SAN_OTHER)
            return other_name_read(ret, err);
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

static void upn_write(struct der_writer *w, struct ca_bytes value)
{
    der_open(w, rows[SAN_OTHER].tag);
    der_put(w, DER_OID, upn_oid);
    der_open(w, DER_CONTEXT_0);
    der_put(w, DER_UTF8_STRING, value);
    der_close(w);
    der_close(w);
}

void san_write(struct der_writer *w, const struct san *sans, size_t n)
{
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++) {
        if (sans[i].type == SAN_UPN) {
            upn_write(w, sans[i].value);
        } else {
            der_put(w, rows[sans[i].type].tag, sans[i].value);
        }
    }
    der_close(w);
}
