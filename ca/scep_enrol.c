/* SPDX-License-Identifier: Apache-2.0 */
/* A request over SCEP: read, let in, and from then on one as any other, of the endpoint's own
 * operator. */
#include <openssl/crypto.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/issuance_internal.h"
#include "ca/operator_internal.h"
#include "ca/scep_internal.h"

enum { POOL_WAIT_MS = 2000, NO_MORE_TRIES = 100 };
static const char channel_start[] = "scep/";

void scep_enrolment_free(struct scep_enrolment *e)
{
    if (e == NULL)
        return;
    scep_signer_done(&e->signer);
    db_result_free(e->challenge);
    db_result_free(e->found);
    ca_buf_done(&e->masked);
    OPENSSL_cleanse(&e->secret, sizeof(e->secret));
    free(e);
}

bool scep_is_channel(const char *channel)
{
    return strncmp(channel, "scep", 4) == 0;
}

static CA_RC endpoint_take(struct signer *s, const char *name, struct db_result *ret,
                           struct ca_err *err)
{
    enum ca_rc rc = scep_endpoint_read(s, name, ret, err);

    if (rc == CA_NOT_FOUND ||
        (rc == CA_OK && !((const struct db_scep_endpoint *)ret->rows)->enabled))
        return CA_FAIL_AS(err, CA_DENIED, "scep-endpoint", "this endpoint is not served");
    return rc;
}

CA_RC scep_actor(struct issuance *i, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct wire_caller *caller = &i->ask->caller;
    const struct db_scep_endpoint *e;

    if (i->exchange != NULL || i->message == NULL ||
        strncmp(caller->channel, channel_start, strlen(channel_start)) != 0) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "nobody asks on channel '%s'",
                          caller->channel);
    }
    CA_TRY(endpoint_take(i->signer, caller->channel + strlen(channel_start), &found, err));
    e = found.rows;
    if (memcmp(&e->operator_id, &caller->operator_id, CA_UUID_LEN) != 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the request is not of this endpoint");
    return operators_by_id(i->signer, &e->operator_id, &i->actor, err);
}

static void proven_form(struct ca_bytes masked, struct seal_form *ret)
{
    seal_form_init(ret, "request masked csr");
    seal_form_bytes(ret, masked);
}

CA_RC scep_proven_make(const struct seal *s, struct ca_bytes masked, uint8_t ret[SEAL_LEN],
                       struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    proven_form(masked, &form);
    return seal_make(s, &form, ret, err);
}

CA_RC scep_proven_check(const struct seal *s, struct ca_bytes masked, struct ca_bytes proven,
                        struct ca_err *err)
{
    uint8_t want[SEAL_LEN];

    CA_TRY(scep_proven_make(s, masked, want, err));
    if (proven.len != SEAL_LEN || CRYPTO_memcmp(want, proven.ptr, SEAL_LEN) != 0) {
        return CA_FAIL_AS(err, CA_DENIED, "row-altered",
                          "nobody has proved possession of the key of this CSR");
    }
    return CA_OK;
}

static CA_RC csr_take(struct issuance *i, struct ca_err *err)
{
    struct scep_enrolment *e = i->scep;
    const struct profile *p;

    i->profiles = profile_shelf_take(i->signer->profiles);
    CA_TRY(profile_set_find(profile_loan_set(i->profiles), e->endpoint->profile, &p, err));
    CA_TRY(csr_parse_legacy(e->said->csr, profile_legacy(p), &i->csr, err));
    CA_TRY(ca_sha256(csr_spki(i->csr), e->spki_hash, err));
    CA_TRY(ca_sha256(e->said->csr, e->csr_hash, err));
    CA_TRY(csr_masked(i->csr, &e->masked, err));
    CA_TRY(scep_proven_make(i->signer->seal, ca_buf_view(&e->masked), e->proven, err));
    i->proven = (struct ca_bytes){e->proven, sizeof(e->proven)};
    return CA_OK;
}

/* What makes two messages the same request: endpoint, transactionID, key, CSR, and the certificate
 * that is renewed, because a client may renew again and again with one CSR. */
static CA_RC key_write(struct scep_enrolment *e, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf over = {0};
    uint8_t hash[CA_SHA256_LEN];

    ca_buf_add(&over, e->endpoint->id.octets, CA_UUID_LEN);
    ca_buf_add(&over, e->spki_hash, sizeof(e->spki_hash));
    ca_buf_add(&over, e->csr_hash, sizeof(e->csr_hash));
    if (e->signer.row != NULL)
        ca_buf_add(&over, e->signer.row->id.octets, CA_UUID_LEN);
    ca_buf_str(&over, e->said->transaction_id);
    CA_TRY(ca_buf_check(&over, err));
    CA_TRY(ca_sha256(ca_buf_view(&over), hash, err));
    (void)ca_hex((struct ca_bytes){hash, sizeof(hash)}, e->key);
    return CA_OK;
}

static void ask_fill(struct scep_enrolment *e)
{
    (void)snprintf(e->channel, sizeof(e->channel), "%s%s", channel_start, e->endpoint->name);
    (void)snprintf(e->comment, sizeof(e->comment), "SCEP transaction %s", e->said->transaction_id);
    e->ask.caller.channel = e->channel;
    e->ask.caller.operator_id = e->endpoint->operator_id;
    e->ask.profile = e->endpoint->profile;
    e->ask.authority = e->endpoint->authority;
    e->ask.csr = ca_buf_view(&e->masked);
    e->ask.idempotency_key = e->key;
    e->ask.comment = e->comment;
}

