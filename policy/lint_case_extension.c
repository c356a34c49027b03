/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/cert_internal.h"
#include "policy/lint_internal.h"
#include "policy/oid.h"

#define CE(n)            CA_BYTES(0x55, 0x1d, n)
#define PKIX(...)        CA_BYTES(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, __VA_ARGS__)
#define CABF_POLICY(...) CA_BYTES(0x67, 0x81, 0x0c, 0x01, __VA_ARGS__)

static const struct ca_bytes oids[LINT_EXT__COUNT] = {
    [LINT_BC] = CE(19),
    [LINT_KU] = CE(15),
    [LINT_EKU] = CE(37),
    [LINT_SAN] = CE(17),
    [LINT_IAN] = CE(18),
    [LINT_SKI] = CE(14),
    [LINT_AKI] = CE(35),
    [LINT_CDP] = CE(31),
    [LINT_FRESHEST_CRL] = CE(46),
    [LINT_AIA] = PKIX(0x01, 0x01),
    [LINT_SIA] = PKIX(0x01, 0x0b),
    [LINT_POLICIES] = CE(32),
    [LINT_POLICY_MAPPINGS] = CE(33),
    [LINT_POLICY_CONSTRAINTS] = CE(36),
    [LINT_INHIBIT_ANY_POLICY] = CE(54),
    [LINT_NAME_CONSTRAINTS] = CE(30),
    [LINT_DIRECTORY_ATTRIBUTES] = CE(9),
    [LINT_OCSP_NO_CHECK] = PKIX(0x30, 0x01, 0x05),
    [LINT_TLS_FEATURE] = PKIX(0x01, 0x18),
    [LINT_CT_POISON] = CA_BYTES(0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x03),
};

const struct ca_bytes *lint_ext_oid(enum lint_ext_kind kind)
{
    return &oids[kind];
}

static bool extension_read(struct ca_bytes in, struct lint_ext *ret)
{
    struct ca_bytes flag;
    unsigned tag = 0;

    if (!lint_take(&in, &tag, &ret->oid) || tag != DER_OID)
        return false;
    if (der_next_is(in, DER_BOOLEAN)) {
        if (!lint_take(&in, &tag, &flag) || flag.len != 1)
            return false;
        ret->critical = flag.ptr[0] != 0;
        ret->false_written = !ret->critical;
    }
    return lint_only(in, DER_OCTET_STRING, &ret->value);
}

bool lint_extensions_read(struct ca_bytes tagged, struct lint_case *ret)
{
    struct ca_bytes in;
    struct ca_bytes body;
    unsigned tag = 0;

    if (!lint_only(tagged, DER_SEQUENCE, &in))
        return false;
    ret->extensions_empty = in.len == 0;
    while (in.len > 0) {
        struct lint_ext *e = &ret->all[ret->all_n];

        if (ret->all_n == CERT_EXTENSIONS_MAX)
            return false;
        *e = (struct lint_ext){.present = true, .ok = true};
        if (!lint_take(&in, &tag, &body) || tag != DER_SEQUENCE || !extension_read(body, e))
            return false;
        ret->all_n++;
    }
    return true;
}

/* BasicConstraints; cA FALSE written out is noted. */
static bool bc_read(struct lint_case *c, struct ca_bytes value)
{
    struct ca_bytes in;
    struct ca_bytes part;
    unsigned tag = 0;

    if (!lint_only(value, DER_SEQUENCE, &in))
        return false;
    if (der_next_is(in, DER_BOOLEAN)) {
        if (!lint_take(&in, &tag, &part) || part.len != 1)
            return false;
        c->ca = part.ptr[0] != 0;
        c->ca_false_written = !c->ca;
    }
    if (der_next_is(in, DER_INTEGER)) {
        if (!lint_take(&in, &tag, &part) || part.len == 0 || part.len > 2 ||
            (part.ptr[0] & 0x80U) != 0)
            return false;
        c->path_length_given = true;
        c->path_length = part.len == 1 ? part.ptr[0] : part.ptr[0] << 8 | part.ptr[1];
    }
    return in.len == 0;
}

static bool ku_read(struct lint_case *c, struct ca_bytes value)
{
    struct ca_bytes body;
    uint32_t strict = 0;
    struct ca_err err;

    if (!lint_only(value, DER_BIT_STRING, &body) || body.len < 1 || body.len > 5 || body.ptr[0] > 7)
        return false;
    c->ku_shortest = body.len == 1 || key_usage_read(value, &strict, &err) == CA_OK;
    for (unsigned i = 0; i < 8 * (body.len - 1); i++) {
        if ((body.ptr[1 + i / 8] & 0x80U >> i % 8) != 0)
            c->ku |= 1U << i;
    }
    return true;
}

static bool oid_list_add(struct lint_oid_list *list, struct ca_bytes oid)
{
    if (!oid_is_valid(oid))
        return false;
    list->more = list->n == CA_COUNT(list->oids);
    if (!list->more)
        list->oids[list->n++] = oid;
    return true;
}

