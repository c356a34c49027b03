/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/rc.h"

/* What a Certificate (RFC 5280 4.1) of any version says of who has it: many devices sign their
 * messages with one of version 1, which cert_read does not take. Views into it. */
struct cert_outline {
    struct ca_bytes serial; /* whole element */
    struct ca_bytes issuer; /* the same */
    struct ca_bytes spki;   /* the same */
    struct ca_bytes behind; /* what follows the TBSCertificate, not looked at */
};
/* What stands behind the key is not looked at either. CA_MALFORMED */
CA_RC cert_outline_read(struct ca_bytes der, struct cert_outline *ret, struct ca_err *err);
