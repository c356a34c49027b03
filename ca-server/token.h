/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <limits.h>

#include "base/secret.h"
#include "ca-server/config.h"
#include "hsm/hsm.h"

/* Which of the two tokens, and where its settings, PIN and mark are. */
enum token_which { TOKEN_CA, TOKEN_FRONT };

struct token {
    enum token_which which;
    const struct server_config *config;
    struct ca_secret *pin;
    char pin_source[PATH_MAX];
    char pin_mark[PATH_MAX];
};

/* Reads the PIN. */
CA_RC token_prepare(struct token *t, enum token_which which, const struct server_config *c,
                    struct ca_err *err);
void token_done(struct token *t);

/* Opens it in this process, which from then on leaves by _exit and forks no more. */
CA_RC token_open(const struct token *t, void (*on_hang)(const char *call), struct hsm **ret,
                 struct ca_err *err);

/* Tries the login in a short-lived process of its own, which is killed at the deadline: a module
 * that hangs in C_Initialize hangs there. `config_path` is handed on.
 * CA_UNAVAILABLE the token is away, err says why; CA_DENIED wrong PIN. */
CA_RC token_probe(const struct token *t, const char *config_path, struct ca_err *err);

const char *token_name(enum token_which which);
bool token_which_parse(const char *name, enum token_which *ret); /* "ca", "front" */
