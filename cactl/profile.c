/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/nouns.h"
#include "cactl/object.h"
#include "cactl/rest.h"

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/profiles", &page, err));
    return output_list(app, &view_profile, json_object_get(page, "items"), err);
}

static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *profile = NULL;

    ca_buf_str(&path, "/api/v1/profiles");
    path_add(&path, app->args.words[0]);
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &profile, err));
    return output_object(app, &view_profile, profile, err);
}

/* clang-format off */
static const struct verb verbs[] = {
    {.name = "list", .arguments = "", .line = "List profiles",
     .examples = {{"cactl profile list", NULL}}, .run = list},
    {.name = "show", .arguments = "NAME", .least = 1, .most = 1, .completes = "profile", .line = "Show a profile with its rules",
     .examples = {{"cactl profile show https-ecc", NULL}, {"cactl profile show https-ecc -o json | jq -r .yaml", NULL}}, .run = show},
};
/* clang-format on */

const struct noun noun_profile = {"profile", "Profiles: what may be issued", verbs, CA_COUNT(verbs),
                                  false};
