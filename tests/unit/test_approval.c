/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/approval.h"

#include <stdio.h>

#include "base/role.h"
#include "tests/unit/support.h"

/* Forms. */
static const struct text_case {
    const char *text;
    enum ca_rc rc;
    size_t steps;
} text_cases[] = {
    {"",                                                                             CA_OK,        0},
    {"7d: 2 officer",                                                                CA_OK,        1},
    {"7d: 2 officer, then 1 officer|admin, then 1 group:security",                   CA_OK,        3},
    {"90s: 16 requester|officer|admin|group:a-9",                                    CA_OK,        1},
    {"36h: 1 admin",                                                                 CA_OK,        1},
    {"7d: 0 officer",                                                                CA_MALFORMED, 0}, /* nobody is not a rule */
    {"7d: 17 officer",                                                               CA_MALFORMED, 0},
    {"7d: 99999999999999999999 officer",                                             CA_MALFORMED, 0},
    {"7d: -1 officer",                                                               CA_MALFORMED, 0},
    {"7d: officer",                                                                  CA_MALFORMED, 0},
    {"7d: 1 ",                                                                       CA_MALFORMED, 0},
    {"7d: 1 boss",                                                                   CA_MALFORMED, 0},
    {"7d: 1 group:",                                                                 CA_MALFORMED, 0},
    {"7d: 1 group:UPPER",                                                            CA_MALFORMED, 0},
    {"7d: 1 officer,then 1 admin",                                                   CA_MALFORMED, 0},
    {"7d: 1 officer, then ",                                                         CA_MALFORMED, 0},
    {"7d: 1 officer ",                                                               CA_MALFORMED, 0},
    {" 7d: 1 officer",                                                               CA_MALFORMED, 0},
    {"7d:1 officer",                                                                 CA_MALFORMED, 0},
    {"0d: 1 officer",                                                                CA_MALFORMED, 0},
    {"7w: 1 officer",                                                                CA_MALFORMED, 0},
    {"24h: 1 officer",                                                               CA_MALFORMED, 0}, /* written 1d */
    {"07d: 1 officer",                                                               CA_MALFORMED, 0},
    {"7d: 01 officer",                                                               CA_MALFORMED, 0},
    {"7d: 1 admin|officer",                                                          CA_MALFORMED, 0}, /* one order */
    {"7d: 1 officer|officer",                                                        CA_MALFORMED, 0},
    {"7d: 1 group:a|group:b",                                                        CA_MALFORMED, 0}, /* one group */
    {"7d: 1 admin, then 1 admin, then 1 admin, then 1 admin",                        CA_OK,        4},
    {"7d: 1 admin, then 1 admin, then 1 admin, then 1 admin, then 1 admin",          CA_MALFORMED, 0},
    {"7d: 1 group:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",  CA_OK,        1},
    {"7d: 1 group:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", CA_MALFORMED,
     0                                                                                              },
};

static void a_policy_has_one_form_and_reads_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(text_cases); i++) {
        struct approval_policy policy = {.step_n = 77};
        CA_AUTO(buf) struct ca_buf again = {0};
        struct ca_err err = {0};

        test_note(text_cases[i].text);
        assert_int_equal(approval_policy_read(text_cases[i].text, &policy, &err), text_cases[i].rc);
        assert_int_equal(policy.step_n, text_cases[i].rc == CA_OK ? text_cases[i].steps : 77);
        if (text_cases[i].rc != CA_OK)
            continue;
        approval_policy_write(&policy, &again);
        assert_string_equal(ca_buf_cstr(&again), text_cases[i].text);
    }
}

/* A small world: people 0 to 7 with roles and groups, numbers that repeat with the seed. */
enum { PEOPLE = 8, VOTES_MAX = 12, GROUPS = 2 };

static const char *const group_names[GROUPS] = {"red", "blue"};

struct world {
    struct approval_policy policy;
    struct approval_voter people[PEOPLE];
    const char *groups[PEOPLE][GROUPS];
    struct approval_vote votes[VOTES_MAX];
    struct approval_case c;
};

static uint64_t seed;

static unsigned any(unsigned below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(seed >> 33) % below;
}

static const uint8_t digests[2][32] = {{1}, {2}};

static void person_make(struct world *w, unsigned n)
{
    static const unsigned roles[] = {0,         CA_REQUESTER,          CA_OFFICER,
                                     CA_ADMIN,  CA_OFFICER | CA_ADMIN, CA_REQUESTER | CA_OFFICER,
                                     CA_OFFICER};
    struct approval_voter *p = &w->people[n];

    *p = (struct approval_voter){.id = {{(uint8_t)(n + 1)}}, .roles = roles[any(CA_COUNT(roles))]};
    for (unsigned g = 0; g < GROUPS; g++) {
        if (any(3) == 0)
            w->groups[n][p->group_n++] = group_names[g];
    }
    p->groups = w->groups[n];
}

