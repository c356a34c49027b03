/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CA_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The struct whose member `member` is at `ptr`. */
#define CA_CONTAINER(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* A view of memory that somebody else owns. */
struct ca_bytes {
    const uint8_t *ptr; /* may be NULL when len is 0 */
    size_t len;         /* octets */
};

/* A constant view of a list of octets. */
#define CA_BYTES(...)                                                                              \
    {                                                                                              \
        (const uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__})                           \
    }

static inline bool ca_bytes_equal(struct ca_bytes a, struct ca_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The characters of a C string, without its NUL; borrowed. */
static inline struct ca_bytes ca_bytes_str(const char *s)
{
    return (struct ca_bytes){(const uint8_t *)s, strlen(s)};
}

static inline bool ca_bytes_is_str(struct ca_bytes b, const char *s)
{
    return ca_bytes_equal(b, ca_bytes_str(s));
}

/* A copy for free(), with a NUL behind it that len does not count; NULL only when out of memory. */
static inline uint8_t *ca_bytes_dup(struct ca_bytes b)
{
    uint8_t *own = malloc(b.len + 1); /* never malloc(0) */

    if (own == NULL)
        return NULL;
    if (b.len > 0)
        memcpy(own, b.ptr, b.len);
    own[b.len] = '\0';
    return own;
}
