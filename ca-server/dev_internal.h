/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <limits.h>

#include "ca-server/config.h"
#include "ca-server/supervisor.h"
#include "ca/client.h"

/* `ca-server dev`: a whole installation in one folder. Each step is left alone when its result is
 * there and complete, and can be repeated after a kill at any moment. */
struct dev {
    char state[PATH_MAX]; /* absolute */
    char http[128];       /* HOST:PORT in force */
    char https[128];
    char http_url[160];
    char https_url[160];
    int http_fd;
    int https_fd;
    int signer_fd;
    struct config *settings;
    struct supervisor *supervisor;
    size_t postgres; /* children */
    size_t signer;
    size_t front;
    bool serving;      /* signer and front are there */
    pid_t told_signer; /* as dev.env has them */
    pid_t told_front;
};

#define DEV_ROOT        "dev-root"
#define DEV_ISSUING     "dev-issuing"
#define DEV_SCEP        "dev"
#define DEV_SCEP_MANUAL "dev-manual"
#define DEV_SCEP_SECRET "scep-challenge" /* file */
enum { DEV_DATABASE_PORT = 5432 };

/* `ret` takes PATH_MAX octets. */
CA_RC dev_path(const struct dev *d, const char *name, char *ret, struct ca_err *err);
bool dev_exists(const struct dev *d, const char *name);
CA_RC dev_write(const struct dev *d, const char *name, struct ca_bytes bytes, mode_t mode,
                struct ca_err *err);
void dev_say(const char *fmt, ...) CA_PRINTF(1, 2); /* what it is doing, on stderr */

CA_RC dev_remove(const struct dev *d, const char *name, struct ca_err *err); /* rm -rf */

/* Runs a program to its end. CA_UNAVAILABLE it failed; the text names it. */
CA_RC dev_run(const struct child_spec *spec, struct ca_err *err);
/* Waits a little, looking after the children. CA_UNAVAILABLE asked to end, or `child` is down. */
CA_RC dev_wait(struct dev *d, int64_t ms, struct ca_err *err);

/* Addresses, sockets, ca-server.yaml. NULL: what this state had before, or the defaults. */
CA_RC dev_listen(struct dev *d, const char *http, const char *https, struct ca_err *err);
CA_RC dev_settings(struct dev *d, struct ca_err *err);

/* Two SoftHSM2 tokens with random PINs. */
CA_RC dev_tokens(struct dev *d, struct ca_err *err);

/* A PostgreSQL cluster of its own, running, migrated. */
CA_RC dev_postgres(struct dev *d, struct ca_err *err);
/* Waits until a server that an earlier start left behind has ended. */
CA_RC dev_postgres_gone(const struct dev *d, struct ca_err *err);
/* libpq connection string for a user; `ret` takes PATH_MAX octets. */
CA_RC dev_conninfo(const struct dev *d, const char *user, char *ret, struct ca_err *err);

/* Authorities, operators, TLS: what is missing or past two thirds of its life. */
CA_RC dev_bootstrap(struct dev *d, struct ca_err *err);
CA_RC dev_operators(struct dev *d, struct client *c, struct ca_err *err);
bool dev_operators_due(const struct dev *d);
/* Is the first certificate of a PEM file of the state missing or past two thirds of its life? */
bool dev_certificate_due(const struct dev *d, const char *name);

/* SCEP endpoints and the static challenge, unless they were made. */
CA_RC dev_scep(const struct dev *d, struct client *c, struct ca_err *err);
/* The static challenge; appends. */
CA_RC dev_scep_secret(const struct dev *d, struct ca_buf *ret, struct ca_err *err);

CA_RC dev_start_signer(struct dev *d, bool bootstrap, struct ca_err *err);
CA_RC dev_start_front(struct dev *d, struct ca_err *err);

/* dev.env, whole or not at all. */
CA_RC dev_env_write(struct dev *d, struct ca_err *err);
/* Is everything served that a first user would ask for? CA_UNAVAILABLE not yet. */
CA_RC dev_check(const struct dev *d, struct client *c, struct ca_err *err);
