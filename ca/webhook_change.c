/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/time.h"
#include "ca/webhook_internal.h"
#include "db/webhook.h"

enum { POOL_WAIT_MS = 2000, URL_MAX = 512, LISTENERS_MAX = 64, EVENTS_TEXT = 1024 };

/* One change of the list, or a delivery to try the address with. */
struct change {
    struct db_webhook row;
    int64_t removed_at;
    bool is_new;
    struct db_webhook_delivery test; /* event NULL: none */
};

static CA_RC change_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct change *c = arg;

    (void)audit;
    if (c->test.event != NULL)
        return db_webhook_delivery_insert_batch(db, &c->test, 1, err);
    if (c->is_new)
        return db_webhook_insert(db, &c->row, err);
    return db_webhook_update(db, &c->row, c->removed_at, err);
}

static bool is_url_character(char c)
{
    return c > 0x20 && c < 0x7f && strchr("\"<>\\^`{|}", c) == NULL;
}

/* http or https, a host, perhaps a port, a path and a query. Where the host leads is looked at when
 * it is called. */
static CA_RC url_check(const char *url, struct ca_err *err)
{
    const char *host = NULL;
    size_t len = strlen(url);
    size_t authority;

    if (strncmp(url, "https://", 8) == 0)
        host = url + 8;
    if (strncmp(url, "http://", 7) == 0)
        host = url + 7;
    if (host == NULL)
        return CA_FAIL(err, CA_MALFORMED, "/url: begins with https:// or http://");
    if (len > URL_MAX)
        return CA_FAIL(err, CA_MALFORMED, "/url: has at most %d octets", URL_MAX);
    for (size_t i = 0; i < len; i++) {
        if (!is_url_character(url[i]))
            return CA_FAIL(err, CA_MALFORMED, "/url: has a character that is not of a URL");
    }
    authority = strcspn(host, "/?#");
    if (memchr(host, '@', authority) != NULL)
        return CA_FAIL(err, CA_MALFORMED, "/url: holds a name or password; it must not");
    if (authority == 0 || host[0] == ':')
        return CA_FAIL(err, CA_MALFORMED, "/url: has no host");
    if (strchr(url, '#') != NULL)
        return CA_FAIL(err, CA_MALFORMED, "/url: has a fragment");
    return CA_OK;
}

