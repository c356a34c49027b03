/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"
#include "ca/wire.h"

/* What creating, installing and adopting an authority share. Refusals name field, value and what is
 * allowed. */

enum { CSR_NO_CA = -2 };
/* A PKCS#10 (RFC 2986) of a key in the token, asking for a CA certificate. Appends its DER.
 *   subject      Name, whole element
 *   path_length  -1: none; CSR_NO_CA: it asks for no CA certificate
 * CA_UNAVAILABLE the token failed */
CA_RC csr_build(const struct hsm_key *key, enum ca_signature signature, struct ca_bytes subject,
                int path_length, struct ca_buf *ret, struct ca_err *err);

enum { AUTHORITY_URL_MAX = 511 };
struct authority_urls {
    char crl[AUTHORITY_URL_MAX + 1];
    char aia[AUTHORITY_URL_MAX + 1];
    char ocsp[AUTHORITY_URL_MAX + 1];
};
/* [a-z0-9-]{1,63}, without "-delta" at its end: NAME-delta.crl is where the delta CRLs of NAME are.
 * CA_MALFORMED. */
CA_RC authority_name_check(const char *name, struct ca_err *err);
/* May the authority have so many parts of its CRL, or deltas, at this address? CA_MALFORMED names
 * `pointer`. */
CA_RC authority_crl_parts(int32_t shards, bool deltas, const char *crl_url, const char *pointer,
                          struct ca_err *err);
/* Those asked for, or the defaults below the server's public address.
 * CA_MALFORMED not an http or https address. */
CA_RC authority_urls_make(const struct signer *s, const char *name, const struct wire_pair asked[3],
                          struct authority_urls *ret, struct ca_err *err);
/* What was asked for, 0: the defaults. CA_MALFORMED an interval that is no shorter than the
 * validity, or a validity of more than a year. */
CA_RC authority_crl_times(const struct signer *s, int32_t validity, int32_t interval,
                          struct db_authority *ret, struct ca_err *err);
/* A Name of these attributes, in the order of enum name_attribute. Appends. */
CA_RC authority_subject_make(const struct wire_pair *pairs, uint32_t n, struct der_writer *ret,
                             struct ca_err *err);
/* No authority but `but` (NULL: none) has this subject. CA_CONFLICT. */
CA_RC authority_subject_check(const struct authority_set *set, struct ca_bytes subject,
                              const struct authority *but, struct ca_err *err);
/* Reads all authorities again. */
CA_RC authority_reload(struct signer *s, struct ca_err *err);
/* A token that failed ends the process. Returns rc. */
enum ca_rc authority_token_rc(struct signer *s, enum ca_rc rc, const struct ca_err *err);

/* An installed certificate against the key that is to use it. `chain`: its own first, root last.
 * *ret_rest: the chain behind it; both views. CA_DENIED, CA_MALFORMED. */
CA_RC authority_chain_check(struct ca_bytes chain, struct ca_bytes spki, struct cert *ret,
                            struct ca_bytes *ret_rest, struct ca_err *err);
/* The authority of ours that has the first certificate of `rest`; 0: none. */
int64_t authority_parent_of(const struct authority_set *set, struct ca_bytes rest);

/* A change as every handler makes it. */
struct authority_audit {
    const struct actor *actor;
    const struct wire_caller *caller;
    const char *action;
    const char *name;
    const char *detail;
    struct ca_bytes certificate; /* hashed into the line; len 0: none */
};
CA_RC authority_record(struct signer *s, change_fn change, void *arg,
                       const struct authority_audit *audit, struct ca_err *err);
struct authority_installation {
    int64_t id;
    int64_t parent_id;
    struct ca_bytes certificate;
    struct ca_bytes chain;
};
/* A change_fn; `arg` is a struct authority_installation. CA_CONFLICT it is not pending any more. */
CA_RC authority_installation_write(struct db *db, struct audit *audit, void *arg,
                                   struct ca_err *err);
/* The certificate is on record: the new set, a first CRL (which may also come later), the answer.
 */
CA_RC authority_activated(struct signer *s, const struct authority_audit *audit,
                          struct wire_authority *answer, struct ca_buf *own, struct ca_err *err);
/* How the authority is now. Everything is copied into `own`. */
CA_RC authority_answer(struct signer *s, const char *name, struct wire_authority *answer,
                       struct ca_buf *own, struct ca_err *err);
