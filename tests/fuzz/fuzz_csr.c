/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/csr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    CA_AUTO(csr) struct csr *csr = NULL;
    struct ca_err err;

    (void)!csr_parse((struct ca_bytes){data, len}, &csr, &err);
    return 0;
}
