/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/ocsp.h>
#include <stdlib.h>

#include "api/ocsp/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What both take, both read alike. */
static void compare(struct ca_bytes der, const struct ocsp_query *query)
{
    const uint8_t *at = der.ptr;
    OCSP_REQUEST *request = d2i_OCSP_REQUEST(NULL, &at, (long)der.len);

    if (request != NULL && OCSP_request_onereq_count(request) != (int)query->ids_n)
        abort();
    OCSP_REQUEST_free(request);
}

/* A body as it comes, and the same octets as the path of a GET. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ca_bytes in = {data, len};
    struct ocsp_query query;
    struct ca_err err;
    uint8_t *octets = malloc(len + 1);
    size_t n = 0;

    if (ocsp_query_read(in, &query, &err) == CA_OK)
        compare(in, &query);
    if (octets != NULL && ocsp_path_read(in, octets, &n, &err) == CA_OK) {
        if (n > len)
            abort();
        if (ocsp_query_read((struct ca_bytes){octets, n}, &query, &err) == CA_OK)
            compare((struct ca_bytes){octets, n}, &query);
    }
    free(octets);
    return 0;
}