static CA_RC prepare(struct issuance *i, struct ca_err *err)
{
    struct scep_enrolment *e = i->scep;

    CA_TRY(endpoint_take(i->signer, e->said->endpoint, &e->found, err));
    e->endpoint = e->found.rows;
    CA_TRY(operators_by_id(i->signer, &e->endpoint->operator_id, &i->actor, err));
    CA_TRY(scep_message_check(e->said, err));
    CA_TRY(csr_take(i, err));
    CA_TRY(scep_signer_read(e->said->signed_by, &e->signer, err));
    CA_TRY(scep_signer_find(i->signer, e->said->signed_by, &e->signer, err));
    CA_TRY(key_write(e, err));
    ask_fill(e);
    return CA_OK;
}

/* Is this very request on record? Then it gets its answer again, to whoever has the key of the CSR
 * or a certificate of this endpoint: a challenge is used up by then. */
static CA_RC known(struct issuance *i, bool *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct scep_enrolment *e = i->scep;
    struct db *db;
    enum ca_rc rc;

    if (!ca_bytes_equal(e->signer.spki, csr_spki(i->csr)) &&
        (e->signer.row == NULL ||
         scep_renewal_check(e->endpoint, &e->signer, ca_time_now(), err) != CA_OK))
        return CA_OK; /* the gate says why */
    CA_TRY(db_pool_take(i->signer->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_request_by_key(db, &i->actor.id, e->key, &found, err);
    db_pool_give(i->signer->pool, db);
    CA_TRY(rc);
    *ret = found.count > 0;
    return CA_OK;
}

/* For the audit, whatever becomes of it. */
static void origin_note(struct issuance *i)
{
    size_t at = strlen(i->via);

    (void)snprintf(i->via + at, sizeof(i->via) - at, "; from %.45s, transaction %.80s",
                   i->scep->said->remote, i->scep->said->transaction_id);
}

static CA_RC let_in(struct issuance *i, struct ca_err *err)
{
    enum ca_rc rc = scep_let_in(i, err);

    origin_note(i);
    CA_TRY(rc);
    CA_TRY(issuance_admit(i, err));
    return scep_names_check(i, err);
}

static void scep_run(struct signer *s, struct task *t)
{
    struct issuance *i = CA_CONTAINER(t, struct issuance, task);
    struct ca_err err = {0};
    bool repeated = false;
    enum ca_rc rc = prepare(i, &err);

    if (rc == CA_OK)
        rc = known(i, &repeated, &err);
    if (rc == CA_OK && repeated) {
        i->tries = NO_MORE_TRIES; /* one whose serial was burned goes on by itself */
        issue_repeat(s, t);
        return;
    }
    if (rc == CA_OK)
        rc = let_in(i, &err);
    if (rc != CA_OK) {
        issue_refused(i, rc, &err);
    } else {
        issue_go(i);
    }
}

CA_RC scep_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct issuance *i = arg;
    const struct scep_enrolment *e = i->scep;
    const struct db_scep_transaction row = {
        .endpoint_id = e->endpoint->id,
        .transaction_id = e->said->transaction_id,
        .spki_hash = {e->spki_hash,         sizeof(e->spki_hash)},
        .csr_hash = {e->csr_hash,                    sizeof(e->csr_hash)},
        .request_id = i->request_id,
        .renews = e->way == SCEP_BY_RENEWAL ? e->signer.row->id : (struct ca_uuid){{0}},
        .remote = e->said->remote,
        .created_at = ca_time_now(),
    };
    enum ca_rc rc = CA_OK;

    (void)audit;
    if (e->way == SCEP_BY_CHALLENGE && e->secret.kind == SCEP_ONE_TIME)
        rc = db_scep_challenge_use(db, &e->secret.id, ca_time_now(), &i->request_id, err);
    if (rc == CA_CONFLICT) {
        return CA_FAIL_AS(err, CA_DENIED, "scep-challenge-used", "%s",
                          "the challenge was used, taken back or expired meanwhile");
    }
    CA_TRY(rc);
    return db_scep_transaction_insert(db, &row, err);
}

static CA_RC enrolment_new(struct signer *s, struct exchange *x, struct issuance **ret,
                           struct ca_err *err)
{
    CA_AUTO(issuance) struct issuance *i = NULL;

    CA_TRY(issuance_new(s, &i, err));
    i->scep = calloc(1, sizeof(*i->scep));
    if (i->scep == NULL)
        return CA_FAIL_NOMEM(err);
    i->scep->said = x->question->body;
    i->scep->ask = (struct wire_issue){
        .caller = {.channel = "scep", .request_id = i->scep->said->caller.request_id},
        .profile = "",
        .authority = "",
        .idempotency_key = "",
        .comment = "",
        .digest = "",
        .crl_url = "",
        .aia_url = "",
        .ocsp_url = ""
    };
    i->ask = &i->scep->ask;
    i->task.run = scep_run;
    *ret = CA_MOVE(i);
    return CA_OK;
}

void scep_start(struct signer *s, struct exchange *x)
{
    struct issuance *i = NULL;
    struct ca_err err = {0};
    enum ca_rc rc = enrolment_new(s, x, &i, &err);

    if (rc != CA_OK) {
        exchange_refuse(x, rc, &err, NULL, 0);
        signer_leave(s);
        return;
    }
    i->exchange = x;
    if (!signer_put(s, &i->task))
        issuance_refuse(i, CA_FAIL(&err, CA_UNAVAILABLE, "the signer is stopping"), &err);
}
