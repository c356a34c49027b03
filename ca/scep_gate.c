/* SPDX-License-Identifier: Apache-2.0 */
/* The one gate of SCEP: by what is a request let in? Whatever is not named here is not. */
#include <openssl/crypto.h>
#include <stdio.h>

#include "base/time.h"
#include "ca/issuance_internal.h"
#include "ca/scep_internal.h"

enum { POOL_WAIT_MS = 2000, RENEWAL_REQ = 17, PKCS_REQ = 19 }; /* RFC 8894 3.2.1.2 */

static CA_RC no_challenge_of_ours(struct ca_err *err)
{
    return CA_FAIL_AS(err, CA_DENIED, "scep-challenge", "the challenge is none of this endpoint's");
}

static CA_RC hash_check(const struct scep_secret *secret, struct ca_bytes salt,
                        struct ca_bytes hash, struct ca_err *err)
{
    uint8_t got[SCEP_SECRET_LEN];

    CA_TRY(scep_secret_hash(secret, salt, got, err));
    if (hash.len != SCEP_SECRET_LEN || CRYPTO_memcmp(got, hash.ptr, SCEP_SECRET_LEN) != 0)
        return no_challenge_of_ours(err);
    return CA_OK;
}

/* Known to be the one on record: now the caller may hear what is wrong with it. */
static CA_RC row_check(const struct scep_enrolment *e, const struct db_scep_challenge *row,
                       struct ca_err *err)
{
    const char *why = NULL;

    if (row->used_at != 0)
        return CA_FAIL_AS(err, CA_DENIED, "scep-challenge-used", "the challenge was used before");
    if (row->revoked_at != 0) {
        why = "was taken back";
    } else if (row->expires_at <= ca_time_now()) {
        why = "has expired";
    } else if (strcmp(row->profile, e->endpoint->profile) != 0) {
        why = "is for another profile";
    }
    if (why != NULL)
        return CA_FAIL_AS(err, CA_DENIED, "scep-challenge", "the challenge %s", why);
    return CA_OK;
}

