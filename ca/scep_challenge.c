/* SPDX-License-Identifier: Apache-2.0 */
/* Challenges are made here and told once; what is kept is a salted hash, or nothing at all. */
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>

#include "base/time.h"
#include "ca/operator_internal.h"
#include "ca/scep_internal.h"

enum { POOL_WAIT_MS = 2000, VALIDITY_MAX_S = 366 * 86400, DETAIL_MAX = 400, NAMES_MAX = 8192 };

/* What one kind makes out of what was asked, and writes. */
struct making {
    struct signer *signer;
    const struct actor *actor;
    const struct wire_scep_challenge_create *ask;
    struct db_scep_endpoint endpoint; /* as it will be */
    struct ca_bytes seen;             /* seal of the endpoint as it is */
    struct scep_names names;
    struct scep_secret secret;
    int64_t now, expires_at;
    uint8_t salt[SCEP_SALT_LEN];
    uint8_t hash[SCEP_SECRET_LEN];
    uint8_t seal[SEAL_LEN];
    struct db_scep_challenge row;
    struct ca_uuid id; /* nil: not on record */
};

static const char *text_of(const struct ca_buf *b)
{
    return (const char *)b->ptr;
}

static CA_RC random_fill(struct making *m, struct ca_err *err)
{
    if (RAND_bytes(m->secret.octets, SCEP_SECRET_LEN) != 1 ||
        RAND_bytes(m->salt, SCEP_SALT_LEN) != 1)
        return CA_FAIL(err, CA_FAULT, "no random octets");
    return scep_secret_hash(&m->secret, (struct ca_bytes){m->salt, SCEP_SALT_LEN}, m->hash, err);
}

static CA_RC one_time_make(struct making *m, struct ca_buf *ret, struct ca_err *err)
{
    m->secret.kind = SCEP_ONE_TIME;
    CA_TRY(ca_uuid_new(&m->secret.id, err));
    m->id = m->secret.id;
    CA_TRY(random_fill(m, err));
    m->row = (struct db_scep_challenge){
        .id = m->id,
        .endpoint_id = m->endpoint.id,
        .salt = {m->salt, sizeof(m->salt)},
        .hash = {m->hash, sizeof(m->hash)},
        .profile = m->endpoint.profile,
        .subject = text_of(&m->names.subject),
        .names = text_of(&m->names.names),
        .any_name = m->ask->any_name,
        .comment = m->ask->comment,
        .created_at = m->now,
        .created_by = m->actor->id,
        .expires_at = m->expires_at,
    };
    CA_TRY(scep_challenge_seal(m->signer->seal, &m->row, m->seal, err));
    scep_secret_text(&m->secret, ret);
    return ca_buf_check(ret, err);
}

static CA_RC one_time_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct making *m = arg;

    (void)audit;
    return db_scep_challenge_insert(db, &m->row, err);
}

static CA_RC derived_make(struct making *m, struct ca_buf *ret, struct ca_err *err)
{
    const struct scep_bound bound = {m->endpoint.profile, text_of(&m->names.subject),
                                     text_of(&m->names.names), m->ask->any_name, m->expires_at};

    m->secret.kind = SCEP_DERIVED;
    m->secret.expires_at = m->expires_at;
    CA_TRY(scep_derive(m->signer->seal, &m->endpoint, &bound, m->secret.octets, err));
    scep_secret_text(&m->secret, ret);
    return ca_buf_check(ret, err);
}

static CA_RC static_make(struct making *m, struct ca_buf *ret, struct ca_err *err)
{
    m->secret.kind = SCEP_STATIC;
    m->expires_at = 0;
    CA_TRY(random_fill(m, err));
    m->endpoint.static_salt = (struct ca_bytes){m->salt, sizeof(m->salt)};
    m->endpoint.static_hash = (struct ca_bytes){m->hash, sizeof(m->hash)};
    CA_TRY(scep_endpoint_seal(m->signer->seal, &m->endpoint, m->seal, err));
    scep_secret_text(&m->secret, ret);
    return ca_buf_check(ret, err);
}

