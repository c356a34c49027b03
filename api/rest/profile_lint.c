/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/profile_lint.h"

#include "api/rest/answer.h"
#include "api/rest/profile_view.h"

/* What is allowed and yet seldom meant. */
static bool weak(const struct profile *p)
{
    return profile_legacy(p) != 0;
}
static bool nobody_agrees(const struct profile *p)
{
    return profile_approvals(p)->step_n == 0;
}
static bool keys_are_shared(const struct profile *p)
{
    return profile_key_reuse(p) == PROFILE_KEY_REUSE_ANY;
}
static bool unlimited(const struct profile *p)
{
    return profile_limits(p)->requester.count == 0 && profile_limits(p)->name.count == 0;
}
static const struct {
    bool (*holds)(const struct profile *p);
    struct rest_finding finding;
} notes[] = {
    {weak,
     {"/yaml/legacy", "legacy", "", "without it: RSA from 2048 bits on, SHA-2",
      "keys or digests are taken that are known to be weak", false}  },
    {nobody_agrees,
     {"/yaml/approvals", "approvals", "", "steps of officers or groups",
      "it issues at once: nobody has to agree", false}               },
    {keys_are_shared,
     {"/yaml/key/reuse", "key.reuse", "any", "same_requester or never",
      "the same key may be certified for several requesters", false} },
    {unlimited,
     {"/yaml/limits", "limits", "", "a count over a time",
      "a requester may have as many certificates as he likes", false}},
};

static CA_RC findings_list(struct request *rq, const struct profile *p, struct json_list *ret,
                           struct ca_err *err)
{
    struct rest_finding *items = request_alloc(rq, CA_COUNT(notes) * sizeof(*items));
    uint32_t n = 0;

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < CA_COUNT(notes); i++) {
        if (notes[i].holds(p))
            items[n++] = notes[i].finding;
    }
    *ret = (struct json_list){items, n, true};
    return CA_OK;
}

CA_RC rest_profile_lint_answer(struct request *rq, struct response *rs, struct ca_bytes yaml,
                               struct ca_err *err)
{
    CA_AUTO(profile) struct profile *p = NULL;
    const struct profile *now = NULL;
    struct rest_profile_lint view = {.name = NULL};
    struct ca_err none;

    CA_TRY(profile_compile_version(request_profiles(rq), yaml, &p, err));
    view.name = profile_name(p);
    view.version = profile_version(p);
    view.in_force = profile_set_find(request_profiles(rq), view.name, &now, &none) == CA_OK &&
                    ca_bytes_equal(profile_version(now), view.version);
    CA_TRY(findings_list(rq, p, &view.findings, err));
    return rest_answer(rq, rs, 200, &rest_profile_lint_schema, &view, err);
}