/* The row that is there. */
static CA_RC row_read(struct signer *s, const struct ca_uuid *id, struct db_result *ret,
                      struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_webhook_list(db, id, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC row_find(struct signer *s, const struct ca_uuid *id, struct db_result *ret,
                      struct ca_err *err)
{
    CA_TRY(row_read(s, id, ret, err));
    if (ret->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such webhook");
    return CA_OK;
}

static CA_RC list_refresh(struct signer *s, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = webhooks_refresh(s, db, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC events_join(const struct wire_webhook_put *ask, struct ca_buf *ret, struct ca_err *err)
{
    uint32_t mask = 0;

    for (uint32_t i = 0; i < ask->events_n; i++)
        ca_buf_printf(ret, "%s%s", i > 0 ? "\n" : "", ask->events[i].text);
    CA_TRY(ca_buf_check(ret, err));
    CA_TRY(webhook_events_read(ca_buf_cstr(ret), &mask, err));
    if (mask == 0)
        return CA_FAIL(err, CA_MALFORMED, "/events: names no event");
    return CA_OK;
}

static CA_RC new_check(struct signer *s, const struct wire_webhook_put *ask, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result all = {0};

    CA_TRY(url_check(ask->url, err));
    CA_TRY(row_read(s, NULL, &all, err));
    if (all.count >= LISTENERS_MAX)
        return CA_FAIL_AS(err, CA_CONFLICT, "conflict", "there are %d webhooks: remove one first",
                          LISTENERS_MAX);
    return CA_OK;
}

/* A new one, or what is to change of one that is there. */
static CA_RC change_fill(struct signer *s, const struct wire_webhook_put *ask,
                         struct db_result *before, struct ca_buf *events, struct change *c,
                         struct ca_err *err)
{
    c->is_new = ca_uuid_is_nil(&ask->id);
    if (c->is_new) {
        CA_TRY(new_check(s, ask, err));
        CA_TRY(ca_uuid_new(&c->row.id, err));
        c->row.url = ask->url;
        c->row.enabled = true;
        c->row.created_at = ca_time_now();
    } else {
        CA_TRY(row_find(s, &ask->id, before, err));
        c->row = *(const struct db_webhook *)before->rows;
    }
    if (ask->enabled_given)
        c->row.enabled = ask->enabled;
    if (c->is_new || ask->events_n > 0) {
        CA_TRY(events_join(ask, events, err));
        c->row.events = ca_buf_cstr(events);
    }
    return CA_OK;
}

CA_RC handle_webhook_put(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_webhook_put *ask = question;
    CA_AUTO(db_result) struct db_result before = {0};
    CA_AUTO(buf) struct ca_buf events = {.max = EVENTS_TEXT};
    struct change c = {.row = {.created_by = actor->id}};
    char object[CA_UUID_TEXT];
    char detail[320];
    struct audit_event event = {
        actor->name, ask->caller.channel,    "webhook.create", "ok",
        object,      ask->caller.request_id, detail,           {NULL, 0}
    };

    (void)own;
    CA_TRY(change_fill(s, ask, &before, &events, &c, err));
    event.action = c.is_new ? "webhook.create" : "webhook.change";
    (void)ca_uuid_text(&c.row.id, object);
    (void)snprintf(detail, sizeof(detail), "%s, %.250s", c.row.enabled ? "enabled" : "disabled",
                   c.row.url);
    CA_TRY(recorder_change(s->recorder, change_write, &c, &event, 1, err));
    CA_TRY(list_refresh(s, err));
    ((struct wire_webhook *)answer)->id = c.row.id;
    return CA_OK;
}

/* A line of the audit that is never written there: its body tells of no change. */
static CA_RC test_fill(const struct actor *actor, const struct wire_webhook_act *ask,
                       const struct db_webhook *row, struct ca_buf *body, struct change *c,
                       struct ca_err *err)
{
    static const char event[] = "test";
    char object[CA_UUID_TEXT];
    const struct db_audit line = {.chain = "",
                                  .at_us = ca_time_now_us(),
                                  .actor = actor->name,
                                  .channel = ask->caller.channel,
                                  .action = "",
                                  .object = ca_uuid_text(&row->id, object),
                                  .request_id = ask->caller.request_id,
                                  .detail = "somebody wanted to see whether this arrives"};

    webhook_body(event, &line, body);
    CA_TRY(ca_buf_check(body, err));
    c->test = (struct db_webhook_delivery){.webhook_id = row->id,
                                           .event = event,
                                           .body = ca_buf_view(body),
                                           .created_at = ca_time_now()};
    return ca_uuid_new(&c->test.id, err);
}

CA_RC handle_webhook_act(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_webhook_act *ask = question;
    struct wire_webhook *got = answer;
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf body = {0};
    struct change c = {.removed_at = ca_time_now()};
    char object[CA_UUID_TEXT];
    bool test = strcmp(ask->act, "test") == 0;
    struct audit_event event = {
        actor->name,
        ask->caller.channel,
        "webhook.remove",
        "ok",
        object,
        ask->caller.request_id,
        "",
        {NULL, 0}
    };

    (void)own;
    if (!test && strcmp(ask->act, "remove") != 0)
        return CA_FAIL(err, CA_MALFORMED, "no act '%s'", ask->act);
    CA_TRY(row_find(s, &ask->id, &found, err));
    c.row = *(const struct db_webhook *)found.rows;
    (void)ca_uuid_text(&c.row.id, object);
    event.detail = c.row.url;
    if (test) {
        if (!c.row.enabled)
            return CA_FAIL(err, CA_CONFLICT, "the webhook is disabled: nothing is delivered to it");
        CA_TRY(test_fill(actor, ask, &c.row, &body, &c, err));
        event.action = "webhook.test";
        got->delivery_id = c.test.id;
    }
    CA_TRY(recorder_change(s->recorder, change_write, &c, &event, 1, err));
    CA_TRY(list_refresh(s, err));
    got->id = c.row.id;
    return CA_OK;
}
