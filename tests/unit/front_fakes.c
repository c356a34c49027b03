/* SPDX-License-Identifier: Apache-2.0 */
/* What the HTTP core would get from ca/client.h, db/, hsm/ and api/rest/. */
#include "tests/unit/front_fakes.h"

#include <openssl/rsa.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "api/rest/rest.h"
#include "base/digest.h"
#include "base/time.h"
#include "db/authority.h"
#include "db/credential.h"
#include "db/crl.h"
#include "db/profile.h"
#include "db/rollover.h"
#include "db/service.h"
#include "db/webhook.h"
#include "tests/unit/ocsp_fakes.h"
#include "tests/unit/scep_fakes.h"

struct front_fakes front_fakes;
struct front_rows front_rows;

/* The signer: a thread for each question. */
struct question {
    client_fn fn;
    void *arg;
    enum wire_kind kind;
    struct wire_message *signed_answers; /* to WIRE_OCSP_SIGN */
};
static const struct wire_finding finding = {true, "key.size", "/csr", "1024", "2048", "too small"};

static struct wire_message *message_new(enum wire_kind kind, size_t size, void **body)
{
    struct wire_message *m = calloc(1, sizeof(*m) + size + 16);

    if (m == NULL)
        abort();
    m->kind = kind;
    m->body = m + 1;
    *body = m->body;
    return m;
}

static void refuse(const struct question *q, enum ca_rc rc, const char *problem, const char *text)
{
    struct ca_err err = {0};
    struct wire_refused *body;
    struct wire_message *m =
        message_new(WIRE_REFUSED, sizeof(struct wire_refused), (void **)(void *)&body);

    body->findings = &finding;
    body->findings_n = 1;
    (void)snprintf(err.problem, sizeof(err.problem), "%s", problem);
    (void)snprintf(err.text, sizeof(err.text), "%s", text);
    q->fn(q->arg, rc, m, &err);
}

static void enrolled(const struct question *q)
{
    struct wire_issued *body;
    struct wire_message *m;

    if (scep_fakes.rc != CA_OK) {
        refuse(q, scep_fakes.rc, scep_fakes.problem, scep_fakes.text);
        return;
    }
    m = message_new(WIRE_ISSUED, sizeof(*body), (void **)(void *)&body);
    *body = scep_fakes.issued;
    q->fn(q->arg, CA_OK, m, NULL);
}

static void *question_run(void *arg)
{
    struct question *q = arg;
    struct wire_status_is *status;
    struct wire_message *m;
    static const struct wire_authority_status online = {"issuing", true, ""};

    (void)usleep((useconds_t)front_fakes.signer_delay_ms * 1000);
    front_fakes.in_flight--;
    if (front_fakes.signer_rc != CA_OK) {
        free(q->signed_answers);
        refuse(q, (enum ca_rc)front_fakes.signer_rc, "policy", "refused by the signer");
    } else if (q->signed_answers != NULL) {
        q->fn(q->arg, CA_OK, q->signed_answers, NULL);
    } else if (q->kind == WIRE_SCEP_ENROL) {
        enrolled(q);
    } else {
        m = message_new(q->kind == WIRE_STATUS ? WIRE_STATUS_IS : WIRE_ISSUED, sizeof(*status),
                        (void **)(void *)&status);
        status->token = status->database = true;
        status->metrics = "signer_metric 1\n";
        status->authorities = &online;
        status->authorities_n = 1;
        q->fn(q->arg, CA_OK, m, NULL);
    }
    free(q);
    return NULL;
}

CA_RC client_ask(struct client *c, enum wire_kind kind, const void *msg, int64_t deadline_ms,
                 client_fn fn, void *arg, struct ca_err *err)
{
    struct question *q = malloc(sizeof(*q));
    pthread_t thread;

    (void)c;
    (void)deadline_ms;
    if (q == NULL)
        return CA_FAIL_NOMEM(err);
    if (front_fakes.client_full) {
        free(q);
        return CA_FAIL_AS(err, CA_LIMIT, "overloaded", "full");
    }
    *q = (struct question){fn, arg, kind, kind == WIRE_OCSP_SIGN ? ocsp_fake_answer(msg) : NULL};
    if (kind == WIRE_SCEP_ENROL)
        scep_fakes_asked(msg);
    if (++front_fakes.in_flight > front_fakes.in_flight_most)
        front_fakes.in_flight_most = (int)front_fakes.in_flight;
    if (pthread_create(&thread, NULL, question_run, q) != 0)
        abort();
    (void)pthread_detach(thread);
    return CA_OK;
}

