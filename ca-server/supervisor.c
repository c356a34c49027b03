/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time.h"
#include "ca-server/command.h"
#include "ca-server/supervisor_internal.h"

enum {
    BACKOFF_FIRST_MS = 100,
    BACKOFF_SERVED_MS = 400, /* the longest after one that served */
    BACKOFF_LAST_MS = 5000,
    STEADY_MS = 10000,
    QUICK_RESTARTS = 3, /* of one that served, before its pause grows */
};

struct child {
    struct child_spec spec;
    bool used;
    bool stopping;
    bool down;
    pid_t pid; /* 0: does not run */
    int beat;
    bool ready;
    int64_t started_ms;
    int64_t sign_ms; /* of life, the last one */
    int64_t backoff_ms;
    unsigned quick;  /* restarts without a longer pause, since it was steady */
    int64_t next_ms; /* when to start it again */
};

struct supervisor {
    struct supervisor_config config;
    int signals;
    bool asked; /* to end */
    struct child children[SUPERVISOR_CHILDREN_MAX];
};

static void changed(const struct supervisor *s)
{
    if (s->config.on_change != NULL)
        s->config.on_change(s->config.arg);
}

CA_RC supervisor_new(const struct supervisor_config *config, struct supervisor **ret,
                     struct ca_err *err)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    CA_AUTO(supervisor) struct supervisor *s = calloc(1, sizeof(*s));
    sigset_t set;

    if (s == NULL)
        return CA_FAIL_NOMEM(err);
    s->config = *config;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < CA_COUNT(numbers); i++)
        (void)sigaddset(&set, numbers[i]);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->signals < 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "no signalfd: %s", strerror(errno));
    *ret = CA_MOVE(s);
    return CA_OK;
}

void supervisor_free(struct supervisor *s)
{
    if (s == NULL)
        return;
    for (size_t i = SUPERVISOR_CHILDREN_MAX; i > 0; i--)
        supervisor_stop(s, i - 1);
    ca_fd_close(s->signals);
    free(s);
}

static void child_start(struct supervisor *s, struct child *c)
{
    struct ca_err err = {0};
    int64_t now = ca_mono_ms();

    c->ready = false;
    c->beat = -1;
    c->started_ms = now;
    c->sign_ms = now;
    if (child_spawn(&c->spec, &c->pid, &c->beat, &err) != CA_OK) {
        CA_LOG(CA_LOG_ERROR, "process_not_started", CA_STR("child", c->spec.name),
               CA_STR("text", err.text));
        c->next_ms = now + BACKOFF_LAST_MS;
        return;
    }
    CA_LOG(CA_LOG_INFO, "process_started", CA_STR("child", c->spec.name), CA_INT("pid", c->pid));
    changed(s);
}

CA_RC supervisor_add(struct supervisor *s, const struct child_spec *spec, size_t *ret_child,
                     struct ca_err *err)
{
    size_t i = 0;

    while (i < SUPERVISOR_CHILDREN_MAX && s->children[i].used)
        i++;
    if (i == SUPERVISOR_CHILDREN_MAX)
        return CA_FAIL(err, CA_FAULT, "more than %d children", SUPERVISOR_CHILDREN_MAX);
    s->children[i] =
        (struct child){.spec = *spec, .used = true, .beat = -1, .backoff_ms = BACKOFF_FIRST_MS};
    *ret_child = i;
    child_start(s, &s->children[i]);
    return CA_OK;
}

static void say_ended(const struct child *c, int status, int64_t lived_ms)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    enum ca_log_level level = c->stopping ? CA_LOG_INFO : CA_LOG_WARNING;

    CA_LOG(level, "process_ended", CA_STR("child", c->spec.name), CA_INT("pid", c->pid),
           CA_INT("status", code), CA_INT("signal", number), CA_INT("ms", lived_ms));
    if (c->down) {
        CA_LOG(CA_LOG_ERROR, "process_stays_down", CA_STR("child", c->spec.name),
               CA_STR("text", "wrong PIN or configuration, see the line above; put it right and "
                              "start ca-server again"));
    }
}

/* One that served is missed: it is back within 2 s, however often it ended before. Of one without
 * signs of life nobody knows whether it did. */
static int64_t pause_after(struct child *c, int64_t lived_ms)
{
    bool served = c->ready || !c->spec.beats;
    int64_t pause_ms;

    if (lived_ms >= STEADY_MS) {
        c->backoff_ms = BACKOFF_FIRST_MS;
        c->quick = 0;
    }
    if (served && c->quick < QUICK_RESTARTS) {
        c->quick++;
        return BACKOFF_FIRST_MS;
    }
    if (served && c->backoff_ms > BACKOFF_SERVED_MS)
        c->backoff_ms = BACKOFF_SERVED_MS;
    pause_ms = c->backoff_ms;
    c->backoff_ms = pause_ms * 2 < BACKOFF_LAST_MS ? pause_ms * 2 : BACKOFF_LAST_MS;
    return pause_ms;
}

