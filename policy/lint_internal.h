/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/cert.h"
#include "policy/lint.h"
#include "policy/name.h"

/* A certificate taken apart once for all rules. The reader is lenient on purpose: what cert_read
 * refuses at once has a rule with a name here, so that imported certificates are explained too.
 * Views into the TBSCertificate; nothing is allocated. */

/* What a certificate is; a rule applies when all of its bits are there. */
enum lint_kind {
    LINT_KIND_READ = 1 << 0,         /* the TBSCertificate could be taken apart */
    LINT_KIND_CA = 1 << 1,           /* basicConstraints says so */
    LINT_KIND_LEAF = 1 << 2,         /* the others */
    LINT_KIND_TLS = 1 << 3,          /* a leaf whose extended key usage has serverAuth or any */
    LINT_KIND_BR = 1 << 4,           /* a leaf with a policy of the CA/B TLS baseline */
    LINT_KIND_SELF_ISSUED = 1 << 5,  /* subject and issuer are the same name */
    LINT_KIND_UNDER_ISSUER = 1 << 6, /* the issuer's particulars are at hand */
    LINT_KIND_SELF_SIGNED = 1 << 7,  /* self-issued, and the key identifiers do not differ */
    LINT_KIND_NOT_SELF_SIGNED = 1 << 8,
    LINT_KIND_RSA = 1 << 9, /* kind of the subject's key */
    LINT_KIND_EC = 1 << 10,
    LINT_KIND_ED25519 = 1 << 11,
};

enum lint_ext_kind {
    LINT_BC,
    LINT_KU,
    LINT_EKU,
    LINT_SAN,
    LINT_IAN,
    LINT_SKI,
    LINT_AKI,
    LINT_CDP,
    LINT_FRESHEST_CRL,
    LINT_AIA,
    LINT_SIA,
    LINT_POLICIES,
    LINT_POLICY_MAPPINGS,
    LINT_POLICY_CONSTRAINTS,
    LINT_INHIBIT_ANY_POLICY,
    LINT_NAME_CONSTRAINTS,
    LINT_DIRECTORY_ATTRIBUTES,
    LINT_OCSP_NO_CHECK,
    LINT_TLS_FEATURE,
    LINT_CT_POISON,
    LINT_EXT__COUNT
};
const struct ca_bytes *lint_ext_oid(enum lint_ext_kind kind); /* content octets */

struct lint_ext {
    struct ca_bytes oid;
    struct ca_bytes value; /* content of extnValue */
    bool present, critical;
    bool false_written; /* critical FALSE, which DER leaves out */
    bool ok;            /* the value has the form that its standard gives it */
};

struct lint_time {
    unsigned tag;
    struct ca_bytes text;
    bool known; /* `at` says which moment it is */
    int64_t at;
};

struct lint_attribute {
    struct ca_bytes oid;
    unsigned tag;
    struct ca_bytes value;
    int attribute; /* enum name_attribute; -1: another */
    bool first;    /* of its RDN */
    struct ca_bytes all;
};
struct lint_name {
    bool ok;
    struct lint_attribute values[NAME_VALUES_MAX];
    size_t n;
};

struct lint_general_name {
    unsigned tag; /* octet of the GeneralName */
    struct ca_bytes value;
};

struct lint_oid_list {
    struct ca_bytes oids[32];
    size_t n;
    bool more; /* than the array holds */
};

/* Bits of the purposes that rules ask for. */
enum lint_purpose {
    LINT_PURPOSE_ANY = 1 << 0,
    LINT_PURPOSE_SERVER = 1 << 1,
    LINT_PURPOSE_CLIENT = 1 << 2,
    LINT_PURPOSE_CODE = 1 << 3,
    LINT_PURPOSE_EMAIL = 1 << 4,
    LINT_PURPOSE_TIME = 1 << 5,
    LINT_PURPOSE_OCSP = 1 << 6,
    LINT_PURPOSE_OTHER = 1 << 7,
};

/* Bits of the reserved policies of the CA/Browser Forum (BR 7.1.6.1). */
enum lint_policy {
    LINT_POLICY_DV = 1 << 0,
    LINT_POLICY_OV = 1 << 1,
    LINT_POLICY_IV = 1 << 2,
    LINT_POLICY_EV = 1 << 3,
};

