/* SPDX-License-Identifier: Apache-2.0 */
#include "base/together.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/bytes.h"
#include "tests/unit/support.h"

struct piece {
    enum ca_rc rc;
    const char *says;
    pthread_barrier_t *all; /* nobody passes it alone */
    atomic_uint ran;
};

static CA_RC piece_run(void *arg, struct ca_err *err)
{
    struct piece *p = arg;

    (void)atomic_fetch_add(&p->ran, 1);
    (void)pthread_barrier_wait(p->all);
    if (p->rc != CA_OK)
        return CA_FAIL(err, p->rc, "%s", p->says);
    return CA_OK;
}

static enum ca_rc run(struct piece *pieces, size_t n, struct ca_err *err)
{
    struct ca_piece list[CA_TOGETHER_MAX];
    pthread_barrier_t all;
    enum ca_rc rc;

    assert_int_equal(pthread_barrier_init(&all, NULL, (unsigned)n), 0);
    for (size_t i = 0; i < n; i++) {
        pieces[i].all = &all;
        list[i] = (struct ca_piece){piece_run, &pieces[i]};
    }
    rc = ca_together(list, n, err);
    (void)pthread_barrier_destroy(&all);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(pieces[i].ran, 1);
    return rc;
}

static void all_run_at_once_and_all_are_waited_for(void **state)
{
    (void)state;
    for (size_t n = 1; n <= CA_TOGETHER_MAX; n++) {
        struct piece pieces[CA_TOGETHER_MAX] = {0};
        struct ca_err err = {0};

        assert_int_equal(run(pieces, n, &err), CA_OK);
    }
}

static void the_first_of_the_list_that_failed_is_told(void **state)
{
    struct piece pieces[] = {
        {.rc = CA_OK      },
        { .rc = CA_DENIED, .says = "second"},
        { .rc = CA_FAULT,  .says = "third"}
    };
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(run(pieces, CA_COUNT(pieces), &err), CA_DENIED);
    assert_string_equal(err.text, "second");
}

static void what_fails_on_the_callers_thread_is_told_too(void **state)
{
    struct piece pieces[] = {
        {.rc = CA_LIMIT, .says = "own"},
        {.rc = CA_OK             }
    };
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(run(pieces, CA_COUNT(pieces), &err), CA_LIMIT);
    assert_string_equal(err.text, "own");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_run_at_once_and_all_are_waited_for),
        cmocka_unit_test(the_first_of_the_list_that_failed_is_told),
        cmocka_unit_test(what_fails_on_the_callers_thread_is_told_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
