/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire_parts.h"

/* Authorities and their CRLs. A part of ca/wire.h. */

struct wire_authority_create {
    struct wire_caller caller;
    const char *name;
    const char *parent; /* name; "": self-signed; "external": only a CSR is made */
    const char *key;    /* "ec:P-256", "rsa:3072": base/algorithm.h */
    bool pss;
    const char *digest;  /* "": as strong as the key */
    const char *profile; /* "": "root" or "subca" */
    const struct wire_pair *subject;
    uint32_t subject_n;
    int64_t validity_s;  /* 0: the profile's default */
    int32_t path_length; /* -1: the profile's */
    const struct wire_text *permitted_dns;
    uint32_t permitted_dns_n;
    const struct wire_text *excluded_dns;
    uint32_t excluded_dns_n;
    const struct wire_pair *constraints; /* those on other names, as in struct wire_issue */
    uint32_t constraints_n;
    const char *crl_url; /* "": made from the server's public address */
    const char *aia_url;
    const char *ocsp_url;
    int32_t crl_validity_s; /* 0: default */
    int32_t crl_interval_s;
    int32_t crl_shards;  /* parts of its CRL; 0: the whole alone */
    const char *follows; /* it becomes the next authority of this one; "": of none */
    bool repeatable;     /* one that is there already, as asked, is the answer */
};
struct wire_authority_install { /* what an external root signed */
    struct wire_caller caller;
    const char *name;
    struct ca_bytes chain; /* DER certificates, its own first, root last */
};
struct wire_authority_adopt { /* an existing CA certificate whose key is in the token */
    struct wire_caller caller;
    const char *name;
    const char *key_label;
    struct ca_bytes chain;
    const char *crl_url;
    const char *aia_url;
    const char *ocsp_url;
    int32_t crl_validity_s; /* 0: default */
    int32_t crl_interval_s;
    int32_t crl_shards; /* of what it issues from now on */
    int64_t crl_number; /* the last one that it used elsewhere; its next CRL has a higher one */
};
struct wire_authority_next { /* who issues in its place one day, or its own end */
    struct wire_caller caller;
    const char *name;
    const char *act;  /* "prepare", "publish", "switch", "cancel", "retire" */
    const char *next; /* of prepare: name of an authority */
    int64_t at;       /* of switch; 0: now */
};
struct wire_authority {
    struct ca_uuid id;
    const char *name;
    const char *state;  /* "pending", "online", "offline" */
    const char *reason; /* of offline */
    struct ca_bytes csr;
    struct ca_bytes certificate; /* len 0 while pending */
};

struct wire_crl_generate {
    struct wire_caller caller;
    const char *authority;
    bool emergency; /* publish the one that is held */
};
struct wire_crl_schedule { /* -1: as it is */
    struct wire_caller caller;
    const char *authority;
    int32_t validity_s;
    int32_t interval_s;
    int32_t delta_interval_s; /* 0: no deltas */
    int32_t shards;           /* never fewer than before */
    int32_t emergency_s;      /* validity of CRLs signed ahead; 0: none */
};
struct wire_crl {
    const char *authority;
    int64_t number;
    int64_t this_update;
    int64_t next_update;
    int64_t entries;
    int64_t size;
};
