/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/wire_again.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    return wire_again(data, len, false);
}
