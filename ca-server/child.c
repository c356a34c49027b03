/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "ca-server/supervisor_internal.h"

enum { FIRST_FD = 3, HIGH_FD = 64, EXIT_NOT_STARTED = 71 };

/* What the child gets: descriptors in the order of FIRST_FD and up. */
struct gift {
    int fds[CHILD_FDS_MAX + 2];
    size_t n;
};

/* Between fork and exec: system calls only. */
static void child_fds(const struct gift *gift)
{
    int high[CHILD_FDS_MAX + 2];

    /* First out of the way, so that no dup2 hits one that is still needed. */
    for (size_t i = 0; i < gift->n; i++)
        high[i] = fcntl(gift->fds[i], F_DUPFD_CLOEXEC, HIGH_FD);
    for (size_t i = 0; i < gift->n; i++)
        (void)dup2(high[i], FIRST_FD + (int)i);
    (void)close_range(FIRST_FD + (unsigned)gift->n, ~0U, 0);
}

static void child_signals(void)
{
    sigset_t none;

    for (int n = 1; n < NSIG; n++)
        (void)signal(n, SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void child_become(const struct child_spec *spec, const struct gift *gift,
                                   pid_t parent)
{
    char *argv[CHILD_ARGS_MAX];
    int null = open("/dev/null", O_RDONLY);

    child_signals();
    (void)setpgid(0, 0); /* Ctrl-C is for the supervisor */
    (void)dup2(null, STDIN_FILENO);
    child_fds(gift);
    if (spec->prepare != NULL && spec->prepare(spec->arg) != 0)
        _exit(EXIT_NOT_STARTED);
    /* Last, because a change of user clears it. */
    (void)prctl(PR_SET_PDEATHSIG, spec->death_signal);
    if (getppid() != parent)
        _exit(EXIT_NOT_STARTED);
    for (size_t i = 0; i < CHILD_ARGS_MAX; i++)
        argv[i] = (char *)(uintptr_t)spec->argv[i]; /* execv's type predates const */
    (void)execv(argv[0], argv);
    _exit(EXIT_NOT_STARTED);
}

struct ends {
    int mine;
    int childs;
};

static CA_RC beat_pipe(struct gift *gift, struct ends *ret, struct ca_err *err)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "no pipe: %s", strerror(errno));
    *ret = (struct ends){fds[0], fds[1]};
    gift->fds[gift->n++] = fds[1];
    return CA_OK;
}

static CA_RC pin_pipe(const struct ca_secret *pin, struct gift *gift, int *ret, struct ca_err *err)
{
    CA_AUTO(fd) int to = -1;
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "no pipe: %s", strerror(errno));
    *ret = fds[0];
    to = fds[1];
    gift->fds[gift->n++] = fds[0];
    return ca_fd_write_all(to, ca_secret_view(pin), err); /* a PIN fits into a pipe */
}

CA_RC child_spawn(const struct child_spec *spec, pid_t *ret_pid, int *ret_beat, struct ca_err *err)
{
    struct gift gift = {.n = spec->fds_n};
    struct ends beat = {-1, -1};
    CA_AUTO(fd) int beat_childs = -1;
    CA_AUTO(fd) int pin = -1;
    pid_t parent = getpid();
    pid_t pid;

    memcpy(gift.fds, spec->fds, sizeof(spec->fds));
    if (spec->beats)
        CA_TRY(beat_pipe(&gift, &beat, err));
    /* NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the cleanup reads it */
    beat_childs = beat.childs;
    if (spec->pin != NULL)
        CA_TRY(pin_pipe(spec->pin, &gift, &pin, err));
    pid = fork();
    if (pid == 0)
        child_become(spec, &gift, parent);
    if (pid < 0) {
        ca_fd_close(beat.mine);
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot start %s: %s", spec->name, strerror(errno));
    }
    *ret_pid = pid;
    *ret_beat = beat.mine;
    return CA_OK;
}

CA_RC child_run(const struct child_spec *spec, int64_t deadline_ms, int *ret_status,
                struct ca_err *err)
{
    int64_t deadline = ca_mono_ms() + deadline_ms;
    pid_t pid = 0;
    int beat = -1;
    int status = 0;

    CA_TRY(child_spawn(spec, &pid, &beat, err));
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (ca_mono_ms() > deadline)
            (void)kill(pid, SIGKILL);
        (void)poll(NULL, 0, 2);
    }
    *ret_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return CA_OK;
}
