/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/audit_internal.h"
#include "ca/claim_internal.h"
#include "db/certificate.h"
#include "db/request.h"

/* The signer's only writer: a thread with a connection and the audit chain of its own. Waiting
 * intents and certificates share one transaction (group commit, steps 4 and 6 of
 * docs/explanation/issuance.md); every other change gets one for itself. A change and its audit
 * lines are committed together or not at all. */
struct recorder;

struct recorder_config {
    const struct db_config *db;
    const char *node;
    size_t queue_max;
    size_t batch_max;
    audit_tap_fn tap; /* NULL: none */
    void *tap_arg;
};
CA_RC recorder_start(const struct recorder_config *config, struct recorder **ret,
                     struct ca_err *err);
/* From now on nobody waits for a database that is away: what it owes an answer is refused with
 * CA_UNAVAILABLE, and the next start settles it. Before those who wait here are waited for. */
void recorder_give_up(struct recorder *r); /* NULL is fine */
/* Writes what waits, then ends; every entry gets its `done`. */
void recorder_stop(struct recorder *r);

typedef CA_RC (*change_fn)(struct db *db, struct audit *audit, void *arg, struct ca_err *err);

/* One entry. The caller owns everything; it must stay until `done`, which runs on the recorder's
 * thread after COMMIT is known (I4) and must not block. */
struct record {
    enum record_kind { RECORD_INTENT, RECORD_CERTIFICATE, RECORD_CHANGE } kind;
    void (*done)(struct record *r, enum ca_rc rc, const struct ca_err *err);
    /* RECORD_INTENT: a request (NULL: it is on record already, in state approved: it is moved to
     * issuing) and its intent. CA_CONFLICT, problem "repeated": the idempotency key is in use. */
    const struct db_request *request;
    const struct db_intent *intent;
    bool repeated; /* set by the recorder */
    /* What its rules on earlier certificates ask; NULL: nothing. RECORD_INTENT: CA_DENIED, problem
     * "policy", with findings in it: something stands against it. RECORD_CERTIFICATE: it ends. */
    struct claim *claim;
    /* RECORD_CERTIFICATE: closes the intent, moves the request. */
    const struct db_certificate *certificate;
    /* RECORD_CHANGE: may run several times (CA_RETRY); collects its audit events with audit_add.
     * NULL: only `events`. Of the other two kinds: goes with it, unless it is repeated or refused;
     * what it answers is the answer. */
    change_fn change;
    void *arg;
    const struct audit_event *events; /* written in the same transaction */
    size_t event_n;
};
bool recorder_put(struct recorder *r, struct record *record); /* false: full or stopping */
/* Puts it in and waits; `done` is set by the call. */
CA_RC recorder_wait(struct recorder *r, struct record *record, struct ca_err *err);

/* RECORD_CHANGE, waiting. */
CA_RC recorder_change(struct recorder *r, change_fn change, void *arg,
                      const struct audit_event *events, size_t event_n, struct ca_err *err);

struct recorder_stats {
    uint64_t batches, intents, certificates, changes, failures;
    uint64_t commit_us;
    size_t queue;
    bool database; /* the last transaction met a server */
};
void recorder_stats(const struct recorder *r, struct recorder_stats *ret);
