/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/audit_line.h"

#include <ctype.h>

#include "base/text.h"

/* What is left of the line, and where the next text goes. */
struct reader {
    const uint8_t *at;
    const uint8_t *end;
    struct audit_line *line;
    size_t used; /* of line->texts */
};

enum kind { TEXT, NUMBER, HASH, HASH_OR_NULL };

static const struct column {
    const char *name;
    enum kind kind;
    size_t offset; /* in struct db_audit */
    size_t place;  /* of a hash, in struct audit_line */
} columns[] = {
    {"chain",       TEXT,         offsetof(struct db_audit, chain),       0},
    {"sequence",    NUMBER,       offsetof(struct db_audit, sequence),    0},
    {"at_us",       NUMBER,       offsetof(struct db_audit, at_us),       0},
    {"actor",       TEXT,         offsetof(struct db_audit, actor),       0},
    {"channel",     TEXT,         offsetof(struct db_audit, channel),     0},
    {"action",      TEXT,         offsetof(struct db_audit, action),      0},
    {"outcome",     TEXT,         offsetof(struct db_audit, outcome),     0},
    {"object",      TEXT,         offsetof(struct db_audit, object),      0},
    {"request_id",  TEXT,         offsetof(struct db_audit, request_id),  0},
    {"detail",      TEXT,         offsetof(struct db_audit, detail),      0},
    {"object_hash", HASH_OR_NULL, offsetof(struct db_audit, object_hash), 0},
    {"previous",    HASH,         offsetof(struct db_audit, previous),    1},
    {"hash",        HASH,         offsetof(struct db_audit, hash),        2},
};

static void blanks(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
}

static bool take(struct reader *r, char c)
{
    blanks(r);
    if (r->at == r->end || *r->at != (uint8_t)c)
        return false;
    r->at++;
    return true;
}

static CA_RC bad(const char *what, struct ca_err *err)
{
    return CA_FAIL(err, CA_MALFORMED, "no line of an export: %s", what);
}

static bool hex4(struct reader *r, uint32_t *ret)
{
    uint8_t octets[2];
    size_t len;
    struct ca_err ignored;

    if (r->end - r->at < 4 || r->at[2] == ':' ||
        ca_hex_parse((struct ca_bytes){r->at, 4}, octets, 2, &len, &ignored) != CA_OK || len != 2)
        return false;
    r->at += 4;
    *ret = (uint32_t)octets[0] << 8 | octets[1];
    return true;
}

