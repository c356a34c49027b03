/* SPDX-License-Identifier: Apache-2.0 */
/* Making lists: begun, given in pieces, dropped. */
#include <stdio.h>

#include "base/time.h"
#include "ca/named_list_change_internal.h"

/* Lines of `lines`, as an answer has them, in one piece of `own`: structs first, then octets. */
static CA_RC lines_fill(struct ca_bytes lines, struct wire_named_list *ret, struct ca_buf *own,
                        struct ca_err *err)
{
    struct wire_text *texts;
    char *at;

    texts = (void *)ca_buf_room(own, MASS_UNKNOWN_SHOWN * sizeof(*texts) + lines.len + 1);
    if (texts == NULL)
        return CA_FAIL_NOMEM(err);
    at = (char *)(texts + MASS_UNKNOWN_SHOWN);
    if (lines.len > 0)
        memcpy(at, lines.ptr, lines.len);
    at[lines.len] = '\0';
    ret->unknown = texts;
    while (*at != '\0' && ret->unknown_n < MASS_UNKNOWN_SHOWN) {
        texts[ret->unknown_n++].text = at;
        at += strcspn(at, "\n");
        if (*at != '\0')
            *at++ = '\0';
    }
    return CA_OK;
}

CA_RC named_list_change(const struct list_ask *a, change_fn fn, void *arg,
                        const struct audit_event *like, struct ca_err *err)
{
    char object[CA_UUID_TEXT];
    struct audit_event event = *like;

    event.actor = a->actor->name;
    event.channel = a->ask->caller.channel;
    event.outcome = "ok";
    event.object = ca_uuid_text(&a->list.id, object);
    event.request_id = a->ask->caller.request_id;
    return recorder_change(a->s->recorder, fn, arg, &event, 1, err);
}

static CA_RC create_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_named_list_insert(db, arg, NAMED_LISTS_OWN, NAMED_LISTS_MAX, err);
}

static CA_RC list_create(struct list_ask *a, struct wire_named_list *ret, struct ca_buf *own,
                         struct ca_err *err)
{
    static const struct audit_event event = {.action = "named_list.create", .detail = ""};
    uint8_t seal[SEAL_LEN];

    (void)own;
    a->list = (struct db_named_list){
        .created_at = ca_time_now(), .created_by = a->actor->id, .unknown = ""};
    a->list.expires_at = a->list.created_at + NAMED_OPEN_S;
    CA_TRY(ca_uuid_new(&a->list.id, err));
    CA_TRY(mass_authority_find(a->s, a->ask->authority, &a->list.authority_id, err));
    CA_TRY(named_list_seal(a->s->seal, &a->list, seal, err));
    CA_TRY(named_list_change(a, create_write, &a->list, &event, err));
    ret->list_id = a->list.id;
    return CA_OK;
}

/* A piece on its way into its list. */
struct appending {
    struct db_list_piece row;
    bool is_new;
};

/* The same piece again does no harm; another one under its number is refused. */
static CA_RC piece_write(struct db *db, struct appending *p, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_list_piece *there;

    CA_TRY(db_named_list_lock(db, &p->row.list_id, ca_time_now(), err));
    CA_TRY(db_list_piece_get(db, &p->row.list_id, p->row.number, &found, err));
    p->is_new = found.count == 0;
    if (p->is_new)
        return db_list_piece_insert(db, &p->row, NAMED_LIST_MOST, err);
    there = found.rows;
    if (!ca_bytes_equal(there->names, p->row.names))
        return CA_FAIL(err, CA_CONFLICT, "piece %d is there already, with other names",
                       (int)p->row.number);
    return CA_OK;
}

struct append_arg {
    const struct list_ask *a;
    struct appending *p;
};

/* Without a line for a piece that was there. */
static CA_RC append_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct append_arg *w = arg;
    char object[CA_UUID_TEXT];
    char detail[64];
    const struct audit_event event = {.actor = w->a->actor->name,
                                      .channel = w->a->ask->caller.channel,
                                      .action = "named_list.append",
                                      .outcome = "ok",
                                      .object = ca_uuid_text(&w->p->row.list_id, object),
                                      .request_id = w->a->ask->caller.request_id,
                                      .detail = detail};

    CA_TRY(piece_write(db, w->p, err));
    (void)snprintf(detail, sizeof(detail), "piece %d, %d named", (int)w->p->row.number,
                   (int)w->p->row.named);
    return w->p->is_new ? audit_add(audit, &event, err) : CA_OK;
}

