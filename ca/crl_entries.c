/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "base/time.h"
#include "ca/crl_file_internal.h"
#include "ca/crl_reader_internal.h"

/* The extensions that our CRLs have, by the last arc of id-ce (RFC 5280 5.2, 5.3). */
enum {
    CE_CRL_NUMBER = 20,
    CE_REASON_CODE = 21,
    CE_INVALIDITY_DATE = 24,
    CE_DELTA_INDICATOR = 27,
    CE_ISSUING_POINT = 28,
    CE_AKI = 35,
    CE_FRESHEST_CRL = 46,
};

/* One Extension; *ret is the content of extnValue. Critical are those that change what the list
 * covers (RFC 5280 5.2.4, 5.2.5). */
static CA_RC extension_take(struct ca_bytes *in, uint8_t *ret_arc, struct ca_bytes *ret,
                            struct ca_err *err)
{
    bool critical = false;
    struct der extension;
    struct der oid;
    struct der value;

    CA_TRY(der_take(in, DER_SEQUENCE, &extension, err));
    CA_TRY(der_take(&extension.body, DER_OID, &oid, err));
    if (der_next_is(extension.body, DER_BOOLEAN))
        CA_TRY(der_take_bool(&extension.body, &critical, err));
    CA_TRY(der_take(&extension.body, DER_OCTET_STRING, &value, err));
    CA_TRY(der_done(extension.body, err));
    if (oid.body.len != 3 || oid.body.ptr[0] != 0x55 || oid.body.ptr[1] != 0x1d)
        return CA_FAIL(err, CA_DENIED, "an extension that our CRLs do not have");
    *ret_arc = oid.body.ptr[2];
    if (critical != (*ret_arc == CE_DELTA_INDICATOR || *ret_arc == CE_ISSUING_POINT)) {
        return CA_FAIL(err, CA_DENIED, "extension 2.5.29.%d %s critical", *ret_arc,
                       critical ? "is" : "is not");
    }
    *ret = value.body;
    return CA_OK;
}

/* CRLReason: not unspecified (5.3.1), not 7, no removeFromCRL outside a delta. */
static CA_RC reason_check(struct ca_bytes value, bool delta, struct ca_err *err)
{
    struct der v;

    CA_TRY(der_take(&value, DER_ENUMERATED, &v, err));
    CA_TRY(der_done(value, err));
    if (v.body.len != 1 || v.body.ptr[0] < 1 || v.body.ptr[0] > 10 || v.body.ptr[0] == 7 ||
        (v.body.ptr[0] == 8 && !delta))
        return CA_FAIL(err, CA_DENIED, "a reason that a CRL does not have");
    return CA_OK;
}

/* YYYYMMDDHHMMSSZ in every year (5.3.2), unlike the other times. */
static CA_RC invalidity_date_check(struct ca_bytes value, struct ca_err *err)
{
    int part[7];
    struct ca_civil c;
    struct der v;
    int64_t at;

    CA_TRY(der_take(&value, DER_GENERALIZED_TIME, &v, err));
    CA_TRY(der_done(value, err));
    if (v.body.len != 15 || v.body.ptr[14] != 'Z')
        return CA_FAIL(err, CA_MALFORMED, "invalidityDate is not a time");
    for (size_t i = 0; i < 14; i++) {
        if (v.body.ptr[i] < '0' || v.body.ptr[i] > '9')
            return CA_FAIL(err, CA_MALFORMED, "invalidityDate is not a time");
    }
    for (size_t i = 0; i < 7; i++)
        part[i] = (v.body.ptr[2 * i] - '0') * 10 + (v.body.ptr[2 * i + 1] - '0');
    c = (struct ca_civil){part[0] * 100 + part[1], part[2], part[3], part[4], part[5], part[6]};
    if (!ca_civil_to_time(&c, &at))
        return CA_FAIL(err, CA_MALFORMED, "invalidityDate is not a time");
    return CA_OK;
}

/* crlEntryExtensions: reasonCode, invalidityDate, each at most once and in this order. */
static CA_RC entry_extensions_check(struct ca_bytes in, bool delta, struct ca_err *err)
{
    struct ca_bytes value;
    uint8_t arc;
    uint8_t last = 0;

    if (in.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "crlEntryExtensions is there and empty");
    while (in.len > 0) {
        CA_TRY(extension_take(&in, &arc, &value, err));
        if (arc <= last || (arc != CE_REASON_CODE && arc != CE_INVALIDITY_DATE))
            return CA_FAIL(err, CA_DENIED, "an entry extension that our CRLs do not have");
        CA_TRY(arc == CE_REASON_CODE ? reason_check(value, delta, err)
                                     : invalidity_date_check(value, err));
        last = arc;
    }
    return CA_OK;
}

static CA_RC serial_check(struct crl_entries *e, struct ca_bytes serial, struct ca_err *err)
{
    size_t both = serial.len < e->serial_len ? serial.len : e->serial_len;
    char text[2 * DB_SERIAL_MAX + 1];
    int order;

    if (serial.len > DB_SERIAL_MAX || (serial.len == 1 && serial.ptr[0] == 0)) {
        return CA_FAIL(err, CA_DENIED, "serial number of entry %jd is 0 or longer than %d octets",
                       (intmax_t)e->count, DB_SERIAL_MAX);
    }
    order = memcmp(serial.ptr, e->serial, both);
    if (order == 0 && serial.len == e->serial_len)
        return CA_FAIL(err, CA_DENIED, "serial number %s is there twice", ca_hex(serial, text));
    if (order < 0 || (order == 0 && serial.len < e->serial_len))
        return CA_FAIL(err, CA_DENIED, "serial number %s is out of order", ca_hex(serial, text));
    memcpy(e->serial, serial.ptr, serial.len);
    e->serial_len = serial.len;
    return CA_OK;
}

