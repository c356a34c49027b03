/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"

static CA_RC profile_view(struct request *rq, const struct profile *p, struct rest_profile *ret,
                          struct ca_err *err)
{
    *ret = (struct rest_profile){
        .name = profile_name(p),
        .description = profile_description(p),
        .version = profile_version(p),
        .yaml = rest_keep(rq, profile_yaml(p)),
        .ca = profile_for_ca(p),
        .internal = profile_internal(p),
    };
    return ret->yaml != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

/* GET /api/v1/profiles */
CA_RC rest_profiles_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct profile_set *set = request_profiles(rq);
    size_t n = profile_set_count(set);
    struct rest_profile *items = request_alloc(rq, (n + 1) * sizeof(*items));
    struct rest_page page = {
        .items = {items, (uint32_t)n, true}
    };

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++)
        CA_TRY(profile_view(rq, profile_set_at(set, i), &items[i], err));
    return rest_answer(rq, rs, 200, &rest_profile_page, &page, err);
}

/* GET /api/v1/profiles/{name} */
CA_RC rest_profile_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct profile *profile = NULL;
    struct rest_profile view;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(profile_set_find(request_profiles(rq), request_var(rq, "name"), &profile, err));
    CA_TRY(profile_view(rq, profile, &view, err));
    return rest_answer(rq, rs, 200, &rest_profile_schema, &view, err);
}
