/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/access.h"
#include "cactl/nouns.h"
#include "cactl/page.h"

static const struct column webhook[] = {
    {"ID",      "id",         COLUMN_PLAIN, false},
    {"URL",     "url",        COLUMN_PLAIN, false},
    {"EVENTS",  "events",     COLUMN_PLAIN, false},
    {"ENABLED", "enabled",    COLUMN_PLAIN, false},
    {"CREATED", "created_at", COLUMN_TIME,  true },
    {"BY",      "created_by", COLUMN_PLAIN, true },
};
static const struct view view_webhook = {webhook, CA_COUNT(webhook), "id"};

static const struct column delivery[] = {
    {"ID",       "id",           COLUMN_PLAIN,  false},
    {"EVENT",    "event",        COLUMN_PLAIN,  false},
    {"STATUS",   "status",       COLUMN_STATUS, false},
    {"HAPPENED", "created_at",   COLUMN_TIME,   false},
    {"ATTEMPTS", "attempts",     COLUMN_PLAIN,  false},
    {"NEXT",     "next_at",      COLUMN_UNTIL,  false},
    {"HTTP",     "last_status",  COLUMN_PLAIN,  false},
    {"ERROR",    "last_error",   COLUMN_PLAIN,  false},
    {"ARRIVED",  "delivered_at", COLUMN_TIME,   true },
};
static const struct view view_delivery = {delivery, CA_COUNT(delivery), "id"};

static const struct column done[] = {
    {"ID",       "id",          COLUMN_PLAIN, false},
    {"DELIVERY", "delivery_id", COLUMN_PLAIN, false},
};
static const struct view view_done = {done, CA_COUNT(done), "id"};

static const struct column signing_key[] = {
    {"ALGORITHM", "algorithm",   COLUMN_PLAIN, false},
    {"SHA-256",   "spki_sha256", COLUMN_PLAIN, false},
    {"KEY",       "public_key",  COLUMN_PLAIN, true },
};
static const struct view view_signing_key = {signing_key, CA_COUNT(signing_key), "spki_sha256"};

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/webhooks", &page, err));
    return output_list(app, &view_webhook, json_object_get(page, "items"), err);
}

static CA_RC webhook_path(const struct app *app, const char *more, struct ca_buf *ret,
                          struct ca_err *err)
{
    ca_buf_str(ret, "/api/v1/webhooks");
    path_add(ret, app->args.words[0]);
    ca_buf_str(ret, more);
    return ca_buf_check(ret, err);
}

static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *one = NULL;

    CA_TRY(webhook_path(app, "", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &one, err));
    return output_object(app, &view_webhook, one, err);
}

static CA_RC create(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *made = NULL;

    if (!json_set_text(body, "url", app->args.words[0]))
        return CA_FAIL_USAGE(err, "the address is not UTF-8");
    if (!args_on(&app->args, "event"))
        return CA_FAIL_USAGE(err, "webhook create: --event is missing");
    CA_TRY(access_list_set(app, body, "event", "events", err));
    CA_TRY(rest_send(app, "POST", "/api/v1/webhooks", body, &made, NULL, err));
    return output_object(app, &view_webhook, made, err);
}

static CA_RC set(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *changed = NULL;
    bool enable = args_on(&app->args, "enable");
    bool disable = args_on(&app->args, "disable");

    if (enable && disable)
        return CA_FAIL_USAGE(err, "--enable or --disable, not both");
    CA_TRY(access_list_set(app, body, "event", "events", err));
    if ((enable || disable) && json_object_set_new(body, "enabled", json_boolean(enable)) != 0)
        return CA_FAIL_NOMEM(err);
    if (json_object_size(body) == 0)
        return CA_FAIL_USAGE(err, "webhook set: --event, --enable or --disable");
    CA_TRY(webhook_path(app, "", &path, err));
    CA_TRY(rest_send(app, "PATCH", ca_buf_cstr(&path), body, &changed, NULL, err));
    return output_object(app, &view_webhook, changed, err);
}

