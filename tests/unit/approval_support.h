/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/approval_internal.h"
#include "ca/client.h"
#include "tests/unit/signer_support.h"

/* A signer with an authority, operators who are enrolled, and a way to ask it over its socket. */
enum people { ALICE, OFFICER1, OFFICER2, OFFICER3, ADMIN, AUDITOR, PEOPLE };
enum { DIGEST_LEN = 32 };

struct person {
    const char *name;
    unsigned roles;
    struct ca_uuid id;
    struct ca_uuid credential_id;
};

struct office {
    struct test_signer t;
    struct client *client;
    struct person people[PEOPLE];
};
void office_start(struct office *o);
void office_restart(struct office *o); /* the signer alone */
void office_done(struct office *o);

/* Asks as this person. The answer, for wire_message_free, or NULL and rc and err. The caller of
 * `question` (its first member) is filled in. */
struct wire_message *office_ask(struct office *o, enum people who, enum wire_kind kind,
                                void *question, enum ca_rc *ret_rc, struct ca_err *err);

/* What a request or an approval answered. */
struct said {
    enum ca_rc rc;
    struct ca_err err;
    enum wire_kind kind;
    struct ca_uuid id; /* of request or approval */
    char state[32];
    uint8_t digest[DIGEST_LEN];
    int32_t revision;
    uint32_t step, needed, votes;
    char result[600];
    bool repeated;
};
/* A request with profile `approved` for this DNS name. */
struct said office_request(struct office *o, enum people who, const char *key, const char *name);
struct said office_revise(struct office *o, enum people who, const struct said *before,
                          const char *name);
struct said office_decide(struct office *o, enum people who, const struct said *on, bool approves,
                          const char *comment);
struct said office_change(struct office *o, enum people who, const struct said *on,
                          const char *change, const char *comment);
struct said office_put(struct office *o, enum people who, enum wire_kind kind, void *question);

/* The one value of a query about this request, as text compared with `want`. */
void office_sql_is(struct office *o, const char *sql, const struct said *on, const char *want);
/* SQL as the superuser, with %s for the id. */
void office_sql(struct office *o, const char *sql, const struct said *on);
