/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/issuance_fakes.h"

#include <openssl/x509.h>
#include <stdio.h>

#include "base/ossl.h"
#include "base/time.h"
#include "ca/approval_guard_internal.h"
#include "ca/blocklist_internal.h"
#include "ca/clock_internal.h"
#include "ca/crl_internal.h"
#include "ca/dispatch_internal.h"
#include "ca/issuance_internal.h"
#include "ca/judging_internal.h"
#include "ca/ocsp_internal.h"
#include "ca/operator_internal.h"
#include "ca/profiles_internal.h"
#include "ca/scep_internal.h"
#include "ca/service_internal.h"
#include "ca/webhook_internal.h"
#include "db/blocked_key.h"
#include "db/operator.h"
#include "policy/name.h"
#include "tests/unit/support.h"

struct fakes fakes;

static struct signer signer;
static struct authority authority;
static EVP_PKEY *ca_key;
static EVP_PKEY *requester_key;
static struct task *tasks[FAKE_QUEUE];
static size_t task_n;
static struct record *records[FAKE_QUEUE];
static size_t record_n;
static struct task *running; /* left behind by a fatal end */

static void event(char what)
{
    size_t n = strlen(fakes.log);

    assert_true(n + 1 < sizeof(fakes.log));
    fakes.log[n] = what;
}

/* The wall clock (linked with --wrap). */
int64_t __real_ca_time_now(void);
int64_t __wrap_ca_time_now(void);
int64_t __wrap_ca_time_now(void)
{
    return __real_ca_time_now() + fakes.jump_s;
}

/* Workers. */
bool signer_put(struct signer *s, struct task *t)
{
    (void)s;
    if (fakes.stopping)
        return false;
    assert_true(task_n < FAKE_QUEUE);
    tasks[task_n++] = t;
    return true;
}

bool signer_admit(struct signer *s)
{
    (void)atomic_fetch_add(&s->metrics.in_flight, 1);
    return true;
}

void signer_leave(struct signer *s)
{
    assert_true(atomic_fetch_sub(&s->metrics.in_flight, 1) > 0);
}

void signer_fatal(struct signer *s, const struct ca_err *err)
{
    (void)s;
    (void)err;
    event('F');
    fakes.ended = true;
    tasks[task_n++] = running; /* nobody goes on with it */
}

/* The token. */
CA_RC hsm_sign(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes tbs,
               struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t octets[256];
    size_t len = sizeof(octets);
    bool known = false;

    (void)key;
    (void)sig;
    event('S');
    for (size_t i = 0; i < fakes.intent_n; i++) {
        struct fake_intent *intent = &fakes.intents[i];

        if (intent->open && ca_bytes_equal(intent->row.tbs, tbs)) {
            intent->signed_n++;
            known = true;
        }
    }
    fakes.stray_signatures += !known;
    if (fakes.token == TOKEN_FAILS)
        return CA_FAIL(err, CA_UNAVAILABLE, "CKR_DEVICE_ERROR");
    assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, ca_key, NULL), 1);
    assert_int_equal(EVP_DigestSign(ctx, octets, &len, tbs.ptr, tbs.len), 1);
    if (fakes.token == TOKEN_FLIPS)
        octets[len - 1] ^= 1;
    ca_buf_add(ret, octets, len);
    return ca_buf_check(ret, err);
}

/* Authorities and operators. */
struct authority_set *authority_set_take(struct authority_registry *r)
{
    (void)r;
    return NULL;
}

void authority_set_give(struct authority_set *set)
{
    (void)set;
}

const struct authority *authority_set_by_id(const struct authority_set *set, int64_t id)
{
    (void)set;
    (void)id;
    return NULL;
}

CA_RC authority_set_find(const struct authority_set *set, const char *name,
                         const struct authority **ret, struct ca_err *err)
{
    (void)set;
    (void)name;
    (void)err;
    *ret = &authority;
    return CA_OK;
}

CA_RC authority_online(const struct authority *a, struct ca_err *err)
{
    (void)a;
    (void)err;
    return CA_OK;
}

