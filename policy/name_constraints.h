/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/name.h"

/* Does a name keep to the name constraints of its issuer (RFC 5280 4.2.1.10)? Known forms: dNSName,
 * rfc822Name, uniformResourceIdentifier, iPAddress, directoryName (exact octets). A name of a form
 * that is constrained in a way that is not known is refused. constraints  content of extnValue
 * CA_DENIED   the name is outside; the text names the constraint
 * CA_MALFORMED the constraints do not parse */
CA_RC name_constraints_check(struct ca_bytes constraints, const struct san *name,
                             struct ca_err *err);
