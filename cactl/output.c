/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/output.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/file.h"
#include "cactl/app.h"
#include "cactl/output_internal.h"

static const char *const names[] = {"table", "wide", "json", "jsonl", "yaml", "csv", "name"};

CA_RC output_format_read(const char *text, enum output_format *ret, struct ca_err *err)
{
    *ret = OUTPUT_TABLE;
    for (size_t i = 0; text != NULL && i < CA_COUNT(names); i++) {
        if (strcmp(names[i], text) == 0) {
            *ret = (enum output_format)i;
            return CA_OK;
        }
    }
    return text == NULL ? CA_OK : CA_FAIL_USAGE(err, "--output %.20s", text);
}

CA_RC output_text(const struct ca_buf *text, struct ca_err *err)
{
    CA_TRY(ca_buf_check(text, err));
    if ((text->len > 0 && fwrite(text->ptr, 1, text->len, stdout) != text->len) ||
        fflush(stdout) != 0)
        return CA_FAIL(err, CA_FAULT, "cannot write to stdout");
    return CA_OK;
}

static CA_RC object_csv(const struct app *app, const struct view *view, const json_t *object,
                        struct ca_buf *to, struct ca_err *err)
{
    struct columns columns;

    CA_TRY(columns_choose(app, view, &columns, err));
    if (!args_on(&app->args, "no-headers"))
        csv_write_heads(&columns, to);
    csv_write(&columns, object, to);
    return CA_OK;
}

/* Only the members that --columns names. */
static CA_RC object_chosen(const struct app *app, const struct view *view, const json_t *object,
                           json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *chosen = json_object();
    struct columns columns;

    CA_TRY(columns_choose(app, view, &columns, err));
    for (size_t i = 0; i < columns.n; i++) {
        const json_t *value = json_at(object, columns.rows[i].path);

        if (json_object_set(chosen, columns.rows[i].path,
                            (json_t *)(uintptr_t)(value != NULL ? value : json_null())) != 0)
            return CA_FAIL_NOMEM(err);
    }
    *ret = CA_MOVE(chosen);
    return CA_OK;
}

static CA_RC object_table(const struct app *app, const struct view *view, const json_t *object,
                          struct ca_buf *to, struct ca_err *err)
{
    CA_AUTO(json) json_t *chosen = NULL;

    if (args_text(&app->args, "columns") != NULL)
        CA_TRY(object_chosen(app, view, object, &chosen, err));
    table_write_object(chosen != NULL ? chosen : object, to);
    return CA_OK;
}

static CA_RC object_name(const struct view *view, const json_t *object, struct ca_buf *to)
{
    json_plain(json_at(object, view->name), to);
    ca_buf_u8(to, '\n');
    return CA_OK;
}

CA_RC output_object(const struct app *app, const struct view *view, const json_t *object,
                    struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    switch (app->format) {
    case OUTPUT_TABLE:
    case OUTPUT_WIDE:
        CA_TRY(object_table(app, view, object, &text, err));
        break;
    case OUTPUT_JSON:
    case OUTPUT_JSONL:
        CA_TRY(json_write(object, app->format == OUTPUT_JSON, &text, err));
        ca_buf_u8(&text, '\n');
        break;
    case OUTPUT_YAML:
        yaml_write(object, &text);
        break;
    case OUTPUT_CSV:
        CA_TRY(object_csv(app, view, object, &text, err));
        break;
    case OUTPUT_NAME:
        CA_TRY(object_name(view, object, &text));
        break;
    }
    return output_text(&text, err);
}

static const struct column content_columns[] = {
    {"FILE",    "file",    COLUMN_PLAIN, false},
    {"FORMAT",  "format",  COLUMN_PLAIN, false},
    {"SIZE",    "size",    COLUMN_PLAIN, false},
    {"CONTENT", "content", COLUMN_PLAIN, true },
};
static const struct view content_view = {content_columns, CA_COUNT(content_columns), "file"};

/* Text as it is, else base64. */
static CA_RC content_object(const char *file, const char *format, struct ca_bytes content,
                            json_t **ret, struct ca_err *err)
{
    CA_AUTO(json)
    json_t *object = json_pack("{s:s, s:I}", "format", format, "size", (json_int_t)content.len);
    CA_AUTO(buf) struct ca_buf text = {0};

    if (object == NULL || !json_set_text(object, "file", file))
        return CA_FAIL_NOMEM(err);
    if (strcmp(format, "der") == 0 || strcmp(format, "p7c") == 0) {
        ca_base64_put(&text, content);
    } else {
        ca_buf_bytes(&text, content);
    }
    if (file == NULL &&
        json_object_set_new(object, "content", json_string(ca_buf_cstr(&text))) != 0)
        return CA_FAIL(err, CA_MALFORMED, "the content is not text");
    *ret = CA_MOVE(object);
    return ca_buf_check(&text, err);
}

CA_RC output_content(const struct app *app, const char *file, const char *format,
                     struct ca_bytes content, unsigned mode, struct ca_err *err)
{
    CA_AUTO(json) json_t *object = NULL;
    CA_AUTO(buf) struct ca_buf text = {0};

    if (file != NULL) {
        CA_TRY(ca_file_replace(file, content, (mode_t)mode, err));
        app_say(app, "%s: %zu octets", file, content.len);
    }
    if (app->format != OUTPUT_TABLE && app->format != OUTPUT_WIDE) {
        CA_TRY(content_object(file, format, content, &object, err));
        return output_object(app, &content_view, object, err);
    }
    if (file == NULL)
        ca_buf_bytes(&text, content);
    return output_text(&text, err);
}
