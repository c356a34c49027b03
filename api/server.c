/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>

#include "api/connection_internal.h"
#include "api/http_internal.h"
#include "api/reply_internal.h"
#include "api/request_internal.h"
#include "base/file.h"
#include "base/log.h"
#include "base/time.h"

#if MHD_VERSION < 0x00097002
#error "libmicrohttpd 0.9.75 or newer"
#endif

enum {
    HTTP_POOL = 16 * 1024, /* octets of a connection, cleared for each request: its header */
    HTTP_POOL_PUBLIC =
        40 * 1024,               /* there TARGET_MAX must fit, in a buffer that grows by doubling */
    HTTP_IDLE_S = 65,            /* without a request on an open connection */
    HTTP_ANSWER_RATE = 16 * 1024 /* octets a second that an answer must reach */
};

struct door {
    struct http *http;
    enum route_door which;
    struct MHD_Daemon *daemon;
};

struct http {
    struct front *front;
    struct connections *connections;
    struct door doors[DOOR__COUNT];
};

static struct connection *record_of(struct MHD_Connection *handle)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static void phase_begin(struct connection *c, int64_t limit_ms)
{
    if (c != NULL)
        atomic_store(&c->deadline_ms, limit_ms > 0 ? ca_mono_ms() + limit_ms : 0);
}

/* As IPv6, IPv4 mapped; zeros for what has no address. */
static void address_keep(struct MHD_Connection *handle, uint8_t ret[16])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *from = info != NULL ? info->client_addr : NULL;

    if (from != NULL && from->sa_family == AF_INET6) {
        memcpy(ret, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
    } else if (from != NULL && from->sa_family == AF_INET) {
        memset(ret + 10, 0xff, 2);
        memcpy(ret + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    }
}

static void connection_opened(struct door *door, struct MHD_Connection *handle, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct front *front = door->http->front;
    struct connection *c =
        connections_add(door->http->connections, info != NULL ? info->connect_fd : -1, door->which,
                        ca_mono_ms() + front->config.read_deadline_ms);

    *context = c;
    front_metrics_count(front->metrics, METRIC_CONNECTIONS_OPENED);
    if (c == NULL)
        return;
    address_keep(handle, c->address);
    if (door->which != DOOR_HTTPS)
        return;
    info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    c->session = info != NULL ? info->tls_session : NULL;
    if (c->session != NULL)
        tls_session_begin(front->tls, c->session);
}

static void on_connection(void *arg, struct MHD_Connection *handle, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct door *door = arg;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        connection_opened(door, handle, context);
        return;
    }
    connections_remove(door->http->connections, *context);
    *context = NULL;
}

/* The request line as it came, before libmicrohttpd decodes anything. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *handle)
{
    struct door *door = arg;
    struct request *rq = request_new(door->http->front, door->which, target != NULL ? target : "");

    phase_begin(record_of(handle), door->http->front->config.read_deadline_ms);
    if (rq == NULL)
        return NULL;
    rq->connection = record_of(handle);
    rq->handle = handle;
    return rq;
}

/* Leaves target and query as they are: api/target.c decodes. */
static size_t on_unescape(void *arg, struct MHD_Connection *handle, char *text)
{
    (void)arg;
    (void)handle;
    return strlen(text);
}

static enum MHD_Result on_field(void *arg, enum MHD_ValueKind kind, const char *name,
                                const char *value)
{
    (void)kind;
    request_field_add(arg, name, value);
    return MHD_YES;
}

/* MHD_NO closes the connection without an answer: only without memory. */
static enum MHD_Result answer(struct request *rq)
{
    struct response *rs = rq->expired ? &rq->late : &rq->rs;
    size_t size = rs->size;
    struct MHD_Response *reply = reply_make(rs);
    enum MHD_Result result;

    if (reply == NULL)
        return MHD_NO;
    phase_begin(rq->connection,
                rq->front->config.read_deadline_ms + (int64_t)(size / HTTP_ANSWER_RATE) * 1000);
    rq->status = rs->status;
    result = MHD_queue_response(rq->handle, (unsigned)rs->status, reply);
    if (rs->ready == NULL)
        MHD_destroy_response(reply);
    return result;
}

static enum MHD_Result first_call(struct request *rq, const char *method, const char *version)
{
    (void)snprintf(rq->method, sizeof(rq->method), "%s", method);
    memcpy(rq->address, rq->connection->address, sizeof(rq->address));
    (void)MHD_get_connection_values(rq->handle, MHD_HEADER_KIND, on_field, rq);
    rq->begun = true;
    return request_begin(rq, version) ? MHD_YES : answer(rq);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *handle, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **context)
{
    struct request *rq = *context;

    (void)arg;
    (void)handle;
    (void)url;
    if (rq == NULL || rq->connection == NULL)
        return MHD_NO; /* no memory */
    if (!rq->begun)
        return first_call(rq, method, version);
    if (*upload_size > 0) {
        request_body_add(rq, upload, *upload_size);
        *upload_size = 0;
        /* A body that goes on and on after it was too long is not worth an answer. */
        return rq->discarded <= request_discard_max(rq) ? MHD_YES : MHD_NO;
    }
    if (rq->suspended) {
        request_resumed(rq);
        return answer(rq);
    }
    phase_begin(rq->connection, 0);
    return request_submit(rq) ? MHD_YES : answer(rq);
}

