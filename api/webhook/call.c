/* SPDX-License-Identifier: Apache-2.0 */
#include "api/webhook/call.h"

#include <netinet/in.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/webhook/webhook.h"
#include "base/base64.h"
#include "base/text.h"
#include "base/time.h"
#include "policy/network.h"

/* RFC 6890 and what else leads to this machine, to nobody or to another network's address. */
static const char *const private_networks[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
    "::/96",         "::ffff:0:0/96",   "64:ff9b::/96",   "64:ff9b:1::/48", "100::/64",
    "2001::/23",     "2001:db8::/32",   "2002::/16",      "fc00::/7",       "fe80::/10",
    "ff00::/8",
};

bool webhook_is_private(struct ca_bytes address)
{
    if (address.len != 4 && address.len != 16)
        return true;
    for (size_t i = 0; i < CA_COUNT(private_networks); i++) {
        if (network_holds(private_networks[i], address))
            return true;
    }
    return false;
}

/* The very address that is about to be called, whatever its name said before. */
static curl_socket_t socket_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct webhook_call *x = arg;
    struct ca_bytes address = {NULL, 0};

    (void)purpose;
    if (to->family == AF_INET) {
        const struct sockaddr_in *in = (const void *)&to->addr;

        address = (struct ca_bytes){(const uint8_t *)&in->sin_addr, sizeof(in->sin_addr)};
    } else if (to->family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)&to->addr;

        address = (struct ca_bytes){(const uint8_t *)&in6->sin6_addr, sizeof(in6->sin6_addr)};
    }
    if (!x->allow_private && webhook_is_private(address)) {
        x->refused_private = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* So far, and no further. */
static size_t octets_arrived(char *octets, size_t one, size_t n, void *arg)
{
    struct webhook_call *x = arg;

    x->received += one * n;
    if (x->received > x->answer_max)
        return 0;
    if (x->answer != NULL)
        ca_buf_add(x->answer, octets, one * n);
    return one * n;
}

CA_RC webhook_sign(const struct hsm_key *key, const char *id, int64_t timestamp,
                   struct ca_bytes body, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(buf) struct ca_buf signature = {0};

    ca_buf_printf(&text, "%s.%lld.", id, (long long)timestamp);
    ca_buf_bytes(&text, body);
    CA_TRY(ca_buf_check(&text, err));
    CA_TRY(hsm_sign(key, CA_SIG_ECDSA_SHA256, ca_buf_view(&text), &signature, err));
    ca_buf_str(ret, "v1es256,");
    ca_base64_put(ret, ca_buf_view(&signature));
    return ca_buf_check(ret, err);
}

static CA_RC header_add(struct webhook_call *x, const char *text, struct ca_err *err)
{
    struct curl_slist *more = curl_slist_append(x->headers, text);

    if (more == NULL)
        return CA_FAIL_NOMEM(err);
    x->headers = more;
    return CA_OK;
}

CA_RC webhook_call_sign(struct webhook_call *x, const struct hsm_key *key, const char *id,
                        struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf signature = {0};
    int64_t now = ca_time_now();
    char line[160];

    ca_buf_str(&signature, "webhook-signature: ");
    CA_TRY(webhook_sign(key, id, now, x->body, &signature, err));
    CA_TRY(header_add(x, ca_buf_cstr(&signature), err));
    (void)snprintf(line, sizeof(line), "webhook-id: %s", id);
    CA_TRY(header_add(x, line, err));
    (void)snprintf(line, sizeof(line), "webhook-timestamp: %lld", (long long)now);
    return header_add(x, line, err);
}

/* Asked by curl every second at least. */
static int is_over(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct webhook_call *x = arg;

    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(x->stopping);
}

/* "ETag: "..."", where it is a strong one (RFC 9110 8.8.3) that fits. */
static size_t header_arrived(char *octets, size_t one, size_t n, void *arg)
{
    static const char name[] = "etag:";
    struct webhook_call *x = arg;
    const char *end = octets + one * n;
    const char *at = octets + sizeof(name) - 1;

    if (one * n <= sizeof(name) || strncasecmp(octets, name, sizeof(name) - 1) != 0)
        return one * n;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    while (end > at && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
        end--;
    x->etag[0] = '\0';
    if (end - at >= 2 && at[0] == '"' && end[-1] == '"' && end - at < WEBHOOK_ETAG_MAX)
        (void)ca_text_copy(x->etag, sizeof(x->etag),
                           (struct ca_bytes){(const uint8_t *)at, (size_t)(end - at)});
    return one * n;
}

static CURLcode body_fill(struct webhook_call *x)
{
    CURLcode bad = curl_easy_setopt(x->curl, CURLOPT_POST, 1L);

    bad |= curl_easy_setopt(x->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body.len);
    bad |= curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS, x->body.ptr);
    if (x->put_type != NULL)
        bad |= curl_easy_setopt(x->curl, CURLOPT_CUSTOMREQUEST, "PUT");
    return bad;
}

static CURLcode method_fill(struct webhook_call *x)
{
    CURLcode bad = x->get ? curl_easy_setopt(x->curl, CURLOPT_HTTPGET, 1L) : body_fill(x);

    bad |= curl_easy_setopt(x->curl, CURLOPT_HEADERFUNCTION, header_arrived);
    bad |= curl_easy_setopt(x->curl, CURLOPT_HEADERDATA, x);
    if (x->stopping != NULL) {
        bad |= curl_easy_setopt(x->curl, CURLOPT_NOPROGRESS, 0L);
        bad |= curl_easy_setopt(x->curl, CURLOPT_XFERINFOFUNCTION, is_over);
        bad |= curl_easy_setopt(x->curl, CURLOPT_XFERINFODATA, x);
    }
    return bad;
}

/* No redirects, no proxy, nothing but the two protocols. */
static CA_RC curl_fill(struct webhook_call *x, const struct webhook_call_config *config, void *arg,
                       struct ca_err *err)
{
    CURLcode bad = CURLE_OK;

    bad |= curl_easy_setopt(x->curl, CURLOPT_URL, config->url);
    bad |= curl_easy_setopt(x->curl, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(x->curl, CURLOPT_PROXY, "");
    bad |= curl_easy_setopt(x->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= curl_easy_setopt(x->curl, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= curl_easy_setopt(x->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)config->connect_ms);
    bad |= curl_easy_setopt(x->curl, CURLOPT_TIMEOUT_MS, (long)config->whole_ms);
    bad |= curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, x->headers);
    bad |= curl_easy_setopt(x->curl, CURLOPT_USERAGENT, "ca-server");
    bad |= method_fill(x);
    bad |= curl_easy_setopt(x->curl, CURLOPT_WRITEFUNCTION, octets_arrived);
    bad |= curl_easy_setopt(x->curl, CURLOPT_WRITEDATA, x);
    bad |= curl_easy_setopt(x->curl, CURLOPT_OPENSOCKETFUNCTION, socket_open);
    bad |= curl_easy_setopt(x->curl, CURLOPT_OPENSOCKETDATA, x);
    bad |= curl_easy_setopt(x->curl, CURLOPT_PRIVATE, arg);
    if (config->roots[0] != '\0')
        bad |= curl_easy_setopt(x->curl, CURLOPT_CAINFO, config->roots);
    return bad == CURLE_OK ? CA_OK : CA_FAIL(err, CA_FAULT, "libcurl takes an option no more");
}

static CA_RC type_add(struct webhook_call *x, struct ca_err *err)
{
    char line[96];

    (void)snprintf(line, sizeof(line), "Content-Type: %s",
                   x->put_type != NULL ? x->put_type : "application/json");
    return header_add(x, line, err);
}

static CA_RC bearer_add(struct webhook_call *x, struct ca_err *err)
{
    struct ca_bytes token = ca_secret_view(x->bearer);
    char line[CA_SECRET_MAX + 32];
    enum ca_rc rc;

    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] < 0x21 || token.ptr[i] > 0x7e)
            return CA_FAIL(err, CA_DENIED, "the token has an octet that is not printable");
    }
    (void)snprintf(line, sizeof(line), "Authorization: Bearer %s", (const char *)token.ptr);
    rc = header_add(x, line, err);
    OPENSSL_cleanse(line, sizeof(line));
    return rc;
}

