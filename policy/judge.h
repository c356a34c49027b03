/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "policy/csr.h"
#include "policy/extension.h"
#include "policy/key_check.h"
#include "policy/name.h"
#include "policy/profile.h"

/* May this be issued, and what exactly would it be? Pure: the same input gives the same verdict,
 * findings and plan, at any time on any machine. */

/* What the issuing authority puts in. A self-signed certificate (profile key `self_signed`) is its
 * own issuer: `subject` and `key_id` may be empty then, and the dates wide open. */
struct issuer {
    struct ca_bytes subject; /* Name, whole element */
    struct ca_bytes key_id;  /* its SubjectKeyIdentifier */
    enum ca_signature signature;
    int64_t not_before;
    int64_t not_after;
    int path_length;                  /* -1: none */
    struct ca_bytes name_constraints; /* its NameConstraints, content of extnValue; len 0: none */
    const char *crl_url;              /* "": none */
    int32_t crl_shards; /* parts of its CRL that certificates are spread over; 0: the whole alone */
    bool crl_deltas;    /* there are delta CRLs beside each complete one */
    const char *aia_url;         /* "" */
    const char *ocsp_url;        /* "" */
    struct ca_bytes issuer_name; /* who issued its certificate: Name, whole element */
    struct ca_bytes serial;      /* of its certificate, value octets; len 0: it has none yet */
};

/* An extension that a profile lets the requester fill. */
struct wish_extension {
    struct ca_bytes oid; /* content octets */
    bool critical;
    struct ca_bytes value; /* content of extnValue, DER */
};

/* What can be asked for with yes or no: bits. */
enum wish_switch {
    WISH_CA = 1 << 0,
    WISH_BASIC_CONSTRAINTS_CRITICAL = 1 << 1,
    WISH_KEY_USAGE_CRITICAL = 1 << 2,
    WISH_USAGES_CRITICAL = 1 << 3,
    WISH_AUTHORITY_ISSUER = 1 << 4, /* issuer and serial in the authority key identifier */
    WISH_AUTHORITY_KEY_CRITICAL = 1 << 5,
    WISH_MUST_STAPLE = 1 << 6,
    WISH__ALL = (1 << 7) - 1,
};

/* What the requester asks for beside the CSR; a profile says which of these it lets through. */
struct wish {
    const struct name_value *subject; /* replaces the CSR's; NULL: not asked */
    size_t subject_n;
    const struct san *sans; /* replace the CSR's; NULL: not asked */
    size_t san_n;
    int64_t not_after;                /* 0: not asked */
    int64_t validity_s;               /* 0: not asked */
    int path_length;                  /* -1: not asked; CA profiles only */
    const char *const *permitted_dns; /* name constraints; CA profiles only */
    size_t permitted_dns_n;
    const char *const *excluded_dns;
    size_t excluded_dns_n;
    const char *crl_url; /* "" or NULL: the authority's */
    const char *digest;  /* "sha384"; "" or NULL: as profile and authority say */
    bool key_usage_given;
    uint32_t key_usage;            /* bits of enum cert_key_usage_bit */
    const struct ca_bytes *usages; /* extended key usage, content octets of OIDs; NULL: not asked */
    size_t usage_n;
    unsigned on, off;                    /* bits of enum wish_switch; in neither: not asked */
    const char *aia_url;                 /* "" or NULL: the authority's */
    const char *ocsp_url;                /* the same */
    const struct name_subtree *subtrees; /* name constraints, beside those on DNS names above */
    size_t subtree_n;
    const struct ca_bytes *policies; /* content octets of OIDs; NULL: not asked */
    size_t policy_n;
    const struct wish_extension *extensions; /* others, by OID; NULL: not asked */
    size_t extension_n;
};

/* Who asks: what the access rules of a profile look at, and a part of what approvers agree to. */
struct requester {
    const char *name;
    unsigned roles;      /* bits of enum ca_role */
    const char *channel; /* "rest", "scep/routers" */
    const char *const
        *owned; /* names that are his: "example.org" (and all under it), "a@b", "10.0.0.0/8" */
    size_t owned_n;
    const char *const *scopes; /* profiles that his token is for; NULL: any */
    size_t scope_n;
    const char *const *limits; /* names that his token is for, in every profile; NULL: any */
    size_t limit_n;
    const char *reason; /* his own words */
};

