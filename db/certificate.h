/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"
#include "db/request.h"

/* Serial numbers (I6): 2 octets that name the storage partition, then 128 random bits. The
 * partition is a quarter of a year: 0x4000 + 4 * (year - 2000) + quarter (0 to 3), so the top bit
 * is 0 and the serial is positive with 18 octets. A serial from elsewhere is in partition 0. */
enum { DB_SERIAL_MAX = 20, DB_SERIAL_LEN = 18 };
uint16_t db_period_of_time(int64_t at);
uint16_t db_period_of_serial(struct ca_bytes serial); /* 0: not one of ours */
uint16_t db_period_of_uuid(const struct ca_uuid *id); /* ids are made at the time of the serial */

/* Makes the partitions of `at` and of the next quarter where they are missing (a function of the
 * owner's that ca_signer may call). */
CA_RC db_period_ensure(struct db *db, int64_t at, struct ca_err *err);

/* burned: a serial that was reserved and never answered; it has no certificate, only its TBS. */
enum db_certificate_state { DB_CERT_VALID, DB_CERT_HELD, DB_CERT_REVOKED, DB_CERT_BURNED };
const char *db_certificate_state_name(enum db_certificate_state state);

struct db_certificate {
    struct ca_uuid id;
    int64_t authority_id;
    const char *authority;  /* its name; read only */
    struct ca_bytes serial; /* value octets, big-endian, no leading zero */
    enum db_certificate_state state;
    struct ca_bytes der;         /* Certificate; burned: TBSCertificate */
    struct ca_bytes fingerprint; /* SHA-256 of der */
    struct ca_bytes spki_hash;   /* SHA-256 of the SubjectPublicKeyInfo */
    const char *subject;         /* RFC 4514 */
    const char *common_name;     /* "" none */
    const char *names;           /* SANs as "DNS:a,IP:b", for lists; "" none */
    const char *const *search;   /* lower-case CN and SAN values without their types; not read */
    size_t search_n;
    int64_t not_before;
    int64_t not_after;
    const char *profile;
    struct ca_bytes profile_version;
    struct ca_uuid request_id; /* nil: an authority's own certificate */
    struct ca_uuid requester_id;
    const char *requester; /* name; read only */
    int64_t issued_at;
    int32_t reason;          /* CRLReason; -1: not revoked */
    int64_t revoked_at;      /* 0: not */
    int64_t invalidity_date; /* 0: none given */
    const char *comment;     /* of the revocation */
    int32_t crl_shard;       /* part of the CRL that it names; 0: the whole; not read */
};

/* An open intent: written before any signature (I1), gone when its certificate is stored or its
 * serial burned. */
struct db_intent {
    struct ca_uuid request_id; /* nil: an authority's own certificate */
    struct ca_uuid certificate_id;
    int64_t authority_id;
    struct ca_bytes serial;
    struct ca_bytes tbs; /* the exact bytes to be signed */
    struct ca_bytes profile_version;
    const char *node;
    int64_t created_at;
    int64_t deadline_at;
};
CA_RC db_intent_insert_batch(struct db *db, const struct db_intent *rows, size_t n,
                             struct ca_err *err);
/* Rows: struct db_intent of this node. */
CA_RC db_intent_open(struct db *db, const char *node, struct db_result *ret, struct ca_err *err);
CA_RC db_intent_count(struct db *db, int64_t now, uint64_t *ret_open, uint64_t *ret_overdue,
                      struct ca_err *err);

/* Stores certificates, closes their intents (by serial) and moves their requests ISSUING → ISSUED,
 * all rows or none, in the transaction that is open or in one of its own. CA_CONFLICT an intent was
 * not open, or a request not issuing. */
CA_RC db_certificate_insert_batch(struct db *db, const struct db_certificate *rows, size_t n,
                                  struct ca_err *err);
/* Closes the intent, stores the serial as burned, and moves the request ISSUING → APPROVED, or to
 * FAILED when it was interrupted twice; counts the interruption. Ids, serial and state are those of
 * the intent; without revoked_at, issued_at is on the CRL. FAILED too where there is no request. */
CA_RC db_intent_burn(struct db *db, const struct db_intent *intent,
                     const struct db_certificate *row, enum db_request_state *ret_state,
                     struct ca_err *err);

/* Rows: struct db_certificate, none or one. */
CA_RC db_certificate_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                           struct ca_err *err);
CA_RC db_certificate_by_serial(struct db *db, int64_t authority_id, struct ca_bytes serial,
                               struct db_result *ret, struct ca_err *err);

/* Rows: struct db_certificate, none or the newest one of a key with this profile, also when it has
 * ended or is revoked. */
CA_RC db_certificate_of_key(struct db *db, struct ca_bytes spki_hash, const char *profile,
                            struct db_result *ret, struct ca_err *err);

struct db_certificate_filter {
    struct ca_bytes serial;      /* len 0: any */
    struct ca_bytes fingerprint; /* SHA-256, or its first octets (4 at least) */
    const char *name;            /* NULL, or exactly this CN or SAN, lower-case */
    const char *name_prefix;     /* NULL, or the front of the CN, lower-case */
    const char *status;          /* NULL, "valid", "held", "revoked", "expired", "burned" */
    const char *profile;
    const char *authority;
    const struct ca_uuid *requester;
    int64_t not_after_from; /* 0: any; inclusive */
    int64_t not_after_to;   /* 0: any; exclusive */
    int64_t now;            /* for valid and expired */
};
/* Sort orders, each with its own statement; the cursor is the last row's key. */
enum db_certificate_sort {
    DB_SORT_NEWEST,
    DB_SORT_OLDEST,
    DB_SORT_NOT_AFTER,
    DB_SORT_NOT_AFTER_DESC
};
struct db_certificate_cursor {
    struct ca_uuid id; /* nil: from the start */
    int64_t not_after;
};
/* Rows: struct db_certificate (without burned ones unless asked for by status). */
CA_RC db_certificate_list(struct db *db, const struct db_certificate_filter *filter,
                          enum db_certificate_sort sort, const struct db_certificate_cursor *after,
                          size_t limit, struct db_result *ret, struct ca_err *err);

/* Compare-and-set: valid or held → revoked, valid → held (reason 6), held → valid (release).
 * CA_CONFLICT it is in another state. */
struct db_revocation {
    struct ca_uuid certificate_id;
    int32_t reason; /* CRLReason, RFC 5280 5.3.1 */
    int64_t revoked_at;
    int64_t invalidity_date; /* 0: none */
    const char *comment;
};
CA_RC db_certificate_revoke(struct db *db, const struct db_revocation *r, struct ca_err *err);
CA_RC db_certificate_release(struct db *db, const struct ca_uuid *id, struct ca_err *err);
