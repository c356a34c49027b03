/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cactl/app.h"
#include "cactl/output_internal.h"

struct output {
    const struct app *app;
    const struct view *view;
    struct columns columns;
    size_t widths[COLUMNS_MAX];
    bool begun;
    json_t *kept; /* rows, for json and yaml */
};

static void column_named(const struct view *view, const char *path, struct columns *c)
{
    struct column *column = &c->rows[c->n];

    *column = (struct column){c->headers[c->n], c->paths[c->n], COLUMN_PLAIN, false};
    (void)snprintf(c->paths[c->n], sizeof(c->paths[0]), "%s", path);
    for (size_t i = 0; path[i] != '\0'; i++)
        c->headers[c->n][i] = (char)toupper((unsigned char)path[i]);
    for (size_t i = 0; i < view->n; i++) {
        if (strcmp(view->columns[i].path, path) == 0)
            column->kind = view->columns[i].kind;
    }
    c->n++;
}

static CA_RC columns_named(const struct view *view, const char *text, struct columns *c,
                           struct ca_err *err)
{
    char path[sizeof(c->paths[0])];

    for (;;) {
        size_t len = strcspn(text, ",");

        if (len == 0 || c->n == COLUMNS_MAX ||
            !ca_text_copy(path, sizeof(path), (struct ca_bytes){(const uint8_t *)text, len}))
            return CA_FAIL_USAGE(err, "--columns: names of members with commas between");
        column_named(view, path, c);
        if (text[len] == '\0')
            return CA_OK;
        text += len + 1;
    }
}

static bool coloured(const struct app *app)
{
    const char *no = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && !args_on(&app->args, "no-color") &&
           (no == NULL || no[0] == '\0');
}

CA_RC columns_choose(const struct app *app, const struct view *view, struct columns *ret,
                     struct ca_err *err)
{
    const char *names = args_text(&app->args, "columns");
    bool all = app->format == OUTPUT_WIDE || app->format == OUTPUT_CSV;

    memset(ret, 0, sizeof(*ret));
    ret->colour = coloured(app);
    if (names != NULL)
        return columns_named(view, names, ret, err);
    for (size_t i = 0; i < view->n && ret->n < COLUMNS_MAX; i++) {
        if (all || !view->columns[i].wide)
            ret->rows[ret->n++] = view->columns[i];
    }
    return CA_OK;
}

CA_RC output_new(const struct app *app, const struct view *view, struct output **ret,
                 struct ca_err *err)
{
    CA_AUTO(output) struct output *o = calloc(1, sizeof(*o));

    if (o == NULL)
        return CA_FAIL_NOMEM(err);
    o->app = app;
    o->view = view;
    o->kept = json_array();
    if (o->kept == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(columns_choose(app, view, &o->columns, err));
    *ret = CA_MOVE(o);
    return CA_OK;
}

void output_free(struct output *o)
{
    if (o == NULL)
        return;
    json_decref(o->kept);
    free(o);
}

static CA_RC page_csv(struct output *o, const json_t *items, struct ca_buf *to)
{
    size_t i;
    json_t *item;

    if (!o->begun && !args_on(&o->app->args, "no-headers"))
        csv_write_heads(&o->columns, to);
    json_array_foreach(items, i, item) csv_write(&o->columns, item, to);
    return CA_OK;
}

static CA_RC page_lines(const struct output *o, const json_t *items, struct ca_buf *to,
                        struct ca_err *err)
{
    size_t i;
    json_t *item;

    json_array_foreach(items, i, item)
    {
        if (o->app->format == OUTPUT_JSONL) {
            CA_TRY(json_write(item, false, to, err));
        } else {
            json_plain(json_at(item, o->view->name), to);
        }
        ca_buf_u8(to, '\n');
    }
    return CA_OK;
}

CA_RC output_page(struct output *o, const json_t *items, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    switch (o->app->format) {
    case OUTPUT_TABLE:
    case OUTPUT_WIDE:
        table_write(&o->columns, o->widths, !o->begun && !args_on(&o->app->args, "no-headers"),
                    items, &text);
        break;
    case OUTPUT_JSON:
    case OUTPUT_YAML:
        if (json_array_extend(o->kept, (json_t *)(uintptr_t)items) != 0)
            return CA_FAIL_NOMEM(err);
        break;
    case OUTPUT_JSONL:
    case OUTPUT_NAME:
        CA_TRY(page_lines(o, items, &text, err));
        break;
    case OUTPUT_CSV:
        CA_TRY(page_csv(o, items, &text));
        break;
    }
    o->begun = true;
    return output_text(&text, err);
}

CA_RC output_end(struct output *o, const char *next, struct ca_err *err)
{
    CA_AUTO(json) json_t *whole = NULL;

    if (o->app->format != OUTPUT_JSON && o->app->format != OUTPUT_YAML)
        return CA_OK;
    whole = json_pack("{s:O, s:s?}", "items", o->kept, "next", next);
    if (whole == NULL)
        return CA_FAIL_NOMEM(err);
    return output_object(o->app, o->view, whole, err);
}

CA_RC output_list(const struct app *app, const struct view *view, const json_t *items,
                  struct ca_err *err)
{
    CA_AUTO(output) struct output *o = NULL;

    CA_TRY(output_new(app, view, &o, err));
    CA_TRY(output_page(o, items, err));
    return output_end(o, NULL, err);
}
