/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/dns.h"
#include "policy/lint_internal.h"
#include "policy/oid.h"

/* Names of the subject by their types (RFC 5280 4.2.1.6). */

enum { LABEL_MAX = 63, LOCAL_MAX = 64, IPV4_LEN = 4, IPV6_LEN = 16 };

static struct ca_bytes tail(struct ca_bytes text, size_t from)
{
    return (struct ca_bytes){text.ptr + from, text.len - from};
}

static bool is_wildcard(struct ca_bytes v)
{
    return v.len > 2 && v.ptr[0] == '*' && v.ptr[1] == '.';
}

static bool ascii(struct ca_bytes v)
{
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] > 0x7f || v.ptr[i] == 0)
            return false;
    }
    return true;
}

static bool dns_not_blank(struct ca_bytes v)
{
    return v.len > 0 && !(v.len == 1 && v.ptr[0] == ' ');
}

/* Each label, from one dot to the next. */
static bool each_label(struct ca_bytes v, bool (*fits)(struct ca_bytes label))
{
    size_t start = 0;

    for (size_t i = 0; i <= v.len; i++) {
        if (i < v.len && v.ptr[i] != '.')
            continue;
        if (!fits((struct ca_bytes){v.ptr + start, i - start}))
            return false;
        start = i + 1;
    }
    return true;
}

static bool label_short(struct ca_bytes label)
{
    return label.len <= LABEL_MAX;
}

static bool label_not_empty(struct ca_bytes label)
{
    return label.len > 0;
}

static bool label_letters(struct ca_bytes label)
{
    for (size_t i = 0; i < label.len; i++) {
        uint8_t c = label.ptr[i];
        bool letter = (c | 0x20U) >= 'a' && (c | 0x20U) <= 'z';

        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

static bool label_inner_hyphens(struct ca_bytes label)
{
    return label.len == 0 || (label.ptr[0] != '-' && label.ptr[label.len - 1] != '-');
}

static bool dns_labels_short(struct ca_bytes v)
{
    return each_label(v, label_short);
}

static bool dns_labels_not_empty(struct ca_bytes v)
{
    return !dns_not_blank(v) || each_label(v, label_not_empty);
}

/* Letters, digits and hyphens; `*` and `_` have rules of their own. */
static bool dns_letters(struct ca_bytes v)
{
    if (!dns_not_blank(v))
        return true;
    return each_label(is_wildcard(v) ? tail(v, 2) : v, label_letters);
}

static bool dns_hyphens(struct ca_bytes v)
{
    return each_label(v, label_inner_hyphens);
}

static bool dns_no_underscore(struct ca_bytes v)
{
    return v.len == 0 || memchr(v.ptr, '_', v.len) == NULL;
}

static bool dns_length(struct ca_bytes v)
{
    return v.len <= DNS_NAME_MAX;
}

/* libidn2 is asked only where a label looks like one. */
static bool dns_a_labels(struct ca_bytes v)
{
    if (v.len > DNS_NAME_MAX || v.len < 4 || memmem(v.ptr, v.len, "--", 2) == NULL)
        return true;
    return dns_a_labels_valid(is_wildcard(v) ? tail(v, 2) : v);
}

static bool ip_length(struct ca_bytes v)
{
    return v.len == IPV4_LEN || v.len == IPV6_LEN;
}

/* Mailbox (RFC 5321 4.1.2) without display names and quoted local parts. */
static bool email_mailbox(struct ca_bytes v)
{
    const uint8_t *at = v.len > 0 ? memrchr(v.ptr, '@', v.len) : NULL;
    size_t local = at == NULL ? 0 : (size_t)(at - v.ptr);

    if (at == NULL || local == 0 || local > LOCAL_MAX || !ascii(v) || v.ptr[0] == '.' ||
        v.ptr[local - 1] == '.' || !dns_is_host(tail(v, local + 1)))
        return false;
    for (size_t i = 0; i < local; i++) {
        if (v.ptr[i] <= ' ' || v.ptr[i] == 0x7f || strchr("\"(),:;<>@[\\]", v.ptr[i]) != NULL)
            return false;
    }
    return true;
}

/* Octets of the scheme and its colon; 0: none (RFC 3986 3.1). */
static size_t scheme_len(struct ca_bytes v)
{
    for (size_t i = 0; i < v.len; i++) {
        uint8_t c = v.ptr[i];
        bool letter = (c | 0x20U) >= 'a' && (c | 0x20U) <= 'z';

        if (c == ':')
            return i > 0 ? i + 1 : 0;
        if (!letter && (i == 0 || c == '\0' || strchr("0123456789+-.", c) == NULL))
            return 0;
    }
    return 0;
}

static bool uri_ascii(struct ca_bytes v)
{
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] <= ' ' || v.ptr[i] > 0x7e)
            return false;
    }
    return true;
}

