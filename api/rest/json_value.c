/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <inttypes.h>

#include "api/rest/json_internal.h"
#include "api/rest/pem_blocks.h"
#include "base/base64.h"
#include "base/pem.h"
#include "base/text.h"
#include "base/time.h"

/* One row a kind, in the order of the enum. */
typedef CA_RC (*value_fn)(const struct json_value *v, void *to, struct ca_err *err);

static CA_RC no_text(const struct json_value *v, const char *expected, struct ca_err *err)
{
    return CA_FAIL(err, CA_MALFORMED, "%s: is not %s", v->place->text, expected);
}

static CA_RC string_get(const struct json_value *v, struct ca_bytes *ret, struct ca_err *err)
{
    if (!json_is_string(v->json))
        return json_wrong_type(v, err);
    *ret =
        (struct ca_bytes){(const uint8_t *)json_string_value(v->json), json_string_length(v->json)};
    return CA_OK;
}

static CA_RC own(struct request *rq, struct ca_bytes from, struct ca_bytes *ret, struct ca_err *err)
{
    uint8_t *copy = request_alloc(rq, from.len + 1);

    if (copy == NULL)
        return CA_FAIL_NOMEM(err);
    if (from.len > 0)
        memcpy(copy, from.ptr, from.len);
    copy[from.len] = '\0';
    *ret = (struct ca_bytes){copy, from.len};
    return CA_OK;
}

CA_RC json_text_read(const struct json_value *v, size_t max, const char **ret, struct ca_err *err)
{
    struct ca_bytes text = {0};

    CA_TRY(string_get(v, &text, err));
    if (text.len > max) {
        return CA_FAIL(err, CA_MALFORMED, "%s: %zu octets, at most %zu", v->place->text, text.len,
                       max);
    }
    if (!ca_text_is_clean(text))
        return no_text(v, "text without control characters", err);
    CA_TRY(own(v->rq, text, &text, err));
    *ret = (const char *)text.ptr;
    return CA_OK;
}

static size_t text_max(const struct json_field *field)
{
    return field->kind == JSON_TEXT && field->max > 0 ? field->max : JSON_TEXT_MAX;
}

static CA_RC text_read(const struct json_value *v, void *to, struct ca_err *err)
{
    return json_text_read(v, text_max(v->field), to, err);
}

/* Between the breaks and tabs it is clean text; CR LF is a break too. */
static bool lines_are_clean(struct ca_bytes text)
{
    size_t from = 0;

    for (size_t i = 0; i <= text.len; i++) {
        size_t to = i;

        if (i < text.len && text.ptr[i] != '\n' && text.ptr[i] != '\t')
            continue;
        if (i < text.len && text.ptr[i] == '\n' && to > from && text.ptr[to - 1] == '\r')
            to--;
        if (!ca_text_is_clean((struct ca_bytes){text.ptr + from, to - from}))
            return false;
        from = i + 1;
    }
    return true;
}

static CA_RC lines_read(const struct json_value *v, void *to, struct ca_err *err)
{
    size_t max = v->field->max > 0 ? v->field->max : JSON_TEXT_MAX;
    struct ca_bytes text = {0};

    CA_TRY(string_get(v, &text, err));
    if (text.len > max) {
        return CA_FAIL(err, CA_MALFORMED, "%s: %zu octets, at most %zu", v->place->text, text.len,
                       max);
    }
    if (!lines_are_clean(text))
        return no_text(v, "lines of text without control characters", err);
    CA_TRY(own(v->rq, text, &text, err));
    memcpy(to, &text.ptr, sizeof(text.ptr));
    return CA_OK;
}

const struct json_choice *json_choice_find(const struct json_choices *choices, const char *word)
{
    for (size_t i = 0; i < choices->n; i++) {
        const char *a = choices->rows[i].value;
        const char *b = word;

        for (;;) {
            a += strspn(a, "-_");
            b += strspn(b, "-_");
            if (*a == '\0' || tolower((unsigned char)*a) != tolower((unsigned char)*b))
                break;
            a++;
            b++;
        }
        if (*a == '\0' && *b == '\0')
            return &choices->rows[i];
    }
    return NULL;
}

