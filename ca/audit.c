/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/audit_internal.h"

#include "base/digest.h"
#include "base/time.h"

enum { HASH = CA_SHA256_LEN };

/* One line that waits for its transaction. */
struct line {
    char actor[65];
    char channel[17];
    char action[49];
    char outcome[9];
    char object[129];
    char request_id[129];
    char detail[513];
    uint8_t object_hash[HASH];
    size_t object_hash_len;
    uint8_t hash[HASH];
};

struct audit {
    char chain[65];
    int64_t sequence;   /* of the newest committed line; 0: none */
    uint8_t head[HASH]; /* its hash */
    struct line *lines; /* of the transaction at hand */
    size_t line_n;
    size_t line_cap;
    audit_tap_fn tap; /* NULL: none */
    void *tap_arg;
};

CA_RC audit_reload(struct audit *a, struct db *db, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_audit *row;

    CA_TRY(db_audit_head(db, a->chain, &result, err));
    if (result.count == 0)
        return CA_OK;
    row = result.rows;
    if (row->hash.len != HASH) {
        return CA_FAIL(err, CA_FAULT, "audit chain '%s' has a head of %zu octets", a->chain,
                       row->hash.len);
    }
    a->sequence = row->sequence;
    memcpy(a->head, row->hash.ptr, HASH);
    return CA_OK;
}

CA_RC audit_open(struct db *db, const char *node, struct audit **ret, struct ca_err *err)
{
    CA_AUTO(audit) struct audit *a = calloc(1, sizeof(*a));

    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    if (!ca_text_copy(a->chain, sizeof(a->chain), ca_bytes_str(node)))
        return CA_FAIL(err, CA_LIMIT, "node name is longer than %zu", sizeof(a->chain) - 1);
    CA_TRY(audit_reload(a, db, err));
    *ret = CA_MOVE(a);
    return CA_OK;
}

void audit_close(struct audit *a)
{
    if (a == NULL)
        return;
    free(a->lines);
    free(a);
}

void audit_set_tap(struct audit *a, audit_tap_fn tap, void *arg)
{
    a->tap = tap;
    a->tap_arg = arg;
}

void audit_begin(struct audit *a)
{
    a->line_n = 0;
}

/* A text may have been cut inside a character before it came here: PostgreSQL takes no such thing,
 * and the change that it belongs to would be refused with it. */
static void text_clean(char *text, size_t n)
{
    for (unsigned i = 0; i < 3 && n > 0 && ((uint8_t)text[n - 1] & 0x80U) != 0; i++) {
        if (ca_text_is_clean(ca_bytes_str(text)))
            return;
        text[--n] = '\0';
    }
    if (ca_text_is_clean(ca_bytes_str(text)))
        return;
    for (; *text != '\0'; text++) {
        if (*text < 0x20 || *text > 0x7e)
            *text = '?';
    }
}

/* Copies what fits, up to a whole UTF-8 character. */
static void text_cut(char *ret, size_t size, const char *text)
{
    size_t n = text != NULL ? strnlen(text, size) : 0;

    if (n == size) {
        n = size - 1;
        while (n > 0 && ((uint8_t)text[n] & 0xc0U) == 0x80)
            n--;
    }
    if (n > 0)
        memcpy(ret, text, n);
    ret[n] = '\0';
    text_clean(ret, n);
}

static CA_RC line_room(struct audit *a, struct line **ret, struct ca_err *err)
{
    if (a->line_n == a->line_cap) {
        size_t cap = a->line_cap != 0 ? 2 * a->line_cap : 64;
        struct line *lines = realloc(a->lines, cap * sizeof(*lines));

        if (lines == NULL)
            return CA_FAIL_NOMEM(err);
        a->lines = lines;
        a->line_cap = cap;
    }
    *ret = &a->lines[a->line_n++];
    return CA_OK;
}

CA_RC audit_add(struct audit *a, const struct audit_event *event, struct ca_err *err)
{
    struct line *line;

    CA_TRY(line_room(a, &line, err));
    text_cut(line->actor, sizeof(line->actor), event->actor);
    text_cut(line->channel, sizeof(line->channel), event->channel);
    text_cut(line->action, sizeof(line->action), event->action);
    text_cut(line->outcome, sizeof(line->outcome), event->outcome);
    text_cut(line->object, sizeof(line->object), event->object);
    text_cut(line->request_id, sizeof(line->request_id), event->request_id);
    text_cut(line->detail, sizeof(line->detail), event->detail);
    line->object_hash_len = event->object_hash.len == HASH ? HASH : 0;
    if (line->object_hash_len > 0)
        memcpy(line->object_hash, event->object_hash.ptr, HASH);
    return CA_OK;
}

/* The row of line i; its number and the hash before it follow from its place. */
static CA_RC row_make(struct audit *a, size_t i, int64_t at_us, struct db_audit *ret,
                      struct ca_err *err)
{
    struct line *line = &a->lines[i];

    *ret = (struct db_audit){
        .chain = a->chain,
        .sequence = a->sequence + 1 + (int64_t)i,
        .at_us = at_us,
        .actor = line->actor,
        .channel = line->channel,
        .action = line->action,
        .outcome = line->outcome,
        .object = line->object,
        .request_id = line->request_id,
        .detail = line->detail,
        .object_hash = {line->object_hash,                       line->object_hash_len},
        .previous = {i == 0 ? a->head : a->lines[i - 1].hash, HASH                 },
        .hash = {line->hash,                              HASH                 },
    };
    return audit_hash(ret, line->hash, err);
}

CA_RC audit_write(struct audit *a, struct db *db, struct ca_err *err)
{
    int64_t at_us = ca_time_now_us();
    struct db_audit *rows;
    enum ca_rc rc = CA_OK;

    if (a->line_n == 0)
        return CA_OK;
    rows = calloc(a->line_n, sizeof(*rows));
    if (rows == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < a->line_n && rc == CA_OK; i++)
        rc = row_make(a, i, at_us, &rows[i], err);
    if (rc == CA_OK)
        rc = db_audit_insert_batch(db, rows, a->line_n, err);
    if (rc == CA_OK && a->tap != NULL)
        rc = a->tap(a->tap_arg, db, rows, a->line_n, err);
    free(rows);
    return rc;
}

void audit_commit(struct audit *a)
{
    if (a->line_n == 0)
        return;
    a->sequence += (int64_t)a->line_n;
    memcpy(a->head, a->lines[a->line_n - 1].hash, HASH);
    a->line_n = 0;
}