static CA_RC piece_check(const struct list_ask *a, struct ca_err *err)
{
    if (a->list.digest.len != 0)
        return CA_FAIL(err, CA_CONFLICT, "the list is complete: it takes no more");
    if (a->ask->number < 1 || a->ask->number > NAMED_PIECES_MOST)
        return CA_FAIL(err, CA_MALFORMED, "pieces have numbers from 1 to %d", NAMED_PIECES_MOST);
    if (a->ask->listed.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "/certificates: names none");
    return CA_OK;
}

static CA_RC names_look(const struct list_ask *a, struct mass_list *ret, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(a->s->pool, ca_mono_ms() + LIST_POOL_WAIT_MS, &db, err));
    rc = mass_list_read(db, a->ask->listed, a->list.authority_id, ret, err);
    db_pool_give(a->s->pool, db);
    return rc;
}

static CA_RC piece_put(const struct list_ask *a, struct mass_list *names, struct ca_err *err)
{
    struct appending p = {
        .row = {.list_id = a->list.id,
                .number = (int32_t)a->ask->number,
                .named = (int32_t)names->listed,
                .names = a->ask->listed,
                .ids = ca_buf_view(&names->ids),
                .unknown_n = (int32_t)names->unknown_n,
                .unknown = ca_buf_cstr(&names->unknown)}
    };
    struct append_arg arg = {a, &p};
    uint8_t seal[SEAL_LEN];

    CA_TRY(named_piece_seal(a->s->seal, &p.row, seal, err));
    return recorder_change(a->s->recorder, append_write, &arg, NULL, 0, err);
}

static CA_RC list_append(struct list_ask *a, struct wire_named_list *ret, struct ca_buf *own,
                         struct ca_err *err)
{
    struct mass_list names = {.listed = 0};
    enum ca_rc rc;

    CA_TRY(piece_check(a, err));
    rc = names_look(a, &names, err);
    if (rc == CA_OK)
        rc = piece_put(a, &names, err);
    if (rc == CA_OK)
        rc = lines_fill(ca_buf_view(&names.unknown), ret, own, err);
    ret->list_id = a->list.id;
    ret->named = names.listed;
    ret->unknown_total = names.unknown_n;
    ca_buf_done(&names.ids);
    ca_buf_done(&names.unknown);
    return rc;
}

CA_RC named_list_answer(const struct db_named_list *row, struct wire_named_list *ret,
                        struct ca_buf *own, struct ca_err *err)
{
    CA_TRY(lines_fill(ca_bytes_str(row->unknown), ret, own, err));
    ret->list_id = row->id;
    ret->named = (uint64_t)row->named;
    ret->unknown_total = (uint64_t)row->unknown_n;
    return CA_OK;
}

static CA_RC drop_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_named_list_drop(db, arg, err);
}

static CA_RC list_drop(struct list_ask *a, struct wire_named_list *ret, struct ca_buf *own,
                       struct ca_err *err)
{
    static const struct audit_event event = {.action = "named_list.drop", .detail = ""};

    (void)own;
    CA_TRY(named_list_change(a, drop_write, &a->list.id, &event, err));
    ret->list_id = a->list.id;
    return CA_OK;
}

static const struct {
    const char *act;
    CA_RC(*run)
    (struct list_ask *a, struct wire_named_list *ret, struct ca_buf *own, struct ca_err *err);
    bool of_one; /* that is there, and his */
} acts[] = {
    {"create",   list_create,         false},
    {"append",   list_append,         true },
    {"complete", named_list_complete, true },
    {"drop",     list_drop,           true },
};

static CA_RC row_take(struct list_ask *a, struct db_result *found, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(a->s->pool, ca_mono_ms() + LIST_POOL_WAIT_MS, &db, err));
    rc = named_list_find(a->s, db, a->actor, &a->ask->list_id, found, err);
    db_pool_give(a->s->pool, db);
    CA_TRY(rc);
    a->list = *(const struct db_named_list *)found->rows;
    return CA_OK;
}

CA_RC handle_named_list_act(struct signer *s, const struct actor *actor, const void *question,
                            void *answer, struct ca_buf *own, struct ca_err *err)
{
    struct list_ask a = {.s = s, .actor = actor, .ask = question};
    CA_AUTO(db_result) struct db_result found = {0};

    CA_TRY(mass_scope_check(actor, err));
    for (size_t i = 0; i < CA_COUNT(acts); i++) {
        if (strcmp(acts[i].act, a.ask->act) != 0)
            continue;
        if (acts[i].of_one)
            CA_TRY(row_take(&a, &found, err));
        return acts[i].run(&a, answer, own, err);
    }
    return CA_FAIL(err, CA_MALFORMED, "a list has no act '%.31s'", a.ask->act);
}
