/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/audit_check.h"

#include <stdio.h>

#include "base/text.h"
#include "ca-server/audit_line.h"
#include "tests/unit/support.h"

enum { LINES = 12 };

/* -- lines of an export --------------------------------------------------------------------- */

#define ZEROS "\"0000000000000000000000000000000000000000000000000000000000000000\""
#define ONES  "\"1111111111111111111111111111111111111111111111111111111111111111\""
#define HEAD                                                                                       \
    "{\"chain\":\"n\",\"sequence\":1,\"at_us\":2,\"actor\":\"a\",\"channel\":\"c\","               \
    "\"action\":\"x.y\",\"outcome\":\"ok\",\"object\":\"o\",\"request_id\":\"r\","
#define TAIL ",\"object_hash\":null,\"previous\":" ZEROS ",\"hash\":" ONES "}"

/* clang-format off */
static const struct {
    const char *what;
    const char *line;
    enum ca_rc rc;
    const char *detail;
} lines[] = {
    {"plain",              HEAD "\"detail\":\"d\"" TAIL,                     CA_OK, "d"},
    {"escapes",            HEAD "\"detail\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"" TAIL, CA_OK, "\"\\/\b\f\n\r\t"},
    {"code points",        HEAD "\"detail\":\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"" TAIL, CA_OK, "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"UTF-8",              HEAD "\"detail\":\"\xc3\xa9\"" TAIL,              CA_OK, "\xc3\xa9"},
    {"blanks",             "{ \"chain\" : \"n\" , \"sequence\":1,\"at_us\":2,\"actor\":\"a\",\"channel\":\"c\",\"action\":\"x\",\"outcome\":\"ok\",\"object\":\"\",\"request_id\":\"\",\"detail\":\"\"" TAIL " ", CA_OK, ""},
    {"object hash",        HEAD "\"detail\":\"d\",\"object_hash\":" ONES ",\"previous\":" ZEROS ",\"hash\":" ONES "}", CA_OK, "d"},
    {"nothing",            "",                                               CA_MALFORMED, NULL},
    {"empty object",       "{}",                                             CA_MALFORMED, NULL},
    {"something behind",   HEAD "\"detail\":\"d\"" TAIL "x",                 CA_MALFORMED, NULL},
    {"no column",          HEAD "\"detail\":\"d\"}",                         CA_MALFORMED, NULL},
    {"a column twice",     HEAD "\"actor\":\"b\",\"detail\":\"d\"" TAIL,     CA_MALFORMED, NULL},
    {"unknown column",     HEAD "\"more\":\"b\",\"detail\":\"d\"" TAIL,      CA_MALFORMED, NULL},
    {"number as text",     HEAD "\"detail\":1" TAIL,                         CA_MALFORMED, NULL},
    {"lone surrogate",     HEAD "\"detail\":\"\\ud83d\"" TAIL,               CA_MALFORMED, NULL},
    {"low surrogate",      HEAD "\"detail\":\"\\ude00\"" TAIL,               CA_MALFORMED, NULL},
    {"wrong pair",         HEAD "\"detail\":\"\\ud83d\\u0041\"" TAIL,        CA_MALFORMED, NULL},
    {"NUL",                HEAD "\"detail\":\"\\u0000\"" TAIL,               CA_MALFORMED, NULL},
    {"control character",  HEAD "\"detail\":\"\t\"" TAIL,                    CA_MALFORMED, NULL},
    {"unknown escape",     HEAD "\"detail\":\"\\x41\"" TAIL,                 CA_MALFORMED, NULL},
    {"colon in an escape", HEAD "\"detail\":\"\\u00:4\"" TAIL,               CA_MALFORMED, NULL},
    {"no end of a text",   HEAD "\"detail\":\"d",                            CA_MALFORMED, NULL},
    {"short hash",         HEAD "\"detail\":\"d\",\"object_hash\":\"11\",\"previous\":" ZEROS ",\"hash\":" ONES "}", CA_MALFORMED, NULL},
    {"no hash",            HEAD "\"detail\":\"d\",\"object_hash\":null,\"previous\":" ZEROS ",\"hash\":null}", CA_MALFORMED, NULL},
};
/* clang-format on */

