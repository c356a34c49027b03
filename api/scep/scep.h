/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* The SCEP server (RFC 8894) on plain HTTP. docs/reference/scep.md says what it speaks. */

/* /scep/{endpoint}, GET and POST; the operation is in the query. */
CA_RC scep_operation(struct request *rq, struct response *rs, struct ca_err *err);
/* The signer's answer to an enrolment. */
CA_RC scep_answered(struct request *rq, struct response *rs, struct ca_err *err);

/* What the handlers share. */
struct scep;
struct scep_config {
    unsigned requests; /* messages a second, of one address; 0: no limit */
};
CA_RC scep_new(const struct scep_config *config, struct scep **ret, struct ca_err *err);
/* Its thread, which calls webhooks. Stop it when no request waits any more. */
CA_RC scep_run(struct scep *s, struct ca_err *err);
void scep_stop(struct scep *s); /* NULL is fine */
void scep_free(struct scep *s); /* NULL is fine */
