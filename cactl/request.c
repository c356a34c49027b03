/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/request.h"

#include "cactl/consent.h"
#include "cactl/nouns.h"
#include "cactl/object.h"
#include "cactl/page.h"
#include "cactl/progress.h"

CA_RC request_path(const char *id, struct ca_buf *to, struct ca_err *err)
{
    ca_buf_str(to, "/api/v1/requests");
    path_add(to, id);
    return ca_buf_check(to, err);
}

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    ca_buf_str(&path, "/api/v1/requests");
    query_add(&path, "status", args_text(&app->args, "status"));
    query_add(&path, "profile", args_text(&app->args, "profile"));
    query_add(&path, "mine", args_on(&app->args, "mine") ? "true" : NULL);
    query_add(&path, "to_decide", args_on(&app->args, "mine-to-approve") ? "true" : NULL);
    CA_TRY(ca_buf_check(&path, err));
    return page_list(app, ca_buf_cstr(&path), &view_request, err);
}

static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *request = NULL;

    CA_TRY(request_path(app->args.words[0], &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &request, err));
    return output_object(app, &view_request, request, err);
}

static const char *const statuses[] = {"pending",   "approved", "issuing", "issued", "denied",
                                       "withdrawn", "expired",  "failed",  NULL};

/* clang-format off */
static const struct flag submit_flags[] = {
    {"profile", "NAME", FLAG_VALUE, 0, "profile that decides (cactl profile list)", NULL, "profile"},
    {"ca", "NAME", FLAG_VALUE, 0, "authority that signs; without it the server's default", NULL, "authority"},
    {"days", "N", FLAG_VALUE, 0, "lifetime in days", NULL, NULL},
    {"not-after", "TIME", FLAG_VALUE, 0, "last second of validity, as 2027-01-31T12:00:00Z", NULL, NULL},
    {"dns", "NAME", FLAG_MANY, 0, "instead of the names of the CSR: DNS name", NULL, NULL},
    {"ip", "ADDRESS", FLAG_MANY, 0, "instead of the names of the CSR: IP address", NULL, NULL},
    {"email", "ADDRESS", FLAG_MANY, 0, "instead of the names of the CSR: e-mail address", NULL, NULL},
    {"uri", "URI", FLAG_MANY, 0, "instead of the names of the CSR: URI", NULL, NULL},
    {"reason", "TEXT", FLAG_VALUE, 0, "as --comment", NULL, NULL},
    {"explain", NULL, FLAG_SWITCH, 0, "as --dry-run, and rule by rule, also when it would be refused", NULL, NULL},
    PROGRESS_FLAG,
};
static const char *const failures[] = {"violation", NULL};
static const struct flag diff_flags[] = {
    {"fail-on", "WHAT", FLAG_VALUE, 0, "violation: exit 5 when a field violates the profile", failures, NULL},
};
static const struct flag list_flags[] = {
    {"status", "STATUS", FLAG_VALUE, 0, "only these", statuses, NULL},
    {"profile", "NAME", FLAG_VALUE, 0, "only of this profile", NULL, "profile"},
    {"mine", NULL, FLAG_SWITCH, 0, "only your own", NULL, NULL},
    {"mine-to-approve", NULL, FLAG_SWITCH, 0, "only what you can decide now", NULL, NULL},
};
static const struct flag vote_flags[] = {
    CONSENT_VOTE_FLAGS,
};
static const struct flag assign_flags[] = {
    CONSENT_ASSIGN_FLAGS,
};
static const struct flag edit_flags[] = {
    {"csr", "FILE", FLAG_VALUE, 0, "PKCS#10 request, PEM or DER, instead of the one that is there", NULL, "file"},
    {"days", "N", FLAG_VALUE, 0, "lifetime in days", NULL, NULL},
    {"not-after", "TIME", FLAG_VALUE, 0, "last second of validity, as 2027-01-31T12:00:00Z", NULL, NULL},
    {"dns", "NAME", FLAG_MANY, 0, "instead of the names of the CSR: DNS name", NULL, NULL},
    {"ip", "ADDRESS", FLAG_MANY, 0, "instead of the names of the CSR: IP address", NULL, NULL},
    {"email", "ADDRESS", FLAG_MANY, 0, "instead of the names of the CSR: e-mail address", NULL, NULL},
    {"uri", "URI", FLAG_MANY, 0, "instead of the names of the CSR: URI", NULL, NULL},
};
#define ID "01a1fd90-ae39-7013-9004-c481360e970f"
static const struct verb verbs[] = {
    {
        .name = "submit", .arguments = "FILE|DIR|ARCHIVE|-...", .least = 1, .most = ARGS_WORDS_MAX, .completes = "file",
        .line = "Submit certification requests",
        .notes = "Each FILE holds one PKCS#10 request, PEM or DER. With -f the certificate and its issuers\n"
                 "are written as PEM (-f - for stdout). Exit 7: it waits for a decision.\n"
                 "Several files, the files of DIR and those in ARCHIVE (.tar, .tar.gz, .tgz, .zip) go in batches of\n"
                 "up to 200: a line for each, and with -f DIR each certificate in a file of its own there.\n"
                 "With --wait, --dry-run, names or extensions they go one by one. Exit 5: one was refused.",
        .flags = submit_flags, .flags_n = CA_COUNT(submit_flags),
        .with = WITH_DRY_RUN | WITH_WAIT | WITH_COMMENT | WITH_KEY | WITH_FILE | WITH_SUBJECT | WITH_EXTENSIONS,
        .examples = {{"cactl request submit www.csr --profile https-ecc -f www.pem", NULL},
                     {"cactl request submit www.csr --profile https-ecc --reason CHG-4711 --wait=10m -f www.pem", "exit 7 if still waiting"},
                     {"cactl request submit requests.tar.gz --profile device -f certs/", "a line each"},
                     {"cactl request submit www.csr --profile https-ecc --dry-run", "what would be said"}},
        .run = request_submit_verb,
    },
    {
        .name = "list", .arguments = "", .line = "List requests, the newest first",
        .flags = list_flags, .flags_n = CA_COUNT(list_flags), .with = WITH_PAGES,
        .examples = {{"cactl request list --status pending -o wide", NULL}, {"cactl request list --mine-to-approve", NULL}, {"cactl request list --mine --all -o jsonl", NULL}},
        .run = list,
    },
    {
        .name = "show", .arguments = "ID", .least = 1, .most = 1, .line = "Show a request",
        .examples = {{"cactl request show 01a1fd90-ae39-7013-9004-c481360e970f", NULL}},
        .run = show,
    },
    {
        .name = "diff", .arguments = "ID", .least = 1, .most = 1,
        .line = "Show field by field what the profile says, what was asked, what would be issued",
        .flags = diff_flags, .flags_n = CA_COUNT(diff_flags),
        .examples = {{"cactl request diff 01a1fd90-ae39-7013-9004-c481360e970f --fail-on violation", "exit 5 outside policy"}},
        .run = request_diff,
    },
    {
        .name = "explain", .arguments = "ID", .least = 1, .most = 1,
        .line = "Show what the profile in force says of a request, rule by rule",
        .examples = {{"cactl request explain 01a1fd90-ae39-7013-9004-c481360e970f", NULL}},
        .run = request_explain,
    },
    {
        .name = "approve", .arguments = "ID", .least = 1, .most = 1, .line = "Agree to exactly what would be issued",
        .notes = "Shows the request and asks for the first digits of its plan digest; --yes does not ask. Exit 7:\n"
                 "others still have to agree; 6: somebody was first, or the request has changed; 4: you may not.",
        .flags = vote_flags, .flags_n = CA_COUNT(vote_flags), .with = WITH_COMMENT | WITH_YES,
        .examples = {{"cactl request approve " ID " --comment 'owner confirmed by phone'", "exit 6 if somebody was first"},
                     {"cactl request approve " ID " --digest \"$digest\"", "in scripts: of what was looked at"}},
        .run = request_approve,
    },
    {
        .name = "deny", .arguments = "ID", .least = 1, .most = 1, .line = "Refuse a request, which ends it",
        .notes = "Needs --comment.",
        .flags = vote_flags, .flags_n = CA_COUNT(vote_flags), .with = WITH_COMMENT | WITH_YES,
        .examples = {{"cactl request deny " ID " --comment 'not your domain'", NULL}},
        .run = request_deny,
    },
    {
        .name = "withdraw", .arguments = "ID", .least = 1, .most = 1, .line = "Take a request of your own back", .with = WITH_COMMENT,
        .examples = {{"cactl request withdraw " ID, NULL}},
        .run = request_withdraw,
    },
    {
        .name = "assign", .arguments = "ID", .least = 1, .most = 1, .line = "Ask somebody to look at a request; others may still vote",
        .flags = assign_flags, .flags_n = CA_COUNT(assign_flags),
        .examples = {{"cactl request assign " ID " --to olga", NULL}, {"cactl request assign " ID " --nobody", NULL}},
        .run = request_assign,
    },
    {
        .name = "comment", .arguments = "ID TEXT", .least = 2, .most = 2, .line = "Say something about a request without voting",
        .examples = {{"cactl request comment " ID " 'is this the old name?'", NULL}},
        .run = request_comment,
    },
    {
        .name = "edit", .arguments = "ID", .least = 1, .most = 1, .line = "Change a request that waits: a new revision",
        .notes = "Votes on earlier revisions are void, and whoever edits does not vote. Profile, CSR and comment stay\n"
                 "unless they are given; names, lifetime and extensions are those of this command.",
        .flags = edit_flags, .flags_n = CA_COUNT(edit_flags), .with = WITH_COMMENT | WITH_SUBJECT | WITH_EXTENSIONS,
        .examples = {{"cactl request edit " ID " --dns www.example --dns example", NULL}},
        .run = request_edit,
    },
    {
        .name = "wait", .arguments = "ID", .least = 1, .most = 1, .line = "Wait for a decision",
        .notes = "Exit 0: issued; 5: denied, withdrawn, expired or failed; 7: still waiting after --wait.",
        .with = WITH_WAIT | WITH_FILE,
        .examples = {{"cactl request wait " ID " --wait=10m -f www.pem", NULL}},
        .run = request_wait,
    },
};
/* clang-format on */

const struct noun noun_request = {"request", "Requests for certificates", verbs, CA_COUNT(verbs),
                                  false};
