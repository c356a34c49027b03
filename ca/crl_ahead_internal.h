/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/crl_file_internal.h"
#include "ca/crl_internal.h"
#include "db/crl_ahead.h"

/* A CRL that is signed ahead, under way. */
struct crl_ahead {
    struct crl_file *file; /* with its entries; what stands around them is written anew */
    struct db_crl row;
    uint8_t sha256[32];
    int64_t beside;
    bool made;
};
/* Does one stand beside the regular CRL of these dates? Not where it would not be valid longer. */
bool crl_ahead_wanted(const struct authority *a, struct crl_scope scope, int64_t this_update,
                      int64_t next_update);
/* Signs it over the same entries, walks it, and stores its octets where the front does not read.
 * `ret`: with file and row.shard; the rest is filled. Held once db_crl_ahead_put is committed. */
CA_RC crl_ahead_make(struct signer *s, struct db *db, const struct authority *a,
                     const struct crl_head *beside, struct crl_ahead *ret, struct ca_err *err);

/* ca/crl.c: signature with the authority's key over what is closed; `digest` of it, len 0 where the
 * algorithm takes none. A token that failed ends the process. */
CA_RC crl_token_sign(struct signer *s, const struct authority *a, struct crl_file *f,
                     struct ca_bytes digest, struct ca_err *err);
