/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/json.h"

/* Certificates that a body names one by one (JSON_TEXTS "certificates"): ids, serial numbers and
 * fingerprints, as `listed` of struct wire_mass_revoke has them. CA_MALFORMED says which is none.
 */
CA_RC rest_certificate_names(const struct json_list *list, struct ca_buf *ret, struct ca_err *err);
