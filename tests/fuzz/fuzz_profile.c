/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    CA_AUTO(profile) struct profile *p = NULL;
    struct ca_err err;

    (void)!profile_compile((struct ca_bytes){data, len}, &p, &err);
    return 0;
}
