/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/guarded.h"

#include <string.h>

#include "base/bytes.h"

/* One other officer or admin, where nobody has said anything else. */
#define ONE_OTHER "7d: 1 officer|admin"

/* clang-format off */
static const struct guarded_act acts[] = {
    {"operator.enrol",       "enrol an operator",                                        ONE_OTHER, true,  false},
    {"operator.change",      "change an operator's roles or names, or enable him",       ONE_OTHER, true,  false},
    {"credential.add",       "enrol another key of an operator",                         ONE_OTHER, true,  false},
    {"group.put",            "make a group, or change who is in it",                     ONE_OTHER, true,  false},
    {"approval_rule.change", "say who has to agree to a guarded act",                    ONE_OTHER, true,  false},
    {"profile.activate",     "put a version of a profile in force, or out of use",       ONE_OTHER, false, false},
    {"authority.create",     "make an authority and its key",                            ONE_OTHER, false, true },
    {"authority.install",    "install the certificate that an external root signed",     ONE_OTHER, false, true },
    {"authority.adopt",      "take over an authority whose key is in the token",         ONE_OTHER, false, true },
    {"scep_endpoint.change", "make or change a SCEP endpoint: who may enrol, and by what",   ONE_OTHER, false, true },
    {"authority.next",       "name, publish, switch to or call off the next authority",  ONE_OTHER, false, false},
    {"authority.retire",     "retire an authority: it signs CRLs and OCSP only",         ONE_OTHER, false, false},
    {"crl.emergency",        "sign CRLs ahead, or for longer, to be published in an emergency", ONE_OTHER, false, false},
    {"authority.revoke",     "revoke the certificate of an authority",                   ONE_OTHER, false, false},
    {"certificate.mass_revoke", "revoke many certificates at once",                      ONE_OTHER, false, false},
};
/* clang-format on */

size_t guarded_count(void)
{
    return CA_COUNT(acts);
}

const struct guarded_act *guarded_at(size_t i)
{
    return &acts[i];
}

const struct guarded_act *guarded_find(const char *action)
{
    for (size_t i = 0; i < CA_COUNT(acts); i++) {
        if (strcmp(acts[i].action, action) == 0)
            return &acts[i];
    }
    return NULL;
}
