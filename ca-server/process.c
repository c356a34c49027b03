/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/process.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "ca-server/listen.h"

/* The process's own descriptors and life; one process, so one of each. */
static struct {
    char names[128];
    int next;
    int beat;
    bool ready;
} own = {.beat = -1};

static sigset_t asked(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    return set;
}

void process_start(const char *name, const struct server_config *c)
{
    struct rlimit files;
    sigset_t set = asked();

    ca_log_start(name, (enum ca_log_level)c->log_level);
    if (!c->dumpable) {
        (void)prctl(PR_SET_DUMPABLE, 0);
        (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    }
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)umask(0027);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
}

void process_inherit(const char *names)
{
    const char *pid = getenv("LISTEN_PID");

    if (names == NULL && pid != NULL && strtol(pid, NULL, 10) == (long)getpid())
        names = getenv("LISTEN_FDNAMES");
    if (names != NULL)
        (void)snprintf(own.names, sizeof(own.names), "%s", names);
    own.beat = process_inherited("beat");
}

int process_inherited(const char *name)
{
    int fd = 3; /* SD_LISTEN_FDS_START */
    size_t len = strlen(name);

    for (const char *at = own.names; *at != '\0'; fd++) {
        size_t n = strcspn(at, ":");

        if (n == len && memcmp(at, name, n) == 0)
            return fd;
        at += n + (at[n] == ':' ? 1 : 0);
    }
    return -1;
}

void process_beat(void)
{
    process_notify(own.ready ? "WATCHDOG=1" : "READY=1");
    own.ready = true;
    if (own.beat >= 0 && write(own.beat, "b", 1) < 0 && errno == EPIPE)
        own.beat = -1; /* PR_SET_PDEATHSIG ends us anyway */
}

void process_live(const struct process_hooks *hooks)
{
    sigset_t set = asked();

    for (;;) {
        struct timespec wait = {.tv_sec = 1};
        int signal_number;

        process_beat();
        if (hooks->tick != NULL && !hooks->tick(hooks->arg))
            break;
        signal_number = sigtimedwait(&set, NULL, &wait);
        if (signal_number == SIGHUP && hooks->reload != NULL)
            hooks->reload(hooks->arg);
        if (signal_number == SIGTERM || signal_number == SIGINT)
            break;
    }
    process_notify("STOPPING=1");
}

CA_RC process_listen_tcp(const char *name, const char *address, int *ret, struct ca_err *err)
{
    int fd = process_inherited(name);

    if (fd < 0)
        return listen_tcp(address, ret, err);
    *ret = fd;
    return CA_OK;
}

CA_RC process_listen_unix(const char *name, const char *path, int *ret, struct ca_err *err)
{
    int fd = process_inherited(name);

    if (fd < 0)
        return listen_unix(path, ret, err);
    *ret = fd;
    return CA_OK;
}

CA_RC process_listen_signer(const char *path, int *ret, struct ca_err *err)
{
    char folder[PATH_MAX];
    char *slash;

    (void)snprintf(folder, sizeof(folder), "%s", path);
    slash = strrchr(folder, '/');
    if (slash != NULL && slash != folder) {
        *slash = '\0';
        CA_TRY(ca_dir_make(folder, 0755, err));
    }
    return listen_unix(path, ret, err);
}

CA_RC process_uid(const char *user, uid_t *ret, struct ca_err *err)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char text[4096];

    *ret = (uid_t)-1;
    if (user[0] == '\0')
        return CA_OK;
    if (getpwnam_r(user, &entry, text, sizeof(text), &found) != 0 || found == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "no user '%s' on this machine", user);
    *ret = entry.pw_uid;
    return CA_OK;
}

CA_RC process_pin(const char *pin_file, const char *name, struct ca_secret **ret, char *ret_source,
                  struct ca_err *err)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    int fd = process_inherited("pin");

    ret_source[0] = '\0';
    if (fd >= 0)
        return ca_secret_from_fd(fd, ret, err);
    if (pin_file[0] != '\0') {
        (void)snprintf(ret_source, PATH_MAX, "%s", pin_file);
    } else if (credentials != NULL) {
        CA_TRY(ca_path_join(ret_source, PATH_MAX, credentials, name, err));
    } else {
        return ca_secret_from_prompt("PIN of the token", "pin_file in the settings", ret, err);
    }
    return ca_secret_from_file(ret_source, ret, err);
}
