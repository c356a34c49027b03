/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/record_rules_internal.h"

#include <pthread.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/issuance_internal.h"
#include "ca/judging_internal.h"

enum { WAYS = 4, SETS = 2048, OWNER_MS = 60 * 1000, POOL_WAIT_MS = 2000 };

struct key_owner {
    uint8_t spki_hash[CA_SHA256_LEN];
    struct ca_uuid requester_id;
    int64_t until_ms; /* monotonic; another node may meanwhile take the key for somebody else, by a
                         profile that lets it */
};
/* The first octets of a hash name its set; a newcomer takes the oldest place. */
struct key_owners {
    pthread_mutex_t lock; /* guards what follows */
    struct key_owner at[SETS][WAYS];
};

CA_RC key_owners_new(struct key_owners **ret, struct ca_err *err)
{
    struct key_owners *o = calloc(1, sizeof(*o));

    if (o == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&o->lock, NULL);
    *ret = o;
    return CA_OK;
}

void key_owners_free(struct key_owners *o)
{
    if (o == NULL)
        return;
    (void)pthread_mutex_destroy(&o->lock);
    free(o);
}

static struct key_owner *owner_set(struct key_owners *o, const uint8_t *hash)
{
    return o->at[((size_t)hash[0] << 8 | hash[1]) % SETS];
}

/* NULL: not there. */
static struct key_owner *owner_find(struct key_owners *o, const uint8_t *hash)
{
    struct key_owner *set = owner_set(o, hash);

    for (size_t i = 0; i < WAYS; i++) {
        if (memcmp(set[i].spki_hash, hash, CA_SHA256_LEN) == 0)
            return &set[i];
    }
    return NULL;
}

static struct key_owner *owner_oldest(struct key_owners *o, const uint8_t *hash)
{
    struct key_owner *set = owner_set(o, hash);
    struct key_owner *oldest = set;

    for (size_t i = 1; i < WAYS; i++) {
        if (set[i].until_ms < oldest->until_ms)
            oldest = &set[i];
    }
    return oldest;
}

static bool owner_is(struct key_owners *o, const struct db_claim *row)
{
    const struct key_owner *at;
    bool is;

    (void)pthread_mutex_lock(&o->lock);
    at = owner_find(o, row->spki_hash.ptr);
    is = at != NULL && memcmp(&at->requester_id, &row->requester_id, CA_UUID_LEN) == 0 &&
         ca_mono_ms() < at->until_ms;
    (void)pthread_mutex_unlock(&o->lock);
    return is;
}

/* Who was not looked for may be another one: what is known of the key is no longer so. */
static void owner_note(struct key_owners *o, const struct db_claim *row, bool looked)
{
    struct key_owner *at;

    (void)pthread_mutex_lock(&o->lock);
    at = owner_find(o, row->spki_hash.ptr);
    if (at == NULL && looked)
        at = owner_oldest(o, row->spki_hash.ptr);
    if (at != NULL) {
        memcpy(at->spki_hash, row->spki_hash.ptr, CA_SHA256_LEN);
        at->requester_id = row->requester_id;
        at->until_ms = looked ? ca_mono_ms() + OWNER_MS : 0;
    }
    (void)pthread_mutex_unlock(&o->lock);
}

/* What is to be issued. */
struct about {
    const struct profile *profile;
    const struct authority *authority;
    const struct ca_uuid *requester_id;
    const struct plan *plan;
};

static void rules_fill(const struct profile *p, struct claim *c)
{
    const struct profile_limits *limits = profile_limits(p);
    enum profile_key_reuse reuse = profile_key_reuse(p);

    c->key = reuse != PROFILE_KEY_REUSE_ANY;
    c->row.key_never = reuse == PROFILE_KEY_REUSE_NEVER;
    c->rules = (struct db_claim_rules){.requester_count = limits->requester.count,
                                       .requester_per_s = limits->requester.per_s,
                                       .name_count = limits->name.count,
                                       .name_per_s = limits->name.per_s,
                                       .unique_common_name = profile_unique_common_name(p),
                                       .renewal_window_s = profile_renewal_window_s(p)};
}

static CA_RC names_join(const struct plan *plan, struct ca_buf *ret, struct ca_err *err)
{
    size_t n = 0;
    const char *const *names = plan_search(plan, &n);

    ca_buf_reset(ret);
    for (size_t k = 0; k < n; k++)
        ca_buf_printf(ret, "%s%s", k > 0 ? "\n" : "", names[k]);
    ca_buf_u8(ret, '\0');
    return ca_buf_check(ret, err);
}

