/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/crl_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct crl_sample sample;
    struct crl_made made;
    struct ca_err err;

    if (sample.authority.public_key == NULL)
        crl_sample_init(&sample, "ed25519", false);
    (void)!crl_sample_walk(&sample, (struct ca_bytes){data, len}, CRL_SAMPLE_NUMBER, &made, &err);
    return 0;
}
