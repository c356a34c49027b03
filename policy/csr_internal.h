/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/csr.h"

struct csr_requested {
    struct cert_extension extensions[CERT_EXTENSIONS_MAX];
    size_t extension_n;
    struct ca_bytes challenge_password;
    unsigned challenge_password_tag;
};

/* Content of the attributes' [0] (RFC 2986 4.1), in any order. Unknown attributes are passed over.
 * CA_MALFORMED also when one stands there twice. */
CA_RC csr_attributes_read(struct ca_bytes in, struct csr_requested *ret, struct ca_err *err);
