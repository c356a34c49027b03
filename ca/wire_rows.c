/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_rows_internal.h"

/* clang-format off */
static const struct wire_field authority_status_fields[] = {
    F(TEXT, wire_authority_status, name,   NAME),
    F(BOOL, wire_authority_status, online, 0),
    F(TEXT, wire_authority_status, reason, REASON),
};
static const struct wire_list authority_statuses =
    LIST(wire_authority_status, authority_status_fields);

static const struct wire_field webhook_put_fields[] = {
    CALLER(wire_webhook_put),
    F(UUID, wire_webhook_put, id,            0),
    F(TEXT, wire_webhook_put, url,           URL),
    L(wire_webhook_put, events, events_n, wire_texts, OID_N),
    F(BOOL, wire_webhook_put, enabled_given, 0),
    F(BOOL, wire_webhook_put, enabled,       0),
};
static const struct wire_field webhook_act_fields[] = {
    CALLER(wire_webhook_act),
    F(UUID, wire_webhook_act, id,  0),
    F(TEXT, wire_webhook_act, act, STATE),
};
static const struct wire_field webhook_fields[] = {
    F(UUID, wire_webhook, id,          0),
    F(UUID, wire_webhook, delivery_id, 0),
};
static const struct wire_field service_issue_fields[] = {
    CALLER(wire_service_issue),
    F(TEXT,  wire_service_issue, kind,      STATE),
    F(TEXT,  wire_service_issue, owner,     NAME),
    F(TEXT,  wire_service_issue, key_label, LABEL),
    F(BYTES, wire_service_issue, csr,       DER_ONE),
};
static const struct wire_field service_fields[] = {
    F(BYTES, wire_service, certificate, DER_ONE),
    F(BYTES, wire_service, chain,       DER_CHAIN),
};

static const struct wire_field note_fields[] = {
    CALLER(wire_note),
    F(TEXT,  wire_note, action, NAME),
    F(TEXT,  wire_note, object, URL),
    F(LINES, wire_note, detail, DETAIL),
};

static const struct wire_field status_fields[] = {
    CALLER(wire_status),
};
static const struct wire_field status_is_fields[] = {
    F(BOOL,  wire_status_is, token,           0),
    F(BOOL,  wire_status_is, database,        0),
    F(TEXT,  wire_status_is, token_reason,    REASON),
    F(U64,   wire_status_is, open_intents,    0),
    F(U64,   wire_status_is, overdue_intents, 0),
    L(wire_status_is, authorities, authorities_n, authority_statuses, AUTHORITY_N),
    F(LINES, wire_status_is, metrics,         METRICS),
};

static const struct wire_field refused_fields[] = {
    F(RC,    wire_refused, rc,      CA_RC__COUNT - 1),
    F(TEXT,  wire_refused, problem, PROBLEM),
    F(LINES, wire_refused, text,    SENTENCE),
    L(wire_refused, findings, findings_n, wire_findings, FINDING_N),
};

static BODY(webhook_put);
static BODY(webhook_act);
static BODY(service_issue);
static BODY(note);
static BODY(status);
static BODY(refused);
static BODY(webhook);
static BODY(service);
static BODY(status_is);

#define QUESTION(name, again, answer) #name, true, again, answer, false, &wire_##name##_body
#define GUARDED(name, again, answer)  #name, true, again, answer, true, &wire_##name##_body
#define ANSWER(name)                  #name, false, false, WIRE__COUNT, false, &wire_##name##_body

