/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/profile.h"

#include "cactl/nouns.h"
#include "cactl/object.h"
#include "cactl/progress.h"
#include "cactl/source.h"

enum { YAML_MAX = 64 * 1024 };

CA_RC profile_path(const char *name, const char *rest, struct ca_buf *to, struct ca_err *err)
{
    ca_buf_str(to, "/api/v1/profiles");
    path_add(to, name);
    if (rest != NULL)
        ca_buf_str(to, rest);
    return ca_buf_check(to, err);
}

CA_RC profile_file(const char *file, struct ca_buf *ret, struct ca_err *err)
{
    ret->max = YAML_MAX;
    CA_TRY(source_read(file, ret, err));
    if (memchr(ret->len > 0 ? ret->ptr : (const uint8_t *)"", 0, ret->len) != NULL || ret->len == 0)
        return CA_FAIL(err, CA_MALFORMED, "%.100s is no profile: it is empty or binary", file);
    return CA_OK;
}

CA_RC profile_comment(const struct app *app, json_t *body, struct ca_err *err)
{
    if (!json_set_text(body, "comment", args_text(&app->args, "comment")))
        return CA_FAIL_USAGE(err, "--comment is not UTF-8");
    return CA_OK;
}

CA_RC profile_draft(const struct app *app, bool needed, json_t *body, struct ca_err *err)
{
    const char *file = args_text(&app->args, "file");
    const char *version = args_text(&app->args, "version");
    CA_AUTO(buf) struct ca_buf yaml = {0};

    if (file != NULL && version != NULL)
        return CA_FAIL_USAGE(err, "--file or --version, not both");
    if (needed && file == NULL && version == NULL)
        return CA_FAIL_USAGE(err, "--file FILE or --version DIGITS is missing");
    if (version != NULL && !json_set_text(body, "version", version))
        return CA_FAIL_USAGE(err, "--version is not UTF-8");
    if (file == NULL)
        return CA_OK;
    CA_TRY(profile_file(file, &yaml, err));
    return json_set_buf(body, "yaml", &yaml, err);
}

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/profiles", &page, err));
    return output_list(app, &view_profile, json_object_get(page, "items"), err);
}

static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *profile = NULL;

    CA_TRY(profile_path(app->args.words[0], NULL, &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &profile, err));
    return output_object(app, &view_profile, profile, err);
}

static const struct column version[] = {
    {"VERSION",  "version",    COLUMN_PLAIN, false},
    {"IN FORCE", "in_force",   COLUMN_PLAIN, false},
    {"MADE",     "created_at", COLUMN_TIME,  false},
    {"BY",       "created_by", COLUMN_PLAIN, false},
    {"COMMENT",  "comment",    COLUMN_PLAIN, false},
};
const struct view view_profile_version = {version, CA_COUNT(version), "version"};

static const struct column activation[] = {
    {"FROM",     "activated_at", COLUMN_TIME,  false},
    {"VERSION",  "version",      COLUMN_PLAIN, false},
    {"BY",       "activated_by", COLUMN_PLAIN, false},
    {"COMMENT",  "comment",      COLUMN_PLAIN, false},
    {"APPROVAL", "approval_id",  COLUMN_PLAIN, true },
};
static const struct view view_activation = {activation, CA_COUNT(activation), "version"};

static CA_RC list_of(struct app *app, const char *rest, const struct view *view, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(profile_path(app->args.words[0], rest, &path, err));
    query_add(&path, "limit", "500");
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &page, err));
    return output_list(app, view, json_object_get(page, "items"), err);
}

static CA_RC versions(struct app *app, struct ca_err *err)
{
    return list_of(app, "/versions", &view_profile_version, err);
}

static CA_RC history(struct app *app, struct ca_err *err)
{
    return list_of(app, "/history", &view_activation, err);
}

static CA_RC schema(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    CA_TRY(rest_content(app, "/api/v1/profiles/schema.json", "*/*", &text, err));
    return output_content(app, args_text(&app->args, "file"), "json", ca_buf_view(&text), 0644,
                          err);
}

/* clang-format off */
#define DRAFT_FLAGS                                                                                \
    {"file", "FILE", FLAG_VALUE, 'f', "profile to judge by, as YAML", NULL, "file"},               \
    {"version", "DIGITS", FLAG_VALUE, 0, "a version on record to judge by: 8 or more digits", NULL, NULL}
