/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "ca/crl_file_internal.h"
#include "policy/extension.h"

#define OID_CE(n) DER_OID, 0x03, 0x55, 0x1d, (n)

static const struct ca_bytes crl_number_oid = CA_BYTES(OID_CE(20));
static const struct ca_bytes delta_indicator_oid = CA_BYTES(OID_CE(27));
static const struct ca_bytes issuing_point_oid = CA_BYTES(OID_CE(28));
static const struct ca_bytes freshest_crl_oid = CA_BYTES(OID_CE(46));
static const struct ca_bytes authority_key_identifier_oid = CA_BYTES(OID_CE(35));

/* Opens Extension and its extnValue. */
static void extension_open(struct der_writer *w, struct ca_bytes oid, bool critical)
{
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, oid);
    if (critical)
        der_put_bool(w, true);
    der_open(w, DER_OCTET_STRING);
}

static void extension_close(struct der_writer *w)
{
    der_close(w);
    der_close(w);
}

/* RFC 5280 5.3.1: unspecified is left out; 7 is not used; removeFromCRL is for deltas alone. */
static bool reason_known(int32_t reason, bool delta)
{
    return reason >= -1 && reason <= 10 && reason != 7 && (reason != 8 || delta);
}

/* Up to the octets that vary. */
static const uint8_t reason_front[] = {DER_SEQUENCE,   10, OID_CE(21), DER_OCTET_STRING, 3,
                                       DER_ENUMERATED, 1};
static const uint8_t invalidity_front[] = {DER_SEQUENCE, 24, OID_CE(24), DER_OCTET_STRING, 17};
enum {
    REASON_LEN = sizeof(reason_front) + 1,
    INVALIDITY_LEN = sizeof(invalidity_front) + DER_TIME_MAX,
    ENTRY_MAX = 2 + (2 + 1 + DB_SERIAL_MAX) + DER_TIME_MAX + 2 + REASON_LEN + INVALIDITY_LEN,
};
_Static_assert(ENTRY_MAX - 2 < 0x80, "every length is one octet");

static size_t serial_write(struct ca_bytes serial, uint8_t *ret)
{
    size_t pad;

    while (serial.len > 1 && serial.ptr[0] == 0)
        serial = (struct ca_bytes){serial.ptr + 1, serial.len - 1};
    pad = (serial.ptr[0] & 0x80U) != 0 ? 1 : 0;
    ret[0] = DER_INTEGER;
    ret[1] = (uint8_t)(serial.len + pad);
    ret[2] = 0;
    memcpy(ret + 2 + pad, serial.ptr, serial.len);
    return 2 + pad + serial.len;
}

static size_t entry_extensions_write(const struct db_crl_entry *entry, uint8_t *ret)
{
    size_t n = 2;

    if (entry->reason > 0) {
        memcpy(ret + n, reason_front, sizeof(reason_front));
        n += REASON_LEN;
        ret[n - 1] = (uint8_t)entry->reason;
    }
    if (entry->invalidity_date != 0) {
        memcpy(ret + n, invalidity_front, sizeof(invalidity_front));
        n += sizeof(invalidity_front);
        n += der_generalized_time(entry->invalidity_date, ret + n);
    }
    if (n == 2)
        return 0;
    ret[0] = DER_SEQUENCE;
    ret[1] = (uint8_t)(n - 2);
    return n;
}

/* A million of these make a CRL: one buffer, no element opened and closed. */
CA_RC crl_entry_write(struct der_writer *w, const struct db_crl_entry *entry, bool delta,
                      struct ca_err *err)
{
    uint8_t octets[ENTRY_MAX];
    size_t n = 2;

    if (!reason_known(entry->reason, delta))
        return CA_FAIL(err, CA_FAULT, "CRL reason %d", (int)entry->reason);
    if (entry->serial.len == 0 || entry->serial.len > DB_SERIAL_MAX)
        return CA_FAIL(err, CA_FAULT, "serial number of %zu octets", entry->serial.len);
    n += serial_write(entry->serial, octets + n);
    n += der_time(entry->revoked_at, octets + n);
    n += entry_extensions_write(entry, octets + n);
    octets[0] = DER_SEQUENCE;
    octets[1] = (uint8_t)(n - 2);
    der_put_raw(w, (struct ca_bytes){octets, n});
    return CA_OK;
}

void crl_fields_write(struct der_writer *w, const struct crl_head *head)
{
    der_put_uint(w, 1); /* v2 */
    der_put_raw(w, ca_signature_info(head->issuer->signature)->algorithm);
    der_put_raw(w, head->issuer->subject);
    der_put_time(w, head->this_update);
    der_put_time(w, head->next_update);
}

/* Exactly the name in the certificates: else it is a CRL of another scope (5.2.5, 6.3.3 b). */
static void issuing_point_write(struct der_writer *w, struct ca_bytes url)
{
    extension_open(w, issuing_point_oid, true);
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_CONTEXT_0); /* distributionPoint */
    der_open(w, DER_CONTEXT_0); /* fullName */
    der_put(w, DER_CONTEXT + 6, url);
    der_close(w);
    der_close(w);
    der_close(w);
    extension_close(w);
}

void crl_extensions_write(struct der_writer *w, const struct crl_head *head)
{
    der_open(w, DER_CONTEXT_0);
    der_open(w, DER_SEQUENCE);
    extension_open(w, authority_key_identifier_oid, false);
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_CONTEXT + 0, head->issuer->key_id);
    der_close(w);
    extension_close(w);
    extension_open(w, crl_number_oid, false);
    der_put_uint(w, (uint64_t)head->number);
    extension_close(w);
    if (head->base != 0) {
        extension_open(w, delta_indicator_oid, true);
        der_put_uint(w, (uint64_t)head->base);
        extension_close(w);
    }
    if (head->point != NULL)
        issuing_point_write(w, ca_bytes_str(head->point));
    if (head->freshest != NULL) {
        struct ca_bytes url = ca_bytes_str(head->freshest);

        extension_open(w, freshest_crl_oid, false);
        extension_crl_urls_write(w, &url, 1);
        extension_close(w);
    }
    der_close(w);
    der_close(w);
}
