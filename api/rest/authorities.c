/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/answer.h"
#include "api/rest/authority_view.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "api/rest/waits.h"
#include "base/time.h"

enum { STATUS_WAIT_MS = 2000 };

/* Whether an authority is online, the signer says; start of list and get. Without its answer they
 * are shown as offline. */
static CA_RC ask_status(struct request *rq, struct ca_err *err)
{
    struct wire_status ask = {.caller = request_wire_caller(rq)};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    return request_ask_tolerant(rq, WIRE_STATUS, &ask, STATUS_WAIT_MS, err);
}

/* GET /api/v1/authorities */
CA_RC rest_authorities_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return ask_status(rq, err);
}

CA_RC rest_authorities_list_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(rest_authorities) struct rest_authorities all = {.status = request_answer(rq)};
    struct rest_page page = {.items = {.given = true}};
    const struct db_authority *rows;
    struct rest_authority *items;

    CA_TRY(rest_authorities_load(rq, ca_time_now(), &all, err));
    items = request_alloc(rq, (all.authorities.count + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    rows = all.authorities.rows;
    for (size_t i = 0; i < all.authorities.count; i++)
        CA_TRY(rest_authority_view(rq, &all, &rows[i], &items[i], err));
    page.items = (struct json_list){items, (uint32_t)all.authorities.count, true};
    return rest_answer(rq, rs, 200, &rest_authority_page, &page, err);
}

/* GET /api/v1/authorities/{name} */
CA_RC rest_authority_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return ask_status(rq, err);
}

static CA_RC authority_answer(struct request *rq, struct response *rs, int status,
                              const struct rest_authorities *all, const char *name,
                              struct ca_err *err)
{
    const struct db_authority *row = NULL;
    struct rest_authority view;

    CA_TRY(rest_authorities_find(all, name, &row, err));
    CA_TRY(rest_authority_view(rq, all, row, &view, err));
    return rest_answer(rq, rs, status, &rest_authority_schema, &view, err);
}

CA_RC rest_authority_get_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(rest_authorities) struct rest_authorities all = {.status = request_answer(rq)};

    CA_TRY(rest_authorities_load(rq, ca_time_now(), &all, err));
    return authority_answer(rq, rs, 200, &all, request_var(rq, "name"), err);
}

/* Of POST and of PUT certificate: the signer has made or changed it. */
CA_RC rest_authority_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(rest_authorities) struct rest_authorities all = {.changed = NULL};
    struct db *db = NULL;
    bool created = strcmp(request_method(rq), "POST") == 0;
    bool waits = false;
    char location[512];

    CA_TRY(rest_changed_or_waits(rq, rs, &waits, err));
    if (waits)
        return CA_OK;
    all.changed = request_answer(rq);
    /* So that this node serves its chain at once, not at the next look. */
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(authority_cache_load(request_authorities(rq), db, err));
    CA_TRY(rest_authorities_load(rq, ca_time_now(), &all, err));
    if (created) {
        (void)snprintf(location, sizeof(location), "%s/api/v1/authorities/%s", request_base_url(rq),
                       all.changed->name);
        response_header(rs, "Location", location);
    }
    return authority_answer(rq, rs, created ? 201 : 200, &all, all.changed->name, err);
}

static CA_RC crl_ask(struct request *rq, bool emergency, struct ca_err *err)
{
    struct wire_crl_generate ask = {.caller = request_wire_caller(rq),
                                    .authority = request_var(rq, "name"),
                                    .emergency = emergency};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    if (request_body(rq).len > 0)
        return CA_FAIL(err, CA_MALFORMED, "a body is not expected");
    return request_ask(rq, WIRE_CRL_GENERATE, &ask, err);
}

/* POST /api/v1/authorities/{name}/crl: a new CRL now. */
CA_RC rest_authority_crl_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return crl_ask(rq, false, err);
}

/* POST /api/v1/authorities/{name}/crl-emergency: the one that is held, now. */
CA_RC rest_authority_emergency_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return crl_ask(rq, true, err);
}

static int32_t seconds_of(int64_t n, int32_t unit)
{
    return n < 0 ? -1 : (int32_t)n * unit;
}

/* PUT /api/v1/authorities/{name}/crl-schedule: what is not given stays. */
CA_RC rest_crl_schedule_put(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_crl_schedule body = {-1, -1, -1, -1, -1};
    struct wire_crl_schedule ask = {.caller = request_wire_caller(rq),
                                    .authority = request_var(rq, "name")};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_crl_schedule_schema, &body, err));
    ask.validity_s = seconds_of(body.validity_hours, 3600);
    ask.interval_s = seconds_of(body.interval_hours, 3600);
    ask.delta_interval_s = seconds_of(body.delta_interval_minutes, 60);
    ask.shards = (int32_t)body.shards;
    ask.emergency_s = seconds_of(body.emergency_hours, 3600);
    return request_ask(rq, WIRE_CRL_SCHEDULE, &ask, err);
}

CA_RC rest_crl_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_crl *got = request_answer(rq);
    struct rest_crl view = {
        .authority = got->authority,
        .number = got->number,
        .this_update = got->this_update,
        .next_update = got->next_update,
        .entries = got->entries,
        .size = got->size,
    };

    return rest_answer(rq, rs, 200, &rest_crl_schema, &view, err);
}