static CA_RC one_time_check(struct issuance *i, bool renewal, struct ca_err *err)
{
    struct scep_enrolment *e = i->scep;
    const struct db_scep_challenge *row;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(i->signer->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_scep_challenge_by_id(db, &e->secret.id, &e->challenge, err);
    db_pool_give(i->signer->pool, db);
    CA_TRY(rc);
    row = e->challenge.rows;
    if (e->challenge.count == 0 || memcmp(&row->endpoint_id, &e->endpoint->id, CA_UUID_LEN) != 0)
        return no_challenge_of_ours(err);
    CA_TRY(scep_challenge_check(i->signer->seal, row, err));
    CA_TRY(hash_check(&e->secret, row->salt, row->hash, err));
    return renewal ? CA_OK : row_check(e, row, err);
}

static CA_RC static_check(struct issuance *i, bool renewal, struct ca_err *err)
{
    const struct db_scep_endpoint *e = i->scep->endpoint;

    (void)renewal;
    if (e->static_hash.len == 0)
        return no_challenge_of_ours(err);
    return hash_check(&i->scep->secret, e->static_salt, e->static_hash, err);
}

/* Its octets are looked at together with the names. */
static CA_RC derived_check(struct issuance *i, bool renewal, struct ca_err *err)
{
    if (!renewal && i->scep->secret.expires_at <= ca_time_now())
        return CA_FAIL_AS(err, CA_DENIED, "scep-challenge", "the challenge has expired");
    return CA_OK;
}

static const struct {
    uint32_t mode;
    enum ca_rc (*check)(struct issuance *i, bool renewal, struct ca_err *err);
} kinds[] = {
    [SCEP_ONE_TIME] = {DB_SCEP_ONE_TIME, one_time_check},
    [SCEP_DERIVED] = {DB_SCEP_DERIVED,  derived_check },
    [SCEP_STATIC] = {DB_SCEP_STATIC,   static_check  },
};
enum { CHALLENGES = DB_SCEP_ONE_TIME | DB_SCEP_DERIVED | DB_SCEP_STATIC };

static CA_RC challenge_check(struct issuance *i, bool renewal, struct ca_err *err)
{
    struct scep_enrolment *e = i->scep;

    if (!e->has_secret || (e->endpoint->modes & kinds[e->secret.kind].mode) == 0)
        return no_challenge_of_ours(err);
    return kinds[e->secret.kind].check(i, renewal, err);
}

/* *ret: there is a challenge, be it one of ours or not. */
static void password_read(struct issuance *i, bool *ret)
{
    struct scep_enrolment *e = i->scep;
    char text[SCEP_TEXT_MAX];
    bool readable = scep_password_text(i->csr, text);

    *ret = !readable || text[0] != '\0';
    e->has_secret = readable && scep_secret_read(text, &e->secret);
    OPENSSL_cleanse(text, sizeof(text));
}

/* RFC 8894 2.3: a renewal may come without a challenge; one that is there must be one of ours. */
static CA_RC renewal_enter(struct issuance *i, bool challenged, struct ca_err *err)
{
    struct scep_enrolment *e = i->scep;
    char serial[2 * DB_SERIAL_MAX + 1];

    CA_TRY(scep_renewal_check(e->endpoint, &e->signer, ca_time_now(), err));
    if (challenged && (e->endpoint->modes & CHALLENGES) != 0)
        CA_TRY(challenge_check(i, true, err));
    e->way = SCEP_BY_RENEWAL;
    (void)snprintf(i->via, sizeof(i->via), "; renews serial %s",
                   ca_hex(e->signer.row->serial, serial));
    return CA_OK;
}

static CA_RC webhook_enter(struct issuance *i, struct ca_err *err)
{
    struct scep_enrolment *e = i->scep;
    const struct scep_proof proof = {
        .text = e->said->proof,
        .transaction_id = e->said->transaction_id,
        .csr_hash = {e->csr_hash, sizeof(e->csr_hash)},
        .now = ca_time_now()
    };

    CA_TRY(scep_proof_check(i->signer->seal, e->endpoint, &proof, err));
    e->way = SCEP_BY_WEBHOOK;
    (void)snprintf(i->via, sizeof(i->via), "; a webhook decided");
    return CA_OK;
}

static CA_RC challenge_enter(struct issuance *i, struct ca_err *err)
{
    static const char *const names[] = {"one-time challenge", "derived challenge",
                                        "static challenge"};
    struct scep_enrolment *e = i->scep;
    char id[CA_UUID_TEXT] = "";

    CA_TRY(challenge_check(i, false, err));
    e->way = SCEP_BY_CHALLENGE;
    if (e->secret.kind == SCEP_ONE_TIME)
        (void)ca_uuid_text(&e->secret.id, id);
    (void)snprintf(i->via, sizeof(i->via), "; %s %s", names[e->secret.kind], id);
    return CA_OK;
}

/* For a first certificate the message is signed with the key of the CSR: else the answer would be
 * for somebody else (RFC 8894 2.4). */
static CA_RC first_enter(struct issuance *i, bool challenged, struct ca_err *err)
{
    uint32_t modes = i->scep->endpoint->modes;

    if (!ca_bytes_equal(i->scep->signer.spki, csr_spki(i->csr))) {
        return CA_FAIL_AS(err, CA_DENIED, "scep-signer",
                          "the message is not signed with the key of its CSR");
    }
    if ((modes & DB_SCEP_WEBHOOK) != 0 && i->scep->said->proof[0] != '\0')
        return webhook_enter(i, err);
    if (challenged && (modes & CHALLENGES) != 0)
        return challenge_enter(i, err);
    if ((modes & DB_SCEP_MANUAL) != 0) {
        i->scep->way = SCEP_BY_HAND;
        i->manual = true;
        (void)snprintf(i->via, sizeof(i->via), "; an officer decides");
        return CA_OK;
    }
    return CA_FAIL_AS(err, CA_DENIED, "scep-challenge", "a challenge is needed");
}

CA_RC scep_message_check(const struct wire_scep_enrol *said, struct ca_err *err)
{
    if (said->message_type != RENEWAL_REQ && said->message_type != PKCS_REQ) {
        return CA_FAIL_AS(err, CA_DENIED, "scep-message", "message type %u asks for no certificate",
                          said->message_type);
    }
    if (said->transaction_id[0] == '\0')
        return CA_FAIL_AS(err, CA_DENIED, "scep-message", "the message has no transactionID");
    return CA_OK;
}

CA_RC scep_let_in(struct issuance *i, struct ca_err *err)
{
    struct scep_enrolment *e = i->scep;
    bool own = e->signer.row != NULL &&
               memcmp(&e->signer.row->requester_id, &e->endpoint->operator_id, CA_UUID_LEN) == 0;
    bool renews = (e->endpoint->switches & DB_SCEP_NO_RENEWAL) == 0;
    bool challenged = false;

    if (e->said->denied[0] != '\0') /* a front that makes this up refuses only its own */
        return CA_FAIL_AS(err, CA_DENIED, "scep-challenge", "%s", e->said->denied);
    password_read(i, &challenged);
    if (own && renews)
        return renewal_enter(i, challenged, err);
    if (e->said->message_type == RENEWAL_REQ) {
        return CA_FAIL_AS(err, CA_DENIED, "scep-renewal", "%s",
                          !renews ? "this endpoint renews nothing"
                                  : "a RenewalReq is signed with a certificate of this endpoint");
    }
    return first_enter(i, challenged, err);
}

/* The octets of a derived challenge, for these names or for any. */
static CA_RC derived_compare(struct issuance *i, const struct scep_names *names, struct ca_err *err)
{
    const struct scep_enrolment *e = i->scep;
    struct scep_bound bound = {.profile = e->endpoint->profile,
                               .subject = (const char *)names->subject.ptr,
                               .names = (const char *)names->names.ptr,
                               .expires_at = e->secret.expires_at};
    const struct scep_bound any = {e->endpoint->profile, "", "", true, e->secret.expires_at};
    uint8_t these[SCEP_SECRET_LEN];
    uint8_t every[SCEP_SECRET_LEN];

    CA_TRY(scep_derive(i->signer->seal, e->endpoint, &bound, these, err));
    CA_TRY(scep_derive(i->signer->seal, e->endpoint, &any, every, err));
    if ((!names->odd && CRYPTO_memcmp(these, e->secret.octets, SCEP_SECRET_LEN) == 0) ||
        CRYPTO_memcmp(every, e->secret.octets, SCEP_SECRET_LEN) == 0)
        return CA_OK;
    return CA_FAIL_AS(err, CA_DENIED, "scep-challenge",
                      "the challenge is none of this endpoint's for these names");
}

static CA_RC one_time_compare(const struct scep_enrolment *e, const struct scep_names *names,
                              struct ca_err *err)
{
    const struct db_scep_challenge *row = e->challenge.rows;

    if (row->any_name ||
        (!names->odd && strcmp(row->subject, (const char *)names->subject.ptr) == 0 &&
         strcmp(row->names, (const char *)names->names.ptr) == 0))
        return CA_OK;
    return CA_FAIL_AS(err, CA_DENIED, "scep-challenge",
                      "the challenge is for another subject or other names");
}

CA_RC scep_names_check(struct issuance *i, struct ca_err *err)
{
    static const uint8_t zeros[DB_SERIAL_LEN];
    struct scep_enrolment *e = i->scep;
    CA_AUTO(buf) struct ca_buf tbs = {0};
    CA_AUTO(scep_names) struct scep_names names = {.odd = false};
    bool renewal = e->way == SCEP_BY_RENEWAL;

    CA_TRY(plan_tbs(i->verdict->plan, (struct ca_bytes){zeros, sizeof(zeros)}, &tbs, err));
    if (renewal)
        CA_TRY(scep_names_inside(ca_buf_view(&tbs), &e->signer.cert, err));
    if (!e->has_secret || (!renewal && e->way != SCEP_BY_CHALLENGE))
        return CA_OK;
    CA_TRY(scep_names_let(i->csr, ca_buf_view(&tbs), &names, err));
    if (e->secret.kind == SCEP_DERIVED)
        return derived_compare(i, &names, err);
    return e->secret.kind == SCEP_ONE_TIME && !renewal ? one_time_compare(e, &names, err) : CA_OK;
}
