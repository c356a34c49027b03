/* SPDX-License-Identifier: Apache-2.0 */
/* Many certificates at once: which are meant, and their revocation. */
#include "db/certificate_internal.h"
#include "db/revocation_job.h"

static const struct db_field uuid_columns[] = {
    {DB_UUID, 0, NULL}
};
static const struct db_fields uuid_fields = {uuid_columns, 1, sizeof(struct ca_uuid)};

#define S(kind, member) DB_FIELD(kind, db_selected, member)
static const struct db_field selected_columns[] = {
    S(UUID, id),           S(INT8, authority_id),
    S(TEXT, authority),    S(BYTES, serial),
    S(BYTES, fingerprint), S(TEXT, subject),
    S(TEXT, profile),      DB_FIELD_LABEL(db_selected, state, db_certificate_states),
    S(INT8, not_after),
};
static const struct db_fields selected_fields = DB_FIELDS(selected_columns, db_selected);
static const struct db_fields changed_fields = {selected_columns, 1, sizeof(struct db_selected)};

#define N(kind, member) DB_FIELD(kind, db_named, member)
static const struct db_field named_columns[] = {N(INT4, place), N(INT4, kind), N(BYTES, octets)};
static const struct db_fields named_fields = DB_FIELDS(named_columns, db_named);
static const struct db_field found_columns[] = {N(INT4, place), N(UUID, id)};
static const struct db_fields found_fields = DB_FIELDS(found_columns, db_named);

/* What both statements on a selection begin with: eight parameters. Issued in the very second of
 * the selection may come later, so it is not in it. */
static CA_RC selection_put(struct db_params *p, const struct db_selection *s, struct ca_err *err)
{
    bool earlier = s->issued_to != 0 && s->issued_to < s->selected_at;
    struct ca_uuid none;

    db_put_text(p, s->profile[0] != '\0' ? s->profile : NULL);
    db_put_time(p, s->authority_id);
    db_put_uuid(p, &s->requester_id);
    db_put_bytes(p, s->spki_hash);
    db_put_time(p, s->issued_from);
    db_put_int8(p, earlier ? s->issued_to : s->selected_at);
    db_put_int8(p, s->selected_at);
    return db_put_rows(p, &uuid_fields, s->listed.len > 0 ? (const void *)s->listed.ptr : &none,
                       s->listed.len / CA_UUID_LEN, err);
}

CA_RC db_selection_count(struct db *db, const struct db_selection *s, int64_t most,
                         struct db_selection_count *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(selection_put(&p, s, err));
    db_put_int8(&p, most);
    CA_TRY(db_run(db, DB_revocation_selection_count, &p, &res, err));
    if (PQntuples(res) != 1 || PQgetlength(res, 0, 3) != (int)sizeof(ret->digest))
        return CA_FAIL(err, CA_FAULT, "a count without a row");
    ret->total = db_get_int8(res, 0);
    ret->valid = db_get_int8(res, 1);
    ret->held = db_get_int8(res, 2);
    memcpy(ret->digest, PQgetvalue(res, 0, 3), sizeof(ret->digest));
    ret->authority[0] = '\0';
    (void)ca_text_copy(
        ret->authority, sizeof(ret->authority),
        (struct ca_bytes){(const uint8_t *)PQgetvalue(res, 0, 4), (size_t)PQgetlength(res, 0, 4)});
    return CA_OK;
}

CA_RC db_selection_page(struct db *db, const struct db_selection *s, const struct ca_uuid *after,
                        size_t limit, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    CA_TRY(selection_put(&p, s, err));
    db_put_uuid(&p, after);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_revocation_selection_page, &p, &selected_fields, ret, err);
}

CA_RC db_certificate_named(struct db *db, const struct db_named *rows, size_t n,
                           int64_t authority_id, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    CA_TRY(db_put_rows(&p, &named_fields, rows, n, err));
    db_put_time(&p, authority_id);
    return db_run_rows(db, DB_revocation_named, &p, &found_fields, ret, err);
}

CA_RC db_certificate_revoke_batch(struct db *db, const struct db_revocation *r,
                                  const struct ca_uuid *ids, size_t n, struct db_result *ret,
                                  struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    CA_TRY(db_put_rows(&p, &uuid_fields, ids, n, err));
    db_put_int4(&p, r->reason);
    db_put_int8(&p, r->revoked_at);
    db_put_time(&p, r->invalidity_date);
    db_put_text(&p, r->comment);
    return db_run_rows(db, DB_certificate_revoke_batch, &p, &changed_fields, ret, err);
}
