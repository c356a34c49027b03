/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/openapi.h"

#include <ctype.h>
#include <stdio.h>

#include "api/rest/openapi_internal.h"
#include "api/rest/rest.h"

/* What is not plain from a row of the route table. */
static const struct extra {
    route_fn start;
    const char *statuses; /* of success */
    const char *types;    /* of answers, beside the row's own */
    const char *bodies;   /* media types of the body */
    const char *dry_run;  /* schema of the answer with dry_run, which is 200; NULL: as ever */
} extras[] = {
    {rest_requests_post,             "200 201 202", "application/pem-certificate-chain application/pkix-cert",
     "application/pkcs10",                                                                                                                          "Explanation"        },
    {rest_profiles_post,             "200 201",     "",                                                        "application/yaml",                  "ProfileLint"        },
    {rest_profile_activation_put,    "200 202",     "",                                                        "",                                  NULL                 },
    {rest_profile_activation_delete, "200 202",     "",                                                        "",                                  NULL                 },
    {rest_profile_rollback,          "200 202",     "",                                                        "",                                  NULL                 },
    {rest_request_get,               "200",         "application/pem-certificate-chain application/pkix-cert", "",                                  NULL                 },
    {rest_certificate_content,       "200",
     "application/pkix-cert application/pkcs7-mime application/x-pem-file",                                    "",                                  NULL                 },
    {rest_authorities_post,          "201 202",     "",                                                        "",                                  NULL                 },
    {rest_authority_chain,           "200",         "application/pkcs7-mime",                                  "",                                  NULL                 },
    {rest_authority_certificate_get, "200",
     "application/pem-certificate-chain application/x-pem-file",                                               "",                                  NULL                 },
    {rest_authority_csr,             "200",         "application/x-pem-file",                                  "",                                  NULL                 },
    {rest_revocation_put,            "200 202",     "",                                                        "",                                  NULL                 },
    {rest_authority_certificate_put, "200 202",     "",                                                        "application/x-pem-file text/plain", NULL                 },
    {rest_users_post,                "201 202",     "",                                                        "",                                  NULL                 },
    {rest_user_patch,                "200 202",     "",                                                        "",                                  NULL                 },
    {rest_credentials_post,          "201 202",     "",                                                        "",                                  NULL                 },
    {rest_tokens_post,               "201",         "",                                                        "",                                  NULL                 },
    {rest_group_put,                 "200 202",     "",                                                        "",                                  NULL                 },
    {rest_problem_get,               "200",         "text/html",                                               "",                                  NULL                 },
    {rest_webhooks_post,             "201",         "",                                                        "",                                  NULL                 },
    {rest_scep_endpoints_post,       "201 202",     "",                                                        "",                                  NULL                 },
    {rest_scep_endpoint_patch,       "200 202",     "",                                                        "",                                  NULL                 },
    {rest_scep_endpoint_delete,      "200 202",     "",                                                        "",                                  NULL                 },
    {rest_scep_challenges_post,      "201",         "",                                                        "",                                  NULL                 },
    {rest_audit_export,              "200",         "text/csv",                                                "",                                  NULL                 },
    {rest_rollover_put,              "200 202",     "",                                                        "",                                  NULL                 },
    {rest_rollover_publish,          "200 202",     "",                                                        "",                                  NULL                 },
    {rest_rollover_switch,           "200 202",     "",                                                        "",                                  NULL                 },
    {rest_rollover_delete,           "200 202",     "",                                                        "",                                  NULL                 },
    {rest_authority_retire,          "200 202",     "",                                                        "",                                  NULL                 },
    {rest_named_lists_post,          "201",         "",                                                        "",                                  NULL                 },
    {rest_revocation_jobs_post,      "200 201 202", "",                                                        "",                                  "RevocationSelection"},
};
static const struct extra nothing = {NULL, "200", "", "", NULL};

static const struct extra *extra_of(const struct route *route)
{
    for (size_t i = 0; i < CA_COUNT(extras); i++) {
        if (extras[i].start == route->start)
            return &extras[i];
    }
    return &nothing;
}

static const char *const permissions[MAY__COUNT] = {
    [MAY_ANYONE] = "anyone",
    [MAY_READ] = "every enrolled operator",
    [MAY_REQUEST] = "requester, officer, admin",
    [MAY_REVOKE] = "officer, admin",
    [MAY_ADMIN] = "admin",
    [MAY_OVERSEE] = "officer, admin, auditor",
    [MAY_AUDIT] = "auditor",
};

