/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/app.h"
#include "cactl/cert_named.h"

/* Lists of certificates on the server, for more names than one call takes. */

/* Makes one of them, piece by piece, and completes it; what is unknown is said on stderr with its
 * line. Into *ret: the list, for json_decref. CA_NOT_FOUND some are unknown. What was begun and not
 * completed is dropped. */
CA_RC cert_named_list_make(struct app *app, const struct cert_names *names, json_t **ret,
                           struct ca_err *err);
/* Best effort: a list that nobody wants is dropped by the server, too. */
void cert_named_list_drop(struct app *app, const json_t *list);

/* Each unknown name of an answer on a line, with its line in the file (names NULL: there is no
 * file), `*shown` at most 100 in all; answers how many there are. */
json_int_t cert_unknown_show(const json_t *seen, const struct cert_names *names, size_t *shown);
CA_RC cert_unknown_fail(json_int_t unknown, struct ca_err *err);
