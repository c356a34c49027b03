/* SPDX-License-Identifier: Apache-2.0 */
#include "db/claim.h"

#include "db/statement_internal.h"

enum { ID_SLACK_S = 3600 }; /* an id is made before its certificate is on record */

static const struct db_field columns[] = {
    DB_FIELD(INT8, db_claim, authority_id), DB_FIELD(BYTES, db_claim, serial),
    DB_FIELD(UUID, db_claim, requester_id), DB_FIELD(TEXT, db_claim, profile),
    DB_FIELD(BYTES, db_claim, spki_hash),   DB_FIELD(TEXT, db_claim, common_name),
    DB_FIELD(TEXT, db_claim, search),       DB_FIELD(INT8, db_claim, not_after),
    DB_FIELD(INT8, db_claim, created_at),
};
static const struct db_fields fields = DB_FIELDS(columns, db_claim);

static const struct db_field key_columns[] = {
    DB_FIELD(BYTES, db_claim, spki_hash),
    DB_FIELD(UUID, db_claim, requester_id),
    DB_FIELD(BOOL, db_claim, key_never),
};
static const struct db_fields key_fields = DB_FIELDS(key_columns, db_claim);

static const struct db_field conflict_columns[] = {
    DB_FIELD(INT4, db_claim_conflict, rule),
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

/* The smallest version 7 id of a moment. */
static struct ca_uuid id_from(int64_t at)
{
    uint64_t ms = at > 0 ? (uint64_t)at * 1000 : 1;
    struct ca_uuid id = {{0}};

    for (size_t i = 0; i < 6; i++)
        id.octets[i] = (uint8_t)(ms >> (8 * (5 - i)));
    return id;
}

CA_RC db_claim_conflicts(struct db *db, const struct db_claim *claim,
                         const struct db_claim_rules *rules, struct db_result *ret,
                         struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    int64_t now = claim->created_at;
    struct ca_uuid lowest = id_from(now - rules->requester_per_s - ID_SLACK_S);
    bool has_name = claim->common_name[0] != '\0';
    bool has_names = claim->search[0] != '\0';

    db_put_uuid(&p, &claim->requester_id);
    db_put_text(&p, claim->profile);
    db_put_int8(&p, claim->authority_id);
    db_put_text(&p, claim->search);
    db_put_text(&p, rules->unique_common_name && has_name ? claim->common_name : NULL);
    db_put_int8(&p, now);
    db_put_int8(&p, rules->requester_count);
    db_put_int8(&p, now - rules->requester_per_s);
    db_put_uuid(&p, &lowest);
    db_put_int8(&p, has_names ? rules->name_count : 0);
    db_put_int8(&p, now - rules->name_per_s);
    db_put_time(&p, rules->renewal_window_s > 0 && has_names ? now + rules->renewal_window_s : 0);
    return db_run_rows(db, DB_claim_conflicts, &p, &conflict_fields, ret, err);
}

CA_RC db_claim_insert_batch(struct db *db, const struct db_claim *rows, size_t n,
                            struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    CA_TRY(db_put_rows(&p, &fields, rows, n, err));
    return db_run_none(db, DB_claim_insert, &p, err);
}

CA_RC db_claim_trim(struct db *db, int64_t before, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, before);
    return db_run_none(db, DB_claim_trim, &p, err);
}
