/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/ocsp_internal.h"

static CA_RC key_hash(struct ca_bytes spki, uint8_t ret[SPKI_KEY_ID_LEN], struct ca_err *err)
{
    struct spki_info info;

    CA_TRY(spki_read(spki, &info, err));
    return spki_key_id(info.key, ret, err);
}

CA_RC ocsp_signer_take(struct signer *s, const struct authority *a, struct ocsp_loan *ret,
                       struct ca_err *err)
{
    struct ocsp_loan loan = {
        .signer = {.key = a->key,
                   .signature = a->signature,
                   .public_key = a->public_key,
                   .not_after = a->cert.not_after}
    };

    (void)s;
    CA_TRY(authority_online(a, err));
    CA_TRY(key_hash(a->cert.spki, loan.signer.key_hash, err));
    *ret = loan;
    return CA_OK;
}

void ocsp_signer_give(struct ocsp_loan loan)
{
    (void)loan;
}
