/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cert_outline.h"

#include "base/der.h"

CA_RC cert_outline_read(struct ca_bytes der, struct cert_outline *ret, struct ca_err *err)
{
    struct der all;
    struct der tbs;
    struct der part;
    struct der serial;
    struct der issuer;
    struct der spki;

    CA_TRY(der_take(&der, DER_SEQUENCE, &all, err));
    CA_TRY(der_done(der, err));
    CA_TRY(der_take(&all.body, DER_SEQUENCE, &tbs, err));
    if (der_next_is(tbs.body, DER_CONTEXT_0))
        CA_TRY(der_take(&tbs.body, DER_CONTEXT_0, &part, err));
    CA_TRY(der_take(&tbs.body, DER_INTEGER, &serial, err));
    CA_TRY(der_take(&tbs.body, DER_SEQUENCE, &part, err)); /* signature */
    CA_TRY(der_take(&tbs.body, DER_SEQUENCE, &issuer, err));
    CA_TRY(der_take(&tbs.body, DER_SEQUENCE, &part, err)); /* validity */
    CA_TRY(der_take(&tbs.body, DER_SEQUENCE, &part, err)); /* subject */
    CA_TRY(der_take(&tbs.body, DER_SEQUENCE, &spki, err));
    *ret = (struct cert_outline){serial.all, issuer.all, spki.all, all.body};
    return CA_OK;
}
