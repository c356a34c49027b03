/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <strings.h>

#include "base/text.h"
#include "base/time.h"
#include "cactl/http_internal.h"

enum { MILLI = 1000 };

typedef struct curl_slist *slist;
CA_AUTO_DEFINE(slist, slist, curl_slist_free_all);

static size_t body_more(char *ptr, size_t size, size_t n, void *to)
{
    struct ca_buf *body = to;

    ca_buf_add(body, ptr, size * n);
    return body->state == CA_BUF_FINE ? size * n : 0;
}

/* "Name: value" as the value, without white space around it. */
static bool header_is(struct ca_bytes line, const char *name, struct ca_bytes *ret)
{
    size_t len = strlen(name);

    if (line.len <= len || strncasecmp((const char *)line.ptr, name, len) != 0 ||
        line.ptr[len] != ':')
        return false;
    line = (struct ca_bytes){line.ptr + len + 1, line.len - len - 1};
    while (line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
        line.ptr++;
        line.len--;
    }
    while (line.len > 0 && line.ptr[line.len - 1] <= ' ')
        line.len--;
    *ret = line;
    return true;
}

static int64_t seconds(struct ca_bytes text)
{
    int64_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || n > 86400)
            return -1;
        n = n * 10 + (text.ptr[i] - '0');
    }
    return text.len > 0 ? n : -1;
}

/* <https://host/path?query>; rel="next" (RFC 8288) as "/path?query". The host stays ours. */
static void link_next(struct ca_bytes value, struct http_answer *answer)
{
    char text[sizeof(answer->next)];
    char *at;

    if (!ca_text_copy(text, sizeof(text), value) || text[0] != '<' ||
        strstr(text, ">; rel=\"next\"") == NULL)
        return;
    *strchr(text, '>') = '\0';
    at = strstr(text, "://");
    at = at != NULL ? strchr(at + 3, '/') : text + 1;
    if (at != NULL && at[0] == '/')
        (void)ca_text_copy(answer->next, sizeof(answer->next), ca_bytes_str(at));
}

static size_t header_more(char *ptr, size_t size, size_t n, void *to)
{
    struct http_answer *answer = to;
    struct ca_bytes line = {(const uint8_t *)ptr, size * n};
    struct ca_bytes value = {0};

    if (header_is(line, "Content-Type", &value)) {
        (void)ca_text_copy(answer->type, sizeof(answer->type), value);
    } else if (header_is(line, "X-Request-Id", &value) && ca_text_is_clean(value)) {
        (void)ca_text_copy(answer->request_id, sizeof(answer->request_id), value);
    } else if (header_is(line, "ETag", &value) && ca_text_is_clean(value)) {
        (void)ca_text_copy(answer->etag, sizeof(answer->etag), value);
    } else if (header_is(line, "Retry-After", &value)) {
        answer->retry_after_s = seconds(value);
    } else if (header_is(line, "Link", &value)) {
        link_next(value, answer);
    }
    return size * n;
}

static bool slist_add(slist *list, const char *name, const char *value)
{
    char line[256];
    int n = snprintf(line, sizeof(line), "%s: %s", name, value);
    slist more = n > 0 && (size_t)n < sizeof(line) ? curl_slist_append(*list, line) : NULL;

    if (more == NULL)
        return false;
    *list = more;
    return true;
}

static CA_RC headers_set(struct http *h, const struct http_ask *ask, slist *list,
                         struct ca_err *err)
{
    const char *type = ask->type != NULL ? ask->type : "application/json";
    bool body = ask->body.len > 0;

    if (!slist_add(list, "Accept", ask->accept != NULL ? ask->accept : "application/json") ||
        (body && !slist_add(list, "Content-Type", type)) ||
        (ask->key != NULL && !slist_add(list, "Idempotency-Key", ask->key)) ||
        (ask->if_match != NULL && !slist_add(list, "If-Match", ask->if_match)))
        return CA_FAIL_AS(err, CA_MALFORMED, "usage", "a header is too long");
    (void)curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, *list);
    return CA_OK;
}

/* Ours alone gets it. libcurl's copy is freed by it, not cleansed: this process ends soon. */
static CA_RC token_set(struct http *h, struct ca_err *err)
{
    const char *token = (const char *)ca_secret_view(h->token).ptr;

    if (curl_easy_setopt(h->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER) != CURLE_OK ||
        curl_easy_setopt(h->curl, CURLOPT_XOAUTH2_BEARER, token) != CURLE_OK)
        return CA_FAIL(err, CA_FAULT, "libcurl does not take the token");
    return CA_OK;
}

