/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/rest.h"

/* What is asked for beside the CSR. */
CA_RC request_submit_verb(struct app *app, struct ca_err *err);

/* Sends one CSR with what the flags say and waits as --wait says.
 *   csr  PEM
 *   with_names  take subject and names of the flags too
 * *ret: the request as it then is. app->exit becomes EXIT_WAITING while it is not decided and
 * EXIT_REFUSED when it ended without a certificate. */
CA_RC request_submit(struct app *app, const char *csr, bool with_names, json_t **ret,
                     struct ca_err *err);

/* Digest and extensions of the flags, into the body. */
CA_RC request_extensions(const struct app *app, json_t *body, struct ca_err *err);

/* Appends certificate and chain of an issued request as PEM. */
void request_chain(const json_t *request, struct ca_buf *to);

/* A request's path. */
CA_RC request_path(const char *id, struct ca_buf *to, struct ca_err *err);
