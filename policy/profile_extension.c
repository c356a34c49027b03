/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/profile_internal.h"

/* The extensions that are the same in each certificate of a profile, written once. */

void profile_extension_open(struct der_writer *w, enum cert_extension_kind kind, bool critical)
{
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_OID, cert_extension_info(kind)->oid);
    if (critical)
        der_put_bool(w, true);
    der_open(w, DER_OCTET_STRING);
}

void profile_extension_close(struct der_writer *w)
{
    der_close(w);
    der_close(w);
}

void profile_basic_constraints_put(struct der_writer *w, const struct profile *p, int path_length)
{
    profile_extension_open(w, EXT_BASIC_CONSTRAINTS, p->basic_constraints.critical);
    der_open(w, DER_SEQUENCE);
    if (p->basic_constraints.ca)
        der_put_bool(w, true);
    if (p->basic_constraints.ca && path_length >= 0)
        der_put_uint(w, (uint64_t)path_length);
    der_close(w);
    profile_extension_close(w);
}

static void basic_constraints(struct der_writer *w, const struct profile *p)
{
    if (p->basic_constraints.present)
        profile_basic_constraints_put(w, p, p->basic_constraints.path_length);
}

static void key_usage_bits(struct der_writer *w, const struct profile *p, uint32_t bits)
{
    if (bits == 0)
        return;
    profile_extension_open(w, EXT_KEY_USAGE, p->key_usage_critical);
    der_put_named_bits(w, bits);
    profile_extension_close(w);
}

static void key_usage(struct der_writer *w, const struct profile *p)
{
    key_usage_bits(w, p, p->key_usage);
}

static void extended_key_usage(struct der_writer *w, const struct profile *p)
{
    if (p->usage_n == 0)
        return;
    profile_extension_open(w, EXT_EXTENDED_KEY_USAGE, p->usage_critical);
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < p->usage_n; i++)
        der_put(w, DER_OID, p->usages[i]);
    der_close(w);
    profile_extension_close(w);
}

static void policies(struct der_writer *w, const struct profile *p)
{
    if (p->policy_n == 0)
        return;
    profile_extension_open(w, EXT_CERTIFICATE_POLICIES, false);
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < p->policy_n; i++) {
        der_open(w, DER_SEQUENCE);
        der_put(w, DER_OID, p->policies[i]);
        der_close(w);
    }
    der_close(w);
    profile_extension_close(w);
}

/* RFC 6960 4.2.2.2.1: NULL, not critical. */
static void ocsp_no_check(struct der_writer *w, const struct profile *p)
{
    if (!p->ocsp_no_check)
        return;
    profile_extension_open(w, EXT_OCSP_NO_CHECK, false);
    der_put(w, DER_NULL, (struct ca_bytes){NULL, 0});
    profile_extension_close(w);
}

static void (*const fixed[EXT__COUNT])(struct der_writer *w, const struct profile *p) = {
    [EXT_BASIC_CONSTRAINTS] = basic_constraints,   [EXT_KEY_USAGE] = key_usage,
    [EXT_EXTENDED_KEY_USAGE] = extended_key_usage, [EXT_CERTIFICATE_POLICIES] = policies,
    [EXT_OCSP_NO_CHECK] = ocsp_no_check,
};

CA_RC profile_extensions_compile(struct profile *p, struct ca_err *err)
{
    size_t at[EXT__COUNT + 2];
    struct ca_bytes all;

    for (int kind = 0; kind < EXT__COUNT; kind++) {
        at[kind] = p->der.buf.len;
        if (fixed[kind] != NULL)
            fixed[kind](&p->der, p);
    }
    at[EXT__COUNT] = p->der.buf.len;
    key_usage_bits(&p->der, p, p->key_usage_rsa);
    at[EXT__COUNT + 1] = p->der.buf.len;
    CA_TRY(der_writer_check(&p->der, err));

    all = der_writer_view(&p->der);
    for (int kind = 0; kind < EXT__COUNT && all.len > 0; kind++)
        p->fixed[kind] = (struct ca_bytes){all.ptr + at[kind], at[kind + 1] - at[kind]};
    if (all.len > 0) {
        p->fixed_key_usage_rsa =
            (struct ca_bytes){all.ptr + at[EXT__COUNT], at[EXT__COUNT + 1] - at[EXT__COUNT]};
    }
    return CA_OK;
}