/* "a, b, c": what may stand there, as far as the error's text has room. */
static void choices_list(const struct json_choices *choices, struct ca_buf *ret)
{
    for (size_t i = 0; i < choices->n && ret->len < 160; i++)
        ca_buf_printf(ret, "%s%s", i > 0 ? ", " : "", choices->rows[i].value);
}

static CA_RC choice_read(const struct json_value *v, void *to, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf list = {0};
    const struct json_choice *row;
    const char *word = NULL;

    CA_TRY(json_text_read(v, 64, &word, err));
    row = json_choice_find(v->field->choices, word);
    if (row != NULL) {
        memcpy(to, &row->value, sizeof(row->value));
        return CA_OK;
    }
    choices_list(v->field->choices, &list);
    return CA_FAIL(err, CA_MALFORMED, "%s: is not one of %s", v->place->text, ca_buf_cstr(&list));
}

static CA_RC bool_read(const struct json_value *v, void *to, struct ca_err *err)
{
    bool value = json_is_true(v->json);

    if (!json_is_boolean(v->json))
        return json_wrong_type(v, err);
    memcpy(to, &value, sizeof(value));
    return CA_OK;
}

static CA_RC switch_read(const struct json_value *v, void *to, struct ca_err *err)
{
    enum json_switch value = json_is_true(v->json) ? JSON_ON : JSON_OFF;

    if (!json_is_boolean(v->json))
        return json_wrong_type(v, err);
    memcpy(to, &value, sizeof(value));
    return CA_OK;
}

static CA_RC int_read(const struct json_value *v, void *to, struct ca_err *err)
{
    int64_t value = json_integer_value(v->json);
    int64_t max = v->field->max > 0 ? (int64_t)v->field->max : INT64_MAX;

    if (!json_is_integer(v->json))
        return json_wrong_type(v, err);
    if (value < 0 || value > max) {
        return CA_FAIL(err, CA_MALFORMED, "%s: %" PRId64 " is not from 0 to %" PRId64,
                       v->place->text, value, max);
    }
    memcpy(to, &value, sizeof(value));
    return CA_OK;
}

static CA_RC time_read(const struct json_value *v, void *to, struct ca_err *err)
{
    struct ca_bytes text = {0};
    int64_t at = 0;

    CA_TRY(string_get(v, &text, err));
    if (ca_time_parse(text, &at, err) != CA_OK || at <= 0)
        return no_text(v, "a time like 2026-11-21T08:55:34Z, after 1970", err);
    memcpy(to, &at, sizeof(at));
    return CA_OK;
}

static CA_RC uuid_read(const struct json_value *v, void *to, struct ca_err *err)
{
    struct ca_bytes text = {0};

    CA_TRY(string_get(v, &text, err));
    if (ca_uuid_parse(text, to, err) != CA_OK)
        return no_text(v, "a UUID", err);
    return CA_OK;
}

static CA_RC hex_read(const struct json_value *v, void *to, struct ca_err *err)
{
    uint8_t octets[128];
    size_t len = 0;
    size_t max =
        v->field->max > 0 && v->field->max < sizeof(octets) ? v->field->max : sizeof(octets);
    struct ca_bytes text = {0};

    CA_TRY(string_get(v, &text, err));
    if (ca_hex_parse(text, octets, max, &len, err) != CA_OK)
        return no_text(v, "hexadecimal, or too long", err);
    return own(v->rq, (struct ca_bytes){octets, len}, to, err);
}

static CA_RC buf_own(const struct json_value *v, const struct ca_buf *der, void *to,
                     struct ca_err *err)
{
    CA_TRY(ca_buf_check(der, err));
    return own(v->rq, ca_buf_view(der), to, err);
}