CA_RC crl_entries_check(struct crl_entries *e, struct ca_bytes entry, struct ca_err *err)
{
    struct ca_bytes serial;
    struct der seq;
    struct der extensions;
    int64_t at;

    CA_TRY(der_take(&entry, DER_SEQUENCE, &seq, err));
    CA_TRY(der_take_unsigned(&seq.body, &serial, err));
    CA_TRY(serial_check(e, serial, err));
    CA_TRY(der_take_time(&seq.body, &at, err));
    if (seq.body.len > 0) {
        CA_TRY(der_take(&seq.body, DER_SEQUENCE, &extensions, err));
        CA_TRY(der_done(seq.body, err));
        CA_TRY(entry_extensions_check(extensions.body, e->delta, err));
    }
    e->count++;
    return CA_OK;
}

static CA_RC key_id_check(struct ca_bytes value, struct ca_bytes key_id, struct ca_err *err)
{
    struct der seq;
    struct der id;

    CA_TRY(der_take(&value, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(value, err));
    CA_TRY(der_take(&seq.body, DER_CONTEXT + 0, &id, err));
    CA_TRY(der_done(seq.body, err));
    if (!ca_bytes_equal(id.body, key_id))
        return CA_FAIL(err, CA_DENIED, "authorityKeyIdentifier is not the authority's key");
    return CA_OK;
}

static CA_RC number_check(struct ca_bytes value, const char *name, int64_t number,
                          struct ca_err *err)
{
    uint64_t v;

    CA_TRY(der_take_uint(&value, INT64_MAX, &v, err));
    CA_TRY(der_done(value, err));
    if (v != (uint64_t)number)
        return CA_FAIL(err, CA_DENIED, "%s is %jd, not %jd", name, (intmax_t)v, (intmax_t)number);
    return CA_OK;
}

/* DistributionPointName with one address: fullName (RFC 5280 4.2.1.13). */
static CA_RC point_check(struct ca_bytes in, const char *url, struct ca_err *err)
{
    struct der point;
    struct der names;
    struct der uri;

    CA_TRY(der_take(&in, DER_CONTEXT_0, &point, err));
    CA_TRY(der_done(in, err));
    CA_TRY(der_take(&point.body, DER_CONTEXT_0, &names, err));
    CA_TRY(der_done(point.body, err));
    CA_TRY(der_take(&names.body, DER_CONTEXT + 6, &uri, err));
    CA_TRY(der_done(names.body, err));
    if (!ca_bytes_is_str(uri.body, url))
        return CA_FAIL(err, CA_DENIED, "a distribution point is not %.200s", url);
    return CA_OK;
}

static CA_RC delta_check(struct ca_bytes value, const struct crl_head *want, struct ca_err *err)
{
    return number_check(value, "BaseCRLNumber", want->base, err);
}

static CA_RC issuing_point_check(struct ca_bytes value, const struct crl_head *want,
                                 struct ca_err *err)
{
    struct der seq;

    CA_TRY(der_take(&value, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(value, err));
    return point_check(seq.body, want->point, err);
}

static CA_RC freshest_check(struct ca_bytes value, const struct crl_head *want, struct ca_err *err)
{
    struct der seq;
    struct der point;

    CA_TRY(der_take(&value, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(value, err));
    CA_TRY(der_take(&seq.body, DER_SEQUENCE, &point, err));
    CA_TRY(der_done(seq.body, err));
    return point_check(point.body, want->freshest, err);
}

/* Those that are there when they are wanted and not otherwise, in this order. */
static CA_RC scope_check(struct ca_bytes in, const struct crl_head *want, struct ca_err *err)
{
    const struct {
        bool wanted;
        uint8_t arc;
        CA_RC (*check)(struct ca_bytes value, const struct crl_head *want, struct ca_err *err);
        const char *name;
    } rows[] = {
        {want->base != 0,        CE_DELTA_INDICATOR, delta_check,         "deltaCRLIndicator"       },
        {want->point != NULL,    CE_ISSUING_POINT,   issuing_point_check, "issuingDistributionPoint"},
        {want->freshest != NULL, CE_FRESHEST_CRL,    freshest_check,      "freshestCRL"             },
    };

    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        struct ca_bytes value;
        uint8_t arc;

        if (!rows[i].wanted)
            continue;
        CA_TRY(extension_take(&in, &arc, &value, err));
        if (arc != rows[i].arc)
            return CA_FAIL(err, CA_DENIED, "no %s", rows[i].name);
        CA_TRY(rows[i].check(value, want, err));
    }
    return der_done(in, err);
}

CA_RC crl_extensions_check(struct ca_bytes all, struct ca_bytes key_id, const struct crl_head *want,
                           struct ca_err *err)
{
    struct der outer;
    struct der seq;
    struct ca_bytes value;
    uint8_t arc;

    CA_TRY(der_take(&all, DER_CONTEXT_0, &outer, err));
    CA_TRY(der_take(&outer.body, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(outer.body, err));
    CA_TRY(extension_take(&seq.body, &arc, &value, err));
    if (arc != CE_AKI)
        return CA_FAIL(err, CA_DENIED, "no authorityKeyIdentifier");
    CA_TRY(key_id_check(value, key_id, err));
    CA_TRY(extension_take(&seq.body, &arc, &value, err));
    if (arc != CE_CRL_NUMBER)
        return CA_FAIL(err, CA_DENIED, "no CRLNumber");
    CA_TRY(number_check(value, "CRLNumber", want->number, err));
    return scope_check(seq.body, want, err);
}
