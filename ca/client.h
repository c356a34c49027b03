/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire.h"

/* The front's only way to the signer: many questions in flight on one connection, which is opened
 * again whenever it ends. A question that was in flight then is sent once more (the signer knows a
 * repeated one by its idempotency key or by the state of its object); in flight at two ends, it is
 * refused. */
struct client;

struct client_config {
    const char *socket_path; /* unix socket of the signer */
    uid_t peer_uid;          /* the signer's user; (uid_t)-1: our own */
    size_t in_flight_max;    /* more are refused at once */
};
CA_RC client_open(const struct client_config *config, struct client **ret, struct ca_err *err);
void client_close(struct client *c); /* every open question is answered with CA_UNAVAILABLE */
CA_AUTO_DEFINE(client, struct client *, client_close);

/* Called exactly once for each question that client_ask took, on the client's own thread; must not
 * block, nor call client_call. `answer` is NULL unless rc is CA_OK and is taken over
 * (wire_message_free). A WIRE_REFUSED arrives as its rc with err filled, and also as `answer` for
 * its findings. With CA_OK it is of the kind that answers the question: nothing else gets here. */
typedef void (*client_fn)(void *arg, enum ca_rc rc, struct wire_message *answer,
                          const struct ca_err *err);

/* Anything but CA_OK: not asked, `fn` is never called. CA_LIMIT too many in flight, or the message
 * is too long; CA_MALFORMED a text of it is not clean; CA_UNAVAILABLE `deadline_ms` (ca_mono_ms)
 * has passed. Without a connection the question waits for one; `fn` gets CA_UNAVAILABLE at the
 * deadline, or when the signer ended twice while it had the question (WIRE_STATUS: once). `msg` is
 * encoded before it returns. */
CA_RC client_ask(struct client *c, enum wire_kind kind, const void *msg, int64_t deadline_ms,
                 client_fn fn, void *arg, struct ca_err *err);
/* The same, and waits. *ret is for wire_message_free; untouched unless CA_OK. */
CA_RC client_call(struct client *c, enum wire_kind kind, const void *msg, int64_t deadline_ms,
                  struct wire_message **ret, struct ca_err *err);
/* WIRE_NOTE: sent if there is a connection and room, forgotten otherwise (counted). */
void client_note(struct client *c, const struct wire_note *note);

struct client_stats {
    bool connected;
    uint64_t in_flight;
    uint64_t asked, answered, resent, timed_out, notes_dropped;
};
void client_stats(const struct client *c, struct client_stats *ret);
