/* SPDX-License-Identifier: Apache-2.0 */
#include "api/auth_internal.h"
#include "api/rest/access_view.h"
#include "api/rest/answer.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "api/rest/waits.h"

/* GET /api/v1/groups */
CA_RC rest_groups_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_group *items;
    struct rest_page page;
    struct db *db = NULL;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_group_list(db, NULL, &found, err));
    items = request_alloc(rq, (found.count + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < found.count; i++)
        CA_TRY(rest_group_view(rq, (const struct db_group *)found.rows + i, &items[i], err));
    page = (struct rest_page){
        .items = {items, (uint32_t)found.count, true}
    };
    return rest_answer(rq, rs, 200, &rest_group_page, &page, err);
}

static CA_RC group_load(struct request *rq, const char *name, struct rest_group *ret,
                        struct db_result *ret_row, struct ca_err *err)
{
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_group_list(db, name, ret_row, err));
    if (ret_row->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such group");
    return rest_group_view(rq, ret_row->rows, ret, err);
}

/* GET /api/v1/groups/{name} */
CA_RC rest_group_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_group view;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(group_load(rq, request_var(rq, "name"), &view, &found, err));
    return rest_answer(rq, rs, 200, &rest_group_schema, &view, err);
}

/* One that is there is changed for whoever has seen it. */
static CA_RC group_seen(struct request *rq, struct db_result *ret_row, struct ca_bytes *ret_seen,
                        struct ca_err *err)
{
    struct rest_group view;
    enum ca_rc rc = group_load(rq, request_var(rq, "name"), &view, ret_row, err);

    if (rc == CA_NOT_FOUND)
        return CA_OK;
    CA_TRY(rc);
    CA_TRY(rest_if_match_required(rq, err));
    CA_TRY(rest_if_match(rq, &rest_group_schema, &view, err));
    *ret_seen = ((const struct db_group *)ret_row->rows)->seal;
    return CA_OK;
}

static CA_RC members_read(struct request *rq, const struct json_list *texts,
                          struct wire_group_put *ask, struct ca_err *err)
{
    const struct wire_text *items = texts->items;
    struct wire_member *members = request_alloc(rq, (texts->n + 1) * sizeof(*members));
    struct ca_err ignored;

    if (members == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < texts->n; i++) {
        if (ca_uuid_parse(ca_bytes_str(items[i].text), &members[i].operator_id, &ignored) != CA_OK)
            return CA_FAIL(err, CA_MALFORMED, "/members/%u: is not the id of a user", i);
    }
    ask->members = members;
    ask->members_n = texts->n;
    return CA_OK;
}

/* PUT /api/v1/groups/{name}: makes one, or says who is in it from now on. */
CA_RC rest_group_put(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_group_submit body = {0};
    struct wire_group_put ask = {.caller = request_wire_caller(rq),
                                 .name = request_var(rq, "name")};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_group_submit_schema, &body, err));
    if (strlen(ask.name) > 63)
        return CA_FAIL(err, CA_MALFORMED, "a group's name has at most 63 letters");
    CA_TRY(members_read(rq, &body.members, &ask, err));
    CA_TRY(group_seen(rq, &found, &ask.seen, err));
    return request_ask(rq, WIRE_GROUP_PUT, &ask, err);
}

CA_RC rest_group_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct wire_group *got = request_answer(rq);
    struct rest_group view;
    bool waits = false;

    CA_TRY(rest_changed_or_waits(rq, rs, &waits, err));
    if (waits)
        return CA_OK;
    CA_TRY(group_load(rq, got->name, &view, &found, err));
    return rest_answer(rq, rs, 200, &rest_group_schema, &view, err);
}

static CA_RC excludes_view(struct request *rq, unsigned role, struct json_list *ret,
                           struct ca_err *err)
{
    struct wire_text *items = request_alloc(rq, CA_ROLES_N * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = (struct json_list){items, 0, true};
    for (unsigned other = 1; other <= CA_AUDITOR; other <<= 1) {
        if (other != role && !ca_roles_are_good(role | other))
            items[ret->n++].text = ca_role_name(other);
    }
    return CA_OK;
}

static CA_RC may_view(struct request *rq, unsigned role, struct json_list *ret, struct ca_err *err)
{
    size_t n = route_count(DOOR_HTTPS);
    struct rest_role_may *items = request_alloc(rq, n * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = (struct json_list){items, 0, true};
    for (size_t i = 0; i < n; i++) {
        const struct route *row = route_at(DOOR_HTTPS, i);

        if ((auth_permission_roles(row->may) & role) != 0)
            items[ret->n++] = (struct rest_role_may){row->method, row->path, row->summary};
    }
    return CA_OK;
}

/* GET /api/v1/roles: what the route table lets each of them do. */
CA_RC rest_roles_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_role roles[CA_ROLES_N];
    const struct rest_page page = {
        .items = {roles, CA_ROLES_N, true}
    };

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    for (unsigned i = 0; i < CA_ROLES_N; i++) {
        unsigned role = 1U << i;

        roles[i].name = ca_role_name(role);
        CA_TRY(excludes_view(rq, role, &roles[i].excludes, err));
        CA_TRY(may_view(rq, role, &roles[i].may, err));
    }
    return rest_answer(rq, rs, 200, &rest_role_page, &page, err);
}
