/* SPDX-License-Identifier: Apache-2.0 */
#include "base/queue.h"

#include <pthread.h>
#include <unistd.h>

#include "base/time.h"
#include "tests/unit/support.h"

static struct ca_queue *queue(size_t capacity)
{
    struct ca_queue *q = NULL;
    struct ca_err err = {0};

    assert_int_equal(ca_queue_new(capacity, &q, &err), CA_OK);
    return q;
}

static void first_in_is_first_out(void **state)
{
    CA_AUTO(queue) struct ca_queue *q = queue(3);
    int items[5];
    void *got[5] = {0};

    (void)state;
    for (int round = 0; round < 4; round++) { /* around the end of the ring */
        assert_true(ca_queue_put(q, &items[0]));
        assert_true(ca_queue_put(q, &items[1]));
        assert_int_equal(ca_queue_take(q, got, 1, -1), 1);
        assert_ptr_equal(got[0], &items[0]);
        assert_true(ca_queue_put(q, &items[2]));
        assert_int_equal(ca_queue_take(q, got, 5, -1), 2);
        assert_ptr_equal(got[0], &items[1]);
        assert_ptr_equal(got[1], &items[2]);
        assert_int_equal(ca_queue_length(q), 0);
    }
}

static void i16_a_full_queue_refuses_at_once(void **state)
{
    CA_AUTO(queue) struct ca_queue *q = queue(2);
    int item;
    void *got[1];

    (void)state;
    assert_true(ca_queue_put(q, &item));
    assert_true(ca_queue_put(q, &item));
    assert_false(ca_queue_put(q, &item));
    assert_int_equal(ca_queue_length(q), 2);
    assert_int_equal(ca_queue_take(q, got, 1, -1), 1);
    assert_true(ca_queue_put(q, &item)); /* room again */
}

static void i16_waiting_ends_at_the_deadline(void **state)
{
    CA_AUTO(queue) struct ca_queue *q = queue(1);
    void *got[1] = {NULL};
    int64_t until = ca_mono_ms() + 50;

    (void)state;
    assert_int_equal(ca_queue_take(q, got, 1, until), 0);
    assert_true(ca_mono_ms() >= until);
    assert_int_equal(ca_queue_take(q, got, 1, 0), 0); /* long past */
    assert_null(got[0]);
}

static void a_closed_queue_is_drained_and_then_over(void **state)
{
    CA_AUTO(queue) struct ca_queue *q = queue(2);
    int item;
    void *got[2];

    (void)state;
    assert_true(ca_queue_put(q, &item));
    ca_queue_close(q);
    assert_false(ca_queue_put(q, &item));
    assert_false(ca_queue_closed(q)); /* something is left */
    assert_int_equal(ca_queue_take(q, got, 2, -1), 1);
    assert_int_equal(ca_queue_take(q, got, 2, -1), 0); /* for ever, and yet at once */
    assert_true(ca_queue_closed(q));
}

enum { ITEMS = 20000, THREADS = 4 };

struct crowd {
    struct ca_queue *q;
    _Atomic long taken;
    _Atomic unsigned counts[ITEMS];
};

static void *take_all(void *arg)
{
    struct crowd *c = arg;
    void *got[7];
    size_t n;

    while ((n = ca_queue_take(c->q, got, CA_COUNT(got), -1)) > 0) {
        for (size_t i = 0; i < n; i++)
            ++*(_Atomic unsigned *)got[i];
        c->taken += (long)n;
    }
    return NULL;
}

static void each_item_reaches_one_taker(void **state)
{
    static struct crowd c;
    pthread_t threads[THREADS];

    (void)state;
    c.q = queue(16);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_all, &c), 0);
    for (size_t i = 0; i < ITEMS; i++) {
        while (!ca_queue_put(c.q, &c.counts[i]))
            (void)usleep(50);
    }
    ca_queue_close(c.q);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(c.taken, ITEMS);
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(c.counts[i], 1);
    ca_queue_free(c.q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_is_first_out),
        cmocka_unit_test(i16_a_full_queue_refuses_at_once),
        cmocka_unit_test(i16_waiting_ends_at_the_deadline),
        cmocka_unit_test(a_closed_queue_is_drained_and_then_over),
        cmocka_unit_test(each_item_reaches_one_taker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
