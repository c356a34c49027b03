/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/consent_internal.h"
#include "ca/issue_internal.h"
#include "ca/record_rules_internal.h"
#include "db/approval.h"
#include "policy/csr.h"
#include "policy/profile_shelf.h"

/* One issuance under way: what its steps hand on. It owns everything here. */
struct issuance {
    struct task task;     /* first: a worker gets it as a task */
    struct record record; /* in the recorder's hands between the steps */
    struct signer *signer;
    struct exchange *exchange;    /* NULL: nobody waits for an answer */
    struct wire_message *message; /* resumed at a start: the question; else the exchange has it */
    const struct wire_issue *ask;
    struct actor actor;
    struct authority_set *authorities;
    const struct authority *authority;
    struct profile_loan *profiles;
    const struct profile *profile;
    struct ca_buf csr_der;       /* resumed: the CSR on record */
    struct scep_enrolment *scep; /* what came in over SCEP, and is being let in; NULL: it did not */
    const char *channel; /* of a request that is revised: how it came; NULL: as the question says */
    char via[240];       /* for the audit: by what it came in; "" */
    bool manual;         /* an officer has to agree, whatever the profile says */
    struct ca_bytes proven; /* as in the question, or of the request that is revised */
    struct csr *csr;
    struct verdict *verdict;
    struct ca_uuid request_id;
    struct ca_uuid certificate_id;
    uint8_t serial[DB_SERIAL_LEN];
    struct ca_buf overrides; /* the question without its CSR, as a frame: a later start can go on */
    struct ca_buf tbs;
    struct ca_buf certificate;
    uint8_t content_hash[32];
    uint8_t tbs_hash[32];
    uint8_t fingerprint[32];
    uint8_t spki_hash[32];
    struct claim claim; /* of its rules on earlier certificates, if it has any */
    struct ca_buf claim_names;
    bool claims;
    bool key_known; /* the requester has certificates with this key */
    struct db_request request;
    struct db_intent intent;
    struct db_certificate row;
    struct audit_event event;
    char object[CA_UUID_TEXT];
    char detail[500];
    enum ca_rc denied_rc; /* the refusal that waits for its audit line */
    struct ca_err denied;
    bool consented;      /* others have to agree: nothing is signed without their consent */
    struct actor author; /* of a revision: who wrote it; `actor` is who asked first */
    int64_t revised_authority;
    struct ca_buf policy; /* who has to agree */
    char matter[256];     /* what they agree to, for people */
    struct db_approval approval;
    uint8_t approval_seal[32];
    bool trusted;   /* asked by the signer itself: internal profiles and CA profiles too */
    unsigned tries; /* of a repeated question */
    int64_t started_us;
    int64_t step_us;
};

CA_RC issuance_new(struct signer *s, struct issuance **ret, struct ca_err *err);
void issuance_free(struct issuance *i); /* NULL is fine */
CA_AUTO_DEFINE(issuance, struct issuance *, issuance_free);

/* The steps of docs/explanation/issuance.md, each on a worker, none answering anybody. */
CA_RC issuance_admit(struct issuance *i, struct ca_err *err); /* 2 and 3: to a verdict */
CA_RC issuance_admit_with(struct issuance *i, const struct wish *wish, struct ca_err *err);
CA_RC issuance_intend(struct issuance *i, struct ca_err *err); /* 4: fills `record` */
CA_RC issuance_sign(struct issuance *i, struct ca_err *err);   /* 5, and fills `record` for 6 */
/* A serial that nobody got: on the next CRL, the request goes on or fails. Waits for the recorder.
 */
CA_RC issuance_burn(struct issuance *i, const char *why, struct ca_err *err);
/* The question as it was stored: a WIRE_ISSUE without its CSR. */
CA_RC request_question(const struct db_request *row, struct wire_message **ret, struct ca_err *err);
/* Reads what a frame of `overrides` and a CSR on record say (after a restart). */
CA_RC issuance_resume(struct signer *s, const struct db_request *row, struct issuance **ret,
                      struct ca_err *err);
/* Findings as they go over the wire; `ret` takes FINDINGS_MAX; returns how many. NULL: none. */
uint32_t finding_list(const struct verdict *verdict, struct wire_finding *ret);

/* Those who have to agree to it: as the profile says, and an officer where the question says so. */
const struct approval_policy *issuance_policy(const struct issuance *i);
void issuance_request_fill(struct issuance *i); /* `request`, in state issuing */
/* A request on record that was agreed to: issues it on the caller's thread. What cannot be done now
 * (the token is away) is done later; what must not be done fails, with an audit line. */
void issuance_carry_out(struct signer *s, const struct ca_uuid *request_id,
                        const char *caller_request_id);
/* One that is on record, approved, and may not go on: it fails, with an audit line. */
CA_RC issuance_fail(struct issuance *i, const struct ca_err *why, struct ca_err *err);

void issuance_step(struct issuance *i, enum step step); /* the time since the last one */

/* Answers of the exchange, which they free with the issuance. */
void issuance_answer(struct issuance *i, const char *state, struct ca_bytes certificate,
                     bool repeated);
void issuance_refuse(struct issuance *i, enum ca_rc rc, const struct ca_err *err);
/* The same after an audit line of the refusal is on record. */
void issuance_deny(struct issuance *i, enum ca_rc rc, const struct ca_err *err);

void issue_run(struct signer *s, struct task *t); /* from the start: admit, intend */
void issue_go(struct issuance *i);                /* admitted: one of the two that follow */
void issue_intend(struct issuance *i);            /* puts the intent into the recorder */
void issue_wait(struct issuance *i);              /* stores it: others have to agree */
void issue_again(struct issuance *i);             /* later: issue_repeat */
/* Refusals that speak of the request are audited; those that speak of us have their own alarms. */
void issue_refused(struct issuance *i, enum ca_rc rc, const struct ca_err *err);
void issue_repeat(struct signer *s, struct task *t); /* its idempotency key was in use */

/* ca/approval_request.c. New content of a request that waits: reads it, and makes who asked for it
 * `actor`, who asks now `author`. CA_NOT_FOUND, CA_DENIED "forbidden", CA_CONFLICT. */
CA_RC revision_begin(struct issuance *i, struct ca_err *err);
/* In a change: the approval of a request, if it has one, follows the request, whatever became of it
 * meanwhile. */
CA_RC approval_follow(struct db *db, const struct ca_uuid *request_id, enum db_approval_state to,
                      const char *result, struct ca_err *err);
