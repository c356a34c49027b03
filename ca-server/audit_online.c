/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/audit_online.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/time.h"
#include "db/audit_list.h"
#include "db/checkpoint.h"

enum { PAGE = 2000, SHOWN_MAX = 100 };

CA_RC audit_table_begin(void *table, const char *chain, struct ca_err *err)
{
    struct audit_table *t = table;

    if (!ca_text_copy(t->chain, sizeof(t->chain), ca_bytes_str(chain)))
        return CA_FAIL(err, CA_LIMIT, "the name of a chain is too long");
    t->size = 0;
    return CA_OK;
}

static CA_RC key_of(const struct audit_table *t, const struct db_checkpoint *row,
                    struct checkpoint_key **ret_own, const struct checkpoint_key **ret,
                    struct ca_err *err)
{
    *ret = t->key;
    if (t->key != NULL)
        return CA_OK;
    CA_TRY(checkpoint_key_new(row->key, ret_own, err));
    *ret = *ret_own;
    return CA_OK;
}

/* Is the row what its note says, and the note what the key has signed? */
static bool row_open(const struct audit_table *t, const struct db_checkpoint *row,
                     struct checkpoint *ret, struct ca_err *err)
{
    CA_AUTO(checkpoint_key) struct checkpoint_key *own = NULL;
    const struct checkpoint_key *key = NULL;
    char chain[CHECKPOINT_CHAIN_MAX + 1];

    return key_of(t, row, &own, &key, err) == CA_OK &&
           checkpoint_open(ca_bytes_str(row->note), key, ret, err) == CA_OK &&
           checkpoint_chain(ret->origin, chain) && strcmp(chain, row->chain) == 0 &&
           ret->size == (uint64_t)row->size &&
           ca_bytes_equal(row->root, (struct ca_bytes){ret->root, sizeof(ret->root)});
}

CA_RC audit_table_next(void *table, struct checkpoint *ret, bool *ret_there, struct ca_err *err)
{
    struct audit_table *t = table;

    *ret_there = false;
    for (;;) {
        CA_AUTO(db_result) struct db_result page = {0};
        struct ca_err why = {.text = "it is not what its note says"};
        const struct db_checkpoint *row;

        CA_TRY(db_checkpoint_read(t->db, t->chain, t->size, 1, &page, err));
        if (page.count == 0)
            return CA_OK;
        row = page.rows;
        t->size = row->size;
        if (row_open(t, row, ret, &why)) {
            *ret_there = true;
            return CA_OK;
        }
        audit_check_find(t->check, t->chain, row->size, "the checkpoint of %" PRId64 " lines: %s",
                         row->size, why.text);
    }
}

CA_RC audit_table_expect(struct audit_table *table, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result chains = {0};
    const char *const *name;

    CA_TRY(db_checkpoint_chains(table->db, &chains, err));
    name = chains.rows;
    for (size_t i = 0; i < chains.count; i++)
        CA_TRY(audit_check_expect(table->check, name[i], err));
    return CA_OK;
}

/* Until nothing is left; once more when a checkpoint was signed meanwhile: its lines are there. */
static CA_RC chain_lines(struct db *db, struct audit_check *check, const char *chain,
                         struct ca_err *err)
{
    int64_t sequence = 1;
    unsigned empty = 0;

    while (empty < 2) {
        CA_AUTO(db_result) struct db_result page = {0};
        const struct db_audit *rows;

        CA_TRY(db_audit_read(db, chain, sequence, PAGE, &page, err));
        rows = page.rows;
        for (size_t i = 0; i < page.count; i++)
            CA_TRY(audit_check_line(check, &rows[i], err));
        if (page.count > 0)
            sequence = rows[page.count - 1].sequence + 1;
        if (page.count == PAGE)
            continue;
        if (!audit_check_wants_more(check))
            break;
        empty = page.count > 0 ? 0 : empty + 1;
    }
    return audit_check_end(check, err);
}

CA_RC audit_online_lines(struct db *db, struct audit_check *check, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result states = {0};
    const struct db_checkpoint_state *state;

    CA_TRY(db_checkpoint_state(db, &states, err));
    state = states.rows;
    for (size_t i = 0; i < states.count; i++)
        CA_TRY(chain_lines(db, check, state[i].chain, err));
    return CA_OK;
}

static CA_RC missing_tell(struct db *db, struct audit_check *check, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_audit_missing *rows;

    CA_TRY(db_audit_issued_missing(db, SHOWN_MAX, &found, err));
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        char serial[2 * 20 + 1] = "";
        char id[CA_UUID_TEXT];
        char at[CA_TIME_TEXT];

        if (rows[i].serial.len <= 20)
            (void)ca_hex(rows[i].serial, serial);
        audit_check_find(check, "", 0,
                         "certificate %s (serial %s, issued %s) is not in the log, or not as it is",
                         ca_uuid_text(&rows[i].id, id), serial,
                         ca_time_text(rows[i].issued_at, at));
    }
    return CA_OK;
}

static CA_RC orphans_tell(struct db *db, struct audit_check *check, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_audit *rows;

    CA_TRY(db_audit_issued_orphan(db, SHOWN_MAX, &found, err));
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        audit_check_find(check, rows[i].chain, rows[i].sequence,
                         "certificate %s, which it tells of, is not on record, or not as it was",
                         rows[i].object);
    }
    return CA_OK;
}

/* "2026-Q4" of 0x4000 + 4 * (year - 2000) + quarter; "elsewhere" of 0. */
static void period_put(int32_t period, struct ca_buf *ret)
{
    if (period < 0x4000) {
        ca_buf_str(ret, "elsewhere");
    } else {
        ca_buf_printf(ret, "%d-Q%d", 2000 + (period - 0x4000) / 4, 1 + (period - 0x4000) % 4);
    }
}

CA_RC audit_online_certificates(struct db *db, struct audit_check *check, struct ca_buf *ret_text,
                                struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result counts = {0};
    const struct db_audit_count *rows;

    CA_TRY(db_audit_issued_counts(db, &counts, err));
    rows = counts.rows;
    for (size_t i = 0; i < counts.count; i++) {
        ca_buf_str(ret_text, "certificates of ");
        period_put(rows[i].period, ret_text);
        ca_buf_printf(ret_text, ": %" PRId64 ", in the log %" PRId64 "\n", rows[i].certificates,
                      rows[i].audited);
    }
    CA_TRY(ca_buf_check(ret_text, err));
    CA_TRY(missing_tell(db, check, err));
    return orphans_tell(db, check, err);
}
