/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of operators: a client certificate stands for its key, so that a renewed certificate of the
 * same key goes on. */
#include <stdio.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/issue_internal.h"
#include "ca/operator_internal.h"
#include "ca/wish_internal.h"
#include "policy/cert.h"

enum { POOL_WAIT_MS = 2000 };

void key_credential_done(struct key_credential *k)
{
    ca_buf_done(&k->certificate);
}

/* A certificate of ours for his key. The issuing is on record and audited by itself. */
static CA_RC certificate_issue(struct signer *s, const struct actor *actor,
                               const struct wire_caller *caller, struct ca_bytes csr,
                               const char *common_name, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    const struct wire_pair subject = {"common_name", common_name};
    struct name_value values[NAME_VALUES_MAX];
    struct wish wish = {.subject = values, .subject_n = 1, .path_length = -1};
    struct issue_ask ask = {
        .profile = "operator", .csr = csr, .wish = &wish, .caller = caller, .actor = actor};

    CA_TRY(wish_subject(&subject, 1, values, err));
    CA_TRY(authority_set_find(set, "", &ask.issuer, err));
    return issue_now(s, &ask, ret, err);
}

/* Somebody's key is his for good: also one that was revoked. */
static CA_RC key_is_free(struct signer *s, const struct key_credential *k, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_credential_found *row;
    struct db *db;
    enum ca_rc rc;

    if (s->config.bootstrap)
        return CA_OK; /* may repeat itself */
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_credential_by_key(db, k->row.hash, k->row.hash, ca_time_now(), &found, err);
    db_pool_give(s->pool, db);
    if (rc == CA_NOT_FOUND)
        return CA_OK;
    CA_TRY(rc);
    row = found.rows;
    return CA_FAIL_AS(err, CA_CONFLICT, "credential-taken", "this key is%s enrolled for '%s'",
                      row->credential.revoked_at != 0 ? " revoked, and was" : "", row->who.name);
}

static CA_RC key_hash(struct key_credential *ret, struct ca_bytes spki, struct ca_err *err)
{
    CA_TRY(ca_sha256(spki, ret->hash, err));
    ret->row.hash = (struct ca_bytes){ret->hash, sizeof(ret->hash)};
    return CA_OK;
}

/* Is it this operator's already, and not revoked? Then `k` gets the id of its credential. */
static CA_RC key_renews(struct signer *s, struct key_credential *k, const struct ca_uuid *whose,
                        bool *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_credential_found *row;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_credential_by_key(db, k->row.hash, k->row.hash, ca_time_now(), &found, err);
    db_pool_give(s->pool, db);
    if (rc == CA_NOT_FOUND)
        return CA_OK;
    CA_TRY(rc);
    row = found.rows;
    if (memcmp(&row->credential.operator_id, whose, CA_UUID_LEN) != 0 ||
        row->credential.revoked_at != 0)
        return CA_OK;
    CA_TRY(credential_check(s->seal, &row->credential, err));
    k->row.id = row->credential.id;
    *ret = true;
    return CA_OK;
}

CA_RC key_free_check(struct signer *s, struct ca_bytes certificate, struct ca_bytes csr,
                     const struct ca_uuid *whose, struct ca_err *err)
{
    CA_AUTO(csr) struct csr *request = NULL;
    struct key_credential k = {.certificate = {0}};
    bool renews = false;
    struct cert cert;

    if (csr.len > 0) {
        CA_TRY(csr_parse(csr, &request, err));
        CA_TRY(key_hash(&k, csr_spki(request), err));
        if (whose != NULL)
            CA_TRY(key_renews(s, &k, whose, &renews, err));
    } else if (certificate.len > 0) {
        CA_TRY(cert_read(certificate, &cert, err));
        CA_TRY(key_hash(&k, cert.spki, err));
    } else {
        return CA_OK;
    }
    return renews ? CA_OK : key_is_free(s, &k, err);
}

