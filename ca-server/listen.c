/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"

enum {
    BACKLOG = 1024,
    HOST_MAX = 120,
    TAKEN_MS = 3000, /* how long a port may stay taken: one that was killed gives it back soon */
    TAKEN_PAUSE_MS = 50,
};

static void addresses_free(struct addrinfo *a)
{
    if (a != NULL)
        freeaddrinfo(a);
}
CA_AUTO_DEFINE(addresses, struct addrinfo *, addresses_free);

CA_RC listen_split(const char *address, char *host, int *ret_port, struct ca_err *err)
{
    const char *colon = strrchr(address, ':');
    struct ca_bytes name;
    char *end = NULL;
    long port;

    if (colon == NULL)
        return CA_FAIL(err, CA_MALFORMED, "'%s' is not HOST:PORT", address);
    port = strtol(colon + 1, &end, 10);
    if (end == colon + 1 || *end != '\0' || port < 0 || port > 65535)
        return CA_FAIL(err, CA_MALFORMED, "'%s' has no port from 0 to 65535", address);
    name = (struct ca_bytes){(const uint8_t *)address, (size_t)(colon - address)};
    if (name.len >= 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']')
        name = (struct ca_bytes){name.ptr + 1, name.len - 2};
    if (!ca_text_copy(host, HOST_MAX, name))
        return CA_FAIL(err, CA_MALFORMED, "'%s' has a host that is too long", address);
    *ret_port = (int)port;
    return CA_OK;
}

/* Waits while somebody else holds the address; the last answer is errno's. */
static bool bind_patiently(int fd, const struct addrinfo *at)
{
    int64_t deadline_ms = ca_mono_ms() + TAKEN_MS;

    while (bind(fd, at->ai_addr, at->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        if (errno != EADDRINUSE || ca_mono_ms() >= deadline_ms)
            return false;
        (void)poll(NULL, 0, TAKEN_PAUSE_MS);
    }
    return true;
}

static CA_RC tcp_bind(const struct addrinfo *at, const char *address, int *ret, struct ca_err *err)
{
    CA_AUTO(fd) int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1;

    if (fd < 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "no socket for %s: %s", address, strerror(errno));
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (!bind_patiently(fd, at)) {
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot listen on %s: %s%s", address, strerror(errno),
                       errno == EADDRINUSE ? " (choose another port, or 0 for a free one)" : "");
    }
    *ret = fd;
    fd = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): the cleanup reads it */
    return CA_OK;
}

CA_RC listen_tcp(const char *address, int *ret, struct ca_err *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    CA_AUTO(addresses) struct addrinfo *found = NULL;
    char host[HOST_MAX];
    char service[8];
    int port = 0;
    int code;

    CA_TRY(listen_split(address, host, &port, err));
    (void)snprintf(service, sizeof(service), "%d", port);
    code = getaddrinfo(host[0] == '\0' ? NULL : host, service, &hints, &found);
    if (code != 0)
        return CA_FAIL(err, CA_MALFORMED, "'%s' is no address: %s", address, gai_strerror(code));
    return tcp_bind(found, address, ret, err);
}

CA_RC listen_unix(const char *path, int *ret, struct ca_err *err)
{
    CA_AUTO(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    if (!ca_text_copy(at.sun_path, sizeof(at.sun_path), ca_bytes_str(path))) {
        return CA_FAIL(err, CA_LIMIT, "%s: a socket's path has at most %zu octets", path,
                       sizeof(at.sun_path) - 1);
    }
    (void)unlink(path);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
        chmod(path, 0660) != 0 || listen(fd, BACKLOG) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot listen on %s: %s", path, strerror(errno));
    *ret = fd;
    fd = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): the cleanup reads it */
    return CA_OK;
}

int listen_port(int fd)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);

    memset(&at, 0, sizeof(at));
    if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        return 0;
    if (at.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&at)->sin6_port);
    return ntohs(((const struct sockaddr_in *)&at)->sin_port);
}