void client_note(struct client *c, const struct wire_note *note)
{
    (void)c;
    (void)snprintf(front_fakes.note, sizeof(front_fakes.note), "%s", note->action);
    front_fakes.notes++;
}

void client_stats(const struct client *c, struct client_stats *ret)
{
    (void)c;
    *ret = (struct client_stats){.connected = true};
}

void wire_message_free(struct wire_message *m)
{
    free(m);
}

/* The database. */
struct db_pool {
    int unused;
};
struct db {
    int unused;
};

CA_RC db_pool_new(const struct db_config *config, size_t size, struct db_pool **ret,
                  struct ca_err *err)
{
    (void)config;
    (void)size;
    if (front_fakes.database_away)
        return CA_FAIL(err, CA_UNAVAILABLE, "database away");
    *ret = calloc(1, sizeof(**ret));
    return CA_OK;
}

void db_pool_free(struct db_pool *pool)
{
    free(pool);
}

CA_RC db_pool_take(struct db_pool *pool, int64_t deadline_ms, struct db **ret, struct ca_err *err)
{
    static struct db db;

    (void)pool;
    (void)deadline_ms;
    if (front_fakes.database_away)
        return CA_FAIL(err, CA_UNAVAILABLE, "database away");
    *ret = &db;
    return CA_OK;
}

void db_pool_give(struct db_pool *pool, struct db *db)
{
    (void)pool;
    (void)db;
}

void db_result_free(struct db_result r)
{
    free(r.owner);
}

static const struct {
    int who;
    const char *name;
    unsigned roles;
    bool revoked;
} operators[] = {
    {PKI_OFFICER,   "olga", CA_OFFICER,   false},
    {PKI_REQUESTER, "rob",  CA_REQUESTER, false},
    {PKI_REVOKED,   "rita", CA_ADMIN,     true },
    {PKI_NO_EKU,    "nora", CA_ADMIN,     false},
    {PKI_EXPIRED,   "ed",   CA_ADMIN,     false},
    {PKI_FOREIGN,   "fay",  CA_ADMIN,     false},
};

/* A token of rob's: SHA-256 of a salt of 16 zeros and a secret of 32 times 's'. */
static const uint8_t salt[16];

static struct db_result found_new(size_t i, int64_t expires_at)
{
    struct db_credential_found *row = calloc(1, sizeof(*row));

    row->who = (struct db_operator){
        .id = {{(uint8_t)(i + 1)}},
        .name = operators[i].name,
        .roles = operators[i].roles,
        .enabled = true,
    };
    row->credential.id = (struct ca_uuid){
        {9, (uint8_t)i}
    };
    row->credential.expires_at = expires_at;
    row->certificate_revoked = operators[i].revoked;
    return (struct db_result){1, row, row};
}

CA_RC db_credential_by_key(struct db *db, struct ca_bytes key_hash, struct ca_bytes fingerprint,
                           int64_t now, struct db_result *ret, struct ca_err *err)
{
    (void)db;
    (void)fingerprint;
    (void)now;
    front_fakes.lookups++;
    for (size_t i = 0; i < CA_COUNT(operators); i++) {
        if (memcmp(key_hash.ptr, front_rows.key_hashes[operators[i].who], 32) != 0)
            continue;
        *ret = found_new(i, 0);
        return CA_OK;
    }
    return CA_FAIL(err, CA_NOT_FOUND, "nobody");
}

CA_RC db_credential_by_id(struct db *db, const struct ca_uuid *id, int64_t now,
                          struct db_result *ret, struct ca_err *err)
{
    static uint8_t hash[32];
    uint8_t both[48] = {0};
    struct db_credential *c;

