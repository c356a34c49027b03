/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/rest.h"

/* Shows a list of the API by --limit and --all, following its `next`.
 *   path  with its filters, without limit and cursor */
CA_RC page_list(struct app *app, const char *path, const struct view *view, struct ca_err *err);
