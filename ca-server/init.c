/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "base/pem.h"
#include "base/time.h"
#include "ca-server/bootstrap.h"
#include "ca-server/command.h"
#include "ca-server/init_internal.h"
#include "ca-server/process.h"
#include "db/migrate.h"

/* The first set-up of a production installation. Every step is left alone when its result is there,
 * so that a run that was cut off is simply repeated. */

static void say(const char *what)
{
    (void)fprintf(stderr, "ca-server init: %s\n", what);
}

static CA_RC schema_make(const struct server_config *c, struct ca_err *err)
{
    CA_AUTO(db) struct db *db = NULL;
    struct db_config config = server_config_db(c, DB_OWNER);
    unsigned applied = 0;

    if (config.conninfo[0] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "the setting database.owner is missing");
    CA_TRY(db_open(&config, &db, err));
    return db_migrate(db, &applied, err);
}

static CA_RC run_to_end(const struct child_spec *spec, struct ca_err *err)
{
    int status = 0;

    CA_TRY(child_run(spec, 60000, &status, err));
    if (status != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "%s failed, see the line above", spec->name);
    return CA_OK;
}

static CA_RC tokens_check(const struct init *i, struct ca_err *err)
{
    static const char *const which[] = {"ca", "front"};

    for (size_t n = 0; n < CA_COUNT(which); n++) {
        const struct child_spec spec = {
            .name = "token-probe",
            .argv = {"/proc/self/exe", "token-probe", "--config", i->config_path, "--token",
                     which[n]},
            .death_signal = SIGKILL,
        };

        CA_TRY(run_to_end(&spec, err));
    }
    return CA_OK;
}

static CA_RC signer_begin(struct init *i, size_t *ret, struct ca_err *err)
{
    struct child_spec spec = {
        .name = "signer",
        .argv = {"/proc/self/exe", "signer", "--config", i->config_path, "--inherit", "signer:beat",
                 "--bootstrap"},
        .fds_n = 1,
        .beats = true,
        .stop_signal = SIGTERM,
        .death_signal = SIGKILL,
    };
    int64_t deadline = ca_mono_ms() + i->config->start_deadline;

    CA_TRY(process_listen_signer(i->config->signer_socket, &spec.fds[0], err));
    CA_TRY(supervisor_add(i->supervisor, &spec, ret, err));
    while (!supervisor_ready(i->supervisor, *ret)) {
        if (!supervisor_step(i->supervisor, 50))
            return CA_FAIL(err, CA_UNAVAILABLE, "interrupted");
        if (supervisor_down(i->supervisor, *ret) || ca_mono_ms() > deadline)
            return CA_FAIL(err, CA_UNAVAILABLE, "the signer does not start, see the line above");
    }
    return CA_OK;
}

static CA_RC with_signer(struct init *i, struct ca_err *err)
{
    CA_AUTO(client) struct client *client = NULL;
    const struct client_config config = {
        .socket_path = i->config->signer_socket,
        .peer_uid = (uid_t)-1,
        .in_flight_max = 4,
    };
    size_t signer = 0;

    say("starting the signer for the set-up");
    CA_TRY(signer_begin(i, &signer, err));
    CA_TRY(client_open(&config, &client, err));
    say("root and issuing authority");
    CA_TRY(init_authorities(i, client, err));
    CA_TRY(bootstrap_status(client, err));
    say("certificate of the first administrator, and of HTTPS");
    CA_TRY(init_admin(i, client, err));
    return init_tls(i, client, err);
}

static CA_RC init_all(struct init *i, struct ca_err *err)
{
    CA_AUTO(config) struct config *settings = NULL;
    CA_AUTO(supervisor) struct supervisor *supervisor = NULL;
    struct supervisor_config config = {0};

    CA_TRY(server_config_load(i->config_path, &settings, err));
    i->config = server_config_of(settings);
    CA_TRY(server_config_check(settings, true, true, err));
    CA_TRY(ca_dir_make(i->config->state_dir, 0711, err));
    CA_TRY(server_config_pin(i->config, err));
    say("do the tokens log in?");
    CA_TRY(tokens_check(i, err));
    say("the database's schema");
    CA_TRY(schema_make(i->config, err));
    config.watchdog_ms = i->config->watchdog;
    config.start_deadline_ms = i->config->start_deadline;
    config.drain_ms = i->config->drain;
    CA_TRY(supervisor_new(&config, &supervisor, err));
    i->supervisor = supervisor;
    CA_TRY(with_signer(i, err));
    (void)printf("%s: certificate of the administrator %s\n"
                 "%s: the authorities, the root last\n"
                 "Next: systemctl enable --now ca-server-signer ca-server-front\n",
                 i->admin_out, i->admin_name, i->config->client_roots);
    return CA_OK;
}

int command_init(const struct command *self, int argc, char **argv)
{
    struct init i = {.config_path = SERVER_CONFIG_FILE, .key = "ec:P-384"};
    const struct command_option options[] = {
        {"--config",       &i.config_path,  NULL},
        {"--organization", &i.organization, NULL},
        {"--root-cn",      &i.root_cn,      NULL},
        {"--issuing-cn",   &i.issuing_cn,   NULL},
        {"--key",          &i.key,          NULL},
        {"--admin-csr",    &i.admin_csr,    NULL},
        {"--admin-name",   &i.admin_name,   NULL},
        {"--admin-out",    &i.admin_out,    NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    for (size_t n = 0; n < CA_COUNT(options); n++) {
        if (*options[n].value == NULL)
            return command_misused(self, "%s is missing", options[n].name);
    }
    ca_log_start("init", CA_LOG_WARNING);
    rc = init_all(&i, &err);
    if (rc != CA_OK) {
        (void)command_failed(self, rc, &err);
        return 1;
    }
    return 0;
}
