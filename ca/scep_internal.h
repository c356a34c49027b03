/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/seal_internal.h"
#include "ca/signer_internal.h"
#include "db/scep.h"
#include "policy/csr.h"

/* The signer's part of SCEP (RFC 8894): who may come in at an endpoint, and by what. CMS is the
 * front's; what it says of a message is in struct wire_scep_enrol. */

/* ca/scep_row.c: rows that decide. _seal fills `seal` and lets the row point to it; _check as
 * seal_check: CA_DENIED, problem "row-altered". */
CA_RC scep_endpoint_seal(const struct seal *s, struct db_scep_endpoint *row, uint8_t seal[SEAL_LEN],
                         struct ca_err *err);
CA_RC scep_endpoint_check(const struct seal *s, const struct db_scep_endpoint *row,
                          struct ca_err *err);
/* What is known when it is made: neither use nor revocation. */
CA_RC scep_challenge_seal(const struct seal *s, struct db_scep_challenge *row,
                          uint8_t seal[SEAL_LEN], struct ca_err *err);
CA_RC scep_challenge_check(const struct seal *s, const struct db_scep_challenge *row,
                           struct ca_err *err);
/* One struct db_scep_endpoint with a good seal. CA_NOT_FOUND. */
CA_RC scep_endpoint_read(struct signer *s, const char *name, struct db_result *ret,
                         struct ca_err *err);
/* "one-time, manual"; "nothing". `ret` takes SCEP_BITS_TEXT octets; returns ret. */
enum { SCEP_BITS_TEXT = 96 };
const char *scep_modes_text(uint32_t modes, char ret[SCEP_BITS_TEXT]);
const char *scep_legacy_text(uint32_t legacy, char ret[SCEP_BITS_TEXT]);

/* ca/scep_endpoint.c. What could never be done is refused before anybody is asked to agree to it;
 * `ret_object` says what it is about. */
enum { SCEP_OBJECT_MAX = 400 };
CA_RC scep_endpoint_put_check(struct signer *s, const struct wire_scep_endpoint_put *ask,
                              char ret_object[SCEP_OBJECT_MAX], struct ca_err *err);
CA_RC handle_scep_endpoint_put(struct signer *s, const struct actor *actor, const void *question,
                               void *answer, struct ca_buf *own, struct ca_err *err);

/* ca/scep_secret.c: what stands in challengePassword. docs/reference/scep-challenges.md has the
 * forms. */
enum { SCEP_SECRET_LEN = 32, SCEP_SALT_LEN = 16, SCEP_TEXT_MAX = 128 };
enum scep_kind { SCEP_ONE_TIME, SCEP_DERIVED, SCEP_STATIC };
struct scep_secret {
    enum scep_kind kind;
    struct ca_uuid id;  /* of a one-time one */
    int64_t expires_at; /* of a derived one */
    uint8_t octets[SCEP_SECRET_LEN];
};
void scep_secret_text(const struct scep_secret *secret, struct ca_buf *ret); /* appends */
/* False: not one that was made here. */
bool scep_secret_read(const char *text, struct scep_secret *ret);
/* SHA-256 of salt and secret, as it is kept. */
CA_RC scep_secret_hash(const struct scep_secret *secret, struct ca_bytes salt,
                       uint8_t ret[SCEP_SECRET_LEN], struct ca_err *err);
/* challengePassword as text: of any string type, without blanks around it. "" none; `ret` is
 * cleansed by the caller. False: it is there, and is nothing that was made here. */
bool scep_password_text(const struct csr *csr, char ret[SCEP_TEXT_MAX]);

/* What a challenge is for. */
struct scep_bound {
    const char *profile;
    const char *subject; /* as ca/scep_names.c writes it; "" with any_name */
    const char *names;
    bool any_name;
    int64_t expires_at;
};
/* The octets of a derived challenge. CA_UNAVAILABLE the token is away. */
CA_RC scep_derive(const struct seal *s, const struct db_scep_endpoint *e,
                  const struct scep_bound *bound, uint8_t ret[SCEP_SECRET_LEN], struct ca_err *err);
/* The key with which a webhook proves what it decided: printable, appended. CA_UNAVAILABLE */
CA_RC scep_webhook_key(const struct seal *s, const struct db_scep_endpoint *e, struct ca_buf *ret,
                       struct ca_err *err);
/* Did it decide for this request, and not too long ago? CA_DENIED, problem "scep-challenge". */
struct scep_proof {
    const char *text; /* base64 */
    const char *transaction_id;
    struct ca_bytes csr_hash; /* SHA-256 */
    int64_t now;
};
CA_RC scep_proof_check(const struct seal *s, const struct db_scep_endpoint *e,
                       const struct scep_proof *proof, struct ca_err *err);

/* ca/scep_names.c: names in one order and spelling, so that a challenge and a request that mean the
 * same say the same. */
struct scep_names {
    struct ca_buf subject; /* RFC 4514, with its NUL */
    struct ca_buf names;   /* "DNS:a,IP:b", sorted, with its NUL */
    bool odd;              /* a name with a comma, which no challenge names */
};
void scep_names_done(struct scep_names *n);
static inline void ca_auto_scep_names(struct scep_names *n) /* CA_AUTO_DEFINE would copy it */
{
    scep_names_done(n);
}
/* What somebody wrote. CA_MALFORMED and CA_DENIED name the member. */
CA_RC scep_names_asked(const struct wire_scep_challenge_create *ask, struct scep_names *ret,
                       struct ca_err *err);
