/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/sha.h>

#include "policy/judge_internal.h"

enum { PLAN_SHARDS = 2 }; /* in the CRL distribution point, and in freshestCRL */

struct plan {
    struct der_writer der;        /* algorithm, issuer | subject, key, extensions */
    size_t dates_at;              /* where the validity goes */
    size_t shard_at[PLAN_SHARDS]; /* the digits that the serial number decides; 0: none */
    int32_t crl_shards;
    struct ca_bytes spki; /* in `der` */
    enum ca_signature signature;
    int64_t not_before, not_after;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    struct ca_buf text; /* strings, each with its NUL: subject, CN, names, then the search words */
    size_t common_name_at, names_at, search_at;
    const char **search; /* into `text` */
    size_t search_n;
};

/* plan_text.c: what people and searches see of it; the plan's DER stands. */
CA_RC plan_text_make(struct plan *plan, const struct choice *c, struct ca_err *err);