CA_RC operators_find(struct signer *s, const struct wire_caller *caller, struct actor *ret,
                     struct ca_err *err)
{
    (void)s;
    if (fakes.roles == 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "this operator is not enrolled");
    *ret = (struct actor){.id = caller->operator_id, .name = "tester", .roles = fakes.roles};
    return CA_OK;
}

#define HANDLER(name)                                                                              \
    CA_RC handle_##name(struct signer *s, const struct actor *actor, const void *question,         \
                        void *answer, struct ca_buf *own, struct ca_err *err)                      \
    {                                                                                              \
        (void)s, (void)actor, (void)question, (void)answer, (void)own, (void)err;                  \
        fakes.handled++;                                                                           \
        return CA_OK;                                                                              \
    }
HANDLER(revoke)
HANDLER(release)
HANDLER(authority_create)
HANDLER(authority_install)
HANDLER(authority_adopt)
HANDLER(authority_next)
HANDLER(crl_generate)
HANDLER(crl_schedule)
HANDLER(operator_enrol)
HANDLER(operator_change)
HANDLER(credential_add)
HANDLER(credential_revoke)
HANDLER(token_create)
HANDLER(group_put)
HANDLER(profile_put)
HANDLER(profile_activate)
HANDLER(rule_put)
HANDLER(key_block)
HANDLER(key_unblock)
HANDLER(mass_revoke)
HANDLER(mass_cancel)
HANDLER(named_list_act)
HANDLER(webhook_put)
HANDLER(webhook_act)
HANDLER(service_issue)
HANDLER(scep_endpoint_put)
HANDLER(scep_challenge_create)
HANDLER(scep_challenge_revoke)
HANDLER(status)
HANDLER(ocsp_sign)

/* SCEP too. */
void scep_start(struct signer *s, struct exchange *x)
{
    (void)s;
    exchange_drop(x);
}

void scep_enrolment_free(struct scep_enrolment *e)
{
    assert_null(e);
}

bool scep_is_channel(const char *channel)
{
    return strncmp(channel, "scep", 4) == 0;
}

CA_RC scep_actor(struct issuance *i, struct ca_err *err)
{
    (void)i;
    return CA_FAIL_AS(err, CA_DENIED, "forbidden", "not here");
}

CA_RC scep_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)db, (void)audit, (void)arg;
    return CA_FAIL(err, CA_FAULT, "not here");
}

CA_RC scep_proven_check(const struct seal *s, struct ca_bytes masked, struct ca_bytes proven,
                        struct ca_err *err)
{
    (void)s, (void)masked, (void)proven;
    return CA_FAIL_AS(err, CA_DENIED, "row-altered", "not here");
}

/* Approvals have tests of their own, over the whole signer. */
CA_RC consent_wanted(struct signer *s, const struct ca_uuid *request_id, bool *ret,
                     struct ca_uuid *ret_requester, struct ca_err *err)
{
    (void)s, (void)request_id, (void)ret_requester, (void)err;
    *ret = false;
    return CA_OK;
}

CA_RC consent_make(struct signer *s, const struct consent_ask *ask, struct consent **ret,
                   struct ca_err *err)
{
    (void)s, (void)ask, (void)ret;
    return CA_FAIL_AS(err, CA_DENIED, "consent-void", "nobody was asked");
}

void consent_free(struct consent *c)
{
    assert_null(c);
}

struct ca_bytes consent_digest(const struct consent *c)
{
    (void)c;
    return (struct ca_bytes){NULL, 0};
}

CA_RC operators_by_id(struct signer *s, const struct ca_uuid *id, struct actor *ret,
                      struct ca_err *err)
{
    (void)s, (void)id, (void)ret;
    return CA_FAIL_AS(err, CA_DENIED, "forbidden", "this operator is not enrolled");
}

CA_RC revision_begin(struct issuance *i, struct ca_err *err)
{
    (void)i;
    return CA_FAIL(err, CA_NOT_FOUND, "no such request");
}

/* Waits: the request is on record, nothing else happens here. */
void issue_wait(struct issuance *i)
{
    event('W');
    issuance_answer(i, "pending", (struct ca_bytes){NULL, 0}, false);
}