static void child_ended(struct supervisor *s, struct child *c, int status)
{
    int64_t now = ca_mono_ms();
    int64_t lived_ms = now - c->started_ms;

    c->down = !c->stopping && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_STAY_DOWN;
    say_ended(c, status, lived_ms);
    ca_fd_close(c->beat);
    c->beat = -1;
    c->pid = 0;
    c->next_ms = now + pause_after(c, lived_ms);
    c->ready = false;
    changed(s);
}

static void children_reap(struct supervisor *s)
{
    for (size_t i = 0; i < SUPERVISOR_CHILDREN_MAX; i++) {
        struct child *c = &s->children[i];
        int status = 0;

        if (c->used && c->pid > 0 && waitpid(c->pid, &status, WNOHANG) == c->pid)
            child_ended(s, c, status);
    }
}

static void child_listen(struct supervisor *s, struct child *c)
{
    char octets[64];
    ssize_t n = c->beat < 0 ? -1 : read(c->beat, octets, sizeof(octets));

    if (n > 0) {
        c->sign_ms = ca_mono_ms();
        if (!c->ready) {
            c->ready = true;
            changed(s);
        }
    }
}

/* When the child needs us next without having said anything; -1: never. */
static int64_t child_due(const struct supervisor *s, const struct child *c)
{
    if (!c->used || c->down)
        return -1;
    if (c->pid == 0)
        return c->stopping ? -1 : c->next_ms;
    if (!c->spec.beats || c->stopping)
        return -1;
    return c->sign_ms + (c->ready ? s->config.watchdog_ms : s->config.start_deadline_ms);
}

static void child_care(struct supervisor *s, struct child *c)
{
    int64_t now = ca_mono_ms();
    int64_t due = child_due(s, c);

    if (due < 0 || due > now)
        return;
    if (c->pid == 0) {
        child_start(s, c);
        return;
    }
    CA_LOG(CA_LOG_ERROR, "process_silent", CA_STR("child", c->spec.name), CA_INT("pid", c->pid),
           CA_INT("ms", now - c->sign_ms));
    (void)kill(c->pid, SIGKILL);
    c->sign_ms = now;
}

static void take_signals(struct supervisor *s)
{
    struct signalfd_siginfo info;

    while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            s->asked = true;
        for (size_t i = 0; i < SUPERVISOR_CHILDREN_MAX && info.ssi_signo == SIGHUP; i++) {
            const struct child *c = &s->children[i];

            if (c->used && c->pid > 0 && c->spec.reloads)
                (void)kill(c->pid, SIGHUP);
        }
    }
}

static int64_t wait_ms(const struct supervisor *s, int64_t most_ms)
{
    int64_t now = ca_mono_ms();

    for (size_t i = 0; i < SUPERVISOR_CHILDREN_MAX; i++) {
        int64_t due = child_due(s, &s->children[i]);

        if (due >= 0 && due - now < most_ms)
            most_ms = due > now ? due - now : 0;
    }
    return most_ms;
}

bool supervisor_step(struct supervisor *s, int64_t ms)
{
    struct pollfd fds[SUPERVISOR_CHILDREN_MAX + 1];

    for (size_t i = 0; i < SUPERVISOR_CHILDREN_MAX; i++)
        fds[i] = (struct pollfd){s->children[i].used ? s->children[i].beat : -1, POLLIN, 0};
    fds[SUPERVISOR_CHILDREN_MAX] = (struct pollfd){s->signals, POLLIN, 0};
    (void)poll(fds, CA_COUNT(fds), (int)wait_ms(s, ms));

    take_signals(s);
    for (size_t i = 0; i < SUPERVISOR_CHILDREN_MAX; i++) {
        if ((fds[i].revents & POLLIN) != 0)
            child_listen(s, &s->children[i]);
    }
    children_reap(s);
    for (size_t i = 0; i < SUPERVISOR_CHILDREN_MAX; i++)
        child_care(s, &s->children[i]);
    return !s->asked;
}

void supervisor_stop(struct supervisor *s, size_t child)
{
    struct child *c = &s->children[child];
    int64_t deadline = ca_mono_ms() + s->config.drain_ms;

    if (!c->used)
        return;
    c->stopping = true;
    if (c->pid > 0) {
        (void)kill(c->pid, c->spec.stop_signal);
        (void)kill(c->pid, SIGCONT);
    }
    while (c->pid > 0) {
        int64_t left = deadline - ca_mono_ms();

        if (left <= 0)
            (void)kill(c->pid, SIGKILL);
        (void)supervisor_step(s, left > 0 && left < 1000 ? left : 1000);
    }
    c->used = false;
}

pid_t supervisor_pid(const struct supervisor *s, size_t child)
{
    return s->children[child].used ? s->children[child].pid : 0;
}

bool supervisor_ready(const struct supervisor *s, size_t child)
{
    return s->children[child].used && s->children[child].pid > 0 && s->children[child].ready;
}

bool supervisor_down(const struct supervisor *s, size_t child)
{
    return s->children[child].down;
}
