/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/signer_internal.h"

void actor_requester(const struct actor *actor, const char *channel, const char *reason,
                     struct requester *ret)
{
    static const struct actor_scope none;
    const struct actor_scope *scope = actor->scope != NULL ? actor->scope : &none;

    *ret = (struct requester){
        .name = actor->name,
        .roles = actor->roles,
        .channel = channel,
        .owned = scope->owned,
        .owned_n = scope->owned_n,
        .scopes = scope->profiles,
        .scope_n = scope->profiles_n,
        .limits = scope->names,
        .limit_n = scope->names_n,
        .reason = reason,
    };
}
