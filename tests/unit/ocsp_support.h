/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/ocsp.h>

#include "base/ossl.h"
#include "ca/ocsp_internal.h"
#include "tests/unit/signer_support.h"

/* A signer with an authority that answers for the authorities that it issued, for TOKEN_TESTs. */
enum { SHOP_SUBS = 4 };
struct shop {
    struct test_signer t;
    X509 *root;
    X509 *subs[SHOP_SUBS]; /* "sub-0" … */
    struct ca_buf own;     /* of the newest answer */
    struct wire_ocsp_signed got;
};
void shop_open(struct shop *s, const char *root, const char *key, int subs);
void shop_close(struct shop *s);
void shop_revoke(struct shop *s, int sub, uint8_t reason);

/* A question to the authority `root`. */
struct wire_ocsp_sign shop_ask(const char *root, const struct wire_ocsp_id *ids, uint32_t n);
CA_RC shop_sign(struct shop *s, const struct wire_ocsp_sign *ask, struct ca_err *err);

/* Answer `i`, whose signature OpenSSL has verified up to the root as of now (ca_time_now). */
OCSP_BASICRESP *shop_basic(const struct shop *s, uint32_t i);

/* What OpenSSL finds in it, by the CertID that it makes itself. */
struct found {
    int status; /* V_OCSP_CERTSTATUS_GOOD, … */
    int reason;
    int64_t revoked_at;
    int64_t this_update;
    int64_t next_update;
};
struct found shop_find(OCSP_BASICRESP *basic, const EVP_MD *md, const X509 *root,
                       const ASN1_INTEGER *serial);

/* Content octets of the INTEGER; for free(). */
struct ca_bytes serial_of(const ASN1_INTEGER *from);