/* Whatever else of the endpoint was changed meanwhile stays. */
static CA_RC static_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct making *m = arg;
    CA_AUTO(db_result) struct db_result now = {0};

    (void)audit;
    CA_TRY(db_operator_lock(db, err));
    CA_TRY(db_scep_endpoint_list(db, m->endpoint.name, &now, err));
    if (now.count == 0 ||
        !ca_bytes_equal(((const struct db_scep_endpoint *)now.rows)->seal, m->seen))
        return CA_FAIL_AS(err, CA_CONFLICT, "stale", "the endpoint was changed by somebody else");
    return db_scep_endpoint_update(db, &m->endpoint, err);
}

static CA_RC webhook_make(struct making *m, struct ca_buf *ret, struct ca_err *err)
{
    m->expires_at = 0;
    return scep_webhook_key(m->signer->seal, &m->endpoint, ret, err);
}

static const struct kind {
    const char *name;
    uint32_t mode;
    bool bound; /* to names and a time */
    bool admin; /* one secret for all */
    enum ca_rc (*make)(struct making *m, struct ca_buf *ret, struct ca_err *err);
    change_fn write; /* NULL: its audit line alone */
} kinds[] = {
    {"one-time", DB_SCEP_ONE_TIME, true,  false, one_time_make, one_time_write},
    {"derived",  DB_SCEP_DERIVED,  true,  false, derived_make,  NULL          },
    {"static",   DB_SCEP_STATIC,   false, true,  static_make,   static_write  },
    {"webhook",  DB_SCEP_WEBHOOK,  false, true,  webhook_make,  NULL          },
};

static CA_RC kind_find(const char *name, const struct kind **ret, struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *ret = &kinds[i];
            return CA_OK;
        }
    }
    return CA_FAIL(err, CA_MALFORMED, "/kind: one-time, derived, static or webhook");
}

static CA_RC may_make(const struct actor *actor, const struct kind *kind, struct ca_err *err)
{
    if (!kind->admin)
        return CA_OK;
    if ((actor->roles & CA_ADMIN) == 0) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "/kind: %s ones are an admin's business",
                          kind->name);
    }
    if (actor->by_token) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "an API token makes no secret for all: use a client certificate");
    }
    return CA_OK;
}

/* The first common name among what was asked. */
static const char *common_name_of(const struct wire_scep_challenge_create *ask)
{
    enum name_attribute a;

    for (uint32_t i = 0; i < ask->subject_n; i++) {
        if (name_attribute_find(ask->subject[i].type, &a) && a == NAME_CN)
            return ask->subject[i].value;
    }
    return "";
}

static CA_RC bound_fill(struct making *m, struct ca_err *err)
{
    const struct wire_scep_challenge_create *ask = m->ask;
    bool named = ask->subject_n > 0 || ask->sans_n > 0;

    if (ask->any_name == named) {
        return CA_FAIL(err, CA_MALFORMED,
                       "/subject: say whom the challenge is for, by subject and sans, or set "
                       "any_name; not both");
    }
    if (ask->any_name && m->actor->scope != NULL && m->actor->scope->names != NULL)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "/any_name: the API token is for few names");
    if (ask->validity_s < 0 || ask->validity_s > VALIDITY_MAX_S)
        return CA_FAIL(err, CA_MALFORMED, "/validity_seconds: at most 366 days");
    CA_TRY(scep_names_asked(ask, &m->names, err));
    m->expires_at =
        m->now + (ask->validity_s > 0 ? ask->validity_s : (int64_t)m->endpoint.challenge_validity);
    return actor_limits_check(m->actor, m->endpoint.profile, common_name_of(ask),
                              text_of(&m->names.names), err);
}