/* clang-format off */
static const struct {
    struct ca_bytes oid;
    unsigned bit;
} purposes[] = {
    {PKIX(0x03, 0x01), LINT_PURPOSE_SERVER},
    {PKIX(0x03, 0x02), LINT_PURPOSE_CLIENT},
    {PKIX(0x03, 0x03), LINT_PURPOSE_CODE},
    {PKIX(0x03, 0x04), LINT_PURPOSE_EMAIL},
    {PKIX(0x03, 0x08), LINT_PURPOSE_TIME},
    {PKIX(0x03, 0x09), LINT_PURPOSE_OCSP},
    {CA_BYTES(0x55, 0x1d, 0x25, 0x00), LINT_PURPOSE_ANY},
}, policies[] = {
    {CABF_POLICY(0x02, 0x01), LINT_POLICY_DV},
    {CABF_POLICY(0x02, 0x02), LINT_POLICY_OV},
    {CABF_POLICY(0x02, 0x03), LINT_POLICY_IV},
    {CABF_POLICY(0x01),       LINT_POLICY_EV},
};
/* clang-format on */

static unsigned purpose_bit(struct ca_bytes oid)
{
    for (size_t i = 0; i < CA_COUNT(purposes); i++) {
        if (ca_bytes_equal(purposes[i].oid, oid))
            return purposes[i].bit;
    }
    return LINT_PURPOSE_OTHER;
}

static unsigned policy_bit(struct ca_bytes oid)
{
    for (size_t i = 0; i < CA_COUNT(policies); i++) {
        if (ca_bytes_equal(policies[i].oid, oid))
            return policies[i].bit;
    }
    return 0;
}

static bool eku_read(struct lint_case *c, struct ca_bytes value)
{
    struct ca_bytes in;
    struct ca_bytes oid;
    unsigned tag = 0;

    if (!lint_only(value, DER_SEQUENCE, &in))
        return false;
    while (in.len > 0) {
        if (!lint_take(&in, &tag, &oid) || tag != DER_OID || !oid_list_add(&c->eku, oid))
            return false;
        c->purposes |= purpose_bit(oid);
    }
    return true;
}

static bool policies_read(struct lint_case *c, struct ca_bytes value)
{
    struct ca_bytes in;
    struct ca_bytes info;
    struct ca_bytes oid;
    unsigned tag = 0;

    if (!lint_only(value, DER_SEQUENCE, &in))
        return false;
    while (in.len > 0) {
        if (!lint_take(&in, &tag, &info) || tag != DER_SEQUENCE || !lint_take(&info, &tag, &oid) ||
            tag != DER_OID || !oid_list_add(&c->policies, oid))
            return false;
        c->policy_bits |= policy_bit(oid);
    }
    return true;
}

static bool san_read_all(struct lint_case *c, struct ca_bytes value)
{
    struct ca_bytes in;

    if (!lint_only(value, DER_SEQUENCE, &in))
        return false;
    while (in.len > 0) {
        struct lint_general_name *name = &c->sans[c->san_n];

        if (c->san_n == SAN_COUNT_MAX || !lint_take(&in, &name->tag, &name->value) ||
            (name->tag & 0xc0U) != DER_CONTEXT || (name->tag & 0x1fU) > SAN_RID)
            return false;
        c->san_n++;
    }
    return true;
}

static bool ski_read(struct lint_case *c, struct ca_bytes value)
{
    return lint_only(value, DER_OCTET_STRING, &c->ski);
}

static bool aki_read(struct lint_case *c, struct ca_bytes value)
{
    struct ca_bytes in;
    struct ca_bytes part;
    unsigned tag = 0;

    if (!lint_only(value, DER_SEQUENCE, &in))
        return false;
    while (in.len > 0) {
        if (!lint_take(&in, &tag, &part))
            return false;
        if (tag == DER_CONTEXT) {
            c->aki = part;
        } else if (tag == DER_CONTEXT_0 + 1) {
            c->aki_issuer = true;
        } else if (tag == DER_CONTEXT + 2) {
            c->aki_serial = true;
        } else {
            return false;
        }
    }
    return true;
}

static bool (*const readers[LINT_EXT__COUNT])(struct lint_case *c, struct ca_bytes value) = {
    [LINT_BC] = bc_read,
    [LINT_KU] = ku_read,
    [LINT_EKU] = eku_read,
    [LINT_SAN] = san_read_all,
    [LINT_SKI] = ski_read,
    [LINT_AKI] = aki_read,
    [LINT_POLICIES] = policies_read,
};

static void one_read(struct lint_case *c, struct lint_ext *e)
{
    for (size_t kind = 0; kind < LINT_EXT__COUNT; kind++) {
        if (!ca_bytes_equal(oids[kind], e->oid))
            continue;
        if (c->ext[kind]->present)
            return; /* twice: a rule of its own */
        c->ext[kind] = e;
        if (readers[kind] != NULL)
            e->ok = readers[kind](c, e->value);
        return;
    }
}

void lint_extension_values_read(struct lint_case *c)
{
    for (size_t i = 0; i < c->all_n; i++)
        one_read(c, &c->all[i]);
}
