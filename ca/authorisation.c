/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/authorisation_internal.h"

#include "base/der.h"
#include "base/der_write.h"
#include "base/digest.h"
#include "policy/signature.h"
#include "policy/spki.h"

struct authorisation {
    int64_t authority_id;
    enum ca_signature signature; /* that the bytes say; the verdict on them has allowed it */
    uint8_t tbs_sha256[CA_SHA256_LEN];
};

const char *verdict_reason(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->finding_n; i++) {
        if (verdict->findings[i].refuses)
            return verdict->findings[i].text;
    }
    return "the profile does not issue this";
}

/* TBSCertificate: [0] version, serialNumber, signature (RFC 5280 4.1.2). */
static CA_RC signature_read(struct ca_bytes tbs, enum ca_signature *ret, struct ca_err *err)
{
    struct der all;
    struct der part;

    CA_TRY(der_take(&tbs, DER_SEQUENCE, &all, err));
    CA_TRY(der_take(&all.body, DER_CONTEXT_0, &part, err));
    CA_TRY(der_take(&all.body, DER_INTEGER, &part, err));
    CA_TRY(der_take(&all.body, DER_SEQUENCE, &part, err));
    if (!ca_signature_find(part.all, ret))
        return CA_FAIL(err, CA_FAULT, "the authorised bytes name no signature");
    return CA_OK;
}

/* Others agreed to the plan of this verdict, and to no other. */
static CA_RC consent_check(const struct verdict *verdict, const struct consent *consent,
                           struct ca_err *err)
{
    if (consent == NULL || verdict->plan == NULL ||
        !ca_bytes_equal(consent_digest(consent), plan_digest(verdict->plan))) {
        return CA_FAIL_AS(err, CA_DENIED, "consent-void",
                          "nothing is signed without the consent that the profile wants");
    }
    return CA_OK;
}

static CA_RC verdicts_check(const struct authorisation_ask *ask, struct ca_err *err)
{
    if (ask->tbs->outcome != OUTCOME_ISSUE)
        return CA_FAIL_AS(err, CA_DENIED, "policy", "%s", verdict_reason(ask->tbs));
    if (ask->request->outcome == OUTCOME_WAIT)
        return consent_check(ask->request, ask->consent, err);
    if (ask->request->outcome != OUTCOME_ISSUE)
        return CA_FAIL_AS(err, CA_DENIED, "policy", "%s", verdict_reason(ask->request));
    return CA_OK;
}

CA_RC authorisation_make(const struct authorisation_ask *ask, struct authorisation **ret,
                         struct ca_err *err)
{
    CA_AUTO(authorisation) struct authorisation *a = NULL;

    CA_TRY(verdicts_check(ask, err));
    a = calloc(1, sizeof(*a));
    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    a->authority_id = ask->authority->id;
    CA_TRY(signature_read(ask->bytes, &a->signature, err));
    CA_TRY(ca_sha256(ask->bytes, a->tbs_sha256, err));
    *ret = CA_MOVE(a);
    return CA_OK;
}

void authorisation_free(struct authorisation *a)
{
    free(a);
}

static CA_RC authorisation_check(const struct authorisation *a, const struct authority *authority,
                                 struct ca_bytes tbs, struct ca_err *err)
{
    uint8_t sha256[CA_SHA256_LEN];

    CA_TRY(ca_sha256(tbs, sha256, err));
    if (a->authority_id != authority->id || memcmp(a->tbs_sha256, sha256, sizeof(sha256)) != 0)
        return CA_FAIL(err, CA_FAULT, "these bytes are not the ones that were authorised");
    return CA_OK;
}

/* Certificate (RFC 5280 4.1): tbsCertificate, signatureAlgorithm, signatureValue. */
static CA_RC certificate_write(struct ca_bytes tbs, enum ca_signature signature,
                               struct ca_bytes octets, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer w = {0};

    der_open(&w, DER_SEQUENCE);
    der_put_raw(&w, tbs);
    der_put_raw(&w, ca_signature_info(signature)->algorithm);
    der_put_bits(&w, octets);
    der_close(&w);
    CA_TRY(der_writer_check(&w, err));
    ca_buf_bytes(ret, der_writer_view(&w));
    return ca_buf_check(ret, err);
}

CA_RC certificate_sign(const struct authority *authority, const struct authorisation *a,
                       struct ca_bytes tbs, struct ca_buf *ret, struct ca_err *err)
{
    const struct ca_signature_info *info = ca_signature_info(a->signature);
    unsigned weak = signature_digest(a->signature) & DIGESTS_WEAK; /* a legacy profile's wish */
    CA_AUTO(buf) struct ca_buf signature = {0};
    struct ca_err why = {0};

    CA_TRY(authorisation_check(a, authority, tbs, err));
    CA_TRY(authority_online(authority, err));
    if (hsm_sign(authority->key, a->signature, tbs, &signature, &why) != CA_OK)
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "token-failed", "%s", why.text);
    if (spki_verify_legacy(authority->public_key, info->algorithm, tbs, ca_buf_view(&signature),
                           weak, &why) != CA_OK) {
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "bad-signature",
                          "the token's signature does not verify: %s", why.text);
    }
    return certificate_write(tbs, a->signature, ca_buf_view(&signature), ret, err);
}
