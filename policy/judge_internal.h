/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/judge.h"
#include "policy/profile_internal.h"
#include "policy/spki.h"

/* finding.c */
struct says {
    const char *rule; /* static */
    const char *pointer;
    struct ca_bytes value;
    const char *allowed; /* NULL: nothing to name */
};
void judge_refuse(struct verdict *v, const struct says *s, const char *fmt, ...) CA_PRINTF(3, 4);
void judge_note(struct verdict *v, const struct says *s, const char *fmt, ...) CA_PRINTF(3, 4);
enum { POINTER_MAX = sizeof(((struct finding *)0)->pointer) };
const char *judge_pointer(char ret[POINTER_MAX], const char *prefix, const char *name);
const char *judge_pointer_n(char ret[POINTER_MAX], const char *prefix, size_t n);

/* The rules on names, key and validity: judge_rules.c, judge_san.c. Each runs twice: on what is
 * chosen from the request, where the pointers (`prefix`: "/csr/subject", "/sans", …) lead to what
 * people wrote, and again on the names that were read back from the final bytes. */
void rule_key(const struct profile *p, const struct spki_info *key, const char *pointer,
              struct verdict *v);
/* Keys that anybody could compute: judge_key_check.c. Else CA_FAULT. */
CA_RC judge_key_checks(const struct judge_input *in, struct verdict *v, struct ca_err *err);
/* May certificates of this profile be signed so, by this issuer? */
bool rule_takes_signature(const struct profile *p, const struct issuer *issuer,
                          enum ca_signature sig);
/* The digests that may be asked for. */
const char *rule_digests_text(const struct profile *p, const struct issuer *issuer, char ret[80]);
struct subject {
    const struct name_value *values;
    size_t n;
    const char *prefix;
};
struct sans {
    const struct san *list;
    size_t n;
    const char *prefix;
};
void rule_subject(const struct profile *p, const struct subject *s, struct verdict *v);
void rule_subject_order(const struct profile *p, const struct subject *s, struct verdict *v);
void rule_sans(const struct profile *p, const struct sans *s, struct verdict *v);
void rule_common_name(const struct profile *p, const struct subject *s, const struct sans *names,
                      struct verdict *v);
struct dates {
    int64_t not_before, not_after, now;
    const char *pointer;
};
void rule_validity(const struct profile *p, const struct issuer *issuer, const struct dates *d,
                   struct verdict *v);

/* Octets of the request, or of choice.octets. */
struct piece {
    struct ca_bytes view;
    size_t at, len; /* len > 0: in choice.octets, which grows */
};

/* One extension as the request wants it. */
struct asked {
    struct piece value; /* content of extnValue */
    bool given;
    bool removed;    /* it is not to be there */
    bool beside;     /* beside the CSR: what is not let through is refused instead of left out */
    int8_t critical; /* -1: not said */
    char pointer[POINTER_MAX];
};
struct chosen {
    struct piece value; /* none: not in the certificate */
    bool critical;
};

/* plan_choose.c: what is taken from CSR and wish, before it is written. Views into both. */
struct choice {
    const struct judge_input *in;
    struct name_value subject[NAME_VALUES_MAX];
    size_t subject_n;
    struct san sans[SAN_COUNT_MAX];
    size_t san_n;
    enum ca_signature signature;
    int64_t not_before, not_after;
    int path_length;                  /* -1: none */
    struct der_writer *octets;        /* of extensions that were put together; the caller's */
    int8_t wish_critical[EXT__COUNT]; /* -1: not asked */
    struct asked asked[EXT__COUNT], asked_private[PROFILE_PRIVATE_MAX];
    struct chosen chosen[EXT__COUNT], chosen_private[PROFILE_PRIVATE_MAX];
    const char *subject_prefix, *sans_prefix; /* of pointers: where they come from */
};
void choice_make(const struct judge_input *in, struct choice *ret, struct verdict *v);

/* judge_access.c: who asks, and for whose names. Nothing without a requester. */
void rule_access(const struct judge_input *in, struct verdict *v);
void rule_owned(const struct choice *c, struct verdict *v);
/* Is it one of the words, which may end with "*"? */
bool judge_is_listed(const struct profile_words *words, const char *word);
/* The domain in a name: of a host (without "*."), a mailbox, a UPN, a URI. False: it has none. */
bool judge_san_host(const struct san *san, struct ca_bytes *ret);
/* "a, b, c", cut. */
const char *judge_words_text(const struct profile_words *words, char ret[200]);

