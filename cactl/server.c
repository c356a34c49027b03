/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/text.h"
#include "cactl/nouns.h"
#include "cactl/object.h"
#include "cactl/rest.h"

enum { HEALTH_WARNING = 1, HEALTH_CRITICAL = 2, HEALTH_UNKNOWN = 3, PREFIXES_MAX = 16 };

static int health_exit(const char *status)
{
    static const struct {
        const char *status;
        int exit;
    } rows[] = {
        {"ok",       0              },
        {"warning",  HEALTH_WARNING },
        {"critical", HEALTH_CRITICAL}
    };

    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (strcmp(rows[i].status, status) == 0)
            return rows[i].exit;
    }
    return HEALTH_UNKNOWN;
}

/* "crl" takes crl:NAME too; "db" is the database, "hsm" the token. */
static bool wanted_is(const char *wanted, size_t len, const char *check)
{
    static const struct {
        const char *alias;
        const char *name;
    } aliases[] = {
        {"db",  "database"},
        {"hsm", "token"   }
    };

    for (size_t i = 0; i < CA_COUNT(aliases); i++) {
        if (strlen(aliases[i].alias) == len && memcmp(aliases[i].alias, wanted, len) == 0) {
            wanted = aliases[i].name;
            len = strlen(wanted);
        }
    }
    return strncmp(check, wanted, len) == 0 && (check[len] == '\0' || check[len] == ':');
}

static bool is_wanted(const char *list, const char *check)
{
    while (list != NULL && *list != '\0') {
        size_t len = strcspn(list, ",");

        if (wanted_is(list, len, check))
            return true;
        list += len + (list[len] == ',' ? 1 : 0);
    }
    return list == NULL;
}

/* Each word of the list must name a check, or a script would watch nothing. */
static CA_RC list_check(const char *list, const json_t *checks, struct ca_err *err)
{
    while (list != NULL && *list != '\0') {
        size_t len = strcspn(list, ",");
        bool found = false;
        size_t i;
        json_t *check;

        json_array_foreach(checks, i, check) found =
            found || wanted_is(list, len, json_text(check, "name"));
        if (!found) {
            return CA_FAIL_USAGE(err, "--check: there is no '%.*s'; see: cactl health",
                                 (int)(len < 40 ? len : 40), list);
        }
        list += len + (list[len] == ',' ? 1 : 0);
    }
    return CA_OK;
}

static CA_RC checks_choose(struct app *app, const json_t *health, json_t **ret, struct ca_err *err)
{
    const char *list = args_text(&app->args, "check");
    CA_AUTO(json) json_t *chosen = json_array();
    const json_t *all = json_at(health, "checks");
    size_t i;
    json_t *check;

    CA_TRY(list_check(list, all, err));
    json_array_foreach(all, i, check)
    {
        int exit = health_exit(json_text(check, "status"));

        if (!is_wanted(list, json_text(check, "name")))
            continue;
        app->exit = exit > app->exit ? exit : app->exit;
        if (json_array_append(chosen, check) != 0)
            return CA_FAIL_NOMEM(err);
    }
    *ret = CA_MOVE(chosen);
    return CA_OK;
}

static CA_RC health(struct app *app, struct ca_err *err)
{
    static const char *const words[] = {"ok", "warning", "critical", "unknown"};
    CA_AUTO(json) json_t *answer = NULL;
    CA_AUTO(json) json_t *checks = NULL;
    CA_AUTO(json) json_t *whole = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/health", &answer, err));
    CA_TRY(checks_choose(app, answer, &checks, err));
    if (app->format != OUTPUT_JSON && app->format != OUTPUT_YAML)
        return output_list(app, &view_health, checks, err);
    whole = json_pack("{s:s, s:O}", "status", words[app->exit], "checks", checks);
    if (whole == NULL)
        return CA_FAIL_NOMEM(err);
    return output_object(app, &view_health, whole, err);
}

static CA_RC explain(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(http_answer) struct http_answer answer = {0};
    CA_AUTO(json) json_t *object = NULL;
    struct http_ask ask = {.method = "GET", .accept = "text/markdown"};

    ca_buf_str(&path, "/problems");
    path_add(&path, app->args.words[0]);
    CA_TRY(ca_buf_check(&path, err));
    ask.path = ca_buf_cstr(&path);
    CA_TRY(rest_call(app, &ask, true, &answer, err));
    if (app->format == OUTPUT_TABLE || app->format == OUTPUT_WIDE)
        return output_text(&answer.body, err);
    object = json_pack("{s:s, s:s}", "name", app->args.words[0], "text", ca_buf_cstr(&answer.body));
    if (object == NULL)
        return CA_FAIL_NOMEM(err);
    return output_object(app, &view_text, object, err);
}

static CA_RC version(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *object = json_pack("{s:s}", "client", CA_VERSION);
    CA_AUTO(json) json_t *server = NULL;

    if (args_on(&app->args, "server")) {
        CA_TRY(rest_get_final(app, "/api/v1/version", &server, err));
        if (json_object_set(object, "server", json_object_get(server, "version")) != 0 ||
            json_object_set(object, "api", json_object_get(server, "api")) != 0)
            return CA_FAIL_NOMEM(err);
    }
    return output_object(app, &view_text, object, err);
}

/* clang-format off */
static const struct flag health_flags[] = {
    {"check", "NAMES", FLAG_VALUE, 0, "only these, with commas: signer, token (hsm), database (db), clock, crl, crl:NAME, …", NULL, NULL},
};
static const struct flag version_flags[] = {
    {"server", NULL, FLAG_SWITCH, 0, "the server's too", NULL, NULL},
};
static const struct verb health_verb[] = {
    {
        .name = "", .arguments = "", .line = "Check signer, token, database, CRLs and clock of the server",
        .notes = "Exit 0: ok; 1: warning; 2: critical; 3: unknown, the server did not say.",
        .flags = health_flags, .flags_n = CA_COUNT(health_flags), .with = WITH_HEALTH,
        .examples = {{"cactl health", NULL}, {"cactl health --check crl,hsm,db ; echo $?", "0 ok 1 warning 2 critical"}},
        .run = health,
    },
};
static const struct verb explain_verb[] = {
    {
        .name = "", .arguments = "CODE", .least = 1, .most = 1, .completes = "problem", .line = "Say what a problem means and what to do",
        .examples = {{"cactl explain weak-key", NULL}},
        .run = explain,
    },
};
static const struct verb version_verb[] = {
    {
        .name = "", .arguments = "", .line = "Print the version",
        .flags = version_flags, .flags_n = CA_COUNT(version_flags),
        .examples = {{"cactl version", NULL}, {"cactl version --server", NULL}},
        .run = version,
    },
};
/* clang-format on */

const struct noun noun_health = {"health", "Is the server well", health_verb, 1, false};
const struct noun noun_explain = {"explain", "What a problem means", explain_verb, 1, false};
const struct noun noun_version = {"version", "Version of client and server", version_verb, 1,
                                  false};
