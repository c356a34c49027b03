/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/route.h"

/* The target of a request line (RFC 9112 3.2), split and decoded once, strictly. */
struct target_pair {
    const char *name;
    const char *value;
};

enum { TARGET_MAX = 16 * 1024, TARGET_PARAMS_MAX = 32 }; /* a SCEP message by GET is long */

struct target {
    char *own;         /* everything below points in here */
    const char *path;  /* as sent */
    const char *query; /* as sent, without '?' */
    struct target_pair vars[ROUTE_VARS_MAX];
    size_t var_n;
    struct target_pair params[TARGET_PARAMS_MAX];
    size_t param_n;
};

/* Takes origin-form and absolute-form; decodes nothing yet. CA_MALFORMED: a control or non-ASCII
 * octet, no slash in front. CA_LIMIT, problem "uri-too-long": longer than TARGET_MAX. */
CA_RC target_parse(const char *text, struct target *ret, struct ca_err *err);
/* Decodes the parameters of the query. CA_MALFORMED: a bad percent code, decoded text that is not
 * clean UTF-8, a parameter given twice or without a name. CA_LIMIT: more than TARGET_PARAMS_MAX. */
CA_RC target_query(struct target *t, struct ca_err *err);
/* Decodes the variables of the route that the path matched. CA_MALFORMED as above. */
CA_RC target_bind(struct target *t, const char *pattern, struct ca_err *err);
void target_done(struct target *t);
