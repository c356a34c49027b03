/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/authority_internal.h"
#include "ca/signer_internal.h"
#include "db/certificate.h"
#include "db/service.h"
#include "policy/csr.h"
#include "policy/judge.h"

/* A certificate for a service of the CA's own, whose key the front holds. The front gives nothing
 * but the key and the proof that it has it; issuer, names and the hour are the signer's business.
 */
struct service {
    struct signer *signer;
    const struct wire_service_issue *ask;
    int64_t now;
    struct authority_set *set;
    struct csr *csr;
    struct db_result live;  /* struct db_service of this owner, newest first */
    struct db_result found; /* rows that the names are taken from */
    /* What is to be issued. */
    const struct authority *issuer;
    struct wish wish;
    struct name_value subject[NAME_VALUES_MAX];
    struct san sans[SAN_COUNT_MAX];
    char common_name[65];
};

/* Each fills the second half. CA_DENIED the owner is none, or the key is not such a one; CA_LIMIT
 * too early. */
CA_RC service_ra(struct service *v, struct db *db, struct ca_err *err);
CA_RC service_tls(struct service *v, struct db *db, struct ca_err *err);

/* Is half of this life over? */
static inline bool service_is_old(int64_t not_before, int64_t not_after, int64_t now)
{
    return now >= not_before + (not_after - not_before) / 2;
}
/* CA_LIMIT */
CA_RC service_too_early(const struct service *v, struct ca_err *err);

CA_RC handle_service_issue(struct signer *s, const struct actor *actor, const void *question,
                           void *answer, struct ca_buf *own, struct ca_err *err);
