/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/ossl.h"
#include "ca/crl_file_internal.h"
#include "ca/crl_internal.h"

/* CRLs signed by software keys. */

enum {
    CRL_SAMPLE_NUMBER = 0x1234,
    CRL_SAMPLE_THIS = 1790000000, /* 2026-09-21 */
    CRL_SAMPLE_NEXT = 1790086400,
};

struct crl_sample {
    struct authority authority; /* public_key signs too */
};
/* Ed25519 keys are the same at each start, so their CRLs are too. Aborts when it cannot. */
void crl_sample_init(struct crl_sample *s, const char *key, bool pss);
void crl_sample_done(struct crl_sample *s);

/* Makes a CRL of these entries, as they stand. */
enum ca_rc crl_sample_make(const struct crl_sample *s, const struct db_crl_entry *entries, size_t n,
                           struct crl_file *ret, struct ca_err *err);
/* Signs what is closed. */
enum ca_rc crl_sample_sign(const struct crl_sample *s, struct crl_file *f, struct ca_err *err);
/* The whole CRL. */
void crl_sample_read(const struct crl_file *f, struct ca_buf *ret);

/* Walks bytes as if they were a file. */
enum ca_rc crl_sample_walk(const struct crl_sample *s, struct ca_bytes der, int64_t number,
                           struct crl_made *ret, struct ca_err *err);
