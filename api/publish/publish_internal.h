/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include "api/publish/shelf_internal.h"
#include "base/buf.h"

struct front;
struct front_config;

/* Once a second: what CRLs are new in the database, onto the shelf; authorities into their cache;
 * then each new CRL is read back over HTTP and compared (I12). */
struct publish;

CA_RC publish_start(struct front *front, struct publish **ret, struct ca_err *err);
/* After the doors are open. */
CA_RC publish_run(struct publish *p, struct ca_err *err);
void publish_stop(struct publish *p);
struct shelf *publish_shelf(const struct publish *p);
struct pushers *publish_pushers(const struct publish *p); /* NULL: not yet */
bool publish_database(const struct publish *p);           /* did the last look meet it */

/* The name on the shelf of a part (0: the whole) or its delta. */
void publish_name(const char *authority, int32_t shard, bool delta, char ret[SHELF_NAME_MAX + 1]);
/* The path under /crl/ of a name on the shelf: a part is below its authority. */
void publish_path(const char *name, char ret[SHELF_NAME_MAX + 1]);
/* api/publish/push.c: who else gets each CRL. Each target has a thread and a pause after failures
 * of its own, so that one that hangs holds up nobody. Nothing is sent until the database was met:
 * what a restart found in the cache may be older than what a target has. */
enum { PUSH_TARGETS_MAX = 3, PUSH_WHY_MAX = 240 };
struct pushers;
CA_RC pushers_run(struct front *front, struct shelf *shelf, struct pushers **ret,
                  struct ca_err *err);
void pushers_stop(struct pushers *pushers); /* NULL is fine */
/* How far a target is with one CRL, as this process saw it. */
struct push_state {
    const char *target;  /* its kind */
    const char *address; /* folder or URL, without anything secret; borrowed */
    int64_t number;      /* that it was last sent or seen to have; 0: none yet */
    int64_t at;
    bool current;      /* that is the one that is served */
    int64_t failed_at; /* of the last try, where it failed; 0: it did not */
    int64_t next_at;   /* when it is tried again; 0: nothing is due */
    char why[PUSH_WHY_MAX];
};
/* Of one CRL on the shelf; answers how many, at most PUSH_TARGETS_MAX. */
size_t push_states(struct pushers *pushers, const char *name, struct push_state *ret);
/* For each target that is set: CRLs that are served and that it does not have yet. */
void push_metrics_write(const struct front *front, struct ca_buf *to);

/* What a kind of target sends, and how long it may go on. */
struct push_job {
    const struct front_config *config;
    const struct shelf_crl *crl;
    struct ca_bytes der;
    const atomic_bool *stopping;
};
/* In the place of the one that is there, whole or not at all. CA_UNAVAILABLE it is not there now.
 * They return soon after *stopping. */
typedef CA_RC (*push_send)(const struct push_job *job, struct ca_err *err);
CA_RC push_directory(const struct push_job *job, struct ca_err *err); /* a higher number stays */
CA_RC push_http(const struct push_job *job, struct ca_err *err);
CA_RC push_ldap(const struct push_job *job, struct ca_err *err); /* parts: CA_OK, and not sent */

/* api/publish/readback.c: fetches URL and compares. CA_CONFLICT it differs; CA_UNAVAILABLE it could
 * not be fetched, or *stopping became true. */
CA_RC readback_check(const char *url, const uint8_t sha256[32], size_t size,
                     const atomic_bool *stopping, struct ca_err *err);
