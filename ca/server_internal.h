/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire.h"

/* The signer's end of the socket: accepts, checks peer credentials, reads frames, hands each
 * question on, writes answers from any thread. Parses nothing but frames. */
struct server;

/* One question, until it is answered. Its message is its own. */
struct exchange {
    struct wire_message *question;
    int64_t received_ms; /* ca_mono_ms */
    struct connection *connection;
};

/* Runs on the reader's thread and must not block: puts the exchange into a queue, or answers. */
typedef void (*server_fn)(void *arg, struct exchange *x);

struct server_config {
    int listen_fd;  /* unix stream socket, listening; taken over */
    uid_t peer_uid; /* the front's user; root and our own are taken too */
    server_fn handle;
    /* A connection was ended: CA_MALFORMED what it sent, CA_DENIED whose it is. On the reader's
     * thread; NULL: nobody wants to know. */
    void (*malformed)(void *arg, enum ca_rc rc, const struct ca_err *err);
    void *arg;
};
CA_RC server_start(const struct server_config *config, struct server **ret, struct ca_err *err);
/* Stops accepting and reading; answers may still be written. After it `handle` is not called any
 * more; what has been asked and not read is asked again at the next signer. */
void server_drain(struct server *s);
/* Writes what is left (at most 1 s), closes. Exchanges may outlive it. */
void server_stop(struct server *s);

/* Each answers and frees the exchange, from any thread; a connection that is gone takes nothing and
 * nobody cares. An answer that does not fit its row becomes a CA_FAULT; a refusal whose findings do
 * not is sent without them. A WIRE_NOTE is never answered. */
void exchange_answer(struct exchange *x, enum wire_kind kind, const void *msg);
void exchange_refuse(struct exchange *x, enum ca_rc rc, const struct ca_err *err,
                     const struct wire_finding *findings, uint32_t n);
void exchange_drop(struct exchange *x); /* WIRE_NOTE has no answer */
