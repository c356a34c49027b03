/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/pem_blocks.h"

#include "base/pem.h"

/* How many blocks with this label there are; false: one is broken. */
static bool blocks_take(struct ca_bytes text, const char *label, size_t *blocks, struct ca_buf *ret)
{
    enum ca_rc rc = CA_OK;
    struct ca_err ignored;

    while (rc == CA_OK) {
        rc = pem_take(&text, label, ret, &ignored);
        *blocks += rc == CA_OK ? 1 : 0;
    }
    return rc == CA_NOT_FOUND;
}

bool rest_pem_csr(struct ca_bytes text, struct ca_buf *ret)
{
    size_t blocks = 0;

    return blocks_take(text, "CERTIFICATE REQUEST", &blocks, ret) &&
           blocks_take(text, "NEW CERTIFICATE REQUEST", &blocks, ret) && blocks == 1;
}

bool rest_pem_certificates(struct ca_bytes text, struct ca_buf *ret)
{
    size_t blocks = 0;

    return blocks_take(text, "CERTIFICATE", &blocks, ret) && blocks > 0;
}
