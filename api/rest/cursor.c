/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/cursor.h"

#include <ctype.h>

#include "base/base64.h"
#include "base/digest.h"

enum { LINK_MAX = 8 * 1024 };

/* A key, then the first octets of a digest over it and the filters. No secret is in it: whoever
 * makes one up sees only rows that he may list anyway. The key of most lists: version, mode, id,
 * not_after (big-endian). */
enum { VERSION = 1, KEY_LEN = 2 + CA_UUID_LEN + 8, CHECK_LEN = 8 };

static void key_write(const struct rest_cursor *cursor, uint8_t ret[KEY_LEN])
{
    ret[0] = VERSION;
    ret[1] = cursor->mode;
    memcpy(ret + 2, cursor->id.octets, CA_UUID_LEN);
    for (size_t i = 0; i < 8; i++)
        ret[2 + CA_UUID_LEN + i] = (uint8_t)((uint64_t)cursor->not_after >> (56 - 8 * i));
}

static void key_read(const uint8_t key[KEY_LEN], struct rest_cursor *ret)
{
    uint64_t not_after = 0;

    for (size_t i = 0; i < 8; i++)
        not_after = not_after << 8 | key[2 + CA_UUID_LEN + i];
    ret->mode = key[1];
    ret->not_after = (int64_t)not_after;
    memcpy(ret->id.octets, key + 2, CA_UUID_LEN);
}

/* Whatever stands in the query beside these makes the list. */
static bool is_paging(const char *name)
{
    return strcmp(name, "limit") == 0 || strcmp(name, "cursor") == 0;
}

static CA_RC check_make(const struct request *rq, const struct rest_parameters *filters,
                        struct ca_bytes key, uint8_t ret[CA_SHA256_LEN], struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf all = {0};

    ca_buf_bytes(&all, key);
    ca_buf_str(&all, request_path(rq));
    for (size_t i = 0; i < filters->n; i++) {
        const char *name = filters->rows[i].name;
        const char *value = is_paging(name) ? NULL : request_query(rq, name);

        ca_buf_u8(&all, value != NULL ? 1 : 0);
        ca_buf_add(&all, value != NULL ? value : "", value != NULL ? strlen(value) + 1 : 1);
    }
    CA_TRY(ca_buf_check(&all, err));
    return ca_sha256(ca_buf_view(&all), ret, err);
}

CA_RC rest_cursor_seal(const struct request *rq, const struct rest_parameters *filters,
                       struct ca_bytes key, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf octets = {.max = REST_CURSOR_KEY_MAX + CHECK_LEN};
    uint8_t check[CA_SHA256_LEN];

    CA_TRY(check_make(rq, filters, key, check, err));
    ca_buf_bytes(&octets, key);
    ca_buf_add(&octets, check, CHECK_LEN);
    CA_TRY(ca_buf_check(&octets, err));
    ca_base64url_put(ret, ca_buf_view(&octets));
    return ca_buf_check(ret, err);
}

CA_RC rest_cursor_unseal(const struct request *rq, const struct rest_parameters *filters,
                         struct ca_buf *ret_key, bool *ret_given, struct ca_err *err)
{
    const char *text = request_query(rq, "cursor");
    uint8_t check[CA_SHA256_LEN];
    struct ca_bytes key;

    *ret_given = text != NULL;
    if (text == NULL)
        return CA_OK;
    if (strlen(text) > 2 * (REST_CURSOR_KEY_MAX + CHECK_LEN) ||
        !ca_base64url_read(ca_bytes_str(text), ret_key) || ret_key->state != CA_BUF_FINE ||
        ret_key->len <= CHECK_LEN || ret_key->ptr[0] != VERSION)
        return CA_FAIL_AS(err, CA_MALFORMED, "bad-cursor", "cursor: not one that this server gave");
    key = (struct ca_bytes){ret_key->ptr, ret_key->len - CHECK_LEN};
    CA_TRY(check_make(rq, filters, key, check, err));
    if (memcmp(check, ret_key->ptr + key.len, CHECK_LEN) != 0) {
        return CA_FAIL_AS(
            err, CA_MALFORMED, "bad-cursor",
            "cursor: of another list; filters and sort must be those of the first page");
    }
    ret_key->len = key.len;
    return CA_OK;
}

CA_RC rest_cursor_text(const struct request *rq, const struct rest_parameters *filters,
                       const struct rest_cursor *cursor, char *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = REST_CURSOR_TEXT - 1};
    uint8_t key[KEY_LEN];

    key_write(cursor, key);
    CA_TRY(rest_cursor_seal(rq, filters, (struct ca_bytes){key, sizeof(key)}, &text, err));
    memcpy(ret, text.ptr, text.len);
    ret[text.len] = '\0';
    return CA_OK;
}

CA_RC rest_cursor_read(const struct request *rq, const struct rest_parameters *filters,
                       struct rest_cursor *ret, bool *ret_given, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf key = {0};

    CA_TRY(rest_cursor_unseal(rq, filters, &key, ret_given, err));
    if (!*ret_given)
        return CA_OK;
    if (key.len != KEY_LEN)
        return CA_FAIL_AS(err, CA_MALFORMED, "bad-cursor", "cursor: not one that this server gave");
    key_read(key.ptr, ret);
    return CA_OK;
}

CA_RC rest_limit_of(const struct request *rq, size_t preset, size_t most, size_t *ret,
                    struct ca_err *err)
{
    const char *text = request_query(rq, "limit");
    size_t limit = 0;

    *ret = preset;
    if (text == NULL)
        return CA_OK;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || limit > most)
            return CA_FAIL(err, CA_MALFORMED, "limit: is not a number from 1 to %zu", most);
        limit = limit * 10 + (size_t)(*p - '0');
    }
    if (limit < 1 || limit > most)
        return CA_FAIL(err, CA_MALFORMED, "limit: is not a number from 1 to %zu", most);
    *ret = limit;
    return CA_OK;
}

CA_RC rest_limit_read(const struct request *rq, size_t *ret, struct ca_err *err)
{
    return rest_limit_of(rq, REST_LIMIT_DEFAULT, REST_LIMIT_MAX, ret, err);
}

/* RFC 3986 2.3: all but the unreserved characters. */
static void percent(const char *text, struct ca_buf *ret)
{
    for (; *text != '\0'; text++) {
        uint8_t c = (uint8_t)*text;

        if (isalnum(c) || strchr("-._~", c) != NULL) {
            ca_buf_u8(ret, c);
        } else {
            ca_buf_printf(ret, "%%%02X", c);
        }
    }
}

static void parameter(const char *name, const char *value, struct ca_buf *ret)
{
    if (value == NULL)
        return;
    percent(name, ret);
    ca_buf_u8(ret, '=');
    percent(value, ret);
    ca_buf_u8(ret, '&');
}

CA_RC rest_link_next(const struct request *rq, struct response *rs,
                     const struct rest_parameters *filters, const char *cursor, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf link = {.max = LINK_MAX};

    ca_buf_printf(&link, "<%s%s?", request_base_url(rq), request_path(rq));
    for (size_t i = 0; i < filters->n; i++) {
        if (strcmp(filters->rows[i].name, "cursor") != 0)
            parameter(filters->rows[i].name, request_query(rq, filters->rows[i].name), &link);
    }
    ca_buf_printf(&link, "cursor=%s>; rel=\"next\"", cursor);
    CA_TRY(ca_buf_check(&link, err));
    response_header(rs, "Link", ca_buf_cstr(&link));
    return CA_OK;
}