static void lines_are_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(lines); i++) {
        struct audit_line line;
        struct ca_err err = {0};

        test_note(lines[i].what);
        assert_int_equal(audit_line_read(ca_bytes_str(lines[i].line), &line, &err), lines[i].rc);
        if (lines[i].detail != NULL)
            assert_string_equal(line.row.detail, lines[i].detail);
    }
}

static void numbers_are_plain(void **state)
{
    static const struct {
        const char *number;
        enum ca_rc rc;
    } numbers[] = {
        {"1",                   CA_OK       },
        {"999999999999999999",  CA_OK       },
        {"0",                   CA_MALFORMED},
        {"01",                  CA_MALFORMED},
        {"-1",                  CA_MALFORMED},
        {"1.0",                 CA_MALFORMED},
        {"1e3",                 CA_MALFORMED},
        {"",                    CA_MALFORMED},
        {"1000000000000000000", CA_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(numbers); i++) {
        struct audit_line line;
        struct ca_err err = {0};
        char text[2048];

        (void)snprintf(text, sizeof(text),
                       "{\"chain\":\"n\",\"sequence\":%s,\"at_us\":2,\"actor\":\"\",\"channel\":"
                       "\"\",\"action\":\"\",\"outcome\":\"\",\"object\":\"\",\"request_id\":\"\","
                       "\"detail\":\"\"" TAIL,
                       numbers[i].number);
        test_note(numbers[i].number);
        assert_int_equal(audit_line_read(ca_bytes_str(text), &line, &err), numbers[i].rc);
    }
}

/* -- checks --------------------------------------------------------------------------------- */

/* A chain, its checkpoints and what was found. */
struct bench {
    struct db_audit rows[LINES];
    uint8_t hashes[LINES + 1][AUDIT_HASH];
    struct checkpoint checkpoints[LINES];
    size_t checkpoint_n;
    size_t at;
    int64_t found[32];
    size_t found_n;
    int64_t protected;
};

static CA_RC source_begin(void *arg, const char *chain, struct ca_err *err)
{
    (void)chain;
    (void)err;
    ((struct bench *)arg)->at = 0;
    return CA_OK;
}

static CA_RC source_next(void *arg, struct checkpoint *ret, bool *ret_there, struct ca_err *err)
{
    struct bench *b = arg;

    (void)err;
    *ret_there = b->at < b->checkpoint_n;
    if (*ret_there)
        *ret = b->checkpoints[b->at++];
    return CA_OK;
}

static void find(void *arg, const char *chain, int64_t line, const char *text)
{
    struct bench *b = arg;

    (void)chain;
    (void)text;
    if (b->found_n < CA_COUNT(b->found))
        b->found[b->found_n++] = line;
}

static void end(void *arg, const char *chain, int64_t last, int64_t protected)
{
    (void)chain;
    (void)last;
    ((struct bench *)arg)->protected = protected;
}

static void rows_hash(struct bench *b, size_t from)
{
    struct ca_err err = {0};

    for (size_t i = from; i < LINES; i++) {
        b->rows[i].previous = (struct ca_bytes){b->hashes[i], AUDIT_HASH};
        assert_int_equal(audit_hash(&b->rows[i], b->hashes[i + 1], &err), CA_OK);
        b->rows[i].hash = (struct ca_bytes){b->hashes[i + 1], AUDIT_HASH};
    }
}

/* Twelve lines, a checkpoint each third. */
static void bench_fill(struct bench *b)
{
    struct checkpoint_tree tree = {0};
    struct ca_err err = {0};

    memset(b, 0, sizeof(*b));
    for (size_t i = 0; i < LINES; i++) {
        b->rows[i] = (struct db_audit){.chain = "node",
                                       .sequence = (int64_t)i + 1,
                                       .at_us = 7,
                                       .actor = "alice",
                                       .channel = "rest",
                                       .action = "x.y",
                                       .outcome = "ok",
                                       .object = "o",
                                       .request_id = "r",
                                       .detail = ""};
    }
    rows_hash(b, 0);
    for (size_t i = 0; i < LINES; i++) {
        struct checkpoint *c = &b->checkpoints[b->checkpoint_n];

        assert_int_equal(checkpoint_tree_add(&tree, b->rows[i].hash, &err), CA_OK);
        if (i % 3 != 2)
            continue;
        c->size = tree.size;
        assert_int_equal(checkpoint_tree_root(&tree, c->root, &err), CA_OK);
        b->checkpoint_n++;
    }
}

static void bench_run(struct bench *b, const size_t *order, size_t n)
{
    CA_AUTO(audit_check) struct audit_check *check = NULL;
    const struct audit_source source = {b, source_begin, source_next};
    const struct audit_check_config config = {&source, b, find, end};
    struct ca_err err = {0};

    assert_int_equal(audit_check_new(&config, &check, &err), CA_OK);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(audit_check_line(check, &b->rows[order[i]], &err), CA_OK);
    assert_int_equal(audit_check_end(check, &err), CA_OK);
    assert_int_equal(audit_check_expect(check, "node", &err), CA_OK);
    assert_int_equal(audit_check_counts(check).findings, b->found_n);
}

/* clang-format off */
static const struct {
    const char *what;
    size_t n;
    size_t order[LINES + 1];
    size_t found_n;
    int64_t found;
} orders[] = {
    {"whole",             12, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},    0, 0},
    {"the first missing", 11, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},       1, 1},
    {"one missing",       11, {0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11},       1, 4},
    {"two missing",       10, {0, 1, 2, 5, 6, 7, 8, 9, 10, 11},          1, 4},
    {"swapped",           12, {0, 1, 2, 4, 3, 5, 6, 7, 8, 9, 10, 11},    2, 4},
    {"twice",             13, {0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 1, 3},
    {"tail cut",          10, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},            1, 11},
    {"nothing left",      0,  {0},                                       1, 1},
};
/* clang-format on */

