/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <openssl/sha.h>

CA_RC ca_sha256(struct ca_bytes in, uint8_t ret[CA_SHA256_LEN], struct ca_err *err)
{
    if (SHA256(in.len > 0 ? in.ptr : (const uint8_t *)"", in.len, ret) == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "no SHA-256");
    return CA_OK;
}
