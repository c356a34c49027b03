/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "ca-server/command.h"
#include "ca-server/config.h"
#include "ca-server/keys_audit.h"
#include "ca-server/keys_list.h"

enum { EXIT_FINDING = 5, STATEMENT_MS = 24 * 3600 * 1000, MEMORY_MIB_MAX = 1 << 20, THREADS = 64 };

/* --from takes as many lists as follow: as a shell writes a pattern out. */
static size_t lists_take(int argc, char **argv)
{
    size_t n = 0;

    if (argc > 0 && strcmp(argv[0], "--from") == 0) {
        while (n + 1 < (size_t)argc && strncmp(argv[n + 1], "--", 2) != 0)
            n++;
    }
    return n;
}

static CA_RC import(char **lists, size_t n, const char *to, size_t *ret, struct ca_err *err)
{
    struct keys_import i = {0};
    enum ca_rc rc = CA_OK;

    for (size_t at = 0; at < n && rc == CA_OK; at++)
        rc = keys_import_file(&i, lists[at], err);
    if (rc == CA_OK)
        rc = keys_import_write(&i, to, ret, err);
    keys_import_done(&i);
    return rc;
}

int command_keys_import(const struct command *self, int argc, char **argv)
{
    const char *to = NULL;
    const struct command_option options[] = {
        {"--to", &to, NULL},
    };
    size_t n = lists_take(argc, argv);
    size_t skip = n > 0 ? n + 1 : 0;
    size_t count = 0;
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc - (int)skip, argv + skip, options, CA_COUNT(options), &status))
        return status;
    if (n == 0 || to == NULL)
        return command_misused(self, "--from LIST... and --to FILE are needed, in this order");
    rc = import(argv + 1, n, to, &count, &err);
    if (rc != CA_OK)
        return command_failed(self, rc, &err);
    (void)printf("%s: %zu keys\n", to, count);
    return 0;
}

static CA_RC number_read(const char *text, uint64_t max, uint64_t *ret, struct ca_err *err)
{
    char *end = NULL;

    *ret = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || *ret == 0 || *ret > max)
        return CA_FAIL(err, CA_MALFORMED, "'%s' is no number from 1 to %" PRIu64, text, max);
    return CA_OK;
}

static CA_RC settings_load(const char *config, const char *state, struct config **ret,
                           struct ca_err *err)
{
    char path[PATH_MAX];

    if (state != NULL) {
        CA_TRY(ca_path_join(path, sizeof(path), state, "ca-server.yaml", err));
    } else {
        (void)snprintf(path, sizeof(path), "%s", config != NULL ? config : SERVER_CONFIG_FILE);
    }
    return server_config_load(path, ret, err);
}

static CA_RC audit(const char *config_path, const char *state, struct keys_audit *audit,
                   struct ca_err *err)
{
    CA_AUTO(config) struct config *settings = NULL;
    CA_AUTO(key_checks) struct key_checks *checks = NULL;
    CA_AUTO(db) struct db *db = NULL;
    struct db_config config;

    CA_TRY(settings_load(config_path, state, &settings, err));
    CA_TRY(keys_checks_load(server_config_of(settings)->weak_list, &checks, err));
    config = server_config_db(server_config_of(settings), DB_SIGNER);
    if (config.conninfo[0] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "database.signer is not set");
    config.statement_timeout_ms = STATEMENT_MS;
    CA_TRY(db_open(&config, &db, err));
    audit->db = db;
    audit->checks = checks;
    return keys_audit_run(audit, err);
}

static int audit_report(const struct keys_audit *a)
{
    uint64_t findings = a->weak + a->pairs;

    (void)printf("%" PRIu64 " certificates, %" PRIu64 " RSA keys: %" PRIu64 " weak keys, %" PRIu64
                 " pairs of keys that share a prime\n",
                 a->certificates, a->keys, a->weak, a->pairs);
    if (a->unread > 0)
        (void)printf("%" PRIu64 " certificates whose key could not be read\n", a->unread);
    return findings > 0 ? EXIT_FINDING : 0;
}

int command_keys_audit(const struct command *self, int argc, char **argv)
{
    const char *config = NULL;
    const char *state = NULL;
    const char *memory = "4096";
    const char *threads = NULL;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const struct command_option options[] = {
        {"--config",  &config,  NULL},
        {"--state",   &state,   NULL},
        {"--memory",  &memory,  NULL},
        {"--threads", &threads, NULL},
    };
    struct keys_audit a = {.threads =
                               processors > 0 && processors < THREADS ? (uint64_t)processors : 1};
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    if (config != NULL && state != NULL)
        return command_misused(self, "--config or --state: one of them");
    if (number_read(memory, MEMORY_MIB_MAX, &a.memory_mib, &err) != CA_OK)
        return command_misused(self, "--memory: %s", err.text);
    if (threads != NULL && number_read(threads, THREADS, &a.threads, &err) != CA_OK)
        return command_misused(self, "--threads: %s", err.text);
    ca_log_start("keys", CA_LOG_WARNING);
    rc = audit(config, state, &a, &err);
    status = rc == CA_OK ? audit_report(&a) : command_failed(self, rc, &err);
    keys_audit_done(&a);
    return fflush(stdout) == 0 ? status : EXIT_INTERNAL;
}
