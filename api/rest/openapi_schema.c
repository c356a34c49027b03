/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "api/rest/object.h"
#include "api/rest/openapi_internal.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "policy/name.h"

static void parameter_write(const char *in, const char *name, const char *type, bool required,
                            const char *help, struct ca_buf *ret)
{
    ca_buf_printf(ret, "{\"in\":\"%s\",\"name\":", in);
    json_write_text(name, ret);
    ca_buf_printf(ret, ",\"required\":%s,\"schema\":{\"type\":\"%s\"},\"description\":",
                  required ? "true" : "false", type);
    json_write_text(help, ret);
    ca_buf_u8(ret, '}');
}

static void path_parameters_write(const char *path, bool *first, struct ca_buf *ret)
{
    for (const char *open = strchr(path, '{'); open != NULL; open = strchr(open + 1, '{')) {
        char name[32] = "";
        size_t len = strcspn(open + 1, "}");

        if (len >= sizeof(name))
            continue;
        memcpy(name, open + 1, len);
        name[len] = '\0';
        ca_buf_str(ret, *first ? "" : ",");
        parameter_write("path", name, "string", true,
                        strcmp(name, "id") == 0 ? "UUID" : "as in the path", ret);
        *first = false;
    }
}

static const struct {
    const char *method; /* NULL: any */
    route_fn start;     /* NULL: any */
    const char *name;
    const char *help;
} fields[] = {
    {"POST", rest_batches_post,         "Idempotency-Key",
     "at most 128 printable characters; the same key, name and body get the same answer for each item"             },
    {"POST", rest_requests_post,        "Idempotency-Key",
     "at most 128 printable characters; the same key and body get the same answer"                                 },
    {"GET",  NULL,                      "If-None-Match",   "ETag of what the client has: 304 when it is still that"},
    {NULL,   rest_revocation_put,       "If-Match",        "ETag of the certificate's object"                      },
    {NULL,   rest_scep_endpoint_patch,  "If-Match",        "ETag of the endpoint's object; required"               },
    {NULL,   rest_scep_endpoint_delete, "If-Match",        "ETag of the endpoint's object"                         },
    {NULL,   rest_revocation_delete,    "If-Match",        "ETag of the certificate's object"                      },
};

static void field_parameters_write(const struct route *route, bool *first, struct ca_buf *ret)
{
    for (size_t i = 0; i < CA_COUNT(fields); i++) {
        if ((fields[i].method != NULL && strcmp(fields[i].method, route->method) != 0) ||
            (fields[i].start != NULL && fields[i].start != route->start))
            continue;
        ca_buf_str(ret, *first ? "" : ",");
        parameter_write("header", fields[i].name, "string", false, fields[i].help, ret);
        *first = false;
    }
}

void openapi_parameters_write(const struct route *route, struct ca_buf *ret)
{
    const struct rest_parameters *query = rest_parameters_of(route->start);
    bool first = true;

    ca_buf_str(ret, ",\"parameters\":[");
    path_parameters_write(route->path, &first, ret);
    for (size_t i = 0; i < query->n; i++) {
        ca_buf_str(ret, first ? "" : ",");
        parameter_write("query", query->rows[i].name, query->rows[i].type, false,
                        query->rows[i].help, ret);
        first = false;
    }
    field_parameters_write(route, &first, ret);
    ca_buf_u8(ret, ']');
}

static void ref_write(const struct json_schema *schema, struct ca_buf *ret)
{
    assert(schema != NULL); /* a row of objects or lists names theirs */
    ca_buf_printf(ret, "\"$ref\":\"#/components/schemas/%s\"", schema->name);
}

static void items_write(const struct json_field *field, struct ca_buf *ret)
{
    size_t max = field->max > 0 ? field->max : JSON_LIST_MAX;

    ca_buf_printf(ret, ",\"maxItems\":%zu,\"items\":{", max);
    if (field->kind == JSON_LIST) {
        ref_write(field->schema, ret);
    } else {
        ca_buf_str(ret, "\"type\":\"string\"");
    }
    ca_buf_u8(ret, '}');
}

static void choices_write(const struct json_choices *choices, struct ca_buf *ret)
{
    ca_buf_str(ret, ",\"enum\":[");
    for (size_t i = 0; i < choices->n; i++) {
        ca_buf_str(ret, i > 0 ? "," : "");
        json_write_text(choices->rows[i].value, ret);
    }
    ca_buf_u8(ret, ']');
}

