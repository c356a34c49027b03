/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire_parts.h"

/* Issuing certificates. A part of ca/wire.h. */

struct wire_issue {
    struct wire_caller caller;
    const char *profile;
    const char *authority;       /* "": the default issuing authority */
    struct ca_bytes csr;         /* DER */
    const char *idempotency_key; /* never "": the front makes one where the client gave none */
    const char *comment;
    bool manual;            /* an officer has to agree, even where the profile wants nobody */
    struct ca_bytes proven; /* the signer's own word, on record: possession of the key was proved
                               before the CSR was masked; len 0: it is to be checked */
    struct ca_uuid revises; /* a request that waits and gets this content instead; nil: a new one */
    struct ca_bytes revises_digest; /* the content that it replaces; another: CA_CONFLICT */
    bool subject_given;             /* the list below replaces the CSR's subject, even when empty */
    const struct wire_pair *subject;
    uint32_t subject_n;
    bool sans_given;
    const struct wire_pair *sans;
    uint32_t sans_n;
    int64_t not_after;  /* 0: not asked */
    int64_t validity_s; /* 0: not asked */
    const char *digest; /* "sha384"; "": as profile and authority say */
    uint32_t on, off;   /* bits of enum wish_switch (policy/judge.h) */
    bool path_length_given;
    uint32_t path_length;
    bool key_usage_given;
    uint32_t key_usage;             /* bits of enum cert_key_usage_bit */
    const struct wire_text *usages; /* names or dotted; none: not asked */
    uint32_t usages_n;
    const struct wire_text *policies; /* dotted; none: not asked */
    uint32_t policies_n;
    const struct wire_pair *constraints; /* {"permitted_dns", "example.org"} */
    uint32_t constraints_n;
    const char *crl_url; /* "": the authority's, as the next two */
    const char *aia_url;
    const char *ocsp_url;
    const struct wire_extension *extensions;
    uint32_t extensions_n;
};

struct wire_issued {
    struct ca_uuid request_id;
    const char *state; /* of the request: "issued", "pending", "issuing" */
    const char *profile;
    const char *authority;
    struct ca_uuid certificate_id; /* nil unless issued */
    struct ca_bytes certificate;   /* DER */
    struct ca_bytes plan_digest;
    struct ca_bytes profile_version;
    const char *comment;
    int64_t created_at;
    int64_t decided_at; /* 0: not yet */
    bool repeated;      /* the answer to an earlier request with the same idempotency key */
    const struct wire_finding *findings;
    uint32_t findings_n;
};
