/* SPDX-License-Identifier: Apache-2.0 */
/* What may come after what in the life of a next authority. */
#include "ca/rollover_rules.h"

#include <stdio.h>

#include "tests/unit/support.h"

enum { NOW = 1000 };

static const struct db_rollover prepared = {.prepared_at = 1, .next = "new"};
static const struct db_rollover published = {.prepared_at = 1, .published_at = 2, .next = "new"};
static const struct db_rollover scheduled = {
    .prepared_at = 1, .published_at = 2, .switch_at = NOW + 1, .next = "new"};
static const struct db_rollover in_charge = {
    .prepared_at = 1, .published_at = 2, .switch_at = NOW, .next = "new"};
static const struct db_rollover cancelled = {
    .prepared_at = 1, .published_at = 2, .switch_at = NOW - 1, .cancelled_at = 3, .next = "new"};

static const struct stage_case {
    const char *name;
    const struct db_rollover *row;
    enum rollover_stage stage;
    enum ca_rc may[ROLLOVER_ACT__COUNT]; /* prepare, publish, switch, cancel */
} stages[] = {
    {"none",      NULL,       ROLLOVER_NONE,      {CA_OK, CA_NOT_FOUND, CA_NOT_FOUND, CA_NOT_FOUND}   },
    {"cancelled", &cancelled, ROLLOVER_NONE,      {CA_OK, CA_NOT_FOUND, CA_NOT_FOUND, CA_NOT_FOUND}   },
    {"prepared",  &prepared,  ROLLOVER_PREPARED,  {CA_OK, CA_OK, CA_CONFLICT, CA_OK}                  },
    {"published", &published, ROLLOVER_PUBLISHED, {CA_CONFLICT, CA_OK, CA_OK, CA_OK}                  },
    {"scheduled", &scheduled, ROLLOVER_SCHEDULED, {CA_CONFLICT, CA_OK, CA_OK, CA_OK}                  },
    {"in charge",
     &in_charge,
     ROLLOVER_IN_CHARGE,                          {CA_CONFLICT, CA_CONFLICT, CA_CONFLICT, CA_CONFLICT}},
};

static void each_act_is_taken_at_its_stages_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(stages); i++) {
        const struct stage_case *c = &stages[i];

        test_note(c->name);
        assert_int_equal(rollover_stage(c->row, NOW), c->stage);
        for (int act = 0; act < ROLLOVER_ACT__COUNT; act++) {
            struct ca_err err = {0};

            assert_int_equal(rollover_may((enum rollover_act)act, c->row, "old", NOW, &err),
                             c->may[act]);
            assert_true((err.text[0] != '\0') == (c->may[act] != CA_OK));
            if (c->may[act] == CA_NOT_FOUND)
                assert_non_null(strstr(err.text, "'old'"));
            if (c->may[act] == CA_CONFLICT)
                assert_non_null(strstr(err.text, "'new'"));
        }
    }
}

/* The moment counts, not who looks at it when: a second before it nobody else issues. */
static void the_date_alone_puts_it_in_charge(void **state)
{
    (void)state;
    for (int64_t now = NOW - 5; now < NOW + 5; now++) {
        enum rollover_stage want = now >= NOW ? ROLLOVER_IN_CHARGE : ROLLOVER_SCHEDULED;

        assert_int_equal(rollover_stage(&in_charge, now), want);
        assert_int_equal(rollover_stage(&published, now), ROLLOVER_PUBLISHED);
        assert_int_equal(rollover_stage(&cancelled, now), ROLLOVER_NONE);
    }
}

static void a_date_lies_ahead_and_in_the_life_of_the_one_that_ends(void **state)
{
    static const struct {
        int64_t asked, not_after;
        enum ca_rc rc;
        int64_t at;
    } cases[] = {
        {0,        0,       CA_OK,        NOW     },
        {0,        NOW + 9, CA_OK,        NOW     },
        {NOW,      NOW + 9, CA_OK,        NOW     },
        {NOW + 9,  NOW + 9, CA_OK,        NOW + 9 },
        {NOW + 99, 0,       CA_OK,        NOW + 99},
        {NOW - 1,  NOW + 9, CA_MALFORMED, -1      },
        {NOW + 10, NOW + 9, CA_MALFORMED, -1      },
        {1,        0,       CA_MALFORMED, -1      },
        {-1,       0,       CA_MALFORMED, -1      },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct ca_err err = {0};
        int64_t at = -1;

        assert_int_equal(rollover_switch_at(cases[i].asked, cases[i].not_after, NOW, &at, &err),
                         cases[i].rc);
        assert_int_equal(at, cases[i].at); /* untouched on failure */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_act_is_taken_at_its_stages_only),
        cmocka_unit_test(the_date_alone_puts_it_in_charge),
        cmocka_unit_test(a_date_lies_ahead_and_in_the_life_of_the_one_that_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