static CA_RC delete (struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *gone = NULL;

    CA_TRY(webhook_path(app, "", &path, err));
    if (!args_on(&app->args, "curl"))
        CA_TRY(app_confirm(app, "remove", app->args.words[0], err));
    CA_TRY(rest_send(app, "DELETE", ca_buf_cstr(&path), NULL, &gone, NULL, err));
    return output_object(app, &view_done, gone, err);
}

static CA_RC test(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *sent = NULL;

    CA_TRY(webhook_path(app, "/test", &path, err));
    CA_TRY(rest_send(app, "POST", ca_buf_cstr(&path), NULL, &sent, NULL, err));
    app_say(app, "whether it arrived: cactl webhook deliveries %s", app->args.words[0]);
    return output_object(app, &view_done, sent, err);
}

static CA_RC deliveries(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    CA_TRY(webhook_path(app, "/deliveries", &path, err));
    return page_list(app, ca_buf_cstr(&path), &view_delivery, err);
}

static CA_RC key(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *object = NULL;
    const char *file = args_text(&app->args, "file");

    CA_TRY(rest_get_final(app, "/api/v1/webhook-key", &object, err));
    if (file == NULL)
        return output_object(app, &view_signing_key, object, err);
    return output_content(app, file, "pem", ca_bytes_str(json_text(object, "public_key")), 0644,
                          err);
}

/* clang-format off */
#define EVENT {"event", "NAME", FLAG_MANY, 0, "of what: certificate.issued, request.pending, …; repeat it, or put commas between", NULL, NULL}
static const struct flag create_flags[] = { EVENT };
static const struct flag set_flags[] = {
    EVENT,
    {"enable", NULL, FLAG_SWITCH, 0, "tell it again", NULL, NULL},
    {"disable", NULL, FLAG_SWITCH, 0, "tell it nothing; what is on its way waits", NULL, NULL},
};
static const struct verb verbs[] = {
    {.name = "list", .arguments = "", .line = "List who is told of events", .examples = {{"cactl webhook list", NULL}}, .run = list},
    {.name = "show", .arguments = "ID", .least = 1, .most = 1, .line = "Show a webhook",
     .examples = {{"cactl webhook show 01a1fe7a-5b60-7e41-b42d-91617bdaed13", NULL}}, .run = show},
    {.name = "create", .arguments = "URL", .least = 1, .most = 1, .line = "Tell somebody of events",
     .notes = "What is told is signed: cactl webhook key. docs/how-to/webhooks.md has its form.",
     .flags = create_flags, .flags_n = CA_COUNT(create_flags), .with = WITH_KEY,
     .examples = {{"cactl webhook create https://example.org/pki --event request.pending,approval.pending", NULL}}, .run = create},
    {.name = "set", .arguments = "ID", .least = 1, .most = 1, .line = "Change its events, disable or enable it",
     .flags = set_flags, .flags_n = CA_COUNT(set_flags), .examples = {{"cactl webhook set 01a1fe7a-5b60-7e41-b42d-91617bdaed13 --disable", NULL}}, .run = set},
    {.name = "delete", .arguments = "ID", .least = 1, .most = 1, .line = "Tell it nothing any more",
     .with = WITH_YES, .examples = {{"cactl webhook delete 01a1fe7a-5b60-7e41-b42d-91617bdaed13", NULL}}, .run = delete},
    {.name = "test", .arguments = "ID", .least = 1, .most = 1, .line = "Send it something to see whether it arrives",
     .with = WITH_KEY, .examples = {{"cactl webhook test 01a1fe7a-5b60-7e41-b42d-91617bdaed13", NULL}}, .run = test},
    {.name = "deliveries", .arguments = "ID", .least = 1, .most = 1, .line = "List what it was told, the newest first",
     .with = WITH_PAGES, .examples = {{"cactl webhook deliveries 01a1fe7a-5b60-7e41-b42d-91617bdaed13 -o wide", NULL}}, .run = deliveries},
    {.name = "key", .arguments = "", .line = "Show the key that signs what is told", .with = WITH_FILE,
     .examples = {{"cactl webhook key -f webhook.pem", NULL}}, .run = key},
};
/* clang-format on */

const struct noun noun_webhook = {"webhook", "Who is told of events", verbs, CA_COUNT(verbs),
                                  false};
