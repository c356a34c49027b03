/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "base/time.h"
#include "policy/lint_internal.h"

/* The fields of a TBSCertificate (RFC 5280 4.1.2) but names, key and extensions. */

enum { SERIAL_MAX = 20, SERIAL_ENTROPY = 8 }; /* octets */

static bool could_be_read(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return (c->kinds & LINT_KIND_READ) != 0;
}

static bool is_version_3(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return c->version_3;
}

static bool serial_positive(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return (c->serial.ptr[0] & 0x80U) == 0;
}

static bool serial_not_zero(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    for (size_t i = 0; i < c->serial.len; i++) {
        if (c->serial.ptr[i] != 0)
            return true;
    }
    return false;
}

/* The octets of the INTEGER count, the zero in front of a high bit too. */
static bool serial_at_most(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return c->serial.len <= (size_t)arg;
}

static bool serial_at_least(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return c->serial.len >= (size_t)arg;
}

/* X.690 8.3.2: the first nine bits are neither all ones nor all zeros. */
static bool serial_shortest(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const uint8_t *p = c->serial.ptr;

    (void)arg;
    (void)ret_value;
    return c->serial.len < 2 || !((p[0] == 0 && p[1] < 0x80) || (p[0] == 0xff && p[1] >= 0x80));
}

/* The AlgorithmIdentifier of the signature, as OID and the parameters after it. */
static bool algorithm_parts(const struct lint_case *c, struct ca_bytes *ret_oid,
                            struct ca_bytes *ret_parameters)
{
    struct ca_bytes in;
    unsigned tag = 0;

    if (!lint_only(c->algorithm, DER_SEQUENCE, &in) || !lint_take(&in, &tag, ret_oid) ||
        tag != DER_OID)
        return false;
    *ret_parameters = in;
    return true;
}

static bool begins(struct ca_bytes oid, struct ca_bytes with)
{
    return oid.len > with.len && ca_bytes_equal((struct ca_bytes){oid.ptr, with.len}, with);
}

static const struct ca_bytes pkcs1 = CA_BYTES(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01);
static const struct ca_bytes ecdsa = CA_BYTES(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04);
static const struct ca_bytes ed25519 = CA_BYTES(0x2b, 0x65, 0x70);
static const struct ca_bytes null = CA_BYTES(0x05, 0x00);

/* PKCS #1 signatures have NULL, but for PSS, whose parameters say the digests; ECDSA and Ed25519
 * have none. */
static bool signature_parameters(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    enum { PSS = 10 };
    struct ca_bytes oid;
    struct ca_bytes parameters;

    (void)arg;
    *ret_value = c->algorithm;
    if (!algorithm_parts(c, &oid, &parameters))
        return false;
    if (begins(oid, pkcs1))
        return (oid.ptr[oid.len - 1] == PSS) != ca_bytes_equal(parameters, null);
    return (!begins(oid, ecdsa) && !ca_bytes_equal(oid, ed25519)) || parameters.len == 0;
}

static bool signature_not_weak(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    enum ca_signature kind;

    (void)arg;
    if (!ca_signature_find(c->algorithm, &kind))
        return true;
    *ret_value = ca_bytes_str(ca_signature_info(kind)->name);
    return !ca_signature_info(kind)->weak;
}

static bool issuer_not_empty(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return !c->issuer_name.ok || c->issuer_name.n > 0;
}

/* Each of the two times. */
static bool each_time(const struct lint_case *c, bool (*fits)(const struct lint_time *t),
                      struct ca_bytes *ret_value)
{
    *ret_value = c->not_before.text;
    if (!fits(&c->not_before))
        return false;
    *ret_value = c->not_after.text;
    return fits(&c->not_after);
}

static bool is_generalized(const struct lint_time *t)
{
    return t->tag == DER_GENERALIZED_TIME;
}

static bool has_fraction(const struct lint_time *t)
{
    return t->text.len > 0 && (memchr(t->text.ptr, '.', t->text.len) != NULL ||
                               memchr(t->text.ptr, ',', t->text.len) != NULL);
}

static bool time_zulu(const struct lint_time *t)
{
    return t->text.len > 0 && t->text.ptr[t->text.len - 1] == 'Z';
}

static bool time_seconds(const struct lint_time *t)
{
    size_t at = is_generalized(t) ? 12 : 10;

    return t->text.len >= at + 2 && t->text.ptr[at] >= '0' && t->text.ptr[at] <= '5' &&
           t->text.ptr[at + 1] >= '0' && t->text.ptr[at + 1] <= '9';
}

static bool time_no_fraction(const struct lint_time *t)
{
    return !has_fraction(t);
}

static bool time_known(const struct lint_time *t)
{
    return t->known;
}

static bool time_type(const struct lint_time *t)
{
    struct ca_civil civil;

    if (!t->known)
        return true;
    ca_time_to_civil(t->at, &civil);
    return is_generalized(t) == (civil.year >= 2050 || civil.year < 1950);
}

