/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* PEM as clients send it: all of its blocks have the label that is wanted. */

/* The DER of the only block CERTIFICATE REQUEST (or NEW CERTIFICATE REQUEST); false: there is none,
 * there are several, or one is broken. */
bool rest_pem_csr(struct ca_bytes text, struct ca_buf *ret);
/* The DER of every block CERTIFICATE, one behind the other; false: there is none or one is broken.
 */
bool rest_pem_certificates(struct ca_bytes text, struct ca_buf *ret);
