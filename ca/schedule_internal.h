/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/crl_internal.h"
#include "db/crl_stage.h"

/* When the next CRL of each part of each authority is due, and its next delta. The publisher's lock
 * guards it; nothing here waits.
 *
 * Due are: the first CRL; one `crl_interval_s` after the newest, or at half of its validity if that
 * is earlier; one within `soon_s` after something changed. Half of `soon_s` gathers changes, the
 * other half is for building. For a delta its own interval counts. */
enum { SCHEDULE_RETRY_MAX_MS = 60000 };

enum schedule_unread {
    SCHEDULE_READ,
    SCHEDULE_UNREAD,  /* a change came whose number is not known */
    SCHEDULE_READING, /* the state is being read after that */
};

struct schedule_slot {
    int64_t authority_id;
    struct crl_scope scope;
    char name[DB_AUTHORITY_NAME_MAX + CRL_SCOPE_TEXT];
    bool ready;       /* it has key and certificate */
    char reason[240]; /* why not */
    struct db_crl_state state;
    int64_t age_ms;    /* when the newest CRL is too old */
    int64_t behind_ms; /* the database has a change that no CRL shows; 0: none */
    int64_t note_ms;   /* we were told of one; 0: no */
    int64_t note_number;
    enum schedule_unread unread;
    int64_t retry_ms; /* not before */
    int64_t wait_ms;  /* between tries */
    uint64_t failures;
    char failure[240];
    int64_t build_us;
    int64_t ahead_ms; /* the one that is held: not tried before */
    int32_t shards;   /* of the authority */
    bool alarmed;     /* told already */
    bool told_large;
};

struct schedule {
    int32_t soon_s;
    struct schedule_slot *slots;
    size_t n;
    int64_t hold_ms; /* the database is away until then */
};
void schedule_done(struct schedule *s);

/* Called before the states are read: only what was noted before is then taken as read. */
void schedule_reading(struct schedule *s);
/* The authorities as they are, and what the database has of their CRLs (struct db_crl_state). */
void schedule_update(struct schedule *s, const struct authority_set *set,
                     const struct db_result *states);
bool schedule_is_due(const struct schedule *s, const struct crl_ask *ask);
/* The earliest moment (ca_mono_ms) at which one may be due; INT64_MAX: none. */
int64_t schedule_next_ms(const struct schedule *s);
/* A change was committed: the whole CRL will show it, and so will its part and the deltas, which
 * the next reading of the states finds behind. *number: the first CRL that will show it, 0: not
 * known; filled from what was last read. Returns when that one is out at the latest (ca_mono_ms).
 */
int64_t schedule_note(struct schedule *s, int64_t authority_id, int64_t *number);
/* How making one ended; `made` NULL unless CA_OK. */
void schedule_made(struct schedule *s, const struct crl_ask *ask, enum ca_rc rc,
                   const struct crl_made *made, const struct ca_err *err, int64_t us);
/* Is the newest one nearly over, without a newer one, while another is held? */
bool schedule_emergency_due(const struct schedule *s, const struct crl_ask *ask);
void schedule_emergency_made(struct schedule *s, const struct crl_ask *ask, enum ca_rc rc,
                             const struct crl_made *made);
void schedule_postpone(struct schedule *s, int64_t until_ms);
/* I12: half of the validity of its newest CRL has gone and there is no newer one, or there is none
 * at all. */
bool schedule_alarm(const struct schedule_slot *slot);
/* Its newest complete CRL is larger than SHARD_OCTETS_MAX, and certificates name it still: a part,
 * or the whole where there are no parts. It is published all the same: an old one is worse. */
bool schedule_large(const struct schedule_slot *slot);
void schedule_metrics(const struct schedule *s, struct ca_buf *ret);