    (void)db;
    (void)now;
    front_fakes.lookups++;
    if (id->octets[0] != 0xab)
        return CA_FAIL(err, CA_NOT_FOUND, "nobody");
    memset(both + 16, 's', 32);
    if (ca_sha256((struct ca_bytes){both, sizeof(both)}, hash, err) != CA_OK)
        abort();
    *ret = found_new(1, id->octets[1] == 1 ? 1 : 0);
    c = &((struct db_credential_found *)ret->rows)->credential;
    c->kind = DB_CREDENTIAL_TOKEN;
    c->hash = (struct ca_bytes){hash, sizeof(hash)};
    c->salt = (struct ca_bytes){salt, sizeof(salt)};
    c->revoked_at = id->octets[1] == 2 ? 1 : 0;
    return CA_OK;
}

CA_RC db_rollover_list(struct db *db, const char *authority, struct db_result *ret,
                       struct ca_err *err)
{
    (void)db, (void)authority, (void)err;
    *ret = (struct db_result){.count = 0};
    return CA_OK;
}

CA_RC db_authority_list(struct db *db, struct db_result *ret, struct ca_err *err)
{
    struct db_authority *row = calloc(1, sizeof(*row));

    (void)db;
    (void)err;
    *row = (struct db_authority){.id = 1,
                                 .name = "issuing",
                                 .state = DB_AUTHORITY_ACTIVE,
                                 .certificate = front_rows.certificate,
                                 .chain = front_rows.chain};
    *ret = (struct db_result){1, row, row};
    return CA_OK;
}

CA_RC db_crl_newest(struct db *db, struct db_result *ret, struct ca_err *err)
{
    struct db_crl *row = calloc(1, sizeof(*row));
    static uint8_t sha256[32];

    (void)db;
    *ret = (struct db_result){0, row, row};
    if (front_fakes.crl_number == 0)
        return CA_OK;
    CA_TRY(ca_sha256(front_rows.crl, sha256, err));
    if (front_fakes.crl_damaged)
        sha256[0] ^= 1;
    *row = (struct db_crl){
        .id = 1,
        .authority = "issuing",
        .number = front_fakes.crl_number,
        .size = (int64_t)front_rows.crl.len,
        .sha256 = {sha256, sizeof(sha256)}
    };
    ret->count = 1;
    return CA_OK;
}

CA_RC db_profile_sequence(struct db *db, int64_t *ret, struct ca_err *err)
{
    (void)db;
    (void)err;
    *ret = front_fakes.profile_sequence;
    return CA_OK;
}

/* "device" out of use is what is activated. */
CA_RC db_profile_active(struct db *db, struct db_result *ret, struct ca_err *err)
{
    struct db_profile_activation *row = calloc(1, sizeof(*row));

    (void)db;
    (void)err;
    *row =
        (struct db_profile_activation){.sequence = front_fakes.profile_sequence, .name = "device"};
    *ret = (struct db_result){front_fakes.profile_sequence > 0 ? 1 : 0, row, row};
    return CA_OK;
}

CA_RC db_crl_read(struct db *db, int64_t crl_id, db_chunk_fn fn, void *arg, struct ca_err *err)
{
    size_t half = front_rows.crl.len / 2;

    (void)db;
    (void)crl_id;
    CA_TRY(fn(arg, (struct ca_bytes){front_rows.crl.ptr, half}, err));
    return fn(arg, (struct ca_bytes){front_rows.crl.ptr + half, front_rows.crl.len - half}, err);
}

/* The token: a key in memory. */
EVP_PKEY *hsm_key_provider_pkey(const struct hsm_key *key)
{
    return key->key;
}

OSSL_LIB_CTX *hsm_key_libctx(const struct hsm_key *key)
{
    return key->libctx;
}

struct hsm_guard *hsm_guard_begin(const struct hsm_key *key, const char *what)
{
    (void)key, (void)what;
    return NULL;
}

void hsm_guard_end(struct hsm_guard *guard)
{
    (void)guard;
}

CA_RC hsm_key_alive(const struct hsm_key *key, struct ca_err *err)
{
    return key->gone ? CA_FAIL(err, CA_UNAVAILABLE, "the token is gone") : CA_OK;
}

struct ca_key_spec hsm_key_spec(const struct hsm_key *key)
{
    if (EVP_PKEY_is_a(key->key, "RSA"))
        return (struct ca_key_spec){CA_KEY_RSA, 2048};
    return (struct ca_key_spec){CA_KEY_P256, 0};
}

