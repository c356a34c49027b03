/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/der_write.h"

/* ContentInfo with a SignedData that has certificates or a CRL and nothing else: no content, no
 * signer (RFC 5652 5.1, RFC 8551 3.8).
 *   certs  whole elements; sorted in place
 *   crl    CertificateList; len 0: none */
void certs_only_write(struct der_writer *w, struct ca_bytes *certs, size_t n, struct ca_bytes crl);
