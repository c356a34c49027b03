/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/pem.h"
#include "cactl/ca.h"
#include "cactl/chain.h"
#include "cactl/nouns.h"
#include "cactl/object.h"

/* Where else a CRL goes, for people: on stderr, a line each. */
static void copies_say(const struct app *app, const json_t *crl, bool only_failed)
{
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(crl, "copies"), i, one)
    {
        bool failed = strcmp(json_text(one, "status"), "failed") == 0;
        json_int_t number = json_integer_value(json_object_get(one, "number"));

        if (only_failed && !failed)
            continue;
        app_say(app, "copy of CRL %lld, as node %s saw it: %s %s: %s; it has %lld%s%s%s%s%s%s",
                (long long)json_integer_value(json_object_get(crl, "number")),
                json_text(one, "node"), json_text(one, "target"), json_text(one, "address"),
                json_text(one, "status"), (long long)number, number > 0 ? " since " : "",
                number > 0 ? json_text(one, "at") : "", failed ? "; " : "",
                failed ? json_text(one, "reason") : "", failed ? "; next try " : "",
                failed ? json_text(one, "next_at") : "");
    }
}

static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *authority = NULL;
    const json_t *newest;

    CA_TRY(ca_path(app->args.words[0], "", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &authority, err));
    newest = json_object_get(authority, "crl");
    if (!json_is_object(newest))
        return CA_FAIL(err, CA_NOT_FOUND, "%.60s has no CRL yet", app->args.words[0]);
    CA_TRY(output_object(app, &view_crl, newest, err));
    copies_say(app, newest, false);
    return CA_OK;
}

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *page = NULL;
    size_t i;
    json_t *one;

    CA_TRY(ca_path(app->args.words[0], "/crls?limit=100", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &page, err));
    CA_TRY(output_list(app, &view_crl, json_object_get(page, "items"), err));
    json_array_foreach(json_object_get(page, "items"), i, one)
    {
        copies_say(app, one, true);
    }
    return CA_OK;
}

/* What is given, as the API calls it. */
static CA_RC schedule_read(const struct app *app, json_t *ret, struct ca_err *err)
{
    static const struct {
        const char *flag;
        const char *member;
        int64_t most;
    } numbers[] = {
        {"hours",         "validity_hours",         8784 },
        {"every",         "interval_hours",         8784 },
        {"delta-minutes", "delta_interval_minutes", 10080},
        {"shards",        "shards",                 256  },
        {"ahead-hours",   "emergency_hours",        8784 },
    };

    for (size_t i = 0; i < CA_COUNT(numbers); i++) {
        int64_t n = 0;

        CA_TRY(args_number(&app->args, numbers[i].flag, numbers[i].most, 0, &n, err));
        if (n > 0 && json_object_set_new(ret, numbers[i].member, json_integer(n)) != 0)
            return CA_FAIL_NOMEM(err);
    }
    if (args_on(&app->args, "no-delta") &&
        json_object_set_new(ret, "delta_interval_minutes", json_integer(0)) != 0)
        return CA_FAIL_NOMEM(err);
    if (args_on(&app->args, "no-ahead") &&
        json_object_set_new(ret, "emergency_hours", json_integer(0)) != 0)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

static CA_RC schedule(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *authority = NULL;

    if (body == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(schedule_read(app, body, err));
    CA_TRY(
        ca_path(app->args.words[0], json_object_size(body) > 0 ? "/crl-schedule" : "", &path, err));
    if (json_object_size(body) > 0)
        CA_TRY(rest_send(app, "PUT", ca_buf_cstr(&path), body, &authority, NULL, err));
    else
        CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &authority, err));
    return output_object(app, &view_crl_schedule, authority, err);
}

static CA_RC get(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf pem = {.max = SIZE_MAX / 2};
    const char *format = args_text(&app->args, "format");
    const char *file = args_text(&app->args, "file");

    CA_TRY(chain_crl(app, app->args.words[0], &der, NULL, err));
    if (format != NULL && strcmp(format, "der") == 0)
        return output_content(app, file, "der", ca_buf_view(&der), 0644, err);
    pem_put(&pem, "X509 CRL", ca_buf_view(&der));
    CA_TRY(ca_buf_check(&pem, err));
    return output_content(app, file, "pem", ca_buf_view(&pem), 0644, err);
}

static CA_RC generate(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *crl = NULL;

    CA_TRY(ca_path(app->args.words[0], "/crl", &path, err));
    CA_TRY(rest_send(app, "POST", ca_buf_cstr(&path), NULL, &crl, NULL, err));
    return output_object(app, &view_crl, crl, err);
}

