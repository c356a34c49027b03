/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/extension.h"
#include "policy/oid.h"

/* Microsoft's extensions, and DER of which nothing is known. */

static CA_RC oid_take(struct ca_bytes *in, struct ca_bytes *ret, struct ca_err *err)
{
    struct der oid;

    CA_TRY(der_take(in, DER_OID, &oid, err));
    if (!oid_is_valid(oid.body))
        return CA_FAIL(err, CA_MALFORMED, "not an object identifier");
    *ret = oid.body;
    return CA_OK;
}

/* Also one without numbers: Windows leaves them out for templates of old. */
CA_RC extension_template_read(struct ca_bytes value, struct extension_template *ret,
                              struct ca_err *err)
{
    struct extension_template t = {.major = 0};
    uint64_t number[2] = {0, 0};
    struct der seq;

    CA_TRY(der_take(&value, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(value, err));
    CA_TRY(oid_take(&seq.body, &t.oid, err));
    t.numbered = seq.body.len > 0;
    for (size_t i = 0; i < CA_COUNT(number) && t.numbered; i++)
        CA_TRY(der_take_uint(&seq.body, UINT32_MAX, &number[i], err));
    CA_TRY(der_done(seq.body, err));
    t.major = (uint32_t)number[0];
    t.minor = (uint32_t)number[1];
    *ret = t;
    return CA_OK;
}

enum { TAG_BMP_STRING = 0x1e };

void extension_template_write(struct der_writer *w, const struct extension_template *t)
{
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_OID, t->oid);
    if (t->numbered) {
        der_put_uint(w, t->major);
        der_put_uint(w, t->minor);
    }
    der_close(w);
}

void extension_template_name_write(struct der_writer *w, const char *name)
{
    der_open(w, TAG_BMP_STRING);
    for (; *name != '\0'; name++) {
        ca_buf_u8(&w->buf, 0);
        ca_buf_u8(&w->buf, (uint8_t)*name);
    }
    der_close(w);
}

CA_RC extension_template_name_read(struct ca_bytes value, char ret[EXTENSION_TEMPLATE_NAME_MAX + 1],
                                   struct ca_err *err)
{
    struct der text;
    size_t n;

    CA_TRY(der_take(&value, TAG_BMP_STRING, &text, err));
    CA_TRY(der_done(value, err));
    n = text.body.len / 2;
    if (n == 0 || text.body.len % 2 != 0 || n > EXTENSION_TEMPLATE_NAME_MAX)
        return CA_FAIL(err, CA_MALFORMED, "not the name of a template");
    for (size_t i = 0; i < n; i++) {
        uint8_t c = text.body.ptr[2 * i + 1];

        if (text.body.ptr[2 * i] != 0 || c < 0x20 || c > 0x7e)
            return CA_FAIL(err, CA_MALFORMED, "not the name of a template");
        ret[i] = (char)c;
    }
    ret[n] = '\0';
    return CA_OK;
}

static const struct ca_bytes other_name_sid = CA_BYTES(0x2b, 6, 1, 4, 1, 0x82, 0x37, 25, 2, 1);

CA_RC extension_sid_read(struct ca_bytes value, struct ca_bytes *ret, struct ca_err *err)
{
    struct ca_bytes id = {0};
    struct der seq;
    struct der name;
    struct der part;
    struct der text;

    CA_TRY(der_take(&value, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(value, err));
    CA_TRY(der_take(&seq.body, DER_CONTEXT_0, &name, err));
    CA_TRY(der_done(seq.body, err));
    CA_TRY(oid_take(&name.body, &id, err));
    CA_TRY(der_take(&name.body, DER_CONTEXT_0, &part, err));
    CA_TRY(der_done(name.body, err));
    CA_TRY(der_take(&part.body, DER_OCTET_STRING, &text, err));
    CA_TRY(der_done(part.body, err));
    if (!ca_bytes_equal(id, other_name_sid) || !extension_is_sid(text.body))
        return CA_FAIL(err, CA_MALFORMED, "not a security identifier (S-1-5-21-…)");
    *ret = text.body;
    return CA_OK;
}

void extension_sid_write(struct der_writer *w, struct ca_bytes sid)
{
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_CONTEXT_0);
    der_put(w, DER_OID, other_name_sid);
    der_open(w, DER_CONTEXT_0);
    der_put(w, DER_OCTET_STRING, sid);
    der_close(w);
    der_close(w);
    der_close(w);
}

bool extension_is_sid(struct ca_bytes sid)
{
    unsigned parts = 0;
    size_t i = 4;

    if (sid.len < 7 || sid.len > EXTENSION_SID_MAX || memcmp(sid.ptr, "S-1-", 4) != 0)
        return false;
    for (; i < sid.len; i++, parts++) {
        uint64_t v = 0;
        size_t from = i;

        for (; i < sid.len && sid.ptr[i] >= '0' && sid.ptr[i] <= '9' && v <= UINT32_MAX; i++)
            v = v * 10 + (uint64_t)(sid.ptr[i] - '0');
        if (i == from || v > UINT32_MAX || (sid.ptr[from] == '0' && i > from + 1) ||
            (i < sid.len && (sid.ptr[i] != '-' || i + 1 == sid.len)))
            return false;
    }
    return parts >= 2 && parts <= 16;
}

/* What the tag promises. */
static bool fits_its_tag(unsigned tag, struct ca_bytes body)
{
    struct ca_bytes octets = body;

    switch (tag) {
    case DER_BOOLEAN:
        return body.len == 1 && (body.ptr[0] == 0 || body.ptr[0] == 0xff);
    case DER_INTEGER:
    case DER_ENUMERATED:
        return body.len > 0 && (body.len == 1 || !((body.ptr[0] == 0 && body.ptr[1] < 0x80) ||
                                                   (body.ptr[0] == 0xff && body.ptr[1] >= 0x80)));
    case DER_NULL:
        return body.len == 0;
    case DER_OID:
        return oid_is_valid(octets);
    case DER_BIT_STRING:
        return body.len > 0 && body.ptr[0] < 8 && (body.len > 1 || body.ptr[0] == 0) &&
               (body.ptr[body.len - 1] & ((1U << body.ptr[0]) - 1)) == 0;
    default: /* strings and times: any octets; tags 0 and 16, 17 without the constructed bit: none
              */
        return tag != 0x00 && tag != 0x10 && tag != 0x11;
    }
}

CA_RC extension_der_check(struct ca_bytes value, struct ca_err *err)
{
    struct ca_bytes left[DER_DEPTH_MAX];
    unsigned depth = 1;
    struct der one;
    unsigned tag = 0;

    left[0] = value;
    CA_TRY(der_take_any(&value, &tag, &one, err));
    CA_TRY(der_done(value, err));
    while (depth > 0) {
        struct ca_bytes *in = &left[depth - 1];

        if (in->len == 0) {
            depth--;
            continue;
        }
        CA_TRY(der_take_any(in, &tag, &one, err));
        if ((tag & 0x20U) == 0) {
            if (!fits_its_tag(tag, one.body))
                return CA_FAIL(err, CA_MALFORMED, "element 0x%02x is not DER", tag);
        } else if ((tag & 0xc0U) == 0 && tag != DER_SEQUENCE && tag != DER_SET) {
            return CA_FAIL(err, CA_MALFORMED, "element 0x%02x is not DER", tag);
        } else if (depth == DER_DEPTH_MAX) {
            return CA_FAIL(err, CA_MALFORMED, "more than %d elements inside each other",
                           DER_DEPTH_MAX);
        } else {
            left[depth++] = one.body;
        }
    }
    return CA_OK;
}