static const struct wire_row rows[WIRE__COUNT] = {
    [WIRE_ISSUE]             = {QUESTION(issue, true, WIRE_ISSUED)},
    [WIRE_REVOKE]            = {GUARDED(revoke, true, WIRE_REVOKED)},
    [WIRE_RELEASE]           = {QUESTION(release, true, WIRE_REVOKED)},
    [WIRE_AUTHORITY_CREATE]  = {GUARDED(authority_create, true, WIRE_AUTHORITY)},
    [WIRE_AUTHORITY_INSTALL] = {GUARDED(authority_install, true, WIRE_AUTHORITY)},
    [WIRE_AUTHORITY_ADOPT]   = {GUARDED(authority_adopt, true, WIRE_AUTHORITY)},
    [WIRE_AUTHORITY_NEXT]    = {GUARDED(authority_next, true, WIRE_AUTHORITY)},
    [WIRE_CRL_GENERATE]      = {QUESTION(crl_generate, true, WIRE_CRL)},
    [WIRE_CRL_SCHEDULE]      = {GUARDED(crl_schedule, true, WIRE_AUTHORITY)},
    [WIRE_OPERATOR_ENROL]    = {GUARDED(operator_enrol, true, WIRE_OPERATOR)},
    [WIRE_OPERATOR_CHANGE]   = {GUARDED(operator_change, true, WIRE_OPERATOR)},
    [WIRE_CREDENTIAL_ADD]    = {GUARDED(credential_add, true, WIRE_CREDENTIAL)},
    [WIRE_CREDENTIAL_REVOKE] = {QUESTION(credential_revoke, true, WIRE_CREDENTIAL)},
    [WIRE_TOKEN_CREATE]      = {QUESTION(token_create, false, WIRE_CREDENTIAL)},
    [WIRE_GROUP_PUT]         = {GUARDED(group_put, true, WIRE_GROUP)},
    [WIRE_DECIDE]            = {QUESTION(decide, true, WIRE_APPROVAL)},
    [WIRE_APPROVAL_CHANGE]   = {QUESTION(approval_change, true, WIRE_APPROVAL)},
    [WIRE_RULE_PUT]          = {QUESTION(rule_put, true, WIRE_APPROVAL)},
    [WIRE_PROFILE_PUT]       = {QUESTION(profile_put, true, WIRE_PROFILE)},
    [WIRE_PROFILE_ACTIVATE]  = {GUARDED(profile_activate, true, WIRE_PROFILE)},
    [WIRE_KEY_BLOCK]         = {QUESTION(key_block, true, WIRE_KEY)},
    [WIRE_KEY_UNBLOCK]       = {QUESTION(key_unblock, false, WIRE_KEY)},
    [WIRE_MASS_REVOKE]       = {GUARDED(mass_revoke, true, WIRE_MASS)},
    [WIRE_MASS_CANCEL]       = {QUESTION(mass_cancel, false, WIRE_MASS)},
    [WIRE_NAMED_LIST_ACT]    = {QUESTION(named_list_act, true, WIRE_NAMED_LIST)},
    [WIRE_WEBHOOK_PUT]       = {QUESTION(webhook_put, false, WIRE_WEBHOOK)},
    [WIRE_WEBHOOK_ACT]       = {QUESTION(webhook_act, false, WIRE_WEBHOOK)},
    [WIRE_SCEP_ENROL]        = {QUESTION(scep_enrol, true, WIRE_ISSUED)},
    [WIRE_SCEP_ENDPOINT_PUT] = {GUARDED(scep_endpoint_put, true, WIRE_SCEP_ENDPOINT)},
    [WIRE_SCEP_CHALLENGE_CREATE] = {QUESTION(scep_challenge_create, false, WIRE_SCEP_CHALLENGE)},
    [WIRE_SCEP_CHALLENGE_REVOKE] = {QUESTION(scep_challenge_revoke, true, WIRE_SCEP_CHALLENGE)},
    [WIRE_SERVICE_ISSUE]     = {QUESTION(service_issue, false, WIRE_SERVICE)},
    [WIRE_OCSP_SIGN]         = {QUESTION(ocsp_sign, true, WIRE_OCSP_SIGNED)},
    [WIRE_EXPLAIN]           = {QUESTION(explain, true, WIRE_EXPLAINED)},
    [WIRE_REPLAY]            = {QUESTION(replay, true, WIRE_REPLAYED)},
    [WIRE_NOTE]              = {QUESTION(note, false, WIRE__COUNT)},
    [WIRE_STATUS]            = {QUESTION(status, false, WIRE_STATUS_IS)},
    [WIRE_REFUSED]           = {ANSWER(refused)},
    [WIRE_ISSUED]            = {ANSWER(issued)},
    [WIRE_REVOKED]           = {ANSWER(revoked)},
    [WIRE_AUTHORITY]         = {ANSWER(authority)},
    [WIRE_CRL]               = {ANSWER(crl)},
    [WIRE_OPERATOR]          = {ANSWER(operator)},
    [WIRE_CREDENTIAL]        = {ANSWER(credential)},
    [WIRE_GROUP]             = {ANSWER(group)},
    [WIRE_APPROVAL]          = {ANSWER(approval)},
    [WIRE_PROFILE]           = {ANSWER(profile)},
    [WIRE_KEY]               = {ANSWER(key)},
    [WIRE_MASS]              = {ANSWER(mass)},
    [WIRE_NAMED_LIST]        = {ANSWER(named_list)},
    [WIRE_WEBHOOK]           = {ANSWER(webhook)},
    [WIRE_SCEP_ENDPOINT]     = {ANSWER(scep_endpoint)},
    [WIRE_SCEP_CHALLENGE]    = {ANSWER(scep_challenge)},
    [WIRE_SERVICE]           = {ANSWER(service)},
    [WIRE_OCSP_SIGNED]       = {ANSWER(ocsp_signed)},
    [WIRE_EXPLAINED]         = {ANSWER(explained)},
    [WIRE_REPLAYED]          = {ANSWER(replayed)},
    [WIRE_STATUS_IS]         = {ANSWER(status_is)},
};
/* clang-format on */

const struct wire_row *wire_row(enum wire_kind kind)
{
    return (unsigned)kind < WIRE__COUNT && rows[kind].name != NULL ? &rows[kind] : NULL;
}

bool wire_answers(enum wire_kind question, enum wire_kind answer)
{
    const struct wire_row *row = wire_row(question);

    return answer == WIRE_REFUSED || answer == row->answer ||
           (row->may_wait && answer == WIRE_APPROVAL);
}
