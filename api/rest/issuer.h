/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* The card of an authority, good until *ret_cards is given back. One that is newer than the cache
 * is read from the database, so only on a worker. CA_NOT_FOUND no such authority. */
CA_RC rest_issuer_find(struct request *rq, const char *name, struct authority_cards **ret_cards,
                       const struct authority_card **ret, struct ca_err *err);
/* The same without the database: on any thread. */
CA_RC rest_issuer_cached(const struct request *rq, const char *name,
                         struct authority_cards **ret_cards, const struct authority_card **ret,
                         struct ca_err *err);