CA_RC approval_follow(struct db *db, const struct ca_uuid *request_id, enum db_approval_state to,
                      const char *result, struct ca_err *err)
{
    (void)db, (void)request_id, (void)to, (void)result, (void)err;
    return CA_OK;
}

CA_RC approval_gate(struct signer *s, const struct actor *actor, const struct guarded *guarded,
                    const struct wire_message *question, struct ca_uuid *ret_id, struct ca_err *err)
{
    (void)s, (void)actor, (void)guarded, (void)question, (void)err;
    *ret_id = (struct ca_uuid){{0}};
    return CA_OK;
}

CA_RC approval_show(struct signer *s, struct exchange *x, const struct ca_uuid *id,
                    struct ca_err *err)
{
    (void)s, (void)x, (void)id;
    return CA_FAIL(err, CA_NOT_FOUND, "no such approval");
}

#define GUARD(name)                                                                                \
    CA_RC guard_##name(struct signer *s, const struct actor *actor, const void *question,          \
                       struct guarded *ret, struct ca_err *err)                                    \
    {                                                                                              \
        (void)s, (void)actor, (void)question, (void)ret, (void)err;                                \
        return CA_OK;                                                                              \
    }
GUARD(operator_enrol)
GUARD(operator_change)
GUARD(credential_add)
GUARD(group_put)
GUARD(rule_put)
GUARD(profile_activate)
GUARD(authority_create)
GUARD(crl_schedule)
GUARD(authority_install)
GUARD(authority_adopt)
GUARD(authority_next)
GUARD(scep_endpoint_put)
GUARD(mass_revoke)
GUARD(revoke)

#define ANSWERS_ITSELF(name)                                                                       \
    CA_RC name(struct signer *s, const struct actor *actor, struct exchange *x,                    \
               struct ca_err *err)                                                                 \
    {                                                                                              \
        (void)s, (void)actor, (void)x;                                                             \
        return CA_FAIL(err, CA_FAULT, "not here");                                                 \
    }
ANSWERS_ITSELF(explain_answer)
ANSWERS_ITSELF(replay_answer)
ANSWERS_ITSELF(decide_answer)
ANSWERS_ITSELF(approval_change_answer)

/* The server. */
void exchange_drop(struct exchange *x)
{
    free(x);
}

void exchange_answer(struct exchange *x, enum wire_kind kind, const void *msg)
{
    const struct wire_issued *issued = msg;

    event('A');
    fakes.answers++;
    fakes.rc = CA_OK;
    if (kind == WIRE_ISSUED) {
        (void)snprintf(fakes.state, sizeof(fakes.state), "%s", issued->state);
        fakes.repeated = issued->repeated;
        fakes.answer_len = issued->certificate.len;
        if (issued->certificate.len > 0)
            memcpy(fakes.answer, issued->certificate.ptr, issued->certificate.len);
    }
    exchange_drop(x);
}

void exchange_refuse(struct exchange *x, enum ca_rc rc, const struct ca_err *err,
                     const struct wire_finding *findings, uint32_t n)
{
    (void)findings;
    (void)n;
    event('R');
    fakes.answers++;
    fakes.rc = rc;
    (void)snprintf(fakes.problem, sizeof(fakes.problem), "%s", err->problem);
    exchange_drop(x);
}

/* The database: rows. */
CA_RC db_pool_take(struct db_pool *pool, int64_t deadline_ms, struct db **ret, struct ca_err *err)
{
    (void)pool;
    (void)deadline_ms;
    if (fakes.database_away)
        return CA_FAIL(err, CA_UNAVAILABLE, "away");
    *ret = (struct db *)&fakes;
    return CA_OK;
}

void db_pool_give(struct db_pool *pool, struct db *db)
{
    (void)pool;
    (void)db;
}

void db_result_free(struct db_result r)
{
    free(r.rows);
}

const char *db_request_state_name(enum db_request_state state)
{
    static const char *const names[] = {"pending", "approved",  "issuing", "issued",
                                        "denied",  "withdrawn", "expired", "failed"};

    return names[state];
}

uint16_t db_period_of_time(int64_t at)
{
    (void)at;
    return 0x3101;
}

