/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "base/der.h"
#include "policy/dns.h"
#include "policy/extension.h"
#include "policy/network.h"

/* Name constraints, RFC 5280 4.2.1.10. */

enum { IPV4_LEN = 4, IPV6_LEN = 16 };

/* The mask is ones, then zeros, and the address has zeros where the mask has. */
static bool is_range(struct ca_bytes v)
{
    size_t half = v.len / 2;
    bool ended = false;

    if (v.len != IPV4_LEN + IPV4_LEN && v.len != IPV6_LEN + IPV6_LEN)
        return false;
    for (size_t bit = 0; bit < 8 * half; bit++) {
        unsigned one = 0x80U >> bit % 8;
        bool set = (v.ptr[half + bit / 8] & one) != 0;

        if (ended && (set || (v.ptr[bit / 8] & one) != 0))
            return false;
        if (!set && (v.ptr[bit / 8] & one) != 0)
            return false;
        ended = !set;
    }
    return true;
}

/* A host (all mailboxes on it), a domain with a dot in front, or one mailbox. */
static bool is_mail_base(struct ca_bytes v)
{
    const uint8_t *at = v.len > 0 ? memrchr(v.ptr, '@', v.len) : NULL;
    struct ca_bytes host = v;

    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] < 0x21 || v.ptr[i] > 0x7e)
            return false;
    }
    if (at == v.ptr)
        return false;
    if (at != NULL) {
        host = (struct ca_bytes){at + 1, v.len - (size_t)(at - v.ptr) - 1};
    } else if (v.len > 0 && v.ptr[0] == '.') {
        host = (struct ca_bytes){v.ptr + 1, v.len - 1};
    }
    return dns_is_host(host);
}

static bool is_name(struct ca_bytes v)
{
    struct name_value values[NAME_VALUES_MAX];
    struct ca_err ignored;
    size_t n = 0;

    return name_read(v, values, &n, &ignored) == CA_OK && n > 0;
}

static const struct base_type {
    enum san_type type;
    unsigned tag;
    bool (*is_sound)(struct ca_bytes base);
} base_types[] = {
    {SAN_EMAIL,     DER_CONTEXT + 1,   is_mail_base},
    {SAN_DNS,       DER_CONTEXT + 2,   dns_is_host },
    {SAN_DIRECTORY, DER_CONTEXT_0 + 4, is_name     },
    {SAN_IP,        DER_CONTEXT + 7,   is_range    },
};

static const struct base_type *base_type_of(enum san_type type)
{
    for (size_t i = 0; i < CA_COUNT(base_types); i++) {
        if (base_types[i].type == type)
            return &base_types[i];
    }
    return NULL;
}

bool name_subtree_is_sound(const struct name_subtree *t)
{
    const struct base_type *type = base_type_of(t->type);

    return type != NULL && type->is_sound(t->base);
}

static CA_RC base_take(struct ca_bytes *in, struct name_subtree *ret, struct ca_err *err)
{
    struct der seq;
    struct der base;
    unsigned tag = 0;

    CA_TRY(der_take(in, DER_SEQUENCE, &seq, err));
    CA_TRY(der_take_any(&seq.body, &tag, &base, err));
    CA_TRY(der_done(seq.body, err)); /* minimum is 0 and absent, maximum is absent */
    for (size_t i = 0; i < CA_COUNT(base_types); i++) {
        if (tag != base_types[i].tag)
            continue;
        ret->type = base_types[i].type;
        ret->base = base.body;
        if (base_types[i].is_sound(ret->base))
            return CA_OK;
        return CA_FAIL(err, CA_DENIED, "a base that is no %s", san_type_name(ret->type));
    }
    return CA_FAIL(err, CA_DENIED, "constraints on names other than DNS, e-mail, IP, directory");
}

static CA_RC trees_read(struct ca_bytes in, bool excluded, struct name_subtree *ret, size_t *n,
                        struct ca_err *err)
{
    if (in.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "the list is empty");
    while (in.len > 0) {
        if (*n == EXTENSION_SUBTREES_MAX)
            return CA_FAIL(err, CA_LIMIT, "more than %d subtrees", EXTENSION_SUBTREES_MAX);
        ret[*n].excluded = excluded;
        CA_TRY(base_take(&in, &ret[*n], err));
        (*n)++;
    }
    return CA_OK;
}

CA_RC extension_subtrees_read(struct ca_bytes value,
                              struct name_subtree ret[EXTENSION_SUBTREES_MAX], size_t *ret_n,
                              struct ca_err *err)
{
    struct der seq;
    struct der part;
    size_t n = 0;

