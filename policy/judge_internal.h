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
/* An http or https address, printable ASCII. */
bool rule_is_web_url(struct ca_bytes url);

/* plan_choose.c: what is taken from CSR and wish, before it is written. Views into both. */
struct choice {
    const struct judge_input *in;
    struct name_value subject[NAME_VALUES_MAX];
    size_t subject_n;
    struct san sans[SAN_COUNT_MAX];
    size_t san_n;
    enum ca_signature signature;
    int64_t not_before, not_after;
    int path_length; /* -1: none */
    const char *crl_url;
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

/* judge_requested.c: the extensions that the CSR asks for. */
void judge_requested(const struct judge_input *in, struct verdict *v);

/* plan.c */
CA_RC plan_make(const struct choice *choice, struct plan **ret, struct ca_err *err);
void plan_free(struct plan *plan);
CA_AUTO_DEFINE(plan, struct plan *, plan_free);

/* judge_extension.c: the extensions of a TBSCertificate against profile and issuer. */
struct tbs_case {
    const struct profile *profile;
    const struct issuer *issuer;
    const struct cert *cert;
    const struct spki_info *key;
    bool subject_is_empty;
    const struct san *sans;
    size_t san_n;
    uint8_t key_id[SPKI_KEY_ID_LEN];
    struct verdict *verdict;
};
void judge_extensions(const struct tbs_case *t);
