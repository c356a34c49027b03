/* SPDX-License-Identifier: Apache-2.0 */
/* Completing a list: all pieces are there, they are what was announced, and the certificates that
 * they name are put in order. */
#include <stdatomic.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/named_list_change_internal.h"

enum { NAMES_MAX = 64 * 1024 * 1024, UNKNOWN_MAX = 16 * 1024 };

/* All of it is in memory once: one list at a time. */
static atomic_flag busy = ATOMIC_FLAG_INIT;

struct whole {
    struct ca_buf names;
    struct ca_buf ids;
    struct ca_buf unknown;
    int64_t unknown_n;
    uint8_t digest[CA_SHA256_LEN];
    uint8_t seal[SEAL_LEN];
    struct db_named_list row;
};

static void whole_done(struct whole *w)
{
    ca_buf_done(&w->names);
    ca_buf_done(&w->ids);
    ca_buf_done(&w->unknown);
}

/* The first ones of all, as many as are shown. */
static void unknown_add(struct whole *w, const struct db_list_piece *piece)
{
    size_t shown = 0;

    for (size_t i = 0; i < w->unknown.len; i++)
        shown += w->unknown.ptr[i] == '\n';
    for (const char *line = piece->unknown; *line != '\0' && shown < MASS_UNKNOWN_SHOWN; shown++) {
        size_t len = strcspn(line, "\n");

        ca_buf_add(&w->unknown, line, len);
        ca_buf_u8(&w->unknown, '\n');
        line += len + (line[len] != '\0');
    }
    w->unknown_n += piece->unknown_n;
}

static CA_RC piece_take(const struct list_ask *a, struct db *db, int32_t number, struct whole *w,
                        struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_list_piece *piece;

    CA_TRY(db_list_piece_get(db, &a->list.id, number, &found, err));
    if (found.count == 0)
        return CA_FAIL(err, CA_CONFLICT, "piece %d is missing", (int)number);
    piece = found.rows;
    CA_TRY(named_piece_seal_check(a->s->seal, piece, err));
    ca_buf_bytes(&w->names, piece->names);
    ca_buf_bytes(&w->ids, piece->ids);
    unknown_add(w, piece);
    CA_TRY(ca_buf_check(&w->names, err));
    return ca_buf_check(&w->ids, err);
}

static CA_RC pieces_take(const struct list_ask *a, struct db *db, struct whole *w,
                         struct ca_err *err)
{
    if (a->list.pieces == 0)
        return CA_FAIL(err, CA_CONFLICT, "no piece is there");
    for (int32_t number = 1; number <= a->list.pieces; number++)
        CA_TRY(piece_take(a, db, number, w, err));
    return CA_OK;
}

static CA_RC announced_check(const struct list_ask *a, int64_t named, const uint8_t *digest,
                             struct ca_err *err)
{
    char hex[2 * CA_SHA256_LEN + 1];

    if ((uint64_t)named != a->ask->named) {
        return CA_FAIL(err, CA_CONFLICT,
                       "/named: the list names %jd, each counted once, and not %ju",
                       (intmax_t)named, (uintmax_t)a->ask->named);
    }
    if (!ca_bytes_equal(a->ask->digest, (struct ca_bytes){digest, CA_SHA256_LEN})) {
        return CA_FAIL(err, CA_CONFLICT, "/digest: that of the list is %s",
                       ca_hex((struct ca_bytes){digest, CA_SHA256_LEN}, hex));
    }
    return CA_OK;
}

static CA_RC parts_put(const struct list_ask *a, struct db *db, struct whole *w, struct ca_err *err)
{
    struct ca_bytes left = ca_buf_view(&w->ids);

    for (w->row.parts = 0; left.len > 0; w->row.parts++) {
        struct db_list_part part = {.list_id = a->list.id, .number = w->row.parts + 1};
        uint8_t seal[SEAL_LEN];

        part.ids = left;
        if (part.ids.len > (size_t)NAMED_PART * CA_UUID_LEN)
            part.ids.len = (size_t)NAMED_PART * CA_UUID_LEN;
        memcpy(part.last.octets, part.ids.ptr + part.ids.len - CA_UUID_LEN, CA_UUID_LEN);
        CA_TRY(named_part_seal(a->s->seal, &part, seal, err));
        CA_TRY(db_list_part_put(db, &part, err));
        left = (struct ca_bytes){left.ptr + part.ids.len, left.len - part.ids.len};
    }
    return CA_OK;
}

/* Parts come before: without the row of their list, which says that it is complete, nobody reads
 * them. */
static CA_RC whole_make(const struct list_ask *a, struct db *db, struct whole *w,
                        struct ca_err *err)
{
    int64_t named = 0;

    CA_TRY(pieces_take(a, db, w, err));
    CA_TRY(named_list_digest(ca_buf_view(&w->names), &named, w->digest, err));
    CA_TRY(announced_check(a, named, w->digest, err));
    mass_ids_sort(&w->ids);
    w->row = a->list;
    CA_TRY(parts_put(a, db, w, err));
    w->row.named = named;
    w->row.digest = (struct ca_bytes){w->digest, CA_SHA256_LEN};
    w->row.unknown_n = w->unknown_n;
    w->row.unknown = ca_buf_cstr(&w->unknown);
    w->row.expires_at = ca_time_now() + NAMED_KEPT_S;
    return named_list_seal(a->s->seal, &w->row, w->seal, err);
}

static CA_RC complete_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_named_list_complete(db, arg, err);
}

static CA_RC whole_write(const struct list_ask *a, struct whole *w, struct ca_err *err)
{
    char detail[80];
    const struct audit_event event = {
        .action = "named_list.complete", .detail = detail, .object_hash = w->row.digest};
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(a->s->pool, ca_mono_ms() + LIST_POOL_WAIT_MS, &db, err));
    rc = whole_make(a, db, w, err);
    db_pool_give(a->s->pool, db);
    CA_TRY(rc);
    (void)snprintf(detail, sizeof(detail), "%jd named, %jd unknown", (intmax_t)w->row.named,
                   (intmax_t)w->row.unknown_n);
    return named_list_change(a, complete_write, &w->row, &event, err);
}

CA_RC named_list_complete(struct list_ask *a, struct wire_named_list *ret, struct ca_buf *own,
                          struct ca_err *err)
{
    struct whole w = {.names = {.max = NAMES_MAX}, .unknown = {.max = UNKNOWN_MAX}};
    enum ca_rc rc;

    if (a->list.digest.len != 0) {
        CA_TRY(announced_check(a, a->list.named, a->list.digest.ptr, err));
        return named_list_answer(&a->list, ret, own, err);
    }
    if (atomic_flag_test_and_set(&busy))
        return CA_FAIL(err, CA_UNAVAILABLE, "another list is being completed");
    rc = whole_write(a, &w, err);
    atomic_flag_clear(&busy);
    if (rc == CA_OK)
        rc = named_list_answer(&w.row, ret, own, err);
    whole_done(&w);
    return rc;
}
