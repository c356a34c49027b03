/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/name_constraints.h"

#include <strings.h>

#include "base/der.h"

enum { TREE_PERMITTED = 0xa0, TREE_EXCLUDED = 0xa1, FORM_MASK = 0x1f, FORM_MAX = 8 };

static bool same_letters(struct ca_bytes a, struct ca_bytes b)
{
    return a.len == b.len &&
           (a.len == 0 || strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len) == 0);
}

static struct ca_bytes tail(struct ca_bytes text, size_t len)
{
    return (struct ca_bytes){text.ptr + text.len - len, len};
}

/* host is the domain, or ends with a dot and the domain. */
static bool host_within(struct ca_bytes host, struct ca_bytes domain)
{
    if (domain.len == 0)
        return true;
    if (domain.ptr[0] == '.')
        return host.len > domain.len && same_letters(tail(host, domain.len), domain);
    if (same_letters(host, domain))
        return true;
    return host.len > domain.len && host.ptr[host.len - domain.len - 1] == '.' &&
           same_letters(tail(host, domain.len), domain);
}

/* `*.example` may stand for any host below `example`: for an exclusion it is enough that one of
 * them is excluded. */
static bool dns_within(struct ca_bytes name, struct ca_bytes domain, bool excluded)
{
    struct ca_bytes base = name;

    if (name.len > 2 && name.ptr[0] == '*' && name.ptr[1] == '.') {
        base = tail(name, name.len - 2);
        if (excluded && host_within(domain, base))
            return true;
    }
    return host_within(base, domain);
}

/* Exact host, or with a leading dot any host below (mail boxes and URIs, unlike DNS names). */
static bool exact_or_below(struct ca_bytes host, struct ca_bytes domain)
{
    if (domain.len > 0 && domain.ptr[0] == '.')
        return host_within(host, domain);
    return same_letters(host, domain);
}

static bool email_within(struct ca_bytes mailbox, struct ca_bytes constraint)
{
    const uint8_t *at = mailbox.len > 0 ? memchr(mailbox.ptr, '@', mailbox.len) : NULL;

    if (constraint.len > 0 && memchr(constraint.ptr, '@', constraint.len) != NULL)
        return ca_bytes_equal(mailbox, constraint);
    return at != NULL &&
           exact_or_below(tail(mailbox, (size_t)(mailbox.ptr + mailbox.len - at - 1)), constraint);
}

/* scheme://user@host:port/… (RFC 3986 3.2). */
static bool uri_within(struct ca_bytes uri, struct ca_bytes constraint)
{
    const uint8_t *slashes = uri.len > 0 ? memmem(uri.ptr, uri.len, "://", 3) : NULL;
    struct ca_bytes host;
    const uint8_t *at;

    if (slashes == NULL)
        return false;
    host = tail(uri, (size_t)(uri.ptr + uri.len - slashes - 3));
    for (size_t i = 0; i < host.len; i++) {
        if (strchr("/?#", host.ptr[i]) != NULL) {
            host.len = i;
            break;
        }
    }
    at = host.len > 0 ? memrchr(host.ptr, '@', host.len) : NULL;
    if (at != NULL)
        host = tail(host, (size_t)(host.ptr + host.len - at - 1));
    for (size_t i = 0; i < host.len; i++) {
        if (host.ptr[i] == ':') {
            host.len = i;
            break;
        }
    }
    return exact_or_below(host, constraint);
}

/* Address and mask, one behind the other. */
static bool ip_within(struct ca_bytes address, struct ca_bytes range)
{
    if (range.len != 2 * address.len)
        return false;
    for (size_t i = 0; i < address.len; i++) {
        if (((address.ptr[i] ^ range.ptr[i]) & range.ptr[address.len + i]) != 0)
            return false;
    }
    return true;
}

