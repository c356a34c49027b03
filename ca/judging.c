/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/judging_internal.h"

#include "base/time.h"
#include "ca/issuance_internal.h"
#include "ca/operator_internal.h"

void judging_done(struct judging *j)
{
    wire_message_free(j->message);
    profile_loan_give(j->profiles);
    blocklist_give(j->keys);
    authority_set_give(j->authorities);
    csr_free(j->csr);
    wish_done(&j->wish);
}

static CA_RC fill(struct signer *s, const struct profile *draft, struct judging *j,
                  struct ca_err *err)
{
    const struct profile *profile = draft;

    j->profiles = profile_shelf_take(s->profiles);
    j->keys = blocklist_take(s->blocklist);
    j->authorities = authority_set_take(s->registry);
    if (profile == NULL)
        CA_TRY(profile_set_find(profile_loan_set(j->profiles), j->ask->profile, &profile, err));
    if (j->message != NULL && j->ask->proven.len > 0) { /* on record, and masked */
        CA_TRY(csr_parse_masked(j->ask->csr, profile_legacy(profile), &j->csr, err));
    } else {
        CA_TRY(csr_parse(j->ask->csr, &j->csr, err));
    }
    CA_TRY(wish_read(j->ask, &j->wish, err));
    actor_requester(&j->requester, j->ask->caller.channel, j->ask->comment, &j->who);
    j->in = (struct judge_input){.profile = profile,
                                 .csr = j->csr,
                                 .wish = &j->wish.wish,
                                 .requester = &j->who,
                                 .checks = blocklist_checks(j->keys)};
    return CA_OK;
}

CA_RC judging_new_request(struct signer *s, const struct wire_issue *ask,
                          const struct actor *requester, const struct profile *draft,
                          struct judging *ret, struct ca_err *err)
{
    ret->ask = ask;
    ret->requester = *requester;
    CA_TRY(fill(s, draft, ret, err));
    CA_TRY(authority_set_find(ret->authorities, ask->authority, &ret->authority, err));
    if (!s->config.bootstrap &&
        (profile_internal(ret->in.profile) || profile_for_ca(ret->in.profile))) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "profile '%s' is not for requests",
                          profile_name(ret->in.profile));
    }
    ret->in.issuer = &ret->authority->issuer;
    ret->in.now = ca_time_now();
    return CA_OK;
}

/* The question as it was stored, with the CSR that stands beside it. */
static CA_RC question_read(const struct db_request *row, struct judging *j, struct ca_err *err)
{
    struct wire_issue *ask;

    CA_TRY(request_question(row, &j->message, err));
    ask = j->message->body;
    ask->csr = row->csr;
    j->ask = ask;
    return CA_OK;
}

static const struct actor *people_find(const struct judging_people *people,
                                       const struct ca_uuid *id)
{
    size_t n = people->n < CA_COUNT(people->rows) ? people->n : CA_COUNT(people->rows);

    for (size_t i = 0; i < n; i++) {
        if (memcmp(&people->rows[i].id, id, sizeof(*id)) == 0)
            return &people->rows[i];
    }
    return NULL;
}

/* Somebody who is not enrolled any more has no roles; a database that is away says nothing. */
static CA_RC requester_find(struct signer *s, const struct ca_uuid *id,
                            struct judging_people *people, struct actor *ret, struct ca_err *err)
{
    const struct actor *known = people != NULL ? people_find(people, id) : NULL;
    enum ca_rc rc;

    if (known != NULL) {
        *ret = *known;
        return CA_OK;
    }
    rc = operators_by_id(s, id, ret, err);
    if (rc == CA_UNAVAILABLE || rc == CA_FAULT || rc == CA_RETRY)
        return rc;
    if (rc != CA_OK)
        *ret = (struct actor){.id = *id};
    if (people != NULL)
        people->rows[people->n++ % CA_COUNT(people->rows)] = *ret;
    return CA_OK;
}

CA_RC judging_recorded(struct signer *s, const struct db_request *row, const struct profile *draft,
                       struct judging_people *people, struct judging *ret, struct ca_err *err)
{
    CA_TRY(question_read(row, ret, err));
    CA_TRY(requester_find(s, &row->requester_id, people, &ret->requester, err));
    CA_TRY(fill(s, draft, ret, err));
    ret->authority = authority_set_by_id(ret->authorities, row->authority_id);
    if (ret->authority == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "the authority of this request is not there any more");
    ret->in.issuer = &ret->authority->issuer;
    ret->in.now = row->created_at;
    return CA_OK;
}

CA_RC judging_draft(struct signer *s, struct ca_bytes yaml, struct profile **ret,
                    struct ca_err *err)
{
    CA_AUTO(profile_loan) struct profile_loan *loan = profile_shelf_take(s->profiles);

    return profile_compile_in(profile_loan_set(loan), yaml, ret, err);
}
