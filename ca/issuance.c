/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/issuance_internal.h"

#include <assert.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/authorisation_internal.h"
#include "ca/blocklist_internal.h"
#include "ca/clock_internal.h"
#include "ca/operator_internal.h"
#include "ca/scep_internal.h"
#include "ca/serial_internal.h"
#include "ca/wish_internal.h"
#include "db/operator.h"

enum { MANUAL_EXPIRES_S = 7 * 86400 };

CA_RC issuance_new(struct signer *s, struct issuance **ret, struct ca_err *err)
{
    struct issuance *i = calloc(1, sizeof(*i));

    if (i == NULL)
        return CA_FAIL_NOMEM(err);
    i->signer = s;
    i->started_us = ca_mono_us();
    i->step_us = i->started_us;
    *ret = i;
    return CA_OK;
}

void issuance_free(struct issuance *i)
{
    if (i == NULL)
        return;
    wire_message_free(i->message);
    authority_set_give(i->authorities);
    profile_loan_give(i->profiles);
    csr_free(i->csr);
    scep_enrolment_free(i->scep);
    verdict_free(i->verdict);
    ca_buf_done(&i->csr_der);
    ca_buf_done(&i->overrides);
    ca_buf_done(&i->tbs);
    ca_buf_done(&i->certificate);
    ca_buf_done(&i->policy);
    ca_buf_done(&i->claim_names);
    free(i);
}

void issuance_step(struct issuance *i, enum step step)
{
    int64_t now = ca_mono_us();

    ca_histogram_add(&i->signer->metrics.steps[step], now - i->step_us);
    i->step_us = now;
}

/* Internal profiles are the server's own, and those for CA certificates belong to authorities. */
static CA_RC profile_take(struct issuance *i, struct ca_err *err)
{
    const struct signer_config *config = &i->signer->config;
    bool own = i->trusted || config->bootstrap;

    if (i->profiles == NULL)
        i->profiles = profile_shelf_take(i->signer->profiles);
    CA_TRY(profile_set_find(profile_loan_set(i->profiles), i->ask->profile, &i->profile, err));
    if (!own && profile_for_ca(i->profile)) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "profile '%s' makes CA certificates: create an authority instead",
                          i->ask->profile);
    }
    if (!own && profile_internal(i->profile)) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "profile '%s' is for the server itself",
                          i->ask->profile);
    }
    return CA_OK;
}

static CA_RC authority_take(struct issuance *i, struct ca_err *err)
{
    if (i->authority == NULL) {
        i->authorities = authority_set_take(i->signer->registry);
        CA_TRY(authority_set_find(i->authorities, i->ask->authority, &i->authority, err));
    }
    if (i->revised_authority != 0 && i->revised_authority != i->authority->id)
        return CA_FAIL(err, CA_MALFORMED, "/authority: a request that waits keeps its authority");
    return authority_online(i->authority, err);
}

/* Whoever edits a request that waits does not change how it came in. */
static const char *channel_of(const struct issuance *i)
{
    return i->channel != NULL ? i->channel : i->ask->caller.channel;
}

/* What was asked, without the CSR and what differs from one try to the next. */
static CA_RC content_encode(struct issuance *i, struct ca_err *err)
{
    struct wire_issue copy = *i->ask;
    CA_AUTO(buf) struct ca_buf all = {0};

    copy.csr = (struct ca_bytes){NULL, 0};
    copy.caller.channel = channel_of(i);
    copy.caller.request_id = "";
    copy.idempotency_key = "";
    copy.proven = i->proven;
    copy.manual = i->manual;
    CA_TRY(wire_encode(WIRE_ISSUE, 0, &copy, &i->overrides, err));
    /* He may repeat it with another credential of his. */
    copy.caller.credential_id = (struct ca_uuid){{0}};
    CA_TRY(wire_encode(WIRE_ISSUE, 0, &copy, &all, err));
    ca_buf_bytes(&all, i->ask->csr);
    CA_TRY(ca_buf_check(&all, err));
    return ca_sha256(ca_buf_view(&all), i->content_hash, err);
}

/* The server asks for its own certificates by no profile's leave. */
static const struct requester *requester_fill(const struct issuance *i, struct requester *ret)
{
    if (i->trusted || ca_uuid_is_nil(&i->actor.id))
        return NULL;
    actor_requester(&i->actor, channel_of(i), i->ask->comment, ret);
    return ret;
}

