/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "api/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The request target as an epoll thread gets it: parsed, routed, bound. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text = (char *)ca_bytes_dup((struct ca_bytes){data, len});
    struct target t = {0};
    const struct route *route = NULL;
    char allow[64];
    struct ca_err err;

    if (text != NULL && target_parse(text, &t, &err) == CA_OK) {
        for (enum route_door door = DOOR_PUBLIC; door < DOOR__COUNT; door++) {
            if (route_find(door, "GET", t.path, &route, allow, &err) != CA_OK)
                continue;
            if (!route_query_is_raw(route) && target_query(&t, &err) != CA_OK)
                continue;
            if (target_bind(&t, route->path, &err) == CA_OK && t.var_n > ROUTE_VARS_MAX)
                abort();
        }
        target_done(&t);
    }
    free(text);
    return 0;
}
