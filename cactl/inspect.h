/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/x509.h>

#include "base/ossl.h"
#include "cactl/json.h"

/* What a certificate, CRL or request says, as JSON with the names that the API uses. */
CA_RC inspect_certificate(X509 *cert, json_t **ret, struct ca_err *err);
CA_RC inspect_crl(X509_CRL *crl, json_t **ret, struct ca_err *err);
CA_RC inspect_csr(X509_REQ *csr, json_t **ret, struct ca_err *err);

/* Decodes every object in a file, PEM or DER: certificate, CRL, request, PKCS#7. A block of
 * something else (a key) is named and not shown. CA_MALFORMED: DER of nothing of these. */
CA_RC inspect_bytes(struct ca_bytes file, json_t *list, struct ca_err *err);
