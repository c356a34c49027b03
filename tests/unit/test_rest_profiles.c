/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/rest.h"
#include "db/operator.h"
#include "tests/unit/rest_case.h"

/* Profiles, explanations and batches: the question that the signer gets, and what its answer
 * becomes. */

static uint8_t versions[3][32];

/* "web" in three versions, of which two begin alike. */
static void start(struct rest_case *c, unsigned roles, struct profile_set **set)
{
    rest_case_init(c, roles);
    memset(versions, 0xab, sizeof(versions));
    versions[1][31] = 0;
    versions[2][0] = 0x11;
    for (size_t i = 0; i < 3; i++) {
        rest_fake_db.versions[i] = (struct db_profile_version){
            .version = {versions[i],                    sizeof(versions[i])},
            .name = "web",
            .yaml = {(const uint8_t *)"name: web\n", 10                 },
            .created_at = 1,
            .creator = "",
            .comment = "",
        };
    }
    rest_fake_db.version_n = 3;
    assert_int_equal(profile_set_new(set, &c->err), CA_OK);
}

static void next(struct rest_case *c, const struct profile_set *set, const char *method,
                 const char *body)
{
    rest_case_next(c);
    c->rq.profiles = set;
    c->rq.method = method;
    c->rq.type = "application/json";
    c->rq.body = ca_bytes_str(body);
    c->rq.vars[0] = (struct rest_pair){"name", "web"};
}

static void stop(struct rest_case *c, struct profile_set *set)
{
    rest_case_done(c);
    profile_set_free(set);
}

static void a_version_is_found_by_its_first_digits(void **state)
{
    static const struct {
        const char *digits;
        enum ca_rc rc;
    } cases[] = {
        {"11ababab",                                                          CA_OK       },
        {"11ABABABA",                                                         CA_OK       },
        {"abababababababababababababababababababababababababababababababab",  CA_OK       },
        {"abababababababababababababababababababababababababababababababa",   CA_OK       },
        {"abababab",                                                          CA_NOT_FOUND}, /* two */
        {"11ababa",                                                           CA_NOT_FOUND},
        {"",                                                                  CA_NOT_FOUND},
        {"11ababag",                                                          CA_NOT_FOUND},
        {"00000000",                                                          CA_NOT_FOUND},
        {"11abababababababababababababababababababababababababababababababa", CA_NOT_FOUND},
    };
    struct profile_set *set = NULL;
    struct rest_case c;

    (void)state;
    start(&c, CA_AUDITOR, &set);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        test_note(cases[i].digits);
        next(&c, set, "GET", "");
        c.rq.vars[1] = (struct rest_pair){"version", cases[i].digits};
        assert_int_equal(rest_case_run(&c, rest_profile_version_get), cases[i].rc);
        if (cases[i].rc != CA_OK)
            assert_string_equal(c.err.problem, "unknown-version");
    }
    stop(&c, set);
}

static void an_activation_names_the_whole_version(void **state)
{
    const struct wire_profile_activate *ask;
    struct profile_set *set = NULL;
    struct rest_case c;

    (void)state;
    start(&c, CA_ADMIN, &set);
    next(&c, set, "PUT", "{\"version\":\"11ababab\",\"comment\":\"why\"}");
    assert_int_equal(rest_case_run(&c, rest_profile_activation_put), CA_OK);
    ask = c.rq.asked->body;
    assert_int_equal(c.rq.asked->kind, WIRE_PROFILE_ACTIVATE);
    assert_string_equal(ask->name, "web");
    assert_string_equal(ask->comment, "why");
    assert_memory_equal(ask->version.ptr, versions[2], 32);
    next(&c, set, "PUT", "{\"version\":\"00000000\"}");
    assert_int_equal(rest_case_run(&c, rest_profile_activation_put), CA_NOT_FOUND);
    next(&c, set, "PUT", "{}");
    assert_int_equal(rest_case_run(&c, rest_profile_activation_put), CA_MALFORMED);
    next(&c, set, "DELETE", "");
    assert_int_equal(rest_case_run(&c, rest_profile_activation_delete), CA_NOT_FOUND); /* no web */
    next(&c, set, "DELETE", "");
    c.rq.vars[0].value = "device";
    assert_int_equal(rest_case_run(&c, rest_profile_activation_delete), CA_OK);
    ask = c.rq.asked->body;
    assert_int_equal(ask->version.len, 0);
    stop(&c, set);
}

/* Versions by number; 9: out of use. The newest first. */
static const struct {
    const char *name;
    int history[4];
    size_t n;
    int before; /* -1: none, 8: the one built in */
} rollbacks[] = {
    {"web",    {0},          1, -1},
    {"web",    {1, 0},       2, 0 },
    {"web",    {0, 1, 0},    3, 1 },
    {"web",    {1, 1, 9, 0}, 4, 0 },
    {"web",    {9, 1, 0},    3, 1 },
    {"web",    {0, 0},       2, -1},
    {"device", {0},          1, 8 },
    {"device", {9},          1, 8 },
    {"device", {0},          0, -1},
};

