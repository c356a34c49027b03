/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* What operators are for: bits, kept as one number in database and messages. An auditor is nothing
 * else. */
enum ca_role {
    CA_REQUESTER = 1,
    CA_OFFICER = 2,
    CA_ADMIN = 4,
    CA_AUDITOR = 8,
};
enum { CA_ROLES_ALL = CA_REQUESTER | CA_OFFICER | CA_ADMIN | CA_AUDITOR, CA_ROLES_N = 4 };

/* "requester": one bit; false: no such role. */
bool ca_role_parse(const char *name, unsigned *ret);
const char *ca_role_name(unsigned role); /* of one bit; NULL: none */
/* At least one role, all of them known, and an auditor alone. */
bool ca_roles_are_good(unsigned roles);
/* What is left of them to an API token that is limited to profiles or names: it administers
 * nothing, and asks as a requester does. */
unsigned ca_roles_limited(unsigned roles);
