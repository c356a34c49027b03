/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/object.h"
#include "cactl/rest.h"

/* What user, role and api-token share. */

/* An operator by name or id. CA_NOT_FOUND. */
CA_RC access_user(struct app *app, const char *what, json_t **ret, struct ca_err *err);

/* The values of a repeated flag, which may also stand with commas between, as a list; nothing is
 * set when it is not given. CA_MALFORMED not UTF-8. */
CA_RC access_list_set(const struct app *app, json_t *body, const char *flag, const char *member,
                      struct ca_err *err);
/* --cert or --csr as the API takes them: the first certificate of the file. */
CA_RC access_key_set(const struct app *app, json_t *body, struct ca_err *err);

/* Shows what became of a change: the object, or, with exit 7, that it waits for others. */
CA_RC access_changed(struct app *app, long status, const struct view *view, const json_t *object,
                     struct ca_err *err);
