/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/context.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"

enum { FILE_MAX = 64 * 1024 };

static CA_RC folder(char *ret, size_t size, struct ca_err *err)
{
    const char *base = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    char own[CONTEXT_PATH];

    if (base != NULL && base[0] == '/') /* the specification: relative ones are not valid */
        return ca_path_join(ret, size, base, "cactl", err);
    if (home == NULL || home[0] != '/')
        return CA_FAIL_AS(err, CA_MALFORMED, "usage", "neither XDG_CONFIG_HOME nor HOME is set");
    CA_TRY(ca_path_join(own, sizeof(own), home, ".config", err));
    return ca_path_join(ret, size, own, "cactl", err);
}

static CA_RC path(char *ret, size_t size, struct ca_err *err)
{
    char dir[CONTEXT_PATH];

    CA_TRY(folder(dir, sizeof(dir), err));
    return ca_path_join(ret, size, dir, "config", err);
}

void contexts_free(struct contexts *c)
{
    free(c);
}

CA_RC contexts_load(struct contexts **ret, struct ca_err *err)
{
    CA_AUTO(contexts) struct contexts *c = calloc(1, sizeof(*c));
    CA_AUTO(buf) struct ca_buf text = {.max = FILE_MAX};
    struct ca_err why = {0};
    char file[CONTEXT_PATH];
    struct stat st;

    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(path(file, sizeof(file), err));
    if (stat(file, &st) == 0) {
        if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
            return CA_FAIL(err, CA_DENIED, "%s is open to others: chmod 0600 %s", file, file);
        CA_TRY(ca_file_read(file, &text, err));
        if (contexts_read(ca_buf_view(&text), c, &why) != CA_OK)
            return CA_FAIL(err, CA_MALFORMED, "%.100s: %.120s", file, why.text);
    }
    *ret = CA_MOVE(c);
    return CA_OK;
}

CA_RC contexts_save(const struct contexts *c, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = FILE_MAX};
    char dir[CONTEXT_PATH];
    char file[CONTEXT_PATH];

    contexts_write(c, &text);
    CA_TRY(ca_buf_check(&text, err));
    CA_TRY(folder(dir, sizeof(dir), err));
    CA_TRY(path(file, sizeof(file), err));
    CA_TRY(ca_dir_make(dir, 0700, err));
    return ca_file_replace(file, ca_buf_view(&text), 0600, err);
}

struct context *contexts_find(struct contexts *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++) {
        if (strcmp(c->rows[i].name, name) == 0)
            return &c->rows[i];
    }
    return NULL;
}

CA_RC contexts_put(struct contexts *c, const struct context *row, struct ca_err *err)
{
    struct context *place = contexts_find(c, row->name);

    if (!context_name_is_good(row->name)) {
        return CA_FAIL_AS(err, CA_MALFORMED, "usage",
                          "context '%.40s': letters, digits, '.', '_' and '-'", row->name);
    }
    if (place == NULL && c->n == CONTEXTS_MAX)
        return CA_FAIL(err, CA_LIMIT, "more than %d contexts", CONTEXTS_MAX);
    if (place == NULL)
        place = &c->rows[c->n++];
    *place = *row;
    return CA_OK;
}

void contexts_remove(struct contexts *c, const char *name)
{
    struct context *row = contexts_find(c, name);
    size_t at;

    if (row == NULL)
        return;
    at = (size_t)(row - c->rows);
    c->n--;
    memmove(row, row + 1, (c->n - at) * sizeof(*row));
    memset(&c->rows[c->n], 0, sizeof(*row));
    if (strcmp(c->current, name) == 0)
        c->current[0] = '\0';
}
