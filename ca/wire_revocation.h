/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire_parts.h"

/* Revoking certificates: one, all of a key, many at once. A part of ca/wire.h. */

struct wire_revoke {
    struct wire_caller caller;
    struct ca_uuid certificate_id;
    uint8_t reason;          /* CRLReason, RFC 5280 5.3.1; 6: hold */
    int64_t invalidity_date; /* 0: none */
    const char *comment;
};
struct wire_release {
    struct wire_caller caller;
    struct ca_uuid certificate_id;
    const char *comment;
};
struct wire_revoked {
    struct ca_uuid certificate_id;
    const char *state;  /* "revoked", "held", "valid" */
    int64_t revoked_at; /* 0 after a release */
    int64_t crl_number; /* the first CRL that will show it */
    int64_t crl_due;    /* when that one is published at the latest */
};

/* A key that gets no certificate any more. */
struct wire_key_block {
    struct wire_caller caller;
    struct ca_bytes spki_hash; /* SHA-256 of the SubjectPublicKeyInfo */
    uint8_t reason;            /* CRLReason with which its certificates are revoked */
    const char *comment;
    bool revoke; /* those that it has */
};
struct wire_key_unblock {
    struct wire_caller caller;
    struct ca_bytes spki_hash;
    const char *comment;
};
struct wire_key {
    struct ca_bytes spki_hash;
    bool existed;     /* it was blocked already */
    uint64_t revoked; /* certificates, by this question */
    bool more;        /* there are others: ask again */
    int64_t crl_due;  /* when all of them are on published CRLs at the latest; 0: none revoked */
};

/* Revokes every certificate that meets all of it: what is not given is not asked. */
struct wire_mass_revoke {
    struct wire_caller caller;
    bool dry_run;        /* only says what it would be */
    const char *profile; /* "": any, as the next */
    const char *authority;
    struct ca_uuid requester_id; /* nil: any */
    struct ca_bytes spki_hash;   /* SHA-256 of a SubjectPublicKeyInfo; len 0: any */
    int64_t issued_from;         /* 0: any */
    int64_t issued_to;           /* 0: any; not included */
    /* Named one by one: an octet 'i' (id), 's' (serial number) or 'f' (fingerprint), the length in
     * one octet, the octets; len 0: any. */
    struct ca_bytes listed;
    /* In place of `listed`: a list that is complete; nil: none. The next two are what it says of
     * itself, without a dry run. */
    struct ca_uuid list_id;
    uint64_t list_named;
    struct ca_bytes list_digest;
    uint8_t reason;          /* CRLReason, RFC 5280 5.3.1; 6: hold */
    int64_t invalidity_date; /* 0: none */
    const char *comment;
    /* What the dry run said; another selection is refused. */
    int64_t selected_at; /* dry run: 0 is now */
    uint64_t total;
    struct ca_bytes digest;
};
struct wire_mass_cancel {
    struct wire_caller caller;
    struct ca_uuid job_id;
    const char *comment;
};
/* A list of certificates that are named one by one, too long for one question. */
struct wire_named_list_act {
    struct wire_caller caller;
    const char *act;        /* "create", "append", "complete" or "drop" */
    struct ca_uuid list_id; /* but to create one */
    const char *authority;  /* create: whose certificates are meant; "": any */
    uint32_t number;        /* append: of the piece, from 1; a piece may come again as it was */
    struct ca_bytes listed; /* append: as in struct wire_mass_revoke */
    uint64_t named;         /* complete: how many there are in all, each once, and the SHA-256 of */
    struct ca_bytes digest; /* their names in order, a line each */
};
struct wire_named_list {
    struct ca_uuid list_id;
    uint64_t named;         /* by the piece, or by the list that is complete */
    uint64_t unknown_total; /* of them */
    const struct wire_text *unknown;
    uint32_t unknown_n;
};
struct wire_mass_sample {
    struct ca_uuid id;
    struct ca_bytes serial;
    const char *subject;
    const char *profile;
    const char *authority;
    const char *state;
    int64_t not_after;
};
struct wire_mass {
    struct ca_uuid job_id; /* nil: dry run */
    int64_t selected_at;
    uint64_t total; /* certificates that are meant */
    uint64_t valid; /* of them */
    uint64_t held;
    uint64_t revoked;
    struct ca_bytes digest;
    const struct wire_mass_sample *sample; /* of a dry run */
    uint32_t sample_n;
    uint64_t listed;                 /* that were named */
    struct ca_bytes list_digest;     /* of their list; len 0: there is none */
    uint64_t unknown_total;          /* of them: there is no such certificate, or several */
    const struct wire_text *unknown; /* the first ones */
    uint32_t unknown_n;
};
