/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/rest_fake_db.h"
#include "tests/unit/rest_support.h"

/* One authority ("root"), one certificate below it and its request, and somebody who asks. */
struct rest_case {
    struct request rq;
    struct response rs;
    struct ca_err err;
    struct sample leaf, root;
    struct authority_cache *cache;
    uint8_t fingerprint[32];
};
extern const char rest_case_id[];  /* of the certificate */
extern const char rest_case_ask[]; /* of its request */

/* `roles`: bits of enum ca_role. The rows are in rest_fake_db. */
void rest_case_init(struct rest_case *c, unsigned roles);
void rest_case_done(struct rest_case *c);
/* A fresh request and response for the same rows. */
void rest_case_next(struct rest_case *c);
/* Runs a handler; the answer is in c->rs. */
enum ca_rc rest_case_run(struct rest_case *c,
                         enum ca_rc (*handler)(struct request *, struct response *,
                                               struct ca_err *));
