/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "ca/crl_file_internal.h"

#define OID_CE(n) DER_OID, 0x03, 0x55, 0x1d, (n)

static const struct ca_bytes reason_code_oid = CA_BYTES(OID_CE(21));
static const struct ca_bytes invalidity_date_oid = CA_BYTES(OID_CE(24));
static const struct ca_bytes crl_number_oid = CA_BYTES(OID_CE(20));
static const struct ca_bytes authority_key_identifier_oid = CA_BYTES(OID_CE(35));

/* Opens Extension and its extnValue; none of ours is critical. */
static void extension_open(struct der_writer *w, struct ca_bytes oid)
{
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, oid);
    der_open(w, DER_OCTET_STRING);
}

static void extension_close(struct der_writer *w)
{
    der_close(w);
    der_close(w);
}

static void reason_put(struct der_writer *w, int32_t reason)
{
    uint8_t octet = (uint8_t)reason;

    extension_open(w, reason_code_oid);
    der_put(w, DER_ENUMERATED, (struct ca_bytes){&octet, 1});
    extension_close(w);
}

static void invalidity_date_put(struct der_writer *w, int64_t at)
{
    extension_open(w, invalidity_date_oid);
    der_put_generalized_time(w, at);
    extension_close(w);
}

/* RFC 5280 5.3.1: unspecified is left out; 7 is not used; removeFromCRL is for deltas alone. */
static bool reason_known(int32_t reason)
{
    return reason >= -1 && reason <= 10 && reason != 7 && reason != 8;
}

CA_RC crl_entry_write(struct der_writer *w, const struct db_crl_entry *entry, struct ca_err *err)
{
    bool reason = entry->reason > 0;

    if (!reason_known(entry->reason))
        return CA_FAIL(err, CA_FAULT, "CRL reason %d", (int)entry->reason);
    if (entry->serial.len == 0 || entry->serial.len > DB_SERIAL_MAX)
        return CA_FAIL(err, CA_FAULT, "serial number of %zu octets", entry->serial.len);
    der_open(w, DER_SEQUENCE);
    der_put_unsigned(w, DER_INTEGER, entry->serial);
    der_put_time(w, entry->revoked_at);
    if (reason || entry->invalidity_date != 0) {
        der_open(w, DER_SEQUENCE);
        if (reason)
            reason_put(w, entry->reason);
        if (entry->invalidity_date != 0)
            invalidity_date_put(w, entry->invalidity_date);
        der_close(w);
    }
    der_close(w);
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

void crl_extensions_write(struct der_writer *w, const struct crl_head *head)
{
    der_open(w, DER_CONTEXT_0);
    der_open(w, DER_SEQUENCE);
    extension_open(w, authority_key_identifier_oid);
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_CONTEXT + 0, head->issuer->key_id);
    der_close(w);
    extension_close(w);
    extension_open(w, crl_number_oid);
    der_put_uint(w, (uint64_t)head->number);
    extension_close(w);
    der_close(w);
    der_close(w);
}
