/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "api/rest/rollover_view.h"
#include "api/rest/waits.h"
#include "base/time.h"

static const char *status_of(const struct db_rollover *row, int64_t now)
{
    if (row->cancelled_at != 0)
        return "cancelled";
    if (row->switch_at != 0)
        return row->switch_at <= now ? "switched" : "scheduled";
    return row->published_at != 0 ? "published" : "prepared";
}

static CA_RC rollover_answer(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_rollover *row;
    struct rest_rollover view;
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_rollover_list(db, request_var(rq, "name"), &found, err));
    if (found.count == 0) {
        return CA_FAIL(err, CA_NOT_FOUND, "no next authority of '%.63s' is prepared",
                       request_var(rq, "name"));
    }
    row = found.rows;
    view = (struct rest_rollover){.authority = row->authority,
                                  .next = row->next,
                                  .status = status_of(row, ca_time_now()),
                                  .prepared_at = row->prepared_at,
                                  .prepared_by = row->preparer,
                                  .published_at = row->published_at,
                                  .get_next_ca_cert = row->bundle.len > 0,
                                  .switch_at = row->switch_at,
                                  .cancelled_at = row->cancelled_at};
    CA_TRY(db_rollover_ends(db, row->authority_id, &view.last_certificate_ends,
                            &view.crl_next_update, err));
    return rest_answer(rq, rs, 200, &rest_rollover_schema, &view, err);
}

/* GET /api/v1/authorities/{name}/next */
CA_RC rest_rollover_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    return rollover_answer(rq, rs, err);
}

static CA_RC ask(struct request *rq, const char *act, const char *next, int64_t at,
                 struct ca_err *err)
{
    const struct wire_authority_next question = {.caller = request_wire_caller(rq),
                                                 .name = request_var(rq, "name"),
                                                 .act = act,
                                                 .next = next,
                                                 .at = at};

    return request_ask(rq, WIRE_AUTHORITY_NEXT, &question, err);
}

static CA_RC without_body(struct request *rq, const char *act, struct ca_err *err)
{
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    if (request_body(rq).len > 0)
        return CA_FAIL(err, CA_MALFORMED, "a body is not expected");
    return ask(rq, act, "", 0, err);
}

/* PUT /api/v1/authorities/{name}/next */
CA_RC rest_rollover_put(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_rollover_submit body = {.next = ""};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_rollover_submit_schema, &body, err));
    return ask(rq, "prepare", body.next, 0, err);
}

/* PUT /api/v1/authorities/{name}/next/publication */
CA_RC rest_rollover_publish(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return without_body(rq, "publish", err);
}

/* PUT /api/v1/authorities/{name}/next/switch */
CA_RC rest_rollover_switch(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_rollover_switch body = {.at = 0};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    if (request_body(rq).len > 0)
        CA_TRY(rest_json_body(rq, &rest_rollover_switch_schema, &body, err));
    return ask(rq, "switch", "", body.at, err);
}

/* DELETE /api/v1/authorities/{name}/next */
CA_RC rest_rollover_delete(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return without_body(rq, "cancel", err);
}

CA_RC rest_rollover_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    bool waits = false;

    CA_TRY(rest_changed_or_waits(rq, rs, &waits, err));
    return waits ? CA_OK : rollover_answer(rq, rs, err);
}

/* PUT /api/v1/authorities/{name}/retirement */
CA_RC rest_authority_retire(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return without_body(rq, "retire", err);
}