/* Behind "\u": a code point, of two such when it is a surrogate. */
static bool escaped_point(struct reader *r, uint32_t *ret)
{
    uint32_t low;

    if (!hex4(r, ret) || (*ret >= 0xdc00 && *ret < 0xe000))
        return false;
    if (*ret < 0xd800 || *ret >= 0xe000)
        return *ret != 0;
    if (r->end - r->at < 6 || r->at[0] != '\\' || r->at[1] != 'u')
        return false;
    r->at += 2;
    if (!hex4(r, &low) || low < 0xdc00 || low >= 0xe000)
        return false;
    *ret = 0x10000 + ((*ret - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

static void put(struct reader *r, uint32_t octet)
{
    r->line->texts[r->used++] = (char)octet;
}

static void point_put(struct reader *r, uint32_t point)
{
    if (point < 0x80) {
        put(r, point);
        return;
    }
    if (point < 0x800) {
        put(r, 0xc0 | point >> 6);
    } else if (point < 0x10000) {
        put(r, 0xe0 | point >> 12);
        put(r, 0x80 | (point >> 6 & 0x3f));
    } else {
        put(r, 0xf0 | point >> 18);
        put(r, 0x80 | (point >> 12 & 0x3f));
        put(r, 0x80 | (point >> 6 & 0x3f));
    }
    put(r, 0x80 | (point & 0x3f));
}

static bool escape_read(struct reader *r)
{
    static const char names[] = "\"\\/bfnrt";
    static const char means[] = "\"\\/\b\f\n\r\t";
    uint32_t point;
    const char *at;

    if (r->at == r->end)
        return false;
    if (*r->at == 'u') {
        r->at++;
        if (!escaped_point(r, &point))
            return false;
        point_put(r, point);
        return true;
    }
    at = *r->at != 0 ? strchr(names, *r->at) : NULL;
    if (at == NULL)
        return false;
    put(r, (uint8_t)means[at - names]);
    r->at++;
    return true;
}

/* A string, into texts. What it takes there, its NUL too, is never more than it took in the line
 * with its quotes. */
static bool string_read(struct reader *r, const char **ret)
{
    size_t start = r->used;

    if (!take(r, '"'))
        return false;
    while (r->at < r->end && *r->at != '"') {
        uint8_t c = *r->at++;

        if (c < 0x20 || (c == '\\' && !escape_read(r)))
            return false;
        if (c != '\\')
            put(r, c);
    }
    if (r->at == r->end)
        return false;
    r->at++;
    *ret = r->line->texts + start;
    put(r, 0);
    return true;
}

static bool number_read(struct reader *r, int64_t *ret)
{
    const uint8_t *start;
    int64_t value = 0;

    blanks(r);
    for (start = r->at; r->at < r->end && isdigit(*r->at); r->at++) {
        if (r->at - start == 18)
            return false;
        value = value * 10 + (*r->at - '0');
    }
    if (r->at == start || (*start == '0' && r->at - start > 1))
        return false;
    *ret = value;
    return true;
}

static bool hash_read(struct reader *r, const struct column *column, struct ca_bytes *ret)
{
    uint8_t *to = r->line->hashes[column->place];
    struct ca_err ignored;
    const char *text;
    size_t len;

    blanks(r);
    if (column->kind == HASH_OR_NULL && r->end - r->at >= 4 && memcmp(r->at, "null", 4) == 0) {
        r->at += 4;
        *ret = (struct ca_bytes){NULL, 0};
        return true;
    }
    if (!string_read(r, &text) || strlen(text) != (size_t)2 * AUDIT_HASH ||
        ca_hex_parse(ca_bytes_str(text), to, AUDIT_HASH, &len, &ignored) != CA_OK)
        return false;
    *ret = (struct ca_bytes){to, len};
    return len == AUDIT_HASH;
}

static bool value_read(struct reader *r, const struct column *column)
{
    void *member = (char *)&r->line->row + column->offset;

    if (column->kind == TEXT)
        return string_read(r, member);
    if (column->kind == NUMBER)
        return number_read(r, member);
    return hash_read(r, column, member);
}

static const struct column *column_find(const char *name)
{
    for (size_t i = 0; i < CA_COUNT(columns); i++) {
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    }
    return NULL;
}

static CA_RC member_read(struct reader *r, unsigned *seen, struct ca_err *err)
{
    const struct column *column;
    const char *name;

    if (!string_read(r, &name) || !take(r, ':'))
        return bad("not JSON", err);
    column = column_find(name);
    if (column == NULL)
        return bad("a member that the log has not", err);
    if ((*seen & 1U << (column - columns)) != 0)
        return bad("a member twice", err);
    *seen |= 1U << (column - columns);
    if (!value_read(r, column))
        return CA_FAIL(err, CA_MALFORMED, "no line of an export: its %s", column->name);
    return CA_OK;
}

CA_RC audit_line_read(struct ca_bytes line, struct audit_line *ret, struct ca_err *err)
{
    struct reader r = {.at = line.ptr, .end = line.ptr + line.len, .line = ret};
    unsigned seen = 0;

    if (line.len >= AUDIT_LINE_MAX)
        return CA_FAIL(err, CA_LIMIT, "a line of %zu octets", line.len);
    memset(&ret->row, 0, sizeof(ret->row));
    if (!take(&r, '{'))
        return bad("not JSON", err);
    do
        CA_TRY(member_read(&r, &seen, err));
    while (take(&r, ','));
    if (!take(&r, '}'))
        return bad("not JSON", err);
    blanks(&r);
    if (r.at != r.end)
        return bad("something stands behind it", err);
    if (seen != (1U << CA_COUNT(columns)) - 1)
        return bad("a column is missing", err);
    return ret->row.sequence > 0 ? CA_OK : bad("its sequence", err);
}
