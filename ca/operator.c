/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/operator_internal.h"

#include <pthread.h>

#include "base/digest.h"
#include "base/time.h"
#include "db/operator.h"

enum { CACHE_SLOTS = 256, CACHE_MS = 1000, POOL_WAIT_MS = 2000 };

struct slot {
    struct actor actor;
    int64_t until_ms; /* 0: empty */
};

struct operators {
    pthread_mutex_t lock; /* guards the slots */
    struct slot slots[CACHE_SLOTS];
};

CA_RC operators_new(struct operators **ret, struct ca_err *err)
{
    struct operators *o = calloc(1, sizeof(*o));

    if (o == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&o->lock, NULL);
    *ret = o;
    return CA_OK;
}

void operators_free(struct operators *o)
{
    if (o == NULL)
        return;
    (void)pthread_mutex_destroy(&o->lock);
    free(o);
}

static struct slot *slot_of(struct operators *o, const struct ca_uuid *id)
{
    return &o->slots[id->octets[CA_UUID_LEN - 1] % CACHE_SLOTS];
}

static bool cached(struct operators *o, const struct ca_uuid *id, struct actor *ret)
{
    struct slot *slot = slot_of(o, id);
    bool hit;

    (void)pthread_mutex_lock(&o->lock);
    hit = slot->until_ms > ca_mono_ms() && memcmp(&slot->actor.id, id, sizeof(*id)) == 0;
    if (hit)
        *ret = slot->actor;
    (void)pthread_mutex_unlock(&o->lock);
    return hit;
}

static void keep(struct operators *o, const struct actor *actor)
{
    struct slot *slot = slot_of(o, &actor->id);

    (void)pthread_mutex_lock(&o->lock);
    *slot = (struct slot){*actor, ca_mono_ms() + CACHE_MS};
    (void)pthread_mutex_unlock(&o->lock);
}

static CA_RC actor_of(const struct db_result *result, struct actor *ret, struct ca_err *err)
{
    const struct db_operator_found *found = result->rows;

    if (result->count == 0 || !found->who.enabled)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "this operator is not enrolled");
    if (found->certificate_revoked)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the operator's certificate is revoked");
    ret->id = found->who.id;
    ret->roles = found->who.roles;
    if (!ca_text_copy(ret->name, sizeof(ret->name), ca_bytes_str(found->who.name)))
        return CA_FAIL(err, CA_FAULT, "operator with a name that is too long");
    return CA_OK;
}

static CA_RC load(struct signer *s, const struct ca_uuid *id, struct actor *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_operator_by_id(db, id, &result, err);
    db_pool_give(s->pool, db);
    return rc == CA_OK ? actor_of(&result, ret, err) : rc;
}

CA_RC operators_find(struct signer *s, const struct wire_caller *caller, struct actor *ret,
                     struct ca_err *err)
{
    struct actor actor = {0};

    if (ca_uuid_is_nil(&caller->operator_id)) {
        if (!s->config.bootstrap || strcmp(caller->channel, "local") != 0)
            return CA_FAIL_AS(err, CA_DENIED, "forbidden", "nobody called");
        *ret = (struct actor){.name = "local", .roles = CA_REQUESTER | CA_OFFICER | CA_ADMIN};
        return CA_OK;
    }
    if (cached(s->operators, &caller->operator_id, ret))
        return CA_OK;
    CA_TRY(load(s, &caller->operator_id, &actor, err));
    keep(s->operators, &actor);
    *ret = actor;
    return CA_OK;
}

/* Enrols somebody by the hash of the whole certificate (DESIGN.md: never by name). */

static CA_RC operator_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_operator_insert(db, arg, err);
}

CA_RC handle_operator_enrol(struct signer *s, const struct actor *actor, const void *question,
                            void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_operator_enrol *ask = question;
    uint8_t fingerprint[CA_SHA256_LEN];
    struct db_operator row;
    struct audit_event event = {
        actor->name,
        ask->caller.channel,
        "operator.enrol",
        "ok",
        ask->name,
        ask->caller.request_id,
        "",
        {fingerprint, sizeof(fingerprint)}
    };
    struct ca_uuid id;

    (void)own;
    CA_TRY(ca_sha256(ask->certificate, fingerprint, err));
    CA_TRY(ca_uuid_new(&id, err));
    row = (struct db_operator){
        .id = id,
        .name = ask->name,
        .roles = ask->roles,
        .fingerprint = {fingerprint, sizeof(fingerprint)},
        .enabled = true,
        .created_at = ca_time_now()
    };
    CA_TRY(recorder_change(s->recorder, operator_write, &row, &event, 1, err));
    ((struct wire_operator *)answer)->id = id;
    return CA_OK;
}