/* `names` and `hash` are what the claim points to. */
static CA_RC claim_fill(const struct about *about, struct ca_buf *names,
                        uint8_t hash[CA_SHA256_LEN], struct claim *ret, struct ca_err *err)
{
    *ret = (struct claim){0};
    rules_fill(about->profile, ret);
    CA_TRY(ca_sha256(plan_spki(about->plan), hash, err));
    CA_TRY(names_join(about->plan, names, err));
    ret->row.authority_id = about->authority->id;
    ret->row.requester_id = *about->requester_id;
    ret->row.profile = profile_name(about->profile);
    ret->row.spki_hash = (struct ca_bytes){hash, CA_SHA256_LEN};
    ret->row.common_name = plan_common_name(about->plan);
    ret->row.search = (const char *)names->ptr;
    ret->row.not_after = plan_not_after(about->plan);
    ret->row.created_at = ca_time_now();
    return CA_OK;
}

static bool claim_asks(const struct claim *c)
{
    return c->key || claim_asks_names(c);
}

static CA_RC issuance_claim(struct issuance *i, struct ca_err *err)
{
    const struct about about = {i->profile, i->authority, &i->actor.id, i->verdict->plan};
    struct claim *c = &i->claim;

    CA_TRY(claim_fill(&about, &i->claim_names, i->spki_hash, c, err));
    i->key_known = c->key && !c->row.key_never && owner_is(i->signer->key_owners, &c->row);
    if (i->key_known)
        c->key = false;
    i->claims = claim_asks(c);
    return CA_OK;
}

/* One that is on record gets the answer of then, except that a resumed one is its own. */
static CA_RC known(struct issuance *i, struct db *db, bool *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};

    if (!ca_uuid_is_nil(&i->request_id))
        return CA_OK;
    CA_TRY(db_request_by_key(db, &i->actor.id, i->ask->idempotency_key, &found, err));
    *ret = found.count > 0;
    return CA_OK;
}

static CA_RC look_with(struct issuance *i, struct db *db, struct ca_err *err)
{
    bool repeated = false;

    CA_TRY(claim_look(db, &i->claim, err));
    if (i->claim.finding_n > 0)
        CA_TRY(known(i, db, &repeated, err));
    if (!repeated)
        record_rules_refused(i);
    return CA_OK;
}

CA_RC record_rules_check(struct issuance *i, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    if (i->verdict->outcome == OUTCOME_REFUSE)
        return CA_OK;
    CA_TRY(issuance_claim(i, err));
    if (!i->claims)
        return CA_OK;
    /* A key alone is looked at with the keys of others, when the intents are written. */
    if (!claim_asks_names(&i->claim) && i->verdict->outcome == OUTCOME_ISSUE)
        return CA_OK;
    CA_TRY(db_pool_take(i->signer->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = look_with(i, db, err);
    db_pool_give(i->signer->pool, db);
    return rc;
}

struct claim *record_rules_claim(struct issuance *i)
{
    if (!i->claims)
        return NULL;
    i->claim.row.serial = (struct ca_bytes){i->serial, sizeof(i->serial)};
    i->claim.row.created_at = ca_time_now();
    return &i->claim;
}

static void findings_add(const struct claim *c, struct verdict *v)
{
    for (size_t k = 0; k < c->finding_n; k++) {
        v->outcome = OUTCOME_REFUSE;
        if (v->finding_n < FINDINGS_MAX)
            v->findings[v->finding_n++] = c->findings[k];
    }
}

void record_rules_refused(struct issuance *i)
{
    findings_add(&i->claim, i->verdict);
}

CA_RC record_rules_preview(struct judging *j, struct signer *s, struct verdict *v,
                           struct ca_err *err)
{
    const struct about about = {j->in.profile, j->authority, &j->requester.id, v->plan};
    CA_AUTO(buf) struct ca_buf names = {0};
    uint8_t hash[CA_SHA256_LEN];
    struct claim claim;
    struct db *db;
    enum ca_rc rc;

    if (v->outcome == OUTCOME_REFUSE)
        return CA_OK;
    CA_TRY(claim_fill(&about, &names, hash, &claim, err));
    if (!claim_asks(&claim))
        return CA_OK;
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = claim_look(db, &claim, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    findings_add(&claim, v);
    return CA_OK;
}

void record_rules_stored(struct issuance *i)
{
    if (i->claim.row.spki_hash.len == CA_SHA256_LEN && !i->key_known)
        owner_note(i->signer->key_owners, &i->claim.row, i->claim.key);
}