static void history_set(size_t i)
{
    for (size_t k = 0; k < rollbacks[i].n; k++) {
        int v = rollbacks[i].history[k];

        rest_fake_db.activations[k] = (struct db_profile_activation){.name = "web"};
        if (v != 9)
            rest_fake_db.activations[k].version = (struct ca_bytes){versions[v], 32};
    }
    rest_fake_db.activation_n = rollbacks[i].n;
}

static void a_rollback_goes_to_what_was_in_force_before(void **state)
{
    struct profile_set *set = NULL;
    const struct profile *device = NULL;
    struct rest_case c;

    (void)state;
    start(&c, CA_ADMIN, &set);
    assert_int_equal(profile_set_find(set, "device", &device, &c.err), CA_OK);
    for (size_t i = 0; i < CA_COUNT(rollbacks); i++) {
        const struct wire_profile_activate *ask;
        struct ca_bytes wanted = profile_version(device);

        print_message("# %zu\n", i);
        history_set(i);
        next(&c, set, "POST", "");
        c.rq.vars[0].value = rollbacks[i].name;
        if (rollbacks[i].before < 0) {
            assert_int_equal(rest_case_run(&c, rest_profile_rollback), CA_CONFLICT);
            continue;
        }
        assert_int_equal(rest_case_run(&c, rest_profile_rollback), CA_OK);
        ask = c.rq.asked->body;
        if (rollbacks[i].before < 8)
            wanted = (struct ca_bytes){versions[rollbacks[i].before], 32};
        assert_true(ca_bytes_equal(ask->version, wanted));
    }
    stop(&c, set);
}

static void a_draft_is_text_or_a_version(void **state)
{
    /* clang-format off */
    static const struct {
        const char *body;
        enum ca_rc rc;
        size_t draft; /* octets */
    } cases[] = {
        {"{\"yaml\":\"name: web\\n\\tx: 1\\r\\n\"}", CA_OK, 17},
        {"{\"version\":\"11ababab\"}", CA_OK, 10},
        {"{\"version\":\"11ababab\",\"yaml\":\"a\"}", CA_MALFORMED, 0},
        {"{\"version\":\"00000000\"}", CA_NOT_FOUND, 0},
        {"{\"yaml\":\"\"}", CA_MALFORMED, 0},
        {"{\"yaml\":\"a\\u0000b\"}", CA_MALFORMED, 0},
        {"{\"yaml\":\"a\\u001bb\"}", CA_MALFORMED, 0},
        {"{\"yaml\":\"a\\rb\"}", CA_MALFORMED, 0},
        {"{\"yaml\":1}", CA_MALFORMED, 0},
        {"{}", CA_MALFORMED, 0},
        {"{\"yaml\":\"a\",\"limit\":0}", CA_MALFORMED, 0},
        {"{\"yaml\":\"a\",\"limit\":5001}", CA_MALFORMED, 0},
        {"{\"yaml\":\"a\",\"cursor\":\"x\"}", CA_MALFORMED, 0},
        {"{\"yaml\":\"a\",\"since\":\"yesterday\"}", CA_MALFORMED, 0},
    };
    /* clang-format on */
    struct profile_set *set = NULL;
    struct rest_case c;

    (void)state;
    start(&c, CA_ADMIN, &set);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        test_note(cases[i].body);
        next(&c, set, "POST", cases[i].body);
        assert_int_equal(rest_case_run(&c, rest_profile_replay), cases[i].rc);
        if (cases[i].rc == CA_OK) {
            const struct wire_replay *ask = c.rq.asked->body;

            assert_int_equal(ask->draft.len, cases[i].draft);
            assert_int_equal(ask->limit, 1000);
            assert_string_equal(ask->profile, "web");
        }
    }
    stop(&c, set);
}

