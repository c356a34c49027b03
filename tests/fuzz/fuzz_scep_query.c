/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "api/scep/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The query of a SCEP address, and the message in it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    CA_AUTO(buf) struct ca_buf octets = {0};
    char *text = (char *)ca_bytes_dup((struct ca_bytes){data, len});
    struct scep_query q = {0};
    struct ca_err err;

    if (text != NULL && scep_query_read(text, &q, &err) == CA_OK &&
        scep_query_message(q.message, &octets, &err) == CA_OK && octets.len > q.message.len)
        abort();
    free(text);
    return 0;
}
