/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* What relying parties fetch over plain HTTP. Served from files and caches: works while database
 * and signer are away. docs/reference/publication.md has addresses and caching. */
/* How far a target of copies is with one CRL, as this node saw it. */
struct publish_copy {
    const char *target;
    const char *address;
    const char *node;
    int64_t number;     /* below 0: none yet */
    int64_t at;         /* 0: the same */
    const char *status; /* "ok", "pending" or "failed" */
    const char *reason;
    int64_t next_at;
};
/* Of the CRL that is served of this part (0: the whole); *ret_number: which that is. Answers how
 * many, in memory of the request; CA_NOT_FOUND none is served. */
CA_RC publish_copies(struct request *rq, const char *authority, int32_t shard, bool delta,
                     int64_t *ret_number, struct publish_copy **ret, size_t *ret_n,
                     struct ca_err *err);
CA_RC publish_crl_get(struct request *rq, struct response *rs, struct ca_err *err);
CA_RC publish_cer_get(struct request *rq, struct response *rs, struct ca_err *err);
CA_RC publish_p7c_get(struct request *rq, struct response *rs, struct ca_err *err);
