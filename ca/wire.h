/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/buf.h"
#include "base/rc.h"
#include "base/text.h"

/* What front and signer say to each other. A frame is a header of 16 octets and a payload:
 *   u8 version (1), u8 kind, u16 zero, u32 length of the payload, u64 id of the exchange
 * big-endian. An answer has the id of its question. ca/wire.c has a row for each kind that names
 * each field with its type and bound; what does not fit its row is refused as a whole. */
enum { WIRE_VERSION = 1, WIRE_HEADER_LEN = 16, WIRE_PAYLOAD_MAX = 512 * 1024 };

enum wire_kind {
    /* questions */
    WIRE_ISSUE,
    WIRE_REVOKE,
    WIRE_RELEASE,
    WIRE_AUTHORITY_CREATE,
    WIRE_AUTHORITY_INSTALL,
    WIRE_AUTHORITY_ADOPT,
    WIRE_AUTHORITY_NEXT,
    WIRE_CRL_GENERATE,
    WIRE_CRL_SCHEDULE,
    WIRE_OPERATOR_ENROL,
    WIRE_OPERATOR_CHANGE,
    WIRE_CREDENTIAL_ADD,
    WIRE_CREDENTIAL_REVOKE,
    WIRE_TOKEN_CREATE,
    WIRE_GROUP_PUT,
    WIRE_DECIDE,
    WIRE_APPROVAL_CHANGE,
    WIRE_RULE_PUT,
    WIRE_PROFILE_PUT,
    WIRE_PROFILE_ACTIVATE,
    WIRE_KEY_BLOCK,
    WIRE_KEY_UNBLOCK,
    WIRE_MASS_REVOKE,
    WIRE_MASS_CANCEL,
    WIRE_NAMED_LIST_ACT,
    WIRE_WEBHOOK_PUT,
    WIRE_WEBHOOK_ACT,
    WIRE_SCEP_ENROL,
    WIRE_SCEP_ENDPOINT_PUT,
    WIRE_SCEP_CHALLENGE_CREATE,
    WIRE_SCEP_CHALLENGE_REVOKE,
    WIRE_SERVICE_ISSUE,
    WIRE_OCSP_SIGN,
    WIRE_EXPLAIN,
    WIRE_REPLAY,
    WIRE_NOTE,
    WIRE_STATUS,
    /* answers */
    WIRE_REFUSED, /* to every question */
    WIRE_ISSUED,  /* also to WIRE_SCEP_ENROL */
    WIRE_REVOKED, /* also to WIRE_RELEASE */
    WIRE_AUTHORITY,
    WIRE_CRL,
    WIRE_OPERATOR,
    WIRE_CREDENTIAL, /* also to WIRE_TOKEN_CREATE */
    WIRE_GROUP,
    WIRE_APPROVAL, /* to the three above, and to every guarded act that waits for consent */
    WIRE_PROFILE,
    WIRE_KEY,  /* to the two on keys */
    WIRE_MASS, /* to the two on mass revocation */
    WIRE_NAMED_LIST,
    WIRE_WEBHOOK, /* to the two on webhooks */
    WIRE_SCEP_ENDPOINT,
    WIRE_SCEP_CHALLENGE, /* to the two on challenges */
    WIRE_SERVICE,
    WIRE_OCSP_SIGNED,
    WIRE_EXPLAINED,
    WIRE_REPLAYED,
    WIRE_STATUS_IS,
    WIRE__COUNT
};

/* First member of every question. What the front says of a caller is checked again. */
struct wire_caller {
    struct ca_uuid operator_id;   /* nil: nobody in particular; few questions take that */
    struct ca_uuid credential_id; /* what he showed; nil: none, for the channel "local" */
    const char *channel;          /* "rest", "local", "scep", "front" */
    const char *request_id;       /* X-Request-Id */
};

struct wire_text { /* one of a list */
    const char *text;
};
struct wire_pair { /* a subject attribute {"common_name", "www"} or a SAN {"dns", "www"} */
    const char *type;
    const char *value;
};

struct wire_extension {
    const char *oid; /* dotted */
    bool critical;
    struct ca_bytes value; /* content of extnValue, DER */
};

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

