/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/audit_notes.h"

#include <errno.h>

#include "base/text.h"

static const char dash[] = "\xe2\x80\x94 ";

/* One line with its end; empty: the end of the file. */
static CA_RC line_read(FILE *file, struct ca_buf *ret, struct ca_err *err)
{
    int c;

    for (c = getc(file); c != EOF; c = getc(file)) {
        ca_buf_u8(ret, (uint8_t)c);
        if (c == '\n' || ret->state != CA_BUF_FINE)
            break;
    }
    if (ferror(file) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot read checkpoints: %s", strerror(errno));
    return ca_buf_check(ret, err);
}

CA_RC audit_note_read(FILE *file, struct ca_buf *ret, struct ca_err *err)
{
    bool signatures = false;

    for (;;) {
        CA_AUTO(buf) struct ca_buf line = {.max = CHECKPOINT_NOTE_MAX};
        bool blank;

        CA_TRY(line_read(file, &line, err));
        if (line.len == 0)
            return CA_OK;
        blank = line.len == 1 && line.ptr[0] == '\n';
        if (blank && signatures)
            return CA_OK;
        if (blank && ret->len == 0)
            continue;
        signatures =
            signatures || (line.len > strlen(dash) && memcmp(line.ptr, dash, strlen(dash)) == 0);
        ca_buf_bytes(ret, ca_buf_view(&line));
        CA_TRY(ca_buf_check(ret, err));
    }
}

CA_RC audit_notes_begin(void *notes, const char *chain, struct ca_err *err)
{
    struct audit_notes *n = notes;

    if (!ca_text_copy(n->chain, sizeof(n->chain), ca_bytes_str(chain)))
        return CA_FAIL(err, CA_LIMIT, "the name of a chain is too long");
    if (fseek(n->file, 0, SEEK_SET) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "checkpoints must be in a file that can be read again");
    return CA_OK;
}

/* The next good note of any chain; what is wrong with others is told once. */
static CA_RC good_next(struct audit_notes *n, struct checkpoint *ret,
                       char ret_chain[CHECKPOINT_CHAIN_MAX + 1], bool *ret_there,
                       struct ca_err *err)
{
    *ret_there = false;
    for (;;) {
        CA_AUTO(buf) struct ca_buf note = {.max = CHECKPOINT_NOTE_MAX};
        struct ca_err why = {0};
        bool good;

        CA_TRY(audit_note_read(n->file, &note, err));
        if (note.len == 0)
            return CA_OK;
        good = checkpoint_open(ca_buf_view(&note), n->key, ret, &why) == CA_OK;
        if (good && checkpoint_chain(ret->origin, ret_chain)) {
            *ret_there = true;
            return CA_OK;
        }
        if (ftell(n->file) <= n->told)
            continue;
        n->told = ftell(n->file);
        if (checkpoint_read(ca_buf_view(&note), ret, &why) == CA_OK &&
            checkpoint_chain(ret->origin, ret_chain)) {
            audit_check_find(n->check, ret_chain, (int64_t)ret->size,
                             "a checkpoint of %ju lines is not signed by this key",
                             (uintmax_t)ret->size);
        } else {
            audit_check_find(n->check, "?", 0, "in the file of checkpoints, up to octet %jd: %s",
                             (intmax_t)n->told, good ? "a signed note about no chain" : why.text);
        }
    }
}

CA_RC audit_notes_next(void *notes, struct checkpoint *ret, bool *ret_there, struct ca_err *err)
{
    struct audit_notes *n = notes;
    char chain[CHECKPOINT_CHAIN_MAX + 1];

    do
        CA_TRY(good_next(n, ret, chain, ret_there, err));
    while (*ret_there && strcmp(chain, n->chain) != 0);
    return CA_OK;
}

CA_RC audit_notes_expect(struct audit_notes *notes, struct ca_err *err)
{
    char chain[CHECKPOINT_CHAIN_MAX + 1];
    struct checkpoint c;
    long at = 0;
    bool there = true;

    while (there) {
        if (fseek(notes->file, at, SEEK_SET) != 0)
            return CA_FAIL(err, CA_UNAVAILABLE, "cannot read checkpoints again");
        CA_TRY(good_next(notes, &c, chain, &there, err));
        at = ftell(notes->file);
        if (there)
            CA_TRY(audit_check_expect(notes->check, chain, err)); /* reads the file, too */
    }
    return CA_OK;
}
