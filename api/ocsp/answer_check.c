/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/ocsp/answer.h"
#include "base/der.h"
#include "base/time.h"

/* id-pkix-ocsp-basic, RFC 6960 4.2.1 */
static const struct ca_bytes basic_oid =
    CA_BYTES(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01);

/* The content of BasicOCSPResponse's tbsResponseData. */
static CA_RC data_find(struct ca_bytes der, struct ca_bytes *ret, struct ca_err *err)
{
    struct der response;
    struct der part;
    struct der basic;

    CA_TRY(der_take(&der, DER_SEQUENCE, &response, err));
    CA_TRY(der_done(der, err));
    CA_TRY(der_take(&response.body, DER_ENUMERATED, &part, err));
    if (part.body.len != 1 || part.body.ptr[0] != 0)
        return CA_FAIL(err, CA_MALFORMED, "not a successful response");
    CA_TRY(der_take(&response.body, DER_CONTEXT_0, &part, err));
    CA_TRY(der_done(response.body, err));
    CA_TRY(der_take(&part.body, DER_SEQUENCE, &response, err));
    CA_TRY(der_take(&response.body, DER_OID, &part, err));
    if (!ca_bytes_equal(part.body, basic_oid))
        return CA_FAIL(err, CA_MALFORMED, "not a basic response");
    CA_TRY(der_take(&response.body, DER_OCTET_STRING, &part, err));
    CA_TRY(der_done(response.body, err));
    CA_TRY(der_take(&part.body, DER_SEQUENCE, &basic, err));
    CA_TRY(der_done(part.body, err));
    CA_TRY(der_take(&basic.body, DER_SEQUENCE, &part, err));
    *ret = part.body;
    return CA_OK;
}

/* The only SingleResponse of it. */
static CA_RC single_find(struct ca_bytes data, struct ca_bytes *ret, struct ca_err *err)
{
    struct der part;
    struct der single;
    unsigned tag;

    if (der_next_is(data, DER_CONTEXT_0))
        CA_TRY(der_take(&data, DER_CONTEXT_0, &part, err)); /* version */
    CA_TRY(der_take_any(&data, &tag, &part, err));          /* responderID */
    CA_TRY(der_take(&data, DER_GENERALIZED_TIME, &part, err));
    CA_TRY(der_take(&data, DER_SEQUENCE, &part, err));
    CA_TRY(der_take(&part.body, DER_SEQUENCE, &single, err));
    CA_TRY(der_done(part.body, err));
    *ret = single.body;
    return CA_OK;
}

static CA_RC serial_compare(struct ca_bytes *single, struct ca_bytes serial, struct ca_err *err)
{
    struct der id;
    struct der part;

    CA_TRY(der_take(single, DER_SEQUENCE, &id, err));
    CA_TRY(der_take(&id.body, DER_SEQUENCE, &part, err));
    CA_TRY(der_take(&id.body, DER_OCTET_STRING, &part, err));
    CA_TRY(der_take(&id.body, DER_OCTET_STRING, &part, err));
    CA_TRY(der_take(&id.body, DER_INTEGER, &part, err));
    if (!ca_bytes_equal(part.body, serial))
        return CA_FAIL(err, CA_MALFORMED, "another serial number");
    return der_done(id.body, err);
}

/* GeneralizedTime (RFC 6960 4.2.2.1), whatever the year. */
static CA_RC time_compare(struct ca_bytes *in, int64_t at, struct ca_err *err)
{
    char text[80];
    struct ca_civil c;
    struct der part;

    ca_time_to_civil(at, &c);
    (void)snprintf(text, sizeof(text), "%04d%02d%02d%02d%02d%02dZ", c.year, c.month, c.day, c.hour,
                   c.minute, c.second);
    CA_TRY(der_take(in, DER_GENERALIZED_TIME, &part, err));
    if (!ca_bytes_is_str(part.body, text))
        return CA_FAIL(err, CA_MALFORMED, "another time than %s", text);
    return CA_OK;
}

CA_RC ocsp_said_check(struct ca_bytes der, const struct ocsp_said *said, struct ca_err *err)
{
    static const unsigned tags[OCSP__COUNT] = {
        [OCSP_GOOD] = DER_CONTEXT,
        [OCSP_REVOKED] = DER_CONTEXT_0 + 1,
        [OCSP_UNKNOWN] = DER_CONTEXT + 2,
    };
    struct ca_bytes data;
    struct ca_bytes single;
    struct der part;

    CA_TRY(data_find(der, &data, err));
    CA_TRY(single_find(data, &single, err));
    CA_TRY(serial_compare(&single, said->serial, err));
    CA_TRY(der_take(&single, tags[said->status], &part, err));
    CA_TRY(time_compare(&single, said->this_update, err));
    CA_TRY(der_take(&single, DER_CONTEXT_0, &part, err));
    return time_compare(&part.body, said->next_update, err);
}
