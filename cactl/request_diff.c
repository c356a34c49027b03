/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/explained.h"
#include "cactl/request.h"

static const struct column diff_columns[] = {
    {"REQUEST",    "request_id", COLUMN_PLAIN,  false},
    {"VERDICT",    "verdict",    COLUMN_STATUS, false},
    {"VIOLATIONS", "violations", COLUMN_PLAIN,  false},
};
static const struct view view_diff = {diff_columns, CA_COUNT(diff_columns), "request_id"};

static CA_RC part_get(struct app *app, const char *part, json_t **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    CA_TRY(request_path(app->args.words[0], &path, err));
    ca_buf_str(&path, part);
    CA_TRY(ca_buf_check(&path, err));
    return rest_get_final(app, ca_buf_cstr(&path), ret, err);
}

CA_RC request_diff(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *diff = NULL;

    CA_TRY(part_get(app, "/diff", &diff, err));
    if (args_on(&app->args, "fail-on") && json_integer_value(json_at(diff, "violations")) > 0)
        app->exit = EXIT_REFUSED;
    if (app->format == OUTPUT_TABLE || app->format == OUTPUT_WIDE || app->format == OUTPUT_CSV)
        return differences_show(app, json_at(diff, "differences"), err);
    return output_object(app, &view_diff, diff, err);
}

/* Of a request on record: it is looked at, so a refusal is no failure of this command. */
CA_RC request_explain(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *explanation = NULL;
    enum ca_rc rc;

    CA_TRY(part_get(app, "/explanation", &explanation, err));
    rc = explained_show(app, explanation, true, err);
    app->exit = EXIT_FINE;
    return rc;
}
