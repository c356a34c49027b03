/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/rest_consent.h"

#include "base/role.h"
#include "base/time.h"

static const uint8_t digest[32] = {0xd1};

static const struct {
    uint8_t id;
    const char *name;
    unsigned roles;
} people[] = {
    {ALICE, "alice", CA_REQUESTER},
    {OLAF,  "olaf",  CA_OFFICER  },
    {OLGA,  "olga",  CA_OFFICER  },
    {ADAM,  "adam",  CA_ADMIN    },
    {RITA,  "rita",  CA_REQUESTER},
};

static void people_make(void)
{
    for (size_t i = 0; i < CA_COUNT(people); i++) {
        struct db_operator *row = &rest_fake_approval.operators[i];

        *row = (struct db_operator){
            .name = people[i].name, .roles = people[i].roles, .enabled = true, .names = ""};
        row->id.octets[0] = people[i].id;
    }
    rest_fake_approval.operator_n = CA_COUNT(people);
    rest_fake_approval.groups[0] =
        (struct db_group){.name = "security", .members = "0e000000-0000-0000-0000-000000000000"};
    rest_fake_approval.group_n = 1;
}

void rest_consent_init(struct rest_case *c)
{
    struct db_approval *row = &rest_fake_approval.approvals[0];

    rest_case_init(c, CA_REQUESTER);
    people_make();
    *row = (struct db_approval){
        .action = "certificate.issue",
        .object = "CN=www.example",
        .requester = "alice",
        .author = "alice",
        .revision = 1,
        .digest = {digest, sizeof(digest)},
        .policy = "7d: 2 officer, then 1 admin|group:security",
        .state = DB_APPROVAL_PENDING,
        .assignee = "",
        .decider = "",
        .result = "",
        .created_at = ca_time_now() - 60,
        .expires_at = ca_time_now() + 3600,
    };
    row->id.octets[0] = 2;
    row->requester_id.octets[0] = ALICE;
    row->author_id.octets[0] = ALICE;
    rest_fake_approval.approval_n = 1;
    rest_fake_db.requests[0].state = DB_REQUEST_PENDING;
    rest_fake_db.requests[0].certificate_id = (struct ca_uuid){{0}};
    rest_fake_db.requests[0].serial = (struct ca_bytes){NULL, 0};
    rest_fake_db.requests[0].plan_digest = row->digest;
    rest_consent_as(c, ALICE);
}

void rest_consent_as(struct rest_case *c, uint8_t who)
{
    rest_case_next(c);
    for (size_t i = 0; i < CA_COUNT(people); i++) {
        if (people[i].id != who)
            continue;
        c->rq.caller.id.octets[0] = who;
        c->rq.caller.roles = people[i].roles;
    }
    c->rq.vars[0] = (struct rest_pair){"id", rest_case_ask};
}

void rest_consent_vote(uint8_t who, int32_t step, bool approves)
{
    const struct db_approval *row = &rest_fake_approval.approvals[0];
    struct db_approval_vote *v = &rest_fake_approval.votes[rest_fake_approval.vote_n++];

    *v = (struct db_approval_vote){.approval_id = row->id,
                                   .revision = row->revision,
                                   .operator_name = "somebody",
                                   .approves = approves,
                                   .step = step,
                                   .digest = row->digest,
                                   .comment = "fine",
                                   .at = ca_time_now()};
    v->operator_id.octets[0] = who;
}
