/* SPDX-License-Identifier: Apache-2.0 */
#include "base/role.h"

#include <string.h>

#include "base/bytes.h"

static const struct {
    unsigned role;
    const char *name;
} roles[] = {
    {CA_REQUESTER, "requester"},
    {CA_OFFICER,   "officer"  },
    {CA_ADMIN,     "admin"    },
    {CA_AUDITOR,   "auditor"  },
};

bool ca_role_parse(const char *name, unsigned *ret)
{
    for (size_t i = 0; i < CA_COUNT(roles); i++) {
        if (strcmp(roles[i].name, name) == 0) {
            *ret = roles[i].role;
            return true;
        }
    }
    return false;
}

const char *ca_role_name(unsigned role)
{
    for (size_t i = 0; i < CA_COUNT(roles); i++) {
        if (roles[i].role == role)
            return roles[i].name;
    }
    return NULL;
}

bool ca_roles_are_good(unsigned set)
{
    return set != 0 && (set & ~(unsigned)CA_ROLES_ALL) == 0 &&
           ((set & CA_AUDITOR) == 0 || set == CA_AUDITOR);
}

unsigned ca_roles_limited(unsigned set)
{
    return (set & CA_ADMIN) == 0 ? set : (set & ~(unsigned)CA_ADMIN) | CA_REQUESTER;
}