static bool uri_absolute(struct ca_bytes v)
{
    size_t scheme = scheme_len(v);

    return scheme > 0 && v.len > scheme;
}

/* The host of scheme://user@host:port/path. False: no authority. */
static bool uri_host_find(struct ca_bytes v, struct ca_bytes *ret)
{
    size_t scheme = scheme_len(v);
    struct ca_bytes host;
    const uint8_t *at;

    if (scheme == 0 || v.len < scheme + 2 || v.ptr[scheme] != '/' || v.ptr[scheme + 1] != '/')
        return false;
    host = tail(v, scheme + 2);
    for (size_t i = 0; i < host.len; i++) {
        if (strchr("/?#", host.ptr[i]) != NULL)
            host.len = i;
    }
    at = host.len > 0 ? memrchr(host.ptr, '@', host.len) : NULL;
    if (at != NULL)
        host = tail(host, (size_t)(at - host.ptr) + 1);
    if (host.len > 0 && host.ptr[0] != '[') {
        for (size_t i = 0; i < host.len; i++) {
            if (host.ptr[i] == ':')
                host.len = i;
        }
    }
    *ret = host;
    return true;
}

static bool is_ip4_text(struct ca_bytes v)
{
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] != '.' && (v.ptr[i] < '0' || v.ptr[i] > '9'))
            return false;
    }
    return v.len > 0;
}

static bool uri_host(struct ca_bytes v)
{
    struct ca_bytes host = {NULL, 0};

    if (!uri_ascii(v) || !uri_host_find(v, &host))
        return true;
    return host.len > 0 && (host.ptr[0] == '[' || is_ip4_text(host) || dns_is_host(host));
}

static bool rid_valid(struct ca_bytes v)
{
    return oid_is_valid(v);
}

static bool directory_form(struct ca_bytes v)
{
    struct lint_name name;

    lint_name_read(v, &name);
    return name.ok;
}

/* OtherName: type-id, then [0] with one value. */
static bool other_form(struct ca_bytes v)
{
    struct ca_bytes part;
    unsigned tag = 0;

    return lint_take(&v, &tag, &part) && tag == DER_OID && lint_only(v, DER_CONTEXT_0, &part) &&
           lint_take(&part, &tag, &v) && part.len == 0;
}

enum name_rule {
    DNS_BLANK,
    DNS_ASCII,
    DNS_LETTERS,
    DNS_HYPHENS,
    DNS_EMPTY_LABEL,
    DNS_LABEL,
    DNS_LENGTH,
    DNS_UNDERSCORE,
    DNS_A_LABEL,
    IP_LENGTH,
    EMAIL_MAILBOX,
    URI_ASCII,
    URI_ABSOLUTE,
    URI_HOST,
    RID_FORM,
    DIRECTORY_FORM,
    OTHER_FORM,
};
/* clang-format off */
static const struct {
    unsigned tag;
    bool (*fits)(struct ca_bytes v);
} rules[] = {
    [DNS_BLANK] = {DER_CONTEXT + SAN_DNS, dns_not_blank},
    [DNS_ASCII] = {DER_CONTEXT + SAN_DNS, ascii},
    [DNS_LETTERS] = {DER_CONTEXT + SAN_DNS, dns_letters},
    [DNS_HYPHENS] = {DER_CONTEXT + SAN_DNS, dns_hyphens},
    [DNS_EMPTY_LABEL] = {DER_CONTEXT + SAN_DNS, dns_labels_not_empty},
    [DNS_LABEL] = {DER_CONTEXT + SAN_DNS, dns_labels_short},
    [DNS_LENGTH] = {DER_CONTEXT + SAN_DNS, dns_length},
    [DNS_UNDERSCORE] = {DER_CONTEXT + SAN_DNS, dns_no_underscore},
    [DNS_A_LABEL] = {DER_CONTEXT + SAN_DNS, dns_a_labels},
    [IP_LENGTH] = {DER_CONTEXT + SAN_IP, ip_length},
    [EMAIL_MAILBOX] = {DER_CONTEXT + SAN_EMAIL, email_mailbox},
    [URI_ASCII] = {DER_CONTEXT + SAN_URI, uri_ascii},
    [URI_ABSOLUTE] = {DER_CONTEXT + SAN_URI, uri_absolute},
    [URI_HOST] = {DER_CONTEXT + SAN_URI, uri_host},
    [RID_FORM] = {DER_CONTEXT + SAN_RID, rid_valid},
    [DIRECTORY_FORM] = {DER_CONTEXT_0 + SAN_DIRECTORY, directory_form},
    [OTHER_FORM] = {DER_CONTEXT_0 + SAN_OTHER, other_form},
};
/* clang-format on */

