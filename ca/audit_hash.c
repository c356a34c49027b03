/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/audit.h"

#include "base/buf.h"
#include "base/digest.h"

static void put_u64(struct ca_buf *to, uint64_t v)
{
    for (unsigned shift = 64; shift > 0; shift -= 8)
        ca_buf_u8(to, (uint8_t)(v >> (shift - 8)));
}

static void put_bytes(struct ca_buf *to, struct ca_bytes bytes)
{
    put_u64(to, bytes.len);
    ca_buf_bytes(to, bytes);
}

CA_RC audit_hash(const struct db_audit *line, uint8_t ret[32], struct ca_err *err)
{
    const char *const texts[] = {line->actor,  line->channel,    line->action, line->outcome,
                                 line->object, line->request_id, line->detail};
    CA_AUTO(buf) struct ca_buf bytes = {0};

    put_bytes(&bytes, line->previous);
    put_bytes(&bytes, ca_bytes_str(line->chain));
    put_u64(&bytes, (uint64_t)line->sequence);
    put_u64(&bytes, (uint64_t)line->at_us);
    for (size_t i = 0; i < CA_COUNT(texts); i++)
        put_bytes(&bytes, ca_bytes_str(texts[i]));
    put_bytes(&bytes, line->object_hash);
    CA_TRY(ca_buf_check(&bytes, err));
    return ca_sha256(ca_buf_view(&bytes), ret, err);
}
