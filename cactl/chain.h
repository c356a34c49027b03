/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/x509.h>

#include "base/ossl.h"
#include "cactl/rest.h"

/* Certificates and CRLs of the server, checked here. */

typedef STACK_OF(X509) *x509_stack;
void x509_stack_free(x509_stack s);
CA_AUTO_DEFINE(x509_stack, x509_stack, x509_stack_free);

/* Reads one certificate, DER, all of it. */
CA_RC chain_certificate(struct ca_bytes der, X509 **ret, struct ca_err *err);
/* Appends every certificate of the PEM; CA_MALFORMED when there is none. */
CA_RC chain_read(struct ca_bytes pem, x509_stack to, struct ca_err *err);

/* Fetches an authority's CRL from where its certificates say it is, and checks it against the
 * authority's certificate: signature and dates. *ret is its DER; *ret_crl may be NULL. */
CA_RC chain_crl(struct app *app, const char *authority, struct ca_buf *ret, X509_CRL **ret_crl,
                struct ca_err *err);
/* "CN=…,O=…" (RFC 2253), UTF-8. */
CA_RC chain_name(const X509_NAME *name, struct ca_buf *ret, struct ca_err *err);
