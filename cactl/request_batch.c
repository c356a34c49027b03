/* SPDX-License-Identifier: Apache-2.0 */
/* Many requests: a batch of at most 200 in a call. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "cactl/csr_files.h"
#include "cactl/error.h"
#include "cactl/progress.h"
#include "cactl/request.h"

enum { ITEMS_MAX = 200, OCTETS_MAX = 1900 * 1024, NAME_MAX_LEN = 255 };

static const struct column result[] = {
    {"FILE",        "name",           COLUMN_PLAIN,  false},
    {"STATUS",      "status",         COLUMN_STATUS, false},
    {"REQUEST",     "request_id",     COLUMN_PLAIN,  false},
    {"CERTIFICATE", "certificate_id", COLUMN_PLAIN,  false},
    {"WHY",         "problem.detail", COLUMN_PLAIN,  false},
};
static const struct view view_result = {result, CA_COUNT(result), "request_id"};

struct batch {
    struct app *app;
    json_t *body; /* without its items */
    const char *key;
    struct output *out;
    struct progress progress;
    size_t done;
};

static void exit_note(struct app *app, int exit)
{
    if (app->exit == EXIT_FINE || (app->exit == EXIT_WAITING && exit != EXIT_WAITING))
        app->exit = exit;
}

/* What the server would not even be asked. */
static CA_RC local_refusal(struct batch *b, const struct csr_file *file, json_t *lines,
                           struct ca_err *err)
{
    json_t *line = json_pack("{s:s, s:s, s:n, s:n, s:{s:s, s:s}}", "name", file->name, "status",
                             "refused", "request_id", "certificate_id", "problem", "type",
                             "/problems/malformed-csr", "detail", file->why);

    if (line == NULL || json_array_append_new(lines, line) != 0)
        return CA_FAIL(err, CA_MALFORMED, "a file name or a message is not UTF-8");
    exit_note(b->app, EXIT_REFUSED);
    return CA_OK;
}

/* Certificates go to --file, which is a folder then. */
static CA_RC certificate_write(struct batch *b, const json_t *line, struct ca_err *err)
{
    const char *folder = args_text(&b->app->args, "file");
    const char *id = json_text(line, "certificate_id");
    CA_AUTO(buf) struct ca_buf url = {0};
    CA_AUTO(buf) struct ca_buf pem = {0};
    CA_AUTO(buf) struct ca_buf path = {0};

    if (folder == NULL || id[0] == '\0')
        return CA_OK;
    ca_buf_str(&url, "/api/v1/certificates");
    path_add(&url, id);
    ca_buf_str(&url, "/content");
    ca_buf_printf(&path, "%s/", folder);
    for (const char *c = json_text(line, "name"); *c != '\0'; c++)
        ca_buf_u8(&path, *c == '/' ? '_' : (uint8_t)*c);
    ca_buf_str(&path, ".pem");
    CA_TRY(ca_buf_check(&url, err));
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_content(b->app, ca_buf_cstr(&url), "application/pem-certificate-chain", &pem, err));
    return ca_file_replace(ca_buf_cstr(&path), ca_buf_view(&pem), 0644, err);
}

static CA_RC line_note(struct batch *b, const json_t *line, struct ca_err *err)
{
    const char *status = json_text(line, "status");

    if (strcmp(status, "refused") == 0) {
        exit_note(b->app, EXIT_REFUSED);
    } else if (strcmp(status, "failed") == 0) {
        exit_note(b->app, EXIT_AWAY);
    } else if (strcmp(status, "issued") != 0) {
        exit_note(b->app, EXIT_WAITING);
    }
    return certificate_write(b, line, err);
}

static CA_RC items_send(struct batch *b, json_t *items, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(http_answer) struct http_answer answer = {0};
    CA_AUTO(json) json_t *got = NULL;
    struct http_ask ask = {.method = "POST", .path = "/api/v1/request-batches", .key = b->key};
    size_t i;
    json_t *line;

    if (json_object_set(b->body, "items", items) != 0)
        return CA_FAIL_NOMEM(err);
    CA_TRY(json_write(b->body, false, &text, err));
    ask.body = ca_buf_view(&text);
    CA_TRY(rest_call(b->app, &ask, true, &answer, err));
    CA_TRY(rest_json(&answer, &got, err));
    json_array_foreach(json_at(got, "items"), i, line) CA_TRY(line_note(b, line, err));
    return output_page(b->out, json_at(got, "items"), err);
}

static CA_RC item_add(json_t *items, const struct csr_file *file, struct ca_err *err)
{
    json_t *item = json_pack("{s:s, s:s}", "name", file->name, "csr", file->pem);

    if (item == NULL || strlen(file->name) > NAME_MAX_LEN ||
        json_array_append_new(items, item) != 0)
        return CA_FAIL_USAGE(err, "%.100s: the name is not UTF-8, or too long", file->name);
    return CA_OK;
}

/* As many as fit into a call. */
static CA_RC chunk(struct batch *b, const struct csr_files *files, struct ca_err *err)
{
    CA_AUTO(json) json_t *items = json_array();
    CA_AUTO(json) json_t *refused = json_array();
    size_t octets = 0;

    for (; b->done < files->n && json_array_size(items) < ITEMS_MAX; b->done++) {
        const struct csr_file *file = &files->rows[b->done];

        if (file->pem == NULL) {
            CA_TRY(local_refusal(b, file, refused, err));
            continue;
        }
        octets += strlen(file->pem) * 2 + strlen(file->name); /* line ends are escaped */
        if (octets > OCTETS_MAX && json_array_size(items) > 0)
            break;
        CA_TRY(item_add(items, file, err));
    }
    if (json_array_size(refused) > 0)
        CA_TRY(output_page(b->out, refused, err));
    return json_array_size(items) > 0 ? items_send(b, items, err) : CA_OK;
}

static CA_RC chunks(struct batch *b, const struct csr_files *files, struct ca_err *err)
{
    CA_TRY(output_new(b->app, &view_result, &b->out, err));
    progress_init(&b->progress, b->app, "requests", (int64_t)files->n);
    while (b->done < files->n) {
        CA_TRY(chunk(b, files, err));
        progress_at(&b->progress, (int64_t)b->done);
    }
    progress_end(&b->progress, (int64_t)b->done);
    return output_end(b->out, NULL, err);
}

static CA_RC folder_check(const struct app *app, struct ca_err *err)
{
    const char *folder = args_text(&app->args, "file");
    struct stat st;

    if (folder != NULL && (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode)))
        return CA_FAIL_USAGE(err, "--file %.100s is not a folder; a file is for one request",
                             folder);
    return CA_OK;
}

CA_RC request_batch(struct app *app, const struct csr_files *files, json_t *body,
                    struct ca_err *err)
{
    struct batch b = {.app = app, .body = body};
    char own[CA_UUID_TEXT];
    enum ca_rc rc;

    CA_TRY(folder_check(app, err));
    CA_TRY(rest_key(app, own, &b.key, err));
    rc = chunks(&b, files, err);
    output_free(b.out);
    return rc;
}
