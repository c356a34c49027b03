/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"
#include "db/authority.h"
#include "db/crl.h"

/* What an authority's object is made of: rows of three tables, and the signer's word. Zeroed before
 * use, freed with rest_authorities_free. */
struct rest_authorities {
    struct db_result authorities;         /* struct db_authority, by name */
    struct db_result counts;              /* struct db_authority_counts */
    struct db_result ahead;               /* CRLs that are held */
    struct db_result crls;                /* struct db_crl, the newest ones */
    const struct wire_status_is *status;  /* NULL: the signer did not answer */
    const struct wire_authority *changed; /* NULL, or what the signer just made */
};
void rest_authorities_free(struct rest_authorities a);
CA_AUTO_DEFINE(rest_authorities, struct rest_authorities, rest_authorities_free);

CA_RC rest_authorities_load(struct request *rq, int64_t now, struct rest_authorities *ret,
                            struct ca_err *err);
/* CA_NOT_FOUND, problem "unknown-authority". */
CA_RC rest_authorities_find(const struct rest_authorities *all, const char *name,
                            const struct db_authority **ret, struct ca_err *err);
/* One of them as the API shows it to the caller. */
CA_RC rest_authority_view(struct request *rq, const struct rest_authorities *all,
                          const struct db_authority *row, struct rest_authority *ret,
                          struct ca_err *err);
/* Text and hash are the row's. */
struct rest_crl rest_crl_view(const struct db_crl *row);
/* Where else it goes, if it is the one that this node serves. */
CA_RC rest_crl_copies(struct request *rq, const struct db_crl *row, struct rest_crl *ret,
                      struct ca_err *err);