/* What is tried carries its own request and the draft; the profile is the one of the path. */
static void a_test_asks_for_an_explanation(void **state)
{
    const struct wire_explain *ask;
    CA_AUTO(wire_message) struct wire_message *inner = NULL;
    const struct wire_issue *issue;
    struct wire_header header;
    struct profile_set *set = NULL;
    struct rest_case c;

    (void)state;
    start(&c, CA_ADMIN, &set);
    next(&c, set, "POST", "{\"csr\":\"AAA=\",\"yaml\":\"name: web\\n\",\"sans\":[]}");
    assert_int_equal(rest_case_run(&c, rest_profile_test), CA_OK);
    ask = c.rq.asked->body;
    assert_int_equal(c.rq.asked->kind, WIRE_EXPLAIN);
    assert_int_equal(ask->draft.len, 10);
    assert_int_equal(wire_header_read(ask->issue.ptr, &header, &c.err), CA_OK);
    assert_int_equal(wire_decode(&header,
                                 (struct ca_bytes){ask->issue.ptr + WIRE_HEADER_LEN,
                                                   ask->issue.len - WIRE_HEADER_LEN},
                                 &inner, &c.err),
                     CA_OK);
    issue = inner->body;
    assert_string_equal(issue->profile, "web");
    assert_true(issue->sans_given && issue->sans_n == 0 && issue->csr.len == 2);
    next(&c, set, "POST", "{\"csr\":\"AAA=\",\"profile\":\"other\"}");
    assert_int_equal(rest_case_run(&c, rest_profile_test), CA_MALFORMED);
    stop(&c, set);
}

static const struct wire_finding refusal = {true,       "key.allow", "/csr/key",
                                            "ec:P-256", "rsa:2048",  "not so"};
static const struct wire_finding remark = {false, "lint", "/subject", "", "", "by the way"};

static void a_dry_run_is_refused_unless_it_is_to_be_explained(void **state)
{
    const struct wire_finding both[] = {remark, refusal};
    const struct wire_explained refused = {.verdict = "refuse",
                                           .profile = "web",
                                           .authority = "root",
                                           .findings = both,
                                           .findings_n = 2};
    struct profile_set *set = NULL;
    struct rest_case c;

    (void)state;
    start(&c, CA_REQUESTER, &set);
    for (int explain = 0; explain < 2; explain++) {
        next(&c, set, "POST", "");
        c.rq.vars[0] = (struct rest_pair){NULL, NULL};
        c.rq.answer = &refused;
        c.rq.answer_kind = WIRE_EXPLAINED;
        c.rq.query[0] = (struct rest_pair){"dry_run", "true"};
        c.rq.query[1] = (struct rest_pair){"explain", explain ? "true" : "false"};
        assert_int_equal(rest_case_run(&c, rest_requests_done), explain ? CA_OK : CA_DENIED);
        if (!explain) {
            assert_string_equal(c.err.problem, "policy");
            assert_string_equal(c.err.text, "not so");
            continue;
        }
        assert_int_equal(c.rs.status, 200);
        assert_non_null(strstr(rest_response_text(&c.rs), "\"verdict\":\"refuse\""));
        assert_non_null(strstr(rest_response_text(&c.rs), "\"certificate\":null"));
        assert_non_null(strstr(rest_response_text(&c.rs), "\"plan_digest\":null"));
    }
    stop(&c, set);
}

static void violations_are_counted(void **state)
{
    static const struct wire_difference rows[] = {
        {"key",              "rsa", "ec", "",  "violates"},
        {"subject.country",  "",    "DE", "",  "dropped" },
        {"subject_alt_name", "",    "a",  "a", "same"    },
        {"x",                "",    "b",  "",  "violates"},
    };
    const struct wire_explained got = {.verdict = "refuse",
                                       .profile = "web",
                                       .authority = "",
                                       .differences = rows,
                                       .differences_n = CA_COUNT(rows)};
    struct profile_set *set = NULL;
    struct rest_case c;

    (void)state;
    start(&c, CA_REQUESTER, &set);
    next(&c, set, "GET", "");
    c.rq.vars[0] = (struct rest_pair){"id", rest_case_ask};
    assert_int_equal(rest_case_run(&c, rest_request_diff), CA_OK);
    c.rq.answer = &got;
    c.rq.answer_kind = WIRE_EXPLAINED;
    assert_int_equal(rest_case_run(&c, rest_request_diff_done), CA_OK);
    assert_non_null(strstr(rest_response_text(&c.rs), "\"violations\":2"));
    assert_non_null(strstr(rest_response_text(&c.rs), "\"state\":\"dropped\""));
    stop(&c, set);
}

static const char batch[] = "{\"profile\":\"web\",\"items\":[{\"name\":\"a\",\"csr\":\"AAA=\"},"
                            "{\"name\":\"b\",\"csr\":\"not base64\"}]}";

static void items_of_a_batch_have_keys_of_their_own(void **state)
{
    struct profile_set *set = NULL;
    char first[2][80];
    struct rest_case c;

    (void)state;
    start(&c, CA_REQUESTER, &set);
    for (int again = 0; again < 3; again++) {
        const struct wire_issue *ask;

        next(&c, set, "POST", batch);
        c.rq.headers[0] = (struct rest_pair){"Idempotency-Key", again < 2 ? "k" : "another"};
        assert_int_equal(rest_case_run(&c, rest_batches_post), CA_OK);
        assert_int_equal(c.rq.asked_n, 2);
        ask = c.rq.asked->body; /* the last one: the signer refuses what it cannot read */
        assert_true(ca_bytes_equal(ask->csr, ca_bytes_str("not base64")));
        assert_string_not_equal(c.rq.asked_keys[0], c.rq.asked_keys[1]);
        for (int i = 0; i < 2; i++) {
            if (again == 0)
                memcpy(first[i], c.rq.asked_keys[i], sizeof(first[i]));
            assert_int_equal(strcmp(first[i], c.rq.asked_keys[i]) == 0, again < 2);
        }
    }
    stop(&c, set);
}