/* One rule's word. */
struct finding {
    bool refuses;      /* else: told, but no reason to refuse */
    const char *rule;  /* "subject_alt_name.dns.wildcard": static */
    char pointer[96];  /* JSON pointer into the request: "/csr/subject/common_name", "/sans/0" */
    char value[160];   /* what was asked, printable, cut */
    char allowed[200]; /* what would pass */
    char text[240];    /* the sentence for people */
};
enum { FINDINGS_MAX = 32 };

enum outcome { OUTCOME_REFUSE, OUTCOME_WAIT, OUTCOME_ISSUE }; /* 0 is refuse: default deny */

/* The TBSCertificate minus serial and dates. */
struct plan;

struct verdict {
    enum outcome outcome;
    struct finding findings[FINDINGS_MAX];
    size_t finding_n;  /* more than FINDINGS_MAX: the rest is dropped, the outcome stays */
    struct plan *plan; /* NULL when refused before one could be made */
};
void verdict_free(struct verdict *v);
CA_AUTO_DEFINE(verdict, struct verdict *, verdict_free);

struct judge_input {
    const struct profile *profile;
    const struct issuer *issuer;
    const struct csr *csr;
    const struct wish *wish; /* NULL: nothing beside the CSR */
    int64_t now;
    const struct requester *requester; /* NULL: the server itself; no access rule is asked */
    const struct key_checks *checks;   /* NULL: without lists of known keys */
};
/* Makes the plan, writes it as a TBSCertificate with a made-up serial, and judges that one with
 * judge_tbs, together with the checks on key, request and requester. OUTCOME_WAIT: nothing refuses,
 * and the profile wants approvals. A verdict is a result: CA_OK even when it refuses. Else
 * CA_FAULT.
 */
CA_RC judge_request(const struct judge_input *in, struct verdict **ret, struct ca_err *err);

/* As judge_request, with every rule that was looked at: for dry runs. */
enum rule_state { RULE_NOT_ASKED, RULE_PASSED, RULE_NOTED, RULE_REFUSED };
struct rule_trace {
    const char *rule; /* as in findings: static */
    char pointer[96]; /* into the profile: "/subject/attributes/common_name"; "": a rule of its own
                       */
    enum rule_state state;
    char says[200];                /* what the profile says: "required; like [a-z]+" */
    const struct finding *finding; /* the worst; NULL: none; in `verdict` */
};
struct explanation {
    struct verdict *verdict;
    struct rule_trace *rows;
    size_t n;
};
CA_RC judge_explain(const struct judge_input *in, struct explanation **ret, struct ca_err *err);
void explanation_free(struct explanation *e);
CA_AUTO_DEFINE(explanation, struct explanation *, explanation_free);

/* Every constraint again, on the final bytes (I7, I8): a closed list of extensions, each with a
 * value that the profile allows, names, key, validity inside issuer and profile, algorithms. Adds
 * to verdict->findings; sets OUTCOME_REFUSE when one refuses, never the other way: the caller
 * starts with OUTCOME_ISSUE. Bytes that are no TBSCertificate are a finding too. Else CA_FAULT. */
CA_RC judge_tbs(const struct profile *profile, const struct issuer *issuer, struct ca_bytes tbs,
                int64_t now, struct verdict *verdict, struct ca_err *err);

/* SHA-256 over profile name and version, requester and reason, the validity that was asked for, and
 * the plan's bytes: what approvals are bound to (I10). The dates themselves are not in it: they
 * follow from the hour of issuance. */
/* The part of the issuer's CRL that a certificate with this serial number names; 0: the whole. */
int32_t plan_shard(const struct plan *plan, struct ca_bytes serial);
struct ca_bytes plan_digest(const struct plan *plan); /* 32 octets; borrowed */
int64_t plan_not_before(const struct plan *plan);
int64_t plan_not_after(const struct plan *plan);
const char *plan_subject(const struct plan *plan);     /* RFC 4514; borrowed */
const char *plan_common_name(const struct plan *plan); /* "" none */
const char *plan_names(const struct plan *plan);       /* "DNS:a,IP:b" */
/* Lower-case CN and SAN values, without types, no duplicates; borrowed. */
const char *const *plan_search(const struct plan *plan, size_t *ret_n);
struct ca_bytes plan_spki(const struct plan *plan); /* whole element; borrowed */
/* How it has to be signed: the authority's key, with the digest of profile or request. */
enum ca_signature plan_signature(const struct plan *plan);

/* The TBSCertificate (RFC 5280 4.1.2) with this serial (value octets). Appends. */
CA_RC plan_tbs(const struct plan *plan, struct ca_bytes serial, struct ca_buf *ret,
               struct ca_err *err);