CA_RC key_credential_make(struct signer *s, const struct actor *actor,
                          const struct wire_caller *caller, struct ca_bytes certificate,
                          struct ca_bytes csr, const char *common_name, struct key_credential *ret,
                          struct ca_err *err)
{
    CA_AUTO(csr) struct csr *request = NULL;
    struct cert cert;

    ret->row = (struct db_credential){
        .kind = DB_CREDENTIAL_CERTIFICATE, .name = "certificate", .created_at = ca_time_now()};
    CA_TRY(ca_uuid_new(&ret->row.id, err));
    if (csr.len > 0) { /* before it is issued: a key that is taken gets no certificate */
        CA_TRY(csr_parse(csr, &request, err));
        CA_TRY(key_hash(ret, csr_spki(request), err));
        CA_TRY(key_is_free(s, ret, err));
        CA_TRY(certificate_issue(s, actor, caller, csr, common_name, &ret->certificate, err));
        certificate = ca_buf_view(&ret->certificate);
    }
    CA_TRY(cert_read(certificate, &cert, err));
    CA_TRY(key_hash(ret, cert.spki, err));
    CA_TRY(ca_sha256(certificate, ret->fingerprint, err));
    return csr.len > 0 ? CA_OK : key_is_free(s, ret, err);
}

/* A CSR for a key that is the operator's already renews his certificate: the credential is the key,
 * so nothing else changes. *ret: it is so, and `key` has the certificate. */
static CA_RC renew(struct signer *s, const struct actor *actor,
                   const struct wire_credential_add *ask, const struct db_operator *who,
                   struct key_credential *key, bool *ret, struct ca_err *err)
{
    CA_AUTO(csr) struct csr *request = NULL;

    *ret = false;
    if (ask->csr.len == 0)
        return CA_OK;
    CA_TRY(csr_parse(ask->csr, &request, err));
    CA_TRY(key_hash(key, csr_spki(request), err));
    CA_TRY(key_renews(s, key, &who->id, ret, err));
    if (!*ret)
        return CA_OK; /* added, or refused there */
    return certificate_issue(s, actor, &ask->caller, ask->csr, who->name, &key->certificate, err);
}

static CA_RC credential_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_credential_insert(db, arg, err);
}

static CA_RC add(struct signer *s, const struct actor *actor, const struct wire_credential_add *ask,
                 const struct db_operator *who, struct key_credential *key, struct ca_err *err)
{
    char object[CA_UUID_TEXT];
    char detail[200];
    struct audit_event event = {
        actor->name,      ask->caller.channel,
        "credential.add", "ok",
        object,           ask->caller.request_id,
        detail,           {key->fingerprint, sizeof(key->fingerprint)}
    };

    CA_TRY(key_credential_make(s, actor, &ask->caller, ask->certificate, ask->csr, who->name, key,
                               err));
    if (ask->name[0] != '\0')
        key->row.name = ask->name;
    key->row.operator_id = who->id;
    CA_TRY(credential_seal(s->seal, &key->row, key->seal, err));
    (void)ca_uuid_text(&key->row.id, object);
    (void)snprintf(detail, sizeof(detail), "certificate '%.64s' of operator %s", key->row.name,
                   who->name);
    return recorder_change(s->recorder, credential_write, &key->row, &event, 1, err);
}

static CA_RC ask_check(const struct actor *actor, const struct wire_credential_add *ask,
                       struct ca_err *err)
{
    if (actor->by_token)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "an API token enrols no certificates: use a client certificate");
    if ((ask->certificate.len > 0) == (ask->csr.len > 0))
        return CA_FAIL(err, CA_MALFORMED, "/certificate: or csr, one of them");
    return CA_OK;
}

CA_RC credential_add_check(struct signer *s, const struct actor *actor,
                           const struct wire_credential_add *ask, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};

    CA_TRY(ask_check(actor, ask, err));
    CA_TRY(operator_read(s, &ask->operator_id, &found, err));
    return key_free_check(s, ask->certificate, ask->csr, &ask->operator_id, err);
}