static void request_row(const struct fake_request *r, struct db_request *ret)
{
    *ret = (struct db_request){
        .id = r->id,
        .state = r->state,
        .idempotency_key = r->key,
        .content_hash = {r->content_hash, 32              },
        .overrides = {r->overrides,    r->overrides_len},
        .csr = {r->csr,          r->csr_len      },
        .certificate_id = r->certificate_id,
        .created_at = 1,
        .decided_at = 1
    };
}

CA_RC db_request_by_key(struct db *db, const struct ca_uuid *requester_id, const char *key,
                        struct db_result *ret, struct ca_err *err)
{
    struct db_request *rows = calloc(1, sizeof(*rows));

    (void)db;
    (void)requester_id;
    (void)err;
    *ret = (struct db_result){.rows = rows};
    for (size_t i = 0; i < fakes.request_n && ret->count == 0; i++) {
        if (strcmp(fakes.requests[i].key, key) == 0)
            request_row(&fakes.requests[i], &rows[ret->count++]);
    }
    return CA_OK;
}

CA_RC db_request_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                       struct ca_err *err)
{
    (void)db, (void)id, (void)ret;
    return CA_FAIL(err, CA_UNAVAILABLE, "not here");
}

CA_RC db_request_approved(struct db *db, size_t limit, struct db_result *ret, struct ca_err *err)
{
    struct db_request *rows = calloc(FAKE_ROWS, sizeof(*rows));

    (void)db;
    (void)err;
    *ret = (struct db_result){.rows = rows};
    for (size_t i = 0; i < fakes.request_n && ret->count < limit; i++) {
        if (fakes.requests[i].state == DB_REQUEST_APPROVED)
            request_row(&fakes.requests[i], &rows[ret->count++]);
    }
    return CA_OK;
}

static struct fake_request *request_of(const struct ca_uuid *id)
{
    for (size_t i = 0; i < fakes.request_n; i++) {
        if (memcmp(&fakes.requests[i].id, id, sizeof(*id)) == 0)
            return &fakes.requests[i];
    }
    return NULL;
}

CA_RC db_request_move(struct db *db, const struct ca_uuid *id, enum db_request_state from,
                      enum db_request_state to, struct ca_err *err)
{
    struct fake_request *r = request_of(id);

    (void)db;
    if (r == NULL || r->state != from)
        return CA_FAIL(err, CA_CONFLICT, "the request is not %s any more",
                       db_request_state_name(from));
    r->state = to;
    return CA_OK;
}

CA_RC db_intent_open(struct db *db, const char *node, struct db_result *ret, struct ca_err *err)
{
    struct db_intent *rows = calloc(FAKE_ROWS, sizeof(*rows));

    (void)db;
    (void)node;
    (void)err;
    *ret = (struct db_result){.rows = rows};
    for (size_t i = 0; i < fakes.intent_n; i++) {
        if (fakes.intents[i].open)
            rows[ret->count++] = fakes.intents[i].row;
    }
    return CA_OK;
}

static struct fake_intent *intent_of(struct ca_bytes serial)
{
    for (size_t i = 0; i < fakes.intent_n; i++) {
        if (fakes.intents[i].open && ca_bytes_equal(fakes.intents[i].row.serial, serial))
            return &fakes.intents[i];
    }
    return NULL;
}

CA_RC db_intent_burn(struct db *db, const struct db_intent *intent,
                     const struct db_certificate *row, enum db_request_state *ret_state,
                     struct ca_err *err)
{
    struct fake_intent *open = intent_of(intent->serial);
    struct fake_request *r = request_of(&intent->request_id);

    (void)db;
    assert_int_equal(row->state, DB_CERT_BURNED);
    if (open == NULL)
        return CA_FAIL(err, CA_CONFLICT, "no open intent");
    open->open = false;
    open->burned = true;
    r->interrupted++;
    r->state = r->interrupted >= 2 ? DB_REQUEST_FAILED : DB_REQUEST_APPROVED;
    *ret_state = r->state;
    event('B');
    return CA_OK;
}