static void detail_write(const struct making *m, const struct kind *kind, char ret[DETAIL_MAX])
{
    char expires[CA_TIME_TEXT];

    if (!kind->bound) {
        (void)snprintf(ret, DETAIL_MAX, "%s", kind->name);
        return;
    }
    (void)snprintf(ret, DETAIL_MAX, "%s, profile %.63s, until %s, for %.120s %.120s", kind->name,
                   m->endpoint.profile, ca_time_text(m->expires_at, expires),
                   m->ask->any_name ? "any name" : text_of(&m->names.subject),
                   text_of(&m->names.names));
}

static CA_RC record(struct making *m, const struct kind *kind, struct ca_err *err)
{
    char detail[DETAIL_MAX];
    char id[CA_UUID_TEXT];
    const struct audit_event event = {
        .actor = m->actor->name,
        .channel = m->ask->caller.channel,
        .action = "scep_challenge.create",
        .outcome = "ok",
        .object = ca_uuid_is_nil(&m->id) ? m->endpoint.name : ca_uuid_text(&m->id, id),
        .request_id = m->ask->caller.request_id,
        .detail = detail,
    };

    detail_write(m, kind, detail);
    return recorder_change(m->signer->recorder, kind->write, m, &event, 1, err);
}

static CA_RC create(struct making *m, struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct kind *kind = NULL;

    CA_TRY(kind_find(m->ask->kind, &kind, err));
    CA_TRY(may_make(m->actor, kind, err));
    CA_TRY(scep_endpoint_read(m->signer, m->ask->endpoint, &found, err));
    m->endpoint = *(const struct db_scep_endpoint *)found.rows;
    m->seen = m->endpoint.seal;
    if ((m->endpoint.modes & kind->mode) == 0) {
        return CA_FAIL_AS(err, CA_CONFLICT, "conflict",
                          "/kind: endpoint '%.63s' does not take %s challenges", m->ask->endpoint,
                          kind->name);
    }
    if (kind->bound)
        CA_TRY(bound_fill(m, err));
    CA_TRY(kind->make(m, own, err));
    return record(m, kind, err);
}

CA_RC handle_scep_challenge_create(struct signer *s, const struct actor *actor,
                                   const void *question, void *answer, struct ca_buf *own,
                                   struct ca_err *err)
{
    struct making m = {.signer = s,
                       .actor = actor,
                       .ask = question,
                       .names = {.names = {.max = NAMES_MAX}},
                       .now = ca_time_now()};
    enum ca_rc rc = create(&m, own, err);

    scep_names_done(&m.names);
    OPENSSL_cleanse(&m.secret, sizeof(m.secret));
    if (rc == CA_OK) {
        *(struct wire_scep_challenge *)answer = (struct wire_scep_challenge){
            .id = m.id, .secret = ca_buf_view(own), .expires_at = m.expires_at};
    }
    return rc;
}

struct revocation {
    struct ca_uuid id;
    int64_t now;
};

static CA_RC revoke_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct revocation *r = arg;

    (void)audit;
    return db_scep_challenge_revoke(db, &r->id, r->now, err);
}

static CA_RC challenge_exists(struct signer *s, const struct ca_uuid *id, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_scep_challenge_by_id(db, id, &found, err);
    db_pool_give(s->pool, db);
    if (rc == CA_OK && found.count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such challenge");
    return rc;
}

CA_RC handle_scep_challenge_revoke(struct signer *s, const struct actor *actor,
                                   const void *question, void *answer, struct ca_buf *own,
                                   struct ca_err *err)
{
    const struct wire_scep_challenge_revoke *ask = question;
    struct revocation r = {ask->id, ca_time_now()};
    char object[CA_UUID_TEXT];
    const struct audit_event event = {
        .actor = actor->name,
        .channel = ask->caller.channel,
        .action = "scep_challenge.revoke",
        .outcome = "ok",
        .object = ca_uuid_text(&ask->id, object),
        .request_id = ask->caller.request_id,
        .detail = "",
    };

    (void)own;
    CA_TRY(challenge_exists(s, &ask->id, err));
    CA_TRY(recorder_change(s->recorder, revoke_write, &r, &event, 1, err));
    ((struct wire_scep_challenge *)answer)->id = ask->id;
    return CA_OK;
}
