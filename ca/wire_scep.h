/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire_parts.h"

/* Doors for devices (RFC 8894). A part of ca/wire.h. */

/* What came in a PKCSReq or RenewalReq (RFC 8894 3.3.1); the caller is nobody, on channel "scep".
 * The signer reads the challenge from the CSR itself. */
struct wire_scep_enrol {
    struct wire_caller caller;
    const char *endpoint;
    const char *transaction_id;
    uint8_t message_type; /* 17, 19; any other is refused again here */
    struct ca_bytes csr;  /* DER */
    /* DER certificate of the key that signed the message, which the front has verified: self-signed
     * with the CSR's key, or one of ours, which it renews. */
    struct ca_bytes signed_by;
    const char *proof;  /* of the webhook that decides, base64; "": none */
    const char *denied; /* by the webhook that decides: why; "": it is not */
    const char *remote; /* address of the client, for the audit */
};

/* A door for devices. What is not given stays; of a new one, is as the endpoint's row says. */
struct wire_scep_endpoint_put {
    struct wire_caller caller;
    const char *name;
    struct ca_bytes seen; /* seal of the row that the change is for; len 0: any, also none */
    const char *profile;  /* "": as it is */
    const char *authority;
    const char *ra_key; /* "rsa:2048"; that of the next RA certificate */
    bool enabled_given;
    bool enabled;
    bool modes_given;
    uint32_t modes; /* bits of enum db_scep_mode */
    bool legacy_given;
    uint32_t legacy; /* bits of enum db_scep_legacy */
    bool switches_given;
    uint32_t switches; /* bits of enum db_scep_switch */
    bool webhook_url_given;
    const char *webhook_url;    /* "": none */
    int32_t challenge_validity; /* seconds; 0: as it is */
    bool is_new;                /* one that is there already: CA_CONFLICT */
};
struct wire_scep_endpoint {
    struct ca_uuid id;
    const char *name;
};

/* The secret is in the answer and nowhere else, ever. */
struct wire_scep_challenge_create {
    struct wire_caller caller;
    const char *endpoint;
    const char *kind; /* "one-time", "derived", "static", "webhook" (the key of its proofs) */
    const struct wire_pair *subject; /* the names that it is for; of the first two kinds */
    uint32_t subject_n;
    const struct wire_pair *sans;
    uint32_t sans_n;
    bool any_name;      /* deliberately for whatever the profile lets through */
    int64_t validity_s; /* 0: the endpoint's */
    const char *comment;
};
struct wire_scep_challenge_revoke {
    struct wire_caller caller;
    struct ca_uuid id; /* one-time */
};
struct wire_scep_challenge {
    struct ca_uuid id;      /* nil: not on record (derived) */
    struct ca_bytes secret; /* printable; len 0: revoked */
    int64_t expires_at;     /* 0: does not */
};
