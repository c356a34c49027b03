/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/server_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/file.h"
#include "ca/server_loop_internal.h"

static void server_free(struct server *s)
{
    if (s == NULL)
        return;
    ca_fd_close(s->config.listen_fd);
    ca_fd_close(s->wake_fd);
    ca_fd_close(s->epoll_fd);
    (void)pthread_cond_destroy(&s->changed);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
CA_AUTO_DEFINE(server, struct server *, server_free);

CA_RC server_start(const struct server_config *config, struct server **ret, struct ca_err *err)
{
    CA_AUTO(server) struct server *s = calloc(1, sizeof(*s));

    if (s == NULL) {
        ca_fd_close(config->listen_fd);
        return CA_FAIL_NOMEM(err);
    }
    s->config = *config;
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->changed, NULL);
    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->epoll_fd < 0 || s->wake_fd < 0)
        return CA_FAIL(err, CA_FAULT, "epoll or eventfd: %s", strerror(errno));
    if (fcntl(config->listen_fd, F_SETFL, O_NONBLOCK) != 0)
        return CA_FAIL(err, CA_FAULT, "listening socket: %s", strerror(errno));
    CA_TRY(server_watch(s, EPOLL_CTL_ADD, s->wake_fd, EPOLLIN, err));
    CA_TRY(server_watch(s, EPOLL_CTL_ADD, s->config.listen_fd, EPOLLIN, err));
    if (pthread_create(&s->thread, NULL, server_run, s) != 0)
        return CA_FAIL(err, CA_FAULT, "no thread for the server");
    *ret = CA_MOVE(s);
    return CA_OK;
}

static void phase_want(struct server *s, enum phase phase)
{
    uint64_t one = 1;

    (void)pthread_mutex_lock(&s->lock);
    if (s->wanted < phase)
        s->wanted = phase;
    (void)pthread_mutex_unlock(&s->lock);
    while (write(s->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
}

void server_drain(struct server *s)
{
    phase_want(s, DRAINING);
    (void)pthread_mutex_lock(&s->lock);
    while (s->reached < DRAINING) /* the reader never blocks */
        (void)pthread_cond_wait(&s->changed, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
}

void server_stop(struct server *s)
{
    if (s == NULL)
        return;
    phase_want(s, STOPPING);
    (void)pthread_join(s->thread, NULL);
    server_free(s);
}
