/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/submit.h"
#include "tests/unit/rest_support.h"

/* The body of POST /requests: the first octet says whether it is JSON or PKCS#10. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct request rq = {.method = "POST", .query = {{"profile", "p"}}};
    struct wire_issue ask;
    struct ca_err err;

    if (len == 0)
        return 0;
    rq.body = (struct ca_bytes){data + 1, len - 1};
    rq.type = data[0] == 'p' ? "application/pkcs10" : "application/json";
    if (data[0] != 'p')
        rq.query[0] = (struct rest_pair){NULL, NULL};
    (void)!rest_submit_read(&rq, &ask, &err);
    rest_request_done(&rq);
    return 0;
}
