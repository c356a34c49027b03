/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/answer.h"
#include "api/rest/cursor.h"
#include "api/rest/parameters.h"
#include "api/rest/profile_lint.h"
#include "api/rest/profile_view.h"
#include "api/rest/rest.h"
#include "base/text.h"

/* GET /api/v1/profiles */
CA_RC rest_profiles_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result active = {0};
    const struct profile_set *set = request_profiles(rq);
    size_t n = profile_set_count(set);
    struct rest_profile *items = request_alloc(rq, (n + 1) * sizeof(*items));
    struct rest_page page = {
        .items = {items, (uint32_t)n, true}
    };
    struct db *db = NULL;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_profile_active(db, &active, err));
    for (size_t i = 0; i < n; i++)
        CA_TRY(rest_profile_view(rq, profile_set_at(set, i), &active, &items[i], err));
    return rest_answer(rq, rs, 200, &rest_profile_page, &page, err);
}

/* GET /api/v1/profiles/{name} */
CA_RC rest_profile_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result active = {0};
    const struct profile *profile = NULL;
    struct rest_profile view;
    struct db *db = NULL;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(profile_set_find(request_profiles(rq), request_var(rq, "name"), &profile, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_profile_active(db, &active, err));
    CA_TRY(rest_profile_view(rq, profile, &active, &view, err));
    return rest_answer(rq, rs, 200, &rest_profile_schema, &view, err);
}

/* GET /api/v1/profiles/schema.json: for editors. */
CA_RC rest_profile_json_schema(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf schema = {0};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(profile_json_schema(&schema, err));
    return rest_answer_octets(rq, rs, 200, "application/schema+json", ca_buf_view(&schema), err);
}

static CA_RC submit_read(struct request *rq, struct rest_profile_submit *ret, struct ca_err *err)
{
    const char *comment = request_query(rq, "comment");
    struct ca_bytes body = request_body(rq);
    const char *type = request_content_type(rq);

    CA_TRY(rest_parameters_check(rq, &rest_profiles_post_parameters, err));
    if (strcmp(type, "application/json") == 0 && comment == NULL)
        return json_read(rq, &rest_profile_submit_schema, ret, err);
    if (strcmp(type, "application/json") == 0)
        return CA_FAIL(err, CA_MALFORMED, "comment: stands in the body");
    if (strcmp(type, "application/yaml") != 0) {
        return CA_FAIL_AS(err, CA_MALFORMED, "unsupported-media-type",
                          "the body must be application/json or application/yaml");
    }
    if (body.len > PROFILE_YAML_MAX || (body.len > 0 && memchr(body.ptr, 0, body.len) != NULL)) {
        return CA_FAIL(err, CA_MALFORMED, "the body: at most %d octets of YAML without NUL",
                       PROFILE_YAML_MAX);
    }
    ret->comment = comment != NULL ? comment : "";
    ret->yaml = rest_keep(rq, body);
    return ret->yaml != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

/* POST /api/v1/profiles: a version is kept; with dry_run only looked at. */
CA_RC rest_profiles_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_profile_submit body = {.comment = ""};
    struct wire_profile_put ask = {.caller = request_wire_caller(rq)};
    bool idempotent = false;
    bool dry_run = false;

    CA_TRY(submit_read(rq, &body, err));
    CA_TRY(rest_idempotency_key_check(rq, &idempotent, err));
    CA_TRY(rest_query_bool(rq, "dry_run", false, &dry_run, err));
    if (dry_run)
        return rest_profile_lint_answer(rq, rs, ca_bytes_str(body.yaml), err);
    ask.yaml = ca_bytes_str(body.yaml);
    ask.comment = body.comment;
    return request_ask(rq, WIRE_PROFILE_PUT, &ask, err);
}

static void location(const struct request *rq, struct response *rs, const struct wire_profile *got)
{
    char text[512];
    char version[2 * PROFILE_VERSION_LEN + 1];

    if (got->version.len > PROFILE_VERSION_LEN)
        return;
    (void)snprintf(text, sizeof(text), "%s/api/v1/profiles/%s/versions/%s", request_base_url(rq),
                   got->name, ca_hex(got->version, version));
    response_header(rs, "Location", text);
}

CA_RC rest_profiles_post_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct wire_profile *got = request_answer(rq);
    struct rest_profile_version view;
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_profile_version_get(db, got->version, &found, err));
    if (found.count == 0)
        return CA_FAIL(err, CA_FAULT, "the version that was kept is not there");
    CA_TRY(rest_profile_version_view(rq, found.rows, true, &view, err));
    location(rq, rs, got);
    return rest_answer(rq, rs, got->existed ? 200 : 201, &rest_profile_version_schema, &view, err);
}

/* A name that no profile ever had has no versions either. */
static CA_RC name_known(size_t n, const char *name, struct ca_err *err)
{
    if (n == 0)
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-profile", "no profile '%.63s'", name);
    return CA_OK;
}

/* GET /api/v1/profiles/{name}/versions: the newest first. */
CA_RC rest_profile_versions(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_profile_version *rows;
    struct rest_profile_version *items;
    struct rest_page page;
    struct db *db = NULL;
    size_t limit = 0;

    CA_TRY(rest_parameters_check(rq, &rest_profile_versions_parameters, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_profile_version_list(db, request_var(rq, "name"), limit, &found, err));
    CA_TRY(name_known(found.count, request_var(rq, "name"), err));
    items = request_alloc(rq, found.count * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++)
        CA_TRY(rest_profile_version_view(rq, &rows[i], false, &items[i], err));
    page = (struct rest_page){
        .items = {items, (uint32_t)found.count, true}
    };
    return rest_answer(rq, rs, 200, &rest_profile_version_page, &page, err);
}

/* GET /api/v1/profiles/{name}/versions/{version} */
CA_RC rest_profile_version_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_profile_version *row = NULL;
    struct rest_profile_version view;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_version_find(rq, request_var(rq, "name"), request_var(rq, "version"), &found, &row,
                             err));
    CA_TRY(rest_profile_version_view(rq, row, true, &view, err));
    return rest_answer(rq, rs, 200, &rest_profile_version_schema, &view, err);
}

/* GET /api/v1/profiles/{name}/history: what was in force, the newest first. */
CA_RC rest_profile_history(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_profile_activation *rows;
    struct rest_profile_activation *items;
    const struct profile *p = NULL;
    struct rest_page page;
    struct db *db = NULL;
    size_t limit = 0;

    CA_TRY(rest_parameters_check(rq, &rest_profile_versions_parameters, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_profile_history(db, request_var(rq, "name"), limit, &found, err));
    if (found.count == 0) /* in force without an activation: an empty history */
        CA_TRY(profile_set_find(request_profiles(rq), request_var(rq, "name"), &p, err));
    items = request_alloc(rq, (found.count + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++)
        rest_profile_activation_view(&rows[i], &items[i]);
    page = (struct rest_page){
        .items = {items, (uint32_t)found.count, true}
    };
    return rest_answer(rq, rs, 200, &rest_profile_activation_page, &page, err);
}
