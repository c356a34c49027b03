/* SPDX-License-Identifier: Apache-2.0 */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "ca-server/bootstrap.h"
#include "ca-server/dev_internal.h"
#include "ca-server/listen.h"

/* A shell sources it: nothing in a value means anything to the shell. */
static void line(struct ca_buf *to, const char *name, const char *value)
{
    ca_buf_printf(to, "%s='", name);
    for (; *value != '\0'; value++)
        ca_buf_str(to, *value == '\'' ? "'\\''" : (char[]){*value, '\0'});
    ca_buf_str(to, "'\n");
}

static const struct env_file {
    const char *variable;
    const char *file;
} files[] = {
    {"CA_ROOT_PEM",      "root.pem"           },
    {"CA_CHAIN_PEM",     "chain.pem"          },
    {"CA_REQUESTER_PEM", "requester.pem"      },
    {"CA_OFFICER1_PEM",  "officer1.pem"       },
    {"CA_OFFICER2_PEM",  "officer2.pem"       },
    {"CA_ADMIN_PEM",     "admin.pem"          },
    {"CA_AUDITOR_PEM",   "auditor.pem"        },
    {"CA_SOFTHSM2_CONF", "token/softhsm2.conf"},
};

static void pid_line(struct ca_buf *to, const char *name, pid_t pid)
{
    char text[16];

    (void)snprintf(text, sizeof(text), "%ld", (long)pid);
    line(to, name, pid > 0 ? text : "");
}

/* In a build folder the client is not on the PATH: the shell that sources the file finds it. */
static void client_line(struct ca_buf *to)
{
    char self[PATH_MAX];
    char client[PATH_MAX + 16];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n < 0)
        return;
    self[n] = '\0';
    (void)snprintf(client, sizeof(client), "%.*s/../cactl", (int)(strrchr(self, '/') - self), self);
    if (realpath(client, self) == NULL)
        return;
    (void)snprintf(client, sizeof(client), "%s/cactl", self);
    if (access(client, X_OK) == 0) {
        line(to, "CA_CACTL", client);
        ca_buf_str(to, "PATH=\"${CA_CACTL%/cactl}:$PATH\"\n");
    }
}

static CA_RC scep_lines(const struct dev *d, struct ca_buf *to, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf secret = {0};
    char url[sizeof(d->http_url) + 32];

    CA_TRY(dev_scep_secret(d, &secret, err));
    (void)snprintf(url, sizeof(url), "%s/scep/" DEV_SCEP, d->http_url);
    line(to, "CA_SCEP_URL", url);
    line(to, "CA_SCEP_CHALLENGE", ca_buf_cstr(&secret));
    (void)snprintf(url, sizeof(url), "%s/scep/" DEV_SCEP_MANUAL, d->http_url);
    line(to, "CA_SCEP_MANUAL_URL", url);
    return CA_OK;
}

CA_RC dev_env_write(struct dev *d, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf env = {0};
    char path[PATH_MAX];

    line(&env, "CA_HTTP_URL", d->http_url);
    line(&env, "CA_HTTPS_URL", d->https_url);
    line(&env, "CA_ROOT_NAME", DEV_ROOT);
    line(&env, "CA_ISSUING_NAME", DEV_ISSUING);
    for (size_t i = 0; i < CA_COUNT(files); i++) {
        CA_TRY(dev_path(d, files[i].file, path, err));
        line(&env, files[i].variable, path);
    }
    CA_TRY(dev_conninfo(d, "ca_owner", path, err));
    line(&env, "CA_DB_CONNINFO", path);
    d->told_front = supervisor_pid(d->supervisor, d->front);
    d->told_signer = supervisor_pid(d->supervisor, d->signer);
    pid_line(&env, "CA_FRONT_PID", d->told_front);
    pid_line(&env, "CA_SIGNER_PID", d->told_signer);
    client_line(&env);
    CA_TRY(scep_lines(d, &env, err));
    CA_TRY(ca_buf_check(&env, err));
    return dev_write(d, "dev.env", ca_buf_view(&env), 0600, err);
}

static CA_RC connected(const char *address, int *ret, struct ca_err *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    struct timeval wait = {.tv_sec = 1};
    CA_AUTO(fd) int fd = -1;
    char host[120];
    char service[8];
    int port = 0;
    bool done;

    CA_TRY(listen_split(address, host, &port, err));
    (void)snprintf(service, sizeof(service), "%d", port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "no address %s", address);
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    done = connect(fd, found->ai_addr, found->ai_addrlen) == 0;
    freeaddrinfo(found);
    if (!done)
        return CA_FAIL(err, CA_UNAVAILABLE, "no connection to %s", address);
    *ret = fd;
    fd = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): the cleanup reads it */
    return CA_OK;
}

/* Only the status line is read. */
static CA_RC served(const struct dev *d, const char *path, struct ca_err *err)
{
    CA_AUTO(fd) int fd = -1;
    CA_AUTO(buf) struct ca_buf ask = {0};
    char answer[16] = "";

    CA_TRY(connected(d->http, &fd, err));
    ca_buf_printf(&ask, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, d->http);
    CA_TRY(ca_fd_write_all(fd, ca_buf_view(&ask), err));
    if (recv(fd, answer, 12, MSG_WAITALL) != 12 || strcmp(answer, "HTTP/1.1 200") != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "%s%s is not served yet", d->http_url, path);
    return CA_OK;
}

CA_RC dev_check(const struct dev *d, struct client *c, struct ca_err *err)
{
    CA_TRY(bootstrap_status(c, err));
    CA_TRY(served(d, "/livez", err));
    CA_TRY(served(d, "/crl/" DEV_ROOT ".crl", err));
    CA_TRY(served(d, "/crl/" DEV_ISSUING ".crl", err));
    CA_TRY(served(d, "/scep/" DEV_SCEP "?operation=GetCACert", err));
    return served(d, "/scep/" DEV_SCEP_MANUAL "?operation=GetCACert", err);
}
