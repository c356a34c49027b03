/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/explained.h"

#include <stdio.h>

static const struct column difference[] = {
    {"FIELD",   "field",  COLUMN_PLAIN,  false},
    {"PROFILE", "rule",   COLUMN_PLAIN,  false},
    {"ASKED",   "asked",  COLUMN_PLAIN,  false},
    {"ISSUED",  "issued", COLUMN_PLAIN,  false},
    {"STATE",   "state",  COLUMN_STATUS, false},
};
static const struct view view_difference = {difference, CA_COUNT(difference), "field"};

static const struct column rule[] = {
    {"RULE",  "rule",    COLUMN_PLAIN,  false},
    {"STATE", "state",   COLUMN_STATUS, false},
    {"ABOUT", "pointer", COLUMN_PLAIN,  false},
    {"SAYS",  "says",    COLUMN_PLAIN,  false},
};
static const struct view view_rule = {rule, CA_COUNT(rule), "rule"};

static const struct column explanation_columns[] = {
    {"VERDICT",   "verdict",         COLUMN_STATUS, false},
    {"PROFILE",   "profile",         COLUMN_PLAIN,  false},
    {"AUTHORITY", "authority",       COLUMN_PLAIN,  false},
    {"PLAN",      "plan_digest",     COLUMN_PLAIN,  false},
    {"VERSION",   "profile_version", COLUMN_PLAIN,  true },
};
static const struct view view_explanation = {explanation_columns, CA_COUNT(explanation_columns),
                                             "plan_digest"};

CA_RC differences_show(const struct app *app, const json_t *differences, struct ca_err *err)
{
    return output_list(app, &view_difference, differences, err);
}

static void findings_say(const struct app *app, const json_t *explanation)
{
    size_t i;
    json_t *finding;

    json_array_foreach(json_at(explanation, "findings"), i, finding)
    {
        app_say(app, "%s %s: %s (value: %s; allowed: %s)",
                json_is_true(json_at(finding, "refuses")) ? "refused" : "note",
                json_text(finding, "pointer"), json_text(finding, "detail"),
                json_text(finding, "value"), json_text(finding, "allowed"));
    }
}

static CA_RC tables_show(struct app *app, const json_t *explanation, bool rules, struct ca_err *err)
{
    app_say(app, "verdict: %s, by profile %s %.12s", json_text(explanation, "verdict"),
            json_text(explanation, "profile"), json_text(explanation, "profile_version"));
    if (json_at(explanation, "approvals") != NULL)
        app_say(app, "consent: %s", json_text(explanation, "approvals"));
    findings_say(app, explanation);
    CA_TRY(differences_show(app, json_at(explanation, "differences"), err));
    if (!rules)
        return CA_OK;
    (void)putchar('\n');
    return output_list(app, &view_rule, json_at(explanation, "rules"), err);
}

CA_RC explained_show(struct app *app, const json_t *explanation, bool rules, struct ca_err *err)
{
    const char *verdict = json_text(explanation, "verdict");

    if (strcmp(verdict, "refuse") == 0)
        app->exit = EXIT_REFUSED;
    if (app->format == OUTPUT_TABLE || app->format == OUTPUT_WIDE)
        return tables_show(app, explanation, rules, err);
    return output_object(app, &view_explanation, explanation, err);
}
