/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/cert_internal.h"
#include "policy/oid.h"

/* clang-format off */
static const struct cert_extension_info infos[] = {
    [EXT_BASIC_CONSTRAINTS]        = {"basic_constraints",            CA_BYTES(0x55, 0x1d, 0x13)},
    [EXT_KEY_USAGE]                = {"key_usage",                    CA_BYTES(0x55, 0x1d, 0x0f)},
    [EXT_EXTENDED_KEY_USAGE]       = {"extended_key_usage",           CA_BYTES(0x55, 0x1d, 0x25)},
    [EXT_SUBJECT_ALT_NAME]         = {"subject_alt_name",             CA_BYTES(0x55, 0x1d, 0x11)},
    [EXT_SUBJECT_KEY_IDENTIFIER]   = {"subject_key_identifier",       CA_BYTES(0x55, 0x1d, 0x0e)},
    [EXT_AUTHORITY_KEY_IDENTIFIER] = {"authority_key_identifier",     CA_BYTES(0x55, 0x1d, 0x23)},
    [EXT_CRL_DISTRIBUTION_POINTS]  = {"crl_distribution_points",      CA_BYTES(0x55, 0x1d, 0x1f)},
    [EXT_FRESHEST_CRL]             = {"freshest_crl",                 CA_BYTES(0x55, 0x1d, 0x2e)},
    [EXT_AUTHORITY_INFO_ACCESS]    = {"authority_information_access",
        CA_BYTES(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01)},
    [EXT_CERTIFICATE_POLICIES]     = {"certificate_policies",         CA_BYTES(0x55, 0x1d, 0x20)},
    [EXT_NAME_CONSTRAINTS]         = {"name_constraints",             CA_BYTES(0x55, 0x1d, 0x1e)},
    [EXT_OCSP_NO_CHECK]            = {"ocsp_no_check",
        CA_BYTES(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x05)},
    [EXT_TLS_FEATURE]              = {"tls_feature",
        CA_BYTES(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x18)},
    [EXT_MICROSOFT_TEMPLATE]       = {"microsoft_template",
        CA_BYTES(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x15, 0x07)},
    [EXT_MICROSOFT_TEMPLATE_NAME]  = {"microsoft_template_name",
        CA_BYTES(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02)},
    [EXT_MICROSOFT_SID]            = {"microsoft_sid",
        CA_BYTES(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x19, 0x02)},
};
/* clang-format on */
_Static_assert(CA_COUNT(infos) == EXT__COUNT, "a row for each extension");

const struct cert_extension_info *cert_extension_info(enum cert_extension_kind kind)
{
    return &infos[kind];
}

bool extension_kind_find(struct ca_bytes oid, enum cert_extension_kind *ret)
{
    for (size_t i = 0; i < CA_COUNT(infos); i++) {
        if (ca_bytes_equal(infos[i].oid, oid)) {
            *ret = (enum cert_extension_kind)i;
            return true;
        }
    }
    return false;
}

const struct cert_extension *extensions_find(const struct cert_extension *extensions, size_t n,
                                             enum cert_extension_kind kind)
{
    for (size_t i = 0; i < n; i++) {
        if (ca_bytes_equal(extensions[i].oid, infos[kind].oid))
            return &extensions[i];
    }
    return NULL;
}

const struct cert_extension *cert_extension(const struct cert *cert, enum cert_extension_kind kind)
{
    return extensions_find(cert->extensions, cert->extension_n, kind);
}

/* Extension, RFC 5280 4.1. */
static CA_RC extension_take(struct ca_bytes *in, struct cert_extension *ret, struct ca_err *err)
{
    struct der seq;
    struct der part;

    CA_TRY(der_take(in, DER_SEQUENCE, &seq, err));
    CA_TRY(der_take(&seq.body, DER_OID, &part, err));
    ret->all = seq.all;
    ret->oid = part.body;
    ret->critical = false;
    if (!oid_is_valid(part.body))
        return CA_FAIL(err, CA_MALFORMED, "extension without a valid OID");
    if (der_next_is(seq.body, DER_BOOLEAN)) {
        CA_TRY(der_take_bool(&seq.body, &ret->critical, err));
        if (!ret->critical) /* X.690 11.5 */
            return CA_FAIL(err, CA_MALFORMED, "critical FALSE is written out, which is not DER");
    }
    CA_TRY(der_take(&seq.body, DER_OCTET_STRING, &part, err));
    ret->value = part.body;
    return der_done(seq.body, err);
}

CA_RC extensions_read(struct ca_bytes in, struct cert_extension ret[CERT_EXTENSIONS_MAX],
                      size_t *ret_n, struct ca_err *err)
{
    size_t n = 0;

    while (in.len > 0) {
        if (n == CERT_EXTENSIONS_MAX)
            return CA_FAIL(err, CA_MALFORMED, "more than %d extensions", CERT_EXTENSIONS_MAX);
        CA_TRY(extension_take(&in, &ret[n], err));
        for (size_t i = 0; i < n; i++) {
            if (ca_bytes_equal(ret[i].oid, ret[n].oid)) /* RFC 5280 4.2 */
                return CA_FAIL(err, CA_MALFORMED, "an extension stands there twice");
        }
        n++;
    }
    *ret_n = n;
    return CA_OK;
}

