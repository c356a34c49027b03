/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* The OCSP responder (RFC 6960, 5019, 9654): answers that the signer has signed ahead, from memory;
 * what is not there, and what is for one client alone, is asked of the signer.
 * docs/reference/ocsp.md says what is answered when. */
CA_RC ocsp_get(struct request *rq, struct response *rs, struct ca_err *err);
CA_RC ocsp_post(struct request *rq, struct response *rs, struct ca_err *err);
CA_RC ocsp_done(struct request *rq, struct response *rs, struct ca_err *err);

/* What is kept of an authority's answers. */
struct ocsp_kept {
    uint64_t good, revoked, unknown;
    int64_t next_update; /* of the one that ends first; 0: none */
};
struct ocsp_kept request_ocsp_kept(const struct request *rq, int64_t authority);
