/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/claim_internal.h"

#include "ca/recorder_internal.h"

/* Numbers of locks: few enough for PostgreSQL's table of them, so that several things may share
 * one, which costs a wait at worst. */
enum { LOCK_KEY = 1, LOCK_REQUESTER, LOCK_NAME, LOCK_COMMON_NAME, LOCK_RENEWAL, LOCK_SLOTS = 512 };
static const uint64_t lock_space = (uint64_t)0x636c6169 << 32;

bool claim_asks_names(const struct claim *c)
{
    return c->rules.requester_count > 0 || c->rules.name_count > 0 || c->rules.unique_common_name ||
           c->rules.renewal_window_s > 0;
}

/* FNV-1a, without regard to case: the rule on common names has none either. */
static uint32_t mix(uint32_t hash, struct ca_bytes octets)
{
    for (size_t i = 0; i < octets.len; i++) {
        uint8_t o = octets.ptr[i];

        hash = (hash ^ (o >= 'A' && o <= 'Z' ? (uint8_t)(o + 32) : o)) * 16777619U;
    }
    return hash;
}

static void lock_add(struct ca_buf *ret, unsigned kind, struct ca_bytes one, struct ca_bytes two)
{
    uint32_t hash = mix(mix(2166136261U, one), two) % LOCK_SLOTS;
    int64_t number = (int64_t)(lock_space | (uint64_t)kind << 16 | hash);

    ca_buf_add(ret, &number, sizeof(number));
}

static void name_locks(const struct db_claim *row, struct ca_buf *ret)
{
    const char *at = row->search;

    while (*at != '\0') {
        size_t len = strcspn(at, "\n");

        lock_add(ret, LOCK_NAME, ca_bytes_str(row->profile),
                 (struct ca_bytes){(const uint8_t *)at, len});
        at += at[len] == '\n' ? len + 1 : len;
    }
}

static void claim_locks(const struct claim *c, struct ca_buf *ret)
{
    const struct db_claim *row = &c->row;
    struct ca_bytes requester = {row->requester_id.octets, CA_UUID_LEN};
    struct ca_bytes authority = {(const uint8_t *)&row->authority_id, sizeof(row->authority_id)};

    if (c->key)
        lock_add(ret, LOCK_KEY, row->spki_hash, (struct ca_bytes){NULL, 0});
    if (c->rules.requester_count > 0)
        lock_add(ret, LOCK_REQUESTER, requester, ca_bytes_str(row->profile));
    if (c->rules.name_count > 0)
        name_locks(row, ret);
    if (c->rules.unique_common_name)
        lock_add(ret, LOCK_COMMON_NAME, authority, ca_bytes_str(row->common_name));
    if (c->rules.renewal_window_s > 0)
        lock_add(ret, LOCK_RENEWAL, requester, ca_bytes_str(row->search));
}

static CA_RC rule_look(struct db *db, struct claim *c, enum db_claim_rule rule, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_claim_conflict *rows;

    CA_TRY(db_claim_conflicts(db, rule, &c->row, &c->rules, &result, err));
    rows = result.rows;
    for (size_t i = 0; i < result.count; i++)
        claim_conflict_finding(c, rule, &rows[i]);
    return CA_OK;
}

static CA_RC names_look(struct db *db, struct claim *c, struct ca_err *err)
{
    for (enum db_claim_rule rule = 0; rule < DB_CLAIM__COUNT; rule++)
        CA_TRY(rule_look(db, c, rule, err));
    return CA_OK;
}

CA_RC claim_look(struct db *db, struct claim *c, struct ca_err *err)
{
    bool taken = false;

    c->finding_n = 0;
    if (c->key)
        CA_TRY(db_claim_keys(db, &c->row, 1, &taken, err));
    if (taken)
        claim_key_finding(c);
    return claim_asks_names(c) ? names_look(db, c, err) : CA_OK;
}

/* The claims of a batch, gathered for one statement of each kind. */
struct claiming {
    struct claim **claims;
    const struct record **records;
    struct db_claim *rows;
    struct claim **keyed;
    bool *taken;
    size_t n;
};

static void claiming_free(struct claiming g)
{
    free(g.claims);
    free(g.records);
    free(g.rows);
    free(g.keyed);
    free(g.taken);
}
CA_AUTO_DEFINE(claiming, struct claiming, claiming_free);

static bool any_claim(struct record *const *records, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (records[i]->kind == RECORD_INTENT && records[i]->claim != NULL)
            return true;
    }
    return false;
}