CA_RC basic_constraints_read(struct ca_bytes value, bool *ret_ca, int *ret_path_length,
                             struct ca_err *err)
{
    struct der seq;
    bool ca = false;
    uint64_t length = 0;
    int path_length = -1;

    CA_TRY(der_take(&value, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(value, err));
    if (der_next_is(seq.body, DER_BOOLEAN)) {
        CA_TRY(der_take_bool(&seq.body, &ca, err));
        if (!ca) /* X.690 11.5 */
            return CA_FAIL(err, CA_MALFORMED, "cA FALSE is written out, which is not DER");
    }
    if (ca && der_next_is(seq.body, DER_INTEGER)) {
        CA_TRY(der_take_uint(&seq.body, 255, &length, err));
        path_length = (int)length;
    }
    CA_TRY(der_done(seq.body, err));
    *ret_ca = ca;
    *ret_path_length = path_length;
    return CA_OK;
}

CA_RC key_usage_read(struct ca_bytes value, uint32_t *ret_bits, struct ca_err *err)
{
    struct der string;
    struct ca_bytes body;
    uint32_t bits = 0;

    CA_TRY(der_take(&value, DER_BIT_STRING, &string, err));
    CA_TRY(der_done(value, err));
    body = string.body;
    if (body.len < 2 || body.len > 3 || body.ptr[0] > 7)
        return CA_FAIL(err, CA_MALFORMED, "key usage has no bits or too many");
    /* X.690 11.2.2: the last bit that is written is set. */
    if ((body.ptr[body.len - 1] & ((2U << body.ptr[0]) - 1)) != 1U << body.ptr[0])
        return CA_FAIL(err, CA_MALFORMED, "key usage is not DER");
    for (unsigned i = 0; i < 8 * (body.len - 1); i++) {
        if ((body.ptr[1 + i / 8] & 0x80U >> i % 8) != 0)
            bits |= 1U << i;
    }
    *ret_bits = bits;
    return CA_OK;
}

CA_RC key_identifier_read(struct ca_bytes value, struct ca_bytes *ret, struct ca_err *err)
{
    struct der octets;

    CA_TRY(der_take(&value, DER_OCTET_STRING, &octets, err));
    CA_TRY(der_done(value, err));
    *ret = octets.body;
    return CA_OK;
}

/* Issuer and serial number, [1] and [2], are passed over. */
CA_RC authority_key_identifier_read(struct ca_bytes value, struct ca_bytes *ret, struct ca_err *err)
{
    struct der seq;
    struct der part;
    struct ca_bytes key_id = {0};
    unsigned last = DER_CONTEXT - 1;
    unsigned tag = 0;

    CA_TRY(der_take(&value, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(value, err));
    while (seq.body.len > 0) {
        CA_TRY(der_take_any(&seq.body, &tag, &part, err));
        tag &= ~0x20U;
        if (tag <= last || tag > DER_CONTEXT + 2)
            return CA_FAIL(err, CA_MALFORMED, "not an authority key identifier");
        if (tag == DER_CONTEXT)
            key_id = part.body;
        last = tag;
    }
    *ret = key_id;
    return CA_OK;
}

static CA_RC value_of(const struct cert *cert, enum cert_extension_kind kind, struct ca_bytes *ret,
                      struct ca_err *err)
{
    const struct cert_extension *ext = cert_extension(cert, kind);

    if (ext == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "certificate without %s", infos[kind].name);
    *ret = ext->value;
    return CA_OK;
}

CA_RC cert_basic_constraints(const struct cert *cert, bool *ret_ca, int *ret_path_length,
                             struct ca_err *err)
{
    struct ca_bytes value;

    CA_TRY(value_of(cert, EXT_BASIC_CONSTRAINTS, &value, err));
    return basic_constraints_read(value, ret_ca, ret_path_length, err);
}

CA_RC cert_key_usage(const struct cert *cert, uint32_t *ret_bits, struct ca_err *err)
{
    struct ca_bytes value;

    CA_TRY(value_of(cert, EXT_KEY_USAGE, &value, err));
    return key_usage_read(value, ret_bits, err);
}

CA_RC cert_subject_key_identifier(const struct cert *cert, struct ca_bytes *ret, struct ca_err *err)
{
    struct ca_bytes value;

    CA_TRY(value_of(cert, EXT_SUBJECT_KEY_IDENTIFIER, &value, err));
    return key_identifier_read(value, ret, err);
}

CA_RC cert_authority_key_identifier(const struct cert *cert, struct ca_bytes *ret,
                                    struct ca_err *err)
{
    struct ca_bytes value;

    CA_TRY(value_of(cert, EXT_AUTHORITY_KEY_IDENTIFIER, &value, err));
    return authority_key_identifier_read(value, ret, err);
}
