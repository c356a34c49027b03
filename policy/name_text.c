/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "policy/name.h"

/* RFC 4514: the text of a Name and back. */

static void value_text(struct ca_bytes v, struct ca_buf *ret)
{
    for (size_t i = 0; i < v.len; i++) {
        uint8_t c = v.ptr[i];
        bool edge = c == ' ' && (i == 0 || i + 1 == v.len);

        /* 2.4; name_read lets no NUL through. */
        if (edge || (c == '#' && i == 0) || (c != '\0' && strchr("\"+,;<>\\", c) != NULL))
            ca_buf_u8(ret, '\\');
        ca_buf_u8(ret, c);
    }
}

static void hex_text(struct ca_bytes v, struct ca_buf *ret)
{
    ca_buf_u8(ret, '#');
    for (size_t i = 0; i < v.len; i++)
        ca_buf_printf(ret, "%02x", v.ptr[i] + 0U);
}

void name_text(struct ca_bytes name, struct ca_buf *ret)
{
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;
    struct ca_err ignored;

    if (name_read(name, values, &n, &ignored) != CA_OK) {
        hex_text(name, ret);
        return;
    }
    for (size_t i = n; i-- > 0;) {
        ca_buf_str(ret, name_attribute_info(values[i].attribute)->key);
        ca_buf_u8(ret, '=');
        value_text(values[i].value, ret);
        if (i > 0)
            ca_buf_u8(ret, ',');
    }
}

static CA_RC unknown_key(const char *key, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf known = {0};

    for (int a = 0; a < NAME__COUNT; a++) {
        ca_buf_printf(&known, "%s%s", a > 0 ? ", " : "",
                      name_attribute_info((enum name_attribute)a)->key);
    }
    CA_TRY(ca_buf_check(&known, err));
    return CA_FAIL(err, CA_MALFORMED, "'%s' is not a name attribute: %s", key, ca_buf_cstr(&known));
}

/* "CN=": moves `at` behind the equals sign. */
static CA_RC key_read(const char **at, enum name_attribute *ret, struct ca_err *err)
{
    const char *p = *at + strspn(*at, " ");
    size_t len = strcspn(p, "=,+");
    char key[32];

    if (p[len] != '=')
        return CA_FAIL(err, CA_MALFORMED, "expected ATTRIBUTE=value at '%.40s'", p);
    *at = p + len + 1;
    while (len > 0 && p[len - 1] == ' ')
        len--;
    if (!ca_text_copy(key, sizeof(key), (struct ca_bytes){(const uint8_t *)p, len}))
        return CA_FAIL(err, CA_MALFORMED, "'%.40s' is not a name attribute", p);
    if (!name_attribute_find(key, ret))
        return unknown_key(key, err);
    return CA_OK;
}

/* One character behind a backslash, or two hexadecimal digits (RFC 4514 3). */
static bool escape_read(const char **at, uint8_t *ret)
{
    uint8_t octet = 0;
    size_t n = 0;
    struct ca_err ignored;
    const char *p = *at;

    if (*p != '\0' && strchr(" \"#+,;<>=\\", *p) != NULL) {
        *ret = (uint8_t)*p;
        *at = p + 1;
        return true;
    }
    if (strlen(p) < 2 ||
        ca_hex_parse((struct ca_bytes){(const uint8_t *)p, 2}, &octet, 1, &n, &ignored) != CA_OK)
        return false;
    *ret = octet;
    *at = p + 2;
    return true;
}

/* Reads up to a comma or the end; blanks around the value go, unless escaped. */
static CA_RC value_parse(const char **at, struct ca_buf *own, struct ca_err *err)
{
    const char *p = *at + strspn(*at, " ");
    size_t keep = own->len; /* no blank is cut off in front of this */

    while (*p != '\0' && *p != ',') {
        uint8_t c = (uint8_t)*p++;

        if (c == '+' || c == ';' || c == '"' || c == '<' || c == '>') {
            return CA_FAIL(err, CA_MALFORMED, "write \\%c for a %c in a value%s", c, c,
                           c == '+' ? " (several values in one RDN are not taken)" : "");
        }
        if (c == '\\') {
            if (!escape_read(&p, &c))
                return CA_FAIL(err, CA_MALFORMED, "unfinished escape at '\\%.10s'", p);
            keep = own->len + 1;
        }
        ca_buf_u8(own, c);
    }
    while (own->state == CA_BUF_FINE && own->len > keep && own->ptr[own->len - 1] == ' ')
        own->len--;
    *at = p;
    return ca_buf_check(own, err);
}

static void reverse(struct name_value *values, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct name_value v = values[i];

        values[i] = values[n - 1 - i];
        values[n - 1 - i] = v;
    }
}

CA_RC name_parse(const char *text, struct ca_buf *own, struct name_value ret[NAME_VALUES_MAX],
                 size_t *ret_n, struct ca_err *err)
{
    const char *at = text;
    size_t n = 0;
    size_t starts[NAME_VALUES_MAX];

    while (*at != '\0') {
        if (n == NAME_VALUES_MAX)
            return CA_FAIL(err, CA_MALFORMED, "name of more than %d values", NAME_VALUES_MAX);
        CA_TRY(key_read(&at, &ret[n].attribute, err));
        starts[n] = own->len;
        CA_TRY(value_parse(&at, own, err));
        ret[n].value.len = own->len - starts[n];
        ret[n].tag = name_attribute_info(ret[n].attribute)->tag;
        n++;
        if (*at == ',' && *++at == '\0')
            return CA_FAIL(err, CA_MALFORMED, "the name ends with a comma");
    }
    for (size_t i = 0; i < n; i++) {
        if (ret[i].value.len > 0)
            ret[i].value.ptr = own->ptr + starts[i]; /* own grows no more */
        CA_TRY(name_value_check(&ret[i], err));
    }
    reverse(ret, n);
    *ret_n = n;
    return CA_OK;
}