struct lint_key {
    bool ok;                           /* algorithm and key could be read */
    struct ca_bytes algorithm;         /* OID, content octets */
    struct ca_bytes parameters;        /* whole element; len 0: absent */
    struct ca_bytes bits;              /* octets of the BIT STRING */
    struct ca_bytes modulus, exponent; /* RSA, without leading zero octet */
    unsigned modulus_bits;
};

struct lint_case {
    unsigned kinds; /* bits of enum lint_kind */
    const struct issuer *issuer_info;
    struct ca_bytes tbs;

    bool version_3;
    struct ca_bytes serial;    /* content octets of the INTEGER */
    struct ca_bytes algorithm; /* whole element */
    struct ca_bytes issuer, subject, spki;
    struct lint_time not_before, not_after;
    bool unique_ids;
    struct lint_name subject_name, issuer_name;
    struct lint_key key;

    bool extensions_empty; /* [3] stands there without an extension */
    struct lint_ext all[CERT_EXTENSIONS_MAX];
    size_t all_n;
    struct lint_ext none;                        /* of what is absent */
    const struct lint_ext *ext[LINT_EXT__COUNT]; /* never NULL; the first of its kind */

    bool ca, ca_false_written, path_length_given;
    int path_length; /* -1: none, or beyond an int */
    uint32_t ku;
    bool ku_shortest; /* no trailing zero bits, unused bits zero */
    struct lint_oid_list eku;
    unsigned purposes; /* bits of enum lint_purpose */
    struct lint_general_name sans[SAN_COUNT_MAX];
    size_t san_n;
    struct ca_bytes ski, aki;
    bool aki_issuer, aki_serial;
    struct lint_oid_list policies;
    unsigned policy_bits; /* bits of enum lint_policy */
};

/* Takes a TBSCertificate apart; kinds has LINT_KIND_READ when it could. */
void lint_case_read(struct ca_bytes tbs, const struct issuer *issuer, struct lint_case *ret);

/* Parts of it: lint_case_name.c, lint_case_extension.c. */
void lint_name_read(struct ca_bytes name, struct lint_name *ret);
bool lint_extensions_read(struct ca_bytes tagged, struct lint_case *ret);
void lint_extension_values_read(struct lint_case *c);

/* Takes the next element of any tag; false at the end and where it is not DER. */
bool lint_take(struct ca_bytes *in, unsigned *ret_tag, struct ca_bytes *ret_body);
/* The one element with this tag that fills `in`. */
bool lint_only(struct ca_bytes in, unsigned tag, struct ca_bytes *ret_body);

/* A rule. `check` says whether the certificate keeps to it; *ret_value is what does not, a view
 * that lives as long as the case. `arg` tells rules apart that share a function. */
struct lint {
    struct lint_info info;
    const char *pointer;
    unsigned kinds; /* all of these; LINT_KIND_READ goes without saying unless 0 */
    bool (*check)(const struct lint_case *c, int arg, struct ca_bytes *ret_value);
    int arg;
};
/* Checks that several groups make, of extension `arg`: critical where it is there; not critical. */
bool lint_is_critical(const struct lint_case *c, int arg, struct ca_bytes *ret_value);
bool lint_is_not_critical(const struct lint_case *c, int arg, struct ca_bytes *ret_value);
struct lint_group {
    const struct lint *lints;
    size_t n;
};
/* Each defined beside its checks. */
extern const struct lint_group lint_group_tbs, lint_group_name, lint_group_extension,
    lint_group_usage, lint_group_san, lint_group_authority, lint_group_key, lint_group_tls,
    lint_group_tls_subject, lint_group_agree;

/* Runs one rule: does it apply, and does the certificate break it? For tests and lint_tbs. */
enum lint_result { LINT_NOT_APPLICABLE, LINT_PASSES, LINT_BREAKS };
enum lint_result lint_run(const struct lint *lint, const struct lint_case *c,
                          struct ca_bytes *ret_value);
const struct lint *lint_row(size_t i); /* as lint_at */
