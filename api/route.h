/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* Which listener serves it: plain HTTP for relying parties and devices, HTTPS for the rest. */
enum route_door { DOOR_PUBLIC, DOOR_HTTPS, DOOR__COUNT };

/* What the authenticated caller must hold; api/auth.c maps roles to these. */
enum permission {
    MAY_ANYONE,  /* no client certificate needed */
    MAY_READ,    /* every enrolled operator */
    MAY_REQUEST, /* requester, officer, admin */
    MAY_REVOKE,  /* officer, admin */
    MAY_ADMIN,   /* admin */
    MAY_OVERSEE, /* officer, admin, auditor: what others do */
    MAY_AUDIT,   /* auditor */
    MAY__COUNT
};

/* Where `start` runs: on an epoll thread, which must never block, or on a worker with a
 * database connection, while the HTTP connection is suspended. `finish` runs on a worker, but
 * WITHOUT_WORKER also where the answer arrives, on the client's thread, which must not block
 * either: without a database connection, and once more on a worker when it asked for one.
 * ON_SHARE is ON_WORKER for what costs an RSA operation and anybody can ask for: only so many
 * workers at a time, and half of the queue, so that a flood of it keeps nobody else waiting. */
enum route_run { ON_EPOLL, ON_WORKER, WITHOUT_WORKER, ON_SHARE };

/* Fills the response or fails; never both, and never touches libmicrohttpd. */
typedef CA_RC (*route_fn)(struct request *rq, struct response *rs, struct ca_err *err);

struct route {
    const char *method;
    const char *path; /* {name}: one or more characters up to '/'; a final asterisk: any suffix */
    enum permission may;
    enum route_run run;
    size_t body_max; /* octets; 0: no body */
    route_fn start;
    route_fn finish;     /* NULL, or: `start` may have asked the signer; this reads its answer */
    const char *body;    /* OpenAPI: schema of the body ("RequestSubmit"), or NULL */
    const char *answer;  /* schema of the answer, a media type, or NULL */
    const char *summary; /* one line for OpenAPI and the reference page */
};

size_t route_count(enum route_door door);
const struct route *route_at(enum route_door door, size_t i);

/* CA_NOT_FOUND no such path behind this door; CA_CONFLICT, problem method-not-allowed: the path
 * takes other methods, which stand in `ret_allow` as "GET, PUT" (64 octets). HEAD finds GET. */
CA_RC route_find(enum route_door door, const char *method, const char *path,
                 const struct route **ret, char ret_allow[64], struct ca_err *err);

/* Its handler reads the query as it was sent: what SCEP clients put there is not always text. */
bool route_query_is_raw(const struct route *route);

/* A {name} of a pattern and what stands in its place in a path, as sent (percent-encoded). */
struct route_var {
    struct ca_bytes name;
    struct ca_bytes value;
};
enum { ROUTE_VARS_MAX = 4 };
/* Matches one pattern; answers how many variables it found. Borrowed from both texts. */
size_t route_match(const char *pattern, const char *path, struct route_var ret[ROUTE_VARS_MAX],
                   bool *ret_match);
