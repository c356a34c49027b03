/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cactl/context.h"

bool context_name_is_good(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len >= CONTEXT_NAME)
        return false;
    for (const char *c = name; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL)
            return false;
    }
    return true;
}

static CA_RC url_set(const char *value, char *ret, struct ca_err *err)
{
    size_t len = strlen(value);

    if (strncmp(value, "https://", 8) != 0 || len <= 8) {
        return CA_FAIL_AS(err, CA_MALFORMED, "usage", "url %.60s: must be https://HOST[:PORT]",
                          value);
    }
    while (value[len - 1] == '/')
        len--;
    if (strpbrk(value + 8, " \t?#@") != NULL ||
        !ca_text_copy(ret, CONTEXT_URL, (struct ca_bytes){(const uint8_t *)value, len})) {
        return CA_FAIL_AS(err, CA_MALFORMED, "usage",
                          "url %.60s: no spaces, names, queries; at most %d characters", value,
                          CONTEXT_URL - 1);
    }
    return CA_OK;
}

static CA_RC path_set(const char *value, char *ret, struct ca_err *err)
{
    char here[CONTEXT_PATH];

    if (value[0] == '\0')
        return CA_FAIL_AS(err, CA_MALFORMED, "usage", "a file name is empty");
    if (value[0] == '/' && ca_text_copy(ret, CONTEXT_PATH, ca_bytes_str(value)))
        return CA_OK;
    if (getcwd(here, sizeof(here)) == NULL)
        return CA_FAIL(err, CA_UNAVAILABLE, "no working folder");
    return ca_path_join(ret, CONTEXT_PATH, here, value, err);
}

CA_RC context_set(struct context *c, const char *name, const char *value, struct ca_err *err)
{
    if (!ca_text_is_clean(ca_bytes_str(value)))
        return CA_FAIL_AS(err, CA_MALFORMED, "usage", "%.20s: must be UTF-8 text", name);
    if (strcmp(name, "url") == 0)
        return url_set(value, c->url, err);
    if (strcmp(name, "cacert") == 0)
        return path_set(value, c->cacert, err);
    if (strcmp(name, "cert") == 0)
        return path_set(value, c->cert, err);
    if (strcmp(name, "token_file") == 0)
        return path_set(value, c->token_file, err);
    return CA_FAIL(err, CA_NOT_FOUND, "no setting '%.40s': url, cacert, cert or token_file", name);
}

/* One line, without its end. */
static CA_RC header_read(char *line, struct contexts *c, struct ca_err *err)
{
    size_t len = strlen(line);

    if (line[len - 1] != ']')
        return CA_FAIL(err, CA_MALFORMED, "no ']'");
    line[len - 1] = '\0';
    if (!context_name_is_good(line + 1))
        return CA_FAIL(err, CA_MALFORMED, "'%.40s' is no name", line + 1);
    if (contexts_find(c, line + 1) != NULL)
        return CA_FAIL(err, CA_MALFORMED, "[%s] stands here twice", line + 1);
    if (c->n == CONTEXTS_MAX)
        return CA_FAIL(err, CA_MALFORMED, "more than %d contexts", CONTEXTS_MAX);
    (void)ca_text_copy(c->rows[c->n++].name, CONTEXT_NAME, ca_bytes_str(line + 1));
    return CA_OK;
}

static CA_RC current_read(const char *value, struct contexts *c, struct ca_err *err)
{
    if (!context_name_is_good(value) || c->current[0] != '\0')
        return CA_FAIL(err, CA_MALFORMED, "current: one name");
    (void)ca_text_copy(c->current, sizeof(c->current), ca_bytes_str(value));
    return CA_OK;
}

static bool is_set(const struct context *c, const char *name)
{
    return (strcmp(name, "url") == 0 && c->url[0] != '\0') ||
           (strcmp(name, "cacert") == 0 && c->cacert[0] != '\0') ||
           (strcmp(name, "cert") == 0 && c->cert[0] != '\0') ||
           (strcmp(name, "token_file") == 0 && c->token_file[0] != '\0');
}

static bool is_path(const char *name)
{
    return strcmp(name, "cacert") == 0 || strcmp(name, "cert") == 0 ||
           strcmp(name, "token_file") == 0;
}

static CA_RC value_read(char *line, struct contexts *c, struct ca_err *err)
{
    char *equals = strstr(line, " = ");
    struct context *row = c->n > 0 ? &c->rows[c->n - 1] : NULL;

    if (equals == NULL)
        return CA_FAIL(err, CA_MALFORMED, "neither [NAME] nor 'name = value'");
    *equals = '\0';
    if (row == NULL && strcmp(line, "current") == 0)
        return current_read(equals + 3, c, err);
    if (row == NULL)
        return CA_FAIL(err, CA_MALFORMED, "'%.40s' stands before the first [NAME]", line);
    if (is_set(row, line))
        return CA_FAIL(err, CA_MALFORMED, "%s stands here twice", line);
    if (is_path(line) && equals[3] != '/')
        return CA_FAIL(err, CA_MALFORMED, "%.20s: must be a whole path", line);
    return context_set(row, line, equals + 3, err);
}

static CA_RC line_read(char *line, struct contexts *c, struct ca_err *err)
{
    if (line[0] == '\0' || line[0] == '#')
        return CA_OK;
    return line[0] == '[' ? header_read(line, c, err) : value_read(line, c, err);
}

static CA_RC whole_check(struct contexts *c, struct ca_err *err)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->rows[i].url[0] == '\0')
            return CA_FAIL(err, CA_MALFORMED, "[%s] has no url", c->rows[i].name);
    }
    if (c->current[0] != '\0' && contexts_find(c, c->current) == NULL)
        return CA_FAIL(err, CA_MALFORMED, "current: there is no [%s]", c->current);
    return CA_OK;
}

CA_RC contexts_read(struct ca_bytes text, struct contexts *ret, struct ca_err *err)
{
    char line[CONTEXT_PATH + 16];
    struct ca_err why = {0};

    memset(ret, 0, sizeof(*ret));
    for (int number = 1; text.len > 0; number++) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        size_t len = end != NULL ? (size_t)(end - text.ptr) : text.len;

        if (!ca_text_copy(line, sizeof(line), (struct ca_bytes){text.ptr, len}))
            return CA_FAIL(err, CA_MALFORMED, "line %d: too long, or no text", number);
        if (line_read(line, ret, &why) != CA_OK)
            return CA_FAIL(err, CA_MALFORMED, "line %d: %s", number, why.text);
        len += end != NULL ? 1 : 0;
        text = (struct ca_bytes){text.ptr + len, text.len - len};
    }
    return whole_check(ret, err);
}

void contexts_write(const struct contexts *c, struct ca_buf *to)
{
    if (c->current[0] != '\0')
        ca_buf_printf(to, "current = %s\n", c->current);
    for (size_t i = 0; i < c->n; i++) {
        const struct context *row = &c->rows[i];

        ca_buf_printf(to, "\n[%s]\nurl = %s\n", row->name, row->url);
        if (row->cacert[0] != '\0')
            ca_buf_printf(to, "cacert = %s\n", row->cacert);
        if (row->cert[0] != '\0')
            ca_buf_printf(to, "cert = %s\n", row->cert);
        if (row->token_file[0] != '\0')
            ca_buf_printf(to, "token_file = %s\n", row->token_file);
    }
}
