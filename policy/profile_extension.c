/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/profile_internal.h"

/* The values of extensions that need no request, written once; and what a profile owns. */

struct profile_block {
    struct profile_block *next;
    max_align_t octets[];
};

CA_RC profile_keep(struct profile *p, struct ca_bytes from, struct ca_bytes *ret,
                   struct ca_err *err)
{
    struct profile_block *block = malloc(sizeof(*block) + from.len);

    if (block == NULL)
        return CA_FAIL_NOMEM(err);
    if (from.len > 0)
        memcpy(block->octets, from.ptr, from.len);
    block->next = p->x.blocks;
    p->x.blocks = block;
    *ret = (struct ca_bytes){(const uint8_t *)block->octets, from.len};
    return CA_OK;
}

CA_RC profile_keep_value(struct profile *p, struct der_writer *w, struct ca_bytes *ret,
                         struct ca_err *err)
{
    CA_TRY(der_writer_check(w, err));
    return profile_keep(p, der_writer_view(w), ret, err);
}

void profile_keep_done(struct profile *p)
{
    while (p->x.blocks != NULL) {
        struct profile_block *next = p->x.blocks->next;

        free(p->x.blocks);
        p->x.blocks = next;
    }
}

static void put_basic_constraints(struct der_writer *w, const struct profile *p)
{
    if (p->basic_constraints.present) {
        extension_basic_constraints_write(w, p->basic_constraints.ca,
                                          p->basic_constraints.path_length);
    }
}

static void put_usages(struct der_writer *w, const struct profile *p)
{
    if (p->x.usages.n > 0)
        extension_oids_write(w, p->x.usages.list, p->x.usages.n);
}

static bool is_there(int word)
{
    return word == YAML_TRUE || word == YAML_DEFAULT;
}

static void put_tls_feature(struct der_writer *w, const struct profile *p)
{
    if (is_there(p->source->x.must_staple))
        extension_must_staple_write(w);
}

/* RFC 6960 4.2.2.2.1: NULL. */
static void put_ocsp_no_check(struct der_writer *w, const struct profile *p)
{
    if (is_there(p->source->x.ocsp_no_check))
        der_put(w, DER_NULL, (struct ca_bytes){NULL, 0});
}

static void (*const put[EXT__COUNT])(struct der_writer *w, const struct profile *p) = {
    [EXT_BASIC_CONSTRAINTS] = put_basic_constraints,
    [EXT_EXTENDED_KEY_USAGE] = put_usages,
    [EXT_TLS_FEATURE] = put_tls_feature,
    [EXT_OCSP_NO_CHECK] = put_ocsp_no_check,
};

static CA_RC key_usages_compile(struct profile *p, struct ca_err *err)
{
    for (int class = 0; class < PROFILE_CLASS__COUNT; class ++) {
        CA_AUTO(der_writer) struct der_writer w = {0};

        if (p->x.key_usage[class].bits == 0)
            continue;
        der_put_named_bits(&w, p->x.key_usage[class].bits);
        CA_TRY(profile_keep_value(p, &w, &p->x.key_usage[class].value, err));
    }
    return CA_OK;
}

CA_RC profile_extensions_compile(struct profile *p, struct ca_err *err)
{
    for (int kind = 0; kind < EXT__COUNT; kind++) {
        CA_AUTO(der_writer) struct der_writer w = {0};

        if (put[kind] == NULL)
            continue;
        put[kind](&w, p);
        CA_TRY(profile_keep_value(p, &w, &p->x.by[kind].value, err));
    }
    return key_usages_compile(p, err);
}
