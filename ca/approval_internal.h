/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/seal_internal.h"
#include "ca/signer_internal.h"
#include "db/approval.h"
#include "db/request.h"
#include "policy/approval.h"

/* Approvals: of requests whose profile wants them, and of guarded acts. Every row that counts bears
 * a seal; what was written past the signer is refused, never counted. */

enum { APPROVAL_OBJECT_MAX = 256 };
#define APPROVAL_ISSUE "certificate.issue" /* the action of requests */

/* ca/approval_row.c. _seal fills `seal` and lets the row point to it; _check answers CA_DENIED,
 * problem "row-altered". */
CA_RC approval_seal(const struct seal *s, struct db_approval *row, uint8_t seal[SEAL_LEN],
                    struct ca_err *err);
CA_RC approval_check(const struct seal *s, const struct db_approval *row, struct ca_err *err);
CA_RC approval_vote_seal(const struct seal *s, struct db_approval_vote *row, uint8_t seal[SEAL_LEN],
                         struct ca_err *err);
CA_RC approval_vote_check(const struct seal *s, const struct db_approval_vote *row,
                          struct ca_err *err);
CA_RC approval_rule_seal(const struct seal *s, struct db_approval_rule *row, uint8_t seal[SEAL_LEN],
                         struct ca_err *err);
CA_RC approval_rule_check(const struct seal *s, const struct db_approval_rule *row,
                          struct ca_err *err);
/* As much of `from` as an object takes, up to a whole character. */
void approval_object(const char *from, char ret[APPROVAL_OBJECT_MAX]);
bool approval_is_request(const struct db_approval *row);

/* ca/approval_voters.c: those who could vote now, enabled, with good seals, auditors not among
 * them; and their groups. Zeroed before use. CA_DENIED, problem "row-altered". */
enum { APPROVAL_VOTERS_MAX = 4096 };
struct voters {
    struct db_result operators;
    struct db_result groups;
    struct approval_voter *list;
    const char **names; /* of the same places */
    size_t n;
    const char **group_names; /* what the list points to */
};
void voters_done(struct voters *v);
static inline void ca_auto_voters(struct voters *v) /* CA_AUTO_DEFINE would copy it */
{
    voters_done(v);
}
CA_RC voters_read(struct signer *s, struct db *db, struct voters *ret, struct ca_err *err);
/* NULL: he is not among them. */
const struct approval_voter *voters_find(const struct voters *v, const struct ca_uuid *id);

/* ca/approval_file.c: one approval with its votes, all seals checked, counted by who
 * the voters are now. Who wrote the content does not count either. Zeroed before use. */
struct approval_file {
    struct db_result found;
    struct db_result given;
    const struct db_approval *row;
    const struct db_approval_vote *votes; /* of all revisions */
    struct voters voters;
    struct approval_policy policy;
    struct approval_vote *counted; /* as many, and room for one more */
    struct approval_case c;
    struct approval_count count;
};
void approval_file_done(struct approval_file *f);
static inline void ca_auto_approval_file(struct approval_file *f)
{
    approval_file_done(f);
}
/* `lock`: the row stays as it is until the transaction ends. CA_NOT_FOUND; CA_DENIED, problem
 * "row-altered". */
CA_RC approval_read(struct signer *s, struct db *db, const struct ca_uuid *id, bool lock,
                    struct approval_file *ret, struct ca_err *err);
/* The same, with a connection of the pool. */
CA_RC approval_read_now(struct signer *s, const struct ca_uuid *id, struct approval_file *ret,
                        struct ca_err *err);
/* Is everything there that is needed to act on it? Agreed to, by votes that were given in time.
 * CA_DENIED, problem "consent-void". */
CA_RC approval_agreed(struct signer *s, const struct approval_file *f, struct ca_err *err);
/* Still open? CA_CONFLICT, problem "already-decided": the text says who and when; problem
 * "approval-expired". */
CA_RC approval_open(const struct approval_file *f, struct ca_err *err);
/* Answers WIRE_APPROVAL with how it is; CA_OK: `x` is freed. */
CA_RC approval_show(struct signer *s, struct exchange *x, const struct ca_uuid *id,
                    struct ca_err *err);

/* In a change: from pending or approved to `to`, with its request where it has one; counts it. */
CA_RC approval_end(struct db *db, const struct approval_file *f, enum db_approval_state to,
                   const struct ca_uuid *by, const char *result, struct ca_err *err);

/* ca/approval_rule.c: guarded acts. */
struct guarded {
    const char *action; /* NULL: not guarded */
    char object[APPROVAL_OBJECT_MAX];
};
bool approval_action_known(const char *action);
bool approval_action_needs_certificate(const char *action); /* an API token does not ask for it */
/* Its rule: of the database, or the built-in one. */
CA_RC approval_rule_read(struct signer *s, struct db *db, const char *action,
                         struct approval_policy *ret, bool *ret_builtin, struct ca_err *err);
/* Could it be satisfied by those who are enrolled now, whoever asks (nil), or when this one does?
 * CA_DENIED, problem "unsatisfiable-rule". For rules and for profiles that come into force. */
CA_RC approval_policy_check(struct signer *s, const struct approval_policy *policy,
                            const struct ca_uuid *requester, struct ca_err *err);
/* CA_NOT_FOUND no such guarded act; CA_MALFORMED; CA_DENIED, problem "unsatisfiable-rule". */
CA_RC approval_rule_check_ask(struct signer *s, const struct actor *actor,
                              const struct wire_rule_put *ask, struct ca_err *err);
/* Development: what scripts do at the set-up needs nobody's consent. */
CA_RC approval_rules_seed(struct signer *s, struct ca_err *err);

/* ca/approval_gate.c: may this guarded act be done now? *ret_id nil: yes. Else it waits under that
 * id. CA_DENIED "unsatisfiable-rule", "row-altered", "forbidden". */
CA_RC approval_gate(struct signer *s, const struct actor *actor, const struct guarded *guarded,
                    const struct wire_message *question, struct ca_uuid *ret_id,
                    struct ca_err *err);

/* ca/approval_act.c: carries out what was agreed to, runs its handler as who asked, and writes down
 * what became of it. CA_UNAVAILABLE: later. `request_id` of whose vote it was, for the audit. */
CA_RC approval_act(struct signer *s, const struct ca_uuid *id, const char *request_id,
                   struct ca_err *err);
/* Upkeep: what waited too long has expired; what was agreed to and not carried out is. */
CA_RC approvals_expire(struct signer *s, struct ca_err *err);
CA_RC approvals_carry_out(struct signer *s, bool at_start, struct ca_err *err);
void approvals_metrics(struct signer *s, struct ca_buf *ret);

/* answer_fns: WIRE_DECIDE, WIRE_APPROVAL_CHANGE; a handle_fn: WIRE_RULE_PUT. */
CA_RC decide_answer(struct signer *s, const struct actor *actor, struct exchange *x,
                    struct ca_err *err);
CA_RC approval_change_answer(struct signer *s, const struct actor *actor, struct exchange *x,
                             struct ca_err *err);
CA_RC handle_rule_put(struct signer *s, const struct actor *actor, const void *question,
                      void *answer, struct ca_buf *own, struct ca_err *err);