static bool is_schema(const char *name)
{
    return strchr(name, '/') == NULL;
}

static bool changes(const struct route *route)
{
    return strcmp(route->method, "GET") != 0;
}

/* Which refusals a route may give. */
static bool always(const struct route *route)
{
    (void)route;
    return true;
}
static bool needs_client(const struct route *route)
{
    return route->may != MAY_ANYONE;
}
static bool has_variable(const struct route *route)
{
    return strchr(route->path, '{') != NULL || route->start == rest_requests_post;
}
static bool chooses_type(const struct route *route)
{
    return extra_of(route)->types[0] != '\0';
}
static bool asks_to_change(const struct route *route)
{
    return changes(route) && route->finish != NULL;
}
static bool has_etag(const struct route *route)
{
    return strstr(route->path, "/revocation") != NULL || route->start == rest_scep_endpoint_patch ||
           route->start == rest_scep_endpoint_delete;
}
static bool has_body(const struct route *route)
{
    return route->body_max > 0;
}
static const struct {
    const char *status;
    const char *when;
    bool (*given)(const struct route *route);
} refusals[] = {
    {"400", "It cannot be read; the text begins with the JSON pointer", always        },
    {"401", "No client certificate, or one that is not accepted",       needs_client  },
    {"403", "The caller's roles do not allow it",                       needs_client  },
    {"404", "No such object",                                           has_variable  },
    {"406", "None of the types that Accept names",                      chooses_type  },
    {"409", "The object is in another state",                           asks_to_change},
    {"412", "If-Match names an earlier state",                          has_etag      },
    {"413", "Too large",                                                has_body      },
    {"415", "The type of the body is not taken",                        has_body      },
    {"422", "Refused by policy; errors[] says which rules",             asks_to_change},
    {"429", "Too many requests; Retry-After says when",                 always        },
    {"500", "Internal error; the request id finds it in the log",       always        },
    {"503", "Token, database or signer is away; Retry-After says when", always        },
};

/* "post_requests", "get_certificates_id": unique, since method and path are. */
static void operation_id(const struct route *route, struct ca_buf *ret)
{
    const char *path = strncmp(route->path, "/api/v1", 7) == 0 ? route->path + 7 : route->path;
    bool between = true;

    for (const char *c = route->method; *c != '\0'; c++)
        ca_buf_u8(ret, (uint8_t)tolower((unsigned char)*c));
    for (; *path != '\0'; path++) {
        bool word = isalnum((unsigned char)*path);

        if (word && between)
            ca_buf_u8(ret, '_');
        if (word)
            ca_buf_u8(ret, (uint8_t)*path);
        between = !word;
    }
}

static void media_write(const char *type, const char *schema, bool first, struct ca_buf *ret)
{
    ca_buf_str(ret, first ? "" : ",");
    json_write_text(type, ret);
    if (schema != NULL) {
        ca_buf_printf(ret, ":{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}", schema);
    } else {
        ca_buf_str(ret, ":{}");
    }
}

/* A list of media types with blanks between. */
static void medias_write(const char *types, struct ca_buf *ret)
{
    char type[64];
    int used = 0;

    while (sscanf(types, " %63s%n", type, &used) == 1) {
        media_write(type, NULL, false, ret);
        types += used;
    }
}

static void body_write(const struct route *route, struct ca_buf *ret)
{
    bool schema = route->body != NULL && is_schema(route->body);

    if (route->body == NULL)
        return;
    /* DELETE …/revocation may come without. */
    ca_buf_printf(ret,
                  ",\"requestBody\":{\"required\":%s,\"description\":\"at most %zu octets\","
                  "\"content\":{",
                  strcmp(route->method, "DELETE") == 0 ? "false" : "true", route->body_max);
    media_write(schema ? "application/json" : route->body, schema ? route->body : NULL, true, ret);
    medias_write(extra_of(route)->bodies, ret);
    ca_buf_str(ret, "}}");
}

/* One schema, or with dry_run another. */
static void json_answer_write(const struct route *route, const char *status, struct ca_buf *ret)
{
    const char *dry_run = extra_of(route)->dry_run;

    if (dry_run == NULL || strcmp(status, "200") != 0) {
        media_write("application/json", route->answer, true, ret);
        return;
    }
    ca_buf_printf(ret,
                  "\"application/json\":{\"schema\":{\"anyOf\":["
                  "{\"$ref\":\"#/components/schemas/%s\"},"
                  "{\"$ref\":\"#/components/schemas/%s\"}]}}",
                  route->answer, dry_run);
}

