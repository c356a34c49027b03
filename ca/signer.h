/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "db/db.h"
#include "hsm/hsm.h"
#include "policy/key_check.h"
#include "policy/profile.h"

/* The signer process: the only one that holds CA keys. Everything in the configuration is borrowed
 * until signer_stop. */
struct signer_config {
    const char *node; /* names this signer: its intents, its audit chain, its leases */
    int listen_fd;    /* unix socket for the front, listening; taken over */
    uid_t peer_uid;   /* the front's user; (uid_t)-1: our own */
    bool bootstrap;   /* takes questions of the channel "local": the very first set-up */
    const struct db_config *db;
    struct hsm *hsm;          /* NULL: the token is away */
    const char *token_reason; /* why it is */
    const struct profile_set *profiles;
    const struct key_checks *checks; /* of keys in requests; NULL: without lists */
    const char *public_url;          /* where CRL and AIA addresses of new authorities point */
    const char *spool_dir;           /* CRLs are built in unlinked files here */
    bool dev;
    unsigned workers;       /* threads that judge and sign */
    size_t queue_max;       /* questions waiting; more are refused at once */
    size_t batch_max;       /* issuances in one transaction */
    int32_t crl_validity_s; /* of new authorities */
    int32_t crl_interval_s;
    int32_t crl_soon_s; /* a revocation is on a CRL at the latest so long after it */
    bool ocsp_ca_signs; /* authorities sign OCSP answers themselves; else delegated signers do */
    int32_t ocsp_validity_s;       /* nextUpdate after thisUpdate */
    int32_t ocsp_archive_cutoff_s; /* what ended longer ago may be forgotten; 0: not said */
    int32_t intent_deadline_s;
    int64_t checkpoint_rows;        /* audit lines after which a checkpoint is due at once */
    int64_t checkpoint_interval_ms; /* and the longest time until one */
    const char *checkpoint_file;    /* NULL or "": checkpoints stay in the database */
    /* The process must end: 75, the token failed or the database promise broke; the text is logged.
     */
    void (*on_fatal)(int exit_status, const char *text);
};

struct signer;
/* Settles the intents that this node left open (I5), loads authorities, starts the threads.
 * CA_DENIED the environment does not fit the pinned one (I18); CA_UNAVAILABLE no database. */
CA_RC signer_start(const struct signer_config *config, struct signer **ret, struct ca_err *err);
/* Takes no more questions, answers those under way, ends. At most `deadline_ms` long. */
void signer_stop(struct signer *s, int64_t deadline_ms);
