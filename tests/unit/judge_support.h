/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/types.h>

#include "policy/judge.h"
#include "tests/unit/support.h"

/* What the tests of the judge share: authorities with software keys, the built-in profiles. */

enum { NOW = 1795000000, DAY = 86400 };

/* An authority with a software key: what the signer does with the token, in small. */
struct authority {
    EVP_PKEY *key;
    enum ca_signature signature;
    struct ca_buf cert; /* DER, self-signed */
    struct cert read;
    struct ca_bytes key_id;
};
extern struct authority root_ec, root_rsa, root_ed;
extern const struct ca_bytes serial_bytes;
extern struct profile_set *profiles;

int group_setup(void **state);
int group_teardown(void **state);

const struct profile *profile(const char *name); /* of the built-in ones */
struct profile *profile_of(const char *yaml);    /* for profile_free; fails the test */
struct issuer issuer_of(const struct authority *ca);

struct csr *csr_load(const char *file);            /* of tests/data/csr */
struct csr *csr_of(EVP_PKEY *key, const char *cn); /* as OpenSSL makes it */
/* A CSR over an EC key of its own: RFC 4514 subject, names as "DNS:a,IP:b" or NULL. */
struct csr *csr_with(const char *subject, const char *sans);

struct verdict *judge(const struct judge_input *in);
const struct finding *finding_of(const struct verdict *v, const char *rule, bool refuses);
void show(const struct verdict *v);

/* Signs, and lets judge_tbs, cert_issued_by and OpenSSL's strictest mode look at it. */
void issue(const struct authority *ca, const struct verdict *v, const struct issuer *issuer,
           const struct profile *p);

#define SAN(kind, text)                                                                            \
    {                                                                                              \
        kind,                                                                                      \
        {                                                                                          \
            (const uint8_t *)(text), sizeof(text) - 1                                              \
        }                                                                                          \
    }
#define VALUE(kind, text)                                                                          \
    {                                                                                              \
        kind, DER_UTF8_STRING,                                                                     \
        {                                                                                          \
            (const uint8_t *)(text), sizeof(text) - 1                                              \
        }                                                                                          \
    }
