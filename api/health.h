/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* /livez: the process answers. */
CA_RC health_livez(struct request *rq, struct response *rs, struct ca_err *err);
/* /readyz: 200, or 503 with what is missing: database, signer, token, a CRL that is in date. */
CA_RC health_readyz(struct request *rq, struct response *rs, struct ca_err *err);
CA_RC health_readyz_done(struct request *rq, struct response *rs, struct ca_err *err);
/* /metrics: the front's own and, when it answers, the signer's. */
CA_RC health_metrics(struct request *rq, struct response *rs, struct ca_err *err);
CA_RC health_metrics_done(struct request *rq, struct response *rs, struct ca_err *err);
