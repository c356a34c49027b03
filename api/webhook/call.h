/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <curl/curl.h>
#include <stdatomic.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/rc.h"
#include "base/secret.h"
#include "hsm/hsm.h"

/* One POST of JSON, PUT or GET, to an address that an administrator gave, with the rules that hold
 * for all of them: no redirects, no proxy, HTTP and HTTPS alone, private addresses only where the
 * configuration says so, a deadline, a bounded answer. */

struct webhook_call_config {
    const char *url;
    const char *roots; /* PEM file of who is trusted over HTTPS; "": the system's */
    bool allow_private;
    int connect_ms;
    int whole_ms;
    size_t answer_max; /* octets; a longer one is cut, and CURLE_WRITE_ERROR */
};

enum { WEBHOOK_ETAG_MAX = 128 };
/* Zeroed before use. What it borrows stays until webhook_call_done. */
struct webhook_call {
    CURL *curl; /* for a CURLM */
    struct curl_slist *headers;
    struct ca_bytes body;           /* borrowed */
    const char *put_type;           /* media type of a PUT; NULL: a POST of JSON */
    bool get;                       /* nothing is sent; caches are asked to look again */
    const char *condition;          /* a header line more; NULL: none */
    const struct ca_secret *bearer; /* printable; NULL: none. Borrowed */
    const atomic_bool *stopping;    /* ends it within a second; NULL: its deadline does */
    struct ca_buf *answer;          /* NULL: it is read and forgotten */
    char etag[WEBHOOK_ETAG_MAX];    /* of the answer, with its quotes; "": none, or a weak one */
    size_t answer_max;
    size_t received;
    bool allow_private;
    bool refused_private; /* the address is private: nothing was sent */
};

/* The headers of Standard Webhooks: "id.timestamp.body", signed by `key`. CA_UNAVAILABLE the token
 * failed. */
CA_RC webhook_call_sign(struct webhook_call *call, const struct hsm_key *key, const char *id,
                        struct ca_err *err);
/* Makes `curl`, with CURLINFO_PRIVATE `arg`. */
CA_RC webhook_call_make(struct webhook_call *call, const struct webhook_call_config *config,
                        void *arg, struct ca_err *err);
/* Why there is no answer that counts; `ret` takes 160 octets. "": its status is 2xx. */
enum { WEBHOOK_WHY_MAX = 160 };
void webhook_call_why(const struct webhook_call *call, CURLcode code, long *ret_status,
                      char ret[WEBHOOK_WHY_MAX]);
void webhook_call_done(struct webhook_call *call); /* not the answer's */

/* Appends "v1es256," and the signature, ECDSA-Sig-Value in base64. */
CA_RC webhook_sign(const struct hsm_key *key, const char *id, int64_t timestamp,
                   struct ca_bytes body, struct ca_buf *ret, struct ca_err *err);
