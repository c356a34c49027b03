/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/rest.h"

/* Verbs of ca; the rows are in ca.c. */
CA_RC ca_list(struct app *app, struct ca_err *err);
CA_RC ca_show(struct app *app, struct ca_err *err);
CA_RC ca_tree(struct app *app, struct ca_err *err);
CA_RC ca_bundle(struct app *app, struct ca_err *err);
CA_RC ca_csr(struct app *app, struct ca_err *err);
CA_RC ca_install(struct app *app, struct ca_err *err);
CA_RC ca_create(struct app *app, struct ca_err *err);
CA_RC ca_import(struct app *app, struct ca_err *err);

/* ca_next.c */
CA_RC ca_next_show(struct app *app, struct ca_err *err);
CA_RC ca_next_prepare(struct app *app, struct ca_err *err);
CA_RC ca_next_publish(struct app *app, struct ca_err *err);
CA_RC ca_next_switch(struct app *app, struct ca_err *err);
CA_RC ca_next_cancel(struct app *app, struct ca_err *err);
CA_RC ca_retire(struct app *app, struct ca_err *err);

/* "/api/v1/authorities/NAME" and `more`. */
CA_RC ca_path(const char *name, const char *more, struct ca_buf *ret, struct ca_err *err);
