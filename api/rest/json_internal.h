/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "api/rest/json.h"

/* Between api/rest/json_read.c, which walks objects and lists, and json_value.c, which reads single
 * values. */
enum { JSON_POINTER_MAX = 160 };
struct json_place { /* where in the body, as JSON pointer */
    char text[JSON_POINTER_MAX];
};
/* `name` comes from outside: it is escaped and cut. */
void json_place_member(struct json_place *ret, const struct json_place *parent, const char *name);
void json_place_item(struct json_place *ret, const struct json_place *parent, size_t index);

struct json_value {
    struct request *rq; /* owns the memory of what is read */
    const struct json_field *field;
    const struct json_place *place;
    const json_t *json;
};
/* Reads what is neither object nor list into `to`. CA_MALFORMED, CA_FAULT. */
CA_RC json_value_read(const struct json_value *v, void *to, struct ca_err *err);
CA_RC json_wrong_type(const struct json_value *v, struct ca_err *err);
CA_RC json_text_read(const struct json_value *v, size_t max, const char **ret, struct ca_err *err);
CA_RC json_subject_read(const struct json_value *v, struct json_list *ret, struct ca_err *err);
