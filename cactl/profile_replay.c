/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/time.h"
#include "cactl/profile.h"
#include "cactl/progress.h"

/* The signer ends a page after 200 changes: where there are many, a larger page would be read in
 * vain. */
enum { PAGE = 2000, PAGE_FULL_OF_CHANGES = 200 };

static const struct column change[] = {
    {"REQUEST", "request_id", COLUMN_PLAIN,  false},
    {"SUBJECT", "subject",    COLUMN_PLAIN,  false},
    {"BEFORE",  "before",     COLUMN_STATUS, false},
    {"AFTER",   "after",      COLUMN_STATUS, false},
    {"RULE",    "rule",       COLUMN_PLAIN,  false},
    {"WHY",     "detail",     COLUMN_PLAIN,  false},
};
static const struct view view_change = {change, CA_COUNT(change), "request_id"};

struct replay {
    struct app *app;
    struct ca_buf path;
    json_t *body;
    struct output *out;
    struct progress progress;
    int64_t evaluated;
    int64_t changed;
};

static CA_RC since_set(struct app *app, json_t *body, struct ca_err *err)
{
    const char *text = args_text(&app->args, "against");
    char since[CA_TIME_TEXT];
    int64_t ms = 0;

    if (text == NULL)
        return CA_OK;
    if (!args_duration(text, &ms))
        return CA_FAIL_USAGE(err, "--against %.40s: as 12h, 30d", text);
    if (!json_set_text(body, "since", ca_time_text(ca_time_now() - ms / 1000, since)))
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

static CA_RC page(struct replay *r, bool *ret_more, struct ca_err *err)
{
    CA_AUTO(json) json_t *answer = NULL;
    const json_t *changes;
    size_t n;

    CA_TRY(rest_send(r->app, "POST", ca_buf_cstr(&r->path), r->body, &answer, NULL, err));
    changes = json_at(answer, "changes");
    n = json_array_size(changes);
    CA_TRY(output_page(r->out, changes, err));
    r->changed += (int64_t)n;
    r->evaluated += json_integer_value(json_at(answer, "evaluated"));
    progress_at(&r->progress, r->evaluated);
    *ret_more = json_at(answer, "next") != NULL;
    if (!*ret_more)
        return CA_OK;
    if (!json_set_text(r->body, "cursor", json_text(answer, "next")) ||
        json_object_set_new(
            r->body, "limit",
            json_integer(n >= PAGE_FULL_OF_CHANGES ? PAGE_FULL_OF_CHANGES : PAGE)) != 0)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

static CA_RC pages(struct replay *r, struct ca_err *err)
{
    bool more = true;

    CA_TRY(since_set(r->app, r->body, err));
    CA_TRY(profile_draft(r->app, true, r->body, err));
    if (json_object_set_new(r->body, "limit", json_integer(PAGE)) != 0)
        return CA_FAIL_NOMEM(err);
    CA_TRY(profile_path(r->app->args.words[0], "/replay", &r->path, err));
    CA_TRY(output_new(r->app, &view_change, &r->out, err));
    progress_init(&r->progress, r->app, "requests", 0);
    while (more)
        CA_TRY(page(r, &more, err));
    progress_end(&r->progress, r->evaluated);
    return output_end(r->out, NULL, err);
}

CA_RC profile_replay(struct app *app, struct ca_err *err)
{
    struct replay r = {.app = app, .body = json_object()};
    enum ca_rc rc = pages(&r, err);

    if (rc == CA_OK) {
        app_say(app, "%" PRId64 " requests looked at, %" PRId64 " would go another way",
                r.evaluated, r.changed);
        if (r.changed > 0 && args_on(&app->args, "fail-on-change"))
            app->exit = EXIT_REFUSED;
    }
    output_free(r.out);
    json_decref(r.body);
    ca_buf_done(&r.path);
    return rc;
}
