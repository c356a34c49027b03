/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "ca-server/dev_internal.h"
#include "db/migrate.h"

enum { POSTGRES_START_MS = 60000 };

/* PostgreSQL refuses to run as root: then it runs as its own user. */
struct postgres_user {
    bool change;
    bool pass; /* some folder above the state does not let others through */
    uid_t uid;
    gid_t gid;
    char log[PATH_MAX];
};

/* CAP_DAC_OVERRIDE across the change of user and the exec: only development, only when root chose a
 * state below a closed folder such as /root. */
static int keep_passage(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    unsigned bit = 1U << CAP_DAC_OVERRIDE;
    struct __user_cap_data_struct data[2] = {
        {bit, bit, bit},
        {0,   0,   0  }
    };

    if (syscall(SYS_capset, &head, data) != 0)
        return -1;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0);
}

static int postgres_prepare(const void *arg)
{
    const struct postgres_user *user = arg;
    int log = open(user->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (log < 0 || dup2(log, STDERR_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0)
        return -1;
    if (!user->change)
        return 0;
    if (user->pass && prctl(PR_SET_KEEPCAPS, 1) != 0)
        return -1;
    if (setgroups(0, NULL) != 0 || setgid(user->gid) != 0 || setuid(user->uid) != 0)
        return -1;
    return user->pass ? keep_passage() : 0;
}

/* Do the folders above let everybody through? */
static bool passable(const char *path)
{
    char part[PATH_MAX];
    struct stat st;

    for (size_t i = 1; path[i] != '\0'; i++) {
        if (path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (stat(part, &st) != 0 || (st.st_mode & S_IXOTH) == 0)
            return false;
    }
    return true;
}

static CA_RC user_find(const struct dev *d, struct postgres_user *ret, struct ca_err *err)
{
    const struct passwd *found;

    CA_TRY(dev_path(d, "postgres.log", ret->log, err));
    if (geteuid() != 0)
        return CA_OK;
    found = getpwnam("postgres"); /* one thread so far */
    if (found == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "no user 'postgres': install the package postgresql");
    ret->change = true;
    ret->pass = !passable(ret->log);
    ret->uid = found->pw_uid;
    ret->gid = found->pw_gid;
    return CA_OK;
}

static CA_RC folder(const struct dev *d, const char *name, const struct postgres_user *user,
                    struct ca_err *err)
{
    char path[PATH_MAX];

    CA_TRY(dev_path(d, name, path, err));
    CA_TRY(ca_dir_make(path, 0700, err));
    if (user->change && chown(path, user->uid, user->gid) != 0) {
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot give %s to postgres: %s", path,
                       strerror(errno));
    }
    return CA_OK;
}

/* The newest server that is installed. */
static CA_RC program(const char *name, char *ret, struct ca_err *err)
{
    glob_t found = {0};
    long best = 0;

    ret[0] = '\0';
    if (glob("/usr/lib/postgresql/*/bin/postgres", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            long version = strtol(found.gl_pathv[i] + strlen("/usr/lib/postgresql/"), NULL, 10);

            if (version > best) {
                best = version;
                (void)snprintf(ret, PATH_MAX, "/usr/lib/postgresql/%ld/bin/%s", version, name);
            }
        }
    }
    globfree(&found);
    if (best < 15) {
        return CA_FAIL(err, CA_NOT_FOUND,
                       "no PostgreSQL 15 or newer in /usr/lib/postgresql: install the package "
                       "postgresql");
    }
    return CA_OK;
}

/* Made beside its place and then moved, so that what stands there is whole. */
static CA_RC cluster_make(const struct dev *d, const struct postgres_user *user, struct ca_err *err)
{
    char initdb[PATH_MAX];
    char fresh[PATH_MAX];
    char path[PATH_MAX];
    const struct child_spec spec = {
        .name = "initdb",
        .argv = {initdb, "-D", fresh, "-U", "ca_owner", "-A", "trust", "-E", "UTF8", "--locale=C",
                 "--no-sync", "--no-instructions"},
        .death_signal = SIGKILL,
        .prepare = postgres_prepare,
        .arg = user,
    };

    if (dev_exists(d, "postgres"))
        return CA_OK;
    dev_say("making a private PostgreSQL cluster");
    CA_TRY(program("initdb", initdb, err));
    CA_TRY(dev_path(d, "postgres.new", fresh, err));
    CA_TRY(dev_path(d, "postgres", path, err));
    CA_TRY(dev_remove(d, "postgres.new", err));
    CA_TRY(folder(d, "postgres.new", user, err));
    CA_TRY(dev_run(&spec, err));
    if (rename(fresh, path) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot rename %s: %s", fresh, strerror(errno));
    return CA_OK;
}

/* What may change between two starts stands on the command line. */
static CA_RC cluster_start(struct dev *d, const struct postgres_user *user, struct ca_err *err)
{
    /* The supervisor starts it again from these. */
    static char postgres[PATH_MAX];
    static char data[PATH_MAX];
    static char option[PATH_MAX + 40];
    char sockets[PATH_MAX];
    struct child_spec spec = {
        .name = "postgres",
        .argv = {postgres, "-D", data, "-c", option, "-c", "listen_addresses=", "-c",
                 "unix_socket_permissions=0700", "-c", "timezone=UTC", "-c", "log_timezone=UTC"},
        .stop_signal = SIGINT, /* fast shutdown */
        .death_signal = SIGINT,
        .prepare = postgres_prepare,
        .arg = user,
    };

    CA_TRY(program("postgres", postgres, err));
    CA_TRY(dev_path(d, "postgres", data, err));
    CA_TRY(dev_path(d, "run/pg", sockets, err));
    CA_TRY(folder(d, "run/pg", user, err));
    (void)snprintf(option, sizeof(option), "unix_socket_directories=%s", sockets);
    return supervisor_add(d->supervisor, &spec, &d->postgres, err);
}

CA_RC dev_conninfo(const struct dev *d, const char *user, char *ret, struct ca_err *err)
{
    int n = snprintf(ret, PATH_MAX, "host='%s/run/pg' port=%d dbname=%s user=%s", d->state,
                     DEV_DATABASE_PORT, strcmp(user, "postgres") == 0 ? "postgres" : "ca",
                     strcmp(user, "postgres") == 0 ? "ca_owner" : user);

    if (n < 0 || n >= PATH_MAX || strchr(d->state, '\'') != NULL || strchr(d->state, '\\') != NULL)
        return CA_FAIL(err, CA_LIMIT, "%s: choose a shorter state without quotes", d->state);
    return CA_OK;
}

/* Database and logins. The logins are members of one role each, as in production, so that
 * development meets the same refusals. */
static const char set_up[] =
    "SELECT 'CREATE DATABASE ca' WHERE NOT EXISTS\n"
    "  (SELECT FROM pg_database WHERE datname = 'ca') \\gexec\n"
    "DO $$ BEGIN\n"
    "  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dev_front') THEN\n"
    "    CREATE ROLE ca_front NOLOGIN;\n"
    "    CREATE ROLE ca_signer NOLOGIN;\n"
    "    CREATE ROLE dev_front LOGIN IN ROLE ca_front;\n"
    "    CREATE ROLE dev_signer LOGIN IN ROLE ca_signer;\n"
    "  END IF;\n"
    "END $$;\n";

static CA_RC database_make(const struct dev *d, const struct postgres_user *user,
                           struct ca_err *err)
{
    char psql[PATH_MAX];
    char script[PATH_MAX];
    char conninfo[PATH_MAX];
    const struct postgres_user same = *user;
    struct postgres_user here = same;
    const struct child_spec spec = {
        .name = "psql",
        .argv = {psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", script},
        .death_signal = SIGKILL,
        .prepare = postgres_prepare,
        .arg = &here,
    };

    if (dev_exists(d, "postgres.done"))
        return CA_OK;
    here.change = false;
    CA_TRY(program("psql", psql, err));
    CA_TRY(dev_conninfo(d, "postgres", conninfo, err));
    CA_TRY(dev_path(d, "postgres.sql", script, err));
    CA_TRY(dev_write(d, "postgres.sql", ca_bytes_str(set_up), 0644, err));
    CA_TRY(dev_run(&spec, err));
    return dev_write(d, "postgres.done", ca_bytes_str(""), 0644, err);
}

/* Until it takes connections; there may be a recovery to wait for, or an older one that ends. */
static CA_RC socket_wait(struct dev *d, struct ca_err *err)
{
    int64_t deadline = ca_mono_ms() + POSTGRES_START_MS;
    char conninfo[PATH_MAX];

    CA_TRY(dev_conninfo(d, "postgres", conninfo, err));
    for (;;) {
        CA_AUTO(db) struct db *db = NULL;
        struct db_config config = {conninfo, DB_OWNER, true, 1000, 10000};
        struct ca_err why = {0};

        if (db_open(&config, &db, &why) == CA_OK)
            return CA_OK;
        if (ca_mono_ms() > deadline) {
            return CA_FAIL(err, CA_UNAVAILABLE, "PostgreSQL does not start (%s/postgres.log): %s",
                           d->state, why.text);
        }
        CA_TRY(dev_wait(d, 30, err));
    }
}

static CA_RC migrate(const struct dev *d, struct ca_err *err)
{
    CA_AUTO(db) struct db *db = NULL;
    struct db_config config = server_config_db(server_config_of(d->settings), DB_OWNER);
    unsigned applied = 0;

    CA_TRY(db_open(&config, &db, err));
    CA_TRY(db_migrate(db, &applied, err));
    if (applied > 0)
        dev_say("the database took %u migrations", applied);
    return CA_OK;
}

CA_RC dev_postgres_gone(const struct dev *d, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = 4096};
    int64_t deadline = ca_mono_ms() + POSTGRES_START_MS;
    char path[PATH_MAX];
    long pid;

    CA_TRY(dev_path(d, "postgres/postmaster.pid", path, err));
    if (!dev_exists(d, "postgres/postmaster.pid"))
        return CA_OK;
    CA_TRY(ca_file_read(path, &text, err));
    pid = strtol(ca_buf_cstr(&text), NULL, 10);
    while (pid > 0 && kill((pid_t)pid, 0) == 0 && dev_exists(d, "postgres/postmaster.pid")) {
        if (ca_mono_ms() > deadline) {
            return CA_FAIL(err, CA_UNAVAILABLE, "PostgreSQL of an earlier start (%ld) still runs",
                           pid);
        }
        (void)poll(NULL, 0, 20);
    }
    return CA_OK;
}

CA_RC dev_postgres(struct dev *d, struct ca_err *err)
{
    static struct postgres_user user; /* as long as the child may be started again */

    CA_TRY(user_find(d, &user, err));
    CA_TRY(cluster_make(d, &user, err));
    CA_TRY(cluster_start(d, &user, err));
    CA_TRY(socket_wait(d, err));
    CA_TRY(database_make(d, &user, err));
    return migrate(d, err);
}
