/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a rollover: prepared, published, switched to. */
#include "ca/rollover_internal.h"

#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/approval_guard_internal.h"
#include "ca/authority_change_internal.h"
#include "ca/rollover_rules.h"

enum { POOL_WAIT_MS = 2000 };

static void form_fill(const struct db_rollover *row, struct seal_form *ret)
{
    seal_form_init(ret, "rollover");
    seal_form_int(ret, row->authority_id);
    seal_form_int(ret, row->next_id);
    seal_form_int(ret, row->prepared_at);
    seal_form_bytes(ret, (struct ca_bytes){row->prepared_by.octets, CA_UUID_LEN});
    seal_form_int(ret, row->published_at);
    seal_form_bytes(ret, row->bundle);
    seal_form_int(ret, row->switch_at);
    seal_form_int(ret, row->cancelled_at);
}

static CA_RC row_check(const struct seal *s, const struct db_rollover *row, struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    form_fill(row, &form);
    return seal_check(s, &form, row->seal, row->authority, err);
}

/* What was altered is left out: who was followed then issues nothing once it is retired, and
 * nobody issues in its place. */
CA_RC rollover_refresh(struct signer *s, struct db *db, struct ca_err *err)
{
    struct authority_successor list[AUTHORITY_SUCCESSORS_MAX];
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_rollover *rows;
    size_t n = 0;

    CA_TRY(db_rollover_list(db, NULL, &found, err));
    rows = found.rows;
    for (size_t i = 0; i < found.count && n < AUTHORITY_SUCCESSORS_MAX; i++) {
        struct ca_err why = {0};

        if (rows[i].cancelled_at != 0 || rows[i].switch_at == 0)
            continue;
        if (row_check(s->seal, &rows[i], &why) != CA_OK) {
            CA_LOG(CA_LOG_ERROR, "rollover_altered", CA_STR("text", why.text));
            continue;
        }
        list[n++] =
            (struct authority_successor){rows[i].authority_id, rows[i].next_id, rows[i].switch_at};
    }
    authority_registry_succeed(s->registry, list, n);
    return CA_OK;
}

