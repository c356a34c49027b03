/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/oid.h"

static void arc_put(struct ca_buf *to, uint64_t arc)
{
    unsigned shift = 63;

    while (shift > 0 && arc >> shift == 0)
        shift -= 7;
    for (; shift > 0; shift -= 7)
        ca_buf_u8(to, (uint8_t)(0x80U | (arc >> shift & 0x7fU)));
    ca_buf_u8(to, (uint8_t)(arc & 0x7fU));
}

/* One decimal number without leading zeros, up to 2^32 - 1; moves `at` behind it. */
static bool arc_read(const char **at, uint64_t *ret)
{
    const char *p = *at;
    uint64_t v = 0;

    if (*p < '0' || *p > '9' || (p[0] == '0' && p[1] >= '0' && p[1] <= '9'))
        return false;
    for (; *p >= '0' && *p <= '9'; p++) {
        v = v * 10 + (uint64_t)(*p - '0');
        if (v > UINT32_MAX)
            return false;
    }
    *at = p;
    *ret = v;
    return true;
}

CA_RC oid_parse(const char *text, struct ca_buf *ret, struct ca_err *err)
{
    const char *at = text;
    uint64_t first = 0;
    uint64_t arc = 0;

    if (!arc_read(&at, &first) || *at++ != '.' || !arc_read(&at, &arc) || first > 2 ||
        (first < 2 && arc > 39))
        return CA_FAIL(err, CA_MALFORMED, "'%.60s' is not an object identifier", text);
    arc_put(ret, first * 40 + arc);
    while (*at == '.') {
        at++;
        if (!arc_read(&at, &arc))
            return CA_FAIL(err, CA_MALFORMED, "'%.60s' is not an object identifier", text);
        arc_put(ret, arc);
    }
    if (*at != '\0')
        return CA_FAIL(err, CA_MALFORMED, "'%.60s' is not an object identifier", text);
    return ca_buf_check(ret, err);
}

bool oid_is_valid(struct ca_bytes oid)
{
    bool starts = true;

    for (size_t i = 0; i < oid.len; i++) {
        if (starts && oid.ptr[i] == 0x80)
            return false;
        starts = (oid.ptr[i] & 0x80U) == 0;
    }
    return oid.len > 0 && starts;
}

void oid_text(struct ca_bytes oid, struct ca_buf *ret)
{
    uint64_t arc = 0;
    bool first = true;

    if (!oid_is_valid(oid)) {
        ca_buf_str(ret, "?");
        return;
    }
    for (size_t i = 0; i < oid.len; i++) {
        if (arc >> 57 != 0) {
            ca_buf_str(ret, "?");
            return;
        }
        arc = arc << 7 | (oid.ptr[i] & 0x7fU);
        if ((oid.ptr[i] & 0x80U) != 0)
            continue;
        if (first) {
            uint64_t root = arc < 80 ? arc / 40 : 2;

            ca_buf_printf(ret, "%u.%llu", (unsigned)root, (unsigned long long)(arc - root * 40));
        } else {
            ca_buf_printf(ret, ".%llu", (unsigned long long)arc);
        }
        first = false;
        arc = 0;
    }
}
