/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/rest_fake_db.h"

#include "db/audit_list.h"
#include "db/checkpoint.h"
#include "db/crl_ahead.h"
#include "db/rollover.h"

struct rest_fake_db rest_fake_db;

enum ca_rc rest_fake_rows(const void *rows, size_t n, size_t size, struct db_result *ret,
                          struct ca_err *err)
{
    void *copy = malloc((n + 1) * size);

    if (copy == NULL)
        return CA_FAIL_NOMEM(err);
    if (n > 0)
        memcpy(copy, rows, n * size);
    *ret = (struct db_result){n, copy, NULL};
    return CA_OK;
}

/* The real one does the same to what stands here, and takes its place where a handler that no test
 * calls brings db/ in. */
__attribute__((weak)) void db_result_free(struct db_result r)
{
    free(r.rows);
}

const char *db_certificate_state_name(enum db_certificate_state state)
{
    static const char *const names[] = {"valid", "held", "revoked", "burned"};

    return names[state];
}

const char *db_request_state_name(enum db_request_state state)
{
    return state == DB_REQUEST_ISSUED ? "issued" : "pending";
}

bool db_request_state_parse(const char *name, enum db_request_state *ret)
{
    *ret = DB_REQUEST_ISSUED;
    return strcmp(name, "issued") == 0;
}