static void step_make(struct approval_step *step)
{
    static const unsigned roles[] = {CA_OFFICER, CA_ADMIN, CA_OFFICER | CA_ADMIN, 0};

    *step = (struct approval_step){.count = 1 + any(3), .roles = roles[any(CA_COUNT(roles))]};
    if (step->roles == 0 || any(3) == 0)
        (void)snprintf(step->group, sizeof(step->group), "%s", group_names[any(GROUPS)]);
}

static void world_make(struct world *w)
{
    *w = (struct world){
        .policy = {.step_n = any(4), .expires_s = 60}
    };
    for (unsigned i = 0; i < w->policy.step_n; i++)
        step_make(&w->policy.steps[i]);
    for (unsigned i = 0; i < PEOPLE; i++)
        person_make(w, i);
    w->c = (struct approval_case){
        .policy = &w->policy,
        .requester = w->people[any(PEOPLE)].id,
        .revision = 2,
        .digest = {digests[0], 32},
        .votes = w->votes,
        .vote_n = any(VOTES_MAX + 1)
    };
    for (size_t i = 0; i < w->c.vote_n; i++) {
        w->votes[i] = (struct approval_vote){
            .voter = w->people[any(PEOPLE)],
            .approves = any(12) != 0,
            .step = any((unsigned)w->policy.step_n + 1),
            .revision = any(6) == 0 ? 1 : 2,
            .digest = {digests[any(8) == 0], 32}
        };
    }
}

/* The model: says the same in another way. One set of people a step; a vote puts its person into
 * his step's set unless he stands in one already. */
static bool model_may(const struct world *w, const struct approval_vote *v)
{
    const struct approval_step *step = &w->policy.steps[v->step];
    bool grouped = false;

    if (memcmp(v->voter.id.octets, w->c.requester.octets, CA_UUID_LEN) == 0)
        return false;
    for (size_t i = 0; i < v->voter.group_n; i++)
        grouped |= strcmp(v->voter.groups[i], step->group) == 0;
    return v->voter.roles != 0 && ((v->voter.roles & step->roles) != 0 || grouped);
}

static void model_count(const struct world *w, struct approval_count *ret)
{
    int stands[256] = {0}; /* by first octet of the id: his step + 1 */
    bool seen[256] = {false};

    *ret = (struct approval_count){.outcome = APPROVAL_WAITS};
    for (size_t i = 0; i < w->c.vote_n; i++) {
        const struct approval_vote *v = &w->votes[i];
        uint8_t who = v->voter.id.octets[0];
        bool first = !seen[who];

        seen[who] |= v->revision == w->c.revision; /* his first word on this content is his word */
        if (!first || v->revision != w->c.revision || v->digest.ptr != digests[0] ||
            v->step >= w->policy.step_n || !model_may(w, v))
            continue;
        if (!v->approves) {
            ret->outcome = APPROVAL_DENIED;
            return;
        }
        stands[who] = (int)v->step + 1;
    }
    for (unsigned k = 0; k < w->policy.step_n; k++) {
        unsigned n = 0;

        for (unsigned who = 0; who < 256; who++)
            n += stands[who] == (int)k + 1;
        if (n < w->policy.steps[k].count) {
            ret->step = k;
            ret->needed = w->policy.steps[k].count - n;
            return;
        }
    }
    ret->outcome = w->policy.step_n > 0 ? APPROVAL_AGREED : APPROVAL_WAITS;
}

static void i10_counting_agrees_with_a_slow_model(void **state)
{
    unsigned outcomes[3] = {0};

    (void)state;
    seed = 20261121;
    for (unsigned i = 0; i < 200000; i++) {
        struct approval_count got = {0};
        struct approval_count want = {0};
        struct world w;

        world_make(&w);
        approval_count(&w.c, &got);
        model_count(&w, &want);
        assert_int_equal(got.outcome, want.outcome);
        if (want.outcome == APPROVAL_WAITS && w.policy.step_n > 0) {
            assert_int_equal(got.step, want.step);
            assert_int_equal(got.needed, want.needed);
        }
        outcomes[got.outcome]++;
    }
    for (size_t i = 0; i < CA_COUNT(outcomes); i++)
        assert_true(outcomes[i] > 1000); /* the cases were worth something */
}

static void i10_the_requester_never_counts(void **state)
{
    (void)state;
    seed = 10;
    for (unsigned i = 0; i < 50000; i++) {
        struct approval_count with = {0};
        struct approval_count without = {0};
        struct world w;
        size_t n = 0;

        world_make(&w);
        approval_count(&w.c, &with);
        for (size_t k = 0; k < w.c.vote_n; k++) {
            if (memcmp(&w.votes[k].voter.id, &w.c.requester, CA_UUID_LEN) != 0)
                w.votes[n++] = w.votes[k];
        }
        w.c.vote_n = n;
        approval_count(&w.c, &without);
        assert_int_equal(with.outcome, without.outcome);
        assert_int_equal(with.needed, without.needed);
    }
}

