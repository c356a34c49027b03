/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/answer.h"
#include "api/rest/approval_view.h"
#include "base/time.h"

enum { ACTORS = CA_REQUESTER | CA_OFFICER | CA_ADMIN, TEXT_MAX = 160 };

/* A reason is never lost: without memory it is the short one. */
static const char *reason(struct request *rq, const char *text, const char *instead)
{
    const char *own = rest_keep(rq, ca_bytes_str(text));

    return own != NULL ? own : instead;
}

/* NULL: it still waits. */
static const char *ended(struct request *rq, const struct rest_matter *m)
{
    char text[TEXT_MAX];

    if (m->row->state != DB_APPROVAL_PENDING) {
        (void)snprintf(text, sizeof(text), "decided: it is %s",
                       db_approval_state_name(m->row->state));
        return reason(rq, text, "decided");
    }
    return m->row->expires_at <= ca_time_now() ? "decided: its time is over" : NULL;
}

/* "only officer may" */
static const char *not_eligible(struct request *rq, const struct rest_matter *m)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_err ignored;

    if (m->count.step >= m->policy.step_n)
        return "its rule cannot be read";
    ca_buf_str(&text, "only ");
    approval_who_write(&m->policy.steps[m->count.step], &text);
    ca_buf_str(&text, " may");
    return ca_buf_check(&text, &ignored) == CA_OK ? reason(rq, ca_buf_cstr(&text), "others may")
                                                  : "others may";
}

/* As the signer judges; NULL: nothing speaks against a vote. */
static const char *no_vote(struct request *rq, const struct rest_matter *m)
{
    const char *why = ended(rq, m);

    if (why != NULL)
        return why;
    if (request_caller(rq)->by_token)
        return "an API token does not vote";
    if (m->own)
        return "you asked for it yourself";
    if (m->wrote)
        return "you wrote this revision yourself";
    if (m->voted)
        return "you have voted";
    return m->eligible ? NULL : not_eligible(rq, m);
}

static const char *no_withdrawal(struct request *rq, const struct rest_matter *m)
{
    const char *why = ended(rq, m);

    return why != NULL || m->own ? why : "only who asked may";
}

static const char *no_edit(struct request *rq, const struct rest_matter *m)
{
    if (m->row->question.len > 0)
        return "only requests for certificates can be edited";
    if (!m->own && !rest_has_role(rq, CA_OFFICER))
        return "only who asked, or an officer, may";
    return ended(rq, m);
}

static const char *no_comment(struct request *rq, const struct rest_matter *m)
{
    (void)rq;
    (void)m;
    return NULL;
}

static const struct {
    const char *action;
    unsigned roles;
    const char *(*why)(struct request *rq, const struct rest_matter *m);
} actions[] = {
    {"approve",  ACTORS,                no_vote      },
    {"deny",     ACTORS,                no_vote      },
    {"withdraw", ACTORS,                no_withdrawal},
    {"assign",   CA_OFFICER | CA_ADMIN, ended        },
    {"comment",  ACTORS,                no_comment   },
    {"edit",     ACTORS,                no_edit      },
};

CA_RC rest_matter_actions(struct request *rq, const struct rest_matter *matter,
                          const struct json_list *before, struct json_list *ret, struct ca_err *err)
{
    uint32_t n = before != NULL ? before->n : 0;
    struct rest_action *rows = request_alloc(rq, (n + CA_COUNT(actions)) * sizeof(*rows));

    if (rows == NULL)
        return CA_FAIL_NOMEM(err);
    if (n > 0)
        memcpy(rows, before->items, n * sizeof(*rows));
    for (size_t i = 0; i < CA_COUNT(actions); i++) {
        rows[n + i] =
            rest_action(rq, actions[i].action, actions[i].roles, actions[i].why(rq, matter));
    }
    *ret = (struct json_list){rows, n + (uint32_t)CA_COUNT(actions), true};
    return CA_OK;
}
