/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/endpoint.h"

#include <pthread.h>

#include "base/time.h"
#include "db/scep.h"

enum { ENDPOINTS_FRESH_MS = 1000 };

struct scep_endpoints {
    pthread_mutex_t lock; /* guards everything below */
    struct scep_endpoint *rows;
    size_t n;
    bool read; /* at least once */
    int64_t due_ms;
};

CA_RC scep_endpoints_new(struct scep_endpoints **ret, struct ca_err *err)
{
    struct scep_endpoints *e = calloc(1, sizeof(*e));

    if (e == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&e->lock, NULL);
    *ret = e;
    return CA_OK;
}

void scep_endpoints_free(struct scep_endpoints *e)
{
    if (e == NULL)
        return;
    (void)pthread_mutex_destroy(&e->lock);
    free(e->rows);
    free(e);
}

static void row_copy(const struct db_scep_endpoint *from, struct scep_endpoint *to)
{
    to->id = from->id;
    to->operator_id = from->operator_id;
    (void)ca_text_copy(to->name, sizeof(to->name), ca_bytes_str(from->name));
    (void)ca_text_copy(to->authority, sizeof(to->authority), ca_bytes_str(from->authority));
    to->enabled = from->enabled;
    to->modes = from->modes;
    to->legacy = from->legacy;
    to->switches = from->switches;
    (void)ca_text_copy(to->webhook_url, sizeof(to->webhook_url), ca_bytes_str(from->webhook_url));
}

static CA_RC rows_load(struct db *db, struct scep_endpoint **ret, size_t *ret_n, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    struct scep_endpoint *rows;

    CA_TRY(db_scep_endpoint_list(db, NULL, &result, err));
    rows = calloc(result.count + 1, sizeof(*rows));
    if (rows == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < result.count; i++)
        row_copy(&((const struct db_scep_endpoint *)result.rows)[i], &rows[i]);
    *ret = rows;
    *ret_n = result.count;
    return CA_OK;
}

/* Is it somebody's turn to read? Others go on with what is there meanwhile. */
static bool turn_take(struct scep_endpoints *e, bool *ret_read)
{
    int64_t now_ms = ca_mono_ms();
    bool due;

    (void)pthread_mutex_lock(&e->lock);
    *ret_read = e->read;
    due = !e->read || now_ms >= e->due_ms;
    if (due)
        e->due_ms = now_ms + ENDPOINTS_FRESH_MS;
    (void)pthread_mutex_unlock(&e->lock);
    return due;
}

static CA_RC refresh(struct scep_endpoints *e, struct db *db, struct ca_err *err)
{
    struct scep_endpoint *rows = NULL;
    struct scep_endpoint *old;
    size_t n = 0;
    bool read;
    enum ca_rc rc;

    if (!turn_take(e, &read))
        return CA_OK;
    rc = rows_load(db, &rows, &n, err);
    if (rc != CA_OK)
        return read ? CA_OK : rc;
    (void)pthread_mutex_lock(&e->lock);
    old = e->rows;
    e->rows = rows;
    e->n = n;
    e->read = true;
    (void)pthread_mutex_unlock(&e->lock);
    free(old);
    return CA_OK;
}

CA_RC scep_endpoints_find(struct scep_endpoints *e, struct db *db, const char *name,
                          struct scep_endpoint *ret, struct ca_err *err)
{
    bool found = false;

    CA_TRY(refresh(e, db, err));
    (void)pthread_mutex_lock(&e->lock);
    for (size_t i = 0; i < e->n && !found; i++) {
        found = e->rows[i].enabled && strcmp(e->rows[i].name, name) == 0;
        if (found)
            *ret = e->rows[i];
    }
    (void)pthread_mutex_unlock(&e->lock);
    if (!found)
        return CA_FAIL(err, CA_NOT_FOUND, "no SCEP endpoint '%.63s'", name);
    return CA_OK;
}
