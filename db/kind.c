/* SPDX-License-Identifier: Apache-2.0 */
#include "db/kind_internal.h"

#include <endian.h>

static void int4_encode(const void *member, const char *const *labels, struct db_value *ret)
{
    uint32_t v;

    (void)labels;
    memcpy(&v, member, sizeof(v));
    v = htobe32(v);
    memcpy(ret->own, &v, sizeof(v));
    ret->ptr = ret->own;
    ret->len = sizeof(v);
}

static bool int4_decode(struct ca_bytes from, const char *const *labels, void *member)
{
    uint32_t v;

    (void)labels;
    if (from.len != sizeof(v))
        return false;
    memcpy(&v, from.ptr, sizeof(v));
    v = be32toh(v);
    memcpy(member, &v, sizeof(v));
    return true;
}

static void int8_encode(const void *member, const char *const *labels, struct db_value *ret)
{
    uint64_t v;

    (void)labels;
    memcpy(&v, member, sizeof(v));
    v = htobe64(v);
    memcpy(ret->own, &v, sizeof(v));
    ret->ptr = ret->own;
    ret->len = sizeof(v);
}

static bool int8_decode(struct ca_bytes from, const char *const *labels, void *member)
{
    uint64_t v;

    (void)labels;
    if (from.len != sizeof(v))
        return false;
    memcpy(&v, from.ptr, sizeof(v));
    v = be64toh(v);
    memcpy(member, &v, sizeof(v));
    return true;
}

static void time_encode(const void *member, const char *const *labels, struct db_value *ret)
{
    int64_t v;

    memcpy(&v, member, sizeof(v));
    if (v != 0)
        int8_encode(member, labels, ret);
}

static void bool_encode(const void *member, const char *const *labels, struct db_value *ret)
{
    (void)labels;
    ret->own[0] = *(const bool *)member;
    ret->ptr = ret->own;
    ret->len = 1;
}

static bool bool_decode(struct ca_bytes from, const char *const *labels, void *member)
{
    (void)labels;
    if (from.len != 1)
        return false;
    *(bool *)member = from.ptr[0] != 0;
    return true;
}

static void text_encode(const void *member, const char *const *labels, struct db_value *ret)
{
    const char *v = *(const char *const *)member;

    (void)labels;
    ret->ptr = v == NULL ? "" : v;
    ret->len = strlen(ret->ptr);
}

static bool text_decode(struct ca_bytes from, const char *const *labels, void *member)
{
    (void)labels;
    *(const char **)member = (const char *)from.ptr; /* text holds no NUL, and one is behind it */
    return true;
}

static void bytes_encode(const void *member, const char *const *labels, struct db_value *ret)
{
    const struct ca_bytes *v = member;

    (void)labels;
    ret->ptr = v->len == 0 ? NULL : v->ptr;
    ret->len = v->len;
}

static bool bytes_decode(struct ca_bytes from, const char *const *labels, void *member)
{
    (void)labels;
    *(struct ca_bytes *)member = from;
    return true;
}

static void uuid_encode(const void *member, const char *const *labels, struct db_value *ret)
{
    const struct ca_uuid *v = member;

    (void)labels;
    ret->ptr = ca_uuid_is_nil(v) ? NULL : v->octets;
    ret->len = sizeof(v->octets);
}

static bool uuid_decode(struct ca_bytes from, const char *const *labels, void *member)
{
    (void)labels;
    if (from.len != CA_UUID_LEN)
        return false;
    memcpy(member, from.ptr, CA_UUID_LEN);
    return true;
}

static void label_encode(const void *member, const char *const *labels, struct db_value *ret)
{
    unsigned v;

    memcpy(&v, member, sizeof(v));
    ret->ptr = labels[v];
    ret->len = strlen(labels[v]);
}

static bool label_decode(struct ca_bytes from, const char *const *labels, void *member)
{
    for (unsigned i = 0; labels[i] != NULL; i++) {
        if (ca_bytes_is_str(from, labels[i])) {
            memcpy(member, &i, sizeof(i));
            return true;
        }
    }
    return false; /* a newer schema's: the row must not pass for another state */
}

const struct db_kind_row db_kinds[DB_KIND__COUNT] = {
    [DB_INT4] = {23,   int4_encode,  int4_decode },
      [DB_INT8] = {20,   int8_encode,  int8_decode },
    [DB_TIME] = {20,   time_encode,  int8_decode },
      [DB_BOOL] = {16,   bool_encode,  bool_decode },
    [DB_TEXT] = {25,   text_encode,  text_decode },
      [DB_BYTES] = {17,   bytes_encode, bytes_decode},
    [DB_UUID] = {2950, uuid_encode,  uuid_decode },
      [DB_LABEL] = {25,   label_encode, label_decode},
};
_Static_assert(sizeof(enum db_kind) == sizeof(unsigned), "enums are read as unsigned");
