/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>

#include "api/rest/access_view.h"
#include "api/rest/answer.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "api/rest/scep_view.h"
#include "api/rest/waits.h"
#include "base/digest.h"
#include "base/time.h"
#include "db/service.h"
#include "policy/cert.h"

enum { NAME_MAX_LEN = 59 }; /* with "scep-" in front it is an operator's name */

const char *rest_scep_url(struct request *rq, const char *name)
{
    char url[512];
    int n = snprintf(url, sizeof(url), "%s/scep/%s", request_public_url(rq), name);

    if (n < 0 || (size_t)n >= sizeof(url))
        return NULL;
    return rest_keep(rq, (struct ca_bytes){(const uint8_t *)url, (size_t)n});
}

static CA_RC actions_view(struct request *rq, const struct db_scep_endpoint *row,
                          struct json_list *ret, struct ca_err *err)
{
    enum { ACTIONS = 3 };
    struct rest_action *a = request_alloc(rq, ACTIONS * sizeof(*a));

    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    a[0] = rest_action(rq, "change", CA_ADMIN, NULL);
    a[1] = rest_action(rq, row->enabled ? "disable" : "enable", CA_ADMIN, NULL);
    a[2] = rest_action(rq, "create-challenge", CA_OFFICER | CA_ADMIN, NULL);
    *ret = (struct json_list){a, ACTIONS, true};
    return CA_OK;
}

/* The newest certificate of the endpoint, or none. `services`: newest first. */
static CA_RC ra_view(struct request *rq, const char *endpoint, const struct db_result *services,
                     const struct rest_scep_ra **ret, struct ca_err *err)
{
    const struct db_service *s = services->rows;
    const struct db_service *end = s + services->count;
    struct rest_scep_ra *ra;
    uint8_t *fingerprint;
    struct cert cert;

    while (s < end && strcmp(s->owner, endpoint) != 0)
        s++;
    if (s == end)
        return CA_OK;
    ra = request_alloc(rq, sizeof(*ra));
    fingerprint = request_alloc(rq, CA_SHA256_LEN);
    if (ra == NULL || fingerprint == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(cert_read(s->certificate, &cert, err));
    CA_TRY(ca_sha256(s->certificate, fingerprint, err));
    *ra = (struct rest_scep_ra){
        s->certificate_id,
        cert.serial,
        {fingerprint, CA_SHA256_LEN},
        cert.not_before,
        cert.not_after
    };
    *ret = ra;
    return CA_OK;
}

/* What points into the rows is good as long as the results: the answer is written before. */
static CA_RC endpoint_view(struct request *rq, const struct db_scep_endpoint *row,
                           const struct db_result *services, struct rest_scep_endpoint *ret,
                           struct ca_err *err)
{
    *ret = (struct rest_scep_endpoint){
        .name = row->name,
        .url = rest_scep_url(rq, row->name),
        .profile = row->profile,
        .authority = row->authority,
        .enabled = row->enabled,
        .webhook_url = row->webhook_url,
        .challenge_validity_seconds = row->challenge_validity,
        .static_challenge = row->static_hash.len > 0,
        .ra_key = row->ra_key,
        .created_at = row->created_at,
    };
    if (ret->url == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(rest_scep_words(rq, &rest_scep_modes, row->modes, &ret->modes, err));
    CA_TRY(rest_scep_words(rq, &rest_scep_legacy, row->legacy, &ret->legacy, err));
    CA_TRY(rest_scep_words(rq, &rest_scep_switches, row->switches, &ret->switches, err));
    CA_TRY(rest_scep_warnings(rq, row->modes, row->legacy, &ret->warnings, err));
    CA_TRY(ra_view(rq, row->name, services, &ret->ra_certificate, err));
    return actions_view(rq, row, &ret->allowed_actions, err);
}

static CA_RC services_load(struct request *rq, const char *endpoint, struct db_result *ret,
                           struct ca_err *err)
{
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    return db_service_list(db, "scep-ra", endpoint, ca_time_now(), ret, err);
}

/* GET /api/v1/scep/endpoints */
CA_RC rest_scep_endpoints_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(db_result) struct db_result services = {0};
    struct rest_scep_endpoint *items;
    const struct db_scep_endpoint *rows;
    struct rest_page page;
    struct db *db = NULL;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_scep_endpoint_list(db, NULL, &found, err));
    CA_TRY(services_load(rq, NULL, &services, err));
    rows = found.rows;
    items = request_alloc(rq, (found.count + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < found.count; i++)
        CA_TRY(endpoint_view(rq, &rows[i], &services, &items[i], err));
    page = (struct rest_page){
        .items = {items, (uint32_t)found.count, true}
    };
    return rest_answer(rq, rs, 200, &rest_scep_endpoint_page, &page, err);
}

static CA_RC named_find(struct request *rq, const char *name, struct db_result *ret,
                        const struct db_scep_endpoint **row, struct ca_err *err)
{
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_scep_endpoint_list(db, name, ret, err));
    if (ret->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such SCEP endpoint");
    *row = ret->rows;
    return CA_OK;
}

CA_RC rest_scep_endpoint_find(struct request *rq, struct db_result *ret,
                              const struct db_scep_endpoint **row, struct ca_err *err)
{
    return named_find(rq, request_var(rq, "name"), ret, row, err);
}

static CA_RC endpoint_answer(struct request *rq, struct response *rs, const char *name, int status,
                             struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(db_result) struct db_result services = {0};
    const struct db_scep_endpoint *row = NULL;
    struct rest_scep_endpoint view;

    CA_TRY(named_find(rq, name, &found, &row, err));
    CA_TRY(services_load(rq, row->name, &services, err));
    CA_TRY(endpoint_view(rq, row, &services, &view, err));
    return rest_answer(rq, rs, status, &rest_scep_endpoint_schema, &view, err);
}

/* GET /api/v1/scep/endpoints/{name} */
CA_RC rest_scep_endpoint_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    return endpoint_answer(rq, rs, request_var(rq, "name"), 200, err);
}

