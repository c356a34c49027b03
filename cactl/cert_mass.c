/* SPDX-License-Identifier: Apache-2.0 */
/* Many certificates revoked at once. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "cactl/access.h"
#include "cactl/cert.h"
#include "cactl/cert_named_list.h"
#include "cactl/page.h"
#include "cactl/progress.h"

#define JOBS "/api/v1/revocation-jobs"
enum { LOOK_EVERY_MS = 500 };

static const struct column selection[] = {
    {"TOTAL",    "total",       COLUMN_PLAIN, false},
    {"VALID",    "valid",       COLUMN_PLAIN, false},
    {"HELD",     "held",        COLUMN_PLAIN, false},
    {"REVOKED",  "revoked",     COLUMN_PLAIN, false},
    {"SELECTED", "selected_at", COLUMN_TIME,  false},
    {"DIGEST",   "digest",      COLUMN_PLAIN, true },
    {"LIST",     "list_digest", COLUMN_PLAIN, true },
};
static const struct view view_selection = {selection, CA_COUNT(selection), "digest"};

static const struct column job[] = {
    {"ID",        "id",          COLUMN_PLAIN,  false},
    {"STATUS",    "status",      COLUMN_STATUS, false},
    {"TOTAL",     "total",       COLUMN_PLAIN,  false},
    {"DONE",      "done",        COLUMN_PLAIN,  false},
    {"REVOKED",   "revoked",     COLUMN_PLAIN,  false},
    {"REASON",    "reason",      COLUMN_PLAIN,  false},
    {"BY",        "created_by",  COLUMN_PLAIN,  false},
    {"CREATED",   "created_at",  COLUMN_TIME,   false},
    {"PROFILE",   "profile",     COLUMN_PLAIN,  true },
    {"AUTHORITY", "authority",   COLUMN_PLAIN,  true },
    {"LIST",      "list_digest", COLUMN_PLAIN,  true },
    {"COMMENT",   "comment",     COLUMN_PLAIN,  true },
};
static const struct view view_job = {job, CA_COUNT(job), "id"};

/* Flags that say which certificates, and the members that they become. */
static const struct {
    const char *flag;
    const char *member;
} criteria[] = {
    {"profile",       "profile"      },
    {"authority",     "authority"    },
    {"requester",     "requester"    },
    {"key",           "spki_sha256"  },
    {"issued-after",  "issued_after" },
    {"issued-before", "issued_before"},
};

bool cert_mass_wanted(const struct app *app)
{
    for (size_t i = 0; i < CA_COUNT(criteria); i++) {
        if (args_text(&app->args, criteria[i].flag) != NULL)
            return true;
    }
    return args_text(&app->args, "from") != NULL;
}

static CA_RC body_make(const struct app *app, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    for (size_t i = 0; i < CA_COUNT(criteria); i++) {
        if (!json_set_text(body, criteria[i].member, args_text(&app->args, criteria[i].flag)))
            return CA_FAIL_USAGE(err, "--%s: not UTF-8", criteria[i].flag);
    }
    if (!json_set_text(body, "reason", args_text(&app->args, "reason")) ||
        !json_set_text(body, "invalidity_date", args_text(&app->args, "invalidity-date")) ||
        !json_set_text(body, "comment", args_text(&app->args, "comment")))
        return CA_FAIL_USAGE(err, "a value is not UTF-8");
    *ret = CA_MOVE(body);
    return CA_OK;
}

static CA_RC names_put(const struct cert_names *names, json_t *body, struct ca_err *err)
{
    json_t *listed = json_array();

    if (json_object_set_new(body, "certificates", listed) != 0)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < names->n; i++) {
        if (json_array_append_new(listed, json_string(cert_names_text(names, i))) != 0)
            return CA_FAIL_NOMEM(err);
    }
    return CA_OK;
}

/* Few names go with the question, more stand in a list on the server: *ret, else NULL. */
static CA_RC file_put(struct app *app, struct cert_names *names, json_t *body, json_t **ret,
                      struct ca_err *err)
{
    const char *file = args_text(&app->args, "from");
    CA_AUTO(json) json_t *list = NULL;

    if (file == NULL)
        return CA_OK;
    CA_TRY(cert_names_read(file, names, err));
    if (names->n <= CERT_PART_MAX)
        return names_put(names, body, err);
    CA_TRY(cert_named_list_make(app, names, &list, err));
    if (json_object_set(body, "list", json_object_get(list, "id")) != 0 ||
        json_object_set(body, "list_named", json_object_get(list, "named")) != 0 ||
        json_object_set(body, "list_digest", json_object_get(list, "digest")) != 0)
        return CA_FAIL_NOMEM(err);
    app_say(app, "a list of %lld, SHA-256 %s",
            (long long)json_integer_value(json_object_get(list, "named")),
            json_text(list, "digest"));
    *ret = CA_MOVE(list);
    return CA_OK;
}

/* What it would be, for people: on stderr. */
static void seen_show(const struct app *app, const json_t *seen)
{
    size_t i;
    json_t *one;

    if (args_on(&app->args, "quiet"))
        return;
    json_array_foreach(json_object_get(seen, "sample"), i, one)
    {
        CA_AUTO(buf) struct ca_buf subject = {0};

        json_plain(json_at(one, "subject"), &subject);
        (void)fprintf(stderr, "  %s  %s  %s  %s\n", json_text(one, "serial"),
                      json_text(one, "profile"), json_text(one, "status"), ca_buf_cstr(&subject));
    }
    if ((size_t)json_integer_value(json_object_get(seen, "total")) > i)
        (void)fputs("  …\n", stderr);
}

