/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/sandbox.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ca-server/command.h"
#include "tests/unit/support.h"

/* Each case runs in a process of its own, which cannot leave its sandbox. */
typedef int (*act_fn)(void);

static int run_confined(bool may_spawn, act_fn act, char said[512])
{
    int fds[2];
    int status = 0;
    ssize_t n;
    pid_t pid;

    assert_int_equal(pipe(fds), 0);
    pid = fork();
    if (pid == 0) {
        struct ca_err err = {0};

        (void)dup2(fds[1], STDERR_FILENO);
        if (sandbox_calls(may_spawn, &err) != CA_OK)
            _exit(99);
        _exit(act());
    }
    (void)close(fds[1]);
    n = read(fds[0], said, 511);
    said[n > 0 ? n : 0] = '\0';
    (void)close(fds[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int write_something(void)
{
    return write(STDERR_FILENO, "x", 1) == 1 ? 0 : 1;
}

static int open_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 0 : 1;
}

static int become_another_program(void)
{
    (void)execl("/bin/true", "/bin/true", NULL);
    return 1;
}

static int become_another_user(void)
{
    return setuid(65534);
}

static int change_root(void)
{
    return chroot("/");
}

static void *thread_execs(void *arg)
{
    (void)arg;
    (void)become_another_program();
    return NULL;
}

static int thread_becomes_another_program(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, thread_execs, NULL) == 0)
        (void)pthread_join(thread, NULL);
    return 1;
}

static const struct call_case {
    const char *name;
    bool may_spawn;
    act_fn act;
    int status;
} call_cases[] = {
    {"write",            false, write_something,                0            },
    {"socket",           false, open_socket,                    0            },
    {"execve",           false, become_another_program,         EXIT_INTERNAL},
    {"execve, thread",   false, thread_becomes_another_program, EXIT_INTERNAL},
    {"execve, may",      true,  become_another_program,         0            },
    {"setuid",           false, become_another_user,            EXIT_INTERNAL},
    {"setuid, may exec", true,  become_another_user,            EXIT_INTERNAL},
    {"chroot",           false, change_root,                    EXIT_INTERNAL},
};

static void a_denied_call_ends_the_process_with_a_line_in_the_log(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(call_cases); i++) {
        const struct call_case *c = &call_cases[i];
        char said[512];

        test_note(c->name);
        assert_int_equal(run_confined(c->may_spawn, c->act, said), c->status);
        assert_int_equal(strstr(said, "event=sandbox_denied") != NULL, c->status == EXIT_INTERNAL);
    }
}

static bool can_make(const char *dir)
{
    char path[128];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/file", dir);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static void folder_remove(const char *dir)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/file", dir);
    (void)unlink(path);
    (void)rmdir(dir);
}

static void only_the_named_folders_can_be_written(void **state)
{
    char mine[] = "/tmp/ca-mine-XXXXXX";
    char other[] = "/tmp/ca-other-XXXXXX";
    const char *const dirs[] = {"", "/nowhere/at/all", mine, NULL};
    int status = 0;
    pid_t pid;

    (void)state;
    assert_non_null(mkdtemp(mine));
    assert_non_null(mkdtemp(other));
    pid = fork();
    if (pid == 0) {
        struct ca_err err = {0};
        bool confined = sandbox_files(dirs, &err) == CA_OK;
        bool kept = can_make(mine) && open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;

        _exit(!confined || !kept ? 1 : can_make(other) ? 2 : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    folder_remove(mine);
    folder_remove(other);
    if (WEXITSTATUS(status) == 2)
        skip(); /* this kernel has no Landlock */
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_denied_call_ends_the_process_with_a_line_in_the_log),
        cmocka_unit_test(only_the_named_folders_can_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
