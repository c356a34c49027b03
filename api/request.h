/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/authority_cache.h"
#include "api/response.h"
#include "ca/client.h"
#include "db/db.h"
#include "policy/profile.h"

struct request; /* one HTTP request, its caller, its deadline, the signer's answer */

/* Who calls, as authenticated by api/auth.c. */
struct caller {
    struct ca_uuid id;            /* operator; nil: nobody (public routes) */
    struct ca_uuid credential_id; /* what he showed */
    char name[65];
    unsigned roles; /* bits of enum ca_role */
    bool by_token;  /* an API token, no client certificate */
};
const struct caller *request_caller(const struct request *rq); /* borrowed */
const char *request_id(const struct request *rq);              /* X-Request-Id; borrowed */

/* The value of {name} in the path, percent-decoded; borrowed; never NULL for a name of the route.
 */
const char *request_var(const struct request *rq, const char *name);
/* The same as a UUID. CA_NOT_FOUND unless it is one: no such object. */
CA_RC request_uuid(const struct request *rq, const char *name, struct ca_uuid *ret,
                   struct ca_err *err);
/* Query parameter or header field; NULL when absent; borrowed. A query parameter that no handler
 * asked for is refused by request_query_check. */
const char *request_query(const struct request *rq, const char *name);
/* CA_MALFORMED, problem "unknown-parameter": names the first parameter that is not in `names` and
 * the nearest one that is. */
CA_RC request_query_check(const struct request *rq, const char *const *names, size_t n,
                          struct ca_err *err);
const char *request_header(const struct request *rq, const char *name);
struct ca_bytes request_body(const struct request *rq); /* borrowed */
/* Media type of the body without parameters, lower-case; "" absent. */
const char *request_content_type(const struct request *rq);
/* Which of `types` the client prefers (RFC 9110 12.5.1); no Accept: the first. CA_MALFORMED with
 * problem "not-acceptable". */
CA_RC request_accept(const struct request *rq, const char *const *types, size_t n, size_t *ret,
                     struct ca_err *err);

/* The worker's; borrowed. Never NULL in `start` of an ON_WORKER route; in `finish` NULL while the
 * database is away, and on the arrival of an answer to a WITHOUT_WORKER route: whatever `finish`
 * then returns, it runs once more on a worker. */
struct db *request_db(struct request *rq);
/* What is in force, the same for all of the request's life. Borrowed. */
const struct profile_set *request_profiles(struct request *rq);
/* What is built in or in the configuration's files: in force where nothing was activated. */
const struct profile_set *request_profiles_base(const struct request *rq);
struct hsm_key;
/* Signs what webhooks are told; NULL: there is none. Borrowed. */
const struct hsm_key *request_webhook_key(const struct request *rq);
const char *request_base_url(const struct request *rq);   /* "https://host:port" */
const char *request_public_url(const struct request *rq); /* "http://host:port", for devices */
/* Certificates and chains of all authorities, without a query. */
struct authority_cache *request_authorities(const struct request *rq);
/* The method as sent: "PUT". The target's path as sent, and its query without '?' ("" none). */
const char *request_method(const struct request *rq);
const char *request_path(const struct request *rq);
const char *request_query_text(const struct request *rq);

/* Fills the caller part of a question. */
struct wire_caller request_wire_caller(const struct request *rq);
/* Sends `msg` to the signer; the connection stays suspended until its answer or the deadline; then
 * the route's `finish` runs. CA_LIMIT the queue to the signer is full. */
CA_RC request_ask(struct request *rq, enum wire_kind kind, const void *msg, struct ca_err *err);
/* As request_ask, but `finish` runs without an answer too (request_answer is then NULL), and that
 * after `wait_ms` at the latest. For health and metrics. */
CA_RC request_ask_tolerant(struct request *rq, enum wire_kind kind, const void *msg,
                           int64_t wait_ms, struct ca_err *err);
/* In `finish`: the signer's answer of the kind that fits the question. A refusal never gets here:
 * the dispatcher makes a problem document of it, findings as errors[]. */
const void *request_answer(const struct request *rq); /* borrowed */
/* Why there is none, after request_ask_tolerant. */
enum ca_rc request_answer_rc(const struct request *rq);
enum wire_kind request_answer_kind(const struct request *rq); /* WIRE_REFUSED: there is none */
/* Several questions of one kind, of which a few are in flight at a time; `finish` runs when each
 * has its answer, its refusal or its deadline.
 *   msgs  structs of `size` octets, one behind the other, in memory of request_alloc
 *   n     1 to REQUEST_QUESTIONS_MAX */
enum { REQUEST_QUESTIONS_MAX = 256 };
CA_RC request_ask_each(struct request *rq, enum wire_kind kind, const void *msgs, size_t size,
                       size_t n, struct ca_err *err);
struct request_reply {
    enum ca_rc rc;
    struct ca_err err;            /* of a refusal */
    struct wire_message *message; /* the answer; of a refusal WIRE_REFUSED, or NULL */
};
const struct request_reply *request_reply(const struct request *rq, size_t i); /* borrowed */
/* In `start` of a route that has a `finish`, which runs when somebody calls request_wake: once, on
 * any thread that may not block, and within the deadline, since nothing else ends the processing.
 * `finish` has no answer then. */
CA_RC request_park(struct request *rq, struct ca_err *err);
void request_wake(struct request *rq);
/* Instead of request_wake: as if `start` had asked this with request_ask_tolerant. What it points
 * to is in memory of the request. */
void request_wake_asking(struct request *rq, enum wire_kind kind, const void *msg);
/* Instead of request_wake: `finish` runs as after a question that was answered with this. */
void request_wake_refused(struct request *rq, enum ca_rc rc, const struct ca_err *why);
/* What `start` holds for `finish`, in memory of request_alloc; NULL: nothing. `done` (may be NULL)
 * is called with it when the request ends, also where `finish` never ran. */
void request_hold(struct request *rq, void *kept, void (*done)(void *kept));
void *request_held(const struct request *rq);
/* Of the client: IPv6, or IPv4 as mapped; 16 octets, borrowed. */
const uint8_t *request_address(const struct request *rq);
/* Memory that lives as long as the request; NULL when out of memory. */
void *request_alloc(struct request *rq, size_t n);