enum { TIME_TYPE, TIME_ZULU, TIME_SECONDS, TIME_FRACTION, TIME_KNOWN };

static bool times(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    static bool (*const fits[])(const struct lint_time *t) = {
        [TIME_TYPE] = time_type,       [TIME_ZULU] = time_zulu,
        [TIME_SECONDS] = time_seconds, [TIME_FRACTION] = time_no_fraction,
        [TIME_KNOWN] = time_known,
    };

    return each_time(c, fits[arg], ret_value);
}

static bool times_in_order(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    *ret_value = c->not_after.text;
    return !c->not_before.known || !c->not_after.known || c->not_before.at <= c->not_after.at;
}

static bool no_unique_ids(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return !c->unique_ids;
}

/* clang-format off */
static const struct lint lints[] = {
    {{"x690.structure", "X.690 10; RFC 5280 4.1", "the certificate must be a TBSCertificate in DER", LINT_ERROR},
     "/tbs", 0, could_be_read, 0},
    {{"rfc5280.version.v3", "RFC 5280 4.1.2.1", "the version must be 3", LINT_ERROR},
     "/tbs/version", LINT_KIND_READ, is_version_3, 0},
    {{"rfc5280.serial_number.positive", "RFC 5280 4.1.2.2", "the serial number must not be negative", LINT_ERROR},
     "/tbs/serial_number", LINT_KIND_READ, serial_positive, 0},
    {{"rfc5280.serial_number.not_zero", "RFC 5280 4.1.2.2", "the serial number must not be zero", LINT_ERROR},
     "/tbs/serial_number", LINT_KIND_READ, serial_not_zero, 0},
    {{"rfc5280.serial_number.length", "RFC 5280 4.1.2.2", "the serial number must have at most 20 octets", LINT_ERROR},
     "/tbs/serial_number", LINT_KIND_READ, serial_at_most, SERIAL_MAX},
    {{"x690.serial_number.shortest_form", "X.690 8.3.2", "the serial number must be in its shortest form", LINT_ERROR},
     "/tbs/serial_number", LINT_KIND_READ, serial_shortest, 0},
    {{"cabf.br.serial_number.entropy", "CA/B BR 7.1", "the serial number should have 64 random bits or more", LINT_WARNING},
     "/tbs/serial_number", LINT_KIND_READ, serial_at_least, SERIAL_ENTROPY},
    {{"rfc5280.signature.parameters", "RFC 4055 5; RFC 5758 3.2; RFC 8410 3",
      "the parameters of the signature algorithm must be NULL for PKCS #1 and absent for ECDSA and Ed25519", LINT_ERROR},
     "/tbs/signature", LINT_KIND_READ, signature_parameters, 0},
    {{"cabf.br.signature.digest", "CA/B BR 7.1.3.2", "the signature should not use SHA-1 or MD5", LINT_WARNING},
     "/tbs/signature", LINT_KIND_READ, signature_not_weak, 0},
    {{"rfc5280.issuer.not_empty", "RFC 5280 4.1.2.4", "the issuer must not be empty", LINT_ERROR},
     "/tbs/issuer", LINT_KIND_READ, issuer_not_empty, 0},
    {{"rfc5280.validity.encoding", "RFC 5280 4.1.2.5", "dates to 2049 must be UTCTime, later ones GeneralizedTime", LINT_ERROR},
     "/tbs/validity", LINT_KIND_READ, times, TIME_TYPE},
    {{"rfc5280.validity.zulu", "RFC 5280 4.1.2.5", "dates must end with Z", LINT_ERROR},
     "/tbs/validity", LINT_KIND_READ, times, TIME_ZULU},
    {{"rfc5280.validity.seconds", "RFC 5280 4.1.2.5", "dates must include seconds", LINT_ERROR},
     "/tbs/validity", LINT_KIND_READ, times, TIME_SECONDS},
    {{"rfc5280.validity.fraction", "RFC 5280 4.1.2.5.2", "dates must not have fractions of a second", LINT_ERROR},
     "/tbs/validity", LINT_KIND_READ, times, TIME_FRACTION},
    {{"rfc5280.validity.moment", "RFC 5280 4.1.2.5", "dates must be moments of the calendar", LINT_ERROR},
     "/tbs/validity", LINT_KIND_READ, times, TIME_KNOWN},
    {{"rfc5280.validity.order", "RFC 5280 4.1.2.5", "notAfter must not lie before notBefore", LINT_ERROR},
     "/tbs/validity/not_after", LINT_KIND_READ, times_in_order, 0},
    {{"rfc5280.unique_identifiers.absent", "RFC 5280 4.1.2.8", "unique identifiers must be absent", LINT_ERROR},
     "/tbs/unique_identifiers", LINT_KIND_READ, no_unique_ids, 0},
};
/* clang-format on */
const struct lint_group lint_group_tbs = {lints, CA_COUNT(lints)};