CA_RC webhook_call_make(struct webhook_call *x, const struct webhook_call_config *config, void *arg,
                        struct ca_err *err)
{
    x->allow_private = config->allow_private;
    x->answer_max = config->answer_max;
    if (x->get) {
        CA_TRY(header_add(x, "Cache-Control: no-cache", err));
    } else {
        CA_TRY(type_add(x, err));
    }
    if (x->condition != NULL)
        CA_TRY(header_add(x, x->condition, err));
    if (x->bearer != NULL)
        CA_TRY(bearer_add(x, err));
    CA_TRY(header_add(x, "Expect:", err));
    x->curl = curl_easy_init();
    if (x->curl == NULL)
        return CA_FAIL_NOMEM(err);
    return curl_fill(x, config, arg, err);
}

void webhook_call_why(const struct webhook_call *x, CURLcode code, long *ret_status,
                      char ret[WEBHOOK_WHY_MAX])
{
    (void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, ret_status);
    if (*ret_status >= 200 && *ret_status < 300 &&
        (code == CURLE_OK || code == CURLE_WRITE_ERROR)) {
        ret[0] = '\0';
    } else if (x->refused_private) {
        (void)snprintf(ret, WEBHOOK_WHY_MAX,
                       "the address is private: see the setting webhooks.allow_private");
    } else if (*ret_status != 0) {
        (void)snprintf(ret, WEBHOOK_WHY_MAX, "HTTP status %ld", *ret_status);
    } else {
        (void)snprintf(ret, WEBHOOK_WHY_MAX, "%s", curl_easy_strerror(code));
    }
}

void webhook_call_done(struct webhook_call *x)
{
    curl_easy_cleanup(x->curl);
    for (struct curl_slist *at = x->headers; at != NULL; at = at->next)
        OPENSSL_cleanse(at->data, strlen(at->data)); /* a token may be among them */
    curl_slist_free_all(x->headers);
    x->curl = NULL;
    x->headers = NULL;
}
