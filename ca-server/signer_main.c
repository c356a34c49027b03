/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time.h"
#include "ca-server/command.h"
#include "ca-server/keys_list.h"
#include "ca-server/process.h"
#include "ca-server/profiles.h"
#include "ca-server/sandbox.h"
#include "ca-server/token.h"
#include "ca/signer.h"

/* Everything that lives as long as the process; it leaves by _exit. */
struct signer_main {
    const char *config_path;
    const struct server_config *config;
    struct token token;
    struct hsm *hsm; /* NULL: the token is away */
    struct ca_err away;
    int64_t probe_ms; /* when to look for it next */
    struct signer *signer;
};

static void on_fatal(int exit_status, const char *text)
{
    CA_LOG(CA_LOG_ERROR, "signer_ends", CA_INT("status", exit_status), CA_STR("text", text));
    _exit(exit_status);
}

static void on_hang(const char *call)
{
    CA_LOG(CA_LOG_ERROR, "token_hangs", CA_STR("call", call));
    _exit(EXIT_AGAIN);
}

/* The process that serves without a token cannot open it later, because it may spawn until then and
 * must not afterwards: a fresh one takes over. */
static bool look_for_token(void *arg)
{
    struct signer_main *m = arg;
    struct ca_err err = {0};

    if (m->hsm != NULL || ca_mono_ms() < m->probe_ms)
        return true;
    m->probe_ms = ca_mono_ms() + m->config->probe_interval;
    switch (token_probe(&m->token, m->config_path, &err)) {
    case CA_OK:
        on_fatal(EXIT_AGAIN, "the token is back");
        break;
    case CA_DENIED:
        on_fatal(EXIT_STAY_DOWN, err.text);
        break;
    default:
        break;
    }
    return true;
}

static CA_RC token_start(struct signer_main *m, struct ca_err *err)
{
    enum ca_rc rc;

    CA_TRY(token_prepare(&m->token, TOKEN_CA, m->config, err));
    rc = token_probe(&m->token, m->config_path, &m->away);
    if (rc == CA_OK) {
        CA_TRY(token_open(&m->token, on_hang, &m->hsm, err));
        token_done(&m->token);
        return CA_OK;
    }
    if (rc != CA_UNAVAILABLE) {
        *err = m->away;
        return rc;
    }
    CA_LOG(CA_LOG_WARNING, "token_away", CA_STR("text", m->away.text));
    m->probe_ms = ca_mono_ms() + m->config->probe_interval;
    return CA_OK;
}

static CA_RC signer_begin(struct signer_main *m, bool bootstrap, int listen_fd, struct ca_err *err)
{
    const struct server_config *c = m->config;
    struct db_config db = server_config_db(c, DB_SIGNER);
    struct profile_set *profiles = NULL;
    struct key_checks *checks = NULL;
    char spool[PATH_MAX];
    struct signer_config config = {
        .node = c->node,
        .listen_fd = listen_fd,
        .bootstrap = bootstrap,
        .db = &db,
        .hsm = m->hsm,
        .token_reason = m->away.text,
        .public_url = c->http_url,
        .spool_dir = spool,
        .dev = c->environment == SERVER_DEV,
        .workers = (unsigned)c->signer_workers,
        .queue_max = (size_t)c->signer_queue,
        .batch_max = (size_t)c->signer_batch,
        .crl_validity_s = (int32_t)(c->crl_validity / 1000),
        .crl_interval_s = (int32_t)(c->crl_interval / 1000),
        .crl_soon_s = (int32_t)(c->crl_soon / 1000),
        .ocsp_ca_signs = c->ocsp_signer == SERVER_OCSP_CA,
        .ocsp_validity_s = (int32_t)(c->ocsp_validity / 1000),
        .ocsp_archive_cutoff_s = (int32_t)(c->ocsp_archive_cutoff / 1000),
        .checkpoint_rows = c->checkpoint_rows,
        .checkpoint_interval_ms = c->checkpoint_interval,
        .checkpoint_file = c->checkpoint_file,
        .intent_deadline_s = (int32_t)(c->intent_deadline / 1000),
        .on_fatal = on_fatal,
    };
    const struct process_hooks hooks = {m, NULL, look_for_token};

    CA_TRY(process_uid(c->front_user, &config.peer_uid, err));
    CA_TRY(ca_path_join(spool, sizeof(spool), c->state_dir, "signer/spool", err));
    CA_TRY(ca_dir_make(spool, 0700, err));
    CA_TRY(profiles_load(c->profile_dir, &profiles, err));
    config.profiles = profiles;
    CA_TRY(keys_checks_load(c->weak_list, &checks, err));
    config.checks = checks;
    CA_TRY(signer_start(&config, &m->signer, err));
    if (c->sandbox)
        CA_TRY(sandbox_calls(m->hsm == NULL, err));
    process_live(&hooks); /* everything above stays until the end */
    signer_stop(m->signer, c->drain);
    return CA_OK;
}

/* Of an absolute path; "" of "". */
static void folder_of(const char *path, char ret[PATH_MAX])
{
    const char *slash = strrchr(path, '/');

    (void)snprintf(ret, PATH_MAX, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 0, path);
}

/* Before the token's module starts threads. */
static CA_RC files_confine(const struct server_config *c, struct ca_err *err)
{
    char own[PATH_MAX];
    char checkpoints[PATH_MAX];
    const char *const dirs[] = {own, c->ca_token.writable, checkpoints, NULL};

    folder_of(c->checkpoint_file, checkpoints); /* the file may be moved away and made again */
    CA_TRY(ca_path_join(own, sizeof(own), c->state_dir, "signer", err));
    CA_TRY(ca_dir_make(own, 0700, err));
    return c->sandbox ? sandbox_files(dirs, err) : CA_OK;
}

static CA_RC signer_all(const char *path, const char *inherit, bool bootstrap, struct ca_err *err)
{
    static struct config *config; /* until the end */
    struct signer_main m = {.config_path = path};
    int fd = -1;

    CA_TRY(server_config_load(path, &config, err));
    m.config = server_config_of(config);
    process_start("signer", m.config);
    process_inherit(inherit);
    CA_TRY(server_config_check(config, false, true, err));
    CA_TRY(server_config_pin(m.config, err));
    CA_TRY(process_listen_unix("signer", m.config->signer_socket, &fd, err));
    CA_TRY(files_confine(m.config, err));
    CA_TRY(token_start(&m, err));
    return signer_begin(&m, bootstrap, fd, err);
}

int command_signer(const struct command *self, int argc, char **argv)
{
    const char *path = SERVER_CONFIG_FILE;
    const char *inherit = NULL;
    bool bootstrap = false;
    const struct command_option options[] = {
        {"--config",    &path,    NULL      },
        {"--inherit",   &inherit, NULL      },
        {"--bootstrap", NULL,     &bootstrap},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = signer_all(path, inherit, bootstrap, &err);
    if (rc != CA_OK)
        CA_LOG(CA_LOG_ERROR, "signer_not_started", CA_STR("text", err.text));
    _exit(command_status(rc)); /* exit handlers would call into the token's module */
}
