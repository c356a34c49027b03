/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/app.h"

/* What a failure leaves with: by the HTTP status and the problem's name when the server refused,
 * else by the code. */
int exit_of(const struct app *app, enum ca_rc rc, const struct ca_err *err);
/* Of a path and its query; what a body says wrong is refused as validation does (400: 5). */
int exit_of_status(long status, const char *problem);

/* Forgets what the server said, before another call of the same command. */
void error_forget(struct app *app);

/* Says on stderr what went wrong, each reason, the request id, and what to do next. */
void error_show(const struct app *app, enum ca_rc rc, const struct ca_err *err);
