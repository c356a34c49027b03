/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"
#include "db/certificate.h"
#include "policy/cert.h"

/* A row of the database as the API shows it to the caller. What it points to belongs to the row and
 * to the request. `whole`: with the key identifiers, which lists leave out. */
CA_RC rest_certificate_view(struct request *rq, const struct db_certificate *row, int64_t now,
                            bool whole, struct rest_certificate *ret, struct ca_err *err);

/* What stands in a certificate that no row has: subject, names, dates, key, usages, key
 * identifiers.
 */
CA_RC rest_cert_view(struct request *rq, const struct cert *cert, struct rest_certificate *ret,
                     struct ca_err *err);

/* The public key of a SubjectPublicKeyInfo (whole element). False: not a kind that has a row. */
bool rest_key_view(struct ca_bytes spki, struct rest_key *ret);

/* The certificate of {id}. CA_NOT_FOUND. *row points into *ret. */
CA_RC rest_certificate_load(struct request *rq, struct db_result *ret,
                            const struct db_certificate **row, struct ca_err *err);