static CA_RC judge(struct issuance *i, const struct wish *wish, struct ca_err *err)
{
    CA_AUTO(blocklist_loan) struct blocklist_loan *keys = blocklist_take(i->signer->blocklist);
    struct requester requester;
    const struct judge_input input = {.profile = i->profile,
                                      .issuer = &i->authority->issuer,
                                      .csr = i->csr,
                                      .wish = wish,
                                      .now = ca_time_now(),
                                      .checks = blocklist_checks(keys),
                                      .requester = requester_fill(i, &requester)};

    CA_TRY(judge_request(&input, &i->verdict, err));
    if (i->verdict->outcome == OUTCOME_ISSUE && i->manual)
        i->verdict->outcome = OUTCOME_WAIT; /* nobody is asked to agree to what must be refused */
    if (input.requester != NULL)
        CA_TRY(record_rules_check(i, err));
    if (i->verdict->outcome == OUTCOME_WAIT) {
        i->consented = true;
        return CA_OK;
    }
    if (i->verdict->outcome != OUTCOME_ISSUE)
        return CA_FAIL_AS(err, CA_DENIED, "policy", "%s", verdict_reason(i->verdict));
    return CA_OK;
}

/* Who agreed to a request agreed to it as its requester's, whatever he had to show that day. */
static CA_RC actor_take(struct issuance *i, struct ca_err *err)
{
    struct ca_uuid requester;

    if (i->trusted)
        return CA_OK;
    if (!ca_uuid_is_nil(&i->request_id)) {
        CA_TRY(consent_wanted(i->signer, &i->request_id, &i->consented, &requester, err));
        if (i->consented)
            return operators_by_id(i->signer, &requester, &i->actor, err);
    }
    if (i->scep != NULL)
        return CA_OK; /* the gate knows */
    if (scep_is_channel(i->ask->caller.channel))
        return scep_actor(i, err);
    CA_TRY(operators_find(i->signer, &i->ask->caller, &i->actor, err));
    if (ca_uuid_is_nil(&i->ask->revises) || !ca_uuid_is_nil(&i->request_id))
        return CA_OK;
    return revision_begin(i, err);
}

/* One that came over SCEP is read already. */
static CA_RC csr_take(struct issuance *i, struct ca_err *err)
{
    unsigned legacy = profile_legacy(i->profile);

    if (i->csr != NULL)
        return CA_OK;
    if (i->proven.len == 0)
        i->proven = i->ask->proven;
    if (i->proven.len == 0)
        return csr_parse_legacy(i->ask->csr, legacy, &i->csr, err);
    CA_TRY(scep_proven_check(i->signer->seal, i->ask->csr, i->proven, err));
    return csr_parse_masked(i->ask->csr, legacy, &i->csr, err);
}

CA_RC issuance_admit_with(struct issuance *i, const struct wish *wish, struct ca_err *err)
{
    CA_TRY(actor_take(i, err));
    if ((i->actor.roles & (CA_REQUESTER | CA_OFFICER | CA_ADMIN)) == 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "an auditor submits no requests");
    CA_TRY(profile_take(i, err));
    CA_TRY(authority_take(i, err));
    CA_TRY(csr_take(i, err));
    CA_TRY(content_encode(i, err));
    CA_TRY(judge(i, wish, err));
    if (i->revised_authority != 0 && !i->consented) {
        return CA_FAIL_AS(err, CA_CONFLICT, "plan-changed",
                          "the profile wants nobody's consent any more: withdraw this request and "
                          "submit another");
    }
    issuance_step(i, STEP_ADMIT);
    return CA_OK;
}

CA_RC issuance_admit(struct issuance *i, struct ca_err *err)
{
    CA_AUTO(wish) struct wish_read wish = {0};

    CA_TRY(wish_read(i->ask, &wish, err));
    return issuance_admit_with(i, &wish.wish, err);
}

uint32_t finding_list(const struct verdict *verdict, struct wire_finding *ret)
{
    uint32_t n = verdict != NULL ? (uint32_t)verdict->finding_n : 0;

    for (uint32_t i = 0; i < n; i++) {
        const struct finding *f = &verdict->findings[i];

        ret[i] =
            (struct wire_finding){f->refuses, f->rule, f->pointer, f->value, f->allowed, f->text};
    }
    return n;
}

