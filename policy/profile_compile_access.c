/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/role.h"
#include "policy/profile_internal.h"

/* The sections access, approvals, limits and renewal. */

enum { APPROVERS_MAX = 16, EXPIRES_S = 7 * 86400 };

/* A name, with "*" at its end for anything. */
static CA_RC words_compile(const char *key, char **list, unsigned n, struct profile_words *ret,
                           struct ca_err *err)
{
    for (unsigned i = 0; i < n; i++) {
        size_t len = strlen(list[i]);

        if (strcspn(list[i], "*") + 1 < len) {
            return PROFILE_BAD(CA_MALFORMED, "access.%s '%.60s': * stands at the end only", key,
                               list[i]);
        }
    }
    *ret = (struct profile_words){(const char *const *)list, n};
    return CA_OK;
}

static CA_RC access_compile(struct profile *p, const struct profile_yaml_access *from,
                            struct ca_err *err)
{
    p->access.roles = CA_REQUESTER | CA_OFFICER | CA_ADMIN;
    if (from == NULL)
        return CA_OK;
    if (from->roles != 0)
        p->access.roles = from->roles;
    p->access.names_owned = from->names != 0;
    CA_TRY(words_compile("requesters", from->requesters, from->requesters_count,
                         &p->access.requesters, err));
    return words_compile("channels", from->channels, from->channels_count, &p->access.channels,
                         err);
}

static CA_RC step_compile(const struct profile_yaml_step *from, struct approval_step *ret,
                          struct ca_err *err)
{
    if (from->count == 0 || from->count > APPROVERS_MAX) {
        return PROFILE_BAD(CA_DENIED, "approvals.steps.count is %u: from 1 to %d", from->count,
                           APPROVERS_MAX);
    }
    if (from->role == 0 && from->group == NULL)
        return PROFILE_BAD(CA_DENIED, "approvals.steps: a step without role and group is nobody's");
    *ret = (struct approval_step){.count = from->count, .roles = from->role};
    (void)snprintf(ret->group, sizeof(ret->group), "%s", from->group != NULL ? from->group : "");
    return CA_OK;
}

static CA_RC approvals_compile(struct profile *p, const struct profile_yaml_approvals *from,
                               struct ca_err *err)
{
    if (from == NULL)
        return CA_OK;
    if (from->steps_count == 0)
        return PROFILE_BAD(CA_DENIED, "approvals without steps");
    p->approvals.expires_s = EXPIRES_S;
    if (from->expires != NULL) {
        CA_TRY(profile_duration_read("approvals.expires", from->expires, &p->approvals.expires_s,
                                     err));
    }
    if (p->approvals.expires_s == 0)
        return PROFILE_BAD(CA_DENIED, "approvals.expires is 0: nobody could agree in time");
    for (unsigned i = 0; i < from->steps_count; i++)
        CA_TRY(step_compile(&from->steps[i], &p->approvals.steps[i], err));
    p->approvals.step_n = from->steps_count;
    return CA_OK;
}

static CA_RC limit_compile(const char *key, const struct profile_yaml_limit *from,
                           struct profile_limit *ret, struct ca_err *err)
{
    if (from == NULL)
        return CA_OK;
    ret->count = from->count;
    CA_TRY(profile_duration_read(key, from->per, &ret->per_s, err));
    if (ret->count == 0 || ret->per_s == 0)
        return PROFILE_BAD(CA_DENIED, "%s: a limit of 0 lets nothing through", key);
    return CA_OK;
}

CA_RC profile_compile_access(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    CA_TRY(access_compile(p, y->access, err));
    CA_TRY(approvals_compile(p, y->approvals, err));
    if (y->limits != NULL) {
        CA_TRY(limit_compile("limits.requester", y->limits->requester, &p->limits.requester, err));
        CA_TRY(limit_compile("limits.name", y->limits->name, &p->limits.name, err));
    }
    if (y->renewal != NULL && y->renewal->window != NULL) {
        CA_TRY(
            profile_duration_read("renewal.window", y->renewal->window, &p->renewal_window_s, err));
    }
    if (p->renewal_window_s > p->validity.max_s)
        return PROFILE_BAD(CA_DENIED, "renewal.window is longer than validity.max");
    return CA_OK;
}
