/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/authority_internal.h"
#include "ca/signer_internal.h"
#include "db/crl.h"

/* Certificate revocation lists (RFC 5280 5), built and checked in bounded memory. */

/* Which of an authority's CRLs. */
struct crl_scope {
    int32_t shard; /* 0: the whole; 1 …: a part */
    bool delta;
};
enum { CRL_SCOPE_TEXT = 16 };
/* "", "/0007", "-delta", "/0007-delta": what stands behind the authority's name. */
const char *crl_scope_text(struct crl_scope scope, char ret[CRL_SCOPE_TEXT]);

struct wire_crl_schedule;
/* Could the schedule be as asked? */
CA_RC crl_schedule_check(struct signer *s, const struct wire_crl_schedule *ask, struct ca_err *err);

struct crl_made {
    int64_t number;
    int64_t this_update;
    int64_t next_update;
    int64_t entries;
    int64_t size;
    uint8_t sha256[32];
};

/* Builds, signs, walks and publishes the next CRL of that scope (I11, I12): reserves a number;
 * streams the entries of one snapshot into a spool file while summing lengths; writes the header;
 * walks the result (number, order, no serial twice, dates, lengths) and hashes it at once, signs,
 * and verifies the signature in software, while the octets are stored in chunks; publishes and
 * audits it in one transaction. CA_CONFLICT another node holds the lease "crl:NAME"; CA_NOT_FOUND a
 * delta before its first complete CRL. */
struct crl_ask {
    const struct authority *authority;
    struct crl_scope scope;
    const char *actor;
    const char *request_id;
};
CA_RC crl_make(struct signer *s, struct db *db, const struct crl_ask *ask, struct crl_made *ret,
               struct ca_err *err);

/* Publishes the one of this scope that was signed ahead and is held, after it was walked and its
 * signature verified again. The token is not needed. CA_NOT_FOUND none is held; CA_CONFLICT it is
 * over, or would leave out what is published (I11). */
CA_RC crl_ahead_publish(struct signer *s, struct db *db, const struct crl_ask *ask,
                        struct crl_made *ret, struct ca_err *err);

/* Walks a CRL in the file, from its first octet on, in bounded memory: strict DER, version 2,
 * issuer, CRLNumber, AKI, dates, entries in order of serial without a repetition, lengths; then the
 * signature. CA_MALFORMED or CA_DENIED says what is wrong. */
CA_RC crl_walk(int fd, const struct authority *authority, int64_t number, struct crl_made *ret,
               struct ca_err *err);

/* The thread that makes CRLs: when one is due (ca/schedule_internal.h), soon after a revocation
 * (crl_soon_s, gathered; also one of another node, or of before the start), at once when asked. A
 * failure is tried again with backoff and shows in the metrics; alarm at half of the validity. */
CA_RC publisher_start(struct signer *s, struct publisher **ret, struct ca_err *err);
void publisher_stop(struct publisher *p);
/* A certificate of this authority was revoked, held, released or burned, and that is committed: the
 * number of the first CRL that will show it, and when that is out at the latest. NULLs: nobody
 * asks, and then it does not wait. */
void publisher_note(struct publisher *p, int64_t authority_id, int64_t *ret_number,
                    int64_t *ret_due);
/* Makes the complete ones now, the whole last, and waits; *ret is the whole. */
CA_RC publisher_now(struct publisher *p, int64_t authority_id, const char *actor,
                    const char *request_id, struct crl_made *ret, struct ca_err *err);
/* Publishes the emergency CRLs of an authority that is offline now, and waits; *ret is the whole.
 */
CA_RC publisher_emergency(struct publisher *p, int64_t authority_id, const char *actor,
                          const char *request_id, struct crl_made *ret, struct ca_err *err);
/* Prometheus lines: CRL number, age, next update, entries, seconds that building took, failures. */
void publisher_metrics(struct publisher *p, struct ca_buf *ret);
