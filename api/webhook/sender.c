/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/webhook/webhook_internal.h"
#include "base/base64.h"
#include "base/time.h"
#include "policy/network.h"

enum { CONNECT_MS = 5000, WHOLE_MS = 10000, ANSWER_MAX = 65536, POLL_MS = 500 };

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

/* One delivery under way. */
struct exchange {
    struct sending *sending;
    CURL *curl;
    struct curl_slist *headers;
    bool allow_private;
    bool refused_private;
    size_t received;
};

/* The very address that is about to be called, whatever its name said before. */
static curl_socket_t socket_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct exchange *x = arg;
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

/* Whatever they answer is read, so far, and forgotten. */
static size_t octets_arrived(char *octets, size_t one, size_t n, void *arg)
{
    struct exchange *x = arg;

    (void)octets;
    x->received += one * n;
    return x->received <= ANSWER_MAX ? one * n : 0;
}

CA_RC sender_sign(const struct hsm_key *key, const char *id, int64_t timestamp,
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

static CA_RC header_add(struct exchange *x, const char *text, struct ca_err *err)
{
    struct curl_slist *more = curl_slist_append(x->headers, text);

    if (more == NULL)
        return CA_FAIL_NOMEM(err);
    x->headers = more;
    return CA_OK;
}

/* As in the Standard Webhooks specification, with a signature kind of our own. */
static CA_RC headers_make(struct exchange *x, const struct sender_config *config,
                          struct ca_err *err)
{
    const struct db_webhook_delivery *d = x->sending->delivery;
    CA_AUTO(buf) struct ca_buf signature = {0};
    int64_t now = ca_time_now();
    char id[CA_UUID_TEXT];
    char line[80];

    ca_buf_str(&signature, "webhook-signature: ");
    CA_TRY(sender_sign(config->key, ca_uuid_text(&d->id, id), now, d->body, &signature, err));
    CA_TRY(header_add(x, ca_buf_cstr(&signature), err));
    (void)snprintf(line, sizeof(line), "webhook-id: %s", id);
    CA_TRY(header_add(x, line, err));
    (void)snprintf(line, sizeof(line), "webhook-timestamp: %lld", (long long)now);
    CA_TRY(header_add(x, line, err));
    CA_TRY(header_add(x, "Content-Type: application/json", err));
    return header_add(x, "Expect:", err);
}

/* No redirects, no proxy, nothing but the two protocols. */
static CA_RC curl_fill(struct exchange *x, const struct sender_config *config, struct ca_err *err)
{
    const struct db_webhook_delivery *d = x->sending->delivery;
    CURLcode bad = CURLE_OK;

    bad |= curl_easy_setopt(x->curl, CURLOPT_URL, d->url);
    bad |= curl_easy_setopt(x->curl, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(x->curl, CURLOPT_PROXY, "");
    bad |= curl_easy_setopt(x->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= curl_easy_setopt(x->curl, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= curl_easy_setopt(x->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    bad |= curl_easy_setopt(x->curl, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
    bad |= curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, x->headers);
    bad |= curl_easy_setopt(x->curl, CURLOPT_USERAGENT, config->agent);
    bad |= curl_easy_setopt(x->curl, CURLOPT_POST, 1L);
    bad |= curl_easy_setopt(x->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)d->body.len);
    bad |= curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS, d->body.ptr);
    bad |= curl_easy_setopt(x->curl, CURLOPT_WRITEFUNCTION, octets_arrived);
    bad |= curl_easy_setopt(x->curl, CURLOPT_WRITEDATA, x);
    bad |= curl_easy_setopt(x->curl, CURLOPT_OPENSOCKETFUNCTION, socket_open);
    bad |= curl_easy_setopt(x->curl, CURLOPT_OPENSOCKETDATA, x);
    bad |= curl_easy_setopt(x->curl, CURLOPT_PRIVATE, x);
    if (config->roots[0] != '\0')
        bad |= curl_easy_setopt(x->curl, CURLOPT_CAINFO, config->roots);
    return bad == CURLE_OK ? CA_OK : CA_FAIL(err, CA_FAULT, "libcurl takes an option no more");
}

static void exchange_done(struct exchange *x)
{
    curl_easy_cleanup(x->curl);
    curl_slist_free_all(x->headers);
}

/* What became of it. A 2xx whose body was cut is one all the same. */
static void exchange_end(struct exchange *x, CURLcode code)
{
    struct sending *s = x->sending;

    (void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &s->status);
    if (s->status >= 200 && s->status < 300 && (code == CURLE_OK || code == CURLE_WRITE_ERROR)) {
        s->error[0] = '\0';
    } else if (x->refused_private) {
        (void)snprintf(s->error, sizeof(s->error),
                       "the address is private: see the setting webhooks.allow_private");
    } else if (s->status != 0) {
        (void)snprintf(s->error, sizeof(s->error), "HTTP status %ld", s->status);
    } else {
        (void)snprintf(s->error, sizeof(s->error), "%s", curl_easy_strerror(code));
    }
}

static void multi_done(CURLM *multi)
{
    (void)curl_multi_cleanup(multi);
}
CA_AUTO_DEFINE(multi, CURLM *, multi_done);

static CA_RC multi_run(CURLM *multi, struct ca_err *err)
{
    int64_t until = ca_mono_ms() + 2 * WHOLE_MS; /* each has its own time */
    int running = 1;

    while (running > 0 && ca_mono_ms() < until) {
        if (curl_multi_perform(multi, &running) != CURLM_OK ||
            (running > 0 && curl_multi_poll(multi, NULL, 0, POLL_MS, NULL) != CURLM_OK))
            return CA_FAIL(err, CA_FAULT, "libcurl does not go on");
    }
    return CA_OK;
}

static void multi_read(CURLM *multi)
{
    CURLMsg *said;
    int left;

    while ((said = curl_multi_info_read(multi, &left)) != NULL) {
        struct exchange *x = NULL;

        if (said->msg == CURLMSG_DONE &&
            curl_easy_getinfo(said->easy_handle, CURLINFO_PRIVATE, (char **)&x) == CURLE_OK &&
            x != NULL)
            exchange_end(x, said->data.result);
    }
}

static CA_RC exchange_begin(struct exchange *x, CURLM *multi, const struct sender_config *config,
                            struct ca_err *err)
{
    x->curl = curl_easy_init();
    if (x->curl == NULL)
        return CA_FAIL_NOMEM(err);
    (void)snprintf(x->sending->error, sizeof(x->sending->error), "no answer");
    CA_TRY(headers_make(x, config, err));
    CA_TRY(curl_fill(x, config, err));
    if (curl_multi_add_handle(multi, x->curl) != CURLM_OK)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

CA_RC sender_run(const struct sender_config *config, struct sending *list, size_t n,
                 struct ca_err *err)
{
    CA_AUTO(multi) CURLM *multi = curl_multi_init();
    struct exchange *all = calloc(n, sizeof(*all));
    enum ca_rc rc = multi != NULL && all != NULL ? CA_OK : CA_FAIL_NOMEM(err);

    for (size_t i = 0; i < n && rc == CA_OK; i++) {
        all[i] = (struct exchange){.sending = &list[i], .allow_private = config->allow_private};
        rc = exchange_begin(&all[i], multi, config, err);
    }
    if (rc == CA_OK)
        rc = multi_run(multi, err);
    if (rc == CA_OK)
        multi_read(multi);
    for (size_t i = 0; i < n && all != NULL; i++) {
        if (all[i].curl != NULL)
            (void)curl_multi_remove_handle(multi, all[i].curl);
        exchange_done(&all[i]);
    }
    free(all);
    return rc;
}
