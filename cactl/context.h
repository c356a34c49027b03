/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/buf.h"

/* Servers by name, in $XDG_CONFIG_HOME/cactl/config (else ~/.config/cactl/config), mode 0600:
 *
 *   current = work
 *
 *   [work]
 *   url = https://ca.example:8443
 *   cacert = /home/me/root.pem
 *   cert = /home/me/me.pem
 *
 * No secrets: `cert` names the file that holds certificate and key, `token_file` the one that holds
 * an API token. */
enum { CONTEXT_NAME = 64, CONTEXT_URL = 512, CONTEXT_PATH = 1024, CONTEXTS_MAX = 32 };

struct context {
    char name[CONTEXT_NAME]; /* letters, digits, '.', '_' and '-' */
    char url[CONTEXT_URL];   /* without a slash at the end */
    char cacert[CONTEXT_PATH];
    char cert[CONTEXT_PATH];
    char token_file[CONTEXT_PATH]; /* holds an API token, used in place of `cert`; "": none */
};

struct contexts {
    char current[CONTEXT_NAME]; /* "": none */
    struct context rows[CONTEXTS_MAX];
    size_t n;
};

/* Reads the file; none is as good as an empty one. CA_DENIED others may read or write it;
 * CA_MALFORMED the text names the line. */
CA_RC contexts_load(struct contexts **ret, struct ca_err *err);
void contexts_free(struct contexts *c);
CA_AUTO_DEFINE(contexts, struct contexts *, contexts_free);
CA_RC contexts_save(const struct contexts *c, struct ca_err *err);

CA_RC contexts_read(struct ca_bytes text, struct contexts *ret, struct ca_err *err);
void contexts_write(const struct contexts *c, struct ca_buf *to);

struct context *contexts_find(struct contexts *c, const char *name); /* NULL: none */
/* Adds or replaces. CA_LIMIT too many; CA_MALFORMED a name or value that cannot be written. */
CA_RC contexts_put(struct contexts *c, const struct context *row, struct ca_err *err);
void contexts_remove(struct contexts *c, const char *name);

/* Checks and sets one value: "url", "cacert", "cert" or "token_file". A path becomes absolute.
 * CA_MALFORMED with the name and what is wanted; CA_NOT_FOUND no such name. */
CA_RC context_set(struct context *c, const char *name, const char *value, struct ca_err *err);
bool context_name_is_good(const char *name);
