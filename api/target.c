/* SPDX-License-Identifier: Apache-2.0 */
#include "api/target.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes `from` into `to`, which has room for it and a NUL; plus is a space in queries only. */
static bool percent_decode(struct ca_bytes from, bool plus, char *to)
{
    size_t n = 0;

    for (size_t i = 0; i < from.len; i++) {
        char c = (char)from.ptr[i];

        if (c == '%') {
            int high = i + 2 < from.len ? hex_digit((char)from.ptr[i + 1]) : -1;
            int low = i + 2 < from.len ? hex_digit((char)from.ptr[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        to[n++] = c;
    }
    to[n] = '\0';
    return ca_text_is_clean((struct ca_bytes){(const uint8_t *)to, n});
}

/* RFC 9112 3.2.2: the absolute form is taken too; its authority decides nothing here. */
static const char *origin_form(const char *text)
{
    size_t scheme = strncmp(text, "http://", 7) == 0    ? 7
                    : strncmp(text, "https://", 8) == 0 ? 8
                                                        : 0;

    if (scheme == 0)
        return text;
    text += scheme;
    text += strcspn(text, "/?");
    return *text == '/' ? text : "/";
}

static CA_RC octets_check(const char *text, struct ca_err *err)
{
    size_t n = strnlen(text, TARGET_MAX + 1);

    if (n > TARGET_MAX)
        return CA_FAIL_AS(err, CA_LIMIT, "uri-too-long", "request target of more than %d octets",
                          TARGET_MAX);
    for (size_t i = 0; i < n; i++) {
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '#') {
            return CA_FAIL(err, CA_MALFORMED, "request target: octet 0x%02x at %zu",
                           (unsigned)(unsigned char)text[i], i);
        }
    }
    if (text[0] != '/')
        return CA_FAIL(err, CA_MALFORMED, "request target does not start with '/'");
    return CA_OK;
}

static bool param_known(const struct target *t, const char *name)
{
    for (size_t i = 0; i < t->param_n; i++) {
        if (strcmp(t->params[i].name, name) == 0)
            return true;
    }
    return false;
}

static CA_RC param_add(struct target *t, struct ca_bytes pair, char **room, struct ca_err *err)
{
    const uint8_t *equals = memchr(pair.ptr, '=', pair.len);
    struct ca_bytes name = {pair.ptr, equals != NULL ? (size_t)(equals - pair.ptr) : pair.len};
    struct ca_bytes value = {name.ptr + name.len, 0};
    char *name_text = *room;
    char *value_text = name_text + name.len + 1;

    if (equals != NULL)
        value = (struct ca_bytes){equals + 1, pair.len - name.len - 1};
    if (t->param_n == TARGET_PARAMS_MAX)
        return CA_FAIL(err, CA_LIMIT, "more than %d query parameters", TARGET_PARAMS_MAX);
    if (name.len == 0 || !percent_decode(name, true, name_text) ||
        !percent_decode(value, true, value_text))
        return CA_FAIL(err, CA_MALFORMED, "query parameter %zu cannot be decoded", t->param_n + 1);
    if (param_known(t, name_text))
        return CA_FAIL(err, CA_MALFORMED, "query parameter '%.60s' is given twice", name_text);
    t->params[t->param_n++] = (struct target_pair){name_text, value_text};
    *room = value_text + value.len + 1;
    return CA_OK;
}

CA_RC target_query(struct target *t, struct ca_err *err)
{
    const char *at = t->query;
    char *room = t->own + (t->query - t->own) + strlen(t->query) + 1;

    while (*at != '\0') {
        size_t n = strcspn(at, "&");

        if (n > 0)
            CA_TRY(param_add(t, (struct ca_bytes){(const uint8_t *)at, n}, &room, err));
        at += n;
        if (*at == '&')
            at++;
    }
    return CA_OK;
}

/* One block: the text as sent, then decoded parameters (each at most as long as it was, and two
 * NULs for an '=' and an '&'). Variables are decoded by target_bind, into blocks of their own. */
CA_RC target_parse(const char *text, struct target *ret, struct ca_err *err)
{
    struct target t = {0};
    size_t len;
    char *mark;

    text = origin_form(text);
    CA_TRY(octets_check(text, err));
    len = strlen(text);
    t.own = calloc(3, len + 2 + ROUTE_VARS_MAX);
    if (t.own == NULL)
        return CA_FAIL_NOMEM(err);
    memcpy(t.own, text, len);
    mark = strchr(t.own, '?');
    t.path = t.own;
    t.query = mark != NULL ? mark + 1 : t.own + len;
    if (mark != NULL)
        *mark = '\0';
    *ret = t;
    return CA_OK;
}

CA_RC target_bind(struct target *t, const char *pattern, struct ca_err *err)
{
    struct route_var vars[ROUTE_VARS_MAX];
    bool match;
    size_t n = route_match(pattern, t->path, vars, &match);

    t->var_n = 0;
    for (size_t i = 0; i < n; i++) {
        /* A name and a value for each, each in a block of its own: few, and short. */
        char *own = calloc(1, vars[i].name.len + vars[i].value.len + 2);
        char *value = own != NULL ? own + vars[i].name.len + 1 : NULL;

        if (own == NULL)
            return CA_FAIL_NOMEM(err);
        memcpy(own, vars[i].name.ptr, vars[i].name.len);
        t->vars[t->var_n++] = (struct target_pair){own, value};
        if (!percent_decode(vars[i].value, false, value))
            return CA_FAIL(err, CA_MALFORMED, "'%s' in the path cannot be decoded", own);
    }
    return CA_OK;
}

void target_done(struct target *t)
{
    for (size_t i = 0; i < t->var_n; i++)
        free((void *)(uintptr_t)t->vars[i].name);
    free(t->own);
    *t = (struct target){0};
}
