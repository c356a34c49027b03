/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/ca.h"
#include "cactl/object.h"
#include "cactl/source.h"

enum { CHAIN_MAX = 128 * 1024, DEPTH_MAX = 16 };

CA_RC ca_path(const char *name, const char *more, struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_str(ret, "/api/v1/authorities");
    if (name != NULL)
        path_add(ret, name);
    ca_buf_str(ret, more);
    return ca_buf_check(ret, err);
}

CA_RC ca_list(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/authorities", &page, err));
    return output_list(app, &view_authority, json_object_get(page, "items"), err);
}

CA_RC ca_show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *authority = NULL;

    CA_TRY(ca_path(app->args.words[0], "", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &authority, err));
    return output_object(app, &view_authority, authority, err);
}

static void branch_write(const json_t *row, int depth, struct ca_buf *to)
{
    for (int i = 0; i < depth; i++)
        ca_buf_str(to, i + 1 < depth ? "  " : "└ ");
    json_plain(json_at(row, "name"), to);
    ca_buf_str(to, " (");
    json_plain(json_at(row, "state"), to);
    if (json_at(row, "counts.valid") != NULL) {
        ca_buf_str(to, ", ");
        json_plain(json_at(row, "counts.valid"), to);
        ca_buf_str(to, " valid");
    }
    if (json_at(row, "crl.number") != NULL) {
        ca_buf_str(to, ", CRL ");
        json_plain(json_at(row, "crl.number"), to);
        ca_buf_str(to, " until ");
        json_plain(json_at(row, "crl.next_update"), to);
    }
    if (json_at(row, "reason") != NULL) {
        ca_buf_str(to, ": ");
        json_plain(json_at(row, "reason"), to);
    }
    ca_buf_str(to, ")\n");
}

static bool is_child(const json_t *row, const char *parent)
{
    return strcmp(json_text(row, "parent"), parent) == 0;
}

/* Is the parent, if any, in the list? An external one is not. */
static bool has_parent(const json_t *items, const json_t *row)
{
    size_t i;
    json_t *other;

    json_array_foreach(items, i, other)
    {
        if (is_child(row, json_text(other, "name")))
            return true;
    }
    return false;
}

/* Depth first, with the way down on a stack: `at` is the next row to look at on each level. */
static void below(const json_t *items, const json_t *root, struct ca_buf *to)
{
    const json_t *way[DEPTH_MAX] = {root};
    size_t at[DEPTH_MAX] = {0};
    int depth = 0;

    branch_write(root, 0, to);
    while (depth >= 0) {
        const json_t *row = json_array_get(items, at[depth]++);

        if (row == NULL) {
            depth--;
        } else if (is_child(row, json_text(way[depth], "name")) && depth + 1 < DEPTH_MAX) {
            branch_write(row, depth + 1, to);
            way[++depth] = row;
            at[depth] = 0;
        }
    }
}

CA_RC ca_tree(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;
    CA_AUTO(buf) struct ca_buf text = {0};
    const json_t *items;
    size_t i;
    json_t *row;

    CA_TRY(rest_get_final(app, "/api/v1/authorities", &page, err));
    items = json_object_get(page, "items");
    if (app->format != OUTPUT_TABLE && app->format != OUTPUT_WIDE)
        return output_list(app, &view_authority, items, err);
    json_array_foreach(items, i, row)
    {
        if (!has_parent(items, row))
            below(items, row, &text);
    }
    return output_text(&text, err);
}

static CA_RC content(struct app *app, const char *more, const char *accept, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(http_answer) struct http_answer answer = {0};
    struct http_ask ask = {.method = "GET", .accept = accept};

    CA_TRY(ca_path(app->args.words[0], more, &path, err));
    ask.path = ca_buf_cstr(&path);
    CA_TRY(rest_call(app, &ask, true, &answer, err));
    return output_content(app, args_text(&app->args, "file"), "pem", ca_buf_view(&answer.body),
                          0644, err);
}

CA_RC ca_bundle(struct app *app, struct ca_err *err)
{
    return content(app, "/chain", "application/pem-certificate-chain", err);
}

CA_RC ca_csr(struct app *app, struct ca_err *err)
{
    return content(app, "/csr", "application/x-pem-file", err);
}

CA_RC ca_install(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(buf) struct ca_buf chain = {.max = CHAIN_MAX};
    CA_AUTO(http_answer) struct http_answer answer = {0};
    CA_AUTO(json) json_t *authority = NULL;
    struct http_ask ask = {.method = "PUT", .type = "application/pem-certificate-chain"};

    CA_TRY(source_read(app->args.words[1], &chain, err));
    CA_TRY(ca_path(app->args.words[0], "/certificate", &path, err));
    ask.path = ca_buf_cstr(&path);
    ask.body = ca_buf_view(&chain);
    CA_TRY(rest_call(app, &ask, true, &answer, err));
    CA_TRY(rest_json(&answer, &authority, err));
    return output_object(app, &view_authority, authority, err);
}
