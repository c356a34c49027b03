/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

struct response; /* status, header fields, body */

void response_status(struct response *rs, int status);
/* Copies. A name or value with control characters is our bug: asserted. */
void response_header(struct response *rs, const char *name, const char *value);
/* Copies the body. */
CA_RC response_body(struct response *rs, const char *content_type, struct ca_bytes body,
                    struct ca_err *err);
/* Sends `size` octets of a file; the descriptor is taken over. */
void response_file(struct response *rs, const char *content_type, int fd, size_t size);
/* Quotes it; answers 304 by itself when If-None-Match has it. */
void response_etag(struct response *rs, const char *tag);
/* When it was last changed; sets the field and answers 304 when If-Modified-Since is not older
 * and there is no If-None-Match. */
void response_last_modified(struct response *rs, int64_t at);

/* An answer that is the same for everybody who asks, with all of its fields: made once, sent as
 * often as somebody asks, by any thread. It has no X-Request-Id. */
struct ready;
/* Takes over what is in `rs`, a 200 with its body in memory. */
CA_RC ready_new(struct response *rs, struct ready **ret, struct ca_err *err);
struct ready *ready_ref(struct ready *r);
void ready_unref(struct ready *r); /* NULL is fine */
/* Sends it in place of anything else; the reference is taken over. */
void response_ready(struct response *rs, struct ready *r);