    CA_TRY(der_take(&value, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(value, err));
    for (unsigned i = 0; i < 2; i++) {
        if (!der_next_is(seq.body, DER_CONTEXT_0 + i))
            continue;
        CA_TRY(der_take(&seq.body, DER_CONTEXT_0 + i, &part, err));
        CA_TRY(trees_read(part.body, i == 1, ret, &n, err));
    }
    CA_TRY(der_done(seq.body, err));
    if (n == 0)
        return CA_FAIL(err, CA_MALFORMED, "the list is empty");
    *ret_n = n;
    return CA_OK;
}

static void trees_write(struct der_writer *w, const struct name_subtree *list, size_t n,
                        bool excluded)
{
    bool opened = false;

    for (size_t i = 0; i < n; i++) {
        const struct base_type *type = base_type_of(list[i].type);

        if (list[i].excluded != excluded || type == NULL)
            continue;
        if (!opened)
            der_open(w, excluded ? DER_CONTEXT_0 + 1 : DER_CONTEXT_0);
        opened = true;
        der_open(w, DER_SEQUENCE);
        der_put(w, type->tag, list[i].base);
        der_close(w);
    }
    if (opened)
        der_close(w);
}

void extension_subtrees_write(struct der_writer *w, const struct name_subtree *list, size_t n)
{
    der_open(w, DER_SEQUENCE);
    trees_write(w, list, n, false);
    trees_write(w, list, n, true);
    der_close(w);
}

static bool same_text(struct ca_bytes a, struct ca_bytes b)
{
    return a.len == b.len && strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len) == 0;
}

static bool ends_with(struct ca_bytes text, struct ca_bytes tail)
{
    return text.len > tail.len &&
           same_text((struct ca_bytes){text.ptr + text.len - tail.len, tail.len}, tail);
}

static bool dns_within(struct ca_bytes inner, struct ca_bytes outer)
{
    return same_text(inner, outer) ||
           (ends_with(inner, outer) && inner.ptr[inner.len - outer.len - 1] == '.');
}

/* A mailbox is in its host, host and domain in a domain with a dot. */
static bool mail_within(struct ca_bytes inner, struct ca_bytes outer)
{
    const uint8_t *at = memrchr(inner.ptr, '@', inner.len);
    struct ca_bytes host = inner;

    if (at != NULL)
        host = (struct ca_bytes){at + 1, inner.len - (size_t)(at - inner.ptr) - 1};
    if (memchr(outer.ptr, '@', outer.len) != NULL)
        return ca_bytes_equal(inner, outer);
    return same_text(host, outer) || (outer.ptr[0] == '.' && ends_with(host, outer));
}

static bool range_within(struct ca_bytes inner, struct ca_bytes outer)
{
    size_t half = outer.len / 2;

    if (inner.len != outer.len)
        return false;
    for (size_t i = 0; i < half; i++) {
        if ((inner.ptr[half + i] & outer.ptr[half + i]) != outer.ptr[half + i] ||
            ((inner.ptr[i] ^ outer.ptr[i]) & outer.ptr[half + i]) != 0)
            return false;
    }
    return true;
}

static bool directory_within(struct ca_bytes inner, struct ca_bytes outer)
{
    struct der in;
    struct der out;
    struct ca_err ignored;

    return der_take(&inner, DER_SEQUENCE, &in, &ignored) == CA_OK &&
           der_take(&outer, DER_SEQUENCE, &out, &ignored) == CA_OK && in.body.len >= out.body.len &&
           ca_bytes_equal((struct ca_bytes){in.body.ptr, out.body.len}, out.body);
}

bool name_subtree_within(const struct name_subtree *inner, const struct name_subtree *outer)
{
    if (inner->type != outer->type)
        return false;
    if (inner->type == SAN_DNS)
        return dns_within(inner->base, outer->base);
    if (inner->type == SAN_EMAIL)
        return mail_within(inner->base, outer->base);
    if (inner->type == SAN_IP)
        return range_within(inner->base, outer->base);
    return directory_within(inner->base, outer->base);
}

/* "192.0.2.0/24" as address and mask. */
static bool range_parse(const char *text, struct ca_buf *own)
{
    uint8_t mask[IPV6_LEN] = {0};
    struct network network;

    if (!network_parse(text, &network))
        return false;
    for (size_t i = 0; i < network.bits; i++)
        mask[i / 8] |= (uint8_t)(0x80U >> i % 8);
    ca_buf_add(own, network.octets, network.len);
    ca_buf_add(own, mask, network.len);
    return true;
}

static CA_RC directory_parse(const char *text, struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf octets = {0};
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;

    CA_TRY(name_parse(text, &octets, values, &n, err));
    CA_TRY(name_write(&w, values, n, err));
    CA_TRY(der_writer_check(&w, err));
    ca_buf_bytes(own, der_writer_view(&w));
    return CA_OK;
}

CA_RC name_subtree_parse(const char *type, const char *text, struct ca_buf *own,
                         struct san_slice *ret, struct ca_err *err)
{
    struct name_subtree made = {
        false, SAN_DNS, {NULL, 0}
    };
    struct san_slice slice = {SAN_DNS, own->len, 0};

    if (!san_type_find(type, &made.type))
        return CA_FAIL(err, CA_MALFORMED, "'%.20s' is none of dns, email, ip, directory", type);
    if (made.type == SAN_IP) {
        if (!range_parse(text, own))
            return CA_FAIL(err, CA_MALFORMED, "'%.60s' is not a range like 192.0.2.0/24", text);
    } else if (made.type == SAN_DIRECTORY) {
        CA_TRY(directory_parse(text, own, err));
    } else {
        ca_buf_str(own, text);
    }
    CA_TRY(ca_buf_check(own, err));
    slice.type = made.type;
    slice.len = own->len - slice.at;
    made.base = (struct ca_bytes){own->ptr + slice.at, slice.len};
    if (!name_subtree_is_sound(&made))
        return CA_FAIL(err, CA_DENIED, "'%.60s' cannot stand in name constraints", text);
    *ret = slice;
    return CA_OK;
}
