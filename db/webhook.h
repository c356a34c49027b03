/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* Somebody who is told of events. */
struct db_webhook {
    struct ca_uuid id; /* version 7 */
    const char *url;
    const char *events; /* names, joined with newlines */
    bool enabled;
    int64_t created_at;
    struct ca_uuid created_by;
    const char *creator; /* his name; read only */
};
CA_RC db_webhook_insert(struct db *db, const struct db_webhook *w, struct ca_err *err);
/* Events and enabled; removed_at not 0: it is gone. CA_NOT_FOUND. */
CA_RC db_webhook_update(struct db *db, const struct db_webhook *w, int64_t removed_at,
                        struct ca_err *err);
/* Rows: struct db_webhook; NULL: all. */
CA_RC db_webhook_list(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                      struct ca_err *err);
/* Grows with every change; 0: there was none. */
CA_RC db_webhook_sequence(struct db *db, int64_t *ret, struct ca_err *err);

/* Something that one of them is told. */
struct db_webhook_delivery {
    struct ca_uuid id; /* version 7 */
    struct ca_uuid webhook_id;
    const char *event;
    struct ca_bytes body; /* JSON */
    int64_t created_at;
    int64_t next_at; /* 0: done or given up */
    int32_t attempts;
    int64_t delivered_at; /* 0: not */
    int32_t last_status;  /* 0: none */
    const char *last_error;
    const char *url; /* of db_webhook_delivery_take */
};
CA_RC db_webhook_delivery_insert_batch(struct db *db, const struct db_webhook_delivery *rows,
                                       size_t n, struct ca_err *err);
/* Rows: struct db_webhook_delivery that are due, at most `each` of one webhook; until `lease` they
 * are the caller's. Counts the attempt. */
CA_RC db_webhook_delivery_take(struct db *db, int64_t now, int64_t lease, size_t each, size_t most,
                               struct db_result *ret, struct ca_err *err);
/* What became of an attempt: next_at, delivered_at, last_status and last_error of `d`. Nothing
 * happens when another attempt was begun since. */
CA_RC db_webhook_delivery_end(struct db *db, const struct db_webhook_delivery *d,
                              struct ca_err *err);
/* Rows: struct db_webhook_delivery of a webhook, newest first, below `before` (nil: all). */
CA_RC db_webhook_delivery_list(struct db *db, const struct ca_uuid *webhook_id,
                               const struct ca_uuid *before, size_t limit, struct db_result *ret,
                               struct ca_err *err);
/* Forgets those from before `before`. */
CA_RC db_webhook_delivery_trim(struct db *db, int64_t before, struct ca_err *err);
