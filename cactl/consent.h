/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/object.h"
#include "cactl/rest.h"

/* What requests and approvals share: votes, words, assignments and withdrawals. */
struct consent {
    const char *path;   /* "/api/v1/requests" */
    const char *digest; /* member that a vote carries: "plan_digest" */
    const struct view *view;
    const char *const *shown; /* members that are shown before a vote, NULL behind the last */
};
extern const struct consent consent_request;
extern const struct consent consent_approval;

/* approve and deny. Without --digest the object is shown and the start of its digest asked for.
 * app->exit becomes EXIT_WAITING while others still have to agree and EXIT_REFUSED when it
 * failed. */
CA_RC consent_vote(struct app *app, const struct consent *kind, bool approves, struct ca_err *err);
CA_RC consent_withdraw(struct app *app, const struct consent *kind, struct ca_err *err);
CA_RC consent_comment(struct app *app, const struct consent *kind, struct ca_err *err);
CA_RC consent_assign(struct app *app, const struct consent *kind, struct ca_err *err);

/* Rows of flags and verbs that both nouns have. */
#define CONSENT_VOTE_FLAGS                                                                         \
    {                                                                                              \
        "digest", "HEX", FLAG_VALUE, 0,                                                            \
            "of what you have looked at already: nothing is shown or asked", NULL, NULL            \
    }
#define CONSENT_ASSIGN_FLAGS                                                                       \
    {"to", "NAME", FLAG_VALUE, 0, "who is asked to look: name or id", NULL, NULL},                 \
    {                                                                                              \
        "nobody", NULL, FLAG_SWITCH, 0, "nobody in particular", NULL, NULL                         \
    }
