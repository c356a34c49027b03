/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/buf.h"
#include "cactl/context.h"

/* HTTP calls: bounded bodies, one deadline, no redirects. */
struct http;

struct http_settings {
    const struct context *target; /* borrowed, as all here */
    const char *passphrase_file;  /* NULL: the terminal is asked */
    bool no_input;
    bool verbose;
    int64_t timeout_ms; /* of one call, retries included */
};

struct http_ask {
    const char *method;
    const char *path;   /* "/api/v1/…" with its query, or a whole http: address */
    const char *accept; /* NULL: application/json */
    const char *type;   /* of the body; NULL: application/json */
    struct ca_bytes body;
    const char *key;      /* Idempotency-Key; NULL: none */
    const char *if_match; /* an ETag; NULL: none */
    size_t max;           /* most octets of an answer; 0: HTTP_BODY_MAX */
};
enum { HTTP_BODY_MAX = 64 * 1024 * 1024 };

struct http_answer {
    long status;
    char type[80];
    char request_id[80];
    char etag[80];         /* with its quotes; "": none */
    int64_t retry_after_s; /* -1: not said */
    char next[2048];       /* path and query of Link rel="next"; "": none */
    struct ca_buf body;
};
static inline void http_answer_done(struct http_answer a)
{
    ca_buf_done(&a.body);
}
CA_AUTO_DEFINE(http_answer, struct http_answer, http_answer_done);

/* Server certificates are checked against target->cacert and nothing else. CA_MALFORMED "usage":
 * something is missing in `target`; the text names the flag. */
CA_RC http_new(const struct http_settings *settings, struct http **ret, struct ca_err *err);
void http_free(struct http *h);
CA_AUTO_DEFINE(http, struct http *, http_free);

/* Makes the call; what the server says with 503 or 429 and Retry-After is asked again within the
 * deadline, unless it is a POST without key. CA_OK: there is an answer, whatever its status.
 * CA_UNAVAILABLE not reached, or too late; CA_DENIED the server's certificate is not the right one,
 * or it refused ours; CA_LIMIT the answer is too long. */
CA_RC http_send(struct http *h, const struct http_ask *ask, struct http_answer *ret,
                struct ca_err *err);

/* The same call as a command line for curl(1); names the key file, shows no secret. */
void http_as_curl(const struct http_settings *settings, const struct http_ask *ask,
                  struct ca_buf *to);

/* Appends '/' and the text, percent-encoded (RFC 3986 2.3). */
void path_add(struct ca_buf *to, const char *segment);
/* Appends '?' or '&', name=value, where there is a value. */
void query_add(struct ca_buf *to, const char *name, const char *value);

void http_pause_ms(int64_t ms);
