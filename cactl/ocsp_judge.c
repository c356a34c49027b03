/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "base/time.h"
#include "cactl/ocsp.h"

enum { SLACK_S = 300 };

CA_AUTO_DEFINE(x509_store, X509_STORE *, X509_STORE_free);

/* Signature, and that the signer is the authority or somebody to whom it delegated that (RFC 6960
 * 4.2.2.2). */
static CA_RC signature_check(const struct ocsp_talk *t, struct ca_err *err)
{
    CA_AUTO(x509_store) X509_STORE *store = X509_STORE_new();
    int n = sk_X509_num(t->chain);

    if (store == NULL)
        return CA_FAIL_NOMEM(err);
    /* The whole chain came from the server that we trust, also where its root is elsewhere. */
    (void)X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    for (int i = 0; i < n; i++) {
        if (X509_STORE_add_cert(store, sk_X509_value(t->chain, i)) != 1)
            return CA_FAIL_OSSL(err, CA_FAULT, "no store");
    }
    if (OCSP_basic_verify(t->basic, t->chain, store, 0) != 1)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "the answer's signature or signer is not right");
    return CA_OK;
}

static CA_RC nonce_check(const struct ocsp_talk *t, bool *ret_there, struct ca_err *err)
{
    int verdict = OCSP_check_nonce(t->request, t->basic);

    if (verdict == 0 || verdict == 3) /* another one, or one that nobody asked for */
        return CA_FAIL(err, CA_MALFORMED, "the answer has another nonce");
    *ret_there = verdict == 1;
    return CA_OK;
}

static CA_RC time_set(json_t *object, const char *name, const ASN1_GENERALIZEDTIME *at,
                      struct ca_err *err)
{
    struct tm tm;
    struct ca_civil c;
    int64_t seconds;
    char text[CA_TIME_TEXT];

    if (at == NULL)
        return CA_OK;
    if (ASN1_TIME_to_tm(at, &tm) != 1)
        return CA_FAIL(err, CA_MALFORMED, "%s is no time", name);
    c = (struct ca_civil){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                          tm.tm_hour,        tm.tm_min,     tm.tm_sec};
    if (!ca_civil_to_time(&c, &seconds))
        return CA_FAIL(err, CA_MALFORMED, "%s is no time", name);
    return json_set_text(object, name, ca_time_text(seconds, text)) ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC serial_set(json_t *object, const OCSP_CERTID *id, struct ca_err *err)
{
    ASN1_INTEGER *serial = NULL;
    char text[2 * 64 + 1];

    if (OCSP_id_get0_info(NULL, NULL, NULL, &serial, (OCSP_CERTID *)(uintptr_t)id) != 1 ||
        ASN1_STRING_length(serial) > 64)
        return CA_FAIL(err, CA_FAULT, "no serial number");
    (void)ca_hex(
        (struct ca_bytes){ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)}, text);
    return json_set_text(object, "serial", text) ? CA_OK : CA_FAIL_NOMEM(err);
}

/* Whoever signed, by its name; where only the key is named: by the certificate that is there. */
static CA_RC signer_set(json_t *object, const struct ocsp_talk *t, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf name = {0};
    X509 *signer = NULL;

    if (OCSP_resp_get0_signer(t->basic, &signer, t->chain) != 1)
        return CA_OK;
    CA_TRY(chain_name(X509_get_subject_name(signer), &name, err));
    return json_set_buf(object, "signer", &name, err);
}

struct status {
    int status, reason;
    ASN1_GENERALIZEDTIME *revoked_at, *this_update, *next_update;
};

static CA_RC status_find(const struct ocsp_talk *t, struct status *ret, struct ca_err *err)
{
    if (OCSP_resp_find_status(t->basic, t->id, &ret->status, &ret->reason, &ret->revoked_at,
                              &ret->this_update, &ret->next_update) != 1)
        return CA_FAIL(err, CA_MALFORMED, "the answer is on another certificate");
    if (OCSP_check_validity(ret->this_update, ret->next_update, SLACK_S, -1) != 1)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "the answer is out of date");
    return CA_OK;
}

CA_RC ocsp_talk_judge(const struct ocsp_talk *t, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *said = json_object();
    struct status s = {.reason = -1};
    bool nonce = false;

    if (said == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(signature_check(t, err));
    CA_TRY(nonce_check(t, &nonce, err));
    CA_TRY(status_find(t, &s, err));
    CA_TRY(serial_set(said, t->id, err));
    if (!json_set_text(said, "status", OCSP_cert_status_str(s.status)) ||
        (s.reason >= 0 && !json_set_text(said, "reason", OCSP_crl_reason_str(s.reason))))
        return CA_FAIL_NOMEM(err);
    CA_TRY(time_set(said, "revoked_at", s.revoked_at, err));
    CA_TRY(time_set(said, "this_update", s.this_update, err));
    CA_TRY(time_set(said, "next_update", s.next_update, err));
    CA_TRY(time_set(said, "produced_at", OCSP_resp_get0_produced_at(t->basic), err));
    CA_TRY(signer_set(said, t, err));
    if (json_object_set_new(said, "nonce", json_boolean(nonce)) != 0)
        return CA_FAIL_NOMEM(err);
    *ret = CA_MOVE(said);
    return CA_OK;
}
