/* SPDX-License-Identifier: Apache-2.0 */
#include "db/certificate_internal.h"

enum { FINGERPRINT_LEN = 32, FINGERPRINT_LEAST = 4 };

static const struct {
    enum db_id id;
    bool by_not_after; /* notAfter of the last row seen is a parameter too */
} lists[] = {
    [DB_SORT_NEWEST] = {DB_certificate_list_newest,         false},
    [DB_SORT_OLDEST] = {DB_certificate_list_oldest,         false},
    [DB_SORT_NOT_AFTER] = {DB_certificate_list_not_after,      true },
    [DB_SORT_NOT_AFTER_DESC] = {DB_certificate_list_not_after_desc, true },
};

/* What a status means. Expired is a valid one that the clock has ended. */
static const struct status_row {
    const char *name;
    const char *state;
    bool now_is_from; /* notAfter is not before now */
    bool now_is_to;
} statuses[] = {
    {"valid",   "valid",   true,  false},
    {"held",    "held",    false, false},
    {"revoked", "revoked", false, false},
    {"expired", "valid",   false, true },
    {"burned",  "burned",  false, false},
};

static CA_RC status_find(const char *name, const struct status_row **ret, struct ca_err *err)
{
    static const struct status_row any;

    *ret = &any;
    if (name == NULL)
        return CA_OK;
    for (size_t i = 0; i < CA_COUNT(statuses); i++) {
        if (strcmp(name, statuses[i].name) == 0) {
            *ret = &statuses[i];
            return CA_OK;
        }
    }
    return CA_FAIL(err, CA_MALFORMED, "no certificate is ever '%s'", name);
}

/* The first and the last fingerprint with this front; `last` is for FINGERPRINT_LEN octets. */
static CA_RC put_fingerprint(struct db_params *p, struct ca_bytes front, uint8_t *last,
                             struct ca_err *err)
{
    if (front.len != 0 && (front.len < FINGERPRINT_LEAST || front.len > FINGERPRINT_LEN)) {
        return CA_FAIL(err, CA_MALFORMED, "a fingerprint has %d to %d octets", FINGERPRINT_LEAST,
                       FINGERPRINT_LEN);
    }
    memset(last, 0xff, FINGERPRINT_LEN);
    if (front.len != 0)
        memcpy(last, front.ptr, front.len);
    db_put_bytes(p, front);
    db_put_bytes(p, (struct ca_bytes){last, front.len == 0 ? 0 : FINGERPRINT_LEN});
    return CA_OK;
}

static void put_not_after(struct db_params *p, const struct db_certificate_filter *f,
                          const struct status_row *status)
{
    int64_t from = f->not_after_from;
    int64_t to = f->not_after_to;

    if (status->now_is_from && from < f->now)
        from = f->now;
    if (status->now_is_to && (to == 0 || to > f->now))
        to = f->now;
    db_put_time(p, from);
    db_put_time(p, to);
}

CA_RC db_certificate_list(struct db *db, const struct db_certificate_filter *filter,
                          enum db_certificate_sort sort, const struct db_certificate_cursor *after,
                          size_t limit, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    const struct status_row *status;
    uint8_t last[FINGERPRINT_LEN];

    CA_TRY(status_find(filter->status, &status, err));
    db_put_bytes(&p, filter->serial);
    CA_TRY(put_fingerprint(&p, filter->fingerprint, last, err));
    db_put_text(&p, filter->name);
    db_put_text(&p, filter->name_prefix);
    db_put_text(&p, status->state);
    db_put_text(&p, filter->profile);
    db_put_text(&p, filter->authority);
    db_put_uuid(&p, filter->requester);
    put_not_after(&p, filter, status);
    db_put_uuid(&p, &after->id);
    db_put_int8(&p, (int64_t)limit);
    if (lists[sort].by_not_after)
        db_put_int8(&p, after->not_after);
    return db_run_rows(db, lists[sort].id, &p, &db_certificate_fields, ret, err);
}
