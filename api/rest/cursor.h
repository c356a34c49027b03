/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/parameters.h"
#include "base/buf.h"

/* Where a list goes on: the key of the last row, as text that means nothing to clients. A cursor
 * fits only the list that gave it, with the same filters and sort order. */
struct rest_cursor {
    struct ca_uuid id;
    int64_t not_after;
    uint8_t mode; /* which meaning of a search was the one */
};

enum {
    REST_CURSOR_TEXT = 64,
    REST_LIMIT_DEFAULT = 50,
    REST_LIMIT_MAX = 500,
    REST_CURSOR_KEY_MAX = 96
};

/* "limit" and "cursor" of the query. *ret_given: there was a cursor.
 * CA_MALFORMED a limit that is not 1 to 500, a cursor that is not one of this list. */
CA_RC rest_cursor_read(const struct request *rq, const struct rest_parameters *filters,
                       struct rest_cursor *ret, bool *ret_given, struct ca_err *err);
CA_RC rest_limit_read(const struct request *rq, size_t *ret, struct ca_err *err);
/* The same with other bounds. */
CA_RC rest_limit_of(const struct request *rq, size_t preset, size_t most, size_t *ret,
                    struct ca_err *err);

/* The cursor's text; `ret` takes REST_CURSOR_TEXT octets. */
CA_RC rest_cursor_text(const struct request *rq, const struct rest_parameters *filters,
                       const struct rest_cursor *cursor, char *ret, struct ca_err *err);

/* For lists with a key of their own, at most REST_CURSOR_KEY_MAX octets, the first of them 1. */
CA_RC rest_cursor_seal(const struct request *rq, const struct rest_parameters *filters,
                       struct ca_bytes key, struct ca_buf *ret, struct ca_err *err);
CA_RC rest_cursor_unseal(const struct request *rq, const struct rest_parameters *filters,
                         struct ca_buf *ret_key, bool *ret_given, struct ca_err *err);

/* Link: <…?filters&cursor=…>; rel="next" (RFC 8288). */
CA_RC rest_link_next(const struct request *rq, struct response *rs,
                     const struct rest_parameters *filters, const char *cursor, struct ca_err *err);