/* Each attribute is one text or several. */
static void subject_write(struct ca_buf *ret)
{
    ca_buf_str(ret, ",\"additionalProperties\":false,\"properties\":{");
    for (size_t i = 0; i < NAME__COUNT; i++) {
        const struct name_attribute_info *info = name_attribute_info((enum name_attribute)i);

        ca_buf_str(ret, i > 0 ? "," : "");
        json_write_text(info->json, ret);
        ca_buf_printf(ret,
                      ":{\"type\":[\"string\",\"array\"],\"items\":{\"type\":\"string\"},"
                      "\"description\":\"%s; at most %zu characters\"}",
                      info->key, info->max);
    }
    ca_buf_u8(ret, '}');
}

static void bounds_write(const struct json_field *field, struct ca_buf *ret)
{
    if (field->kind == JSON_INT)
        ca_buf_str(ret, ",\"minimum\":0");
    if (field->kind == JSON_INT && field->max > 0)
        ca_buf_printf(ret, ",\"maximum\":%zu", field->max);
    if (field->kind == JSON_TEXT && field->max > 0)
        ca_buf_printf(ret, ",\"maxLength\":%zu", field->max);
    if (field->kind == JSON_HEX)
        ca_buf_str(ret, ",\"pattern\":\"^([0-9a-f]{2})*$\"");
    if (field->kind == JSON_CHOICE)
        choices_write(field->choices, ret);
    if (field->kind == JSON_SUBJECT)
        subject_write(ret);
    if (field->kind == JSON_LIST || field->kind == JSON_TEXTS)
        items_write(field, ret);
}

static void type_write(const struct json_field *field, struct ca_buf *ret)
{
    const char *format = json_kind_format(field->kind);
    bool null = (field->flags & (JSON_NULLABLE | JSON_CLEARABLE)) != 0;

    ca_buf_printf(ret, null ? "\"type\":[\"%s\",\"null\"]" : "\"type\":\"%s\"",
                  json_kind_type(field->kind));
    if (format[0] != '\0')
        ca_buf_printf(ret, ",\"format\":\"%s\"", format);
    bounds_write(field, ret);
}

static void property_write(const struct json_field *field, struct ca_buf *ret)
{
    json_write_text(field->name, ret);
    ca_buf_str(ret, ":{");
    if (field->kind == JSON_NESTED && (field->flags & JSON_NULLABLE) != 0) {
        ca_buf_str(ret, "\"oneOf\":[{");
        ref_write(field->schema, ret);
        ca_buf_str(ret, "},{\"type\":\"null\"}]");
    } else if (field->kind == JSON_NESTED) {
        ref_write(field->schema, ret);
    } else {
        type_write(field, ret);
    }
    ca_buf_str(ret, ",\"description\":");
    json_write_text(field->help, ret);
    ca_buf_u8(ret, '}');
}

static void schema_write(const struct json_schema *schema, struct ca_buf *ret)
{
    const char *between = "";

    json_write_text(schema->name, ret);
    ca_buf_str(ret, ":{\"type\":\"object\",\"description\":");
    json_write_text(schema->help, ret);
    ca_buf_str(ret, ",\"additionalProperties\":false,\"properties\":{");
    for (size_t i = 0; i < schema->n; i++) {
        ca_buf_str(ret, i > 0 ? "," : "");
        property_write(&schema->fields[i], ret);
    }
    ca_buf_str(ret, "},\"required\":[");
    for (size_t i = 0; i < schema->n; i++) {
        if ((schema->fields[i].flags & JSON_REQUIRED) == 0)
            continue;
        ca_buf_str(ret, between);
        json_write_text(schema->fields[i].name, ret);
        between = ",";
    }
    ca_buf_str(ret, "]}");
}

/* What routes name, then what those refer to, each once. */
enum { SCHEMAS_MAX = 256 };
struct closure {
    const struct json_schema *all[SCHEMAS_MAX];
    size_t n;
};

static void closure_add(struct closure *c, const struct json_schema *schema)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->all[i] == schema)
            return;
    }
    if (c->n < SCHEMAS_MAX)
        c->all[c->n++] = schema;
}

void openapi_schemas_write(struct ca_buf *ret)
{
    struct closure c = {.n = 0};

    for (size_t i = 0; i < rest_schema_count(); i++)
        closure_add(&c, rest_schema_at(i));
    for (size_t i = 0; i < c.n; i++) { /* grows while it goes */
        for (size_t f = 0; f < c.all[i]->n; f++) {
            if (c.all[i]->fields[f].schema != NULL)
                closure_add(&c, c.all[i]->fields[f].schema);
        }
    }
    for (size_t i = 0; i < c.n; i++) {
        ca_buf_str(ret, i > 0 ? "," : "");
        schema_write(c.all[i], ret);
    }
}
