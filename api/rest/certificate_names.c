/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/certificate_names.h"

#include "api/rest/serial.h"
#include "base/digest.h"
#include "base/text.h"
#include "ca/client.h"

static void item_add(struct ca_buf *to, char kind, const void *octets, size_t len)
{
    ca_buf_u8(to, (uint8_t)kind);
    ca_buf_u8(to, (uint8_t)len);
    ca_buf_add(to, octets, len);
}

/* As ca/wire.h has them. Only a whole fingerprint names a certificate. */
static CA_RC certificate_read(const char *text, uint32_t place, struct ca_buf *to,
                              struct ca_err *err)
{
    struct rest_fingerprint fingerprint;
    struct rest_serial serial;
    struct ca_uuid id;
    struct ca_err ignored;

    if (ca_uuid_parse(ca_bytes_str(text), &id, &ignored) == CA_OK) {
        item_add(to, 'i', id.octets, CA_UUID_LEN);
    } else if (rest_fingerprint(text, &fingerprint) && fingerprint.len == CA_SHA256_LEN) {
        item_add(to, 'f', fingerprint.octets, CA_SHA256_LEN);
    } else if (rest_serial_hex(text, &serial)) {
        item_add(to, 's', serial.octets, serial.len);
    } else {
        return CA_FAIL(err, CA_MALFORMED,
                       "/certificates/%u: is no id, serial number or SHA-256 of a certificate",
                       (unsigned)place);
    }
    return CA_OK;
}

CA_RC rest_certificate_names(const struct json_list *list, struct ca_buf *ret, struct ca_err *err)
{
    const struct wire_text *texts = list->items;

    for (uint32_t i = 0; i < list->n; i++)
        CA_TRY(certificate_read(texts[i].text, i, ret, err));
    return ca_buf_check(ret, err);
}
