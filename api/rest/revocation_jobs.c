/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/auth_internal.h"
#include "api/rest/answer.h"
#include "api/rest/certificate_names.h"
#include "api/rest/choices.h"
#include "api/rest/cursor.h"
#include "api/rest/requester.h"
#include "api/rest/rest.h"
#include "api/rest/revocation_job_view.h"
#include "api/rest/waits.h"
#include "base/digest.h"

static const struct rest_parameters *const filters = &rest_revocation_jobs_parameters;

static CA_RC actions_view(struct request *rq, const struct db_revocation_job *row,
                          struct json_list *ret, struct ca_err *err)
{
    struct rest_action *items = request_alloc(rq, sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    items[0] = rest_action(rq, "cancel", auth_permission_roles(MAY_REVOKE),
                           row->state == DB_REVOCATION_RUNNING ? NULL : "it has ended");
    *ret = (struct json_list){items, 1, true};
    return CA_OK;
}

/* Below 0: none are named. */
static int64_t listed_n(const struct db_selection *s)
{
    return s->listed.len > 0 ? (int64_t)(s->listed.len / CA_UUID_LEN) : -1;
}

/* The row's pointers are good as long as the result: the answer is written before. */
static CA_RC job_view(struct request *rq, const struct db_revocation_job *row,
                      struct rest_revocation_job *ret, struct ca_err *err)
{
    const struct db_selection *s = &row->selection;

    *ret = (struct rest_revocation_job){
        .id = row->id,
        .status = db_revocation_job_state_name(row->state),
        .profile = s->profile,
        .authority = row->authority,
        .requester = row->requester,
        .spki_sha256 = s->spki_hash,
        .issued_after = s->issued_from,
        .issued_before = s->issued_to,
        .certificates = ca_uuid_is_nil(&s->list_id) ? listed_n(s) : row->list_named,
        .list = s->list_id,
        .list_digest = row->list_digest,
        .selected_at = s->selected_at,
        .total = row->total,
        .digest = row->digest,
        .reason = rest_reason_name(row->reason),
        .invalidity_date = row->invalidity_date,
        .comment = row->comment,
        .done = row->done,
        .revoked = row->revoked,
        .skipped = row->done - row->revoked,
        .created_at = row->created_at,
        .created_by = row->creator,
        .started_at = row->started_at,
        .ended_at = row->ended_at,
        .cancelled_by = row->ender,
        .failure = row->failure};
    return actions_view(rq, row, &ret->allowed_actions, err);
}

static CA_RC next_link(struct request *rq, struct response *rs, const struct ca_uuid *last,
                       char *ret, struct ca_err *err)
{
    const struct rest_cursor cursor = {.id = *last};

    CA_TRY(rest_cursor_text(rq, filters, &cursor, ret, err));
    return rest_link_next(rq, rs, filters, ret, err);
}

/* GET /api/v1/revocation-jobs */
CA_RC rest_revocation_jobs_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_revocation_job *rows;
    struct rest_revocation_job *items;
    struct rest_page page = {.next = NULL};
    char next[REST_CURSOR_TEXT];
    struct rest_cursor cursor;
    bool given = false;
    struct db *db = NULL;
    size_t limit = 0;
    size_t n;