void issuance_request_fill(struct issuance *i)
{
    bool resumed = i->request.created_at != 0;
    int64_t created_at = resumed ? i->request.created_at : ca_time_now();
    int64_t decided_at = resumed ? i->request.decided_at : created_at; /* at once, by the profile */

    i->request = (struct db_request){
        .id = i->request_id,
        .state = DB_REQUEST_ISSUING,
        .requester_id = i->actor.id,
        .channel = channel_of(i),
        .idempotency_key = i->ask->idempotency_key,
        .content_hash = {i->content_hash, sizeof(i->content_hash)},
        .profile = profile_name(i->profile),
        .profile_version = profile_version(i->profile),
        .authority_id = i->authority->id,
        .csr = i->ask->csr,
        .overrides = ca_buf_view(&i->overrides),
        .comment = i->ask->comment,
        .subject = plan_subject(i->verdict->plan),
        .plan_digest = plan_digest(i->verdict->plan),
        .created_at = created_at,
        .decided_at = decided_at,
    };
}

static void intent_fill(struct issuance *i)
{
    int64_t now = ca_time_now();

    i->intent = (struct db_intent){
        .request_id = i->request_id,
        .certificate_id = i->certificate_id,
        .authority_id = i->authority->id,
        .serial = {i->serial, sizeof(i->serial)},
        .tbs = ca_buf_view(&i->tbs),
        .profile_version = profile_version(i->profile),
        .node = i->signer->config.node,
        .created_at = now,
        .deadline_at = now + i->signer->config.intent_deadline_s,
    };
}

static void event_fill(struct issuance *i, const char *action, const struct ca_uuid *object,
                       const uint8_t hash[32])
{
    char serial[2 * DB_SERIAL_LEN + 1];

    (void)snprintf(i->detail, sizeof(i->detail), "serial %s, profile %s, authority %s%s",
                   ca_hex((struct ca_bytes){i->serial, sizeof(i->serial)}, serial),
                   profile_name(i->profile), i->authority->name, i->via);
    i->event = (struct audit_event){
        .actor = i->actor.name,
        .channel = i->ask->caller.channel,
        .action = action,
        .outcome = "ok",
        .object = ca_uuid_text(object, i->object),
        .request_id = i->ask->caller.request_id,
        .detail = i->detail,
        .object_hash = {hash, 32},
    };
}

const struct approval_policy *issuance_policy(const struct issuance *i)
{
    static const struct approval_policy officer = {
        .steps = {{.count = 1, .roles = CA_OFFICER}}, .step_n = 1, .expires_s = MANUAL_EXPIRES_S};
    const struct approval_policy *policy = profile_approvals(i->profile);

    return policy->step_n == 0 && i->manual ? &officer : policy;
}

/* *ret NULL: nobody has to agree. */
static CA_RC consent_take(struct issuance *i, struct consent **ret, struct ca_err *err)
{
    const struct consent_ask ask = {.request_id = i->request_id,
                                    .requester_id = i->actor.id,
                                    .profile = i->profile,
                                    .policy = issuance_policy(i),
                                    .plan_digest = plan_digest(i->verdict->plan)};

    return i->consented ? consent_make(i->signer, &ask, ret, err) : CA_OK;
}

CA_RC issuance_intend(struct issuance *i, struct ca_err *err)
{
    bool resumed = !ca_uuid_is_nil(&i->request_id);
    CA_AUTO(consent) struct consent *consent = NULL;

    CA_TRY(clock_guard_check(i->signer->clock, err));
    CA_TRY(consent_take(i, &consent, err)); /* or its serial would be burned */
    if (!resumed)
        CA_TRY(ca_uuid_new(&i->request_id, err));
    CA_TRY(ca_uuid_new(&i->certificate_id, err));
    CA_TRY(serial_new(ca_uuid_time_ms(&i->certificate_id) / 1000, i->serial, err));
    ca_buf_reset(&i->tbs);
    CA_TRY(
        plan_tbs(i->verdict->plan, (struct ca_bytes){i->serial, sizeof(i->serial)}, &i->tbs, err));
    CA_TRY(ca_sha256(ca_buf_view(&i->tbs), i->tbs_hash, err));
    issuance_request_fill(i);
    intent_fill(i);
    event_fill(i, "request.submit", &i->request_id, i->tbs_hash);
    i->record = (struct record){.kind = RECORD_INTENT,
                                .request = resumed ? NULL : &i->request,
                                .intent = &i->intent,
                                .claim = record_rules_claim(i),
                                .events = &i->event,
                                .event_n = 1};
    if (i->scep != NULL && !resumed) {
        i->record.change = scep_write;
        i->record.arg = i;
    }
    return CA_OK;
}

