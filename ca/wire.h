/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/buf.h"
#include "base/rc.h"
#include "base/text.h"
#include "ca/wire_approval.h"
#include "ca/wire_authority.h"
#include "ca/wire_issue.h"
#include "ca/wire_ocsp.h"
#include "ca/wire_operator.h"
#include "ca/wire_policy.h"
#include "ca/wire_revocation.h"
#include "ca/wire_scep.h"

/* What front and signer say to each other. A frame is a header of 16 octets and a payload:
 *   u8 version (1), u8 kind, u16 zero, u32 length of the payload, u64 id of the exchange
 * big-endian. An answer has the id of its question. ca/wire_rows.c has a row for each kind that
 * names each field with its type and bound; what does not fit its row is refused as a whole. */
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
/* Every field but those of the caller, in the order of its struct, until `tell` fails. CA_MALFORMED
 * for an answer: nobody agrees to one, and some hold secrets. */
CA_RC wire_tell(const struct wire_message *m, wire_tell_fn tell, void *arg, struct ca_err *err);

const char *wire_kind_name(enum wire_kind kind); /* "issue", for logs and metrics */
bool wire_is_question(enum wire_kind kind);