/* RDNs of the constraint in front of those of the name; both are Names inside the explicit tag. */
static bool directory_within(struct ca_bytes name, struct ca_bytes base)
{
    struct der have;
    struct der want;
    struct ca_err none;

    if (der_take(&name, DER_SEQUENCE, &have, &none) != CA_OK ||
        der_take(&base, DER_SEQUENCE, &want, &none) != CA_OK)
        return false;
    return have.body.len >= want.body.len &&
           ca_bytes_equal((struct ca_bytes){have.body.ptr, want.body.len}, want.body);
}

static bool within(const struct san *name, struct ca_bytes base, bool excluded)
{
    switch (name->type) {
    case SAN_DNS:
        return dns_within(name->value, base, excluded);
    case SAN_EMAIL:
        return email_within(name->value, base);
    case SAN_URI:
        return uri_within(name->value, base);
    case SAN_IP:
        return ip_within(name->value, base);
    case SAN_DIRECTORY:
        return directory_within(name->value, base);
    case SAN_OTHER:
    case SAN_X400:
    case SAN_EDI:
    case SAN_RID:
    case SAN_UPN:
    case SAN__COUNT:
        return excluded; /* not known: outside of what is permitted, inside of what is not */
    }
    return excluded;
}

/* The [n] of GeneralName; a UPN is an otherName. */
static unsigned form_of(enum san_type type)
{
    return type == SAN_UPN ? SAN_OTHER : (unsigned)type;
}

/* GeneralSubtrees of one kind: is there a base of the name's form, and is the name within one? */
static CA_RC tree_walk(struct ca_bytes trees, const struct san *name, bool excluded, bool *ret_form,
                       bool *ret_within, struct ca_err *err)
{
    *ret_form = false;
    *ret_within = false;
    while (trees.len > 0) {
        struct der subtree;
        struct der base;
        unsigned tag;

        CA_TRY(der_take(&trees, DER_SEQUENCE, &subtree, err));
        CA_TRY(der_take_any(&subtree.body, &tag, &base, err));
        /* RFC 5280: minimum is 0 and absent, maximum is absent. */
        CA_TRY(der_done(subtree.body, err));
        if ((tag & FORM_MASK) > FORM_MAX || (tag & FORM_MASK) != form_of(name->type))
            continue;
        *ret_form = true;
        if (within(name, base.body, excluded))
            *ret_within = true;
    }
    return CA_OK;
}

static CA_RC permitted_check(struct ca_bytes *in, const struct san *name, struct ca_err *err)
{
    struct der trees;
    bool form;
    bool inside;

    if (!der_next_is(*in, TREE_PERMITTED))
        return CA_OK;
    CA_TRY(der_take(in, TREE_PERMITTED, &trees, err));
    CA_TRY(tree_walk(trees.body, name, false, &form, &inside, err));
    if (form && !inside)
        return CA_FAIL(err, CA_DENIED, "outside of what the authority's name constraints permit");
    return CA_OK;
}

static CA_RC excluded_check(struct ca_bytes *in, const struct san *name, struct ca_err *err)
{
    struct der trees;
    bool form;
    bool inside;

    if (!der_next_is(*in, TREE_EXCLUDED))
        return CA_OK;
    CA_TRY(der_take(in, TREE_EXCLUDED, &trees, err));
    CA_TRY(tree_walk(trees.body, name, true, &form, &inside, err));
    if (inside)
        return CA_FAIL(err, CA_DENIED, "excluded by the authority's name constraints");
    return CA_OK;
}

CA_RC name_constraints_check(struct ca_bytes constraints, const struct san *name,
                             struct ca_err *err)
{
    struct ca_bytes in = constraints;
    struct der all;

    CA_TRY(der_take(&in, DER_SEQUENCE, &all, err));
    CA_TRY(der_done(in, err));
    in = all.body;
    CA_TRY(permitted_check(&in, name, err));
    CA_TRY(excluded_check(&in, name, err));
    return der_done(in, err);
}
