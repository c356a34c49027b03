/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/keys_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "policy/weak_keys.h"

enum { FILTER_MAX = 1 << 30, LINE_LEN = 4096, FIRST = 4096 };

CA_RC keys_checks_load(const char *path, struct key_checks **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf file = {.max = FILTER_MAX};
    struct ca_err why = {0};
    enum ca_rc rc;

    if (path[0] != '\0')
        CA_TRY(ca_file_read(path, &file, err));
    if (path[0] != '\0' && file.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "%s is empty", path);
    rc = key_checks_new(ca_buf_view(&file), (struct ca_bytes){NULL, 0}, ret, &why);
    if (rc == CA_MALFORMED)
        return CA_FAIL(err, CA_MALFORMED, "%s: %s", path, why.text);
    if (rc != CA_OK)
        *err = why;
    return rc;
}

void keys_import_done(struct keys_import *i)
{
    free(i->hashes);
    *i = (struct keys_import){0};
}

static CA_RC room_make(struct keys_import *i, struct ca_err *err)
{
    size_t cap = i->cap == 0 ? FIRST : 2 * i->cap;
    uint8_t *hashes;

    if (i->n < i->cap)
        return CA_OK;
    if (cap > FILTER_MAX / WEAK_KEY_HASH_LEN)
        return CA_FAIL(err, CA_LIMIT, "more than %zu keys", i->n);
    hashes = realloc(i->hashes, cap * WEAK_KEY_HASH_LEN);
    if (hashes == NULL)
        return CA_FAIL_NOMEM(err);
    i->hashes = hashes;
    i->cap = cap;
    return CA_OK;
}

static CA_RC line_import(struct keys_import *i, struct ca_bytes line, struct ca_err *err)
{
    bool there = false;

    CA_TRY(room_make(i, err));
    CA_TRY(weak_key_line(line, i->hashes + i->n * WEAK_KEY_HASH_LEN, &there, err));
    i->n += there;
    return CA_OK;
}

static CA_RC lines_import(struct keys_import *i, FILE *file, const char *path, struct ca_err *err)
{
    char line[LINE_LEN];

    for (size_t number = 1; fgets(line, sizeof(line), file) != NULL; number++) {
        struct ca_bytes text = ca_bytes_str(line);
        struct ca_err why = {0};
        enum ca_rc rc;

        if (text.len > 0 && line[text.len - 1] == '\n') {
            text.len--;
        } else if (feof(file) == 0) {
            return CA_FAIL(err, CA_MALFORMED, "%s, line %zu: longer than %d octets, or a NUL", path,
                           number, LINE_LEN);
        }
        rc = line_import(i, text, &why);
        if (rc != CA_OK)
            return CA_FAIL(err, rc, "%s, line %zu: %s", path, number, why.text);
    }
    if (ferror(file) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot read %s: %s", path, strerror(errno));
    return CA_OK;
}

CA_RC keys_import_file(struct keys_import *i, const char *path, struct ca_err *err)
{
    FILE *file = fopen(path, "rbe");
    enum ca_rc rc;

    if (file == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "cannot open %s: %s", path, strerror(errno));
    rc = lines_import(i, file, path, err);
    (void)fclose(file);
    return rc;
}

CA_RC keys_import_write(struct keys_import *i, const char *path, size_t *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf filter = {.max = FILTER_MAX};

    CA_TRY(weak_keys_write(i->hashes, i->n, &filter, ret, err));
    return ca_file_replace(path, ca_buf_view(&filter), 0644, err);
}
