/* SPDX-License-Identifier: Apache-2.0 */
#include "db/claim.h"

#include "db/statement_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(INT8, db_claim, authority_id), DB_FIELD(BYTES, db_claim, serial),
    DB_FIELD(UUID, db_claim, requester_id), DB_FIELD(TEXT, db_claim, profile),
    DB_FIELD(BYTES, db_claim, spki_hash),   DB_FIELD(TEXT, db_claim, common_name),
    DB_FIELD(TEXT, db_claim, search),       DB_FIELD(INT8, db_claim, not_after),
    DB_FIELD(INT8, db_claim, created_at),
};
static const struct db_fields fields = DB_FIELDS(columns, db_claim);

static const struct db_fields place_fields = {columns, 2, sizeof(struct db_claim)};

static const struct db_field key_columns[] = {
    DB_FIELD(BYTES, db_claim, spki_hash),
    DB_FIELD(UUID, db_claim, requester_id),
    DB_FIELD(BOOL, db_claim, key_never),
};
static const struct db_fields key_fields = DB_FIELDS(key_columns, db_claim);

static const struct db_field conflict_columns[] = {
    DB_FIELD(TEXT, db_claim_conflict, name),
    DB_FIELD(BYTES, db_claim_conflict, serial),
    DB_FIELD(INT8, db_claim_conflict, at),
};
static const struct db_fields conflict_fields = DB_FIELDS(conflict_columns, db_claim_conflict);

struct number {
    int64_t value;
};
static const struct db_field number_columns[] = {DB_FIELD(INT8, number, value)};
static const struct db_fields number_fields = DB_FIELDS(number_columns, number);

CA_RC db_claim_lock(struct db *db, const int64_t *numbers, size_t n, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_put_rows(&p, &number_fields, numbers, n, err));
    return db_run(db, DB_claim_lock, &p, &res, err);
}

CA_RC db_claim_keys(struct db *db, const struct db_claim *rows, size_t n, bool *ret_taken,
                    struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(db_result) struct db_result result = {0};
    const struct number *taken;

    CA_TRY(db_put_rows(&p, &key_fields, rows, n, err));
    CA_TRY(db_run_rows(db, DB_claim_keys, &p, &number_fields, &result, err));
    memset(ret_taken, 0, n * sizeof(*ret_taken));
    taken = result.rows;
    for (size_t i = 0; i < result.count; i++) {
        if (taken[i].value < 1 || (uint64_t)taken[i].value > n)
            return CA_FAIL(err, CA_FAULT, "claim %lld of %zu", (long long)taken[i].value, n);
        ret_taken[taken[i].value - 1] = true;
    }
    return CA_OK;
}

static enum db_id requester_ask(const struct db_claim *c, const struct db_claim_rules *r,
                                struct db_params *p)
{
    db_put_uuid(p, &c->requester_id);
    db_put_text(p, c->profile);
    db_put_int8(p, r->requester_count);
    db_put_int8(p, c->created_at - r->requester_per_s);
    return DB_claim_requester;
}

static enum db_id name_ask(const struct db_claim *c, const struct db_claim_rules *r,
                           struct db_params *p)
{
    db_put_text(p, c->search);
    db_put_text(p, c->profile);
    db_put_int8(p, r->name_count);
    db_put_int8(p, c->created_at - r->name_per_s);
    return DB_claim_name;
}

static enum db_id common_name_ask(const struct db_claim *c, const struct db_claim_rules *r,
                                  struct db_params *p)
{
    (void)r;
    db_put_text(p, c->common_name);
    db_put_int8(p, c->authority_id);
    db_put_uuid(p, &c->requester_id);
    db_put_text(p, c->search);
    db_put_int8(p, c->created_at);
    return DB_claim_common_name;
}

static enum db_id renewal_ask(const struct db_claim *c, const struct db_claim_rules *r,
                              struct db_params *p)
{
    db_put_uuid(p, &c->requester_id);
    db_put_text(p, c->profile);
    db_put_text(p, c->search);
    db_put_int8(p, c->created_at + r->renewal_window_s);
    return DB_claim_renewal;
}

static bool is_asked(const struct db_claim *c, const struct db_claim_rules *r,
                     enum db_claim_rule rule)
{
    bool has_names = c->search[0] != '\0';

    switch (rule) {
    case DB_CLAIM_REQUESTER:
        return r->requester_count > 0;
    case DB_CLAIM_NAME:
        return r->name_count > 0 && has_names;
    case DB_CLAIM_COMMON_NAME:
        return r->unique_common_name && c->common_name[0] != '\0';
    case DB_CLAIM_RENEWAL:
        return r->renewal_window_s > 0 && has_names;
    case DB_CLAIM__COUNT:
        break;
    }
    return false;
}

CA_RC db_claim_conflicts(struct db *db, enum db_claim_rule rule, const struct db_claim *claim,
                         const struct db_claim_rules *rules, struct db_result *ret,
                         struct ca_err *err)
{
    static enum db_id (*const asks[])(const struct db_claim *, const struct db_claim_rules *,
                                      struct db_params *) = {
        [DB_CLAIM_REQUESTER] = requester_ask,
        [DB_CLAIM_NAME] = name_ask,
        [DB_CLAIM_COMMON_NAME] = common_name_ask,
        [DB_CLAIM_RENEWAL] = renewal_ask,
    };
    CA_AUTO(db_params) struct db_params p = {0};

    *ret = (struct db_result){0};
    if (!is_asked(claim, rules, rule))
        return CA_OK;
    return db_run_rows(db, asks[rule](claim, rules, &p), &p, &conflict_fields, ret, err);
}

CA_RC db_claim_insert_batch(struct db *db, const struct db_claim *rows, size_t n,
                            struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    CA_TRY(db_put_rows(&p, &fields, rows, n, err));
    return db_run_none(db, DB_claim_insert, &p, err);
}

CA_RC db_claim_delete_batch(struct db *db, const struct db_claim *rows, size_t n,
                            struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    CA_TRY(db_put_rows(&p, &place_fields, rows, n, err));
    return db_run_none(db, DB_claim_delete, &p, err);
}

CA_RC db_claim_trim(struct db *db, int64_t before, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, before);
    return db_run_none(db, DB_claim_trim, &p, err);
}
