/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/time.h"
#include "cactl/csr_files.h"
#include "cactl/error.h"
#include "cactl/explained.h"
#include "cactl/object.h"
#include "cactl/request.h"
#include "cactl/source.h"
#include "cactl/subject.h"

enum { WAIT_MS = 300000, POLL_MS = 1000, DAYS_MAX = 36525 };

static CA_RC names_set(const struct app *app, json_t *body, struct ca_err *err)
{
    CA_AUTO(json) json_t *subject = NULL;
    CA_AUTO(json) json_t *sans = NULL;
    struct subject items;

    CA_TRY(subject_read(&app->args, &items, err));
    CA_TRY(subject_json(&items, &subject, err));
    CA_TRY(sans_json(&app->args, &sans, err));
    if ((items.n > 0 && json_object_set(body, "subject", subject) != 0) ||
        (json_array_size(sans) > 0 && json_object_set(body, "sans", sans) != 0))
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

static CA_RC validity_set(const struct app *app, json_t *body, struct ca_err *err)
{
    const char *until = args_text(&app->args, "not-after");
    int64_t days = 0;

    CA_TRY(args_number(&app->args, "days", DAYS_MAX, 0, &days, err));
    if (days > 0 && until != NULL)
        return CA_FAIL_USAGE(err, "--days or --not-after, not both");
    if (days > 0 &&
        json_object_set_new(body, "validity", json_pack("{s:I}", "days", (json_int_t)days)) != 0)
        return CA_FAIL_NOMEM(err);
    return json_set_text(body, "not_after", until) ? CA_OK : CA_FAIL_NOMEM(err);
}

CA_RC request_body(const struct app *app, const char *csr, bool with_names, json_t **ret,
                   struct ca_err *err)
{
    const char *comment = args_text(&app->args, "comment");
    CA_AUTO(json) json_t *body = json_object();

    if (comment == NULL)
        comment = args_text(&app->args, "reason");
    if (!json_set_text(body, "profile", args_text(&app->args, "profile")) ||
        !json_set_text(body, "authority", args_text(&app->args, "ca")) ||
        !json_set_text(body, "csr", csr) || !json_set_text(body, "comment", comment))
        return CA_FAIL_USAGE(err, "a value is not UTF-8");
    if (with_names)
        CA_TRY(names_set(app, body, err));
    CA_TRY(validity_set(app, body, err));
    CA_TRY(request_extensions(app, body, err));
    *ret = CA_MOVE(body);
    return CA_OK;
}

static bool is_open(const json_t *request)
{
    static const char *const states[] = {"pending", "approved", "issuing"};

    for (size_t i = 0; i < CA_COUNT(states); i++) {
        if (strcmp(json_text(request, "status"), states[i]) == 0)
            return true;
    }
    return false;
}

/* How long to wait for a decision; 0: not at all. */
static CA_RC wait_read(const struct app *app, int64_t *ret_ms, struct ca_err *err)
{
    const char *text = args_text(&app->args, "wait");
    bool at_all = text != NULL || strcmp(app->args.verb->name, "wait") == 0;

    *ret_ms = at_all ? WAIT_MS : 0;
    if (text != NULL && text[0] != '\0' && !args_duration(text, ret_ms))
        return CA_FAIL_USAGE(err, "--wait=%.40s: as 30s, 10m, 8h", text);
    return CA_OK;
}

CA_RC request_wait_for(struct app *app, json_t **request, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    int64_t ms = 0;
    int64_t deadline;

    CA_TRY(wait_read(app, &ms, err));
    if (ms == 0 && strcmp(json_text(*request, "status"), "pending") != 0)
        ms = app->http_settings.timeout_ms;
    deadline = ca_mono_ms() + ms;
    CA_TRY(request_path(json_text(*request, "id"), &path, err));
    while (is_open(*request) && ca_mono_ms() < deadline) {
        json_t *now = NULL;

        http_pause_ms(POLL_MS);
        CA_TRY(rest_get(app, ca_buf_cstr(&path), &now, err));
        json_decref(*request);
        *request = now;
    }
    return CA_OK;
}

void request_verdict(struct app *app, const json_t *request)
{
    const char *status = json_text(request, "status");

    if (is_open(request) && app->exit == EXIT_FINE) {
        app->exit = EXIT_WAITING;
    } else if (strcmp(status, "issued") != 0 && strcmp(status, "draft") != 0 && !is_open(request)) {
        app->exit = EXIT_REFUSED;
    }
}

static const char *submit_path(const struct app *app)
{
    if (args_on(&app->args, "explain"))
        return "/api/v1/requests?dry_run=true&explain=true";
    return args_on(&app->args, "dry-run") ? "/api/v1/requests?dry_run=true" : "/api/v1/requests";
}

CA_RC request_submit(struct app *app, const char *csr, bool with_names, json_t **ret,
                     struct ca_err *err)
{
    CA_AUTO(json) json_t *body = NULL;
    CA_AUTO(json) json_t *request = NULL;
    bool dry = args_on(&app->args, "dry-run") || args_on(&app->args, "explain");

    if (args_text(&app->args, "profile") == NULL)
        return CA_FAIL_USAGE(err, "--profile is missing; see: cactl profile list");
    CA_TRY(request_body(app, csr, with_names, &body, err));
    CA_TRY(rest_send(app, "POST", submit_path(app), body, &request, NULL, err));
    if (!dry)
        CA_TRY(request_wait_for(app, &request, err));
    request_verdict(app, request);
    *ret = CA_MOVE(request);
    return CA_OK;
}

void request_chain(const json_t *request, struct ca_buf *to)
{
    ca_buf_str(to, json_text(request, "certificate"));
    ca_buf_str(to, json_text(request, "chain"));
}

static CA_RC one(struct app *app, const char *file, json_t **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf csr = {0};

    CA_TRY(source_csr(file, &csr, err));
    return request_submit(app, ca_buf_cstr(&csr), true, ret, err);
}

/* One file: its request, and with -f its certificate. */
static CA_RC single(struct app *app, struct ca_err *err)
{
    const char *to = args_text(&app->args, "file");
    CA_AUTO(json) json_t *request = NULL;
    CA_AUTO(buf) struct ca_buf chain = {0};

    CA_TRY(one(app, app->args.words[0], &request, err));
    if (json_at(request, "verdict") != NULL)
        return explained_show(app, request, args_on(&app->args, "explain"), err);
    if (app->exit == EXIT_WAITING) {
        app_say(app, "request %s is %s; look again: cactl request show %s",
                json_text(request, "id"), json_text(request, "status"), json_text(request, "id"));
    }
    request_chain(request, &chain);
    if (to == NULL || chain.len == 0)
        return output_object(app, &view_request, request, err);
    if (strcmp(to, "-") == 0)
        return output_content(app, NULL, "pem", ca_buf_view(&chain), 0, err);
    return output_content(app, to, "pem", ca_buf_view(&chain), 0644, err);
}

static CA_RC file_submit(struct app *app, const struct csr_file *file, json_t **ret,
                         struct ca_err *err)
{
    if (file->pem == NULL)
        return CA_FAIL(err, CA_MALFORMED, "%s", file->why);
    return request_submit(app, file->pem, true, ret, err);
}

/* A line for each; the first failure decides the exit status, the others go on. */
static CA_RC one_by_one(struct app *app, const struct csr_files *files, struct ca_err *err)
{
    CA_AUTO(output) struct output *out = NULL;

    if (args_text(&app->args, "file") != NULL || args_text(&app->args, "idempotency-key") != NULL)
        return CA_FAIL_USAGE(err, "--file and --idempotency-key are for one request or a batch");
    CA_TRY(output_new(app, &view_request, &out, err));
    for (size_t i = 0; i < files->n; i++) {
        const struct csr_file *file = &files->rows[i];
        CA_AUTO(json) json_t *request = NULL;
        CA_AUTO(json) json_t *line = json_array();
        struct ca_err why = {0};
        enum ca_rc rc = file_submit(app, file, &request, &why);

        if (rc != CA_OK) {
            (void)fprintf(stderr, "%s:\n", file->name);
            error_show(app, rc, &why);
            if (app->exit == EXIT_FINE || app->exit == EXIT_WAITING)
                app->exit = exit_of(app, rc, &why);
            error_forget(app);
            continue;
        }
        if (json_array_append(line, request) != 0)
            return CA_FAIL_NOMEM(err);
        CA_TRY(output_page(out, line, err));
    }
    return output_end(out, NULL, err);
}

/* A batch takes profile, authority, comment and dates for all; who asks for more, or waits for
 * each, asks one by one. */
static bool fits_batch(const struct app *app, const json_t *body)
{
    static const char *const members[] = {"profile", "authority", "comment", "validity",
                                          "not_after"};
    size_t known = 0;

    for (size_t i = 0; i < CA_COUNT(members); i++)
        known += json_object_get(body, members[i]) != NULL ? 1 : 0;
    return known == json_object_size(body) && !args_on(&app->args, "wait") &&
           !args_on(&app->args, "dry-run") && !args_on(&app->args, "explain");
}

static CA_RC several(struct app *app, struct ca_err *err)
{
    CA_AUTO(csr_files) struct csr_files files = {0};
    CA_AUTO(json) json_t *body = NULL;

    if (args_text(&app->args, "profile") == NULL)
        return CA_FAIL_USAGE(err, "--profile is missing; see: cactl profile list");
    CA_TRY(request_body(app, NULL, true, &body, err));
    for (size_t i = 0; i < app->args.words_n; i++)
        CA_TRY(csr_files_add(&files, app->args.words[i], err));
    if (fits_batch(app, body))
        return request_batch(app, &files, body, err);
    return one_by_one(app, &files, err);
}

CA_RC request_submit_verb(struct app *app, struct ca_err *err)
{
    if (app->args.words_n > 1 || csr_files_is_many(app->args.words[0]))
        return several(app, err);
    return single(app, err);
}
