/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "ca/scep_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool is_inside(struct ca_bytes part, const uint8_t *data, size_t len)
{
    return part.ptr >= data && part.len <= len && part.ptr + part.len <= data + len;
}

/* Certificates of whoever signs a message, and what stands in challengePassword. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct scep_signer signer = {.row = NULL};
    struct scep_secret secret;
    struct ca_err err = {0};
    char text[SCEP_TEXT_MAX];

    if (scep_signer_read((struct ca_bytes){data, len}, &signer, &err) == CA_OK &&
        (!is_inside(signer.spki, data, len) || !is_inside(signer.issuer, data, len) ||
         !is_inside(signer.serial, data, len)))
        abort();
    if (ca_text_copy(text, sizeof(text), (struct ca_bytes){data, len}) &&
        scep_secret_read(text, &secret)) {
        CA_AUTO(buf) struct ca_buf again = {0};

        scep_secret_text(&secret, &again);
        if (!ca_bytes_is_str(ca_buf_view(&again), text))
            abort();
    }
    return 0;
}
