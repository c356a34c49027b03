/* SPDX-License-Identifier: Apache-2.0 */
#include "db/approval.h"

#include <pthread.h>

#include "db/operator.h"
#include "tests/unit/db_fixture.h"

static const uint8_t ones[32] = {1};
static const uint8_t twos[32] = {2};
static const struct ca_bytes one = {ones, 32};
static const struct ca_bytes two = {twos, 32};

static struct db_operator people[3];

static int people_start(void **state)
{
    static const char *const names[] = {"ann", "ben", "cid"};
    static uint8_t fingerprints[3][32];
    struct ca_err err = {0};

    if (db_fixture_start(state) != 0)
        return -1;
    for (uint8_t i = 0; i < 3; i++) {
        fingerprints[i][0] = (uint8_t)(0xa0 + i);
        people[i] = (struct db_operator){
            .id = {{0xa0, i}},
            .name = names[i],
            .roles = CA_OFFICER,
            .fingerprint = { fingerprints[i],       32},
            .enabled = true,
            .created_at = AT,
            .seal = one
        };
        if (db_operator_insert(signer, &people[i], &err) != CA_OK)
            return -1;
    }
    return 0;
}

static struct db_approval approval_new(uint8_t n, const char *policy)
{
    const struct ca_uuid id = {
        {0, n}
    };
    struct db_approval a = {.id = id,
                            .action = "group.put",
                            .object = "security",
                            .requester_id = people[0].id,
                            .author_id = people[0].id,
                            .revision = 1,
                            .digest = one,
                            .policy = policy,
                            .question = one,
                            .created_at = AT,
                            .expires_at = AT + 60,
                            .seal = one};
    struct ca_err err = {0};

    assert_int_equal(db_approval_insert(front, &a, &err), CA_FAULT); /* not the front's to write */
    assert_int_equal(db_approval_insert(signer, &a, &err), CA_OK);
    return a;
}

static struct db_approval_vote vote_of(const struct db_approval *a, unsigned who)
{
    return (struct db_approval_vote){.approval_id = a->id,
                                     .revision = 1,
                                     .operator_id = people[who].id,
                                     .approves = true,
                                     .digest = one,
                                     .comment = "fine",
                                     .at = AT + who,
                                     .seal = one};
}

static void an_approval_reads_back_with_names_and_votes(void **state)
{
    const struct db_approval a = approval_new(1, "7d: 2 officer");
    const struct db_approval_vote v = vote_of(&a, 1);
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(db_result) struct db_result votes = {0};
    const struct db_approval *row;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_approval_insert(signer, &a, &err), CA_CONFLICT);
    assert_int_equal(db_approval_vote_insert(front, &v, &err), CA_FAULT);
    assert_int_equal(db_approval_vote_insert(signer, &v, &err), CA_OK);
    assert_int_equal(db_approval_vote_insert(signer, &v, &err), CA_CONFLICT); /* I10 */
    assert_int_equal(db_approval_get(front, &a.id, &found, &err), CA_OK);
    assert_int_equal(found.count, 1);
    row = found.rows;
    assert_string_equal(row->requester, "ann");
    assert_string_equal(row->author, "ann");
    assert_string_equal(row->assignee, "");
    assert_string_equal(row->policy, "7d: 2 officer");
    assert_int_equal(row->state, DB_APPROVAL_PENDING);
    assert_int_equal(row->approvals, 1);
    assert_int_equal(row->decided_at, 0);
    assert_true(ca_bytes_equal(row->question, one));
    assert_int_equal(db_approval_votes(front, &a.id, &votes, &err), CA_OK);
    assert_int_equal(votes.count, 1);
    assert_string_equal(((const struct db_approval_vote *)votes.rows)->operator_name, "ben");
}

