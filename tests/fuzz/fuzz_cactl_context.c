/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "cactl/context.h"

/* The file of contexts: what is taken is written and read again as the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct contexts one;
    static struct contexts two;
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_err err = {0};

    if (contexts_read((struct ca_bytes){data, len}, &one, &err) != CA_OK)
        return 0;
    contexts_write(&one, &text);
    assert(contexts_read(ca_buf_view(&text), &two, &err) == CA_OK);
    assert(one.n == two.n && memcmp(one.rows, two.rows, sizeof(one.rows)) == 0);
    return 0;
}