/* The first name of the rule's type that does not fit. */
static bool names(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    for (size_t i = 0; i < c->san_n; i++) {
        *ret_value = c->sans[i].value;
        if (c->sans[i].tag == rules[arg].tag && !rules[arg].fits(c->sans[i].value))
            return false;
    }
    return true;
}

#define NAME_RULE(key, source, text, rule)                                                         \
    {                                                                                              \
        {"rfc5280.extension.subject_alt_name." key, source, text, LINT_ERROR},                     \
            "/tbs/extensions/subject_alt_name", LINT_KIND_READ, names, rule                        \
    }

/* clang-format off */
static const struct lint lints[] = {
    NAME_RULE("dns.blank", "RFC 5280 4.2.1.6", "a DNS name must not be empty or a space", DNS_BLANK),
    NAME_RULE("dns.ascii", "RFC 5280 4.2.1.6; 7.2", "a DNS name must be ASCII: others are written as A-labels", DNS_ASCII),
    NAME_RULE("dns.letters", "RFC 5280 4.2.1.6; RFC 1034 3.5", "a DNS name must be of letters, digits and hyphens", DNS_LETTERS),
    NAME_RULE("dns.hyphens", "RFC 1034 3.5", "a label of a DNS name must not start or end with a hyphen", DNS_HYPHENS),
    NAME_RULE("dns.empty_label", "RFC 1034 3.5", "a DNS name must not have empty labels, nor a dot at its end", DNS_EMPTY_LABEL),
    NAME_RULE("dns.label_length", "RFC 1034 3.1", "a label of a DNS name must have at most 63 octets", DNS_LABEL),
    NAME_RULE("dns.length", "RFC 1034 3.1", "a DNS name must have at most 253 octets", DNS_LENGTH),
    NAME_RULE("dns.underscore", "RFC 5280 4.2.1.6; RFC 1034 3.5", "a DNS name must not have an underscore", DNS_UNDERSCORE),
    NAME_RULE("dns.a_label", "RFC 5280 7.2; RFC 5891 5.4", "labels of the form xn-- must be valid A-labels", DNS_A_LABEL),
    NAME_RULE("ip.length", "RFC 5280 4.2.1.6", "an IP address must have 4 or 16 octets", IP_LENGTH),
    NAME_RULE("email.mailbox", "RFC 5280 4.2.1.6; RFC 5321 4.1.2", "an e-mail address must be local-part@host in ASCII", EMAIL_MAILBOX),
    NAME_RULE("uri.ascii", "RFC 5280 4.2.1.6; RFC 3986 2", "a URI must be printable ASCII without spaces", URI_ASCII),
    NAME_RULE("uri.absolute", "RFC 5280 4.2.1.6; RFC 3986 4.3", "a URI must have a scheme and something after it", URI_ABSOLUTE),
    NAME_RULE("uri.host", "RFC 5280 4.2.1.6", "a URI with an authority must have a host name or an IP address there", URI_HOST),
    NAME_RULE("registered_id.form", "X.690 8.19", "a registered ID must be an object identifier", RID_FORM),
    NAME_RULE("directory_name.form", "RFC 5280 4.2.1.6", "a directory name must be a Name", DIRECTORY_FORM),
    NAME_RULE("other_name.form", "RFC 5280 4.2.1.6", "an other name must be a type with one value", OTHER_FORM),
};
/* clang-format on */
const struct lint_group lint_group_san = {lints, CA_COUNT(lints)};
