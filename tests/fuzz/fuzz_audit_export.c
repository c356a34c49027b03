/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/audit_line.h"
#include "ca-server/audit_notes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A line that is taken has all its columns, and its hash can be made. */
static void line_read(struct ca_bytes in)
{
    struct audit_line line;
    uint8_t hash[AUDIT_HASH];
    struct ca_err err;

    if (audit_line_read(in, &line, &err) != CA_OK)
        return;
    if (line.row.previous.len != AUDIT_HASH || line.row.hash.len != AUDIT_HASH ||
        line.row.sequence <= 0 || audit_hash(&line.row, hash, &err) != CA_OK)
        abort();
}

/* A note that is taken gives the same three lines when it is written again. */
static void note_read(struct ca_bytes in)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct checkpoint c;
    char chain[CHECKPOINT_CHAIN_MAX + 1];
    struct ca_err err;

    if (checkpoint_read(in, &c, &err) != CA_OK)
        return;
    checkpoint_text(&c, &text);
    if (text.len > in.len || memcmp(text.ptr, in.ptr, text.len) != 0)
        abort();
    (void)checkpoint_chain(c.origin, chain);
}

static void file_read(struct ca_bytes in)
{
    FILE *file = in.len > 0 ? fmemopen((void *)(uintptr_t)in.ptr, in.len, "rb") : NULL;
    size_t octets = 0;
    struct ca_err err;
    bool more = file != NULL;

    while (more) {
        CA_AUTO(buf) struct ca_buf note = {.max = CHECKPOINT_NOTE_MAX};

        more = audit_note_read(file, &note, &err) == CA_OK && note.len > 0;
        octets += note.len;
        note_read(ca_buf_view(&note));
    }
    if (octets > in.len)
        abort();
    if (file != NULL)
        (void)fclose(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct ca_bytes in = {data, len};

    line_read(in);
    note_read(in);
    file_read(in);
    return 0;
}
