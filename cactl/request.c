/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/request.h"

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
};
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
        .examples = {{"cactl request list --status pending -o wide", NULL}, {"cactl request list --mine --all -o jsonl", NULL}},
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
};
/* clang-format on */

const struct noun noun_request = {"request", "Requests for certificates", verbs, CA_COUNT(verbs),
                                  false};