static CA_RC seen_copy(const json_t *seen, json_t *body, struct ca_err *err)
{
    static const char *const members[] = {"selected_at", "total", "digest"};

    for (size_t i = 0; i < CA_COUNT(members); i++) {
        if (json_object_set(body, members[i], json_object_get(seen, members[i])) != 0)
            return CA_FAIL_NOMEM(err);
    }
    return CA_OK;
}

/* What is unknown stops it. The body gets what the dry run said. */
static CA_RC look(struct app *app, const struct cert_names *names, json_t *body, json_t **ret,
                  struct ca_err *err)
{
    CA_AUTO(json) json_t *seen = NULL;
    size_t shown = 0;

    CA_TRY(rest_send(app, "POST", JOBS "?dry_run=true", body, &seen, NULL, err));
    CA_TRY(cert_unknown_fail(cert_unknown_show(seen, names->n > 0 ? names : NULL, &shown), err));
    CA_TRY(seen_copy(seen, body, err));
    *ret = CA_MOVE(seen);
    return CA_OK;
}

static CA_RC job_path(const char *id, const char *more, struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_str(ret, JOBS);
    path_add(ret, id);
    ca_buf_str(ret, more);
    return ca_buf_check(ret, err);
}

static int64_t done_of(const json_t *j)
{
    return (int64_t)json_integer_value(json_object_get(j, "done"));
}

static bool runs(const json_t *j)
{
    return strcmp(json_text(j, "status"), "running") == 0;
}

/* Reads *job anew until it has ended; an interrupt leaves it running on the server. */
static CA_RC job_watch(struct app *app, json_t **ret, struct ca_err *err)
{
    static const struct timespec pause = {0, LOOK_EVERY_MS * 1000000L};
    struct progress p;

    progress_init(&p, app, "certificates",
                  (int64_t)json_integer_value(json_object_get(*ret, "total")));
    while (runs(*ret)) {
        CA_AUTO(buf) struct ca_buf path = {0};
        json_t *now = NULL;

        progress_at(&p, done_of(*ret));
        (void)nanosleep(&pause, NULL);
        CA_TRY(job_path(json_text(*ret, "id"), "", &path, err));
        CA_TRY(rest_get(app, ca_buf_cstr(&path), &now, err));
        json_decref(*ret);
        *ret = now;
    }
    progress_end(&p, done_of(*ret));
    if (strcmp(json_text(*ret, "status"), "done") != 0)
        app->exit = EXIT_REFUSED;
    return CA_OK;
}

static CA_RC ask(struct app *app, const json_t *body, struct ca_err *err)
{
    CA_AUTO(json) json_t *made = NULL;
    long status = 0;

    CA_TRY(rest_send(app, "POST", JOBS, body, &made, &status, err));
    if (status != 202)
        CA_TRY(job_watch(app, &made, err));
    return access_changed(app, status, &view_job, made, err);
}

/* *ret_asked: the server has what it needs, also a list. */
static CA_RC look_and_ask(struct app *app, const struct cert_names *names, json_t *body,
                          bool *ret_asked, struct ca_err *err)
{
    CA_AUTO(json) json_t *seen = NULL;
    char count[32];

    CA_TRY(look(app, names, body, &seen, err));
    seen_show(app, seen);
    if (args_on(&app->args, "dry-run")) {
        app_say(app, "would be revoked with reason %s; nothing was changed",
                json_text(body, "reason"));
        return output_object(app, &view_selection, seen, err);
    }
    (void)snprintf(count, sizeof(count), "%lld",
                   (long long)json_integer_value(json_object_get(seen, "total")));
    CA_TRY(app_confirm(app, "revoke so many certificates:", count, err));
    *ret_asked = true;
    return ask(app, body, err);
}

CA_RC cert_revoke_mass(struct app *app, struct ca_err *err)
{
    CA_AUTO(cert_names) struct cert_names names = {.n = 0};
    CA_AUTO(json) json_t *body = NULL;
    CA_AUTO(json) json_t *list = NULL;
    bool asked = false;
    enum ca_rc rc;

    if (app->args.words_n > 0)
        return CA_FAIL_USAGE(err, "cert revoke: either IDs or criteria, not both");
    CA_TRY(body_make(app, &body, err));
    CA_TRY(file_put(app, &names, body, &list, err));
    rc = look_and_ask(app, &names, body, &asked, err);
    if (!asked)
        cert_named_list_drop(app, list);
    return rc;
}

CA_RC cert_job_list(struct app *app, struct ca_err *err)
{
    return page_list(app, JOBS, &view_job, err);
}

CA_RC cert_job_show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *made = NULL;

    CA_TRY(job_path(app->args.words[0], "", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &made, err));
    if (args_on(&app->args, "watch"))
        CA_TRY(job_watch(app, &made, err));
    return output_object(app, &view_job, made, err);
}

CA_RC cert_job_cancel(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *made = NULL;

    if (!json_set_text(body, "comment", args_text(&app->args, "comment")))
        return CA_FAIL_USAGE(err, "--comment: not UTF-8");
    CA_TRY(job_path(app->args.words[0], "/cancellation", &path, err));
    if (!args_on(&app->args, "curl"))
        CA_TRY(app_confirm(app, "cancel", app->args.words[0], err));
    CA_TRY(rest_send(app, "POST", ca_buf_cstr(&path), body, &made, NULL, err));
    return output_object(app, &view_job, made, err);
}
