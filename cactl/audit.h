/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/rest.h"

/* Appends what the flags of search and export say to a path. */
CA_RC audit_query(struct app *app, struct ca_buf *path, struct ca_err *err);

CA_RC audit_export(struct app *app, struct ca_err *err);
CA_RC audit_checkpoints(struct app *app, struct ca_err *err);
