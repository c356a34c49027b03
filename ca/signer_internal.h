/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/queue.h"
#include "ca/authority_internal.h"
#include "ca/metrics_internal.h"
#include "ca/recorder_internal.h"
#include "ca/server_internal.h"
#include "ca/signer.h"

struct operators;    /* ca/operator.c: enrolled operators, cached */
struct publisher;    /* ca/publisher.c: builds CRLs on schedule */
struct clock_guard;  /* ca/clock.c */
struct checkpointer; /* ca/checkpoint.c: signs what the audit log says */
struct seal;         /* ca/seal.c */
struct profile_shelf;
struct blocklist;    /* ca/blocklist.c: keys that get no certificate */
struct webhooks;     /* ca/webhook.c: who is told of what */
struct key_owners;   /* ca/record_rules.c: who brought a key */
struct ocsp_signers; /* ca/ocsp_signer.c */
struct mass_runner;  /* ca/mass_run.c: works mass revocations off */
struct named_counts; /* ca/named_list_count.c */

/* What every part of the signer shares; set up once, then read. */
struct signer {
    struct signer_config config;
    struct server *server;
    struct recorder *recorder;
    struct authority_registry *registry;
    struct operators *operators;
    struct publisher *publisher;
    struct clock_guard *clock;
    struct profile_shelf *profiles; /* in force now; config.profiles is what they stand on */
    struct checkpointer *checkpointer;
    struct seal *seal;
    struct key_owners *key_owners;
    struct blocklist *blocklist;
    struct webhooks *webhooks;
    struct ocsp_signers *ocsp;
    struct mass_runner *mass_runner;
    struct named_counts *named_counts;
    struct db_pool *pool;  /* for workers: reading */
    struct ca_queue *work; /* struct task */
    struct signer_metrics metrics;
    atomic_flag service_issuing; /* ca/service.c: one at a time */
};

/* Something for a worker. Embedded as first member; freed by its function. */
struct task {
    void (*run)(struct signer *s, struct task *t);
};
/* Only for what goes on, or what signer_admit let in: there is room for all of that. False: the
 * signer is stopping, and the task stays the caller's. */
bool signer_put(struct signer *s, struct task *t);
/* Counts one question in; false: too many are under way (I16). signer_leave counts it out. */
bool signer_admit(struct signer *s);
void signer_leave(struct signer *s);
/* The end of the process: config.on_fatal. */
void signer_fatal(struct signer *s, const struct ca_err *err);

/* What an actor owns and is limited to; NULL in his struct: nothing, and not at all. Made once and
 * kept as long as the signer, so that a struct actor is copied without ado. */
struct actor_scope {
    const char *const *owned; /* names that are his, as in struct requester of policy/judge.h */
    size_t owned_n;
    const char *const *profiles; /* his token is for these alone; NULL: for any */
    size_t profiles_n;
    const char *const *names; /* his token is for these alone; NULL: for any */
    size_t names_n;
};

/* Who asks, as the signer knows him. */
struct actor {
    struct ca_uuid id;
    struct ca_uuid credential_id; /* nil: none was shown */
    char name[65];
    unsigned roles; /* with a token that has limits: without the administrator's */
    bool by_token;
    struct ca_uuid approval_id; /* consent under which this is carried out; nil: none was wanted */
    const struct actor_scope *scope;
};

/* ca/requester.c: as the rules of a profile see him. What `ret` points to stays theirs. */
void actor_requester(const struct actor *actor, const char *channel, const char *reason,
                     struct requester *ret);

/* The questions that change something and are neither frequent nor fast: run on a worker, may wait,
 * and fill the answer. `answer` points to the zeroed struct of the row's answer kind; texts and
 * bytes that it points to live in `own` or longer. */
typedef CA_RC (*handle_fn)(struct signer *s, const struct actor *actor, const void *question,
                           void *answer, struct ca_buf *own, struct ca_err *err);
/* As that, for answers that are too large to be copied: CA_OK means that it answered `x` itself,
 * which is freed by that. */
typedef CA_RC (*answer_fn)(struct signer *s, const struct actor *actor, struct exchange *x,
                           struct ca_err *err);
CA_RC handle_revoke(struct signer *s, const struct actor *actor, const void *question, void *answer,
                    struct ca_buf *own, struct ca_err *err);
CA_RC handle_release(struct signer *s, const struct actor *actor, const void *question,
                     void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_mass_revoke(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_named_list_act(struct signer *s, const struct actor *actor, const void *question,
                            void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_mass_cancel(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_authority_create(struct signer *s, const struct actor *actor, const void *question,
                              void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_authority_install(struct signer *s, const struct actor *actor, const void *question,
                               void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_authority_adopt(struct signer *s, const struct actor *actor, const void *question,
                             void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_authority_next(struct signer *s, const struct actor *actor, const void *question,
                            void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_crl_generate(struct signer *s, const struct actor *actor, const void *question,
                          void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_crl_schedule(struct signer *s, const struct actor *actor, const void *question,
                          void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_operator_enrol(struct signer *s, const struct actor *actor, const void *question,
                            void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_operator_change(struct signer *s, const struct actor *actor, const void *question,
                             void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_credential_add(struct signer *s, const struct actor *actor, const void *question,
                            void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_credential_revoke(struct signer *s, const struct actor *actor, const void *question,
                               void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_token_create(struct signer *s, const struct actor *actor, const void *question,
                          void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_group_put(struct signer *s, const struct actor *actor, const void *question,
                       void *answer, struct ca_buf *own, struct ca_err *err);
CA_RC handle_status(struct signer *s, const struct actor *actor, const void *question, void *answer,
                    struct ca_buf *own, struct ca_err *err);
