/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/app.h"

/* Verbs of the noun scep. */
CA_RC scep_endpoint_list(struct app *app, struct ca_err *err); /* scep_endpoint.c */
CA_RC scep_endpoint_show(struct app *app, struct ca_err *err);
CA_RC scep_endpoint_create(struct app *app, struct ca_err *err);
CA_RC scep_endpoint_change(struct app *app, struct ca_err *err);
CA_RC scep_endpoint_disable(struct app *app, struct ca_err *err);
CA_RC scep_endpoint_enable(struct app *app, struct ca_err *err);
CA_RC scep_challenge_create(struct app *app, struct ca_err *err); /* scep_challenge.c */
CA_RC scep_challenge_list(struct app *app, struct ca_err *err);
CA_RC scep_challenge_revoke(struct app *app, struct ca_err *err);
CA_RC scep_transaction_list(struct app *app, struct ca_err *err);

/* "/api/v1/scep/endpoints/NAME" of the first argument, and what follows it. */
CA_RC scep_path(const struct app *app, const char *more, struct ca_buf *ret, struct ca_err *err);
/* What the server finds weak, on stderr. */
void scep_warn(const struct app *app, const json_t *object);
/* --ttl and the like, in seconds; nothing is set without it. */
CA_RC scep_seconds_set(const struct app *app, json_t *body, const char *flag, const char *member,
                       struct ca_err *err);
