/* SPDX-License-Identifier: Apache-2.0 */
/* Which version is in force: the front finds it, the signer decides, maybe with the consent of
 * others. */
#include "api/rest/answer.h"
#include "api/rest/parameters.h"
#include "api/rest/profile_view.h"
#include "api/rest/rest.h"
#include "api/rest/waits.h"

/* If-Match, when given, is the ETag of the profile that is in force. */
static CA_RC seen_check(struct request *rq, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result active = {0};
    const struct profile *p = NULL;
    struct rest_profile view;
    struct db *db = NULL;

    if (request_header(rq, "If-Match") == NULL)
        return CA_OK;
    CA_TRY(profile_set_find(request_profiles(rq), request_var(rq, "name"), &p, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_profile_active(db, &active, err));
    CA_TRY(rest_profile_view(rq, p, &active, &view, err));
    return rest_if_match(rq, &rest_profile_schema, &view, err);
}

static CA_RC activation_ask(struct request *rq, struct ca_bytes version, const char *comment,
                            struct ca_err *err)
{
    const struct wire_profile_activate ask = {.caller = request_wire_caller(rq),
                                              .name = request_var(rq, "name"),
                                              .version = version,
                                              .comment = comment};

    CA_TRY(seen_check(rq, err));
    return request_ask(rq, WIRE_PROFILE_ACTIVATE, &ask, err);
}

/* PUT /api/v1/profiles/{name}/activation */
CA_RC rest_profile_activation_put(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_profile_version *row = NULL;
    struct rest_profile_activate body = {.comment = ""};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_profile_activate_schema, &body, err));
    CA_TRY(rest_version_find(rq, request_var(rq, "name"), body.version, &found, &row, err));
    return activation_ask(rq, row->version, body.comment, err);
}

static CA_RC comment_read(struct request *rq, const char **ret, struct ca_err *err)
{
    struct rest_profile_comment body = {.comment = ""};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    if (request_body(rq).len > 0)
        CA_TRY(rest_json_body(rq, &rest_profile_comment_schema, &body, err));
    *ret = body.comment;
    return CA_OK;
}

/* DELETE /api/v1/profiles/{name}/activation: out of use. */
CA_RC rest_profile_activation_delete(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct profile *p = NULL;
    const char *comment = "";

    (void)rs;
    CA_TRY(comment_read(rq, &comment, err));
    CA_TRY(profile_set_find(request_profiles(rq), request_var(rq, "name"), &p, err));
    return activation_ask(rq, (struct ca_bytes){NULL, 0}, comment, err);
}

static const struct profile *find(const struct profile_set *set, const char *name)
{
    const struct profile *p = NULL;
    struct ca_err none;

    return profile_set_find(set, name, &p, &none) == CA_OK ? p : NULL;
}

/* The newest version that was in force before the one of now; at last the one that came with the
 * program or its configuration. */
static CA_RC version_before(struct request *rq, const struct db_result *history,
                            struct ca_bytes *ret, struct ca_err *err)
{
    const struct profile *base = find(request_profiles_base(rq), request_var(rq, "name"));
    const struct db_profile_activation *rows = history->rows;
    struct ca_bytes now = history->count > 0 ? rows[0].version : (struct ca_bytes){NULL, 0};

    for (size_t i = 1; i < history->count; i++) {
        if (rows[i].version.len > 0 && !ca_bytes_equal(rows[i].version, now)) {
            *ret = rows[i].version;
            return CA_OK;
        }
    }
    if (history->count == 0 || base == NULL || ca_bytes_equal(profile_version(base), now))
        return CA_FAIL(err, CA_CONFLICT, "no other version was in force before");
    *ret = profile_version(base);
    return CA_OK;
}

/* POST /api/v1/profiles/{name}/rollback */
CA_RC rest_profile_rollback(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result history = {0};
    struct ca_bytes version = {NULL, 0};
    const char *comment = "";
    const struct profile *p = NULL;
    bool idempotent = false;
    struct db *db = NULL;

    (void)rs;
    CA_TRY(comment_read(rq, &comment, err));
    CA_TRY(rest_idempotency_key_check(rq, &idempotent, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_profile_history(db, request_var(rq, "name"), PROFILE_LIST_MAX, &history, err));
    if (history.count == 0)
        CA_TRY(profile_set_find(request_profiles(rq), request_var(rq, "name"), &p, err));
    CA_TRY(version_before(rq, &history, &version, err));
    return activation_ask(rq, version, comment, err);
}

/* Of all three: the line of the history that it made. */
CA_RC rest_profile_activation_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result history = {0};
    const struct wire_profile *got = request_answer(rq);
    struct rest_profile_activation view;
    struct db *db = NULL;
    bool waits = false;

    CA_TRY(rest_changed_or_waits(rq, rs, &waits, err));
    if (waits)
        return CA_OK;
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_profile_history(db, got->name, 1, &history, err));
    if (history.count > 0) {
        rest_profile_activation_view(history.rows, &view);
    } else { /* in force already, as it came */
        view = (struct rest_profile_activation){.name = got->name, .version = got->version};
    }
    return rest_answer(rq, rs, 200, &rest_profile_activation_schema, &view, err);
}
