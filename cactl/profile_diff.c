/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

#include "cactl/lines.h"
#include "cactl/profile.h"

enum { LABEL = 160, DIGITS_MIN = 8, DIGITS_MAX = 64 };

/* One side: its text, and what it is called. */
struct side {
    struct ca_buf yaml;
    char label[LABEL];
};
static void side_done(struct side *s)
{
    ca_buf_done(&s->yaml);
}

static CA_RC yaml_get(struct app *app, const char *path, struct side *ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *object = NULL;

    CA_TRY(rest_get(app, path, &object, err));
    ca_buf_str(&ret->yaml, json_text(object, "yaml"));
    (void)snprintf(ret->label, sizeof(ret->label), "%s %.12s", json_text(object, "name"),
                   json_text(object, "version"));
    return ca_buf_check(&ret->yaml, err);
}

static CA_RC in_force(struct app *app, const char *name, struct side *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    CA_TRY(profile_path(name, NULL, &path, err));
    return yaml_get(app, ca_buf_cstr(&path), ret, err);
}

static CA_RC version_of(struct app *app, const char *name, const char *digits, struct side *ret,
                        struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    CA_TRY(profile_path(name, "/versions", &path, err));
    path_add(&path, digits);
    CA_TRY(ca_buf_check(&path, err));
    return yaml_get(app, ca_buf_cstr(&path), ret, err);
}

static bool is_digits(const char *word)
{
    size_t n = strspn(word, "0123456789abcdefABCDEF");

    return word[n] == '\0' && n >= DIGITS_MIN && n <= DIGITS_MAX;
}

/* A version, unless a file has that name. */
static CA_RC side_read(struct app *app, const char *word, struct side *ret, struct ca_err *err)
{
    if (is_digits(word) && access(word, F_OK) != 0)
        return version_of(app, app->args.words[0], word, ret, err);
    (void)snprintf(ret->label, sizeof(ret->label), "%s", word);
    return profile_file(word, &ret->yaml, err);
}

/* What was in force before the version of now. */
static CA_RC before(struct app *app, struct side *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *history = NULL;
    const json_t *items;

    CA_TRY(profile_path(app->args.words[0], "/history", &path, err));
    CA_TRY(rest_get(app, ca_buf_cstr(&path), &history, err));
    items = json_at(history, "items");
    for (size_t i = 1; i < json_array_size(items); i++) {
        const char *version = json_text(json_array_get(items, i), "version");

        if (version[0] != '\0' &&
            strcmp(version, json_text(json_array_get(items, 0), "version")) != 0)
            return version_of(app, app->args.words[0], version, ret, err);
    }
    return CA_FAIL_USAGE(err, "no other version was in force before: name one, or a file");
}

static CA_RC sides_read(struct app *app, struct side *a, struct side *b, struct ca_err *err)
{
    const struct args *args = &app->args;

    if (args->words_n == 3) {
        CA_TRY(side_read(app, args->words[1], a, err));
        return side_read(app, args->words[2], b, err);
    }
    if (args->words_n == 2) {
        CA_TRY(in_force(app, args->words[0], a, err));
        return side_read(app, args->words[1], b, err);
    }
    CA_TRY(before(app, a, err));
    return in_force(app, args->words[0], b, err);
}

static CA_RC diff_show(struct app *app, const struct side *a, const struct side *b,
                       struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    CA_TRY(
        lines_diff(a->label, ca_buf_view(&a->yaml), b->label, ca_buf_view(&b->yaml), &text, err));
    if (text.len == 0)
        app_say(app, "they are the same");
    return output_content(app, NULL, "diff", ca_buf_view(&text), 0, err);
}

CA_RC profile_diff(struct app *app, struct ca_err *err)
{
    struct side a = {.label = ""};
    struct side b = {.label = ""};
    enum ca_rc rc = sides_read(app, &a, &b, err);

    if (rc == CA_OK)
        rc = diff_show(app, &a, &b, err);
    side_done(&a);
    side_done(&b);
    return rc;
}
