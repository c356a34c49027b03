/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/rc.h"

/* What a webhook is asked about an enrolment, and what it may answer:
 * docs/reference/scep-challenges.md. */

enum { SCEP_DECISION_MAX = 4096, SCEP_PROOF_MAX = 128, SCEP_REASON_MAX = 200 }; /* octets */

enum scep_decided { SCEP_ALLOW, SCEP_DENY, SCEP_PASS };
struct scep_decision {
    enum scep_decided kind;
    char proof[SCEP_PROOF_MAX + 1];   /* of SCEP_ALLOW: what the signer judges */
    char reason[SCEP_REASON_MAX + 1]; /* of SCEP_DENY; "" none */
};
/* Reads the answer: one JSON object, nothing behind it. CA_LIMIT longer than SCEP_DECISION_MAX;
 * CA_MALFORMED anything but one of the three. */
CA_RC scep_decision_read(struct ca_bytes json, struct scep_decision *ret, struct ca_err *err);

struct scep_asked_about {
    const char *endpoint, *transaction_id, *remote, *request_id;
    unsigned message_type;
    struct ca_bytes csr; /* DER */
};
/* Appends the question as JSON. CA_FAULT */
CA_RC scep_question_write(const struct scep_asked_about *about, struct ca_buf *ret,
                          struct ca_err *err);
