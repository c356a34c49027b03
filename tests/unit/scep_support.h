/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/types.h>

#include "ca/scep_internal.h"
#include "tests/unit/approval_support.h"

/* Devices, and what they say to the signer past the front. */
enum { SCEP_DER_MAX = 4096, SCEP_NAMES_MAX = 4 };
struct octets {
    uint8_t at[SCEP_DER_MAX];
    size_t len;
};

/* A PKCS#10 of `key`; `sans` as "DNS:a,DNS:b", NULL: none; `challenge` NULL: none, in a string of
 * this type (V_ASN1_UTF8STRING, …). */
struct csr_ask {
    EVP_PKEY *key;
    const char *cn;
    const char *sans;
    const char *challenge;
    int type; /* 0: PrintableString or UTF8String, as OpenSSL chooses */
};
void scep_csr(const struct csr_ask *ask, struct octets *ret);
void scep_self_signed(EVP_PKEY *key, struct octets *ret);

struct enrolled {
    enum ca_rc rc;
    struct ca_err err;
    char state[32];
    bool repeated;
    struct ca_uuid request_id;
    struct octets certificate;
};
struct enrol_ask {
    const char *endpoint;
    const char *transaction;
    unsigned type;
    const struct octets *csr;
    const struct octets *signed_by;
    const char *proof;  /* NULL: none */
    const char *denied; /* NULL: by nobody */
};
struct enrolled scep_enrol(struct office *o, const struct enrol_ask *ask);

/* An endpoint as the admin makes it. */
void scep_endpoint(struct office *o, const char *name, const char *profile, uint32_t modes,
                   uint32_t switches);
/* A challenge of this kind for CN and names ("DNS:a", NULL: none); cn NULL: any name. Its text goes
 * to `ret`; its id is returned. */
struct ca_uuid scep_challenge(struct office *o, const char *endpoint, const char *kind,
                              const char *cn, const char *dns, char ret[SCEP_TEXT_MAX]);