/* An endpoint always has these: what is to stay is left out. */
static CA_RC texts_check(const struct rest_scep_endpoint_submit *body, struct ca_err *err)
{
    const struct {
        const char *name, *value;
    } texts[] = {
        {"profile",   body->profile  },
        {"authority", body->authority},
        {"ra_key",    body->ra_key   },
    };

    for (size_t i = 0; i < CA_COUNT(texts); i++) {
        if (texts[i].value != NULL && texts[i].value[0] == '\0')
            return CA_FAIL(err, CA_MALFORMED, "/%s: is empty", texts[i].name);
    }
    return CA_OK;
}

static CA_RC settings_ask(const struct rest_scep_endpoint_submit *body,
                          struct wire_scep_endpoint_put *ask, struct ca_err *err)
{
    CA_TRY(texts_check(body, err));
    ask->profile = body->profile;
    ask->authority = body->authority;
    ask->ra_key = body->ra_key;
    ask->enabled_given = body->enabled != JSON_NEITHER;
    ask->enabled = body->enabled == JSON_ON;
    ask->modes_given = body->modes.given;
    ask->legacy_given = body->legacy.given;
    ask->switches_given = body->switches.given;
    ask->webhook_url_given = body->webhook_url != NULL;
    ask->webhook_url = body->webhook_url;
    if (body->challenge_validity_seconds == 0)
        return CA_FAIL(err, CA_MALFORMED, "/challenge_validity_seconds: at least 1");
    if (body->challenge_validity_seconds > 0)
        ask->challenge_validity = (int32_t)body->challenge_validity_seconds;
    CA_TRY(rest_scep_bits(&rest_scep_modes, &body->modes, "/modes", &ask->modes, err));
    CA_TRY(rest_scep_bits(&rest_scep_legacy, &body->legacy, "/legacy", &ask->legacy, err));
    return rest_scep_bits(&rest_scep_switches, &body->switches, "/switches", &ask->switches, err);
}

static CA_RC name_check(const char *name, struct ca_err *err)
{
    size_t len = strlen(name);

    if (len == 0 || len > NAME_MAX_LEN ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != len || name[0] == '-')
        return CA_FAIL(err, CA_MALFORMED, "/name: 1 to %d of a-z, 0-9 and hyphens", NAME_MAX_LEN);
    return CA_OK;
}

/* POST /api/v1/scep/endpoints: makes one, and never changes one that is there. */
CA_RC rest_scep_endpoints_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_scep_endpoint_submit body = {.challenge_validity_seconds = -1};
    struct wire_scep_endpoint_put ask = {.caller = request_wire_caller(rq), .is_new = true};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_scep_endpoint_create_schema, &body, err));
    CA_TRY(name_check(body.name, err));
    CA_TRY(settings_ask(&body, &ask, err));
    ask.name = body.name;
    return request_ask(rq, WIRE_SCEP_ENDPOINT_PUT, &ask, err);
}

/* The row that the change is for: with If-Match the one that its author has seen. */
static CA_RC seen_load(struct request *rq, struct db_result *ret, struct ca_bytes *ret_seen,
                       struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result services = {0};
    const struct db_scep_endpoint *row = NULL;
    struct rest_scep_endpoint view;

    CA_TRY(rest_scep_endpoint_find(rq, ret, &row, err));
    CA_TRY(services_load(rq, row->name, &services, err));
    CA_TRY(endpoint_view(rq, row, &services, &view, err));
    CA_TRY(rest_if_match(rq, &rest_scep_endpoint_schema, &view, err));
    *ret_seen = row->seal;
    return CA_OK;
}

/* PATCH /api/v1/scep/endpoints/{name} */
CA_RC rest_scep_endpoint_patch(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_scep_endpoint_submit body = {.challenge_validity_seconds = -1};
    struct wire_scep_endpoint_put ask = {.caller = request_wire_caller(rq),
                                         .name = request_var(rq, "name")};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_scep_endpoint_change_schema, &body, err));
    CA_TRY(settings_ask(&body, &ask, err));
    CA_TRY(seen_load(rq, &found, &ask.seen, err));
    CA_TRY(rest_if_match_required(rq, err));
    return request_ask(rq, WIRE_SCEP_ENDPOINT_PUT, &ask, err);
}

/* DELETE /api/v1/scep/endpoints/{name}: disables it, and its row stays. */
CA_RC rest_scep_endpoint_delete(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct wire_scep_endpoint_put ask = {
        .caller = request_wire_caller(rq), .name = request_var(rq, "name"), .enabled_given = true};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    if (request_body(rq).len > 0)
        return CA_FAIL(err, CA_MALFORMED, "a body is not expected");
    CA_TRY(seen_load(rq, &found, &ask.seen, err));
    return request_ask(rq, WIRE_SCEP_ENDPOINT_PUT, &ask, err);
}

/* Of the three: the endpoint as it now is. */
CA_RC rest_scep_endpoint_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_scep_endpoint *got = request_answer(rq);
    bool created = strcmp(request_method(rq), "POST") == 0;
    bool waits = false;
    char location[512];

    CA_TRY(rest_changed_or_waits(rq, rs, &waits, err));
    if (waits)
        return CA_OK;
    if (created) {
        (void)snprintf(location, sizeof(location), "%s/api/v1/scep/endpoints/%s",
                       request_base_url(rq), got->name);
        response_header(rs, "Location", location);
    }
    return endpoint_answer(rq, rs, got->name, created ? 201 : 200, err);
}
