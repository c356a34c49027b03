/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/seal_internal.h"
#include "ca/signer_internal.h"
#include "db/credential.h"
#include "db/group.h"

/* Enrolled operators, as the signer knows them: looked up by credential and kept for a second. */
CA_RC operators_new(struct operators **ret, struct ca_err *err);
void operators_free(struct operators *o);
/* After a change: nothing of what is kept counts any more. */
void operators_forget(struct operators *o);

/* Who is the caller? The signer does not take the front's word: operator and credential carry good
 * seals and belong together, both are in force, and the key's certificates of ours are not all
 * revoked. In bootstrap the channel "local" with a nil id is the one who sets up, with every role
 * but auditor. CA_DENIED, problem "forbidden": unknown, disabled, expired, revoked; problem
 * "row-altered". */
CA_RC operators_find(struct signer *s, const struct wire_caller *caller, struct actor *ret,
                     struct ca_err *err);
/* Somebody by his id alone, whatever he has to show: sealed and enabled. For votes and rules. */
CA_RC operators_by_id(struct signer *s, const struct ca_uuid *id, struct actor *ret,
                      struct ca_err *err);

/* Adopts, in development, those that were enrolled before rows had seals; in production says what
 * to do about them. At a start, with the recorder. */
CA_RC operators_adopt(struct signer *s, struct ca_err *err);

/* ca/operator_scope.c: the scope of these two rows, made once for each pair of seals. `token` NULL:
 * a client certificate. *ret NULL: owns nothing and has no limits. CA_LIMIT too many were made. */
struct scopes;
CA_RC scopes_new(struct scopes **ret, struct ca_err *err);
void scopes_free(struct scopes *s);
CA_RC scopes_get(struct scopes *s, const struct db_operator *who, const struct db_credential *token,
                 const struct actor_scope **ret, struct ca_err *err);

/* ca/operator_row.c: seals of rows. _seal fills `seal` and lets the row point to it; _check as
 * seal_check: CA_DENIED, problem "row-altered". */
CA_RC operator_seal(const struct seal *s, struct db_operator *row, uint8_t seal[SEAL_LEN],
                    struct ca_err *err);
CA_RC operator_check(const struct seal *s, const struct db_operator *row, struct ca_err *err);
CA_RC credential_seal(const struct seal *s, struct db_credential *row, uint8_t seal[SEAL_LEN],
                      struct ca_err *err);
CA_RC credential_check(const struct seal *s, const struct db_credential *row, struct ca_err *err);
CA_RC group_seal(const struct seal *s, struct db_group *row, uint8_t seal[SEAL_LEN],
                 struct ca_err *err);
CA_RC group_check(const struct seal *s, const struct db_group *row, struct ca_err *err);

/* What could never be done is refused before anybody is asked for his consent. Each is asked again
 * when the act is carried out; codes as its handler's. */
CA_RC operator_enrol_check(struct signer *s, const struct actor *actor,
                           const struct wire_operator_enrol *ask, struct ca_err *err);
CA_RC operator_change_check(struct signer *s, const struct actor *actor,
                            const struct wire_operator_change *ask, struct ca_err *err);
CA_RC credential_add_check(struct signer *s, const struct actor *actor,
                           const struct wire_credential_add *ask, struct ca_err *err);
CA_RC group_put_check(struct signer *s, const struct actor *actor, const struct wire_group_put *ask,
                      struct ca_err *err);

/* ca/operator_read.c: rows with good seals, for handlers. CA_NOT_FOUND; CA_DENIED "row-altered". */
CA_RC operator_read(struct signer *s, const struct ca_uuid *id, struct db_result *ret,
                    struct ca_err *err);
CA_RC credential_read(struct signer *s, const struct ca_uuid *id, struct db_result *ret,
                      struct ca_err *err);
/* The members of a group, whose row has a good seal. CA_NOT_FOUND. */
CA_RC group_read(struct signer *s, const char *name, struct db_result *ret, struct ca_err *err);

/* ca/owned_name.c: a name that somebody can own: a domain (and all under it), a mailbox, a network
 * as 10.0.0.0/8. */
bool owned_name_is_good(const char *name);
/* Is `name` one of the owner's, or a part of it? */
bool owned_name_is_inside(const char *name, const char *owner);
/* Is a certificate within the limits of the actor's token? `names` as "DNS:a,IP:b". CA_DENIED. */
CA_RC actor_limits_check(const struct actor *actor, const char *profile, const char *common_name,
                         const char *names, struct ca_err *err);
/* Appends them a line each. CA_MALFORMED, with the pointer `where` and its place: not such a name,
 * or twice. */
CA_RC owned_names_join(const struct wire_text *names, uint32_t n, const char *where,
                       struct ca_buf *ret, struct ca_err *err);

/* ca/credential.c: a client certificate's credential for this operator, sealed; the hash of its key
 * goes to `hash`. CA_MALFORMED not a certificate. */
struct key_credential {
    struct db_credential row;
    uint8_t hash[32];
    uint8_t seal[SEAL_LEN];
    uint8_t fingerprint[32];
    struct ca_buf certificate; /* issued for a CSR */
};
void key_credential_done(struct key_credential *k);
static inline void ca_auto_key_credential(struct key_credential *k) /* as ca_auto_db_params */
{
    key_credential_done(k);
}
/* Is this key, of a certificate or a CSR, nobody's yet? `whose` (NULL: nobody) may have it, not
 * revoked, with a CSR: that renews his certificate. CA_CONFLICT, problem "credential-taken". */
CA_RC key_free_check(struct signer *s, struct ca_bytes certificate, struct ca_bytes csr,
                     const struct ca_uuid *whose, struct ca_err *err);
/* From a certificate, or by issuing one of profile `operator` for a CSR with this common name. */
CA_RC key_credential_make(struct signer *s, const struct actor *actor,
                          const struct wire_caller *caller, struct ca_bytes certificate,
                          struct ca_bytes csr, const char *common_name, struct key_credential *ret,
                          struct ca_err *err);
