/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/response.h"

struct response_field {
    struct response_field *next;
    const char *name; /* both stand behind the struct */
    const char *value;
};

struct response {
    int status;
    struct response_field *fields;
    char content_type[80];
    char etag[80];         /* quoted; "" none */
    int64_t last_modified; /* 0: none */
    uint8_t *body;         /* for free() */
    size_t size;
    int fd;              /* -1: the body is in memory */
    bool no_memory;      /* a field could not be kept */
    struct ready *ready; /* sent as it is; NULL: the rest is sent */
};

void response_init(struct response *rs);
void response_done(struct response *rs);
const char *response_field(const struct response *rs, const char *name); /* NULL: not set */
/* Turns a 200 into a 304 where the validators of a GET or HEAD allow it (RFC 9110 13.2.2). Either
 * text may be NULL. */
void response_validate(struct response *rs, const char *if_none_match,
                       const char *if_modified_since);

/* IMF-fixdate (RFC 9110 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT". */
enum { HTTP_DATE_TEXT = 32 };
const char *http_date_text(int64_t at, char *ret); /* returns ret */
bool http_date_parse(const char *text, int64_t *ret);
