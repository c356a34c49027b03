/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdio.h>

#include "api/rest/object.h"
#include "api/rest/openapi.h"
#include "api/rest/parameters.h"
#include "tests/unit/support.h"

CA_AUTO_DEFINE(json, json_t *, json_decref);

static json_t *document_load(void)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    json_error_t why;
    json_t *json;

    rest_openapi_write("https://ca.example:8443", &text);
    json = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, &why);
    if (json == NULL)
        print_message("%s at %d\n", why.text, why.position);
    assert_non_null(json);
    return json;
}

static json_t *operation_of(json_t *document, const struct route *route)
{
    json_t *path = json_object_get(json_object_get(document, "paths"), route->path);
    char method[16];

    for (size_t i = 0; i <= strlen(route->method); i++)
        method[i] = (char)(route->method[i] >= 'A' && route->method[i] <= 'Z'
                               ? route->method[i] + ('a' - 'A')
                               : route->method[i]);
    return json_object_get(path, method);
}

static void each_route_is_described(void **state)
{
    CA_AUTO(json) json_t *document = document_load();
    size_t operations = 0;
    const char *path;
    json_t *methods;

    (void)state;
    for (size_t i = 0; i < route_count(DOOR_HTTPS); i++) {
        const struct route *route = route_at(DOOR_HTTPS, i);
        json_t *operation = operation_of(document, route);
        json_t *security;

        test_note(route->path);
        assert_non_null(operation);
        assert_true(json_string_length(json_object_get(operation, "summary")) > 0);
        security = json_object_get(operation, "security");
        assert_int_equal(json_array_size(security), route->may == MAY_ANYONE ? 0 : 1);
        assert_int_equal(json_object_get(operation, "requestBody") != NULL, route->body != NULL);
        assert_non_null(json_object_get(json_object_get(operation, "responses"), "500"));
        assert_int_equal(json_object_get(json_object_get(operation, "responses"), "401") != NULL,
                         route->may != MAY_ANYONE);
    }
    json_object_foreach(json_object_get(document, "paths"), path, methods)
    {
        operations += json_object_size(methods);
    }
    assert_int_equal(operations, route_count(DOOR_HTTPS)); /* and nothing else */
}

/* A route that names a schema which no table has would make a reference that leads nowhere. */
static void each_schema_of_a_route_exists(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_count(DOOR_HTTPS); i++) {
        const struct route *route = route_at(DOOR_HTTPS, i);

        test_note(route->path);
        if (route->body != NULL && strchr(route->body, '/') == NULL)
            assert_non_null(rest_schema_find(route->body));
        if (route->answer != NULL && strchr(route->answer, '/') == NULL)
            assert_non_null(rest_schema_find(route->answer));
    }
}

/* Every "$ref" in the text, without walking it. */
static size_t references(const char *text, json_t *schemas, const char *only)
{
    static const char mark[] = "\"$ref\":\"#/components/schemas/";
    size_t n = 0;

    for (text = strstr(text, mark); text != NULL; text = strstr(text + 1, mark)) {
        char name[64] = "";
        size_t len = strcspn(text + sizeof(mark) - 1, "\"");

        assert_true(len < sizeof(name));
        memcpy(name, text + sizeof(mark) - 1, len);
        if (only == NULL) {
            test_note(name);
            assert_non_null(json_object_get(schemas, name));
        }
        n += only == NULL || strcmp(name, only) == 0 ? 1 : 0;
    }
    return n;
}

static void each_reference_leads_somewhere_and_each_schema_is_used(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(json) json_t *document = document_load();
    json_t *schemas = json_object_get(json_object_get(document, "components"), "schemas");
    const char *name;
    json_t *schema;

    (void)state;
    rest_openapi_write("", &text);
    assert_true(references(ca_buf_cstr(&text), schemas, NULL) > 50);
    json_object_foreach(schemas, name, schema)
    {
        test_note(name);
        assert_true(references(ca_buf_cstr(&text), schemas, name) > 0);
        assert_string_equal(json_string_value(json_object_get(schema, "type")), "object");
    }
}

static void each_property_says_what_it_is(void **state)
{
    CA_AUTO(json) json_t *document = document_load();
    json_t *schemas = json_object_get(json_object_get(document, "components"), "schemas");
    const char *name;
    const char *member;
    json_t *schema;
    json_t *property;

    (void)state;
    json_object_foreach(schemas, name, schema)
    {
        size_t required = json_array_size(json_object_get(schema, "required"));
        json_t *properties = json_object_get(schema, "properties");

        for (size_t i = 0; i < required; i++) {
            json_t *wanted = json_array_get(json_object_get(schema, "required"), i);
            assert_non_null(json_object_get(properties, json_string_value(wanted)));
        }
        json_object_foreach(properties, member, property)
        {
            test_note(member);
            assert_true(json_string_length(json_object_get(property, "description")) > 0);
            assert_true(json_object_get(property, "type") != NULL ||
                        json_object_get(property, "$ref") != NULL ||
                        json_object_get(property, "oneOf") != NULL);
        }
    }
}

static void operation_ids_are_unique(void **state)
{
    CA_AUTO(json) json_t *document = document_load();
    CA_AUTO(json) json_t *seen = json_object();

    (void)state;
    for (size_t i = 0; i < route_count(DOOR_HTTPS); i++) {
        json_t *operation = operation_of(document, route_at(DOOR_HTTPS, i));
        const char *id = json_string_value(json_object_get(operation, "operationId"));

        test_note(id);
        assert_null(json_object_get(seen, id));
        assert_int_equal(json_object_set_new(seen, id, json_true()), 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_route_is_described),
        cmocka_unit_test(each_schema_of_a_route_exists),
        cmocka_unit_test(each_reference_leads_somewhere_and_each_schema_is_used),
        cmocka_unit_test(each_property_says_what_it_is),
        cmocka_unit_test(operation_ids_are_unique),
    };

    if (argc == 2 && strcmp(argv[1], "--print") == 0) { /* for docs/reference/api.py */
        CA_AUTO(buf) struct ca_buf text = {0};

        rest_openapi_write("", &text);
        return fwrite(text.ptr, 1, text.len, stdout) == text.len ? 0 : 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
