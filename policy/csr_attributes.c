/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/cert_internal.h"
#include "policy/csr_internal.h"

enum { ATTRIBUTES_MAX = 32 };

/* ExtensionRequest, RFC 2985 5.4.2; an empty list is what some tools send for "none". */
static CA_RC extension_request_read(struct ca_bytes values, struct csr_requested *ret,
                                    struct ca_err *err)
{
    struct der seq;

    CA_TRY(der_take(&values, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(values, err));
    return extensions_read(seq.body, ret->extensions, &ret->extension_n, err);
}

static CA_RC challenge_password_read(struct ca_bytes values, struct csr_requested *ret,
                                     struct ca_err *err)
{
    struct der string;

    CA_TRY(der_take_any(&values, &ret->challenge_password_tag, &string, err));
    CA_TRY(der_done(values, err));
    ret->challenge_password = string.body;
    return CA_OK;
}

/* What has no row (Microsoft's OS version and enrolment attributes, friendlyName, …) is no reason
 * to refuse, and never copied. */
static const struct attribute_reader {
    struct ca_bytes oid;
    enum ca_rc (*read)(struct ca_bytes values, struct csr_requested *ret, struct ca_err *err);
} readers[] = {
    {CA_BYTES(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e), extension_request_read },
    {CA_BYTES(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07), challenge_password_read},
};

static CA_RC values_read(struct ca_bytes oid, struct ca_bytes values, struct csr_requested *ret,
                         struct ca_err *err)
{
    struct der value;
    unsigned tag = 0;

    for (size_t i = 0; i < CA_COUNT(readers); i++) {
        if (ca_bytes_equal(readers[i].oid, oid))
            return readers[i].read(values, ret, err);
    }
    while (values.len > 0)
        CA_TRY(der_take_any(&values, &tag, &value, err));
    return CA_OK;
}

CA_RC csr_attributes_read(struct ca_bytes in, struct csr_requested *ret, struct ca_err *err)
{
    struct ca_bytes seen[ATTRIBUTES_MAX];
    size_t n = 0;

    while (in.len > 0) {
        struct der attribute;
        struct der oid;
        struct der values;

        CA_TRY(der_take(&in, DER_SEQUENCE, &attribute, err));
        CA_TRY(der_take(&attribute.body, DER_OID, &oid, err));
        CA_TRY(der_take(&attribute.body, DER_SET, &values, err));
        CA_TRY(der_done(attribute.body, err));
        if (n == ATTRIBUTES_MAX)
            return CA_FAIL(err, CA_MALFORMED, "more than %d attributes", ATTRIBUTES_MAX);
        for (size_t i = 0; i < n; i++) {
            if (ca_bytes_equal(seen[i], oid.body))
                return CA_FAIL(err, CA_MALFORMED, "an attribute stands there twice");
        }
        seen[n++] = oid.body;
        CA_TRY(values_read(oid.body, values.body, ret, err));
    }
    return CA_OK;
}
