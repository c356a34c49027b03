/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "base/time.h"
#include "ca/operator_internal.h"

enum { CACHE_SLOTS = 512, CACHE_MS = 1000, POOL_WAIT_MS = 2000 };

struct slot {
    struct actor actor;
    int64_t until_ms; /* 0: empty */
};

struct operators {
    struct scopes *scopes;
    pthread_mutex_t lock; /* guards all that follows */
    uint64_t generation;  /* what was read before operators_forget is not kept */
    struct slot slots[CACHE_SLOTS];
};

CA_RC operators_new(struct operators **ret, struct ca_err *err)
{
    struct operators *o = calloc(1, sizeof(*o));
    enum ca_rc rc;

    if (o == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&o->lock, NULL);
    rc = scopes_new(&o->scopes, err);
    if (rc != CA_OK) {
        operators_free(o);
        return rc;
    }
    *ret = o;
    return CA_OK;
}

void operators_free(struct operators *o)
{
    if (o == NULL)
        return;
    scopes_free(o->scopes);
    (void)pthread_mutex_destroy(&o->lock);
    free(o);
}

void operators_forget(struct operators *o)
{
    (void)pthread_mutex_lock(&o->lock);
    o->generation++;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        o->slots[i].until_ms = 0;
    (void)pthread_mutex_unlock(&o->lock);
}

static struct slot *slot_of(struct operators *o, const struct ca_uuid *credential)
{
    const uint8_t *end = credential->octets + CA_UUID_LEN;

    return &o->slots[(end[-1] + 256U * end[-2]) % CACHE_SLOTS];
}

static bool cached(struct operators *o, const struct wire_caller *caller, struct actor *ret,
                   uint64_t *ret_generation)
{
    const struct slot *slot = slot_of(o, &caller->credential_id);
    bool hit;

    (void)pthread_mutex_lock(&o->lock);
    hit = slot->until_ms > ca_mono_ms() &&
          memcmp(&slot->actor.credential_id, &caller->credential_id, CA_UUID_LEN) == 0 &&
          memcmp(&slot->actor.id, &caller->operator_id, CA_UUID_LEN) == 0;
    if (hit)
        *ret = slot->actor;
    *ret_generation = o->generation;
    (void)pthread_mutex_unlock(&o->lock);
    return hit;
}

static void keep(struct operators *o, const struct actor *actor, uint64_t generation)
{
    (void)pthread_mutex_lock(&o->lock);
    if (generation == o->generation)
        *slot_of(o, &actor->credential_id) = (struct slot){*actor, ca_mono_ms() + CACHE_MS};
    (void)pthread_mutex_unlock(&o->lock);
}

static CA_RC person_judge(struct signer *s, const struct db_operator *who, struct actor *ret,
                          struct ca_err *err)
{
    CA_TRY(operator_check(s->seal, who, err));
    if (!who->enabled)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "operator '%s' is disabled", who->name);
    ret->id = who->id;
    ret->roles = who->roles;
    if (!ca_text_copy(ret->name, sizeof(ret->name), ca_bytes_str(who->name)))
        return CA_FAIL(err, CA_FAULT, "operator with a name that is too long");
    return CA_OK;
}

static CA_RC credential_judge(struct signer *s, const struct db_credential_found *found,
                              struct ca_err *err)
{
    const struct db_credential *c = &found->credential;

    CA_TRY(credential_check(s->seal, c, err));
    if (c->revoked_at != 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the credential is revoked");
    if (c->expires_at != 0 && c->expires_at <= ca_time_now())
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the credential has expired");
    if (found->certificate_revoked)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the operator's certificate is revoked");
    return CA_OK;
}

static void limits_apply(const struct db_credential *c, struct actor *ret)
{
    ret->by_token = c->kind == DB_CREDENTIAL_TOKEN;
    if (ret->by_token && (c->profiles_given || c->names_given))
        ret->roles = ca_roles_limited(ret->roles);
}

static CA_RC actor_of(struct signer *s, const struct db_credential_found *found,
                      const struct wire_caller *caller, struct actor *ret, struct ca_err *err)
{
    const struct db_credential *c = &found->credential;

    if (memcmp(&c->operator_id, &caller->operator_id, CA_UUID_LEN) != 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the credential is not this operator's");
    CA_TRY(person_judge(s, &found->who, ret, err));
    CA_TRY(credential_judge(s, found, err));
    ret->credential_id = c->id;
    limits_apply(c, ret);
    return scopes_get(s->operators->scopes, &found->who, ret->by_token ? c : NULL, &ret->scope,
                      err);
}

static CA_RC load(struct signer *s, const struct wire_caller *caller, struct actor *ret,
                  struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_credential_by_id(db, &caller->credential_id, ca_time_now(), &result, err);
    db_pool_give(s->pool, db);
    if (rc == CA_NOT_FOUND)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "this operator is not enrolled");
    return rc == CA_OK ? actor_of(s, result.rows, caller, ret, err) : rc;
}

CA_RC operators_find(struct signer *s, const struct wire_caller *caller, struct actor *ret,
                     struct ca_err *err)
{
    struct actor actor = {0};
    uint64_t generation = 0;

    if (ca_uuid_is_nil(&caller->operator_id)) {
        if (!s->config.bootstrap || strcmp(caller->channel, "local") != 0)
            return CA_FAIL_AS(err, CA_DENIED, "forbidden", "nobody called");
        *ret = (struct actor){.name = "local", .roles = CA_REQUESTER | CA_OFFICER | CA_ADMIN};
        return CA_OK;
    }
    if (cached(s->operators, caller, ret, &generation))
        return CA_OK;
    CA_TRY(load(s, caller, &actor, err));
    keep(s->operators, &actor, generation);
    *ret = actor;
    return CA_OK;
}

CA_RC operators_by_id(struct signer *s, const struct ca_uuid *id, struct actor *ret,
                      struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    struct actor actor = {0};
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_operator_by_id(db, id, &result, err);
    db_pool_give(s->pool, db);
    if (rc == CA_NOT_FOUND)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "this operator is not enrolled");
    CA_TRY(rc);
    CA_TRY(person_judge(s, result.rows, &actor, err));
    CA_TRY(scopes_get(s->operators->scopes, result.rows, NULL, &actor.scope, err));
    *ret = actor;
    return CA_OK;
}
