/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/page.h"

#include <stdio.h>

enum { PAGE = 50, PAGE_MAX = 500, LIMIT_MAX = 100000000 };

/* How many rows are still wanted; -1: all. */
static CA_RC wanted_read(const struct app *app, int64_t *ret, struct ca_err *err)
{
    if (args_on(&app->args, "all") && args_on(&app->args, "limit"))
        return CA_FAIL_USAGE(err, "--limit or --all, not both");
    CA_TRY(args_number(&app->args, "limit", LIMIT_MAX, PAGE, ret, err));
    if (args_on(&app->args, "all"))
        *ret = -1;
    return CA_OK;
}

static CA_RC one(struct app *app, const char *path, int64_t wanted, const char *cursor,
                 json_t **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf full = {0};
    int64_t limit = wanted < 0 || wanted > PAGE_MAX ? PAGE_MAX : wanted;
    char text[24];

    (void)snprintf(text, sizeof(text), "%lld", (long long)limit);
    ca_buf_str(&full, path);
    query_add(&full, "limit", text);
    query_add(&full, "cursor", cursor);
    CA_TRY(ca_buf_check(&full, err));
    return rest_get_final(app, ca_buf_cstr(&full), ret, err);
}

static CA_RC items_of(const json_t *page, const json_t **ret, struct ca_err *err)
{
    *ret = json_at(page, "items");
    return json_is_array(*ret) ? CA_OK : CA_FAIL(err, CA_FAULT, "the answer is no list");
}

CA_RC page_list(struct app *app, const char *path, const struct view *view, struct ca_err *err)
{
    CA_AUTO(output) struct output *out = NULL;
    CA_AUTO(buf) struct ca_buf cursor = {0};
    const json_t *next = NULL;
    int64_t wanted = 0;

    CA_TRY(wanted_read(app, &wanted, err));
    CA_TRY(output_new(app, view, &out, err));
    do {
        CA_AUTO(json) json_t *page = NULL;
        const json_t *items = NULL;

        CA_TRY(one(app, path, wanted, cursor.len > 0 ? ca_buf_cstr(&cursor) : NULL, &page, err));
        CA_TRY(items_of(page, &items, err));
        CA_TRY(output_page(out, items, err));
        if (wanted > 0)
            wanted -= (int64_t)json_array_size(items);
        ca_buf_reset(&cursor);
        next = json_at(page, "next");
        if (next != NULL)
            ca_buf_str(&cursor, json_text(page, "next"));
    } while (next != NULL && wanted != 0);
    if (next != NULL)
        app_say(app, "there are more: --limit N or --all");
    return output_end(out, next != NULL ? ca_buf_cstr(&cursor) : NULL, err);
}
