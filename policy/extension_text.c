/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/extension_text.h"

#include "base/der.h"
#include "policy/cert_internal.h"
#include "policy/name.h"
#include "policy/oid.h"
#include "policy/profile_internal.h"

enum { HEX_MAX = 40, USAGES_MAX = 64 };

static void hex_text(struct ca_bytes value, struct ca_buf *ret)
{
    for (size_t i = 0; i < value.len && i < HEX_MAX; i++)
        ca_buf_printf(ret, "%02x", value.ptr[i] + 0U);
    if (value.len > HEX_MAX)
        ca_buf_printf(ret, "… (%zu octets)", value.len);
}

static bool basic_constraints_text(struct ca_bytes value, struct ca_buf *ret)
{
    bool ca = false;
    int path_length = -1;
    struct ca_err err;

    if (basic_constraints_read(value, &ca, &path_length, &err) != CA_OK)
        return false;
    ca_buf_str(ret, ca ? "CA:TRUE" : "CA:FALSE");
    if (path_length >= 0)
        ca_buf_printf(ret, ", path length %d", path_length);
    return true;
}

void extension_key_usage_text(uint32_t bits, struct ca_buf *ret)
{
    bool any = false;

    for (unsigned bit = 0; profile_key_usage_name(bit) != NULL; bit++) {
        if ((bits >> bit & 1U) == 0)
            continue;
        ca_buf_printf(ret, "%s%s", any ? ", " : "", profile_key_usage_name(bit));
        any = true;
    }
}

static bool key_usage_text(struct ca_bytes value, struct ca_buf *ret)
{
    uint32_t bits = 0;
    struct ca_err err;

    if (key_usage_read(value, &bits, &err) != CA_OK)
        return false;
    extension_key_usage_text(bits, ret);
    return true;
}

void extension_usages_text(const struct ca_bytes *oids, size_t n, struct ca_buf *ret)
{
    for (size_t i = 0; i < n; i++) {
        ca_buf_str(ret, i > 0 ? ", " : "");
        oid_text(oids[i], ret);
    }
}

static bool usages_text(struct ca_bytes value, struct ca_buf *ret)
{
    struct ca_bytes oids[USAGES_MAX];
    size_t n = 0;
    struct der seq;
    struct der oid;
    struct ca_err err;

    if (der_take(&value, DER_SEQUENCE, &seq, &err) != CA_OK)
        return false;
    while (seq.body.len > 0 && n < USAGES_MAX) {
        if (der_take(&seq.body, DER_OID, &oid, &err) != CA_OK)
            return false;
        oids[n++] = oid.body;
    }
    extension_usages_text(oids, n, ret);
    return true;
}

static bool key_id_text(struct ca_bytes value, struct ca_buf *ret)
{
    struct ca_bytes id = {NULL, 0};
    struct ca_err err;

    if (key_identifier_read(value, &id, &err) != CA_OK)
        return false;
    hex_text(id, ret);
    return true;
}

static bool (*const texts[EXT__COUNT])(struct ca_bytes value, struct ca_buf *ret) = {
    [EXT_BASIC_CONSTRAINTS] = basic_constraints_text,
    [EXT_KEY_USAGE] = key_usage_text,
    [EXT_EXTENDED_KEY_USAGE] = usages_text,
    [EXT_SUBJECT_KEY_IDENTIFIER] = key_id_text,
};

void extension_text(enum cert_extension_kind kind, struct ca_bytes value, struct ca_buf *ret)
{
    if (texts[kind] == NULL || !texts[kind](value, ret))
        hex_text(value, ret);
}
