/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of a large CRL, read by two connections: one backend scans and sends about a million
 * rows a second, and there is more than one core. */
#include <stdatomic.h>
#include <stdio.h>

#include "base/together.h"
#include "db/crl_entries_internal.h"
#include "db/statement_internal.h"

enum {
    SAMPLE_PAGES = 64,  /* of some hundred entries each */
    FEWEST = 50000,     /* entries; below that a second connection saves nothing */
    SNAPSHOT_TEXT = 64, /* its name is 22 characters long */
};

CA_RC db_crl_middle(struct db *db, const struct db_crl_selection *selection,
                    uint8_t ret[DB_SERIAL_MAX], size_t *ret_len, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    *ret_len = 0;
    if (selection->delta)
        return CA_OK;
    db_put_int8(&p, selection->authority_id);
    db_put_int4(&p, selection->shard);
    db_put_int4(&p, selection->whole);
    db_put_int4(&p, SAMPLE_PAGES);
    db_put_int8(&p, FEWEST);
    CA_TRY(db_run(db, DB_crl_middle, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_OK;
    if (PQgetlength(res, 0, 0) > DB_SERIAL_MAX)
        return CA_FAIL(err, CA_FAULT, "serial number of %d octets", PQgetlength(res, 0, 0));
    *ret_len = (size_t)PQgetlength(res, 0, 0);
    memcpy(ret, PQgetvalue(res, 0, 0), *ret_len);
    return CA_OK;
}

/* The command that takes the first's snapshot over. A name that is not hexadecimal and dashes is
 * none of PostgreSQL's. */
static CA_RC snapshot_name(struct db *db, char ret[SNAPSHOT_TEXT], struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;
    const char *name;

    CA_TRY(db_run(db, DB_crl_snapshot, NULL, &res, err));
    name = PQgetvalue(res, 0, 0);
    if (name[strspn(name, "0123456789ABCDEF-")] != '\0')
        return CA_FAIL(err, CA_FAULT, "a snapshot '%s'", name);
    (void)snprintf(ret, SNAPSHOT_TEXT, "SET TRANSACTION SNAPSHOT '%s'", name);
    return CA_OK;
}

static CA_RC snapshot_join(struct db *first, struct db *second, struct ca_err *err)
{
    char take[SNAPSHOT_TEXT];

    if (strcmp(first->cluster, second->cluster) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "the connections are to different servers");
    CA_TRY(snapshot_name(first, take, err));
    CA_TRY(db_crl_reading_begin(second, err));
    return db_io_command(second, take, NULL, err);
}

struct halves {
    struct half {
        struct halves *both;
        const struct db_crl_half *how;
        struct db_crl_reading reading;
        bool cut; /* because of the other */
    } at[2];
    atomic_bool failed;
};

static CA_RC half_entry(void *arg, const struct db_crl_entry *entry, struct ca_err *err)
{
    struct half *h = arg;

    if (atomic_load(&h->both->failed)) {
        h->cut = true;
        return CA_FAIL(err, CA_UNAVAILABLE, "the other half failed");
    }
    return h->how->fn(h->how->arg, entry, err);
}

/* One that was cut leaves it to the other to say why. */
static CA_RC half_run(void *arg, struct ca_err *err)
{
    struct half *h = arg;
    enum ca_rc rc = db_crl_reading_run(h->how->db, &h->reading, err);

    if (rc != CA_OK && !h->cut)
        atomic_store(&h->both->failed, true);
    return h->cut ? CA_OK : rc;
}

CA_RC db_crl_entries_halves(const struct db_crl_half half[2],
                            const struct db_crl_selection *selection, struct ca_bytes middle,
                            struct ca_err *err)
{
    struct halves both = {0};
    struct ca_piece pieces[2];
    struct ca_err ignored = {0};
    size_t n = 1;
    enum ca_rc rc;

    for (size_t i = 0; i < 2; i++) {
        both.at[i] = (struct half){
            &both, &half[i], {selection, {0}, {0}, half_entry, &both.at[i], 0},
              false
        };
        pieces[i] = (struct ca_piece){half_run, &both.at[i]};
    }
    CA_TRY(db_crl_reading_begin(half[0].db, err));
    if (!selection->delta && middle.len > 0 &&
        snapshot_join(half[0].db, half[1].db, &ignored) == CA_OK) {
        both.at[0].reading.before = both.at[1].reading.from = middle;
        n = 2;
    }
    rc = ca_together(pieces, n, err);
    db_crl_reading_end(half[0].db);
    db_crl_reading_end(half[1].db);
    return rc;
}
