/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/network.h"

#include <arpa/inet.h>

#include "base/text.h"

static bool bits_read(const char *text, size_t most, unsigned *ret)
{
    unsigned v = 0;

    if (text[0] < '0' || text[0] > '9' || strlen(text) > 3)
        return false;
    for (; *text >= '0' && *text <= '9'; text++)
        v = v * 10 + (unsigned)(*text - '0');
    *ret = v;
    return *text == '\0' && v <= most;
}

static bool bit_is_set(const uint8_t *octets, size_t bit)
{
    return ((unsigned)octets[bit / 8] >> (7 - bit % 8) & 1U) != 0;
}

bool network_parse(const char *text, struct network *ret)
{
    const char *slash = strchr(text, '/');
    size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);
    char address[INET6_ADDRSTRLEN];

    if (!ca_text_copy(address, sizeof(address), (struct ca_bytes){(const uint8_t *)text, n}))
        return false;
    ret->len = inet_pton(AF_INET, address, ret->octets) == 1    ? 4
               : inet_pton(AF_INET6, address, ret->octets) == 1 ? 16
                                                                : 0;
    ret->bits = (unsigned)ret->len * 8;
    if (ret->len == 0 || (slash != NULL && !bits_read(slash + 1, ret->len * 8, &ret->bits)))
        return false;
    for (size_t bit = ret->bits; bit < ret->len * 8; bit++) {
        if (bit_is_set(ret->octets, bit))
            return false;
    }
    return true;
}

static bool holds(const struct network *n, const uint8_t *octets, size_t len)
{
    if (n->len != len)
        return false;
    for (size_t bit = 0; bit < n->bits; bit++) {
        if (bit_is_set(n->octets, bit) != bit_is_set(octets, bit))
            return false;
    }
    return true;
}

bool network_holds(const char *network, struct ca_bytes address)
{
    struct network n;

    return network_parse(network, &n) && holds(&n, address.ptr, address.len);
}

bool network_is_inside(const char *inner, const char *outer)
{
    struct network a;
    struct network b;

    return network_parse(inner, &a) && network_parse(outer, &b) && b.bits <= a.bits &&
           holds(&b, a.octets, a.len);
}
