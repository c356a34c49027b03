/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <assert.h>

#include "ca/wire.h"

/* A frame of one side: what is decoded must be encoded again octet by octet. The length in the
 * header is the input's own, so that a mutation need not find it. */
static inline int wire_again(const uint8_t *data, size_t len, bool question)
{
    CA_AUTO(wire_message) struct wire_message *m = NULL;
    CA_AUTO(buf) struct ca_buf again = {0};
    struct wire_header header;
    struct ca_bytes payload;
    struct ca_err err;

    if (len < WIRE_HEADER_LEN || wire_header_read(data, &header, &err) != CA_OK ||
        wire_is_question(header.kind) != question)
        return 0;
    payload = (struct ca_bytes){data + WIRE_HEADER_LEN, len - WIRE_HEADER_LEN};
    header.length = (uint32_t)payload.len;
    if (wire_decode(&header, payload, &m, &err) != CA_OK)
        return 0;
    assert(wire_encode(m->kind, m->id, m->body, &again, &err) == CA_OK);
    assert(again.len == len);
    assert(memcmp(again.ptr + WIRE_HEADER_LEN, payload.ptr, payload.len) == 0);
    return 0;
}