static const struct flag test_flags[] = {
    DRAFT_FLAGS,
    {"ca", "NAME", FLAG_VALUE, 0, "authority that would sign; without it the server's default", NULL, "authority"},
    {"days", "N", FLAG_VALUE, 0, "lifetime in days", NULL, NULL},
    {"dns", "NAME", FLAG_MANY, 0, "instead of the names of the CSR: DNS name", NULL, NULL},
    {"ip", "ADDRESS", FLAG_MANY, 0, "instead of the names of the CSR: IP address", NULL, NULL},
    {"email", "ADDRESS", FLAG_MANY, 0, "instead of the names of the CSR: e-mail address", NULL, NULL},
    {"uri", "URI", FLAG_MANY, 0, "instead of the names of the CSR: URI", NULL, NULL},
};
static const struct flag replay_flags[] = {
    DRAFT_FLAGS,
    {"against", "DURATION", FLAG_VALUE, 0, "requests not older than, as 30d (without it all)", NULL, NULL},
    {"fail-on-change", NULL, FLAG_SWITCH, 0, "exit 5 when an outcome changes", NULL, NULL},
    PROGRESS_FLAG,
};
static const struct verb verbs[] = {
    {.name = "list", .arguments = "", .line = "List profiles in force",
     .examples = {{"cactl profile list", NULL}}, .run = list},
    {.name = "show", .arguments = "NAME", .least = 1, .most = 1, .completes = "profile", .line = "Show a profile with its rules",
     .examples = {{"cactl profile show https-ecc", NULL}, {"cactl profile show https-ecc -o json | jq -r .yaml", NULL}}, .run = show},
    {.name = "versions", .arguments = "NAME", .least = 1, .most = 1, .completes = "profile", .line = "List versions of a profile, the newest first",
     .examples = {{"cactl profile versions web", NULL}}, .run = versions},
    {.name = "history", .arguments = "NAME", .least = 1, .most = 1, .completes = "profile", .line = "List what was in force, the newest first",
     .examples = {{"cactl profile history web", NULL}}, .run = history},
    {.name = "schema", .arguments = "", .line = "Print the JSON Schema of the language, for editors", .with = WITH_FILE,
     .examples = {{"cactl profile schema -f profile.schema.json", NULL}}, .run = schema},
    {.name = "create", .arguments = "FILE|-", .least = 1, .most = 1, .completes = "file", .line = "Keep a version of a profile",
     .notes = "Nothing is in force by that: see activate.", .with = WITH_COMMENT | WITH_KEY | WITH_DRY_RUN,
     .examples = {{"cactl profile create web.yaml --comment 'P-384 only'", NULL}}, .run = profile_create},
    {.name = "lint", .arguments = "FILE|-...", .least = 1, .most = ARGS_WORDS_MAX, .completes = "file", .line = "Say whether a profile compiles, and what is worth a second look",
     .notes = "Exit 5: it does not compile; the message names the line and the nearest key.",
     .examples = {{"cactl profile lint web.yaml", NULL}}, .run = profile_lint},
    {.name = "diff", .arguments = "NAME [A] [B]", .least = 1, .most = 3, .completes = "profile", .line = "Show the lines in which two versions differ",
     .notes = "A and B are versions (8 or more digits) or files. With A alone: from the version in force to A.\n"
              "Without both: from the version that was in force before to the one of now.",
     .examples = {{"cactl profile diff web web.yaml", "in force against a file"}, {"cactl profile diff web 2f0c61aa 9be41177", NULL}}, .run = profile_diff},
    {.name = "test", .arguments = "NAME FILE|-", .least = 2, .most = 2, .completes = "profile", .line = "Show what a profile, or a draft of it, would make of a CSR",
     .notes = "Nothing is stored. Exit 5: it would be refused.", .flags = test_flags, .flags_n = CA_COUNT(test_flags), .with = WITH_SUBJECT | WITH_EXTENSIONS,
     .examples = {{"cactl profile test web www.csr --file web.yaml", NULL}}, .run = profile_test},
    {.name = "replay", .arguments = "NAME", .least = 1, .most = 1, .completes = "profile", .line = "List requests on record that a draft would have treated otherwise",
     .notes = "The same draft and the same requests give the same list, the oldest first.",
     .flags = replay_flags, .flags_n = CA_COUNT(replay_flags),
     .examples = {{"cactl profile replay web --file web.yaml --against 30d", NULL}, {"cactl profile replay web --file web.yaml --fail-on-change -o jsonl", "exit 5 when an outcome changes"}}, .run = profile_replay},
    {.name = "activate", .arguments = "NAME VERSION", .least = 2, .most = 2, .completes = "profile", .line = "Put a version in force",
     .notes = "Exit 7: it waits for the consent of others.", .with = WITH_COMMENT,
     .examples = {{"cactl profile activate web 2f0c61aa --comment CHG-4711", NULL}}, .run = profile_activate},
    {.name = "rollback", .arguments = "NAME", .least = 1, .most = 1, .completes = "profile", .line = "Put the version in force that was it before",
     .notes = "Exit 7: it waits for the consent of others.", .with = WITH_COMMENT | WITH_KEY,
     .examples = {{"cactl profile rollback web --comment 'refused too much'", NULL}}, .run = profile_rollback},
    {.name = "disable", .arguments = "NAME", .least = 1, .most = 1, .completes = "profile", .line = "Take a profile out of use",
     .notes = "Its versions stay; activate brings it back. Exit 7: it waits for the consent of others.", .with = WITH_COMMENT | WITH_YES,
     .examples = {{"cactl profile disable web --comment 'replaced by web2'", NULL}}, .run = profile_disable},
};
/* clang-format on */

const struct noun noun_profile = {"profile", "Profiles: what may be issued", verbs, CA_COUNT(verbs),
                                  false};
