/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/approval_internal.h"

/* For rows of ca/dispatch.c: which guarded act a question is, if it is one, and what it is about.
 * Refuses what could never be done, before anybody is asked to agree to it. `ret` is zeroed. */
typedef CA_RC (*guard_fn)(struct signer *s, const struct actor *actor, const void *question,
                          struct guarded *ret, struct ca_err *err);
#define GUARD(name)                                                                                \
    CA_RC guard_##name(struct signer *s, const struct actor *actor, const void *question,          \
                       struct guarded *ret, struct ca_err *err)
GUARD(operator_enrol);
GUARD(operator_change);
GUARD(credential_add);
GUARD(group_put);
GUARD(rule_put);
GUARD(profile_activate);
GUARD(authority_create);
GUARD(authority_install);
GUARD(authority_adopt);
GUARD(authority_next);
GUARD(crl_schedule); /* where CRLs are signed ahead for longer than before */
GUARD(scep_endpoint_put);
GUARD(mass_revoke);
GUARD(revoke); /* of an authority's own certificate alone */
#undef GUARD