CA_RC db_certificate_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                           struct ca_err *err)
{
    struct db_certificate *row = calloc(1, sizeof(*row));

    (void)db;
    (void)err;
    *row = (struct db_certificate){
        .id = *id, .der = {fakes.certificate, fakes.certificate_len}
    };
    *ret = (struct db_result){.rows = row, .count = 1};
    return CA_OK;
}

CA_RC db_blocked_key_sequence(struct db *db, int64_t *ret, struct ca_err *err)
{
    (void)db;
    (void)err;
    *ret = 0;
    return CA_OK;
}

CA_RC db_blocked_key_hashes(struct db *db, struct ca_buf *ret, struct ca_err *err)
{
    (void)db;
    (void)ret;
    (void)err;
    return CA_OK;
}

/* Earlier certificates: none stands against anything, unless the test says so. */
CA_RC db_claim_lock(struct db *db, const int64_t *numbers, size_t n, struct ca_err *err)
{
    (void)db;
    (void)numbers;
    (void)n;
    (void)err;
    return CA_OK;
}

CA_RC db_claim_keys(struct db *db, const struct db_claim *rows, size_t n, bool *ret_taken,
                    struct ca_err *err)
{
    (void)db;
    (void)rows;
    (void)err;
    for (size_t i = 0; i < n; i++)
        ret_taken[i] = fakes.key_taken;
    fakes.key_looks++;
    return CA_OK;
}

CA_RC db_claim_conflicts(struct db *db, enum db_claim_rule rule, const struct db_claim *claim,
                         const struct db_claim_rules *rules, struct db_result *ret,
                         struct ca_err *err)
{
    (void)db;
    (void)rule;
    (void)claim;
    (void)rules;
    (void)err;
    *ret = (struct db_result){0};
    return CA_OK;
}

CA_RC db_claim_delete_batch(struct db *db, const struct db_claim *rows, size_t n,
                            struct ca_err *err)
{
    (void)db;
    (void)rows;
    (void)n;
    (void)err;
    return CA_OK;
}

CA_RC db_claim_insert_batch(struct db *db, const struct db_claim *rows, size_t n,
                            struct ca_err *err)
{
    (void)db;
    (void)rows;
    (void)n;
    (void)err;
    return CA_OK;
}

/* The recorder. */
static CA_RC request_insert(const struct db_request *row, struct ca_err *err)
{
    struct fake_request *r = &fakes.requests[fakes.request_n];

    for (size_t i = 0; i < fakes.request_n; i++) {
        if (strcmp(fakes.requests[i].key, row->idempotency_key) == 0)
            return CA_FAIL_AS(err, CA_CONFLICT, "repeated", "idempotency key is in use");
    }
    assert_true(fakes.request_n < FAKE_ROWS);
    assert_true(row->overrides.len <= sizeof(r->overrides) && row->csr.len <= sizeof(r->csr));
    *r = (struct fake_request){.id = row->id, .state = row->state};
    (void)snprintf(r->key, sizeof(r->key), "%s", row->idempotency_key);
    memcpy(r->content_hash, row->content_hash.ptr, 32);
    memcpy(r->overrides, row->overrides.ptr, row->overrides.len);
    r->overrides_len = row->overrides.len;
    memcpy(r->csr, row->csr.ptr, row->csr.len);
    r->csr_len = row->csr.len;
    fakes.request_n++;
    return CA_OK;
}

static CA_RC intent_write(const struct record *record, struct ca_err *err)
{
    struct fake_intent *to = &fakes.intents[fakes.intent_n];
    struct record *one = (struct record *)(uintptr_t)record;

    CA_TRY(claims_make(NULL, &one, 1, err));
    if (record->claim != NULL && record->claim->finding_n > 0)
        return CA_FAIL_AS(err, CA_DENIED, "policy", "%s", record->claim->findings[0].text);
    if (record->request != NULL) {
        CA_TRY(request_insert(record->request, err));
    } else if (fakes.races > 0) {
        fakes.races--;
        return CA_FAIL(err, CA_CONFLICT, "the request is not approved any more");
    } else {
        CA_TRY(db_request_move(NULL, &record->intent->request_id, DB_REQUEST_APPROVED,
                               DB_REQUEST_ISSUING, err));
    }
    assert_true(fakes.intent_n < FAKE_ROWS && record->intent->tbs.len <= sizeof(to->tbs));
    *to = (struct fake_intent){.row = *record->intent, .open = true};
    memcpy(to->serial, record->intent->serial.ptr, sizeof(to->serial));
    memcpy(to->tbs, record->intent->tbs.ptr, record->intent->tbs.len);
    to->row.serial.ptr = to->serial;
    to->row.tbs.ptr = to->tbs;
    fakes.intent_n++;
    fakes.jump_s += fakes.jump_after_intent_s;
    event('I');
    return CA_OK;
}

