/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time.h"
#include "ca-server/command.h"
#include "ca-server/dev_internal.h"

enum {
    READY_MS = 60000,
    RUN_MS = 60000,
    REMOVE_MS = 10000,
    REMOVE_PAUSE_MS = 50,
    SOCKET_PATH_MAX = 107,
};

CA_RC dev_path(const struct dev *d, const char *name, char *ret, struct ca_err *err)
{
    return ca_path_join(ret, PATH_MAX, d->state, name, err);
}

bool dev_exists(const struct dev *d, const char *name)
{
    char path[PATH_MAX];
    struct ca_err err;

    return dev_path(d, name, path, &err) == CA_OK && access(path, F_OK) == 0;
}

CA_RC dev_write(const struct dev *d, const char *name, struct ca_bytes bytes, mode_t mode,
                struct ca_err *err)
{
    char path[PATH_MAX];

    CA_TRY(dev_path(d, name, path, err));
    return ca_file_replace(path, bytes, mode, err);
}

void dev_say(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)fputs("ca-server dev: ", stderr);
    (void)vfprintf(stderr, fmt, args);
    (void)fputc('\n', stderr);
    va_end(args);
}

CA_RC dev_run(const struct child_spec *spec, struct ca_err *err)
{
    int status = 0;

    CA_TRY(child_run(spec, RUN_MS, &status, err));
    if (status != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "%s failed with status %d", spec->name, status);
    return CA_OK;
}

/* Again for a while, because what a start that was killed has left behind, such as the server
 * below an initdb, may be writing its last files. */
CA_RC dev_remove(const struct dev *d, const char *name, struct ca_err *err)
{
    int64_t deadline_ms = ca_mono_ms() + REMOVE_MS;
    enum ca_rc rc;
    char path[PATH_MAX];
    const struct child_spec spec = {
        .name = "rm", .argv = {"/bin/rm", "-rf", "--", path}
    };

    CA_TRY(dev_path(d, name, path, err));
    do {
        rc = dev_run(&spec, err);
        if (rc != CA_OK)
            (void)poll(NULL, 0, REMOVE_PAUSE_MS);
    } while (rc != CA_OK && ca_mono_ms() < deadline_ms);
    return rc;
}

CA_RC dev_wait(struct dev *d, int64_t ms, struct ca_err *err)
{
    if (!supervisor_step(d->supervisor, ms))
        return CA_FAIL(err, CA_UNAVAILABLE, "interrupted");
    for (size_t i = 0; i < SUPERVISOR_CHILDREN_MAX; i++) {
        if (supervisor_down(d->supervisor, i))
            return CA_FAIL(err, CA_UNAVAILABLE, "a process cannot start, see the line above");
    }
    return CA_OK;
}

CA_RC dev_start_signer(struct dev *d, bool bootstrap, struct ca_err *err)
{
    static char config[PATH_MAX]; /* as long as the child may be started again */
    const struct child_spec spec = {
        .name = "signer",
        .argv = {"/proc/self/exe", "signer", "--config", config, "--inherit", "signer:beat",
                 bootstrap ? "--bootstrap" : NULL},
        .fds = {d->signer_fd     },
        .fds_n = 1,
        .beats = true,
        .stop_signal = SIGTERM,
        .death_signal = SIGKILL,
    };

    CA_TRY(dev_path(d, "ca-server.yaml", config, err));
    return supervisor_add(d->supervisor, &spec, &d->signer, err);
}

CA_RC dev_start_front(struct dev *d, struct ca_err *err)
{
    static char config[PATH_MAX];
    const struct child_spec spec = {
        .name = "front",
        .argv = {"/proc/self/exe", "front", "--config", config, "--inherit", "http:https:beat"},
        .fds = {d->http_fd,          d->https_fd     },
        .fds_n = 2,
        .beats = true,
        .reloads = true,
        .stop_signal = SIGTERM,
        .death_signal = SIGKILL,
    };

    CA_TRY(dev_path(d, "ca-server.yaml", config, err));
    return supervisor_add(d->supervisor, &spec, &d->front, err);
}

