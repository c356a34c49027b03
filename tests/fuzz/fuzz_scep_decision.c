/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "api/scep/decision.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What a webhook answers that decides on an enrolment. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct scep_decision got = {.kind = SCEP_DENY};
    struct ca_err err;

    if (scep_decision_read((struct ca_bytes){data, len}, &got, &err) == CA_OK &&
        ((got.kind == SCEP_ALLOW) != (got.proof[0] != '\0') ||
         (got.kind != SCEP_DENY && got.reason[0] != '\0')))
        abort();
    return 0;
}