CA_RC handle_credential_add(struct signer *s, const struct actor *actor, const void *question,
                            void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_credential_add *ask = question;
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(key_credential) struct key_credential key = {0};
    bool renewed = false;

    CA_TRY(ask_check(actor, ask, err));
    CA_TRY(operator_read(s, &ask->operator_id, &found, err));
    CA_TRY(renew(s, actor, ask, found.rows, &key, &renewed, err));
    if (!renewed)
        CA_TRY(add(s, actor, ask, found.rows, &key, err));
    ca_buf_bytes(own, ca_buf_view(&key.certificate));
    CA_TRY(ca_buf_check(own, err));
    *(struct wire_credential *)answer = (struct wire_credential){
        .id = key.row.id, .operator_id = ask->operator_id, .certificate = ca_buf_view(own)};
    return CA_OK;
}

struct revocation {
    struct db_credential row;
    const struct db_operator *who;
};

/* As for disabling him: whoever revokes the last way in for administrators locks all out. */
static CA_RC last_admin_check(struct db *db, const struct revocation *r, struct ca_err *err)
{
    int64_t others = 0;

    if (!r->who->enabled || (r->who->roles & CA_ADMIN) == 0)
        return CA_OK;
    CA_TRY(db_operator_lock(db, err));
    CA_TRY(db_operator_admins(db, &r->who->id, &others, err));
    if (others > 0)
        return CA_OK;
    CA_TRY(db_credential_others(db, &r->who->id, &r->row.id, &others, err));
    if (others > 0)
        return CA_OK;
    return CA_FAIL_AS(err, CA_CONFLICT, "last-admin",
                      "this is the last credential of the last administrator, '%s'", r->who->name);
}

static CA_RC revoke_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct revocation *r = arg;

    (void)audit;
    CA_TRY(last_admin_check(db, r, err));
    return db_credential_revoke(db, &r->row.id, r->row.revoked_at, r->row.seal, err);
}

/* His own, or an administrator's business. What is not to be seen is not there. */
static CA_RC revoke_check(const struct actor *actor, const struct wire_credential_revoke *ask,
                          const struct db_credential_found *found, struct ca_err *err)
{
    const struct db_credential *c = &found->credential;
    bool his = memcmp(&c->operator_id, &actor->id, CA_UUID_LEN) == 0;

    if ((!ca_uuid_is_nil(&ask->operator_id) &&
         memcmp(&c->operator_id, &ask->operator_id, CA_UUID_LEN) != 0) ||
        (!his && (actor->roles & CA_ADMIN) == 0))
        return CA_FAIL(err, CA_NOT_FOUND, "no such credential");
    if (!his && actor->by_token)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "an API token revokes credentials of its own operator only");
    if (c->revoked_at != 0)
        return CA_FAIL_AS(err, CA_CONFLICT, "already-revoked", "the credential is revoked already");
    return CA_OK;
}

CA_RC handle_credential_revoke(struct signer *s, const struct actor *actor, const void *question,
                               void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_credential_revoke *ask = question;
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_credential_found *found;
    struct revocation r;
    uint8_t seal[SEAL_LEN];
    char object[CA_UUID_TEXT];
    char detail[200];
    struct audit_event event = {
        actor->name,
        ask->caller.channel,
        "credential.revoke",
        "ok",
        object,
        ask->caller.request_id,
        detail,
        {NULL, 0}
    };

    (void)own;
    CA_TRY(credential_read(s, &ask->credential_id, &result, err));
    found = result.rows;
    CA_TRY(revoke_check(actor, ask, found, err));
    r = (struct revocation){found->credential, &found->who};
    r.row.revoked_at = ca_time_now();
    CA_TRY(credential_seal(s->seal, &r.row, seal, err));
    (void)ca_uuid_text(&r.row.id, object);
    (void)snprintf(detail, sizeof(detail), "%s '%.64s' of operator %s",
                   db_credential_kind_name(r.row.kind), r.row.name, found->who.name);
    CA_TRY(recorder_change(s->recorder, revoke_write, &r, &event, 1, err));
    operators_forget(s->operators);
    *(struct wire_credential *)answer =
        (struct wire_credential){.id = r.row.id, .operator_id = r.row.operator_id};
    return CA_OK;
}
