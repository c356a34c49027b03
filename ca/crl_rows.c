/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "ca/crl_file_internal.h"
#include "ca/crl_internal.h"

enum { POOL_WAIT_MS = 100 };

/* Each half goes into a file of its own, because nobody knows how long the first one gets. */
static CA_RC halves_read(struct signer *s, struct db *const db[2],
                         const struct db_crl_selection *selection, struct ca_bytes middle,
                         struct crl_file *f, struct ca_err *err)
{
    CA_AUTO(crl_file) struct crl_file upper = {.fd = -1};
    const struct db_crl_half half[] = {
        {db[0], crl_file_entry, f     },
        {db[1], crl_file_entry, &upper}
    };

    CA_TRY(crl_file_open(&upper, s->config.spool_dir, err));
    upper.delta = f->delta;
    CA_TRY(db_crl_entries_halves(half, selection, middle, err));
    return crl_file_append(f, &upper, err);
}

CA_RC crl_rows_read(struct signer *s, struct db *db, const struct db_crl_selection *selection,
                    struct crl_file *f, struct ca_err *err)
{
    uint8_t middle[DB_SERIAL_MAX];
    struct db *both[] = {db, NULL};
    struct ca_err ignored;
    size_t len;
    enum ca_rc rc;

    f->delta = selection->delta;
    CA_TRY(db_crl_middle(db, selection, middle, &len, err));
    if (len == 0 || db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &both[1], &ignored) != CA_OK)
        return db_crl_entries(db, selection, crl_file_entry, f, err);
    rc = halves_read(s, both, selection, (struct ca_bytes){middle, len}, f, err);
    db_pool_give(s->pool, both[1]);
    return rc;
}