CA_RC hsm_sign(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes tbs,
               struct ca_buf *ret, struct ca_err *err)
{
    const struct ca_signature_info *info = ca_signature_info(sig);
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx = NULL;
    uint8_t signature[512];
    size_t len = sizeof(signature);

    if (EVP_DigestSignInit_ex(ctx, &pctx, info->digest, NULL, NULL, key->key, NULL) != 1 ||
        (info->pss && (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) != 1 ||
                       EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) != 1)) ||
        EVP_DigestSign(ctx, signature, &len, tbs.ptr, tbs.len) != 1)
        return CA_FAIL_OSSL(err, CA_UNAVAILABLE, "fake token");
    ca_buf_add(ret, signature, len);
    return CA_OK;
}

CA_RC hsm_sign_digest(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes digest,
                      struct ca_buf *ret, struct ca_err *err)
{
    const struct ca_signature_info *info = ca_signature_info(sig);
    CA_AUTO(evp_pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->key, NULL);
    const EVP_MD *md = EVP_get_digestbyname(info->digest);
    uint8_t signature[512];
    size_t len = sizeof(signature);

    if (EVP_PKEY_sign_init(ctx) != 1 || EVP_PKEY_CTX_set_signature_md(ctx, md) != 1 ||
        (info->pss && (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1 ||
                       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) != 1)) ||
        EVP_PKEY_sign(ctx, signature, &len, digest.ptr, digest.len) != 1)
        return CA_FAIL_OSSL(err, CA_UNAVAILABLE, "fake token");
    ca_buf_add(ret, signature, len);
    return CA_OK;
}

/* REST. */
#define STUB(name)                                                                                 \
    CA_RC name(struct request *rq, struct response *rs, struct ca_err *err)                        \
    {                                                                                              \
        (void)rq;                                                                                  \
        return response_body(rs, "text/plain", ca_bytes_str("ok"), err);                           \
    }
