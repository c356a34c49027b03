/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/access.h"
#include "cactl/nouns.h"

static const struct column group[] = {
    {"NAME",    "name",       COLUMN_PLAIN, false},
    {"MEMBERS", "members",    COLUMN_PLAIN, false},
    {"CHANGED", "updated_at", COLUMN_TIME,  false},
};
static const struct view view_group = {group, CA_COUNT(group), "name"};

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/groups", &page, err));
    return output_list(app, &view_group, json_object_get(page, "items"), err);
}

static CA_RC group_path(const struct app *app, struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_str(ret, "/api/v1/groups");
    path_add(ret, app->args.words[0]);
    return ca_buf_check(ret, err);
}

static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *one = NULL;

    CA_TRY(group_path(app, &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &one, err));
    return output_object(app, &view_group, one, err);
}

/* Ids of those whom --member names, and of nobody twice. */
static CA_RC members_read(struct app *app, json_t *ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *names = json_object();
    const json_t *name;
    size_t i;

    CA_TRY(access_list_set(app, names, "member", "names", err));
    json_array_foreach(json_object_get(names, "names"), i, name)
    {
        CA_AUTO(json) json_t *who = NULL;

        CA_TRY(access_user(app, json_string_value(name), &who, err));
        if (json_array_append_new(ret, json_string(json_text(who, "id"))) != 0)
            return CA_FAIL_NOMEM(err);
    }
    return CA_OK;
}

/* The ETag of the group as it is; len 0: there is none yet. */
static CA_RC before_read(struct app *app, const char *path, struct http_answer *ret,
                         struct ca_err *err)
{
    const struct http_ask ask = {.method = "GET", .path = path};
    enum ca_rc rc = rest_call(app, &ask, false, ret, err);

    return rc == CA_NOT_FOUND && app->status == 404 ? CA_OK : rc;
}

static CA_RC group_put(struct app *app, const json_t *body, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(http_answer) struct http_answer before = {0};
    CA_AUTO(http_answer) struct http_answer answer = {0};
    CA_AUTO(json) json_t *changed = NULL;
    struct http_ask ask = {.method = "PUT"};

    CA_TRY(group_path(app, &path, err));
    CA_TRY(before_read(app, ca_buf_cstr(&path), &before, err));
    CA_TRY(json_write(body, false, &text, err));
    ask.path = ca_buf_cstr(&path);
    ask.if_match = before.etag;
    ask.body = ca_buf_view(&text);
    CA_TRY(rest_call(app, &ask, true, &answer, err));
    CA_TRY(rest_json(&answer, &changed, err));
    return access_changed(app, answer.status, &view_group, changed, err);
}

static CA_RC set(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    json_t *members = json_array();

    if (json_object_set_new(body, "members", members) != 0)
        return CA_FAIL_NOMEM(err);
    if (!args_on(&app->args, "member") && !args_on(&app->args, "empty"))
        return CA_FAIL_USAGE(err, "group set: --member, or --empty for nobody");
    CA_TRY(members_read(app, members, err));
    return group_put(app, body, err);
}

/* clang-format off */
static const struct flag set_flags[] = {
    {"member", "USER", FLAG_MANY, 0, "name of an operator; repeat it, or put commas between", NULL, "user"},
    {"empty", NULL, FLAG_SWITCH, 0, "nobody is in it", NULL, NULL},
};
static const struct verb verbs[] = {
    {.name = "list", .arguments = "", .line = "List groups of operators",
     .examples = {{"cactl group list", NULL}}, .run = list},
    {.name = "show", .arguments = "NAME", .least = 1, .most = 1, .line = "Show a group and its members",
     .examples = {{"cactl group show security", NULL}}, .run = show},
    {.name = "set", .arguments = "NAME", .least = 1, .most = 1, .line = "Make a group or change its members",
     .notes = "What is given replaces what was there. Approval rules name a group as group:NAME.",
     .flags = set_flags, .flags_n = CA_COUNT(set_flags),
     .examples = {{"cactl group set security --member alice,bob", NULL}}, .run = set},
};
/* clang-format on */

const struct noun noun_group = {"group", "Groups of operators", verbs, CA_COUNT(verbs), false};