static void a_lost_compare_and_set_is_a_conflict(void **state)
{
    struct db_approval a = approval_new(2, "7d: 1 officer");
    struct db_approval_move move = {.id = a.id,
                                    .from = DB_APPROVAL_PENDING,
                                    .to = DB_APPROVAL_DENIED,
                                    .decided_at = AT + 9,
                                    .decided_by = people[1].id,
                                    .result = "no"};
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_approval *row;
    struct ca_err err = {0};

    (void)state;
    a.revision = 3; /* nobody wrote the second */
    assert_int_equal(db_approval_revise(signer, &a, &err), CA_CONFLICT);
    a.revision = 2;
    a.author_id = people[2].id;
    a.digest = two;
    assert_int_equal(db_approval_revise(signer, &a, &err), CA_OK);
    assert_int_equal(db_approval_revise(signer, &a, &err), CA_CONFLICT);
    assert_int_equal(db_approval_assign(signer, &a.id, &people[1].id, &err), CA_OK);
    assert_int_equal(db_approval_move(front, &move, &err), CA_FAULT);
    assert_int_equal(db_approval_move(signer, &move, &err), CA_OK);
    move.to = DB_APPROVAL_APPROVED;
    move.decided_by = people[2].id;
    assert_int_equal(db_approval_move(signer, &move, &err), CA_CONFLICT);
    assert_int_equal(db_approval_assign(signer, &a.id, &people[2].id, &err), CA_CONFLICT);
    a.revision = 3;
    assert_int_equal(db_approval_revise(signer, &a, &err), CA_CONFLICT);
    assert_int_equal(db_approval_get(signer, &a.id, &found, &err), CA_OK);
    row = found.rows;
    assert_int_equal(row->state, DB_APPROVAL_DENIED);
    assert_string_equal(row->author, "cid");
    assert_string_equal(row->requester, "ann");
    assert_string_equal(row->assignee, "ben");
    assert_string_equal(row->decider, "ben");
    assert_string_equal(row->result, "no");
    assert_int_equal(row->decided_at, AT + 9);
}

static size_t listed(const struct db_approval_filter *filter)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct ca_err err = {0};

    assert_int_equal(db_approval_list(front, filter, 100, &found, &err), CA_OK);
    return found.count;
}

static void lists_find_what_somebody_may_decide(void **state)
{
    const struct db_approval a = approval_new(3, "7d: 1 group:red, then 1 officer|admin");
    const struct db_approval_vote v = vote_of(&a, 1);
    /* clang-format off */
    const struct db_approval_filter filters[] = {
        {.assignee = &people[2].id},
        {.assignee = &people[2].id, .state = "pending"},
        {.assignee = &people[2].id, .not_voted_by = &people[1].id},
        {.assignee = &people[2].id, .words = "officer\ngroup:blue"},
        {.assignee = &people[2].id, .words = "group:red"},
        {.assignee = &people[2].id, .open_at = AT + 59},
        {.assignee = &people[2].id, .action = "group.put", .requester = &people[0].id},
    };
    const struct db_approval_filter none[] = {
        {.assignee = &people[2].id, .state = "denied"},
        {.assignee = &people[2].id, .not_voted_by = &people[0].id}, /* asked for it */
        {.assignee = &people[2].id, .words = "group:blue\nrequester"},
        {.assignee = &people[2].id, .words = "offic"},
        {.assignee = &people[2].id, .words = "group:re"},
        {.assignee = &people[2].id, .open_at = AT + 60},
        {.assignee = &people[2].id, .action = "profile.activate"},
        {.assignee = &people[2].id, .before = a.id},
    };
    /* clang-format on */
    const struct db_approval_filter unknown = {.state = "perhaps"};
    CA_AUTO(db_result) struct db_result found = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_approval_assign(signer, &a.id, &people[2].id, &err), CA_OK);
    for (size_t i = 0; i < CA_COUNT(filters); i++)
        assert_int_equal(listed(&filters[i]), 1);
    for (size_t i = 0; i < CA_COUNT(none); i++)
        assert_int_equal(listed(&none[i]), 0);
    assert_int_equal(db_approval_list(front, &unknown, 1, &found, &err), CA_MALFORMED);
    assert_int_equal(db_approval_vote_insert(signer, &v, &err), CA_OK);
    assert_int_equal(listed(&filters[2]), 0); /* he has voted */
}

static void what_is_late_or_unfinished_is_found(void **state)
{
    const struct db_approval a = approval_new(4, "7d: 1 officer");
    CA_AUTO(db_result) struct db_result found = {0};
    struct db_approval_move move = {
        .id = a.id, .from = DB_APPROVAL_PENDING, .to = DB_APPROVAL_APPROVED, .decided_at = AT};
    struct ca_uuid same = {{0}};
    bool there = false;
    int64_t waiting = 0;
    int64_t after = 0;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_approval_waiting(signer, &waiting, &err), CA_OK);
    assert_int_equal(db_approval_overdue(signer, AT + 59, 100, &found, &err), CA_OK);
    assert_int_equal(found.count, 0);
    db_result_free(found);
    found = (struct db_result){0};
    assert_int_equal(db_approval_overdue(signer, AT + 60, 100, &found, &err), CA_OK);
    assert_true(found.count >= 1);
    db_result_free(found);
    found = (struct db_result){0};
    assert_int_equal(db_approval_same(signer, &a, AT + 60, &same, &there, &err), CA_OK);
    assert_false(there);
    assert_int_equal(db_approval_same(signer, &a, AT, &same, &there, &err), CA_OK);
    assert_true(there);
    assert_int_equal(db_approval_move(signer, &move, &err), CA_OK);
    assert_int_equal(db_approval_waiting(signer, &after, &err), CA_OK);
    assert_int_equal(after, waiting - 1);
    assert_int_equal(db_approval_unfinished(signer, 100, &found, &err), CA_OK);
    assert_int_equal(found.count, 1);
    move = (struct db_approval_move){
        .id = a.id, .from = DB_APPROVAL_APPROVED, .to = DB_APPROVAL_DONE, .result = "done"};
    assert_int_equal(db_approval_move(signer, &move, &err), CA_OK);
    db_result_free(found);
    found = (struct db_result){0};
    assert_int_equal(db_approval_unfinished(signer, 100, &found, &err), CA_OK);
    assert_int_equal(found.count, 0);
}