STUB(rest_requests_list)
STUB(rest_request_get)
STUB(rest_request_changed)
STUB(rest_request_patch)
STUB(rest_approvals_list)
STUB(rest_approval_get)
STUB(rest_approval_done)
STUB(rest_approval_decide)
STUB(rest_request_decide)
STUB(rest_approval_withdraw)
STUB(rest_approval_comment)
STUB(rest_approval_assign)
STUB(rest_rules_list)
STUB(rest_rule_get)
STUB(rest_rule_put)
STUB(rest_rule_done)
STUB(rest_certificates_list)
STUB(rest_certificate_content)
STUB(rest_revocation_put)
STUB(rest_revocation_delete)
STUB(rest_revocation_done)
STUB(rest_authorities_list)
STUB(rest_authorities_post)
STUB(rest_authority_done)
STUB(rest_authority_get)
STUB(rest_authority_chain)
STUB(rest_authority_certificate_get)
STUB(rest_authority_certificate_put)
STUB(rest_authority_csr)
STUB(rest_authority_crls)
STUB(rest_authority_ocsp)
STUB(rest_authority_crl_post)
STUB(rest_crl_done)
STUB(rest_crl_schedule_put)
STUB(rest_authority_emergency_post)
STUB(rest_profiles_list)
STUB(rest_profile_json_schema)
STUB(rest_profiles_post)
STUB(rest_profiles_post_done)
STUB(rest_profile_versions)
STUB(rest_profile_version_get)
STUB(rest_profile_history)
STUB(rest_profile_activation_put)
STUB(rest_profile_activation_delete)
STUB(rest_profile_rollback)
STUB(rest_profile_activation_done)
STUB(rest_profile_test)
STUB(rest_profile_replay)
STUB(rest_profile_replay_done)
STUB(rest_request_explanation)
STUB(rest_explanation_done)
STUB(rest_request_diff)
STUB(rest_request_diff_done)
STUB(rest_choices_get)
STUB(rest_version)
STUB(rest_openapi)
STUB(rest_problem_get)
STUB(rest_health_get)
STUB(rest_health_done)
STUB(rest_authorities_list_done)
STUB(rest_authority_get_done)
STUB(rest_audit_events)
STUB(rest_audit_export)
STUB(rest_audit_checkpoints)
STUB(rest_webhooks_list)
STUB(rest_webhook_get)
STUB(rest_webhooks_post)
STUB(rest_webhooks_post_done)
STUB(rest_webhook_patch)
STUB(rest_webhook_patch_done)
STUB(rest_webhook_delete)
STUB(rest_webhook_delete_done)
STUB(rest_webhook_test)
STUB(rest_webhook_test_done)
STUB(rest_deliveries_list)
STUB(rest_webhook_key_get)
STUB(rest_scep_endpoints_list)
STUB(rest_scep_endpoints_post)
STUB(rest_scep_endpoint_get)
STUB(rest_scep_endpoint_patch)
STUB(rest_scep_endpoint_delete)
STUB(rest_scep_endpoint_done)
STUB(rest_scep_challenges_list)
STUB(rest_scep_challenges_post)
STUB(rest_scep_challenges_post_done)
STUB(rest_scep_challenge_delete)
STUB(rest_scep_challenge_delete_done)
STUB(rest_scep_transactions_list)
STUB(rest_rollover_get)
STUB(rest_rollover_put)
STUB(rest_rollover_publish)
STUB(rest_rollover_switch)
STUB(rest_rollover_delete)
STUB(rest_rollover_done)
STUB(rest_authority_retire)
STUB(rest_revocation_jobs_list)
STUB(rest_revocation_job_get)
STUB(rest_revocation_jobs_post)
STUB(rest_revocation_jobs_post_done)
STUB(rest_revocation_job_cancel)
STUB(rest_revocation_job_cancel_done)
STUB(rest_named_lists_post)
STUB(rest_named_lists_post_done)
STUB(rest_named_list_get)
STUB(rest_named_piece_put)
STUB(rest_named_piece_put_done)
STUB(rest_named_list_complete)
STUB(rest_named_list_complete_done)
STUB(rest_named_list_delete)
STUB(rest_named_list_delete_done)
STUB(rest_blocked_keys_list)
STUB(rest_blocked_key_get)
STUB(rest_blocked_keys_post)
STUB(rest_blocked_key_delete)
STUB(rest_key_change_done)
STUB(rest_users_list)
STUB(rest_users_post)
STUB(rest_user_get)
STUB(rest_user_patch)
STUB(rest_user_done)
STUB(rest_credentials_list)
STUB(rest_credentials_post)
STUB(rest_credential_delete)
STUB(rest_credential_done)
STUB(rest_tokens_list)
STUB(rest_tokens_post)
STUB(rest_token_delete)
STUB(rest_groups_list)
STUB(rest_group_get)
STUB(rest_group_put)
STUB(rest_group_done)
STUB(rest_roles_list)

CA_RC rest_whoami(struct request *rq, struct response *rs, struct ca_err *err)
{
    return response_body(rs, "text/plain", ca_bytes_str(request_caller(rq)->name), err);
}

/* Is it in force, at the beginning and at the end? */
CA_RC rest_profile_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct profile *p = NULL;
    const struct profile_set *set = request_profiles(rq);

    (void)usleep((useconds_t)front_fakes.worker_delay_ms * 1000);
    if (set != request_profiles(rq))
        return CA_FAIL(err, CA_FAULT, "it changed under the request");
    CA_TRY(profile_set_find(set, request_var(rq, "name"), &p, err));
    return response_body(rs, "text/plain", ca_bytes_str("in force"), err);
}

CA_RC rest_certificate_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    if (request_db(rq) == NULL)
        return CA_FAIL(err, CA_FAULT, "no connection");
    (void)usleep((useconds_t)front_fakes.worker_delay_ms * 1000);
    return response_body(rs, "text/plain", ca_bytes_str(request_var(rq, "id")), err);
}

CA_RC rest_requests_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct wire_issue ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    return request_ask(rq, WIRE_ISSUE, &ask, err);
}

CA_RC rest_requests_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    front_fakes.finishes++;
    if (request_answer(rq) == NULL)
        return CA_FAIL(err, CA_FAULT, "no answer");
    response_header(rs, "X-Finish", "one"); /* what a first run leaves must be gone */
    if (front_fakes.finish_wants_db && request_db(rq) == NULL)
        return CA_FAIL(err, CA_UNAVAILABLE, "no connection");
    response_status(rs, 201);
    return response_body(rs, "text/plain", request_body(rq), err);
}

