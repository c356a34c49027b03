/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/burn_internal.h"

#include "base/digest.h"
#include "base/time.h"
#include "ca/issuance_internal.h"
#include "policy/shard.h"

/* The row that keeps a burned serial; `own` holds what it points to. */
static CA_RC burned_row(struct signer *s, const struct db_intent *intent,
                        struct db_certificate *ret, struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    const struct authority *a = authority_set_by_id(set, intent->authority_id);
    struct cert cert;
    uint8_t fingerprint[CA_SHA256_LEN];

    CA_TRY(cert_read_tbs(intent->tbs, &cert, err));
    CA_TRY(ca_sha256(intent->tbs, fingerprint, err));
    ca_buf_add(own, fingerprint, sizeof(fingerprint));
    name_text(cert.subject, own);
    CA_TRY(ca_buf_check(own, err));
    *ret = (struct db_certificate){
        .id = intent->certificate_id,
        .authority_id = intent->authority_id,
        .serial = intent->serial,
        .state = DB_CERT_BURNED,
        .der = intent->tbs,
        .not_before = cert.not_before,
        .not_after = cert.not_after,
        .profile = "",
        .profile_version = intent->profile_version,
        .request_id = intent->request_id,
        .issued_at = intent->created_at,
        .reason = -1,
        .revoked_at = ca_time_now(),
        .common_name = "",
        .names = "",
        .comment = "",
        .crl_shard = a == NULL ? 0 : shard_of_cert(&cert, a->crl_url),
    };
    ret->subject = ca_buf_cstr(own) + sizeof(fingerprint);
    ret->fingerprint = (struct ca_bytes){own->ptr, sizeof(fingerprint)};
    ret->spki_hash = ret->fingerprint;
    return CA_OK;
}

struct burn {
    const struct db_intent *intent;
    struct db_certificate row;
    enum db_request_state state;
};

static CA_RC burn_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    struct burn *burn = arg;

    (void)audit;
    CA_TRY(db_intent_burn(db, burn->intent, &burn->row, &burn->state, err));
    if (burn->state != DB_REQUEST_FAILED)
        return CA_OK;
    return approval_follow(db, &burn->intent->request_id, DB_APPROVAL_FAILED, "interrupted twice",
                           err);
}

CA_RC serial_burn(struct signer *s, const struct db_intent *intent, const struct audit_event *event,
                  enum db_request_state *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf own = {0};
    struct burn burn = {.intent = intent};

    CA_TRY(burned_row(s, intent, &burn.row, &own, err));
    CA_TRY(recorder_change(s->recorder, burn_write, &burn, event, 1, err));
    (void)atomic_fetch_add(&s->metrics.burned, 1);
    *ret = burn.state;
    return CA_OK;
}