static void rules_and_comments_read_back(void **state)
{
    const struct db_approval a = approval_new(5, "7d: 1 officer");
    const struct db_approval_comment said = {.id = {{9, 9}},
                                             .approval_id = a.id,
                                             .operator_id = people[1].id,
                                             .comment = "really?\n",
                                             .at = AT};
    struct db_approval_rule rule = {
        .action = "group.put", .policy = "7d: 1 officer", .updated_at = AT, .seal = one};
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_approval_rule *row;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_approval_comment_insert(front, &said, &err), CA_FAULT);
    assert_int_equal(db_approval_comment_insert(signer, &said, &err), CA_OK);
    assert_int_equal(db_approval_comments(front, &a.id, &found, &err), CA_OK);
    assert_int_equal(found.count, 1);
    assert_string_equal(((const struct db_approval_comment *)found.rows)->operator_name, "ben");
    assert_int_equal(db_approval_rule_put(front, &rule, &err), CA_FAULT);
    assert_int_equal(db_approval_rule_put(signer, &rule, &err), CA_OK);
    rule.policy = "";
    rule.updated_by = people[2].id;
    rule.seal = two;
    assert_int_equal(db_approval_rule_put(signer, &rule, &err), CA_OK);
    db_result_free(found);
    found = (struct db_result){0};
    assert_int_equal(db_approval_rules(front, "group.put", &found, &err), CA_OK);
    assert_int_equal(found.count, 1);
    row = found.rows;
    assert_string_equal(row->policy, "");
    assert_string_equal(row->updater, "cid");
    assert_true(ca_bytes_equal(row->seal, two));
}

/* Two connections, as of two nodes, on one row. */
struct locker {
    struct db *db;
    const struct db_approval *on;
    enum db_approval_state to;
    enum ca_rc rc;
};

static CA_RC decide(struct db *db, void *arg, struct ca_err *err)
{
    struct locker *l = arg;
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_approval_move move = {
        .id = l->on->id, .from = DB_APPROVAL_PENDING, .to = l->to, .decided_at = AT};

    CA_TRY(db_approval_lock(db, &l->on->id, &found, err));
    return db_approval_move(db, &move, err);
}

static void *decide_run(void *arg)
{
    struct locker *l = arg;
    struct ca_err err = {0};

    l->rc = db_tx(l->db, decide, l, &err);
    return NULL;
}

static void i10_of_two_nodes_one_decides(void **state)
{
    CA_AUTO(db) struct db *second = postgres_open(pg, DB_SIGNER);

    (void)state;
    for (uint8_t i = 0; i < 50; i++) {
        const struct db_approval a = approval_new((uint8_t)(100 + i), "7d: 1 officer");
        struct locker one_node = {.db = signer, .on = &a, .to = DB_APPROVAL_APPROVED};
        struct locker other = {.db = second, .on = &a, .to = DB_APPROVAL_DENIED};
        CA_AUTO(db_result) struct db_result found = {0};
        pthread_t thread;
        struct ca_err err = {0};

        assert_int_equal(pthread_create(&thread, NULL, decide_run, &other), 0);
        (void)decide_run(&one_node);
        (void)pthread_join(thread, NULL);
        assert_true((one_node.rc == CA_OK) != (other.rc == CA_OK));
        assert_int_equal(one_node.rc == CA_OK ? other.rc : one_node.rc, CA_CONFLICT);
        assert_int_equal(db_approval_get(front, &a.id, &found, &err), CA_OK);
        assert_int_equal(((const struct db_approval *)found.rows)->state,
                         one_node.rc == CA_OK ? DB_APPROVAL_APPROVED : DB_APPROVAL_DENIED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_approval_reads_back_with_names_and_votes),
        cmocka_unit_test(a_lost_compare_and_set_is_a_conflict),
        cmocka_unit_test(lists_find_what_somebody_may_decide),
        cmocka_unit_test(what_is_late_or_unfinished_is_found),
        cmocka_unit_test(rules_and_comments_read_back),
        cmocka_unit_test(i10_of_two_nodes_one_decides),
    };

    return cmocka_run_group_tests(tests, people_start, db_fixture_end);
}
