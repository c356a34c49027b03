/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>

#include "base/file.h"
#include "base/log.h"
#include "ca-server/command.h"
#include "ca-server/config.h"
#include "ca-server/listen.h"
#include "ca-server/process.h"
#include "ca-server/supervisor.h"

struct run {
    const char *path;
    struct config *settings;
    struct supervisor *supervisor;
    struct ca_secret *ca_pin; /* asked for once, so that the processes need no terminal */
    struct ca_secret *front_pin;
};

/* A PIN that neither a file nor a credential brings is asked for here. */
static CA_RC pin_ask(const char *pin_file, const char *prompt, struct ca_secret **ret,
                     struct ca_err *err)
{
    if (pin_file[0] != '\0' || getenv("CREDENTIALS_DIRECTORY") != NULL)
        return CA_OK;
    return ca_secret_from_prompt(prompt, "pin_file in the settings", ret, err);
}

static CA_RC signer_add(struct run *r, struct ca_err *err)
{
    struct child_spec spec = {
        .name = "signer",
        .argv = {"/proc/self/exe", "signer", "--config", r->path, "--inherit",
                 r->ca_pin != NULL ? "signer:beat:pin" : "signer:beat"},
        .fds_n = 1,
        .pin = r->ca_pin,
        .beats = true,
        .stop_signal = SIGTERM,
        .death_signal = SIGKILL,
    };
    size_t child;

    CA_TRY(process_listen_signer(server_config_of(r->settings)->signer_socket, &spec.fds[0], err));
    return supervisor_add(r->supervisor, &spec, &child, err);
}

static CA_RC front_add(struct run *r, struct ca_err *err)
{
    struct child_spec spec = {
        .name = "front",
        .argv = {"/proc/self/exe", "front", "--config", r->path, "--inherit",
                 r->front_pin != NULL ? "http:https:beat:pin" : "http:https:beat"},
        .fds_n = 2,
        .pin = r->front_pin,
        .beats = true,
        .reloads = true,
        .stop_signal = SIGTERM,
        .death_signal = SIGKILL,
    };
    const struct server_config *c = server_config_of(r->settings);
    size_t child;

    CA_TRY(listen_tcp(c->http_listen, &spec.fds[0], err));
    CA_TRY(listen_tcp(c->https_listen, &spec.fds[1], err));
    return supervisor_add(r->supervisor, &spec, &child, err);
}

static CA_RC run_all(struct run *r, struct ca_err *err)
{
    const struct server_config *c;
    struct supervisor_config config = {0};

    CA_TRY(server_config_load(r->path, &r->settings, err));
    c = server_config_of(r->settings);
    ca_log_start("supervisor", (enum ca_log_level)c->log_level);
    CA_TRY(server_config_check(r->settings, true, true, err));
    CA_TRY(ca_dir_make(c->state_dir, 0711, err)); /* init makes that of the first node only */
    CA_TRY(server_config_pin(c, err));
    CA_TRY(pin_ask(c->ca_token.pin_file, "PIN of the CA token", &r->ca_pin, err));
    CA_TRY(pin_ask(c->front_token.pin_file, "PIN of the front token", &r->front_pin, err));
    config.watchdog_ms = c->watchdog;
    config.start_deadline_ms = c->start_deadline;
    config.drain_ms = c->drain;
    CA_TRY(supervisor_new(&config, &r->supervisor, err));
    CA_TRY(signer_add(r, err));
    CA_TRY(front_add(r, err));
    process_notify("READY=1");
    while (supervisor_step(r->supervisor, 60000))
        ;
    process_notify("STOPPING=1");
    return CA_OK;
}

int command_run(const struct command *self, int argc, char **argv)
{
    struct run r = {.path = SERVER_CONFIG_FILE};
    const struct command_option options[] = {
        {"--config", &r.path, NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = run_all(&r, &err);
    supervisor_free(r.supervisor);
    ca_secret_free(r.ca_pin);
    ca_secret_free(r.front_pin);
    config_free(r.settings);
    return rc == CA_OK ? 0 : command_failed(self, rc, &err);
}
