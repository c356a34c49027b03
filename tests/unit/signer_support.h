/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/crl_internal.h"
#include "ca/signer_internal.h"
#include "db/operator.h"
#include "tests/unit/postgres_support.h"
#include "tests/unit/token_support.h"

/* A whole signer over a token and a database of its own, for TOKEN_TESTs. */
struct test_signer {
    struct postgres *pg;
    struct db_config db;
    struct hsm *hsm;
    struct profile_set *profiles;
    char socket[TEST_PATH];
    struct signer_config config;
    struct signer *s;
    struct actor actor; /* with every role; not enrolled */
    struct wire_caller caller;
};
void test_signer_start(struct test_signer *t);
/* The signer alone ends and starts again, with `config` as it then is. */
void test_signer_stop(struct test_signer *t);
void test_signer_again(struct test_signer *t);
void test_signer_done(struct test_signer *t);

/* A request for an authority with EC P-256 and subject CN=`cn`. */
struct wire_authority_create test_create_ask(const struct test_signer *t, const char *name,
                                             const char *parent, const struct wire_pair *cn);
CA_RC test_create(struct test_signer *t, const struct wire_authority_create *ask,
                  struct wire_authority *ret, struct ca_buf *own, struct ca_err *err);
/* As that, which must succeed. Appends the certificate, or the CSR of a pending one. */
void test_authority_make(struct test_signer *t, const char *name, const char *parent,
                         struct ca_buf *ret);
