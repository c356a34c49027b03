/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/rest.h"

CA_RC request_submit_verb(struct app *app, struct ca_err *err);
CA_RC request_diff(struct app *app, struct ca_err *err); /* cactl/request_diff.c */
CA_RC request_explain(struct app *app, struct ca_err *err);

/* The body of POST /requests, of the flags: a CSR (PEM), and what is asked for beside it. */
CA_RC request_body(const struct app *app, const char *csr, bool with_names, json_t **ret,
                   struct ca_err *err);
/* Sends them in batches; a line for each. `body` is one of request_body without its CSR. */
struct csr_files;
CA_RC request_batch(struct app *app, const struct csr_files *files, json_t *body,
                    struct ca_err *err);

/* Sends one CSR with what the flags say and waits as --wait says.
 *   csr  PEM
 *   with_names  take subject and names of the flags too
 * *ret: the request as it then is. app->exit becomes EXIT_WAITING while it is not decided and
 * EXIT_REFUSED when it ended without a certificate. */
CA_RC request_submit(struct app *app, const char *csr, bool with_names, json_t **ret,
                     struct ca_err *err);

/* Digest and extensions of the flags, into the body. */
CA_RC request_extensions(const struct app *app, json_t *body, struct ca_err *err);

/* Reads *request anew while it is not decided: what the machine is still doing is waited for a
 * moment, people only with --wait. */
CA_RC request_wait_for(struct app *app, json_t **request, struct ca_err *err);
/* Sets app->exit as request_submit does. */
void request_verdict(struct app *app, const json_t *request);

CA_RC request_approve(struct app *app, struct ca_err *err); /* cactl/request_decide.c */
CA_RC request_deny(struct app *app, struct ca_err *err);
CA_RC request_withdraw(struct app *app, struct ca_err *err);
CA_RC request_comment(struct app *app, struct ca_err *err);
CA_RC request_assign(struct app *app, struct ca_err *err);
CA_RC request_edit(struct app *app, struct ca_err *err);
CA_RC request_wait(struct app *app, struct ca_err *err);

/* Appends certificate and chain of an issued request as PEM. */
void request_chain(const json_t *request, struct ca_buf *to);

/* A request's path. */
CA_RC request_path(const char *id, struct ca_buf *to, struct ca_err *err);