/* The PIDs in dev.env follow each replacement. */
static void on_change(void *arg)
{
    struct dev *d = arg;
    struct ca_err err = {0};

    if (!d->serving || (supervisor_pid(d->supervisor, d->signer) == d->told_signer &&
                        supervisor_pid(d->supervisor, d->front) == d->told_front))
        return;
    if (dev_env_write(d, &err) != CA_OK)
        CA_LOG(CA_LOG_ERROR, "dev_env", CA_STR("text", err.text));
}

/* Nothing but a lock: then the folder is ours to fill. */
static bool fresh(const struct dev *d)
{
    DIR *dir = opendir(d->state);
    bool empty = dir != NULL;

    for (const struct dirent *e = empty ? readdir(dir) : NULL; e != NULL; e = readdir(dir))
        empty = empty && (e->d_name[0] == '.' || strcmp(e->d_name, "lock") == 0);
    if (dir != NULL)
        (void)closedir(dir);
    return empty;
}

static CA_RC state_open(struct dev *d, const char *given, struct ca_err *err)
{
    const struct server_config ours = {.environment = SERVER_DEV, .state_dir = d->state};
    static int lock = -1; /* until the end */
    char path[PATH_MAX];

    CA_TRY(ca_dir_make(given, 0711, err));
    if (realpath(given, d->state) == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "no folder %s: %s", given, strerror(errno));
    if (strlen(d->state) + strlen("/run/pg/.s.PGSQL.5432") > SOCKET_PATH_MAX) {
        return CA_FAIL(err, CA_LIMIT, "%s: choose a shorter path for --state (unix sockets)",
                       d->state);
    }
    if (!dev_exists(d, "environment") && !fresh(d)) {
        return CA_FAIL(err, CA_DENIED,
                       "%s holds something else: choose an empty folder for --state", d->state);
    }
    CA_TRY(dev_path(d, "lock", path, err));
    lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot open %s: %s", path, strerror(errno));
    if (flock(lock, LOCK_EX | LOCK_NB) != 0)
        return CA_FAIL(err, CA_CONFLICT, "another ca-server dev runs on %s", d->state);
    return server_config_pin(&ours, err);
}

