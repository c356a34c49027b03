/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pem.h"
#include "ca-server/command.h"
#include "ca-server/token.h"
#include "ca/checkpoint_token.h"

struct key_args {
    const char *config;
    bool make;
};

static CA_RC key_print(const struct hsm_key *hsm_key, const struct server_config *c,
                       struct ca_err *err)
{
    CA_AUTO(checkpoint_key) struct checkpoint_key *key = NULL;
    CA_AUTO(buf) struct ca_buf text = {0};
    char origin[CHECKPOINT_ORIGIN_MAX + 1];

    CA_TRY(checkpoint_key_new(hsm_key_spki(hsm_key), &key, err));
    CA_TRY(checkpoint_origin(c->http_url, c->node, origin, err));
    CA_TRY(checkpoint_key_text(key, origin, &text, err)); /* text before a block is passed over */
    ca_buf_u8(&text, '\n');
    pem_put(&text, "PUBLIC KEY", hsm_key_spki(hsm_key));
    CA_TRY(ca_buf_check(&text, err));
    return fputs(ca_buf_cstr(&text), stdout) >= 0 && fflush(stdout) == 0
               ? CA_OK
               : CA_FAIL(err, CA_UNAVAILABLE, "cannot write");
}

static CA_RC key_show(const struct key_args *a, struct ca_err *err)
{
    static struct config *settings; /* until the end, as the token */
    static struct token token;
    struct hsm_key *key = NULL;
    struct hsm *hsm = NULL;
    bool made = false;

    CA_TRY(server_config_load(a->config, &settings, err));
    ca_log_start("audit", CA_LOG_WARNING);
    CA_TRY(token_prepare(&token, TOKEN_CA, server_config_of(settings), err));
    CA_TRY(token_open(&token, NULL, &hsm, err));
    CA_TRY(checkpoint_key_take(hsm, a->make, &key, &made, err));
    return key_print(key, server_config_of(settings), err);
}

/* Opens the token, so it leaves by _exit. */
int command_audit_key(const struct command *self, int argc, char **argv)
{
    struct key_args a = {.config = SERVER_CONFIG_FILE};
    const struct command_option options[] = {
        {"--config", &a.config, NULL   },
        {"--make",   NULL,      &a.make},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = key_show(&a, &err);
    _exit(rc == CA_OK ? 0 : command_failed(self, rc, &err));
}
