/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile_schema_internal.h"

/* The tables of the language as JSON Schema, for editors and forms. */

enum { DEPTH_MAX = 8 };

static void put_fields(struct ca_buf *b, const cyaml_schema_field_t *fields, unsigned depth);
static void put_value(struct ca_buf *b, const cyaml_schema_value_t *v, unsigned depth);

static void put_words(struct ca_buf *b, const cyaml_strval_t *words, uint32_t n)
{
    ca_buf_str(b, "{\"enum\":[");
    for (uint32_t i = 0; i < n; i++)
        ca_buf_printf(b, "%s\"%s\"", i > 0 ? "," : "", words[i].str);
    ca_buf_str(b, "]}");
}

static void put_enum(struct ca_buf *b, const cyaml_schema_value_t *v)
{
    if (v->enumeration.strings == profile_booleans) {
        ca_buf_str(b, "{\"type\":\"boolean\"}");
        return;
    }
    put_words(b, v->enumeration.strings, v->enumeration.count);
}

static void put_flags(struct ca_buf *b, const cyaml_schema_value_t *v)
{
    ca_buf_str(b, "{\"type\":\"array\",\"uniqueItems\":true,\"items\":");
    put_words(b, v->enumeration.strings, v->enumeration.count);
    ca_buf_u8(b, '}');
}

static void put_string(struct ca_buf *b, const cyaml_schema_value_t *v)
{
    ca_buf_printf(b, "{\"type\":[\"string\",\"number\"],\"minLength\":%u,\"maxLength\":%u}",
                  v->string.min, v->string.max);
}

static void put_sequence(struct ca_buf *b, const cyaml_schema_value_t *v, unsigned depth)
{
    ca_buf_printf(b,
                  "{\"type\":\"array\",\"minItems\":%u,\"maxItems\":%u,\"items\":", v->sequence.min,
                  v->sequence.max);
    put_value(b, v->sequence.entry, depth);
    ca_buf_u8(b, '}');
}

static void put_value(struct ca_buf *b, const cyaml_schema_value_t *v, unsigned depth)
{
    if (v->type == CYAML_ENUM) {
        put_enum(b, v);
    } else if (v->type == CYAML_FLAGS) {
        put_flags(b, v);
    } else if (v->type == CYAML_STRING) {
        put_string(b, v);
    } else if (v->type == CYAML_SEQUENCE) {
        put_sequence(b, v, depth);
    } else if (v->type == CYAML_MAPPING) {
        put_fields(b, v->mapping.fields, depth + 1);
    } else if (v->type == CYAML_UINT) {
        ca_buf_str(b, "{\"type\":\"integer\",\"minimum\":0}");
    } else {
        ca_buf_str(b, "{\"type\":\"integer\"}");
    }
}

static void put_required(struct ca_buf *b, const cyaml_schema_field_t *fields)
{
    bool any = false;

    for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++) {
        if ((f->value.flags & CYAML_FLAG_OPTIONAL) != 0)
            continue;
        ca_buf_printf(b, "%s\"%s\"", any ? "," : ",\"required\":[", f->key);
        any = true;
    }
    if (any)
        ca_buf_u8(b, ']');
}

/* What stands between the braces. The depth is that of the tables; the bound is for tables that
 * hold themselves. */
static void put_members(struct ca_buf *b, const cyaml_schema_field_t *fields, unsigned depth)
{
    ca_buf_str(b, "\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    for (const cyaml_schema_field_t *f = fields; f->key != NULL && depth < DEPTH_MAX; f++) {
        ca_buf_printf(b, "%s\"%s\":", f == fields ? "" : ",", f->key);
        put_value(b, &f->value, depth);
    }
    ca_buf_u8(b, '}');
    put_required(b, fields);
}

static void put_fields(struct ca_buf *b, const cyaml_schema_field_t *fields, unsigned depth)
{
    ca_buf_u8(b, '{');
    put_members(b, fields, depth);
    ca_buf_u8(b, '}');
}

CA_RC profile_json_schema(struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_str(ret, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
                    "\"title\":\"profile\",");
    put_members(ret, profile_root_fields, 0);
    ca_buf_str(ret, "}\n");
    return ca_buf_check(ret, err);
}
