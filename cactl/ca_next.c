/* SPDX-License-Identifier: Apache-2.0 */
/* The next authority of an authority. */
#include "cactl/access.h"
#include "cactl/ca.h"

static const struct column rollover[] = {
    {"AUTHORITY",     "authority",             COLUMN_PLAIN,  false},
    {"NEXT",          "next",                  COLUMN_PLAIN,  false},
    {"STATUS",        "status",                COLUMN_STATUS, false},
    {"PREPARED",      "prepared_at",           COLUMN_TIME,   false},
    {"PUBLISHED",     "published_at",          COLUMN_TIME,   false},
    {"SWITCH",        "switch_at",             COLUMN_UNTIL,  false},
    {"LAST ENDS",     "last_certificate_ends", COLUMN_UNTIL,  false},
    {"CRL UNTIL",     "crl_next_update",       COLUMN_TIME,   true },
    {"GETNEXTCACERT", "get_next_ca_cert",      COLUMN_PLAIN,  true },
};
static const struct view view_rollover = {rollover, CA_COUNT(rollover), "next"};

CA_RC ca_next_show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *got = NULL;

    CA_TRY(ca_path(app->args.words[0], "/next", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &got, err));
    return output_object(app, &view_rollover, got, err);
}

static CA_RC send(struct app *app, const char *method, const char *more, const json_t *body,
                  const struct view *view, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *got = NULL;
    long status = 0;

    CA_TRY(ca_path(app->args.words[0], more, &path, err));
    CA_TRY(rest_send(app, method, ca_buf_cstr(&path), body, &got, &status, err));
    return access_changed(app, status, view, got, err);
}

CA_RC ca_next_prepare(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    if (!json_set_text(body, "next", app->args.words[1]))
        return CA_FAIL_USAGE(err, "a name is not UTF-8");
    return send(app, "PUT", "/next", body, &view_rollover, err);
}

CA_RC ca_next_publish(struct app *app, struct ca_err *err)
{
    return send(app, "PUT", "/next/publication", NULL, &view_rollover, err);
}

CA_RC ca_next_switch(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    if (!json_set_text(body, "at", args_text(&app->args, "at")))
        return CA_FAIL_USAGE(err, "--at: not UTF-8");
    if (!args_on(&app->args, "curl"))
        CA_TRY(app_confirm(app, "let another one issue in the place of", app->args.words[0], err));
    return send(app, "PUT", "/next/switch", body, &view_rollover, err);
}

CA_RC ca_next_cancel(struct app *app, struct ca_err *err)
{
    return send(app, "DELETE", "/next", NULL, &view_rollover, err);
}

CA_RC ca_retire(struct app *app, struct ca_err *err)
{
    if (!args_on(&app->args, "curl"))
        CA_TRY(app_confirm(app, "let issue nothing more", app->args.words[0], err));
    return send(app, "PUT", "/retirement", NULL, &view_authority, err);
}
