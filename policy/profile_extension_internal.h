/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/algorithm.h"
#include "policy/cert.h"
#include "policy/extension.h"

/* The extensions of a profile. A value alone is fixed; a value and what is allowed beside it is a
 * default; what is allowed alone is the requester's choice. */

enum profile_source {
    PROFILE_NONE,
    PROFILE_FROM_AUTHORITY,
    PROFILE_FROM_REQUEST, /* the request's, else the authority's */
    PROFILE_FROM_PROFILE,
    PROFILE_WHOLE, /* the address of the whole CRL, where there are parts too */
};

enum profile_key_id { PROFILE_KEY_ID_NONE, PROFILE_KEY_ID_SHA1, PROFILE_KEY_ID_SHA256 };

/* Kinds of keys that can do different things. */
enum profile_class {
    PROFILE_CLASS_RSA,
    PROFILE_CLASS_EC,
    PROFILE_CLASS_EDDSA,
    PROFILE_CLASS__COUNT
};
enum profile_class profile_class_of(enum ca_key_kind kind);

struct profile_extension {
    bool from_request; /* a request may bring another value, inside what is allowed */
    bool required;     /* a request has to bring one */
    bool critical;
    bool critical_from_request; /* a request may say otherwise */
    struct ca_bytes value;      /* content of extnValue when nothing is asked; len 0: none */
};

struct profile_basic_constraints {
    bool present, ca;
    int path_length, path_length_max; /* -1: none */
};

struct profile_key_usage { /* of one class of keys */
    uint32_t bits, allow;  /* allow 0: `bits` are fixed */
    struct ca_bytes value;
};

struct profile_oids {
    struct ca_bytes *list; /* content octets */
    size_t n;
};

struct profile_texts {
    const char *const *list; /* into the YAML */
    size_t n;
};

enum { PROFILE_PRIVATE_MAX = 16, PROFILE_PRIVATE_DER_MAX = 4096 };
struct profile_private {
    struct ca_bytes oid;
    struct profile_extension rule;
    size_t max; /* octets that a request may bring */
};

struct profile_block; /* what profile_keep keeps */

struct profile_extensions {
    struct profile_extension by[EXT__COUNT];
    struct profile_key_usage key_usage[PROFILE_CLASS__COUNT];
    struct profile_oids usages, usages_allowed;
    bool authority_key_id, authority_issuer, authority_issuer_from_request;
    enum profile_key_id subject_key_id;
    enum profile_source crl_url, authority_info, name_constraints;
    bool freshest_crl; /* the address of the authority's delta CRLs, where it has any */
    struct profile_texts url_hosts; /* of addresses that requests bring; n 0: any */
    struct extension_policy *policies;
    size_t policy_n;
    struct extension_policy *policies_allowed;
    size_t policy_allowed_n;
    struct name_subtree *subtrees;
    size_t subtree_n;
    struct profile_oids templates_allowed;
    struct profile_texts template_names_allowed;
    struct profile_texts sid_domains;
    struct profile_private private[PROFILE_PRIVATE_MAX];
    size_t private_n;
    struct profile_block *blocks;
};

/* The language: structs of the YAML. Switches are words, so that "maybe" is refused, and 0 stays
 * "not written". */
enum { YAML_ABSENT, YAML_FALSE, YAML_TRUE, YAML_DEFAULT, YAML_REQUEST };
enum { YAML_FRESHEST_FROM_AUTHORITY, YAML_FRESHEST_NONE };
enum { YAML_KEY_ID_NONE, YAML_KEY_ID, YAML_KEY_ID_ISSUER, YAML_KEY_ID_REQUEST };
struct profile_yaml_basic_constraints {
    int ca, critical;
    int *path_length, *path_length_max;
};
struct profile_yaml_key_usage {
    int critical, required;
    uint32_t bits, rsa_bits, ec_bits, allow;
};
struct profile_yaml_extended_key_usage {
    int critical, required;
    char **usages;
    unsigned usages_count;
    char **allow;
    unsigned allow_count;
};
struct profile_yaml_qualifier {
    char *policy, *cps, *user_notice;
};
struct profile_yaml_subtrees {
    char **dns, **email, **ip, **directory;
    unsigned dns_count, email_count, ip_count, directory_count;
};
struct profile_yaml_template {
    char *oid;
    uint32_t *major, *minor;
    char **allow;
    unsigned allow_count;
    int required;
};
struct profile_yaml_template_name {
    char *name;
    char **allow;
    unsigned allow_count;
    int required;
};
struct profile_yaml_sid {
    char *sid;
    char **domains;
    unsigned domains_count;
    int required;
};
struct profile_yaml_private {
    char *oid;
    int critical, required;
    char *value;
    unsigned max;
};
struct profile_yaml_extensions {
    struct profile_yaml_basic_constraints *basic_constraints;
    struct profile_yaml_key_usage *key_usage;
    struct profile_yaml_extended_key_usage *extended_key_usage;
    int authority_key_identifier, subject_key_identifier;
    int crl_distribution_points, freshest_crl, authority_information_access;
    char **crl_urls, **ocsp_urls, **aia_urls, **url_hosts;
    unsigned crl_urls_count, ocsp_urls_count, aia_urls_count, url_hosts_count;
    char **certificate_policies, **policies_allowed;
    unsigned certificate_policies_count, policies_allowed_count;
    struct profile_yaml_qualifier *policy_qualifiers;
    unsigned policy_qualifiers_count;
    int name_constraints;
    struct profile_yaml_subtrees *permitted_subtrees, *excluded_subtrees;
    int must_staple, ocsp_no_check;
    struct profile_yaml_template *microsoft_template;
    struct profile_yaml_template_name *microsoft_template_name;
    struct profile_yaml_sid *microsoft_sid;
    struct profile_yaml_private *private_extensions;
    unsigned private_extensions_count;
};

struct profile;

/* A copy that lives as long as the profile; *ret is untouched unless CA_OK. CA_FAULT no memory. */
CA_RC profile_keep(struct profile *p, struct ca_bytes from, struct ca_bytes *ret,
                   struct ca_err *err);
void profile_keep_done(struct profile *p);
/* Of a writer, once: takes its octets as the value. */
CA_RC profile_keep_value(struct profile *p, struct der_writer *w, struct ca_bytes *ret,
                         struct ca_err *err);

/* Names of usages or dotted texts, as OIDs; none twice. CA_MALFORMED, CA_DENIED name `key`. */
struct profile_oid_texts {
    const char *key;
    char *const *texts;
    unsigned n;
};
CA_RC profile_oids_keep(struct profile *p, const struct profile_oid_texts *from,
                        struct profile_oids *ret, struct ca_err *err);
CA_RC profile_oid_keep(struct profile *p, const char *key, const char *text, struct ca_bytes *ret,
                       struct ca_err *err);

/* "digital_signature": bit n of KeyUsage; NULL: no such bit. */
const char *profile_key_usage_name(unsigned bit);
