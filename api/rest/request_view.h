/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"
#include "db/request.h"

/* A request and its certificate, however it is sent. */
struct rest_issued {
    struct rest_request view;
    struct ca_bytes der;   /* Certificate; len 0: not issued */
    const char *authority; /* whose chain goes with it */
};

/* A row of the database as the API shows it to the caller. */
CA_RC rest_request_view(struct request *rq, const struct db_request *row, struct rest_request *ret,
                        struct ca_err *err);
/* What the signer answered, without a query; the view only where Accept asks for the object. */
CA_RC rest_request_of_answer(struct request *rq, const struct wire_issued *got,
                             struct rest_issued *ret, struct ca_err *err);

/* A request as the caller sees it now, with votes and comments where consent is wanted.
 * CA_NOT_FOUND: there is none for his eyes. */
CA_RC rest_request_load(struct request *rq, const struct ca_uuid *id, struct db_result *ret_row,
                        struct rest_issued *ret, struct ca_err *err);

/* Which type Accept asks for: enum rest_request_type. CA_MALFORMED, problem "not-acceptable". */
enum rest_request_type { REST_REQUEST_JSON, REST_REQUEST_CHAIN, REST_REQUEST_DER };
CA_RC rest_request_accept(const struct request *rq, enum rest_request_type *ret,
                          struct ca_err *err);
/* Answers with object, chain or certificate; what is not issued is always an object. */
CA_RC rest_request_answer(struct request *rq, struct response *rs, int status,
                          struct rest_issued *issued, struct ca_err *err);