static void i13_what_is_missing_or_moved_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(orders); i++) {
        struct bench b;

        test_note(orders[i].what);
        bench_fill(&b);
        bench_run(&b, orders[i].order, orders[i].n);
        assert_int_equal(b.found_n, orders[i].found_n);
        if (b.found_n > 0)
            assert_int_equal(b.found[0], orders[i].found);
    }
}

static void i13_a_changed_line_is_named(void **state)
{
    struct bench b;

    (void)state;
    for (size_t at = 0; at < LINES; at++) {
        bench_fill(&b);
        b.rows[at].actor = "mallory";
        bench_run(&b, orders[0].order, LINES);
        assert_int_equal(b.found_n, 1);
        assert_int_equal(b.found[0], (int64_t)at + 1);
    }
}

static void i13_a_chain_made_anew_does_not_fit_its_checkpoints(void **state)
{
    struct bench b;

    (void)state;
    for (size_t at = 0; at < LINES; at++) {
        bench_fill(&b);
        b.rows[at].actor = "mallory";
        rows_hash(&b, at);
        bench_run(&b, orders[0].order, LINES);
        assert_int_equal(b.found_n, 1);
        assert_int_equal(b.found[0], (int64_t)(at / 3 + 1) * 3);
        assert_int_equal(b.protected, (int64_t)(at / 3) * 3);
        b.found_n = 0;
        b.checkpoint_n = 0; /* without them nothing shows */
        bench_run(&b, orders[0].order, LINES);
        assert_int_equal(b.found_n, 0);
    }
}

static void checkpoints_that_go_back_are_found(void **state)
{
    struct bench b;

    (void)state;
    bench_fill(&b);
    b.checkpoints[2] = b.checkpoints[0];
    bench_run(&b, orders[0].order, LINES);
    assert_int_equal(b.found_n, 1);
    assert_int_equal(b.found[0], 3);
    bench_fill(&b);
    b.checkpoints[2] = b.checkpoints[1]; /* the same again is none */
    bench_run(&b, orders[0].order, LINES);
    assert_int_equal(b.found_n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_or_refused),
        cmocka_unit_test(numbers_are_plain),
        cmocka_unit_test(i13_what_is_missing_or_moved_is_named),
        cmocka_unit_test(i13_a_changed_line_is_named),
        cmocka_unit_test(i13_a_chain_made_anew_does_not_fit_its_checkpoints),
        cmocka_unit_test(checkpoints_that_go_back_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
