/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"
#include "db/audit.h"

/* Who is told of what. The list is in the database, read again when somebody has changed it, on
 * whatever node; a delivery is written in the transaction of the change that it tells of, beside
 * its audit line, and the front delivers it. */
struct webhooks;

CA_RC webhooks_new(struct webhooks **ret, struct ca_err *err);
void webhooks_free(struct webhooks *w); /* NULL is fine */
CA_AUTO_DEFINE(webhooks, struct webhooks *, webhooks_free);
/* Reads the list if it has changed since. */
CA_RC webhooks_refresh(struct signer *s, struct db *db, struct ca_err *err);

/* audit_tap_fn of ca/audit_internal.h: deliveries for those lines that somebody wants to be told
 * of. Nothing is asked of the database when nobody does. */
CA_RC webhooks_tap(void *arg, struct db *db, const struct db_audit *lines, size_t n,
                   struct ca_err *err);

/* webhook_event.c: names and bodies. */
enum { WEBHOOK_EVENTS_MAX = 32 };
size_t webhook_event_count(void);
/* "certificate.issued"; `ret` takes WEBHOOK_EVENT_NAME octets. */
enum { WEBHOOK_EVENT_NAME = 48 };
const char *webhook_event_name(size_t event, char *ret);
/* The bits of names joined with newlines. CA_MALFORMED: one is not known; the text has the nearest.
 */
CA_RC webhook_events_read(const char *names, uint32_t *ret, struct ca_err *err);
/* What a line of the audit tells of: its bit, 0 nothing. */
uint32_t webhook_event_of(const struct db_audit *line);
/* {"type","timestamp","data"}. Appends. */
void webhook_body(const char *event, const struct db_audit *line, struct ca_buf *ret);

/* WIRE_WEBHOOK_PUT, WIRE_WEBHOOK_ACT. */
CA_RC handle_webhook_put(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_webhook_act(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err);
