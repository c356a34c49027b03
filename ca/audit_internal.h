/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/audit.h"

/* One chain a signer (I13). Only the recorder's thread writes: it numbers and hashes the events of
 * each transaction, and a transaction that fails takes the head back with it. */
struct audit;

struct audit_event { /* texts are copied, and cut where they are too long */
    const char *actor;
    const char *channel;
    const char *action;
    const char *outcome; /* "ok", "denied", "failed" */
    const char *object;
    const char *request_id;
    const char *detail;
    struct ca_bytes object_hash; /* 32 octets or none */
};

/* Continues the chain of `node` where the database has its head. */
CA_RC audit_open(struct db *db, const char *node, struct audit **ret, struct ca_err *err);
void audit_close(struct audit *a);
/* Reads the head again: after a COMMIT that nobody answered. */
CA_RC audit_reload(struct audit *a, struct db *db, struct ca_err *err);
CA_AUTO_DEFINE(audit, struct audit *, audit_close);

/* Sees the lines of a transaction once they are written, in it: what fails here fails it. */
typedef CA_RC (*audit_tap_fn)(void *arg, struct db *db, const struct db_audit *lines, size_t n,
                              struct ca_err *err);
void audit_set_tap(struct audit *a, audit_tap_fn tap, void *arg);

/* For the transaction at hand: begin forgets what an earlier try collected, add collects, write
 * puts the rows in, commit makes their last hash the head. */
void audit_begin(struct audit *a);
CA_RC audit_add(struct audit *a, const struct audit_event *event, struct ca_err *err);
CA_RC audit_write(struct audit *a, struct db *db, struct ca_err *err);
void audit_commit(struct audit *a);
