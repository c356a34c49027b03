/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire_parts.h"

/* Operators, their credentials, and groups of them. A part of ca/wire.h. */

/* Somebody new. Certificate, CSR, or neither, and then an API token is to follow. */
struct wire_operator_enrol {
    struct wire_caller caller;
    const char *name;
    uint32_t roles;                /* bits of enum ca_role */
    const struct wire_text *names; /* that he owns */
    uint32_t names_n;
    struct ca_bytes certificate; /* DER; len 0: none */
    struct ca_bytes csr;         /* PKCS#10, DER: he gets a certificate of ours; len 0: none */
};
struct wire_operator_change {
    struct wire_caller caller;
    struct ca_uuid operator_id;
    struct ca_bytes seen; /* seal of the row that the change is for; another: "stale"; len 0: any */
    uint32_t roles;       /* 0: as they are */
    bool names_given;     /* the list below replaces his names, even when empty */
    const struct wire_text *names;
    uint32_t names_n;
    bool enabled_given;
    bool enabled;
};
struct wire_operator {
    struct ca_uuid id;
    struct ca_uuid credential_id; /* of an enrolment; nil: none */
    struct ca_bytes certificate;  /* issued for his CSR; len 0: none */
};

/* One more key of an operator's: certificate or CSR. */
struct wire_credential_add {
    struct wire_caller caller;
    struct ca_uuid operator_id;
    const char *name;
    struct ca_bytes certificate;
    struct ca_bytes csr;
};
struct wire_credential_revoke {
    struct wire_caller caller;
    struct ca_uuid operator_id; /* nil: whoever has it */
    struct ca_uuid credential_id;
};
struct wire_token_create {
    struct wire_caller caller;
    struct ca_uuid operator_id; /* nil: the caller's own */
    const char *name;
    bool profiles_given; /* else all of the operator's */
    const struct wire_text *profiles;
    uint32_t profiles_n;
    bool names_given;
    const struct wire_text *names;
    uint32_t names_n;
    int64_t validity_s; /* 0: the default */
};
struct wire_credential {
    struct ca_uuid id;
    struct ca_uuid operator_id;
    struct ca_bytes certificate; /* issued for a CSR; len 0: none */
    struct ca_bytes secret;      /* of a new token, which nobody else ever gets; len 0: none */
};

struct wire_member {
    struct ca_uuid operator_id;
};
struct wire_group_put {
    struct wire_caller caller;
    const char *name;
    struct ca_bytes seen; /* as in wire_operator_change */
    const struct wire_member *members;
    uint32_t members_n;
};
struct wire_group {
    const char *name;
};
