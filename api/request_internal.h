/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include "api/auth_internal.h"
#include "api/front_internal.h"
#include "api/response_internal.h"
#include "api/route.h"
#include "api/target.h"
#include "policy/profile_shelf.h"

enum { REQUEST_ID_MAX = 64, REQUEST_ARENA = 2048, REQUEST_DISCARD_MAX = 256 * 1024 };

/* Who decides what the connection answers. PENDING is left once, by compare-and-swap: whoever wins
 * resumes the connection. EXPIRED: the deadline came first, and `rs` belongs to the processing. */
enum request_outcome { REQUEST_PENDING, REQUEST_READY, REQUEST_EXPIRED };

/* What is done with it; ARRIVAL: `finish` without a worker, where the answer arrived. */
enum request_stage { STAGE_START, STAGE_ARRIVAL, STAGE_FINISH };

struct request_field {
    struct request_field *next;
    const char *name;
    const char *value;
};

/* The questions of request_ask_each. */
struct request_slot {
    struct request *rq;
    struct request_reply reply;
};
struct request_round {
    enum wire_kind kind;
    const char *msgs;
    size_t size;
    size_t n;
    atomic_size_t next; /* to be asked */
    atomic_size_t open; /* not answered; one more while the first are being asked */
    struct request_slot slots[];
};

struct request_block { /* of request_alloc */
    struct request_block *next;
    max_align_t memory[];
};

struct request {
    struct front *front;
    enum route_door door;
    struct connection *connection; /* record of api/connection.h; not valid once answered */
    void *handle;                  /* libmicrohttpd's, for api/server.c */
    atomic_int references;         /* the connection's and the processing's */

    /* What was asked; written on the epoll thread before `start`. */
    char id[REQUEST_ID_MAX + 1];
    char method[16];
    const char *target_text;
    struct target target; /* of it, in request_begin */
    struct request_field *fields;
    const char *flaw; /* the header fields have one that is refused: text; NULL: none */
    char content_type[96];
    const struct route *route;
    char allow[64];
    struct ca_buf body;
    size_t discarded; /* octets of it that were not kept */
    bool refused;     /* `rs` is filled; the rest of the body is read and dropped first */
    bool begun;       /* header fields are judged */
    bool suspended;
    int64_t began_us;
    int64_t deadline_ms;

    /* Who asks. */
    bool caller_known;
    struct caller caller;
    struct shown shown;  /* by whom he says he is */
    uint8_t address[16]; /* of the client; IPv4 as mapped */
    int retry_after_s;   /* 429: when to come again; 0: soon */
    bool locked_out;     /* 429: too many refused logins from there */
    /* Processing: one thread at a time. */
    enum request_stage stage;
    struct db *db;
    bool db_missed;   /* `finish` asked for a connection on arrival */
    atomic_int joins; /* return of `start`, and the signer's answer: the last one goes on */
    bool asked;
    bool tolerant;
    enum ca_rc rc; /* of `start`, `finish` or the signer */
    struct ca_err err;
    enum ca_rc answer_rc;
    struct ca_err answer_err;
    struct wire_message *answer;
    void *kept;                    /* by `start` for `finish` */
    void (*kept_done)(void *kept); /* NULL: nothing is to be done */
    struct request_round *round;   /* NULL unless it asked several questions */
    struct profile_loan *profiles; /* NULL until somebody looks */
    struct response rs;
    char problem[32]; /* code of the problem document that is the answer; "" none */

    atomic_int outcome; /* enum request_outcome */
    bool expired;       /* the epoll thread saw EXPIRED: `late` is the answer */
    struct response late;
    int status;                                  /* as sent */
    struct request *waiting_next, *waiting_prev; /* front->waiting */
    bool waiting;
    struct request *share_next; /* front->share_first */

    struct request_block *blocks;
    size_t arena_used;
    _Alignas(max_align_t) uint8_t arena[REQUEST_ARENA];
};

/* Keeps the target for request_begin. NULL: no memory. */
struct request *request_new(struct front *front, enum route_door door, const char *target);
void request_unref(struct request *rq);

/* Adds one header field; keeps a flaw in mind. */
void request_field_add(struct request *rq, const char *name, const char *value);
/* What cannot be left to libmicrohttpd: two lengths, length with coding, an unknown coding, control
 * octets, another version. CA_MALFORMED. */
CA_RC request_check(struct request *rq, const char *version, struct ca_err *err);
