/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/nouns.h"
#include "cactl/object.h"
#include "cactl/rest.h"

static const struct column role[] = {
    {"ROLE",     "name",     COLUMN_PLAIN, false},
    {"EXCLUDES", "excludes", COLUMN_PLAIN, false},
};
static const struct view view_role = {role, CA_COUNT(role), "name"};

static const struct column may[] = {
    {"ROLE",   "role",    COLUMN_PLAIN, false},
    {"MAY",    "summary", COLUMN_PLAIN, false},
    {"METHOD", "method",  COLUMN_PLAIN, true },
    {"PATH",   "path",    COLUMN_PLAIN, true },
};
static const struct view view_may = {may, CA_COUNT(may), "path"};

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/roles", &page, err));
    return output_list(app, &view_role, json_object_get(page, "items"), err);
}

/* One row for each thing that the role may do. */
static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;
    CA_AUTO(json) json_t *rows = json_array();
    const char *name = app->args.words[0];
    size_t i;
    size_t k;
    json_t *row;
    json_t *act;

    CA_TRY(rest_get_final(app, "/api/v1/roles", &page, err));
    json_array_foreach(json_object_get(page, "items"), i, row)
    {
        if (strcmp(json_text(row, "name"), name) != 0)
            continue;
        json_array_foreach(json_object_get(row, "may"), k, act)
        {
            if (!json_set_text(act, "role", name) || json_array_append(rows, act) != 0)
                return CA_FAIL_NOMEM(err);
        }
    }
    if (json_array_size(rows) == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no role '%.40s'; see: cactl role list", name);
    return output_list(app, &view_may, rows, err);
}

/* clang-format off */
static const struct verb verbs[] = {
    {.name = "list", .arguments = "", .line = "List roles and which exclude each other",
     .examples = {{"cactl role list", NULL}, {"cactl role list -o json", "with all that each may"}}, .run = list},
    {.name = "show", .arguments = "ROLE", .least = 1, .most = 1, .line = "Show what a role may do",
     .examples = {{"cactl role show officer", NULL}}, .run = show},
};
/* clang-format on */

const struct noun noun_role = {"role", "Roles of operators", verbs, CA_COUNT(verbs), false};