static void answer_write(const struct route *route, const char *status, bool first,
                         struct ca_buf *ret)
{
    bool schema = route->answer != NULL && is_schema(route->answer);

    ca_buf_printf(ret, "%s\"%s\":{\"description\":", first ? "" : ",", status);
    json_write_text(route->summary, ret);
    if (route->answer != NULL) {
        ca_buf_str(ret, ",\"content\":{");
        if (schema) {
            json_answer_write(route, status, ret);
        } else {
            media_write(route->answer, NULL, true, ret);
        }
        medias_write(extra_of(route)->types, ret);
        ca_buf_u8(ret, '}');
    }
    ca_buf_u8(ret, '}');
}

static void answers_write(const struct route *route, struct ca_buf *ret)
{
    const char *statuses = extra_of(route)->statuses;
    bool first = true;
    char status[8];
    int used = 0;

    ca_buf_str(ret, ",\"responses\":{");
    for (; sscanf(statuses, " %7s%n", status, &used) == 1; statuses += used) {
        answer_write(route, status, first, ret);
        first = false;
    }
    if (!changes(route))
        ca_buf_str(ret, ",\"304\":{\"description\":\"If-None-Match names it\"}");
    for (size_t i = 0; i < CA_COUNT(refusals); i++) {
        if (refusals[i].given(route)) {
            ca_buf_printf(ret, ",\"%s\":{\"description\":\"%s\",\"content\":{", refusals[i].status,
                          refusals[i].when);
            media_write("application/problem+json", "Problem", true, ret);
            ca_buf_str(ret, "}}");
        }
    }
    ca_buf_u8(ret, '}');
}

static void operation_write(const struct route *route, struct ca_buf *ret)
{
    for (const char *c = route->method; *c != '\0'; c++)
        ca_buf_u8(ret, (uint8_t)tolower((unsigned char)*c));
    ca_buf_str(ret, "\":{\"operationId\":\"");
    operation_id(route, ret);
    ca_buf_str(ret, "\",\"summary\":");
    json_write_text(route->summary, ret);
    ca_buf_printf(ret, ",\"description\":\"For %s.\",\"security\":[%s]", permissions[route->may],
                  route->may == MAY_ANYONE ? "" : "{\"mutualTLS\":[]}");
    openapi_parameters_write(route, ret);
    body_write(route, ret);
    answers_write(route, ret);
    ca_buf_u8(ret, '}');
}

/* The methods of a path stand together; its first route in the table opens it. */
static bool path_seen(size_t before)
{
    for (size_t i = 0; i < before; i++) {
        if (strcmp(route_at(DOOR_HTTPS, i)->path, route_at(DOOR_HTTPS, before)->path) == 0)
            return true;
    }
    return false;
}

static void path_write(size_t at, struct ca_buf *ret)
{
    const char *path = route_at(DOOR_HTTPS, at)->path;
    bool first = true;

    json_write_text(path, ret);
    ca_buf_str(ret, ":{");
    for (size_t i = at; i < route_count(DOOR_HTTPS); i++) {
        const struct route *route = route_at(DOOR_HTTPS, i);

        if (strcmp(route->path, path) != 0)
            continue;
        ca_buf_str(ret, first ? "\"" : ",\"");
        operation_write(route, ret);
        first = false;
    }
    ca_buf_u8(ret, '}');
}

void rest_openapi_write(const char *server, struct ca_buf *ret)
{
    bool first = true;

    ca_buf_str(ret, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Certification authority\","
                    "\"version\":\"" CA_VERSION "\",\"description\":\"Identifiers are UUIDs; "
                    "times RFC 3339 in UTC; serials and fingerprints lower-case hexadecimal; an "
                    "unknown member is refused.\"},\"servers\":[{\"url\":");
    json_write_text(server, ret);
    ca_buf_str(ret, "}],\"paths\":{");
    for (size_t i = 0; i < route_count(DOOR_HTTPS); i++) {
        if (path_seen(i))
            continue;
        ca_buf_str(ret, first ? "" : ",");
        path_write(i, ret);
        first = false;
    }
    ca_buf_str(ret, "},\"components\":{\"securitySchemes\":{\"mutualTLS\":{\"type\":\"mutualTLS\","
                    "\"description\":\"client certificate of an enrolled operator\"}},"
                    "\"schemas\":{");
    openapi_schemas_write(ret);
    ca_buf_str(ret, "}}}");
}