static CA_RC list_read(struct signer *s, const char *name, struct db_result *ret,
                       struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_rollover_list(db, name, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC refresh_now(struct signer *s, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = rollover_refresh(s, db, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC retire_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_authority_retire(db, *(const int64_t *)arg, err);
}

static CA_RC followed_retire(struct signer *s, const struct db_rollover *row, struct ca_err *err)
{
    int64_t id = row->authority_id;
    char detail[120];
    const struct audit_event event = {.actor = "system",
                                      .channel = "signer",
                                      .action = "authority.retire",
                                      .outcome = "ok",
                                      .object = row->authority,
                                      .request_id = "",
                                      .detail = detail};
    enum ca_rc rc;

    CA_TRY(row_check(s->seal, row, err));
    (void)snprintf(detail, sizeof(detail), "'%.63s' issues in its place", row->next);
    rc = recorder_change(s->recorder, retire_write, &id, &event, 1, err);
    if (rc == CA_CONFLICT)
        return CA_OK; /* another node was faster */
    CA_TRY(rc);
    return authority_reload(s, err);
}

CA_RC rollover_retire(struct signer *s, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_rollover *rows;

    CA_TRY(list_read(s, NULL, &found, err));
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        struct ca_err why = {0};

        if (rows[i].state == DB_AUTHORITY_ACTIVE &&
            rollover_stage(&rows[i], ca_time_now()) == ROLLOVER_IN_CHARGE &&
            followed_retire(s, &rows[i], &why) != CA_OK)
            CA_LOG(CA_LOG_ERROR, "authority_not_retired", CA_STR("ca", rows[i].authority),
                   CA_STR("text", why.text));
    }
    return CA_OK;
}

/* One change under way. */
struct changing {
    struct signer *signer;
    const struct actor *actor;
    const struct wire_authority_next *ask;
    struct authority_set *set;
    const struct authority *current;
    struct db_result found;
    const struct db_rollover *before; /* NULL: none, or called off */
    struct db_rollover row;           /* as it becomes */
    struct ca_buf bundle;
};

static void changing_done(struct changing *c)
{
    authority_set_give(c->set);
    db_result_free(c->found);
    ca_buf_done(&c->bundle);
}
static inline void ca_auto_changing(struct changing *c)
{
    changing_done(c);
}

static CA_RC named(const struct changing *c, const char *name, const struct authority **ret,
                   struct ca_err *err)
{
    *ret = authority_set_named(c->set, name);
    if (*ret == NULL)
        return authority_set_find(c->set, name, ret, err); /* says which is near */
    return CA_OK;
}

static CA_RC active_check(const struct authority *a, struct ca_err *err)
{
    if (a->state == DB_AUTHORITY_ACTIVE)
        return CA_OK;
    return CA_FAIL_AS(err, CA_CONFLICT,
                      a->state == DB_AUTHORITY_PENDING ? "authority-pending" : "authority-retired",
                      "authority '%s' is %s", a->name,
                      a->state == DB_AUTHORITY_PENDING ? "waiting for its certificate" : "retired");
}

/* Nobody follows himself, by however many steps. */
static CA_RC circle_check(struct changing *c, const struct authority *next, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result all = {0};
    const struct db_rollover *rows;
    int64_t at = next->id;

    CA_TRY(list_read(c->signer, NULL, &all, err));
    rows = all.rows;
    for (size_t step = 0; step <= all.count; step++) {
        size_t i = 0;

        if (at == c->current->id)
            return CA_FAIL(err, CA_CONFLICT, "/next: '%s' comes before '%s'", next->name,
                           c->current->name);
        while (i < all.count && (rows[i].authority_id != at || rows[i].cancelled_at != 0))
            i++;
        if (i == all.count)
            return CA_OK;
        at = rows[i].next_id;
    }
    return CA_OK;
}

static CA_RC prepare(struct changing *c, struct ca_err *err)
{
    const struct authority *next = NULL;

    CA_TRY(named(c, c->ask->next, &next, err));
    if (next->state == DB_AUTHORITY_RETIRED)
        CA_TRY(active_check(next, err));
    CA_TRY(circle_check(c, next, err));
    c->row = (struct db_rollover){.authority_id = c->current->id,
                                  .next_id = next->id,
                                  .prepared_at = ca_time_now(),
                                  .prepared_by = c->actor->id,
                                  .next = next->name};
    return CA_OK;
}

static CA_RC publish(struct changing *c, struct ca_err *err)
{
    const struct authority *next;

    next = authority_set_by_id(c->set, c->before->next_id);
    if (next == NULL)
        return CA_FAIL(err, CA_FAULT, "the next authority is not there");
    CA_TRY(active_check(next, err));
    c->row.published_at = ca_time_now();
    return CA_OK;
}

static CA_RC switch_over(struct changing *c, struct ca_err *err)
{
    const struct authority *a = c->current;

    return rollover_switch_at(c->ask->at, a->certificate.len > 0 ? a->cert.not_after : 0,
                              ca_time_now(), &c->row.switch_at, err);
}

static CA_RC cancel(struct changing *c, struct ca_err *err)
{
    (void)err;
    c->row.cancelled_at = ca_time_now();
    return CA_OK;
}

static const struct {
    const char *act;
    enum rollover_act rule;
    CA_RC (*fill)(struct changing *c, struct ca_err *err);
} acts[] = {
    {"prepare", ROLLOVER_PREPARE, prepare    },
    {"publish", ROLLOVER_PUBLISH, publish    },
    {"switch",  ROLLOVER_SWITCH,  switch_over},
    {"cancel",  ROLLOVER_CANCEL,  cancel     },
};

static bool retires(const struct wire_authority_next *ask)
{
    return strcmp(ask->act, "retire") == 0;
}

/* The one that ends, and what is on record of who follows it. */
static CA_RC changing_read(struct changing *c, struct ca_err *err)
{
    c->set = authority_set_take(c->signer->registry);
    CA_TRY(named(c, c->ask->name, &c->current, err));
    CA_TRY(list_read(c->signer, c->ask->name, &c->found, err));
    if (c->found.count == 0)
        return CA_OK;
    c->row = *(const struct db_rollover *)c->found.rows;
    CA_TRY(row_check(c->signer->seal, &c->row, err));
    c->before = c->row.cancelled_at == 0 ? c->found.rows : NULL;
    return CA_OK;
}

static CA_RC may(const struct changing *c, enum rollover_act act, struct ca_err *err)
{
    if (act == ROLLOVER_PREPARE)
        CA_TRY(active_check(c->current, err));
    return rollover_may(act, c->before, c->current->name, ca_time_now(), err);
}

/* Judges the question and fills the row as it becomes. */
static CA_RC changing_check(struct changing *c, struct ca_err *err)
{
    CA_TRY(changing_read(c, err));
    if (retires(c->ask))
        return active_check(c->current, err);
    for (size_t i = 0; i < CA_COUNT(acts); i++) {
        if (strcmp(acts[i].act, c->ask->act) != 0)
            continue;
        CA_TRY(may(c, acts[i].rule, err));
        return acts[i].fill(c, err);
    }
    return CA_FAIL(err, CA_DENIED, "no such act");
}

CA_RC guard_authority_next(struct signer *s, const struct actor *actor, const void *question,
                           struct guarded *ret, struct ca_err *err)
{
    CA_AUTO(changing) struct changing c = {.signer = s, .actor = actor, .ask = question};
    char text[300];
    char at[CA_TIME_TEXT] = "";

    CA_TRY(changing_check(&c, err));
    if (c.ask->at != 0)
        (void)ca_time_text(c.ask->at, at);
    if (retires(c.ask)) {
        (void)snprintf(text, sizeof(text), "%s", c.current->name);
    } else {
        (void)snprintf(text, sizeof(text), "%s: %s, next is %s%s%s", c.current->name, c.ask->act,
                       c.row.next, at[0] != '\0' ? ", at " : "", at);
    }
    ret->action = retires(c.ask) ? "authority.retire" : "authority.next";
    approval_object(text, ret->object);
    return CA_OK;
}

struct writing {
    const struct db_rollover *row;
    struct ca_bytes seen;
};

static CA_RC row_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct writing *w = arg;

    (void)audit;
    return db_rollover_put(db, w->row, w->seen, err);
}

static CA_RC changing_record(struct changing *c, struct ca_err *err)
{
    const struct db_rollover *was = c->found.rows;
    CA_AUTO(seal_form) struct seal_form form;
    struct writing w = {
        .row = &c->row, .seen = was != NULL ? was->seal : (struct ca_bytes){NULL, 0}
    };
    uint8_t seal[SEAL_LEN];
    char detail[200];
    char at[CA_TIME_TEXT] = "";
    const struct authority_audit audit = {.actor = c->actor,
                                          .caller = &c->ask->caller,
                                          .action = "authority.next",
                                          .name = c->current->name,
                                          .detail = detail,
                                          .certificate = c->row.bundle};

    if (c->row.switch_at != 0)
        (void)ca_time_text(c->row.switch_at, at);
    (void)snprintf(detail, sizeof(detail), "%s: next is '%.63s'%s%s", c->ask->act, c->row.next,
                   at[0] != '\0' ? ", in charge from " : "", at);
    form_fill(&c->row, &form);
    CA_TRY(seal_make(c->signer->seal, &form, seal, err));
    c->row.seal = (struct ca_bytes){seal, SEAL_LEN};
    return authority_record(c->signer, row_write, &w, &audit, err);
}

static CA_RC changing_retire(struct changing *c, struct ca_err *err)
{
    int64_t id = c->current->id;
    const struct authority_audit audit = {.actor = c->actor,
                                          .caller = &c->ask->caller,
                                          .action = "authority.retire",
                                          .name = c->current->name,
                                          .detail = "it signs CRLs and OCSP only"};

    CA_TRY(authority_record(c->signer, retire_write, &id, &audit, err));
    return authority_reload(c->signer, err);
}

CA_RC handle_authority_next(struct signer *s, const struct actor *actor, const void *question,
                            void *answer, struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(changing) struct changing c = {.signer = s, .actor = actor, .ask = question};

    CA_TRY(changing_check(&c, err));
    if (retires(c.ask)) {
        CA_TRY(changing_retire(&c, err));
        return authority_answer(s, c.ask->name, answer, own, err);
    }
    if (strcmp(c.ask->act, "publish") == 0) {
        CA_TRY(rollover_bundle(s, c.current, authority_set_by_id(c.set, c.row.next_id), &c.bundle,
                               err));
        c.row.bundle = ca_buf_view(&c.bundle);
    }
    CA_TRY(changing_record(&c, err));
    CA_TRY(refresh_now(s, err));
    CA_TRY(rollover_retire(s, err));
    return authority_answer(s, c.ask->name, answer, own, err);
}

/* By an earlier try of the same question. */
static bool followed(const struct changing *c)
{
    return c->before != NULL && strcmp(c->before->next, c->ask->next) == 0;
}

CA_RC rollover_follow_check(struct signer *s, const struct wire_authority_create *ask,
                            struct ca_err *err)
{
    const struct wire_authority_next question = {
        .name = ask->follows, .act = "prepare", .next = ask->name};
    CA_AUTO(changing) struct changing c = {.signer = s, .ask = &question};

    CA_TRY(changing_read(&c, err));
    return followed(&c) ? CA_OK : may(&c, ROLLOVER_PREPARE, err);
}

CA_RC rollover_follow(struct signer *s, const struct actor *actor,
                      const struct wire_authority_create *ask, struct ca_err *err)
{
    const struct wire_authority_next question = {
        .caller = ask->caller, .name = ask->follows, .act = "prepare", .next = ask->name};
    CA_AUTO(changing) struct changing c = {.signer = s, .actor = actor, .ask = &question};

    CA_TRY(changing_read(&c, err));
    if (followed(&c))
        return CA_OK;
    CA_TRY(may(&c, ROLLOVER_PREPARE, err));
    CA_TRY(prepare(&c, err));
    CA_TRY(changing_record(&c, err));
    return refresh_now(s, err);
}
