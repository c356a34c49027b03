/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/time.h"
#include "ca-server/command.h"
#include "ca-server/config.h"
#include "db/migrate.h"

static CA_RC owner_open(const char *path, struct config **ret_config, struct db **ret,
                        struct ca_err *err)
{
    struct db_config config;

    CA_TRY(server_config_load(path, ret_config, err));
    config = server_config_db(server_config_of(*ret_config), DB_OWNER);
    if (config.conninfo[0] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "%s: database.owner is not set", path);
    return db_open(&config, ret, err);
}

int command_db_migrate(const struct command *self, int argc, char **argv)
{
    CA_AUTO(config) struct config *c = NULL;
    CA_AUTO(db) struct db *db = NULL;
    const char *path = SERVER_CONFIG_FILE;
    const struct command_option options[] = {
        {"--config", &path, NULL},
    };
    unsigned applied = 0;
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = owner_open(path, &c, &db, &err);
    if (rc == CA_OK)
        rc = db_migrate(db, &applied, &err);
    if (rc != CA_OK)
        return command_failed(self, rc, &err);
    (void)printf("%u migrations applied\n", applied);
    return 0;
}

static CA_RC status_print(struct db *db, struct ca_err *err)
{
    struct db_migration_row *rows = NULL;
    size_t n = 0;

    CA_TRY(db_migration_list(db, &rows, &n, err));
    for (size_t i = 0; i < n; i++) {
        char at[CA_TIME_TEXT];

        (void)printf("%-40s %s\n", rows[i].name,
                     rows[i].applied ? ca_time_text(rows[i].applied_at, at) : "not yet");
    }
    free(rows);
    return CA_OK;
}

int command_db_status(const struct command *self, int argc, char **argv)
{
    CA_AUTO(config) struct config *c = NULL;
    CA_AUTO(db) struct db *db = NULL;
    const char *path = SERVER_CONFIG_FILE;
    const struct command_option options[] = {
        {"--config", &path, NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = owner_open(path, &c, &db, &err);
    if (rc == CA_OK)
        rc = status_print(db, &err);
    return rc == CA_OK ? 0 : command_failed(self, rc, &err);
}