/* Of what would be signed, what came from the CSR: the rest is the profile's own. */
CA_RC scep_names_let(const struct csr *csr, struct ca_bytes tbs, struct scep_names *ret,
                     struct ca_err *err);
/* Has `tbs` the subject of an old certificate, and no other names than it? CA_DENIED, problem
 * "scep-renewal". */
CA_RC scep_names_inside(struct ca_bytes tbs, const struct cert *old, struct ca_err *err);

/* ca/scep_challenge.c */
CA_RC handle_scep_challenge_create(struct signer *s, const struct actor *actor,
                                   const void *question, void *answer, struct ca_buf *own,
                                   struct ca_err *err);
CA_RC handle_scep_challenge_revoke(struct signer *s, const struct actor *actor,
                                   const void *question, void *answer, struct ca_buf *own,
                                   struct ca_err *err);

/* ca/scep_signer.c: whose key signed the message. Zeroed before use. */
struct scep_signer {
    struct ca_bytes issuer, serial, spki; /* of the certificate; borrowed */
    struct db_result found;
    const struct db_certificate *row; /* of ours, and the very same octets; NULL: it is not */
    struct cert cert;                 /* of ours */
};
void scep_signer_done(struct scep_signer *w);
/* Reads what of a certificate matters, whatever else is odd in it: self-signed ones are. Borrows
 * `der`. CA_DENIED, problem "scep-signer": no certificate. */
CA_RC scep_signer_read(struct ca_bytes der, struct scep_signer *ret, struct ca_err *err);
/* Is it one of ours, signed by one of the authorities? Fills `row` and `cert`. */
CA_RC scep_signer_find(struct signer *s, struct ca_bytes der, struct scep_signer *w,
                       struct ca_err *err);
/* May it renew itself at this endpoint now? CA_DENIED, problem "scep-renewal". */
CA_RC scep_renewal_check(const struct db_scep_endpoint *e, const struct scep_signer *w, int64_t now,
                         struct ca_err *err);

/* A request on its way in. What it says is never on record: only its CSR, masked. */
struct issuance;
enum scep_way {
    SCEP_BY_NOTHING,
    SCEP_BY_RENEWAL,
    SCEP_BY_WEBHOOK,
    SCEP_BY_CHALLENGE,
    SCEP_BY_HAND
};
enum { SCEP_CHANNEL_MAX = 80, SCEP_KEY_MAX = 65, SCEP_COMMENT_MAX = 300 };
struct scep_enrolment {
    const struct wire_scep_enrol *said;
    struct db_result found; /* the endpoint */
    const struct db_scep_endpoint *endpoint;
    struct scep_signer signer;
    enum scep_way way;
    struct scep_secret secret; /* BY_CHALLENGE, and where a renewal has one */
    bool has_secret;
    struct db_result challenge; /* a one-time one */
    struct wire_issue ask;      /* what is asked of the issuance */
    struct ca_buf masked;
    char channel[SCEP_CHANNEL_MAX];
    char key[SCEP_KEY_MAX];
    char comment[SCEP_COMMENT_MAX];
    uint8_t spki_hash[SCEP_SECRET_LEN];
    uint8_t csr_hash[SCEP_SECRET_LEN];
    uint8_t proven[SEAL_LEN];
};
void scep_enrolment_free(struct scep_enrolment *e); /* NULL is fine */

/* ca/scep_gate.c: the one gate. It finds the way in, of exactly one kind, before anything is asked
 * of the profile; then, with the plan, whether the names are those that the way is for.
 * CA_DENIED, problems "scep-message", "scep-signer", "scep-renewal", "scep-challenge",
 * "scep-challenge-used". */
CA_RC scep_message_check(const struct wire_scep_enrol *said, struct ca_err *err);
CA_RC scep_let_in(struct issuance *i, struct ca_err *err);
CA_RC scep_names_check(struct issuance *i, struct ca_err *err);

/* ca/scep_enrol.c. Dispatch: WIRE_SCEP_ENROL. */
void scep_start(struct signer *s, struct exchange *x);
/* In the transaction of the request (`arg`: the issuance): uses up the challenge, and writes down
 * what the client calls it. CA_DENIED, problem "scep-challenge-used": another was first. */
CA_RC scep_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err);
/* "scep/x": only the gate and what is on record speak of it. */
bool scep_is_channel(const char *channel);
/* Who asked for a request on record that came in so. CA_DENIED: another operator than the
 * endpoint's, or the front says it. */
CA_RC scep_actor(struct issuance *i, struct ca_err *err);
/* Of a CSR whose signature was checked, and cannot be any more. CA_DENIED; CA_UNAVAILABLE */
CA_RC scep_proven_make(const struct seal *s, struct ca_bytes masked, uint8_t ret[SEAL_LEN],
                       struct ca_err *err);
CA_RC scep_proven_check(const struct seal *s, struct ca_bytes masked, struct ca_bytes proven,
                        struct ca_err *err);