static CA_RC certificate_write(const struct db_certificate *row, struct ca_err *err)
{
    struct fake_intent *intent = intent_of(row->serial);
    struct fake_request *r = request_of(&row->request_id);

    if (intent == NULL || r == NULL || r->state != DB_REQUEST_ISSUING)
        return CA_FAIL(err, CA_CONFLICT, "no open intent");
    intent->open = false;
    r->state = DB_REQUEST_ISSUED;
    r->certificate_id = row->id;
    memcpy(fakes.certificate, row->der.ptr, row->der.len);
    fakes.certificate_len = row->der.len;
    fakes.certificate_n++;
    event('C');
    return CA_OK;
}

static CA_RC record_write(struct record *record, struct ca_err *err)
{
    if (fakes.database_away)
        return CA_FAIL(err, CA_UNAVAILABLE, "away");
    assert_int_equal(record->event_n, 1); /* I13 */
    if (record->kind == RECORD_INTENT)
        return intent_write(record, err);
    if (record->kind == RECORD_CERTIFICATE)
        return certificate_write(record->certificate, err);
    if (record->change != NULL)
        return record->change(NULL, NULL, record->arg, err);
    event('D');
    return CA_OK;
}

bool recorder_put(struct recorder *r, struct record *record)
{
    (void)r;
    if (fakes.stopping || record_n == FAKE_QUEUE)
        return false;
    records[record_n++] = record;
    return true;
}

CA_RC recorder_wait(struct recorder *r, struct record *record, struct ca_err *err)
{
    (void)r;
    return record_write(record, err);
}

CA_RC recorder_change(struct recorder *r, change_fn change, void *arg,
                      const struct audit_event *events, size_t event_n, struct ca_err *err)
{
    struct record record = {
        .kind = RECORD_CHANGE, .change = change, .arg = arg, .events = events, .event_n = event_n};

    return recorder_wait(r, &record, err);
}

void recorder_stats(const struct recorder *r, struct recorder_stats *ret)
{
    (void)r;
    *ret = (struct recorder_stats){.database = true};
}

/* For the tests. */
static void authority_fill_fake(void)
{
    static const char subject[] = "\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02"
                                  "CA";
    static const uint8_t key_id[20] = {1, 2, 3};

    authority = (struct authority){
        .id = 1,
        .name = "issuing",
        .state = DB_AUTHORITY_ACTIVE,
        .key = (const struct hsm_key *)&fakes,
        .signature = CA_SIG_ECDSA_SHA256,
        .public_key = ca_key,
        .issuer = {.subject = ca_bytes_str(subject),
                   .key_id = {key_id, sizeof(key_id)},
                   .signature = CA_SIG_ECDSA_SHA256,
                   .not_before = __real_ca_time_now() - 86400,
                   .not_after = __real_ca_time_now() + 10L * 365 * 86400,
                   .path_length = -1,
                   .crl_url = "http://ca.test/crl",
                   .aia_url = "http://ca.test/aia",
                   .ocsp_url = ""}
    };
}

struct signer *fakes_start(void)
{
    static struct profile_set *profiles; /* for all tests */
    struct ca_err err = {0};

