/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/access.h"
#include "cactl/scep.h"

static const struct column endpoint[] = {
    {"NAME",       "name",                       COLUMN_PLAIN, false},
    {"ENABLED",    "enabled",                    COLUMN_PLAIN, false},
    {"PROFILE",    "profile",                    COLUMN_PLAIN, false},
    {"AUTHORITY",  "authority",                  COLUMN_PLAIN, false},
    {"MODES",      "modes",                      COLUMN_PLAIN, false},
    {"LEGACY",     "legacy",                     COLUMN_PLAIN, false},
    {"RA EXPIRES", "ra_certificate.not_after",   COLUMN_UNTIL, false},
    {"URL",        "url",                        COLUMN_PLAIN, false},
    {"SWITCHES",   "switches",                   COLUMN_PLAIN, true },
    {"RA SHA-256", "ra_certificate.fingerprint", COLUMN_PLAIN, true },
    {"WARNINGS",   "warnings",                   COLUMN_PLAIN, true },
};
static const struct view view_endpoint = {endpoint, CA_COUNT(endpoint), "name"};

CA_RC scep_path(const struct app *app, const char *more, struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_str(ret, "/api/v1/scep/endpoints");
    path_add(ret, app->args.words[0]);
    ca_buf_str(ret, more);
    return ca_buf_check(ret, err);
}

void scep_warn(const struct app *app, const json_t *object)
{
    size_t i;
    json_t *text;

    json_array_foreach(json_object_get(object, "warnings"), i, text)
        app_say(app, "warning: %s", json_string_value(text));
}

CA_RC scep_seconds_set(const struct app *app, json_t *body, const char *flag, const char *member,
                       struct ca_err *err)
{
    const char *text = args_text(&app->args, flag);
    int64_t ms = 0;

    if (text == NULL)
        return CA_OK;
    if (!args_duration(text, &ms) || ms < 1000)
        return CA_FAIL_USAGE(err, "--%s %.40s: as 30m, 12h, 7d", flag, text);
    return json_object_set_new(body, member, json_integer(ms / 1000)) == 0 ? CA_OK
                                                                           : CA_FAIL_NOMEM(err);
}

CA_RC scep_endpoint_list(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/scep/endpoints", &page, err));
    return output_list(app, &view_endpoint, json_object_get(page, "items"), err);
}

CA_RC scep_endpoint_show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *one = NULL;

    CA_TRY(scep_path(app, "", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &one, err));
    return output_object(app, &view_endpoint, one, err);
}

/* A list of words; "none" is an empty one. */
static CA_RC words_set(const struct app *app, json_t *body, const char *flag, const char *member,
                       struct ca_err *err)
{
    const char *text = args_text(&app->args, flag);

    if (text == NULL || strcmp(text, "none") != 0)
        return access_list_set(app, body, flag, member, err);
    return json_object_set_new(body, member, json_array()) == 0 ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC settings_set(const struct app *app, json_t *body, struct ca_err *err)
{
    static const struct {
        const char *flag;
        const char *member;
    } texts[] = {
        {"profile",     "profile"    },
        {"authority",   "authority"  },
        {"ra-key",      "ra_key"     },
        {"webhook-url", "webhook_url"},
    };
    const char *url = args_text(&app->args, "webhook-url");

    for (size_t i = 0; i < CA_COUNT(texts); i++) {
        if (!json_set_text(body, texts[i].member, args_text(&app->args, texts[i].flag)))
            return CA_FAIL_USAGE(err, "--%s: not UTF-8", texts[i].flag);
    }
    if (url != NULL && strcmp(url, "none") == 0 &&
        json_object_set_new(body, "webhook_url", json_null()) != 0)
        return CA_FAIL_NOMEM(err);
    CA_TRY(words_set(app, body, "mode", "modes", err));
    CA_TRY(words_set(app, body, "legacy", "legacy", err));
    CA_TRY(words_set(app, body, "switch", "switches", err));
    return scep_seconds_set(app, body, "challenge-ttl", "challenge_validity_seconds", err);
}

CA_RC scep_endpoint_create(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *made = NULL;
    long status = 0;

    if (!args_on(&app->args, "profile"))
        return CA_FAIL_USAGE(err, "scep endpoint create: --profile is missing");
    if (!json_set_text(body, "name", app->args.words[0]))
        return CA_FAIL_USAGE(err, "the name is not UTF-8");
    CA_TRY(settings_set(app, body, err));
    CA_TRY(rest_send(app, "POST", "/api/v1/scep/endpoints", body, &made, &status, err));
    scep_warn(app, made);
    return access_changed(app, status, &view_endpoint, made, err);
}

/* As the ETag of the moment says; who was faster wins. */
static CA_RC patch(struct app *app, const json_t *body, struct ca_err *err)
{
    CA_AUTO(json) json_t *changed = NULL;
    CA_AUTO(buf) struct ca_buf path = {0};
    long status = 0;

    CA_TRY(scep_path(app, "", &path, err));
    CA_TRY(rest_change(app, "PATCH", ca_buf_cstr(&path), body, &changed, &status, err));
    scep_warn(app, changed);
    return access_changed(app, status, &view_endpoint, changed, err);
}

CA_RC scep_endpoint_change(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    CA_TRY(settings_set(app, body, err));
    if (json_object_size(body) == 0)
        return CA_FAIL_USAGE(err, "scep endpoint change: nothing is to change");
    return patch(app, body, err);
}

CA_RC scep_endpoint_enable(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_pack("{s:b}", "enabled", 1);

    if (body == NULL)
        return CA_FAIL_NOMEM(err);
    return patch(app, body, err);
}

CA_RC scep_endpoint_disable(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *gone = NULL;
    long status = 0;

    CA_TRY(scep_path(app, "", &path, err));
    if (!args_on(&app->args, "curl"))
        CA_TRY(app_confirm(app, "disable", app->args.words[0], err));
    CA_TRY(rest_send(app, "DELETE", ca_buf_cstr(&path), NULL, &gone, &status, err));
    return access_changed(app, status, &view_endpoint, gone, err);
}