CA_RC db_certificate_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                           struct ca_err *err)
{
    (void)db;
    for (size_t i = 0; i < rest_fake_db.certificate_n; i++) {
        const struct db_certificate *row = &rest_fake_db.certificates[i];

        if (memcmp(&row->id, id, sizeof(*id)) == 0)
            return rest_fake_rows(row, 1, sizeof(*row), ret, err);
    }
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

static bool fits(const struct db_certificate *row, const struct db_certificate_filter *f)
{
    return (f->serial.len == 0 || ca_bytes_equal(f->serial, row->serial)) &&
           (f->fingerprint.len == 0 ||
            memcmp(f->fingerprint.ptr, row->fingerprint.ptr, f->fingerprint.len) == 0) &&
           (f->name == NULL || strcmp(f->name, row->common_name) == 0) &&
           (f->name_prefix == NULL ||
            strncmp(f->name_prefix, row->common_name, strlen(f->name_prefix)) == 0);
}

CA_RC db_certificate_list(struct db *db, const struct db_certificate_filter *filter,
                          enum db_certificate_sort sort, const struct db_certificate_cursor *after,
                          size_t limit, struct db_result *ret, struct ca_err *err)
{
    struct db_certificate found[FAKE_MAX];
    size_t n = 0;

    (void)db;
    (void)sort;
    rest_fake_db.lists++;
    rest_fake_db.after = *after;
    for (size_t i = 0; i < rest_fake_db.certificate_n && n < limit; i++) {
        if (fits(&rest_fake_db.certificates[i], filter))
            found[n++] = rest_fake_db.certificates[i];
    }
    return rest_fake_rows(found, n, sizeof(found[0]), ret, err);
}

CA_RC db_request_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                       struct ca_err *err)
{
    (void)db;
    for (size_t i = 0; i < rest_fake_db.request_n; i++) {
        const struct db_request *row = &rest_fake_db.requests[i];

        if (memcmp(&row->id, id, sizeof(*id)) == 0)
            return rest_fake_rows(row, 1, sizeof(*row), ret, err);
    }
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

CA_RC db_request_list(struct db *db, const struct db_request_filter *filter, size_t limit,
                      struct db_result *ret, struct ca_err *err)
{
    size_t n = rest_fake_db.request_n < limit ? rest_fake_db.request_n : limit;

    (void)db;
    rest_fake_db.request_filter = *filter;
    return rest_fake_rows(rest_fake_db.requests, n, sizeof(rest_fake_db.requests[0]), ret, err);
}

CA_RC db_authority_list(struct db *db, struct db_result *ret, struct ca_err *err)
{
    (void)db;
    return rest_fake_rows(rest_fake_db.authorities, rest_fake_db.authority_n,
                          sizeof(rest_fake_db.authorities[0]), ret, err);
}

CA_RC db_rollover_list(struct db *db, const char *authority, struct db_result *ret,
                       struct ca_err *err)
{
    (void)db, (void)authority;
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

CA_RC db_authority_counts(struct db *db, int64_t now, struct db_result *ret, struct ca_err *err)
{
    (void)db;
    (void)now;
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

CA_RC db_crl_newest(struct db *db, struct db_result *ret, struct ca_err *err)
{
    (void)db;
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

CA_RC db_crl_ahead_list(struct db *db, struct db_result *ret, struct ca_err *err)
{
    (void)db;
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

CA_RC db_crl_list(struct db *db, int64_t authority_id, size_t limit, struct db_result *ret,
                  struct ca_err *err)
{
    (void)db;
    (void)authority_id;
    (void)limit;
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

CA_RC db_profile_version_find(struct db *db, const char *name, struct ca_bytes from,
                              struct ca_bytes to, struct db_result *ret, struct ca_err *err)
{
    struct db_profile_version found[FAKE_MAX];
    size_t n = 0;

    (void)db;
    for (size_t i = 0; i < rest_fake_db.version_n; i++) {
        const struct db_profile_version *row = &rest_fake_db.versions[i];

        if (strcmp(row->name, name) == 0 && memcmp(row->version.ptr, from.ptr, from.len) >= 0 &&
            memcmp(row->version.ptr, to.ptr, to.len) <= 0)
            found[n++] = *row;
    }
    return rest_fake_rows(found, n < 2 ? n : 2, sizeof(found[0]), ret, err);
}

CA_RC db_profile_version_get(struct db *db, struct ca_bytes version, struct db_result *ret,
                             struct ca_err *err)
{
    (void)db;
    for (size_t i = 0; i < rest_fake_db.version_n; i++) {
        const struct db_profile_version *row = &rest_fake_db.versions[i];

        if (ca_bytes_equal(row->version, version))
            return rest_fake_rows(row, 1, sizeof(*row), ret, err);
    }
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

CA_RC db_profile_version_list(struct db *db, const char *name, size_t limit, struct db_result *ret,
                              struct ca_err *err)
{
    size_t n = rest_fake_db.version_n < limit ? rest_fake_db.version_n : limit;

    (void)db;
    (void)name;
    return rest_fake_rows(rest_fake_db.versions, n, sizeof(rest_fake_db.versions[0]), ret, err);
}

CA_RC db_profile_active(struct db *db, struct db_result *ret, struct ca_err *err)
{
    (void)db;
    return rest_fake_rows(rest_fake_db.activations, rest_fake_db.activation_n > 0 ? 1 : 0,
                          sizeof(rest_fake_db.activations[0]), ret, err);
}

CA_RC db_profile_history(struct db *db, const char *name, size_t limit, struct db_result *ret,
                         struct ca_err *err)
{
    size_t n = rest_fake_db.activation_n < limit ? rest_fake_db.activation_n : limit;

    (void)db;
    (void)name;
    return rest_fake_rows(rest_fake_db.activations, n, sizeof(rest_fake_db.activations[0]), ret,
                          err);
}

/* Nothing here reads the log; the handlers are there because the table of parameters names them. */
CA_RC db_audit_list(struct db *db, const struct db_audit_filter *filter, enum db_audit_order order,
                    const struct db_audit_cursor *after, size_t limit, struct db_result *ret,
                    struct ca_err *err)
{
    (void)db;
    (void)filter;
    (void)order;
    (void)after;
    (void)limit;
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

CA_RC db_checkpoint_list(struct db *db, const char *chain, bool newest_first, int64_t after,
                         size_t limit, struct db_result *ret, struct ca_err *err)
{
    (void)db;
    (void)chain;
    (void)newest_first;
    (void)after;
    (void)limit;
    return rest_fake_rows(NULL, 0, 1, ret, err);
}