    fakes = (struct fakes){.roles = CA_REQUESTER};
    task_n = record_n = 0;
    if (profiles == NULL) {
        assert_int_equal(profile_set_new(&profiles, &err), CA_OK);
        ca_key = EVP_EC_gen("P-256");
        requester_key = EVP_EC_gen("P-256");
    }
    authority_fill_fake();
    signer = (struct signer){
        .config = {.node = "test", .profiles = profiles, .intent_deadline_s = 60, .workers = 1}
    };
    assert_int_equal(clock_guard_new(0, &signer.clock, &err), CA_OK);
    assert_int_equal(key_owners_new(&signer.key_owners, &err), CA_OK);
    assert_int_equal(blocklist_new(&signer.blocklist, &err), CA_OK);
    assert_int_equal(profile_shelf_new(profiles, &signer.profiles, &err), CA_OK);
    return &signer;
}

void fakes_stop(void)
{
    fakes_run();
    assert_int_equal(atomic_load(&signer.metrics.in_flight), 0); /* each that came in went out */
    key_owners_free(signer.key_owners);
    blocklist_free(signer.blocklist);
    profile_shelf_free(signer.profiles);
    clock_guard_free(signer.clock);
}

static void lose(struct issuance *i)
{
    exchange_drop(i->exchange);
    issuance_free(i);
}

void fakes_restart(void)
{
    struct ca_err err = {0};

    while (task_n > 0) /* lost with the process */
        lose(CA_CONTAINER(tasks[--task_n], struct issuance, task));
    while (record_n > 0)
        lose(CA_CONTAINER(records[--record_n], struct issuance, record));
    fakes.ended = false;
    fakes.token = TOKEN_FINE;
    clock_guard_free(signer.clock);
    atomic_store(&signer.metrics.in_flight, 0);
    assert_int_equal(clock_guard_new(0, &signer.clock, &err), CA_OK);
}

void fakes_ask(enum wire_kind kind, void *body)
{
    static struct wire_message message;
    struct exchange *x = calloc(1, sizeof(*x));

    message = (struct wire_message){.kind = kind, .body = body};
    x->question = &message;
    dispatch(&signer, x);
}

static struct ca_bytes csr_make(const char *common_name)
{
    static uint8_t octets[1024];
    CA_AUTO(x509_req) X509_REQ *req = X509_REQ_new();
    uint8_t *der = NULL;
    int len;

    X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(req), "CN", MBSTRING_UTF8,
                               (const uint8_t *)common_name, -1, -1, 0);
    X509_REQ_set_pubkey(req, requester_key);
    X509_REQ_sign(req, requester_key, EVP_sha256());
    len = i2d_X509_REQ(req, &der);
    assert_true(len > 0 && (size_t)len <= sizeof(octets));
    memcpy(octets, der, (size_t)len);
    OPENSSL_free(der);
    return (struct ca_bytes){octets, (size_t)len};
}

void fakes_issue(const char *key, const char *common_name)
{
    static struct wire_issue ask;
    static char last[64];
    static struct ca_bytes csr;

    if (strcmp(last, common_name) != 0) /* an ECDSA signature is another one each time */
        csr = csr_make(common_name);
    (void)snprintf(last, sizeof(last), "%s", common_name);
    ask = (struct wire_issue){
        .caller = {.channel = "rest", .request_id = "test"},
        .profile = "device",
        .authority = "",
        .csr = csr,
        .idempotency_key = key,
        .comment = "",
    };
    memset(ask.caller.operator_id.octets, 7, sizeof(ask.caller.operator_id.octets));
    fakes_ask(WIRE_ISSUE, &ask);
}

bool fakes_step(void)
{
    if (fakes.ended)
        return false;
    if (task_n > 0) {
        struct task *t = tasks[0];

        memmove(tasks, tasks + 1, --task_n * sizeof(tasks[0]));
        running = t;
        t->run(&signer, t);
        return true;
    }
    if (record_n > 0) {
        struct record *record = records[0];
        struct ca_err err = {0};
        enum ca_rc rc;

        memmove(records, records + 1, --record_n * sizeof(records[0]));
        rc = record_write(record, &err);
        record->done(record, rc, &err);
        return true;
    }
    return false;
}

void fakes_run(void)
{
    while (fakes_step())
        ;
}

size_t fakes_open(void)
{
    size_t n = 0;

    for (size_t i = 0; i < fakes.intent_n; i++)
        n += fakes.intents[i].open;
    return n;
}