static void i10_votes_on_other_content_never_count(void **state)
{
    (void)state;
    seed = 11;
    for (unsigned i = 0; i < 50000; i++) {
        struct approval_count got = {0};
        struct world w;

        world_make(&w);
        for (size_t k = 0; k < w.c.vote_n; k++) {
            if (any(2) == 0) {
                w.votes[k].revision = 1 + 2 * (int32_t)any(2);
            } else {
                w.votes[k].digest.ptr = digests[1];
            }
        }
        approval_count(&w.c, &got);
        assert_int_equal(got.outcome, APPROVAL_WAITS);
    }
}

static void i09_a_policy_without_steps_is_agreed_to_by_nobody(void **state)
{
    const struct approval_policy none = {.step_n = 0};
    const struct approval_voter officer = {.id = {{2}}, .roles = CA_OFFICER};
    const struct approval_vote vote = {
        officer, true, 0, 1, {digests[0], 32}
    };
    struct approval_case c = {
        &none, {{1}},
         1, { digests[0], 32},
         &vote, 1
    };
    struct approval_count got = {0};

    (void)state;
    approval_count(&c, &got);
    assert_int_equal(got.outcome, APPROVAL_WAITS);
    c.vote_n = 0;
    approval_count(&c, &got);
    assert_int_equal(got.outcome, APPROVAL_WAITS);
}

/* Tries every way to give each person one step, or none. */
static bool model_satisfiable(const struct world *w)
{
    unsigned ways = 1;

    for (unsigned i = 0; i < PEOPLE; i++)
        ways *= (unsigned)w->policy.step_n + 1;
    for (unsigned way = 0; way < ways; way++) {
        unsigned have[PROFILE_STEPS_MAX + 1] = {0};
        unsigned rest = way;
        bool good = true;

        for (unsigned i = 0; i < PEOPLE; i++, rest /= (unsigned)w->policy.step_n + 1) {
            unsigned k = rest % ((unsigned)w->policy.step_n + 1); /* the last: no step */

            if (k < w->policy.step_n &&
                !approval_eligible(&w->policy.steps[k], &w->people[i], &w->c.requester))
                good = false;
            have[k]++;
        }
        for (unsigned k = 0; k < w->policy.step_n; k++)
            good = good && have[k] >= w->policy.steps[k].count;
        if (good)
            return true;
    }
    return false;
}

static void a_rule_is_satisfiable_when_some_way_of_voting_satisfies_it(void **state)
{
    unsigned found[2] = {0};

    (void)state;
    seed = 12;
    for (unsigned i = 0; i < 600; i++) {
        struct ca_err err = {0};
        struct world w;
        enum ca_rc rc;
        bool want;

        world_make(&w);
        want = model_satisfiable(&w);
        rc = approval_satisfiable(&w.policy, &w.c.requester, w.people, PEOPLE, &err);
        assert_int_equal(rc, want ? CA_OK : CA_DENIED);
        if (!want)
            assert_string_equal(err.problem, "unsatisfiable-rule");
        found[want]++;
    }
    assert_true(found[0] > 100 && found[1] > 100);
}

static void what_is_missing_is_said(void **state)
{
    const struct approval_policy policy = {
        .steps = {{.count = 2, .roles = CA_OFFICER}}, .step_n = 1, .expires_s = 60};
    const struct approval_voter people[] = {
        {.id = {{1}}, .roles = CA_OFFICER},
        {.id = {{2}}, .roles = CA_OFFICER},
        {.id = {{3}}, .roles = CA_ADMIN  },
    };
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(approval_satisfiable(&policy, &people[2].id, people, 3, &err), CA_OK);
    assert_int_equal(approval_satisfiable(&policy, &people[0].id, people, 3, &err), CA_DENIED);
    assert_non_null(strstr(err.text, "step 1, '2 officer'"));
    assert_non_null(strstr(err.text, "2 people are wanted and 1 could vote"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_has_one_form_and_reads_back),
        cmocka_unit_test(i10_counting_agrees_with_a_slow_model),
        cmocka_unit_test(i10_the_requester_never_counts),
        cmocka_unit_test(i10_votes_on_other_content_never_count),
        cmocka_unit_test(i09_a_policy_without_steps_is_agreed_to_by_nobody),
        cmocka_unit_test(a_rule_is_satisfiable_when_some_way_of_voting_satisfies_it),
        cmocka_unit_test(what_is_missing_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
