/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "api/front_internal.h"
#include "api/keeper.h"
#include "api/scep/ra.h"
#include "base/buf.h"
#include "db/scep.h"
#include "db/service.h"

/* One key with its certificate. Counted: sets that are in use keep it. */
struct ra_item {
    atomic_uint users;
    struct ca_uuid id; /* of its row */
    struct ca_buf certificate;
    struct hsm_key *key; /* NULL: not in this token */
    X509 *x509;          /* NULL with it */
};

/* What ra_take gives. */
struct ra_held {
    struct ra_set set; /* first; points into what follows */
    atomic_uint users;
    struct ra_item **items;
    size_t n;
};

struct ra_keeper {
    struct front *front;
    struct keeper *keeper;
    int64_t tidy_at;      /* wall clock; when to look for keys that have ended */
    pthread_mutex_t lock; /* guards `endpoints`, which the keeper's thread alone changes */
    struct ra_endpoint *endpoints;
};

struct ra_endpoint {
    struct ra_endpoint *next;
    char name[64];
    struct ra_held *held;   /* NULL: none yet */
    struct ra_item **items; /* newest first, also those whose key is elsewhere */
    size_t n;
    bool seen;        /* in the newest list of endpoints */
    int64_t again_ms; /* not before that is the signer asked once more */
};

/* What the database says of one endpoint. */
struct ra_facts {
    const struct db_scep_endpoint *endpoint;
    const struct db_service *rows; /* of all endpoints, newest first */
    size_t n;
    int64_t now;
};

/* ra_set.c. Follows the rows; a new set where they differ from what is there. */
CA_RC ra_endpoint_sync(struct ra_keeper *k, struct ra_endpoint *e, const struct ra_facts *facts,
                       struct ca_err *err);
void ra_endpoint_free(struct ra_endpoint *e);
/* The newest that is in this token, and its row; NULL: none. */
const struct db_service *ra_newest(const struct ra_endpoint *e, const struct ra_facts *facts);

/* ra_make.c. A new key and its certificate where they are due. */
CA_RC ra_renew(struct ra_keeper *k, struct ra_endpoint *e, const struct ra_facts *facts,
               struct ca_err *err);
/* Deletes keys whose certificates ended a day ago. */
CA_RC ra_tidy(struct ra_keeper *k, int64_t now, struct ca_err *err);
