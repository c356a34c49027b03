/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that somebody names one by one. */
#include <stdlib.h>

#include "base/digest.h"
#include "ca/mass_internal.h"

static const struct {
    uint8_t letter;
    int32_t kind;
    size_t least;
    size_t most;
} kinds[] = {
    {'i', DB_NAMED_ID,          CA_UUID_LEN,   CA_UUID_LEN  },
    {'s', DB_NAMED_SERIAL,      1,             DB_SERIAL_MAX},
    {'f', DB_NAMED_FINGERPRINT, CA_SHA256_LEN, CA_SHA256_LEN},
};

/* One of them, off the front of *in. */
static bool item_take(struct ca_bytes *in, struct db_named *ret)
{
    size_t len = in->len >= 2 ? in->ptr[1] : 0;

    if (in->len < 2 || in->len - 2 < len)
        return false;
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        if (in->ptr[0] != kinds[i].letter || len < kinds[i].least || len > kinds[i].most)
            continue;
        ret->kind = kinds[i].kind;
        ret->octets = (struct ca_bytes){in->ptr + 2, len};
        *in = (struct ca_bytes){in->ptr + 2 + len, in->len - 2 - len};
        return true;
    }
    return false;
}

static CA_RC items_read(struct ca_bytes listed, struct db_named *ret, size_t *ret_n,
                        struct ca_err *err)
{
    for (*ret_n = 0; listed.len > 0; (*ret_n)++) {
        if (*ret_n == MASS_LISTED_MAX) {
            return CA_FAIL(err, CA_LIMIT, "/certificates: at most %d are named at once",
                           MASS_LISTED_MAX);
        }
        ret[*ret_n].place = (int32_t)*ret_n;
        if (!item_take(&listed, &ret[*ret_n]))
            return CA_FAIL(err, CA_MALFORMED, "/certificates: cannot be read");
    }
    return CA_OK;
}

static void unknown_add(const struct db_named *item, size_t found, struct mass_list *ret)
{
    char hex[2 * CA_SHA256_LEN + 1];
    char uuid[CA_UUID_TEXT];
    struct ca_uuid id;

    ret->unknown_n++;
    if (ret->unknown_n > MASS_UNKNOWN_SHOWN)
        return;
    if (item->kind == DB_NAMED_ID) {
        memcpy(id.octets, item->octets.ptr, CA_UUID_LEN);
        ca_buf_str(&ret->unknown, ca_uuid_text(&id, uuid));
    } else {
        ca_buf_str(&ret->unknown, ca_hex(item->octets, hex));
    }
    ca_buf_str(&ret->unknown, found > 1 ? " (several: name the authority)\n" : "\n");
}

/* Both are in the order of their places. */
static void matches_take(const struct db_named *items, size_t n, const struct db_result *found,
                         struct mass_list *ret)
{
    const struct db_named *rows = found->rows;
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        size_t first = at;

        while (at < found->count && rows[at].place == items[i].place)
            at++;
        if (at - first == 1)
            ca_buf_add(&ret->ids, rows[first].id.octets, CA_UUID_LEN);
        else
            unknown_add(&items[i], at - first, ret);
    }
}

static int id_compare(const void *a, const void *b)
{
    return memcmp(a, b, CA_UUID_LEN);
}

/* In order, and each once: by its serial number and by its fingerprint it is one certificate. */
void mass_ids_sort(struct ca_buf *ids)
{
    size_t kept = 0;

    if (ids->len == 0)
        return;
    qsort(ids->ptr, ids->len / CA_UUID_LEN, CA_UUID_LEN, id_compare);
    for (size_t at = CA_UUID_LEN; at < ids->len; at += CA_UUID_LEN) {
        if (memcmp(ids->ptr + kept, ids->ptr + at, CA_UUID_LEN) == 0)
            continue;
        kept += CA_UUID_LEN;
        memmove(ids->ptr + kept, ids->ptr + at, CA_UUID_LEN);
    }
    ids->len = kept + CA_UUID_LEN;
}

CA_RC mass_list_read(struct db *db, struct ca_bytes listed, int64_t authority_id,
                     struct mass_list *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf items = {0};
    struct db_named *named;
    size_t n = 0;

    named = (void *)ca_buf_room(&items, MASS_LISTED_MAX * sizeof(*named));
    if (named == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(items_read(listed, named, &n, err));
    CA_TRY(db_certificate_named(db, named, n, authority_id, &found, err));
    ret->listed = n;
    matches_take(named, n, &found, ret);
    mass_ids_sort(&ret->ids);
    CA_TRY(ca_buf_check(&ret->ids, err));
    return ca_buf_check(&ret->unknown, err);
}
