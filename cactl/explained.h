/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/rest.h"

/* Shows an Explanation: as a table the verdict, what speaks against it and the fields, with `rules`
 * also rule by rule; else the object as it is. app->exit becomes EXIT_REFUSED where it would be
 * refused. */
CA_RC explained_show(struct app *app, const json_t *explanation, bool rules, struct ca_err *err);

/* A list of Difference. */
CA_RC differences_show(const struct app *app, const json_t *differences, struct ca_err *err);
