/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for a mass revocation, and cancelling it. */
#include <assert.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/named_list_internal.h"

enum { POOL_WAIT_MS = 2000, TEXT = 400 };

CA_RC guard_mass_revoke(struct signer *s, const struct actor *actor, const void *question,
                        struct guarded *ret, struct ca_err *err)
{
    const struct wire_mass_revoke *ask = question;
    CA_AUTO(mass_choice) struct mass_choice c = {.count = {.total = 0}};
    char text[TEXT];

    if (ask->dry_run)
        return CA_OK;
    CA_TRY(mass_choose(s, actor, ask, &c, err));
    CA_TRY(mass_check(s, ask, &c, err));
    mass_describe(ask, &c, text, sizeof(text));
    ret->action = "certificate.mass_revoke";
    approval_object(text, ret->object);
    return CA_OK;
}

/* What an answer points to, in one piece of its `own`: structs first, then octets. */
struct arena {
    uint8_t *at;
    size_t left;
};

static const uint8_t *arena_octets(struct arena *a, const void *from, size_t len)
{
    uint8_t *to = a->at;

    assert(len < a->left); /* measured before */
    if (len > 0)
        memcpy(to, from, len);
    to[len] = '\0';
    a->at += len + 1;
    a->left -= len + 1;
    return to;
}

static const char *arena_text(struct arena *a, const char *text)
{
    return (const char *)arena_octets(a, text, strlen(text));
}

static size_t answer_size(const struct db_result *page, const struct mass_choice *c)
{
    const struct db_selected *rows = page->rows;
    size_t n = MASS_UNKNOWN_SHOWN * sizeof(struct wire_text) + c->list.unknown.len + 1;

    for (size_t i = 0; i < page->count; i++) {
        n += sizeof(struct wire_mass_sample) + rows[i].serial.len + strlen(rows[i].subject) +
             strlen(rows[i].profile) + strlen(rows[i].authority) + 4;
    }
    return n + 2 * (size_t)(CA_SHA256_LEN + 1);
}

static void sample_fill(const struct db_result *page, struct wire_mass_sample *out, struct arena *a)
{
    const struct db_selected *rows = page->rows;

    for (size_t i = 0; i < page->count; i++) {
        const struct db_selected *r = &rows[i];

        out[i] = (struct wire_mass_sample){
            .id = r->id,
            .serial = {arena_octets(a, r->serial.ptr, r->serial.len), r->serial.len},
            .subject = arena_text(a, r->subject),
            .profile = arena_text(a, r->profile),
            .authority = arena_text(a, r->authority),
            .state = db_certificate_state_name(r->state),
            .not_after = r->not_after
        };
    }
}

static uint32_t unknown_fill(const struct mass_choice *c, struct wire_text *out, struct arena *a)
{
    struct ca_bytes left = ca_buf_view(&c->list.unknown);
    uint32_t n = 0;

    while (left.len > 0 && n < MASS_UNKNOWN_SHOWN) {
        const uint8_t *end = memchr(left.ptr, '\n', left.len);
        size_t len = end != NULL ? (size_t)(end - left.ptr) : left.len;

        out[n++].text = (const char *)arena_octets(a, left.ptr, len);
        left = len < left.len ? (struct ca_bytes){left.ptr + len + 1, left.len - len - 1}
                              : (struct ca_bytes){NULL, 0};
    }
    return n;
}

static CA_RC answer_fill(const struct mass_choice *c, const struct db_result *page,
                         struct wire_mass *ret, struct ca_buf *own, struct ca_err *err)
{
    struct arena a = {.left = answer_size(page, c)};
    uint8_t *room = ca_buf_room(own, a.left);
    struct wire_mass_sample *sample = (void *)room;
    struct wire_text *unknown = (void *)(sample + page->count);

    if (room == NULL)
        return CA_FAIL_NOMEM(err);
    a.at = (uint8_t *)(unknown + MASS_UNKNOWN_SHOWN);
    a.left -= (size_t)(a.at - room);
    sample_fill(page, sample, &a);
    *ret = (struct wire_mass){
        .selected_at = c->selection.selected_at,
        .total = (uint64_t)c->count.total,
        .valid = (uint64_t)c->count.valid,
        .held = (uint64_t)c->count.held,
        .revoked = (uint64_t)(c->count.total - c->count.valid - c->count.held),
        .digest = {arena_octets(&a, c->count.digest, CA_SHA256_LEN), CA_SHA256_LEN},
        .sample = sample,
        .sample_n = (uint32_t)page->count,
        .listed = c->list.listed,
        .unknown_total = c->list.unknown_n,
        .unknown = unknown
    };
    if (c->named.count > 0) {
        const struct db_named_list *list = c->named.rows;

        ret->list_digest = (struct ca_bytes){arena_octets(&a, list->digest.ptr, list->digest.len),
                                             list->digest.len};
    }
    ret->unknown_n = unknown_fill(c, unknown, &a);
    return CA_OK;
}

