/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/lines.h"

enum { AROUND = 3 };

struct lines {
    struct ca_bytes *rows;
    size_t n;
};
static void lines_free(struct lines l)
{
    free(l.rows);
}
CA_AUTO_DEFINE(lines, struct lines, lines_free);

/* One line of the result: of both texts, of the first, or of the second. */
struct edit {
    char mark; /* ' ', '-', '+' */
    struct ca_bytes text;
};
CA_AUTO_DEFINE(edits, struct edit *, free);
CA_AUTO_DEFINE(table, uint16_t *, free);

static CA_RC split(struct ca_bytes text, struct lines *ret, struct ca_err *err)
{
    size_t most = 1;

    for (size_t i = 0; i < text.len; i++)
        most += text.ptr[i] == '\n' ? 1 : 0;
    ret->rows = calloc(most, sizeof(ret->rows[0]));
    if (ret->rows == NULL)
        return CA_FAIL_NOMEM(err);
    while (text.len > 0) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        size_t len = end != NULL ? (size_t)(end - text.ptr) : text.len;

        ret->rows[ret->n++] = (struct ca_bytes){text.ptr, len};
        text.ptr += len + (end != NULL ? 1 : 0);
        text.len -= len + (end != NULL ? 1 : 0);
    }
    return CA_OK;
}

/* Cell [i][k]: how long the longest common part of the lines from i and from k on is. */
static void table_fill(const struct lines *a, const struct lines *b, uint16_t *table)
{
    size_t width = b->n + 1;

    for (size_t i = a->n; i-- > 0;) {
        for (size_t k = b->n; k-- > 0;) {
            uint16_t down = table[(i + 1) * width + k];
            uint16_t right = table[i * width + k + 1];

            if (ca_bytes_equal(a->rows[i], b->rows[k])) {
                table[i * width + k] = (uint16_t)(table[(i + 1) * width + k + 1] + 1);
            } else {
                table[i * width + k] = down > right ? down : right;
            }
        }
    }
}

static size_t edits_walk(const struct lines *a, const struct lines *b, const uint16_t *table,
                         struct edit *ret)
{
    size_t width = b->n + 1;
    size_t i = 0;
    size_t k = 0;
    size_t n = 0;

    while (i < a->n || k < b->n) {
        if (i < a->n && k < b->n && ca_bytes_equal(a->rows[i], b->rows[k])) {
            ret[n++] = (struct edit){' ', a->rows[i]};
            i++;
            k++;
        } else if (i < a->n &&
                   (k == b->n || table[(i + 1) * width + k] >= table[i * width + k + 1])) {
            ret[n++] = (struct edit){'-', a->rows[i++]};
        } else {
            ret[n++] = (struct edit){'+', b->rows[k++]};
        }
    }
    return n;
}

/* Where the part with the change at `at` ends: AROUND lines behind its last change. */
static size_t hunk_end(const struct edit *edits, size_t n, size_t at)
{
    size_t same = 0;
    size_t i = at;

    while (i < n && same <= (size_t)2 * AROUND) {
        same = edits[i].mark == ' ' ? same + 1 : 0;
        i++;
    }
    return same > AROUND ? i - (same - AROUND) : i;
}

static void range_write(size_t from, size_t n, struct ca_buf *to)
{
    ca_buf_printf(to, "%zu,%zu", n > 0 ? from + 1 : from, n);
}

static size_t count(const struct edit *edits, size_t from, size_t to, char without)
{
    size_t n = 0;

    for (size_t i = from; i < to; i++)
        n += edits[i].mark != without ? 1 : 0;
    return n;
}

static void hunk_write(const struct edit *edits, size_t from, size_t end, struct ca_buf *to)
{
    ca_buf_str(to, "@@ -");
    range_write(count(edits, 0, from, '+'), count(edits, from, end, '+'), to);
    ca_buf_str(to, " +");
    range_write(count(edits, 0, from, '-'), count(edits, from, end, '-'), to);
    ca_buf_str(to, " @@\n");
    for (size_t i = from; i < end; i++) {
        ca_buf_u8(to, (uint8_t)edits[i].mark);
        ca_buf_bytes(to, edits[i].text);
        ca_buf_u8(to, '\n');
    }
}

static void hunks_write(const struct edit *edits, size_t n, struct ca_buf *to)
{
    size_t i = 0;

    while (i < n) {
        size_t end;

        if (edits[i].mark == ' ') {
            i++;
            continue;
        }
        end = hunk_end(edits, n, i);
        hunk_write(edits, i > AROUND ? i - AROUND : 0, end, to);
        i = end;
    }
}

CA_RC lines_diff(const char *name_a, struct ca_bytes a, const char *name_b, struct ca_bytes b,
                 struct ca_buf *to, struct ca_err *err)
{
    CA_AUTO(lines) struct lines left = {0};
    CA_AUTO(lines) struct lines right = {0};
    CA_AUTO(table) uint16_t *table = NULL;
    CA_AUTO(edits) struct edit *edits = NULL;

    if (ca_bytes_equal(a, b))
        return CA_OK;
    CA_TRY(split(a, &left, err));
    CA_TRY(split(b, &right, err));
    if (left.n > LINES_MAX || right.n > LINES_MAX)
        return CA_FAIL(err, CA_LIMIT, "more than %d lines to compare", LINES_MAX);
    table = calloc((left.n + 1) * (right.n + 1), sizeof(table[0]));
    edits = calloc(left.n + right.n + 1, sizeof(edits[0]));
    if (table == NULL || edits == NULL)
        return CA_FAIL_NOMEM(err);
    table_fill(&left, &right, table);
    ca_buf_printf(to, "--- %s\n+++ %s\n", name_a, name_b);
    hunks_write(edits, edits_walk(&left, &right, table, edits), to);
    return ca_buf_check(to, err);
}
