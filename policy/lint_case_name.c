/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/lint_internal.h"

static int attribute_find(struct ca_bytes oid)
{
    for (int i = 0; i < NAME__COUNT; i++) {
        if (ca_bytes_equal(name_attribute_info((enum name_attribute)i)->oid, oid))
            return i;
    }
    return -1;
}

static bool pair_take(struct ca_bytes *in, struct lint_attribute *ret)
{
    struct der pair;
    struct ca_err err;
    unsigned tag = 0;

    if (der_take(in, DER_SEQUENCE, &pair, &err) != CA_OK)
        return false;
    ret->all = pair.all;
    if (!lint_take(&pair.body, &tag, &ret->oid) || tag != DER_OID ||
        !lint_take(&pair.body, &ret->tag, &ret->value) || pair.body.len > 0)
        return false;
    ret->attribute = attribute_find(ret->oid);
    return true;
}

/* RelativeDistinguishedName: one attribute at least. */
static bool rdn_read(struct ca_bytes rdn, struct lint_name *ret)
{
    bool first = true;

    if (rdn.len == 0)
        return false;
    while (rdn.len > 0) {
        if (ret->n == NAME_VALUES_MAX || !pair_take(&rdn, &ret->values[ret->n]))
            return false;
        ret->values[ret->n++].first = first;
        first = false;
    }
    return true;
}

void lint_name_read(struct ca_bytes name, struct lint_name *ret)
{
    struct ca_bytes in;
    struct ca_bytes rdn;
    unsigned tag = 0;

    ret->n = 0;
    ret->ok = lint_only(name, DER_SEQUENCE, &in);
    while (ret->ok && in.len > 0)
        ret->ok = lint_take(&in, &tag, &rdn) && tag == DER_SET && rdn_read(rdn, ret);
}