static CA_RC folders_make(const struct dev *d, struct ca_err *err)
{
    static const struct {
        const char *name;
        mode_t mode;
    } folders[] = {
        {"run",    0711},
        {"token",  0700},
        {"front",  0700},
        {"signer", 0700}
    };

    /* PostgreSQL's user has to come through, and nobody else when it is our own. */
    if (chmod(d->state, geteuid() == 0 ? 0711 : 0700) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot chmod %s: %s", d->state, strerror(errno));
    for (size_t i = 0; i < CA_COUNT(folders); i++) {
        char path[PATH_MAX];

        CA_TRY(dev_path(d, folders[i].name, path, err));
        CA_TRY(ca_dir_make(path, folders[i].mode, err));
    }
    return CA_OK;
}

static CA_RC supervisor_make(struct dev *d, struct ca_err *err)
{
    const struct server_config *c = server_config_of(d->settings);
    const struct supervisor_config config = {c->watchdog, c->start_deadline, c->drain, on_change,
                                             d};

    return supervisor_new(&config, &d->supervisor, err);
}

static CA_RC ready_wait(struct dev *d, struct ca_err *err)
{
    CA_AUTO(client) struct client *client = NULL;
    int64_t deadline = ca_mono_ms() + READY_MS;
    const struct client_config config = {
        .socket_path = server_config_of(d->settings)->signer_socket,
        .peer_uid = (uid_t)-1,
        .in_flight_max = 4,
    };

    while (!supervisor_ready(d->supervisor, d->signer) ||
           !supervisor_ready(d->supervisor, d->front))
        CA_TRY(dev_wait(d, 20, err));
    CA_TRY(client_open(&config, &client, err));
    for (;;) {
        struct ca_err why = {0};

        if (dev_check(d, client, &why) == CA_OK)
            return CA_OK;
        if (ca_mono_ms() > deadline) {
            return CA_FAIL(err, CA_UNAVAILABLE, "not ready after %d s: %s", READY_MS / 1000,
                           why.text);
        }
        CA_TRY(dev_wait(d, 30, err));
    }
}

static void banner(const struct dev *d)
{
    (void)printf(
        "ca-server: ready\n"
        "\n"
        "  DEVELOPMENT CA. Its keys are in software, its PINs in files. Not for production.\n"
        "\n"
        "  CRLs, CA certificates   %s/crl/" DEV_ISSUING ".crl\n"
        "  REST                    %s/api/v1/\n"
        "  settings, credentials   %s/dev.env\n"
        "\n"
        "In another shell:\n"
        "  . %s/dev.env\n"
        "  cactl login \"$CA_HTTPS_URL\" --cacert \"$CA_ROOT_PEM\" --cert \"$CA_OFFICER1_PEM\"\n"
        "  cactl cert issue --profile https-ecc --dns www.example.org --key-out www.key -f www.pem\n"
        "  cactl cert list\n"
        "\n"
        "or with any CSR:\n"
        "  curl --cacert \"$CA_ROOT_PEM\" --cert \"$CA_REQUESTER_PEM\" --data-binary @www.csr \\\n"
        "      -H 'Content-Type: application/pkcs10' \\\n"
        "      -H 'Accept: application/pem-certificate-chain' \\\n"
        "      \"$CA_HTTPS_URL/api/v1/requests?profile=https-ecc\"\n"
        "\n"
        "Ctrl-C stops everything that was started.\n",
        d->http_url, d->https_url, d->state, d->state);
    (void)fflush(stdout);
}

/* Until chain.pem is there nobody has seen anything of this CA: a first start that was cut off
 * begins again, because the token may hold a key that the database knows nothing of. */
static CA_RC start_over(const struct dev *d, struct ca_err *err)
{
    static const char *const begun[] = {"postgres.done", "postgres", "token/done", "token/tokens",
                                        "signer"};

    if (dev_exists(d, "chain.pem") || !dev_exists(d, "token/done"))
        return CA_OK;
    dev_say("the first start was cut off: beginning again");
    CA_TRY(dev_postgres_gone(d, err));
    for (size_t i = 0; i < CA_COUNT(begun); i++)
        CA_TRY(dev_remove(d, begun[i], err));
    return CA_OK;
}

static CA_RC prepare(struct dev *d, const char *http, const char *https, struct ca_err *err)
{
    CA_TRY(start_over(d, err));
    CA_TRY(folders_make(d, err));
    CA_TRY(dev_listen(d, http, https, err));
    CA_TRY(dev_settings(d, err));
    CA_TRY(supervisor_make(d, err));
    CA_TRY(dev_tokens(d, err));
    CA_TRY(dev_postgres(d, err));
    return dev_bootstrap(d, err);
}

static CA_RC serve(struct dev *d, struct ca_err *err)
{
    CA_TRY(dev_start_signer(d, false, err));
    CA_TRY(dev_start_front(d, err));
    d->serving = true;
    CA_TRY(ready_wait(d, err));
    CA_TRY(dev_env_write(d, err));
    banner(d);
    while (supervisor_step(d->supervisor, 60000))
        ;
    d->serving = false;
    dev_say("stopping");
    return CA_OK;
}

int command_dev(const struct command *self, int argc, char **argv)
{
    struct dev d = {.http_fd = -1, .https_fd = -1, .signer_fd = -1};
    const char *state = NULL;
    const char *http = NULL;
    const char *https = NULL;
    const struct command_option options[] = {
        {"--state", &state, NULL},
        {"--http",  &http,  NULL},
        {"--https", &https, NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    if (state == NULL)
        return command_misused(self, "--state DIR is missing");
    ca_log_start("supervisor", CA_LOG_INFO);
    rc = state_open(&d, state, &err);
    if (rc == CA_OK)
        rc = prepare(&d, http, https, &err);
    if (rc == CA_OK)
        rc = serve(&d, &err);
    supervisor_free(d.supervisor);
    config_free(d.settings);
    if (rc == CA_OK)
        return 0;
    (void)command_failed(self, rc, &err);
    return 1;
}