static void on_completed(void *arg, struct MHD_Connection *handle, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct request *rq = *context;

    (void)arg;
    (void)code;
    *context = NULL;
    if (rq == NULL)
        return;
    phase_begin(record_of(handle), HTTP_IDLE_S * (int64_t)1000);
    request_answered(rq);
    request_unref(rq);
}

void http_suspend(struct request *rq)
{
    rq->suspended = true;
    MHD_suspend_connection(rq->handle);
}

void http_resume(struct request *rq)
{
    MHD_resume_connection(rq->handle);
}

static CA_PRINTF(2, 0) void on_log(void *arg, const char *format, va_list args)
{
    char text[CA_LOG_VALUE_MAX];

    (void)arg;
    (void)vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = '\0';
    CA_LOG(CA_LOG_DEBUG, "http_library", CA_STR("text", text));
}

/* What both doors have; limits of connections are for each. */
static size_t options_fill(struct door *door, struct MHD_OptionItem *o)
{
    const struct front_config *config = &door->http->front->config;
    size_t n = 0;

    o[n++] =
        (struct MHD_OptionItem){MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                door->which == DOOR_PUBLIC ? HTTP_POOL_PUBLIC : HTTP_POOL, NULL};
    o[n++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_LIMIT,
                                     (intptr_t)config->connection_limit, NULL};
    o[n++] = (struct MHD_OptionItem){MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                                     (intptr_t)config->connections_per_address, NULL};
    o[n++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_TIMEOUT, HTTP_IDLE_S, NULL};
    o[n++] = (struct MHD_OptionItem){MHD_OPTION_LISTENING_ADDRESS_REUSE, 1, NULL};
#if MHD_VERSION >= 0x00097701
    o[n++] = (struct MHD_OptionItem){MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL};
#else
    o[n++] = (struct MHD_OptionItem){MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL};
#endif
    if (config->epoll_threads > 1) {
        o[n++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE,
                                         (intptr_t)config->epoll_threads, NULL};
    }
    if (door->which == DOOR_HTTPS) {
        const struct tls *tls = door->http->front->tls;

        o[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
                                         (void *)(uintptr_t)TLS_PRIORITIES};
        o[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0,
                                         (void *)(uintptr_t)tls_client_roots_pem(tls)};
        o[n++] =
            (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls_retrieve_function()};
    }
    o[n++] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return n;
}

static CA_RC door_open(struct door *door, int fd, struct ca_err *err)
{
    struct MHD_OptionItem options[16];
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG | (door->which == DOOR_HTTPS ? MHD_USE_TLS : 0);
    int fd_flags = fcntl(fd, F_GETFL);

    if (fd_flags < 0 || fcntl(fd, F_SETFL, fd_flags | O_NONBLOCK) < 0)
        return CA_FAIL(err, CA_FAULT, "listening socket %d", fd);
    (void)options_fill(door, options);
    door->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, door, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_CONNECTION, on_connection, door,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, door, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, door, MHD_OPTION_ARRAY, options,
        MHD_OPTION_END);
    if (door->daemon == NULL)
        return CA_FAIL(err, CA_FAULT, "libmicrohttpd does not start on socket %d", fd);
    return CA_OK;
}

static CA_RC doors_open(struct http *s, struct front *front, struct ca_err *err)
{
    const int fds[DOOR__COUNT] = {front->config.http_fd, front->config.https_fd};

    CA_TRY(connections_new(&s->connections, err));
    for (unsigned i = 0; i < DOOR__COUNT; i++) {
        s->doors[i] = (struct door){s, (enum route_door)i, NULL};
        if (fds[i] >= 0 && (i != DOOR_HTTPS || front->tls != NULL))
            CA_TRY(door_open(&s->doors[i], fds[i], err));
    }
    return CA_OK;
}

CA_RC http_start(struct front *front, struct http **ret, struct ca_err *err)
{
    struct http *s = calloc(1, sizeof(*s));
    enum ca_rc rc;

    if (s == NULL)
        return CA_FAIL_NOMEM(err);
    s->front = front;
    rc = doors_open(s, front, err);
    if (rc != CA_OK) {
        http_stop(s);
        return rc;
    }
    *ret = s;
    return CA_OK;
}

void http_quiesce(struct http *s)
{
    for (size_t i = 0; i < DOOR__COUNT; i++) {
        if (s->doors[i].daemon != NULL)
            ca_fd_close(MHD_quiesce_daemon(s->doors[i].daemon));
    }
}

void http_sweep(struct http *s)
{
    for (size_t n = connections_sweep(s->connections, ca_mono_ms()); n > 0; n--)
        front_metrics_count(s->front->metrics, METRIC_CONNECTIONS_TIMED_OUT);
}

size_t http_connections(struct http *s)
{
    return connections_count(s->connections);
}

void http_stop(struct http *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < DOOR__COUNT; i++) {
        if (s->doors[i].daemon != NULL)
            MHD_stop_daemon(s->doors[i].daemon);
    }
    connections_free(s->connections);
    free(s);
}
