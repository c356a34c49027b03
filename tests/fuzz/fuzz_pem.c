/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/base64.h"
#include "base/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* A block that was read, written and read again is the same. */
static void block_again(struct ca_bytes block)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(buf) struct ca_buf back = {0};
    struct ca_bytes in;
    struct ca_err err;

    pem_put(&text, "X", block);
    in = ca_buf_view(&text);
    must(pem_is(in) && pem_take(&in, "X", &back, &err) == CA_OK);
    must(ca_bytes_equal(ca_buf_view(&back), block));
}

static void base64url_again(struct ca_bytes text)
{
    CA_AUTO(buf) struct ca_buf octets = {0};
    CA_AUTO(buf) struct ca_buf back = {0};

    if (!ca_base64url_read(text, &octets))
        return;
    ca_base64url_put(
        &back, ca_buf_view(&octets)); /* each text has one meaning and each meaning one text */
    must(ca_bytes_equal(ca_buf_view(&back), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ca_bytes in = {data, len};

    base64url_again(in);
    (void)pem_is(in);
    for (;;) {
        CA_AUTO(buf) struct ca_buf block = {0};
        size_t before = in.len;
        struct ca_err err;

        if (pem_take(&in, NULL, &block, &err) != CA_OK)
            return 0;
        must(in.len < before);
        block_again(ca_buf_view(&block));
    }
}