static CA_RC csr_read(const struct json_value *v, void *to, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct ca_bytes text = {0};
    bool good;

    CA_TRY(string_get(v, &text, err));
    good = pem_is(text) ? rest_pem_csr(text, &der) : ca_base64_read(text, &der);
    CA_TRY(ca_buf_check(&der, err));
    if (!good || der.len == 0) {
        return CA_FAIL_AS(err, CA_MALFORMED, "malformed-csr",
                          "%s: is neither one PEM block CERTIFICATE REQUEST nor DER in base64",
                          v->place->text);
    }
    return buf_own(v, &der, to, err);
}

static CA_RC certificates_read(const struct json_value *v, void *to, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct ca_bytes text = {0};
    bool good;

    CA_TRY(string_get(v, &text, err));
    good = rest_pem_certificates(text, &der);
    CA_TRY(ca_buf_check(&der, err));
    if (!good)
        return no_text(v, "PEM blocks CERTIFICATE", err);
    return buf_own(v, &der, to, err);
}

static CA_RC subject_read(const struct json_value *v, void *to, struct ca_err *err)
{
    return json_subject_read(v, to, err);
}

static CA_RC texts_read(const struct json_value *v, void *to, struct ca_err *err)
{
    size_t n = json_array_size(v->json);
    size_t max = v->field->max > 0 ? v->field->max : JSON_LIST_MAX;
    struct wire_text *texts;

    if (!json_is_array(v->json))
        return json_wrong_type(v, err);
    if (n > max)
        return CA_FAIL(err, CA_MALFORMED, "%s: %zu items, at most %zu", v->place->text, n, max);
    texts = request_alloc(v->rq, (n + 1) * sizeof(*texts));
    if (texts == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++) {
        struct json_place place;
        struct json_value item = {v->rq, v->field, &place, json_array_get(v->json, i)};

        json_place_item(&place, v->place, i);
        CA_TRY(json_text_read(&item, JSON_TEXT_MAX, &texts[i].text, err));
    }
    *(struct json_list *)to = (struct json_list){texts, (uint32_t)n, true};
    return CA_OK;
}

static const struct kind {
    const char *expected; /* NULL: json_read.c reads it */
    const char *type;
    const char *format;
    value_fn read;
} kinds[] = {
    {"a string",                         "string",  "",          text_read        },
    {"a string",                         "string",  "",          lines_read       },
    {"a string",                         "string",  "",          choice_read      },
    {"true or false",                    "boolean", "",          bool_read        },
    {"true or false",                    "boolean", "",          switch_read      },
    {"a whole number",                   "integer", "int64",     int_read         },
    {"a string (RFC 3339 time in UTC)",  "string",  "date-time", time_read        },
    {"a string (UUID)",                  "string",  "uuid",      uuid_read        },
    {"a string (hexadecimal)",           "string",  "",          hex_read         },
    {"a string (PEM, or DER in base64)", "string",  "",          csr_read         },
    {"a string (PEM)",                   "string",  "",          certificates_read},
    {"an object of subject attributes",  "object",  "",          subject_read     },
    {"a list of strings",                "array",   "",          texts_read       },
    {"an object",                        "object",  "",          NULL             },
    {"a list of objects",                "array",   "",          NULL             },
};
_Static_assert(CA_COUNT(kinds) == JSON__COUNT, "one row a kind");

CA_RC json_wrong_type(const struct json_value *v, struct ca_err *err)
{
    static const char *const names[] = {"an object", "a list", "a string", "a whole number",
                                        "a number",  "true",   "false",    "null"};

    return CA_FAIL_AS(err, CA_MALFORMED, "wrong-type", "%s: is %s, but %s is expected",
                      v->place->text, names[json_typeof(v->json)], kinds[v->field->kind].expected);
}

CA_RC json_value_read(const struct json_value *v, void *to, struct ca_err *err)
{
    return kinds[v->field->kind].read(v, to, err);
}

const char *json_kind_type(enum json_kind kind)
{
    return kinds[kind].type;
}

const char *json_kind_format(enum json_kind kind)
{
    return kinds[kind].format;
}