    CA_TRY(rest_parameters_check(rq, filters, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(rest_cursor_read(rq, filters, &cursor, &given, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(
        db_revocation_job_list(db, NULL, NULL, given ? &cursor.id : NULL, limit + 1, &found, err));
    rows = found.rows;
    n = found.count > limit ? limit : found.count;
    items = request_alloc(rq, (n + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++)
        CA_TRY(job_view(rq, &rows[i], &items[i], err));
    if (found.count > limit) {
        CA_TRY(next_link(rq, rs, &rows[limit - 1].id, next, err));
        page.next = next;
    }
    page.items = (struct json_list){items, (uint32_t)n, true};
    return rest_answer(rq, rs, 200, &rest_revocation_job_page, &page, err);
}

static CA_RC job_answer(struct request *rq, struct response *rs, int status,
                        const struct ca_uuid *id, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_revocation_job view;
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_revocation_job_list(db, id, NULL, NULL, 1, &found, err));
    if (found.count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such revocation job");
    CA_TRY(job_view(rq, found.rows, &view, err));
    return rest_answer(rq, rs, status, &rest_revocation_job_schema, &view, err);
}

/* GET /api/v1/revocation-jobs/{id} */
CA_RC rest_revocation_job_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct ca_uuid id;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &id, err));
    return job_answer(rq, rs, 200, &id, err);
}

/* An empty list would be no limit: that is never meant. */
static CA_RC body_check(const struct rest_revocation_submit *body, struct ca_err *err)
{
    if (body->certificates.given && body->certificates.n == 0)
        return CA_FAIL(err, CA_MALFORMED, "/certificates: names none");
    if (body->spki_sha256.len != 0 && body->spki_sha256.len != CA_SHA256_LEN)
        return CA_FAIL(err, CA_MALFORMED, "/spki_sha256: has 64 hexadecimal digits");
    return CA_OK;
}

/* POST /api/v1/revocation-jobs */
CA_RC rest_revocation_jobs_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf listed = {0};
    struct rest_revocation_submit body = {
        .profile = "", .authority = "", .comment = "", .total = -1, .list_named = -1};
    struct wire_mass_revoke ask = {.caller = request_wire_caller(rq)};
    bool idempotent = false;

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_revocation_jobs_post_parameters, err));
    CA_TRY(rest_query_bool(rq, "dry_run", false, &ask.dry_run, err));
    CA_TRY(rest_idempotency_key_check(rq, &idempotent, err));
    CA_TRY(rest_json_body(rq, &rest_revocation_submit_schema, &body, err));
    CA_TRY(body_check(&body, err));
    CA_TRY(rest_certificate_names(&body.certificates, &listed, err));
    if (body.requester != NULL)
        CA_TRY(rest_requester_find(rq, body.requester, "/requester", &ask.requester_id, err));
    ask.profile = body.profile;
    ask.authority = body.authority;
    ask.spki_hash = body.spki_sha256;
    ask.issued_from = body.issued_after;
    ask.issued_to = body.issued_before;
    ask.listed = ca_buf_view(&listed);
    ask.list_id = body.list;
    ask.list_named = body.list_named > 0 ? (uint64_t)body.list_named : 0;
    ask.list_digest = body.list_digest;
    ask.reason = rest_reason_code(body.reason);
    ask.invalidity_date = body.invalidity_date;
    ask.comment = body.comment;
    ask.selected_at = body.selected_at;
    ask.total = body.total > 0 ? (uint64_t)body.total : 0;
    ask.digest = body.digest;
    return request_ask(rq, WIRE_MASS_REVOKE, &ask, err);
}

static CA_RC selection_answer(struct request *rq, struct response *rs, const struct wire_mass *got,
                              struct ca_err *err)
{
    struct rest_revocation_sample *sample =
        request_alloc(rq, ((size_t)got->sample_n + 1) * sizeof(*sample));
    struct rest_revocation_selection view = {
        .selected_at = got->selected_at,
        .total = (int64_t)got->total,
        .valid = (int64_t)got->valid,
        .held = (int64_t)got->held,
        .revoked = (int64_t)got->revoked,
        .digest = got->digest,
        .named = (int64_t)got->listed,
        .list_digest = got->list_digest,
        .unknown_total = (int64_t)got->unknown_total,
        .unknown = {got->unknown, got->unknown_n, true}
    };

    if (sample == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < got->sample_n; i++) {
        const struct wire_mass_sample *from = &got->sample[i];

        sample[i] = (struct rest_revocation_sample){.id = from->id,
                                                    .serial = from->serial,
                                                    .subject = from->subject,
                                                    .profile = from->profile,
                                                    .authority = from->authority,
                                                    .status = from->state,
                                                    .not_after = from->not_after};
    }
    view.sample = (struct json_list){sample, got->sample_n, true};
    return rest_answer(rq, rs, 200, &rest_revocation_selection_schema, &view, err);
}

CA_RC rest_revocation_jobs_post_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_mass *got = request_answer(rq);
    char location[512];
    char id[CA_UUID_TEXT];
    bool waits = false;

    CA_TRY(rest_changed_or_waits(rq, rs, &waits, err));
    if (waits)
        return CA_OK;
    if (ca_uuid_is_nil(&got->job_id))
        return selection_answer(rq, rs, got, err);
    (void)snprintf(location, sizeof(location), "%s/api/v1/revocation-jobs/%s", request_base_url(rq),
                   ca_uuid_text(&got->job_id, id));
    response_header(rs, "Location", location);
    return job_answer(rq, rs, 201, &got->job_id, err);
}

/* POST /api/v1/revocation-jobs/{id}/cancellation */
CA_RC rest_revocation_job_cancel(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_release body = {.comment = ""};
    struct wire_mass_cancel ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.job_id, err));
    if (request_body(rq).len > 0)
        CA_TRY(rest_json_body(rq, &rest_release_schema, &body, err));
    ask.comment = body.comment;
    return request_ask(rq, WIRE_MASS_CANCEL, &ask, err);
}

CA_RC rest_revocation_job_cancel_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_mass *got = request_answer(rq);

    return job_answer(rq, rs, 200, &got->job_id, err);
}
