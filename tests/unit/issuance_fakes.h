/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"

/* What issuance stands on, in memory and on one thread: recorder, database, token, server,
 * operators, authorities, workers. Policy, the clock's guard and the way of a request are real. */
enum { FAKE_ROWS = 64, FAKE_QUEUE = 256, FAKE_LOG = 512 };

struct fake_request {
    struct ca_uuid id;
    enum db_request_state state;
    char key[64];
    uint8_t content_hash[32];
    uint8_t overrides[2048];
    size_t overrides_len;
    uint8_t csr[1024];
    size_t csr_len;
    struct ca_uuid certificate_id;
    int interrupted;
};

struct fake_intent {
    struct db_intent row; /* its bytes stand below */
    uint8_t serial[DB_SERIAL_LEN];
    uint8_t tbs[2048];
    bool open;
    bool burned;
    unsigned signed_n; /* signatures over exactly these bytes */
};

extern struct fakes {
    char log[FAKE_LOG]; /* one letter an event: I intent committed, S signature asked for, C
                           certificate committed, B serial burned, D denial audited, A answer, R
                           refusal, F fatal */
    struct fake_request requests[FAKE_ROWS];
    size_t request_n;
    struct fake_intent intents[FAKE_ROWS];
    size_t intent_n;
    uint8_t certificate[4096]; /* the newest */
    size_t certificate_len;
    size_t certificate_n;
    unsigned stray_signatures; /* over bytes that no open intent holds */
    enum { TOKEN_FINE, TOKEN_FLIPS, TOKEN_FAILS } token;
    bool database_away; /* the recorder refuses everything */
    bool ended;         /* by signer_fatal: nothing goes on until fakes_restart */
    bool stopping;      /* workers and recorder take no more */
    int64_t jump_s;     /* of the wall clock */
    int64_t jump_after_intent_s;
    unsigned races; /* so many times somebody else is first to go on with a request, and fails */
    unsigned roles;
    bool key_taken;     /* every key is in another requester's certificate */
    unsigned key_looks; /* into the record */
    /* the last answer */
    enum ca_rc rc;
    char problem[32];
    char state[16];
    uint8_t answer[4096];
    size_t answer_len;
    bool repeated;
    unsigned answers;
    unsigned handled; /* questions that reached a handler */
} fakes;

/* A signer over the fakes, and a question of the front to it. The caller runs what follows. */
struct signer *fakes_start(void);
void fakes_stop(void);
void fakes_restart(void); /* what was under way is lost; rows stay */
void fakes_issue(const char *key, const char *common_name);
void fakes_ask(enum wire_kind kind, void *body);
bool fakes_step(void); /* one task or one entry of the recorder; false: nothing waits */
void fakes_run(void);  /* until nothing waits */
size_t fakes_open(void);