static CA_RC gather(struct record *const *records, size_t n, struct claiming *ret,
                    struct ca_err *err)
{
    ret->claims = calloc(n, sizeof(struct claim *));
    ret->records = calloc(n, sizeof(struct record *));
    ret->rows = calloc(n, sizeof(*ret->rows));
    ret->keyed = calloc(n, sizeof(struct claim *));
    ret->taken = calloc(n, sizeof(*ret->taken));
    if (ret->claims == NULL || ret->records == NULL || ret->rows == NULL || ret->keyed == NULL ||
        ret->taken == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++) {
        if (records[i]->kind != RECORD_INTENT || records[i]->claim == NULL)
            continue;
        ret->records[ret->n] = records[i];
        ret->claims[ret->n] = records[i]->claim;
        ret->claims[ret->n++]->finding_n = 0;
    }
    return CA_OK;
}

static CA_RC lock_all(struct db *db, const struct claiming *g, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf numbers = {0};

    for (size_t i = 0; i < g->n; i++)
        claim_locks(g->claims[i], &numbers);
    CA_TRY(ca_buf_check(&numbers, err));
    if (numbers.len == 0)
        return CA_OK;
    return db_claim_lock(db, (const void *)numbers.ptr, numbers.len / sizeof(int64_t), err);
}

/* Does an earlier one of the same batch get the key? */
static bool key_before(const struct claiming *g, size_t at)
{
    const struct db_claim *row = &g->rows[at];

    for (size_t i = 0; i < at; i++) {
        const struct db_claim *other = &g->rows[i];

        if (g->keyed[i]->finding_n == 0 && ca_bytes_equal(other->spki_hash, row->spki_hash) &&
            (row->key_never || memcmp(&other->requester_id, &row->requester_id, CA_UUID_LEN) != 0))
            return true;
    }
    return false;
}

static CA_RC keys_look(struct db *db, struct claiming *g, struct ca_err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < g->n; i++) {
        if (!g->claims[i]->key)
            continue;
        g->keyed[n] = g->claims[i];
        g->rows[n++] = g->claims[i]->row;
    }
    if (n == 0)
        return CA_OK;
    CA_TRY(db_claim_keys(db, g->rows, n, g->taken, err));
    for (size_t i = 0; i < n; i++) {
        if (g->taken[i] || key_before(g, i))
            claim_key_finding(g->keyed[i]);
    }
    return CA_OK;
}

/* One that came before gets the answer that it got then. */
static CA_RC repeated_pass(struct db *db, const struct record *record, struct claim *c,
                           struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result known = {0};

    if (c->finding_n == 0 || record->request == NULL)
        return CA_OK;
    CA_TRY(db_request_by_key(db, &record->request->requester_id, record->request->idempotency_key,
                             &known, err));
    if (known.count > 0)
        c->finding_n = 0;
    return CA_OK;
}

/* Each sees those before it; those that ask for keys alone are written together at the end. */
static CA_RC names_make(struct db *db, struct claiming *g, struct ca_err *err)
{
    for (size_t i = 0; i < g->n; i++) {
        struct claim *c = g->claims[i];

        if (!claim_asks_names(c) || c->finding_n > 0)
            continue;
        CA_TRY(names_look(db, c, err));
        if (c->finding_n == 0)
            CA_TRY(db_claim_insert_batch(db, &c->row, 1, err));
    }
    return CA_OK;
}

static CA_RC keys_make(struct db *db, struct claiming *g, struct ca_err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < g->n; i++) {
        if (!claim_asks_names(g->claims[i]) && g->claims[i]->finding_n == 0)
            g->rows[n++] = g->claims[i]->row;
    }
    return n > 0 ? db_claim_insert_batch(db, g->rows, n, err) : CA_OK;
}

CA_RC claims_make(struct db *db, struct record *const *records, size_t n, struct ca_err *err)
{
    CA_AUTO(claiming) struct claiming g = {0};

    if (!any_claim(records, n))
        return CA_OK;
    CA_TRY(gather(records, n, &g, err));
    CA_TRY(lock_all(db, &g, err));
    CA_TRY(keys_look(db, &g, err));
    CA_TRY(names_make(db, &g, err));
    CA_TRY(keys_make(db, &g, err));
    for (size_t i = 0; i < g.n; i++)
        CA_TRY(repeated_pass(db, g.records[i], g.claims[i], err));
    return CA_OK;
}

CA_RC claims_end(struct db *db, struct record *const *records, size_t n, struct ca_err *err)
{
    CA_AUTO(claiming) struct claiming g = {0};
    size_t ended = 0;

    for (size_t i = 0; i < n; i++)
        ended += records[i]->kind == RECORD_CERTIFICATE && records[i]->claim != NULL;
    if (ended == 0)
        return CA_OK;
    g.rows = calloc(ended, sizeof(*g.rows));
    if (g.rows == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++) {
        if (records[i]->kind == RECORD_CERTIFICATE && records[i]->claim != NULL)
            g.rows[g.n++] = records[i]->claim->row;
    }
    return db_claim_delete_batch(db, g.rows, g.n, err);
}