struct wire_finding { /* struct finding of policy/judge.h */
    bool refuses;
    const char *rule;
    const char *pointer;
    const char *value;
    const char *allowed;
    const char *text;
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

/* A vote. */
struct wire_decide {
    struct wire_caller caller;
    struct ca_uuid approval_id; /* of a request: its own id */
    bool approves;
    struct ca_bytes digest; /* what he saw */
    const char *comment;    /* a denial needs one */
};
struct wire_approval_change {
    struct wire_caller caller;
    struct ca_uuid approval_id;
    const char *change;      /* "withdraw", "assign", "comment" */
    struct ca_uuid assignee; /* of "assign"; nil: nobody */
    const char *comment;
};
struct wire_rule_put {
    struct wire_caller caller;
    const char *action; /* "profile.activate" */
    const char *policy; /* as policy/approval.h writes it; "": nobody has to agree */
};
struct wire_vote {
    struct ca_uuid operator_id;
    const char *name;
    bool approves;
    const char *comment;
    int64_t at;
};
struct wire_approval {
    struct ca_uuid id;
    const char *action;
    const char *object;
    const char
        *state; /* "pending", "approved", "done", "failed", "denied", "withdrawn", "expired" */
    struct ca_bytes digest;
    int32_t revision;
    const char *policy;
    uint32_t step;   /* that waits, from 0 */
    uint32_t needed; /* votes that it still needs */
    int64_t expires_at;
    const struct wire_vote *votes; /* of this revision */
    uint32_t votes_n;
    const char *result;
};

/* A version of a profile is kept; nothing is in force by that. */
struct wire_profile_put {
    struct wire_caller caller;
    struct ca_bytes yaml;
    const char *comment;
};
struct wire_profile_activate {
    struct wire_caller caller;
    const char *name;
    struct ca_bytes version; /* len 0: the name goes out of use */
    const char *comment;
};
struct wire_profile {
    const char *name;
    struct ca_bytes version;
    bool active;
    bool existed; /* the version was there already, or in force already */
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

/* Who is told of events. */
struct wire_webhook_put {
    struct wire_caller caller;
    struct ca_uuid id;              /* nil: a new one */
    const char *url;                /* of a new one */
    const struct wire_text *events; /* "certificate.issued"; none: as they are */
    uint32_t events_n;
    bool enabled_given; /* else as it is; a new one is enabled */
    bool enabled;
};
struct wire_webhook_act {
    struct wire_caller caller;
    struct ca_uuid id;
    const char *act; /* "remove", "test" */
};
struct wire_webhook {
    struct ca_uuid id;
    struct ca_uuid delivery_id; /* of a test; else nil */
};

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

/* A certificate of the front's own: the caller is nobody, on channel "front". */
struct wire_service_issue {
    struct wire_caller caller;
    const char *kind;      /* "scep-ra", "tls" */
    const char *owner;     /* the endpoint; of "tls", the node */
    const char *key_label; /* in the front token */
    struct ca_bytes csr;
};
struct wire_service {
    struct ca_bytes certificate; /* DER */
    struct ca_bytes chain;       /* DER certificates of its issuers, root last */
};

/* What is said of certificates (RFC 6960); the caller is nobody, on channel "ocsp". */
/* So that as many answers fit into a frame. */
enum { WIRE_OCSP_IDS_MAX = 50, WIRE_OCSP_RESPONSE_MAX = 10000 };
struct wire_ocsp_id {
    struct ca_bytes serial; /* as in the CertID: content octets of the INTEGER */
};
struct wire_ocsp_sign {
    struct wire_caller caller;
    const char *authority;
    const char *digest;    /* of the CertIDs: "sha1", "sha256" */
    bool together;         /* one answer to all, else one to each */
    struct ca_bytes nonce; /* of the answer to all; len 0: none */
    const struct wire_ocsp_id *ids;
    uint32_t ids_n;
};
struct wire_ocsp_answer {
    struct ca_bytes serial;   /* len 0: the answer to all */
    struct ca_bytes response; /* OCSPResponse, DER */
    int64_t this_update;
    int64_t next_update;
    uint8_t status; /* 0 good, 1 revoked, 2 unknown (RFC 6960 4.2.1); of all: the highest */
};
struct wire_ocsp_signed { /* in the order of the question */
    const struct wire_ocsp_answer *answers;
    uint32_t answers_n;
};

/* What would become of a request, rule by rule and field by field; nothing is stored. */
struct wire_explain {
    struct wire_caller caller;
    struct ca_uuid request_id; /* of one on record; nil: the one in `issue` */
    struct ca_bytes issue;     /* a WIRE_ISSUE, header and payload; len 0: the one on record */
    struct ca_bytes draft;     /* YAML of a profile to judge it by; len 0: the one in force */
};
struct wire_rule { /* struct rule_trace of policy/judge.h */
    const char *rule;
    const char *pointer;
    const char *state; /* "not-asked", "passed", "noted", "refused" */
    const char *says;
};
struct wire_difference { /* struct diff_row of policy/diff.h */
    const char *field;
    const char *rule;
    const char *asked;
    const char *issued;
    const char *state; /* "same", "added", "changed", "dropped", "violates" */
};
struct wire_explained {
    const char *verdict; /* "issue", "wait", "refuse" */
    const char *profile;
    struct ca_bytes profile_version;
    const char *authority;
    struct ca_bytes plan_digest; /* len 0: refused before there was a plan */
    struct ca_bytes tbs;         /* TBSCertificate with a serial of zeros; len 0: the same */
    const char *approvals;       /* as policy/approval.h writes it; "": none are wanted */
    const struct wire_finding *findings;
    uint32_t findings_n;
    const struct wire_rule *rules;
    uint32_t rules_n;
    const struct wire_difference *differences;
    uint32_t differences_n;
};

/* What a draft of a profile would have made of the requests on record with its name: a page of
 * them, oldest first. */
struct wire_replay {
    struct wire_caller caller;
    const char *profile;
    struct ca_bytes draft; /* YAML */
    int64_t since;
    struct ca_uuid after; /* the page before ended here; nil: the first page */
    uint32_t limit;       /* requests to look at: 1 to 5000 */
};
struct wire_replay_change {
    struct ca_uuid request_id;
    const char *subject;
    const char *before; /* "issue", "wait", "refuse", by the profile in force */
    const char *after;  /* by the draft; the same word: what would be signed differs */
    const char *rule;   /* the draft's first finding; "" none */
    const char *text;
};
struct wire_replayed {
    uint32_t evaluated;
    struct ca_uuid next; /* nil: that was the last page */
    const struct wire_replay_change *changes;
    uint32_t changes_n;
};

/* Something that the front refused by itself, for the audit. Not answered; too many are counted
 * instead of stored. */
struct wire_note {
    struct wire_caller caller;
    const char *action; /* "http.refused", "login.refused" */
    const char *object; /* method and route */
    const char *detail; /* problem and text */
};

struct wire_status {
    struct wire_caller caller;
};
struct wire_authority_status {
    const char *name;
    bool online;
    const char *reason;
};
struct wire_status_is {
    bool token; /* logged in */
    bool database;
    const char *token_reason;
    uint64_t open_intents;
    uint64_t overdue_intents;
    const struct wire_authority_status *authorities;
    uint32_t authorities_n;
    const char *metrics; /* Prometheus text format */
};

struct wire_refused {
    uint8_t rc; /* enum ca_rc */
    const char *problem;
    const char *text;
    const struct wire_finding *findings;
    uint32_t findings_n;
};

/* Appends header and payload; NULL texts are sent as "". The struct does not fit its row: CA_LIMIT
 * (too long, too many), CA_MALFORMED (text that is not UTF-8, or has control characters other than
 * tab and newline, which only comments and metrics may have), CA_FAULT; `ret` is then as before. */
CA_RC wire_encode(enum wire_kind kind, uint64_t id, const void *msg, struct ca_buf *ret,
                  struct ca_err *err);

struct wire_header {
    enum wire_kind kind;
    uint64_t id;
    uint32_t length;
};
CA_RC wire_header_read(const uint8_t octets[WIRE_HEADER_LEN], struct wire_header *ret,
                       struct ca_err *err);

/* A decoded message: the struct of its kind, and everything that it points to, in one block. */
struct wire_message {
    enum wire_kind kind;
    uint64_t id;
    void *body; /* struct wire_issue, … */
};
/* Copies the payload; no text is NULL. CA_MALFORMED: cut short, left over, text with NUL or control
 * characters or not UTF-8, out of bounds. What it takes, wire_encode writes again octet by octet.
 */
CA_RC wire_decode(const struct wire_header *header, struct ca_bytes payload,
                  struct wire_message **ret, struct ca_err *err);
void wire_message_free(struct wire_message *m); /* NULL is fine */
CA_AUTO_DEFINE(wire_message, struct wire_message *, wire_message_free);

/* One field of a question, for people who are to agree to it. Borrowed from the message. */
struct wire_told {
    const char *field;   /* "roles", "names" */
    uint32_t index;      /* of a list: which element */
    const char *element; /* of a list: which part of it; NULL: it is no list */
    enum wire_told_kind { TOLD_TEXT, TOLD_NUMBER, TOLD_TRUTH, TOLD_ID, TOLD_OCTETS } kind;
    struct ca_bytes octets; /* TOLD_TEXT, TOLD_ID (16 octets), TOLD_OCTETS */
    int64_t number;         /* TOLD_NUMBER, TOLD_TRUTH */
};
typedef CA_RC (*wire_tell_fn)(void *arg, const struct wire_told *told, struct ca_err *err);
/* Every field but those of the caller, in the order of ca/wire.h, until `tell` fails. CA_MALFORMED
 * for an answer: nobody agrees to one, and some hold secrets. */
CA_RC wire_tell(const struct wire_message *m, wire_tell_fn tell, void *arg, struct ca_err *err);

const char *wire_kind_name(enum wire_kind kind); /* "issue", for logs and metrics */
bool wire_is_question(enum wire_kind kind);