static void each_item_of_a_batch_has_its_own_answer(void **state)
{
    static struct wire_issued issued = {.state = "issued"};
    static struct wire_refused refused = {.rc = CA_DENIED, .findings = &refusal, .findings_n = 1};
    struct wire_message good = {WIRE_ISSUED, 1, &issued};
    struct wire_message bad = {WIRE_REFUSED, 1, &refused};
    struct request_reply replies[2] = {
        {.rc = CA_OK,     .message = &good},
        {.rc = CA_DENIED, .message = &bad }
    };
    struct profile_set *set = NULL;
    const char *text;
    struct rest_case c;

    (void)state;
    start(&c, CA_REQUESTER, &set);
    issued.request_id.octets[0] = 1;
    issued.certificate_id.octets[0] = 2;
    (void)CA_FAIL_AS(&replies[1].err, CA_DENIED, "policy", "not so");
    next(&c, set, "POST", batch);
    c.rq.replies = replies;
    assert_int_equal(rest_case_run(&c, rest_batches_done), CA_OK);
    text = rest_response_text(&c.rs);
    assert_non_null(strstr(text, "{\"issued\":1,\"waiting\":0,\"refused\":1,"));
    assert_non_null(strstr(text, "{\"name\":\"a\",\"status\":\"issued\",\"request_id\":\"01"));
    assert_non_null(strstr(text, "{\"name\":\"b\",\"status\":\"refused\",\"request_id\":null,"));
    assert_non_null(strstr(text, "\"type\":\"/problems/policy\""));
    assert_non_null(strstr(text, "\"detail\":\"not so\""));
    assert_non_null(strstr(text, "\"pointer\":\"/csr/key\""));
    /* What is no client's affair is not told. */
    replies[1] = (struct request_reply){.rc = CA_UNAVAILABLE};
    (void)CA_FAIL(&replies[1].err, CA_UNAVAILABLE, "inside story");
    next(&c, set, "POST", batch);
    c.rq.replies = replies;
    assert_int_equal(rest_case_run(&c, rest_batches_done), CA_OK);
    text = rest_response_text(&c.rs);
    assert_non_null(strstr(text, "\"status\":\"failed\""));
    assert_null(strstr(text, "inside story"));
    stop(&c, set);
}

static void bad_batches_never_reach_the_signer(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{\"profile\":\"p\",\"items\":[]}",
        "{\"profile\":\"p\",\"items\":[{\"name\":\"a\"}]}",
        "{\"profile\":\"p\",\"items\":[{\"name\":\"\",\"csr\":\"\"}]}",
        "{\"profile\":\"p\",\"items\":[{\"name\":\"a\",\"csr\":\"\"},{\"name\":\"a\",\"csr\":\"\"}]}",
        "{\"profile\":\"p\",\"items\":[{\"name\":\"a\\u0007\",\"csr\":\"\"}]}",
        "{\"profile\":\"p\",\"items\":[{\"name\":\"a\",\"csr\":\"\"}],\"validity\":{\"days\":0}}",
        "{\"profile\":\"p\",\"items\":[1]}",
    };
    struct profile_set *set = NULL;
    struct rest_case c;

    (void)state;
    start(&c, CA_REQUESTER, &set);
    for (size_t i = 0; i < CA_COUNT(bad); i++) {
        test_note(bad[i]);
        next(&c, set, "POST", bad[i]);
        assert_int_equal(rest_case_run(&c, rest_batches_post), CA_MALFORMED);
        assert_null(c.rq.asked);
    }
    stop(&c, set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_is_found_by_its_first_digits),
        cmocka_unit_test(an_activation_names_the_whole_version),
        cmocka_unit_test(a_rollback_goes_to_what_was_in_force_before),
        cmocka_unit_test(a_draft_is_text_or_a_version),
        cmocka_unit_test(a_test_asks_for_an_explanation),
        cmocka_unit_test(a_dry_run_is_refused_unless_it_is_to_be_explained),
        cmocka_unit_test(violations_are_counted),
        cmocka_unit_test(items_of_a_batch_have_keys_of_their_own),
        cmocka_unit_test(each_item_of_a_batch_has_its_own_answer),
        cmocka_unit_test(bad_batches_never_reach_the_signer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
