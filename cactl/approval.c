/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/approval.h"

#include "cactl/consent.h"
#include "cactl/nouns.h"
#include "cactl/page.h"

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    ca_buf_str(&path, consent_approval.path);
    query_add(&path, "status", args_text(&app->args, "status"));
    query_add(&path, "action", args_text(&app->args, "action"));
    query_add(&path, "mine", args_on(&app->args, "mine") ? "true" : NULL);
    query_add(&path, "to_decide", args_on(&app->args, "mine-to-approve") ? "true" : NULL);
    CA_TRY(ca_buf_check(&path, err));
    return page_list(app, ca_buf_cstr(&path), &view_approval, err);
}

static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *approval = NULL;

    ca_buf_str(&path, consent_approval.path);
    path_add(&path, app->args.words[0]);
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &approval, err));
    return output_object(app, &view_approval, approval, err);
}

static CA_RC approve(struct app *app, struct ca_err *err)
{
    return consent_vote(app, &consent_approval, true, err);
}

static CA_RC deny(struct app *app, struct ca_err *err)
{
    return consent_vote(app, &consent_approval, false, err);
}

static CA_RC withdraw(struct app *app, struct ca_err *err)
{
    return consent_withdraw(app, &consent_approval, err);
}

static CA_RC comment(struct app *app, struct ca_err *err)
{
    return consent_comment(app, &consent_approval, err);
}

static CA_RC assign(struct app *app, struct ca_err *err)
{
    return consent_assign(app, &consent_approval, err);
}

static const char *const statuses[] = {"pending", "approved",  "done",    "failed",
                                       "denied",  "withdrawn", "expired", NULL};

/* clang-format off */
static const struct flag list_flags[] = {
    {"status", "STATUS", FLAG_VALUE, 0, "only these", statuses, NULL},
    {"action", "NAME", FLAG_VALUE, 0, "only these, as certificate.issue or profile.activate", NULL, NULL},
    {"mine", NULL, FLAG_SWITCH, 0, "only what you asked for", NULL, NULL},
    {"mine-to-approve", NULL, FLAG_SWITCH, 0, "only what you can decide now", NULL, NULL},
};
static const struct flag vote_flags[] = {
    CONSENT_VOTE_FLAGS,
};
static const struct flag assign_flags[] = {
    CONSENT_ASSIGN_FLAGS,
};
static const struct flag rule_flags[] = {
    {"expires", "DURATION", FLAG_VALUE, 0, "what waits longer has expired (default 7d)", NULL, NULL},
    {"nobody", NULL, FLAG_SWITCH, 0, "nobody has to agree", NULL, NULL},
};
#define ID "01a1fd90-ae39-7013-9004-c481360e970f"
static const struct verb verbs[] = {
    {.name = "list", .arguments = "", .line = "List what waits, or waited, for consent, the newest first",
     .flags = list_flags, .flags_n = CA_COUNT(list_flags), .with = WITH_PAGES,
     .examples = {{"cactl approval list --mine-to-approve", NULL}, {"cactl approval list --status pending --action profile.activate", NULL}},
     .run = list},
    {.name = "show", .arguments = "ID", .least = 1, .most = 1, .line = "Show what would be done, who has to agree, and who has",
     .examples = {{"cactl approval show " ID, NULL}}, .run = show},
    {.name = "approve", .arguments = "ID", .least = 1, .most = 1, .line = "Agree to exactly what is shown",
     .notes = "Shows it and asks for the first digits of its digest; --yes does not ask. Exit 7: others still\n"
              "have to agree; 6: somebody was first, or the content has changed; 4: you may not.",
     .flags = vote_flags, .flags_n = CA_COUNT(vote_flags), .with = WITH_COMMENT | WITH_YES,
     .examples = {{"cactl approval approve " ID " --comment CHG-4711", NULL}}, .run = approve},
    {.name = "deny", .arguments = "ID", .least = 1, .most = 1, .line = "Say that it is not to be done, which ends it",
     .notes = "Needs --comment.",
     .flags = vote_flags, .flags_n = CA_COUNT(vote_flags), .with = WITH_COMMENT | WITH_YES,
     .examples = {{"cactl approval deny " ID " --comment 'not before Monday'", NULL}}, .run = deny},
    {.name = "withdraw", .arguments = "ID", .least = 1, .most = 1, .line = "Take back what you asked for", .with = WITH_COMMENT,
     .examples = {{"cactl approval withdraw " ID, NULL}}, .run = withdraw},
    {.name = "assign", .arguments = "ID", .least = 1, .most = 1, .line = "Ask somebody to look at it; others may still vote",
     .flags = assign_flags, .flags_n = CA_COUNT(assign_flags),
     .examples = {{"cactl approval assign " ID " --to olga", NULL}}, .run = assign},
    {.name = "comment", .arguments = "ID TEXT", .least = 2, .most = 2, .line = "Say something about it without voting",
     .examples = {{"cactl approval comment " ID " 'is this the old name?'", NULL}}, .run = comment},
    {.name = "rules", .arguments = "", .line = "List guarded acts and who has to agree to them",
     .examples = {{"cactl approval rules", NULL}}, .run = approval_rules},
    {.name = "set-rule", .arguments = "ACTION [STEP...]", .least = 1, .most = 5, .line = "Say who has to agree to a guarded act from now on",
     .notes = "STEP is a number of people and who they are: '2 officer', '1 admin|group:security'. The steps are\n"
              "taken one after the other. That is a guarded act too: exit 7 while others have to agree.",
     .flags = rule_flags, .flags_n = CA_COUNT(rule_flags),
     .examples = {{"cactl approval set-rule operator.enrol '2 officer|admin'", NULL},
                  {"cactl approval set-rule profile.activate '1 officer' '1 group:security' --expires 48h", NULL}},
     .run = approval_set_rule},
};
/* clang-format on */

const struct noun noun_approval = {"approval", "What waits for the consent of others", verbs,
                                   CA_COUNT(verbs), false};
