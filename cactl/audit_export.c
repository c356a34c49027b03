/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cactl/audit.h"
#include "cactl/object.h"
#include "cactl/page.h"

/* Where pages go as they come; a file has its name only once it is whole. */
struct sink {
    const char *path; /* NULL: stdout */
    char part[PATH_MAX];
    int fd;
};

static CA_RC sink_open(const char *path, struct sink *ret, struct ca_err *err)
{
    *ret = (struct sink){.path = path, .fd = STDOUT_FILENO};
    if (path == NULL || strcmp(path, "-") == 0) {
        ret->path = NULL;
        return CA_OK;
    }
    if (snprintf(ret->part, sizeof(ret->part), "%s.part", path) >= (int)sizeof(ret->part))
        return CA_FAIL_USAGE(err, "--file: the path is too long");
    ret->fd = open(ret->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (ret->fd < 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot write %s: %s", ret->part, strerror(errno));
    return CA_OK;
}

static CA_RC sink_end(struct sink *s, enum ca_rc rc, struct ca_err *err)
{
    if (s->path == NULL)
        return rc;
    if (rc == CA_OK && (fsync(s->fd) != 0 || rename(s->part, s->path) != 0))
        rc = CA_FAIL(err, CA_UNAVAILABLE, "cannot write %s: %s", s->path, strerror(errno));
    ca_fd_close(s->fd);
    if (rc != CA_OK)
        (void)unlink(s->part);
    return rc;
}

static CA_RC pages_copy(struct app *app, const char *first, const struct sink *to,
                        struct ca_err *err)
{
    char path[sizeof(((struct http_answer *)NULL)->next)];

    if (!ca_text_copy(path, sizeof(path), ca_bytes_str(first)))
        return CA_FAIL_USAGE(err, "the filters are too long");
    while (path[0] != '\0') {
        CA_AUTO(http_answer) struct http_answer answer = {0};
        const struct http_ask ask = {.method = "GET", .path = path, .accept = "*/*"};

        CA_TRY(rest_call(app, &ask, true, &answer, err));
        CA_TRY(ca_fd_write_all(to->fd, ca_buf_view(&answer.body), err));
        memcpy(path, answer.next, sizeof(path));
    }
    return CA_OK;
}

CA_RC audit_export(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    struct sink to;

    ca_buf_str(&path, "/api/v1/audit/export");
    query_add(&path, "limit", "5000");
    query_add(&path, "format", args_text(&app->args, "format"));
    CA_TRY(audit_query(app, &path, err));
    CA_TRY(sink_open(args_text(&app->args, "file"), &to, err));
    return sink_end(&to, pages_copy(app, ca_buf_cstr(&path), &to, err), err);
}

static const struct column checkpoint[] = {
    {"MADE",  "at",    COLUMN_TIME,  false},
    {"CHAIN", "chain", COLUMN_PLAIN, false},
    {"LINES", "size",  COLUMN_PLAIN, false},
    {"ROOT",  "root",  COLUMN_PLAIN, false},
    {"NOTE",  "note",  COLUMN_PLAIN, true },
};
static const struct view view_checkpoint = {checkpoint, CA_COUNT(checkpoint), "root"};

static CA_RC notes_write(const json_t *page, int fd, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    size_t i;
    json_t *item;

    json_array_foreach(json_at(page, "items"), i, item)
        ca_buf_printf(&text, "%s\n", json_text(item, "note"));
    CA_TRY(ca_buf_check(&text, err));
    return ca_fd_write_all(fd, ca_buf_view(&text), err);
}

static CA_RC notes_copy(struct app *app, const char *first, const struct sink *to,
                        struct ca_err *err)
{
    char cursor[256] = "";
    bool more = true;

    while (more) {
        CA_AUTO(buf) struct ca_buf path = {0};
        CA_AUTO(json) json_t *page = NULL;

        ca_buf_str(&path, first);
        query_add(&path, "cursor", cursor[0] != '\0' ? cursor : NULL);
        CA_TRY(ca_buf_check(&path, err));
        CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &page, err));
        CA_TRY(notes_write(page, to->fd, err));
        more = json_at(page, "next") != NULL &&
               ca_text_copy(cursor, sizeof(cursor), ca_bytes_str(json_text(page, "next"))) &&
               cursor[0] != '\0';
    }
    return CA_OK;
}

CA_RC audit_checkpoints(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    const char *file = args_text(&app->args, "file");
    struct sink to;

    ca_buf_str(&path, "/api/v1/audit/checkpoints");
    query_add(&path, "chain", args_text(&app->args, "chain"));
    if (file == NULL) {
        CA_TRY(ca_buf_check(&path, err));
        return page_list(app, ca_buf_cstr(&path), &view_checkpoint, err);
    }
    query_add(&path, "sort", "at");
    query_add(&path, "limit", "500");
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(sink_open(file, &to, err));
    return sink_end(&to, notes_copy(app, ca_buf_cstr(&path), &to, err), err);
}