static CA_RC row_fill(struct issuance *i, struct ca_err *err)
{
    const struct plan *plan = i->verdict->plan;

    CA_TRY(ca_sha256(ca_buf_view(&i->certificate), i->fingerprint, err));
    CA_TRY(ca_sha256(plan_spki(plan), i->spki_hash, err));
    i->row = (struct db_certificate){
        .id = i->certificate_id,
        .authority_id = i->authority->id,
        .serial = i->intent.serial,
        .state = DB_CERT_VALID,
        .der = ca_buf_view(&i->certificate),
        .fingerprint = {i->fingerprint, sizeof(i->fingerprint)},
        .spki_hash = {i->spki_hash,   sizeof(i->spki_hash)  },
        .subject = plan_subject(plan),
        .common_name = plan_common_name(plan),
        .names = plan_names(plan),
        .not_before = plan_not_before(plan),
        .not_after = plan_not_after(plan),
        .profile = profile_name(i->profile),
        .profile_version = profile_version(i->profile),
        .request_id = i->request_id,
        .requester_id = i->actor.id,
        .issued_at = ca_time_now(),
        .reason = -1,
        .comment = "",
        .crl_shard = plan_shard(plan, i->intent.serial),
    };
    i->row.search = plan_search(plan, &i->row.search_n);
    return CA_OK;
}

/* The constraints once more, on the very bytes that stand in the intent (I7): only this verdict
 * makes the leave to sign them. */
static CA_RC authorise(struct issuance *i, struct authorisation **ret, struct ca_err *err)
{
    struct verdict final = {.outcome = OUTCOME_ISSUE};
    CA_AUTO(consent) struct consent *consent = NULL;
    struct authorisation_ask ask = {.request = i->verdict,
                                    .tbs = &final,
                                    .authority = i->authority,
                                    .bytes = ca_buf_view(&i->tbs)};

    CA_TRY(judge_tbs(i->profile, &i->authority->issuer, ask.bytes, ca_time_now(), &final, err));
    CA_TRY(consent_take(i, &consent, err));
    ask.consent = consent;
    return authorisation_make(&ask, ret, err);
}

static CA_RC approval_done(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return approval_follow(db, arg, DB_APPROVAL_DONE, "issued", err);
}

CA_RC issuance_sign(struct issuance *i, struct ca_err *err)
{
    CA_AUTO(authorisation) struct authorisation *leave = NULL;

    CA_TRY(clock_guard_check(i->signer->clock, err));
    CA_TRY(authorise(i, &leave, err));
    CA_TRY(certificate_sign(i->authority, leave, ca_buf_view(&i->tbs), &i->certificate, err));
    CA_TRY(row_fill(i, err));
    event_fill(i, "certificate.issue", &i->certificate_id, i->fingerprint);
    i->record = (struct record){.kind = RECORD_CERTIFICATE,
                                .claim = i->claims ? &i->claim : NULL,
                                .certificate = &i->row,
                                .events = &i->event,
                                .event_n = 1};
    if (i->consented) {
        i->record.change = approval_done;
        i->record.arg = &i->request_id;
    }
    issuance_step(i, STEP_SIGN);
    return CA_OK;
}

CA_RC request_question(const struct db_request *row, struct wire_message **ret, struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *m = NULL;
    struct wire_header header;

    if (row->overrides.len < WIRE_HEADER_LEN)
        return CA_FAIL(err, CA_FAULT, "request on record without what was asked");
    CA_TRY(wire_header_read(row->overrides.ptr, &header, err));
    CA_TRY(wire_decode(&header,
                       (struct ca_bytes){row->overrides.ptr + WIRE_HEADER_LEN,
                                         row->overrides.len - WIRE_HEADER_LEN},
                       &m, err));
    if (m->kind != WIRE_ISSUE)
        return CA_FAIL(err, CA_FAULT, "request on record with another kind of question");
    *ret = CA_MOVE(m);
    return CA_OK;
}

CA_RC issuance_resume(struct signer *s, const struct db_request *row, struct issuance **ret,
                      struct ca_err *err)
{
    CA_AUTO(issuance) struct issuance *i = NULL;
    struct wire_issue *ask;

    CA_TRY(issuance_new(s, &i, err));
    CA_TRY(request_question(row, &i->message, err));
    ca_buf_bytes(&i->csr_der, row->csr);
    CA_TRY(ca_buf_check(&i->csr_der, err));
    ask = i->message->body;
    ask->csr = ca_buf_view(&i->csr_der);
    i->ask = ask;
    i->manual = ask->manual;
    i->request_id = row->id;
    *ret = CA_MOVE(i);
    return CA_OK;
}
