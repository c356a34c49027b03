/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/args.h"
#include "cactl/json.h"

/* A subject from --subject and the flags --cn, --o, --ou, --c, --st, --l. */
enum { SUBJECT_MAX = 32, SUBJECT_VALUE = 256 };

struct subject_item {
    const struct subject_attribute *attribute;
    char value[SUBJECT_VALUE];
};
struct subject_attribute {
    const char *flag; /* NULL: only in --subject */
    const char *name; /* "CN", any case */
    const char *json; /* "common_name" */
    int nid;          /* of OpenSSL */
};
struct subject {
    struct subject_item items[SUBJECT_MAX];
    size_t n;
};

/* CA_MALFORMED "usage": an unknown attribute, or not "NAME=value,…" ('\' takes the next character
 * as it is). */
CA_RC subject_read(const struct args *args, struct subject *ret, struct ca_err *err);
/* As the API takes it: {"common_name": "x"}, lists where one is given twice. */
CA_RC subject_json(const struct subject *s, json_t **ret, struct ca_err *err);
/* --dns, --ip, --email, --uri as the API takes them; an empty list without one. */
CA_RC sans_json(const struct args *args, json_t **ret, struct ca_err *err);