/* What is held, or with --publish its publication. */
static CA_RC emergency(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *got = NULL;
    const json_t *held;

    if (args_on(&app->args, "publish")) {
        CA_TRY(ca_path(app->args.words[0], "/crl-emergency", &path, err));
        CA_TRY(rest_send(app, "POST", ca_buf_cstr(&path), NULL, &got, NULL, err));
        return output_object(app, &view_crl, got, err);
    }
    CA_TRY(ca_path(app->args.words[0], "", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &got, err));
    held = json_object_get(got, "crl_emergency");
    if (!json_is_object(held)) {
        return CA_FAIL(err, CA_NOT_FOUND, "%.60s holds no CRL that was signed ahead",
                       app->args.words[0]);
    }
    return output_object(app, &view_crl, held, err);
}

static const char *const formats[] = {"pem", "der", NULL};

/* clang-format off */
static const struct flag get_flags[] = {
    {"format", "FORMAT", FLAG_VALUE, 0, "pem or der (default pem)", formats, NULL},
};
static const struct flag schedule_flags[] = {
    {"hours", "N", FLAG_VALUE, 0, "from thisUpdate to nextUpdate of complete CRLs", NULL, NULL},
    {"every", "N", FLAG_VALUE, 0, "hours after which the next complete one is made at the latest", NULL, NULL},
    {"delta-minutes", "N", FLAG_VALUE, 0, "minutes after which the next delta CRL is made at the latest", NULL, NULL},
    {"no-delta", NULL, FLAG_SWITCH, 0, "no delta CRLs", NULL, NULL},
    {"shards", "N", FLAG_VALUE, 0, "parts that new certificates are spread over; never fewer than before", NULL, NULL},
    {"ahead-hours", "N", FLAG_VALUE, 0, "validity of emergency CRLs, which are signed ahead and held; somebody else has to agree", NULL, NULL},
    {"no-ahead", NULL, FLAG_SWITCH, 0, "no emergency CRLs; the one that is held is dropped", NULL, NULL},
};
static const struct flag emergency_flags[] = {
    {"publish", NULL, FLAG_SWITCH, 0, "publish it: only while the authority is offline", NULL, NULL},
};
static const struct verb verbs[] = {
    {.name = "list", .arguments = "CA", .least = 1, .most = 1, .completes = "authority", .line = "List an authority's newest CRLs, parts and deltas too",
     .notes = "On stderr: copies (directory, HTTP PUT, LDAP) that the node which answers could not write; -o json has all.",
     .examples = {{"cactl crl list dev-issuing", NULL}}, .run = list},
    {.name = "show", .arguments = "CA", .least = 1, .most = 1, .completes = "authority", .line = "Show an authority's newest CRL",
     .notes = "On stderr: where else it goes, and whether it is there, as the node which answers saw it.",
     .examples = {{"cactl crl show dev-issuing", NULL}}, .run = show},
    {.name = "get", .arguments = "CA", .least = 1, .most = 1, .completes = "authority", .line = "Download a CRL from its public address",
     .notes = "The CRL is checked before it is shown: signature of the authority, and date.",
     .flags = get_flags, .flags_n = CA_COUNT(get_flags), .with = WITH_FILE,
     .examples = {{"cactl crl get dev-issuing -f dev-issuing.pem", NULL}, {"cactl crl get dev-issuing --format der -f dev-issuing.crl", NULL}}, .run = get},
    {.name = "generate", .arguments = "CA", .least = 1, .most = 1, .completes = "authority", .line = "Generate a CRL now",
     .with = WITH_KEY, .examples = {{"cactl crl generate dev-issuing", NULL}}, .run = generate},
    {.name = "emergency", .arguments = "CA", .least = 1, .most = 1, .completes = "authority", .line = "Show the CRL that an authority holds for an emergency, or publish it",
     .notes = "It is published without being asked when the newest CRL is nearly over. Certificates that were revoked after it was signed are not on it.",
     .flags = emergency_flags, .flags_n = CA_COUNT(emergency_flags), .with = WITH_KEY,
     .examples = {{"cactl crl emergency dev-issuing", NULL}, {"cactl crl emergency dev-issuing --publish", NULL}}, .run = emergency},
    {.name = "schedule", .arguments = "CA", .least = 1, .most = 1, .completes = "authority", .line = "Show or change when an authority's CRLs are made, their parts and deltas",
     .notes = "What is not given stays. Certificates keep the part that they name, so the number of parts only grows.",
     .flags = schedule_flags, .flags_n = CA_COUNT(schedule_flags),
     .examples = {{"cactl crl schedule dev-issuing", NULL}, {"cactl crl schedule dev-issuing --shards 16 --delta-minutes 60", NULL}}, .run = schedule},
};
/* clang-format on */

const struct noun noun_crl = {"crl", "Certificate revocation lists", verbs, CA_COUNT(verbs), false};