static CA_RC dry_answer(struct signer *s, const struct mass_choice *c, struct wire_mass *ret,
                        struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result page = {0};
    CA_AUTO(named_reader) struct named_reader reader = {.part = {0}};
    struct db *db;
    enum ca_rc rc;

    if (c->count.total == 0)
        return answer_fill(c, &page, ret, own, err);
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = named_list_page(s, db, &reader, &c->selection, NULL, MASS_SAMPLE, &page, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    return answer_fill(c, &page, ret, own, err);
}

struct starting {
    struct db_revocation_job row;
    const struct audit_event *event;
};

/* Carried out twice, because the first end was not written down, it is one job all the same. */
static CA_RC start_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct starting *st = arg;
    bool is_new = false;

    CA_TRY(db_revocation_job_insert(db, &st->row, &is_new, err));
    return is_new ? audit_add(audit, st->event, err) : CA_OK;
}

static CA_RC job_start(struct signer *s, const struct actor *actor,
                       const struct wire_mass_revoke *ask, const struct mass_choice *c,
                       struct ca_uuid *ret_id, struct ca_err *err)
{
    uint8_t seal[SEAL_LEN];
    char object[CA_UUID_TEXT];
    char detail[TEXT];
    const struct db_named_list *list = c->named.rows; /* where there is one */
    struct starting st = {
        .row = {.selection = c->selection,
                .total = c->count.total,
                .digest = {c->count.digest, CA_SHA256_LEN},
                .reason = ask->reason,
                .invalidity_date = ask->invalidity_date,
                .comment = ask->comment,
                .created_at = ca_time_now(),
                .created_by = actor->id}
    };
    struct audit_event event = {.actor = actor->name,
                                .channel = ask->caller.channel,
                                .action = "revocation_job.start",
                                .outcome = "ok",
                                .object = object,
                                .request_id = ask->caller.request_id,
                                .detail = detail,
                                .object_hash = st.row.digest};

    if (c->named.count > 0) {
        st.row.list_named = list->named;
        st.row.list_digest = list->digest;
    }
    st.row.id = actor->approval_id;
    if (ca_uuid_is_nil(&st.row.id))
        CA_TRY(ca_uuid_new(&st.row.id, err));
    (void)ca_uuid_text(&st.row.id, object);
    mass_describe(ask, c, detail, sizeof(detail));
    st.event = &event;
    CA_TRY(mass_seal(s->seal, &st.row, seal, err));
    CA_TRY(recorder_change(s->recorder, start_write, &st, NULL, 0, err));
    *ret_id = st.row.id;
    mass_runner_wake(s->mass_runner);
    return CA_OK;
}

CA_RC handle_mass_revoke(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err)
{
    static const struct db_result no_sample;
    const struct wire_mass_revoke *ask = question;
    CA_AUTO(mass_choice) struct mass_choice c = {.count = {.total = 0}};
    struct wire_mass *got = answer;
    struct ca_uuid id;

    CA_TRY(mass_choose(s, actor, ask, &c, err));
    if (ask->dry_run && c.list.unknown_n > 0)
        return dry_answer(s, &c, got, own, err); /* it says which */
    CA_TRY(mass_check(s, ask, &c, err));
    if (ask->dry_run)
        return dry_answer(s, &c, got, own, err);
    CA_TRY(job_start(s, actor, ask, &c, &id, err));
    CA_TRY(answer_fill(&c, &no_sample, got, own, err));
    got->job_id = id;
    return CA_OK;
}

struct cancelling {
    struct ca_uuid id;
    struct ca_uuid by;
};

static CA_RC cancel_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct cancelling *c = arg;

    (void)audit;
    return db_revocation_job_end(db, &c->id, DB_REVOCATION_CANCELLED, ca_time_now(), &c->by, "",
                                 err);
}

static CA_RC job_read(struct signer *s, const struct ca_uuid *id, struct db_result *ret,
                      struct ca_err *err)
{
    char text[CA_UUID_TEXT];
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_revocation_job_list(db, id, NULL, NULL, 1, ret, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    if (ret->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no revocation job %s", ca_uuid_text(id, text));
    return CA_OK;
}

CA_RC handle_mass_cancel(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_mass_cancel *ask = question;
    CA_AUTO(db_result) struct db_result found = {0};
    struct cancelling c = {.id = ask->job_id, .by = actor->id};
    char object[CA_UUID_TEXT];
    const struct audit_event event = {.actor = actor->name,
                                      .channel = ask->caller.channel,
                                      .action = "revocation_job.cancel",
                                      .outcome = "ok",
                                      .object = ca_uuid_text(&ask->job_id, object),
                                      .request_id = ask->caller.request_id,
                                      .detail = ask->comment};
    enum ca_rc rc;

    (void)own;
    CA_TRY(job_read(s, &ask->job_id, &found, err));
    rc = recorder_change(s->recorder, cancel_write, &c, &event, 1, err);
    if (rc == CA_CONFLICT)
        return CA_FAIL(err, CA_CONFLICT, "the job has ended: nothing is left to cancel");
    CA_TRY(rc);
    ((struct wire_mass *)answer)->job_id = ask->job_id;
    return CA_OK;
}