/* judge_requested.c, judge_wished.c: the extensions that CSR and wish ask for, the wish's over the
 * CSR's; findings about those that this CA never takes from anybody. */
void choice_ask_csr(struct choice *c, struct verdict *v);
void choice_ask_wish(struct choice *c, struct verdict *v);
/* The declared private extension with this OID, or -1. */
int private_find(const struct profile *p, struct ca_bytes oid);

/* choose_extension.c, plan_extension.c: what of it the certificate gets, with findings; and its
 * extensions, as DER. */
void choice_extensions(struct choice *c, struct verdict *v);
void plan_extensions_put(struct der_writer *w, const struct choice *c);
/* choose_not_let.c: something is asked where the profile decides. */
void choice_not_let(const struct choice *c, enum cert_extension_kind kind, struct verdict *v);
/* choose_basic_constraints.c */
void choice_basic_constraints(struct choice *c, struct verdict *v);
bool choice_critical(const struct choice *c, enum cert_extension_kind kind, struct verdict *v);
/* choose_constraints.c: puts name constraints together from profile and request. */
void choice_constraints(struct choice *c, struct verdict *v);

struct ca_bytes piece_view(const struct choice *c, const struct piece *piece);
/* What was written to c->octets from `at` on. */
struct piece piece_from(const struct choice *c, size_t at);

/* plan.c */
CA_RC plan_make(const struct choice *choice, struct plan **ret, struct ca_err *err);
void plan_free(struct plan *plan);
CA_AUTO_DEFINE(plan, struct plan *, plan_free);

/* The rules on values of extensions that a request may bring: rule_extension.c, rule_usage.c. Each
 * runs twice, as those on names. */
struct extension_case {
    const struct profile *profile;
    const struct issuer *issuer;
    enum ca_key_kind key;
    const char *pointer;
    struct verdict *verdict;
};
void rule_extension(const struct extension_case *e, enum cert_extension_kind kind,
                    struct ca_bytes value);
void rule_private(const struct extension_case *e, const struct profile_private *p,
                  struct ca_bytes value);
void rule_key_usage(const struct extension_case *e, struct ca_bytes value);
void rule_usages(const struct extension_case *e, struct ca_bytes value);
void rule_subtrees(const struct extension_case *e, struct ca_bytes value);
/* Do usages, key usage and their critical flags go together? */
void rule_usages_together(const struct extension_case *e, const struct cert_extension *key_usage,
                          const struct cert_extension *usages);
/* The value that needs no request, for this kind of key. */
struct ca_bytes extension_default(const struct profile *p, enum cert_extension_kind kind,
                                  enum ca_key_kind key);
/* "digital_signature, crl_sign" */
const char *key_usage_text(uint32_t bits, char ret[160]);

/* judge_extension.c: the extensions of a TBSCertificate against profile and issuer. */
struct tbs_case {
    const struct profile *profile;
    const struct issuer *issuer;
    const struct cert *cert;
    const struct spki_info *key;
    bool subject_is_empty;
    const struct san *sans;
    size_t san_n;
    uint8_t key_id[SPKI_KEY_ID_LEN]; /* as the profile has it made */
    const struct own *own;           /* judge_extension.c: what the authority puts in */
    struct verdict *verdict;
};
/* Appends the AuthorityKeyIdentifier of what `issuer` issues; `full`: with issuer and serial. */
void authority_key_id_write(struct der_writer *w, const struct issuer *issuer, bool full);
/* Appends the authority's own CRL or OCSP and issuer addresses, if it has any. */
void authority_addresses_write(struct der_writer *w, enum cert_extension_kind kind,
                               const struct issuer *issuer);
/* Appends the address of the part of its CRL that `serial` falls on; len 0: that of a plan. */
void crl_shard_write(struct der_writer *w, const struct issuer *issuer, struct ca_bytes serial);
/* Appends the address of the delta CRLs beside that (FreshestCRL), if profile and authority want it
 * in certificates. */
void freshest_crl_write(struct der_writer *w, const struct profile *profile,
                        const struct issuer *issuer, struct ca_bytes serial);
/* plan_extension.c. `key`: octets of the BIT STRING. */
CA_RC key_id_make(enum profile_key_id how, struct ca_bytes key, uint8_t ret[SPKI_KEY_ID_LEN],
                  struct ca_err *err);
CA_RC judge_extensions(const struct tbs_case *t, struct ca_err *err);
/* judge_private.c: the private extensions that the profile declares, and those that nobody does. */
void judge_private(const struct tbs_case *t);
