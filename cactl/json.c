/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/json.h"

#include "base/text.h"

CA_RC json_parse(struct ca_bytes text, json_t **ret, struct ca_err *err)
{
    json_error_t why;
    json_t *got = json_loadb((const char *)text.ptr, text.len,
                             JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);

    if (got == NULL)
        return CA_FAIL(err, CA_MALFORMED, "not JSON: %s", why.text);
    *ret = got;
    return CA_OK;
}

const json_t *json_at(const json_t *object, const char *path)
{
    char name[64];

    while (object != NULL && *path != '\0') {
        size_t len = strcspn(path, ".");

        if (!ca_text_copy(name, sizeof(name), (struct ca_bytes){(const uint8_t *)path, len}))
            return NULL;
        object = json_object_get(object, name);
        path += len + (path[len] == '.' ? 1 : 0);
    }
    return json_is_null(object) ? NULL : object;
}

const char *json_text(const json_t *object, const char *path)
{
    const char *text = json_string_value(json_at(object, path));

    return text != NULL ? text : "";
}

static void plain_string(const char *text, struct ca_buf *to)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        /* Also C1 controls, which are 0xc2 0x80 to 0xc2 0x9f in UTF-8. */
        if (c == 0xc2 && (unsigned char)text[1] < 0xa0) {
            ca_buf_u8(to, '?');
            text++;
        } else {
            ca_buf_u8(to, c < ' ' || c == 0x7f ? '?' : c);
        }
    }
}

static void plain_san(const char *type, const json_t *san, struct ca_buf *to)
{
    static const struct {
        const char *type;
        const char *shown;
    } types[] = {
        {"dns",   "DNS"  },
        {"ip",    "IP"   },
        {"email", "email"},
        {"uri",   "URI"  }
    };

    for (size_t i = 0; i < CA_COUNT(types); i++) {
        if (strcmp(type, types[i].type) == 0)
            type = types[i].shown;
    }
    ca_buf_printf(to, "%s:", type);
    plain_string(json_text(san, "value"), to);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as jansson reads, JSON_PARSER_MAX_DEPTH */
static void plain_object(const json_t *object, struct ca_buf *to)
{
    const char *type = json_text(object, "type");
    const char *between = "";
    const char *name;
    json_t *member;

    if (type[0] != '\0' && json_at(object, "value") != NULL) {
        plain_san(type, object, to);
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)object, name, member)
    {
        if (json_is_null(member))
            continue;
        ca_buf_printf(to, "%s%s=", between, name);
        json_plain(member, to);
        between = " ";
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): see plain_object */
void json_plain(const json_t *value, struct ca_buf *to)
{
    size_t i;
    json_t *item;

    if (json_is_string(value)) {
        plain_string(json_string_value(value), to);
    } else if (json_is_integer(value)) {
        ca_buf_printf(to, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        ca_buf_printf(to, "%g", json_real_value(value));
    } else if (json_is_boolean(value)) {
        ca_buf_str(to, json_is_true(value) ? "yes" : "no");
    } else if (json_is_object(value)) {
        plain_object(value, to);
    }
    json_array_foreach(value, i, item)
    {
        if (i > 0)
            ca_buf_u8(to, ',');
        if (json_is_string(item) && json_string_length(item) == 0)
            ca_buf_u8(to, '-');
        json_plain(item, to);
    }
}

bool json_set_text(json_t *object, const char *name, const char *text)
{
    return text == NULL || json_object_set_new(object, name, json_string(text)) == 0;
}

CA_RC json_set_buf(json_t *object, const char *name, const struct ca_buf *text, struct ca_err *err)
{
    CA_AUTO(json) json_t *value = NULL;

    CA_TRY(ca_buf_check(text, err));
    value = json_stringn(text->len > 0 ? (const char *)text->ptr : "", text->len);
    if (value == NULL)
        return CA_FAIL(err, CA_MALFORMED, "%s is not UTF-8", name);
    return json_object_set(object, name, value) == 0 ? CA_OK : CA_FAIL_NOMEM(err);
}

static int write_more(const char *text, size_t len, void *to)
{
    ca_buf_add(to, text, len);
    return 0;
}

CA_RC json_write(const json_t *value, bool indented, struct ca_buf *to, struct ca_err *err)
{
    size_t flags = JSON_ENCODE_ANY | (indented ? JSON_INDENT(2) : JSON_COMPACT);

    if (json_dump_callback(value, write_more, to, flags) != 0)
        return CA_FAIL_NOMEM(err);
    return ca_buf_check(to, err);
}
