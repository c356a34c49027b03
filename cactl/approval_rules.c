/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cactl/access.h"
#include "cactl/approval.h"

enum { COUNT_MAX = 99 };

static const struct column rule[] = {
    {"ACT",          "action",     COLUMN_PLAIN, false},
    {"WHO AGREES",   "policy",     COLUMN_PLAIN, false},
    {"FROM",         "origin",     COLUMN_PLAIN, false},
    {"COULD VOTE",   "eligible",   COLUMN_PLAIN, false},
    {"WHAT THAT IS", "help",       COLUMN_PLAIN, true },
    {"CHANGED",      "updated_at", COLUMN_TIME,  true },
    {"BY",           "updated_by", COLUMN_PLAIN, true },
};
static const struct view view_rule = {rule, CA_COUNT(rule), "action"};

CA_RC approval_rules(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/approval-rules", &page, err));
    return output_list(app, &view_rule, json_object_get(page, "items"), err);
}

/* "admin|officer|group:security"; false: not UTF-8, or no memory. */
static bool who_read(const char *text, json_t *step)
{
    json_t *roles = json_array();

    if (json_object_set_new(step, "roles", roles) != 0)
        return false;
    while (*text != '\0') {
        char word[80];
        size_t len = strcspn(text, "|");
        int n = len < sizeof(word) ? (int)len : (int)sizeof(word) - 1;

        (void)snprintf(word, sizeof(word), "%.*s", n, text);
        if (strncmp(word, "group:", 6) == 0 ? !json_set_text(step, "group", word + 6)
                                            : json_array_append_new(roles, json_string(word)) != 0)
            return false;
        text += len + (text[len] == '|' ? 1 : 0);
    }
    return true;
}

/* "2 officer" */
static CA_RC step_read(const char *text, json_t *steps, struct ca_err *err)
{
    CA_AUTO(json) json_t *step = json_object();
    size_t digits = strspn(text, "0123456789");
    int64_t count = 0;

    for (size_t i = 0; i < digits && count <= COUNT_MAX; i++)
        count = count * 10 + (text[i] - '0');
    if (digits == 0 || count == 0 || count > COUNT_MAX || text[digits] != ' ') {
        return CA_FAIL_USAGE(err, "'%.60s' is no step such as '2 officer' or '1 admin|group:ops'",
                             text);
    }
    if (!who_read(text + digits + 1, step) ||
        json_object_set_new(step, "count", json_integer(count)) != 0 ||
        json_array_append(steps, step) != 0)
        return CA_FAIL_USAGE(err, "'%.60s' is not UTF-8", text);
    return CA_OK;
}

static CA_RC body_make(const struct app *app, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *steps = json_array();
    bool nobody = args_on(&app->args, "nobody");

    if ((app->args.words_n > 1) == nobody)
        return CA_FAIL_USAGE(err, "say who has to agree, or --nobody");
    for (size_t i = 1; i < app->args.words_n; i++)
        CA_TRY(step_read(app->args.words[i], steps, err));
    if (json_object_set(body, "steps", steps) != 0 ||
        !json_set_text(body, "expires", args_text(&app->args, "expires")))
        return CA_FAIL_NOMEM(err);
    *ret = CA_MOVE(body);
    return CA_OK;
}

/* As the ETag of the moment says; who was faster wins. */
CA_RC approval_set_rule(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = NULL;
    CA_AUTO(json) json_t *changed = NULL;
    CA_AUTO(buf) struct ca_buf path = {0};
    long status = 0;

    CA_TRY(body_make(app, &body, err));
    ca_buf_str(&path, "/api/v1/approval-rules");
    path_add(&path, app->args.words[0]);
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_change(app, "PUT", ca_buf_cstr(&path), body, &changed, &status, err));
    return access_changed(app, status, &view_rule, changed, err);
}
