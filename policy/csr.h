/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/types.h>

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"

/* A certification request (PKCS#10, RFC 2986) whose proof of possession holds.
 * csr_parse is the only constructor, so there is no other kind. */
struct csr;

enum { CSR_DER_MAX = 64 * 1024 }; /* octets */

/* Reads one request and checks the signature that the requester made over it.
 *   der  CertificationRequest (RFC 2986 4.2) and nothing after it; copied
 *   ret  for csr_free; untouched unless CA_OK
 * CA_LIMIT      longer than CSR_DER_MAX
 * CA_MALFORMED  not DER, not version 1, or bytes left over
 * CA_DENIED     a kind of key that is not taken, or the signature does not verify */
CA_RC csr_parse(struct ca_bytes der, struct csr **ret, struct ca_err *err);
void csr_free(struct csr *csr); /* NULL is fine */
CA_AUTO_DEFINE(csr, struct csr *, csr_free);

struct ca_bytes csr_subject(const struct csr *csr);    /* Name, whole element; borrowed */
struct ca_bytes csr_attributes(const struct csr *csr); /* content of [0]; borrowed */
struct ca_bytes csr_spki(const struct csr *csr);       /* SubjectPublicKeyInfo; borrowed */
EVP_PKEY *csr_key(const struct csr *csr);              /* borrowed */