/* Trust is the one file: neither the system's certificates nor another server's. */
static CA_RC tls_set(struct http *h, struct ca_err *err)
{
    const struct context *target = h->settings.target;
    CURLcode bad = CURLE_OK;

    bad |= curl_easy_setopt(h->curl, CURLOPT_SSL_VERIFYPEER, 1L);
    bad |= curl_easy_setopt(h->curl, CURLOPT_SSL_VERIFYHOST, 2L);
    bad |= curl_easy_setopt(h->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    bad |= curl_easy_setopt(h->curl, CURLOPT_CAINFO, target->cacert);
    bad |= curl_easy_setopt(h->curl, CURLOPT_CAPATH, NULL);
    if (h->token != NULL)
        CA_TRY(token_set(h, err));
    if (h->token == NULL && target->cert[0] != '\0') {
        bad |= curl_easy_setopt(h->curl, CURLOPT_SSLCERT, target->cert);
        bad |= curl_easy_setopt(h->curl, CURLOPT_SSLKEY, target->cert);
    }
    if (h->passphrase != NULL) {
        bad |= curl_easy_setopt(h->curl, CURLOPT_KEYPASSWD,
                                (const char *)ca_secret_view(h->passphrase).ptr);
    }
    return bad == CURLE_OK ? CA_OK : CA_FAIL(err, CA_FAULT, "libcurl without TLS");
}

static CA_RC address_set(struct http *h, const char *path, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf address = {0};
    bool own = path[0] == '/';

    if (own)
        ca_buf_str(&address, h->settings.target->url);
    ca_buf_str(&address, path);
    CA_TRY(ca_buf_check(&address, err));
    if (curl_easy_setopt(h->curl, CURLOPT_PROTOCOLS_STR, own ? "https" : "http,https") !=
            CURLE_OK ||
        curl_easy_setopt(h->curl, CURLOPT_URL, ca_buf_cstr(&address)) != CURLE_OK)
        return CA_FAIL(err, CA_FAULT, "libcurl does not take the address");
    return own ? tls_set(h, err) : CA_OK; /* nobody else gets our certificate */
}

static void body_set(struct http *h, const struct http_ask *ask)
{
    if (ask->body.len > 0 || strcmp(ask->method, "POST") == 0) {
        (void)curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->body.len);
        (void)curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS,
                               ask->body.len > 0 ? (const char *)ask->body.ptr : "");
    }
    (void)curl_easy_setopt(h->curl, CURLOPT_CUSTOMREQUEST, ask->method);
}

static CA_RC transport_fail(struct http *h, CURLcode code, const struct http_answer *answer,
                            struct ca_err *err)
{
    const char *url = h->settings.target->url;
    const char *why = h->why[0] != '\0' ? h->why : curl_easy_strerror(code);

    if (answer->body.state == CA_BUF_TOO_LONG)
        return CA_FAIL(err, CA_LIMIT, "the answer is longer than %zu octets", answer->body.max);
    if (code == CURLE_PEER_FAILED_VERIFICATION) {
        return CA_FAIL_AS(err, CA_DENIED, "server-certificate",
                          "%.80s is not trusted by %.60s: %.80s", url, h->settings.target->cacert,
                          why);
    }
    if (code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM)
        return CA_FAIL_AS(err, CA_MALFORMED, "usage", "%.200s", why);
    /* In TLS 1.3 a refused client certificate shows as an alert on the first read. */
    if (strstr(why, "alert") != NULL) {
        return CA_FAIL_AS(err, CA_DENIED, "client-certificate",
                          "%.80s refused the handshake: %.120s", url, why);
    }
    return CA_FAIL(err, CA_UNAVAILABLE, "%.80s: %.140s", url, why);
}

static CA_RC once(struct http *h, const struct http_ask *ask, int64_t deadline_ms,
                  struct http_answer *ret, struct ca_err *err)
{
    CA_AUTO(slist) slist headers = NULL;
    int64_t left = deadline_ms - ca_mono_ms();
    CURLcode code;

    curl_easy_reset(h->curl);
    h->why[0] = '\0';
    CA_TRY(address_set(h, ask->path, err));
    CA_TRY(headers_set(h, ask, &headers, err));
    body_set(h, ask);
    (void)curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, h->why);
    (void)curl_easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(h->curl, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
    (void)curl_easy_setopt(h->curl, CURLOPT_USERAGENT, "cactl/" CA_VERSION);
    (void)curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, body_more);
    (void)curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, &ret->body);
    (void)curl_easy_setopt(h->curl, CURLOPT_HEADERFUNCTION, header_more);
    (void)curl_easy_setopt(h->curl, CURLOPT_HEADERDATA, ret);
    code = curl_easy_perform(h->curl);
    if (code != CURLE_OK)
        return transport_fail(h, code, ret, err);
    (void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &ret->status);
    return CA_OK;
}

/* May the call be made again, and is there time? */
static bool again(const struct http_ask *ask, const struct http_answer *answer, int64_t deadline_ms)
{
    if (answer->status != 503 && answer->status != 429)
        return false;
    if (strcmp(ask->method, "POST") == 0 && ask->key == NULL)
        return false;
    return answer->retry_after_s >= 0 && ca_mono_ms() + answer->retry_after_s * MILLI < deadline_ms;
}

CA_RC http_send(struct http *h, const struct http_ask *ask, struct http_answer *ret,
                struct ca_err *err)
{
    int64_t start = ca_mono_ms();
    int64_t deadline = start + h->settings.timeout_ms;

    for (;;) {
        ca_buf_done(&ret->body);
        *ret = (struct http_answer){
            .retry_after_s = -1,
            .body = {.max = ask->max != 0 ? ask->max : (size_t)HTTP_BODY_MAX},
        };
        CA_TRY(once(h, ask, deadline, ret, err));
        if (h->settings.verbose) {
            (void)fprintf(stderr, "%s %s: %ld after %lld ms, request %s\n", ask->method, ask->path,
                          ret->status, (long long)(ca_mono_ms() - start), ret->request_id);
        }
        if (!again(ask, ret, deadline))
            return CA_OK;
        http_pause_ms(ret->retry_after_s > 0 ? ret->retry_after_s * MILLI : 100);
    }
}
