/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca-server/config.h"
#include "ca-server/supervisor.h"
#include "ca/client.h"

/* `ca-server init`: what was asked for. */
struct init {
    const char *config_path;
    const struct server_config *config;
    struct supervisor *supervisor;
    const char *organization;
    const char *root_cn;
    const char *issuing_cn;
    const char *key;        /* of both authorities */
    const char *admin_csr;  /* file: PKCS#10, PEM */
    const char *admin_name; /* in the API and in the audit log */
    const char *admin_out;  /* file: certificate and chain, PEM */
};

#define INIT_ROOT    "root"
#define INIT_ISSUING "issuing"

/* Makes the two authorities, then writes https.client_roots (issuing, root). */
CA_RC init_authorities(const struct init *i, struct client *c, struct ca_err *err);
/* Issues for --admin-csr, enrols with the role admin, writes --admin-out. */
CA_RC init_admin(const struct init *i, struct client *c, struct ca_err *err);
/* Makes https.chain for the key in the front token, unless the file is there. */
CA_RC init_tls(const struct init *i, struct client *c, struct ca_err *err);
