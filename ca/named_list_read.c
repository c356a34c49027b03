/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in lists. */
#include "base/time.h"
#include "ca/named_list_internal.h"

CA_RC named_list_find(struct signer *s, struct db *db, const struct actor *actor,
                      const struct ca_uuid *id, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_named_list *row;
    char text[CA_TIME_TEXT];

    CA_TRY(db_named_list_get(db, id, &found, err));
    if (found.count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such list: it has expired, or was dropped");
    row = found.rows;
    CA_TRY(named_list_seal_check(s->seal, row, err));
    if (memcmp(&row->created_by, &actor->id, CA_UUID_LEN) != 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the list is another operator's");
    if (row->expires_at <= ca_time_now())
        return CA_FAIL(err, CA_CONFLICT, "the list expired at %s",
                       ca_time_text(row->expires_at, text));
    *ret = found;
    found = (struct db_result){0};
    return CA_OK;
}

void named_reader_done(struct named_reader *r)
{
    db_result_free(r->part);
    *r = (struct named_reader){0};
}

static bool part_reaches(const struct db_list_part *part, const struct ca_uuid *after)
{
    return after == NULL || memcmp(&part->last, after, CA_UUID_LEN) > 0;
}

/* The part behind `after`: read once, and looked at whenever it is. */
static CA_RC part_seek(struct signer *s, struct db *db, struct named_reader *r,
                       const struct ca_uuid *after, struct ca_err *err)
{
    const struct db_list_part *part = r->part.rows;

    if (r->part.count > 0 && after != NULL && part_reaches(part, after))
        return CA_OK;
    db_result_free(r->part);
    r->part = (struct db_result){0};
    CA_TRY(db_list_part_next(db, &r->list_id, after, &r->part, err));
    part = r->part.rows;
    return r->part.count > 0 ? named_part_seal_check(s->seal, part, err) : CA_OK;
}

/* The place of the first id behind `after`, in octets. */
static size_t place_after(struct ca_bytes ids, const struct ca_uuid *after)
{
    size_t low = 0;
    size_t high = ids.len / CA_UUID_LEN;

    while (low < high && after != NULL) {
        size_t mid = low + (high - low) / 2;

        if (memcmp(ids.ptr + mid * CA_UUID_LEN, after, CA_UUID_LEN) > 0) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    return low * CA_UUID_LEN;
}

CA_RC named_reader_next(struct signer *s, struct db *db, struct named_reader *r,
                        const struct ca_uuid *after, size_t most, struct ca_bytes *ret,
                        struct ca_err *err)
{
    const struct ca_uuid *from = after != NULL && !ca_uuid_is_nil(after) ? after : NULL;
    const struct db_list_part *part;
    size_t at;

    CA_TRY(part_seek(s, db, r, from, err));
    *ret = (struct ca_bytes){NULL, 0};
    if (r->part.count == 0)
        return CA_OK;
    part = r->part.rows;
    at = place_after(part->ids, from);
    *ret = (struct ca_bytes){part->ids.ptr + at, part->ids.len - at};
    if (ret->len > most * CA_UUID_LEN)
        ret->len = most * CA_UUID_LEN;
    return CA_OK;
}

struct ca_uuid named_ids_last(struct ca_bytes ids)
{
    struct ca_uuid id;

    memcpy(id.octets, ids.ptr + ids.len - CA_UUID_LEN, CA_UUID_LEN);
    return id;
}

CA_RC named_list_page(struct signer *s, struct db *db, struct named_reader *r,
                      const struct db_selection *selection, const struct ca_uuid *after,
                      size_t limit, struct db_result *ret, struct ca_err *err)
{
    struct db_selection some = *selection;
    struct ca_uuid at = after != NULL ? *after : (struct ca_uuid){{0}};

    if (ca_uuid_is_nil(&selection->list_id))
        return db_selection_page(db, selection, after, limit, ret, err);
    r->list_id = selection->list_id;
    for (;;) {
        CA_AUTO(db_result) struct db_result page = {0};

        CA_TRY(named_reader_next(s, db, r, &at, limit, &some.listed, err));
        if (some.listed.len == 0)
            return CA_OK;
        CA_TRY(db_selection_page(db, &some, NULL, limit, &page, err));
        at = named_ids_last(some.listed);
        if (page.count == 0)
            continue; /* of these, none meets the other criteria */
        *ret = page;
        page = (struct db_result){0};
        return CA_OK;
    }
}