/* Asks front_fakes.batch questions at once. */
CA_RC rest_batches_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    size_t n = (size_t)front_fakes.batch;
    struct wire_issue *asks = request_alloc(rq, (n + 1) * sizeof(*asks));

    (void)rs;
    if (asks == NULL)
        return CA_FAIL_NOMEM(err);
    memset(asks, 0, (n + 1) * sizeof(*asks));
    return request_ask_each(rq, WIRE_ISSUE, asks, sizeof(asks[0]), n, err);
}

CA_RC rest_batches_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    size_t n = (size_t)front_fakes.batch;
    size_t good = 0;
    char text[64];

    front_fakes.finishes++;
    for (size_t i = 0; i < n; i++) {
        const struct request_reply *reply = request_reply(rq, i);

        good += reply->rc == CA_OK && reply->message->kind == WIRE_ISSUED ? 1 : 0;
    }
    (void)snprintf(text, sizeof(text), "%zu of %zu", good, n);
    return response_body(rs, "text/plain", ca_bytes_str(text), err);
}

/* Webhooks: there is nothing to tell. */
CA_RC db_webhook_delivery_take(struct db *db, int64_t now, int64_t lease, size_t each, size_t most,
                               struct db_result *ret, struct ca_err *err)
{
    (void)db, (void)now, (void)lease, (void)each, (void)most, (void)err;
    *ret = (struct db_result){0};
    return CA_OK;
}

CA_RC db_webhook_delivery_end(struct db *db, const struct db_webhook_delivery *d,
                              struct ca_err *err)
{
    (void)db, (void)d, (void)err;
    return CA_OK;
}

/* Without a token there are no certificates of our own; hsm/ and db/ are linked all the same. */
#define NONE(call)                                                                                 \
    CA_RC call                                                                                     \
    {                                                                                              \
        return CA_FAIL(err, CA_UNAVAILABLE, "not in this test");                                   \
    }
NONE(db_service_list(struct db *db __attribute__((unused)),
                     const char *kind __attribute__((unused)),
                     const char *owner __attribute__((unused)), int64_t now __attribute__((unused)),
                     struct db_result *ret __attribute__((unused)), struct ca_err *err))
NONE(db_service_past(struct db *db __attribute__((unused)),
                     const char *kind __attribute__((unused)),
                     const char *owner __attribute__((unused)), int64_t now __attribute__((unused)),
                     struct db_result *ret __attribute__((unused)), struct ca_err *err))
NONE(hsm_key_open(struct hsm *hsm __attribute__((unused)),
                  const char *label __attribute__((unused)),
                  struct hsm_key **ret __attribute__((unused)), struct ca_err *err))
NONE(hsm_key_generate(struct hsm *hsm __attribute__((unused)),
                      const char *label __attribute__((unused)),
                      struct ca_key_spec spec __attribute__((unused)),
                      enum hsm_key_purpose purpose __attribute__((unused)),
                      struct hsm_key **ret __attribute__((unused)), struct ca_err *err))
NONE(hsm_key_discard(struct hsm *hsm __attribute__((unused)),
                     const char *label __attribute__((unused)), bool *ret __attribute__((unused)),
                     struct ca_err *err))
NONE(hsm_key_destroy(struct hsm *hsm __attribute__((unused)),
                     const char *label __attribute__((unused)), struct ca_err *err))
NONE(client_call(struct client *c __attribute__((unused)),
                 enum wire_kind kind __attribute__((unused)),
                 const void *msg __attribute__((unused)),
                 int64_t deadline_ms __attribute__((unused)),
                 struct wire_message **ret __attribute__((unused)), struct ca_err *err))

void hsm_key_close(struct hsm_key *key)
{
    (void)key;
}

const char *hsm_key_label(const struct hsm_key *key)
{
    (void)key;
    return "tls";
}

struct ca_bytes hsm_key_spki(const struct hsm_key *key)
{
    static uint8_t spki[600]; /* there is one key */
    uint8_t *p = spki;
    int len = i2d_PUBKEY(key->key, NULL);

    if (len <= 0 || (size_t)len > sizeof(spki) || i2d_PUBKEY(key->key, &p) != len)
        abort();
    return (struct ca_bytes){spki, (size_t)len};
}
