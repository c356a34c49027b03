/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/types.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/rc.h"
#include "policy/cert.h"
#include "policy/name.h"
#include "policy/spki.h"

/* A certification request (PKCS#10, RFC 2986) whose proof of possession holds.
 * csr_parse is the only constructor, so there is no other kind. */
struct csr;

enum { CSR_DER_MAX = 64 * 1024 }; /* octets */

/* Reads one request and checks the signature that the requester made over it. Strict DER, but for
 * what real clients send: attributes in any order, none at all, or without their [0].
 *   der  CertificationRequest (RFC 2986 4.2) and nothing after it; copied
 *   ret  for csr_free; untouched unless CA_OK
 * CA_LIMIT      longer than CSR_DER_MAX, or more names than SAN_COUNT_MAX
 * CA_MALFORMED  not DER, not version 1, bytes left over, an attribute or extension twice (problem
 *               malformed-csr)
 * CA_DENIED     a kind of key that is not taken (key-not-taken), a weak signature
 *               (weak-signature), one that does not verify (proof-of-possession), or a name that
 *               san_read refuses (policy) */
CA_RC csr_parse(struct ca_bytes der, struct csr **ret, struct ca_err *err);
/* As csr_parse, and takes also what `legacy` names (bits of enum profile_legacy, of the profile
 * that judges the request): RSA keys from 1024 bits on, signatures with SHA-1 and MD5. */
CA_RC csr_parse_legacy(struct ca_bytes der, unsigned legacy, struct csr **ret, struct ca_err *err);
/* As csr_parse_legacy, of one that csr_masked wrote: its signature was checked before, and cannot
 * be checked any more. */
CA_RC csr_parse_masked(struct ca_bytes der, unsigned legacy, struct csr **ret, struct ca_err *err);
/* The request with an asterisk in place of each octet of challengePassword: what is kept of it.
 * Appends. */
CA_RC csr_masked(const struct csr *csr, struct ca_buf *ret, struct ca_err *err);
void csr_free(struct csr *csr); /* NULL is fine */
CA_AUTO_DEFINE(csr, struct csr *, csr_free);

struct ca_bytes csr_subject(const struct csr *csr);          /* Name, whole element; borrowed */
struct ca_bytes csr_attributes(const struct csr *csr);       /* content of [0]; borrowed */
struct ca_bytes csr_spki(const struct csr *csr);             /* SubjectPublicKeyInfo; borrowed */
EVP_PKEY *csr_key(const struct csr *csr);                    /* borrowed */
const struct spki_info *csr_key_info(const struct csr *csr); /* kind, bits; borrowed */

/* What extensionRequest asks for (RFC 2985 5.4.2); borrowed. Nothing of it is granted by itself. */
const struct cert_extension *csr_extensions(const struct csr *csr, size_t *ret_n);
/* The one of this kind, or NULL. */
const struct cert_extension *csr_extension(const struct csr *csr, enum cert_extension_kind kind);
/* The names of its subjectAltName; NULL and 0 when it has none; borrowed. */
const struct san *csr_sans(const struct csr *csr, size_t *ret_n);

/* Content octets of challengePassword (RFC 2985 5.4.1) and its string type; len 0: none. A secret:
 * never to be logged or shown. */
struct ca_bytes csr_challenge_password(const struct csr *csr, unsigned *ret_tag);
