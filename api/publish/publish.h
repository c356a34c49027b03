/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* What relying parties fetch over plain HTTP. Served from files and caches: works while database
 * and signer are away. docs/reference/publication.md has addresses and caching. */
CA_RC publish_crl_get(struct request *rq, struct response *rs, struct ca_err *err);
CA_RC publish_cer_get(struct request *rq, struct response *rs, struct ca_err *err);
CA_RC publish_p7c_get(struct request *rq, struct response *rs, struct ca_err *err);
