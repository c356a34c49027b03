/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/bytes.h"
#include "ca-server/command.h"

/* What serving takes: memory, threads, files that are open or allowed by permission and Landlock,
 * sockets, time, signals to itself. Not here: execve, ptrace, kill, mount, setuid, bpf, keyctl, …
 */
static const char *const serving[] = {
    "accept",
    "accept4",
    "access",
    "bind",
    "brk",
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "clone",
    "clone3",
    "close",
    "connect",
    "copy_file_range",
    "dup",
    "dup2",
    "dup3",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_wait",
    "eventfd2",
    "exit",
    "exit_group",
    "faccessat",
    "faccessat2",
    "fadvise64",
    "fallocate",
    "fchmod",
    "fcntl",
    "fdatasync",
    "flock",
    "fstat",
    "fstatfs",
    "fsync",
    "ftruncate",
    "futex",
    "getcpu",
    "getcwd",
    "getdents64",
    "getegid",
    "geteuid",
    "getgid",
    "getpeername",
    "getpid",
    "getppid",
    "getrandom",
    "getresgid",
    "getresuid",
    "getrlimit",
    "getrusage",
    "getsockname",
    "getsockopt",
    "gettid",
    "gettimeofday",
    "getuid",
    "ioctl",
    "linkat",
    "listen",
    "lseek",
    "lstat",
    "madvise",
    "membarrier",
    "mkdir",
    "mkdirat",
    "mlock",
    "mmap",
    "mprotect",
    "mremap",
    "msync",
    "munlock",
    "munmap",
    "nanosleep",
    "newfstatat",
    "open",
    "openat",
    "pipe2",
    "poll",
    "ppoll",
    "prctl",
    "pread64",
    "preadv",
    "prlimit64",
    "pselect6",
    "pwrite64",
    "pwritev",
    "read",
    "readlink",
    "readlinkat",
    "readv",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "rename",
    "renameat",
    "renameat2",
    "restart_syscall",
    "rmdir",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigtimedwait",
    "sched_getaffinity",
    "sched_yield",
    "select",
    "sendfile",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "set_robust_list",
    "setsockopt",
    "shutdown",
    "sigaltstack",
    "socket",
    "socketpair",
    "stat",
    "statfs",
    "statx",
    "sync",
    "sysinfo",
    "tgkill",
    "time",
    "umask",
    "uname",
    "unlink",
    "unlinkat",
    "write",
    "writev",
};

/* A probe is started, and starts, under the same filter. */
static const char *const spawning[] = {
    "arch_prctl", "close_range", "execve", "fork",  "kill",   "set_tid_address",
    "setpgid",    "setrlimit",   "vfork",  "wait4", "waitid",
};

/* In a handler: no allocation, no lock. */
static void denied(int number, siginfo_t *info, void *context)
{
    char line[120];
    int n = snprintf(line, sizeof(line),
                     "level=error event=sandbox_denied pid=%ld syscall=%d address=%p\n",
                     (long)getpid(), info->si_syscall, info->si_call_addr);

    (void)number;
    (void)context;
    if (n > 0)
        (void)!write(STDERR_FILENO, line, (size_t)n);
    _exit(EXIT_INTERNAL);
}

static void filter_free(scmp_filter_ctx filter)
{
    if (filter != NULL)
        seccomp_release(filter);
}
CA_AUTO_DEFINE(filter, scmp_filter_ctx, filter_free);

static int allow(scmp_filter_ctx filter, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        int rc = number == __NR_SCMP_ERROR ? 0 /* older than this call: then nobody makes it */
                                           : seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);

        if (rc != 0)
            return rc;
    }
    return 0;
}

CA_RC sandbox_calls(bool may_spawn, struct ca_err *err)
{
    CA_AUTO(filter) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    struct sigaction action = {.sa_flags = SA_SIGINFO};
    int rc;

    if (filter == NULL)
        return CA_FAIL_NOMEM(err);
    action.sa_sigaction = denied;
    if (sigaction(SIGSYS, &action, NULL) != 0)
        return CA_FAIL(err, CA_FAULT, "no handler for SIGSYS: %s", strerror(errno));
    rc = allow(filter, serving, CA_COUNT(serving));
    if (rc == 0 && may_spawn)
        rc = allow(filter, spawning, CA_COUNT(spawning));
    if (rc == 0)
        rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (rc == 0)
        rc = seccomp_load(filter);
    if (rc != 0) {
        return CA_FAIL(err, CA_FAULT,
                       "the seccomp filter cannot be set: %s (setting server.sandbox)",
                       strerror(-rc));
    }
    return CA_OK;
}
