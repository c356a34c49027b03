/* SPDX-License-Identifier: Apache-2.0 */
/* SCEP endpoints, challenges and transactions: what is shown, what the signer is asked, and that a
 * secret is in one answer and nowhere else. */
#include <stdio.h>

#include "api/rest/rest.h"
#include "api/rest/scep_view.h"
#include "base/time.h"
#include "db/operator.h"
#include "db/service.h"
#include "tests/unit/rest_case.h"
#include "tests/unit/rest_fake_approval.h"

static const char secret[] = "AbCdEf-not-to-be-seen-again";
static const uint8_t octets[] = "0123456789abcdef0123456789abcdef";
static const struct ca_bytes hash = {octets, 32};
enum { CHALLENGES = 3 };

static struct fake_scep {
    struct db_scep_endpoint endpoint;
    bool there;
    struct db_scep_challenge challenges[CHALLENGES]; /* newest first */
    struct db_scep_transaction transactions[2];
    struct db_service service;
    struct ca_uuid before; /* of the last list */
    size_t limit;
} fake;

CA_RC db_scep_endpoint_list(struct db *db, const char *name, struct db_result *ret,
                            struct ca_err *err)
{
    bool fits = fake.there && (name == NULL || strcmp(name, fake.endpoint.name) == 0);

    (void)db;
    return rest_fake_rows(&fake.endpoint, fits, sizeof(fake.endpoint), ret, err);
}

CA_RC db_scep_challenge_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                              struct ca_err *err)
{
    (void)db;
    for (size_t i = 0; i < CHALLENGES; i++) {
        if (memcmp(&fake.challenges[i].id, id, sizeof(*id)) == 0)
            return rest_fake_rows(&fake.challenges[i], 1, sizeof(fake.challenges[0]), ret, err);
    }
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

static size_t listed(const struct ca_uuid *before, size_t limit, size_t n)
{
    fake.before = *before;
    fake.limit = limit;
    return n < limit ? n : limit;
}

CA_RC db_scep_challenge_list(struct db *db, const struct ca_uuid *endpoint_id,
                             const struct ca_uuid *before, size_t limit, struct db_result *ret,
                             struct ca_err *err)
{
    (void)db, (void)endpoint_id;
    return rest_fake_rows(fake.challenges, listed(before, limit, CHALLENGES),
                          sizeof(fake.challenges[0]), ret, err);
}

CA_RC db_scep_transaction_list(struct db *db, const struct ca_uuid *endpoint_id,
                               const struct ca_uuid *before, size_t limit, struct db_result *ret,
                               struct ca_err *err)
{
    (void)db, (void)endpoint_id;
    return rest_fake_rows(fake.transactions, listed(before, limit, CA_COUNT(fake.transactions)),
                          sizeof(fake.transactions[0]), ret, err);
}

CA_RC db_service_list(struct db *db, const char *kind, const char *owner, int64_t now,
                      struct db_result *ret, struct ca_err *err)
{
    bool fits = fake.service.kind != NULL && strcmp(kind, fake.service.kind) == 0 &&
                (owner == NULL || strcmp(owner, fake.service.owner) == 0);

    (void)db, (void)now;
    return rest_fake_rows(&fake.service, fits, sizeof(fake.service), ret, err);
}

static void challenge_make(size_t i, uint8_t id, int64_t expires, int64_t used, int64_t revoked)
{
    fake.challenges[i] = (struct db_scep_challenge){.id = {{id}},
                                                    .endpoint_id = {{1}},
                                                    .salt = hash,
                                                    .hash = hash,
                                                    .profile = "tls",
                                                    .subject = "CN=r17",
                                                    .names = "DNS:r17.example",
                                                    .comment = "",
                                                    .created_at = 1,
                                                    .created_by = {{7}},
                                                    .expires_at = expires,
                                                    .used_at = used,
                                                    .request_id = {{used != 0}},
                                                    .revoked_at = revoked};
}

static void scep_init(struct rest_case *c, unsigned roles)
{
    int64_t now = ca_time_now();

    rest_case_init(c, roles);
    memset(&fake, 0, sizeof(fake));
    fake.there = true;
    fake.endpoint = (struct db_scep_endpoint){.id = {{1}},
                                              .name = "routers",
                                              .profile = "tls",
                                              .authority = "root",
                                              .ra_key = "rsa:2048",
                                              .enabled = true,
                                              .modes = DB_SCEP_ONE_TIME | DB_SCEP_MANUAL,
                                              .switches = DB_SCEP_NO_NEXT_CA,
                                              .webhook_url = "",
                                              .challenge_validity = 3600,
                                              .created_at = 1,
                                              .seal = hash};
    fake.service = (struct db_service){.kind = "scep-ra",
                                       .owner = "routers",
                                       .certificate_id = {{1}},
                                       .certificate = c->leaf.bytes};
    challenge_make(0, 3, now + 600, 0, 0);
    challenge_make(1, 2, now + 600, 5, 0);
    challenge_make(2, 1, now - 1, 0, 0);
    rest_fake_approval.operators[0] = (struct db_operator){.id = {{7}}, .name = "olga"};
    rest_fake_approval.operator_n = 1;
    for (uint8_t i = 0; i < 2; i++)
        fake.transactions[i] = (struct db_scep_transaction){.transaction_id = "0815",
                                                            .spki_hash = hash,
                                                            .csr_hash = hash,
                                                            .request_id = {{(uint8_t)(2 - i)}},
                                                            .remote = "192.0.2.1",
                                                            .created_at = 1,
                                                            .state = "pending"};
    c->rq.vars[0] = (struct rest_pair){"name", "routers"};
}

static void send(struct rest_case *c, const char *method, const char *body)
{
    rest_case_next(c);
    c->rq.method = method;
    c->rq.type = body != NULL ? "application/json" : "";
    c->rq.body = ca_bytes_str(body != NULL ? body : "");
    c->rq.vars[0] = (struct rest_pair){"name", "routers"};
}

static bool says(struct rest_case *c, const char *text)
{
    test_note(text);
    return strstr(rest_response_text(&c->rs), text) != NULL;
}

static void an_endpoint_shows_words_and_no_bits(void **state)
{
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_AUDITOR);
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_get), CA_OK);
    assert_true(says(&c, "\"url\":\"http://ca.example:8080/scep/routers\""));
    assert_true(says(&c, "\"modes\":[\"one-time\",\"manual\"],\"legacy\":[],"
                         "\"switches\":[\"no-next-ca\"],\"webhook_url\":null"));
    assert_true(says(&c, "\"static_challenge\":false"));
    assert_true(says(&c, "\"ra_certificate\":{\"certificate_id\":\"01000000-"));
    assert_true(says(&c, "\"warnings\":[]"));
    assert_true(says(&c, "{\"action\":\"change\",\"allowed\":false,"));
    fake.service.owner = "another";
    send(&c, "GET", NULL);
    assert_int_equal(rest_case_run(&c, rest_scep_endpoints_list), CA_OK);
    assert_true(says(&c, "\"ra_certificate\":null"));
    send(&c, "GET", NULL);
    c.rq.vars[0].value = "nobody";
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_get), CA_NOT_FOUND);
    rest_case_done(&c);
}

static void what_is_weak_is_said_and_no_hash_is(void **state)
{
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_ADMIN);
    fake.endpoint.modes = DB_SCEP_STATIC;
    fake.endpoint.legacy = DB_SCEP_DES | DB_SCEP_MD5;
    fake.endpoint.static_salt = hash;
    fake.endpoint.static_hash = hash;
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_get), CA_OK);
    assert_true(says(&c, "\"static_challenge\":true"));
    assert_true(says(&c, "\"warnings\":[\"static: "));
    assert_true(says(&c, "\"des: ") && says(&c, "\"md5: ") && !says(&c, "\"sha1: "));
    assert_false(says(&c, "30313233") || says(&c, "01234567"));
    fake.endpoint.modes = 0;
    send(&c, "GET", NULL);
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_get), CA_OK);
    assert_true(says(&c, "\"no mode is on: "));
    rest_case_done(&c);
}

#define NEW "\"profile\":\"tls\",\"authority\":\"root\""

static void a_new_endpoint_is_asked_for_in_bits(void **state)
{
    const struct wire_scep_endpoint_put *ask;
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_ADMIN);
    send(&c, "POST",
         "{\"name\":\"phones\"," NEW ",\"modes\":[\"oneTime\",\"static\"],"
         "\"legacy\":[\"sha1\"],\"challenge_validity_seconds\":60}");
    assert_int_equal(rest_case_run(&c, rest_scep_endpoints_post), CA_OK);
    assert_int_equal(c.rq.asked->kind, WIRE_SCEP_ENDPOINT_PUT);
    ask = c.rq.asked->body;
    assert_string_equal(ask->name, "phones");
    assert_string_equal(ask->profile, "tls");
    assert_int_equal(ask->seen.len, 0);
    assert_true(ask->modes_given && ask->modes == (DB_SCEP_ONE_TIME | DB_SCEP_STATIC));
    assert_true(ask->legacy_given && ask->legacy == DB_SCEP_SHA1);
    assert_true(!ask->switches_given && !ask->enabled_given);
    assert_int_equal(ask->challenge_validity, 60);
    assert_true(ask->is_new);
    rest_case_done(&c);
}

static void bad_endpoints_never_reach_the_signer(void **state)
{
    static const char *const bodies[] = {
        "{\"name\":\"phones\",\"authority\":\"root\"}",
        "{\"profile\":\"tls\",\"authority\":\"root\"}",
        "{\"name\":\"\"," NEW "}",
        "{\"name\":\"Phones\"," NEW "}",
        "{\"name\":\"-phones\"," NEW "}",
        "{\"name\":\"../phones\"," NEW "}",
        "{\"name\":\"phones\"," NEW ",\"modes\":[\"telepathy\"]}",
        "{\"name\":\"phones\"," NEW ",\"modes\":\"static\"}",
        "{\"name\":\"phones\"," NEW ",\"legacy\":[\"rc4\"]}",
        "{\"name\":\"phones\"," NEW ",\"switches\":[\"one-time\"]}",
        "{\"name\":\"phones\"," NEW ",\"challenge_validity_seconds\":0}",
        "{\"name\":\"phones\"," NEW ",\"static_hash\":\"00\"}",
    };
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_ADMIN);
    for (size_t i = 0; i < CA_COUNT(bodies); i++) {
        test_note(bodies[i]);
        send(&c, "POST", bodies[i]);
        assert_int_equal(rest_case_run(&c, rest_scep_endpoints_post), CA_MALFORMED);
        assert_null(c.rq.asked);
    }
    send(&c, "POST", bodies[6]);
    assert_int_equal(rest_case_run(&c, rest_scep_endpoints_post), CA_MALFORMED);
    assert_non_null(strstr(c.err.text, "/modes/0: is not one of one-time, derived, static"));
    rest_case_done(&c);
}

static void a_change_is_for_what_was_seen(void **state)
{
    static const char *const clears[] = {"{\"webhook_url\":null}", "{\"webhook_url\":\"\"}"};
    static const char *const kept[] = {
        "{\"profile\":\"\"}",  "{\"authority\":\"\"}", "{\"ra_key\":\"\"}",
        "{\"profile\":null}",  "{\"authority\":null}", "{\"modes\":null}",
        "{\"webhook_url\":7}", "{\"webhook_url\":[]}",
    };
    const struct wire_scep_endpoint_put *ask;
    char etag[80];
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_ADMIN);
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_get), CA_OK);
    (void)snprintf(etag, sizeof(etag), "%s", c.rs.etag);
    send(&c, "PATCH", "{\"enabled\":false,\"switches\":[]}");
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_patch), CA_MALFORMED);
    assert_string_equal(c.err.problem, "precondition-required");
    send(&c, "PATCH", "{\"enabled\":false,\"switches\":[]}");
    c.rq.headers[0] = (struct rest_pair){"If-Match", etag};
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_patch), CA_OK);
    ask = c.rq.asked->body;
    assert_true(ca_bytes_equal(ask->seen, fake.endpoint.seal));
    assert_true(ask->enabled_given && !ask->enabled && ask->switches_given && !ask->modes_given);
    assert_string_equal(ask->profile, "");
    assert_false(ask->is_new);
    assert_false(ask->webhook_url_given);
    for (size_t i = 0; i < CA_COUNT(clears); i++) {
        send(&c, "PATCH", clears[i]);
        c.rq.headers[0] = (struct rest_pair){"If-Match", etag};
        assert_int_equal(rest_case_run(&c, rest_scep_endpoint_patch), CA_OK);
        ask = c.rq.asked->body;
        assert_true(ask->webhook_url_given);
        assert_string_equal(ask->webhook_url, "");
    }
    for (size_t i = 0; i < CA_COUNT(kept); i++) {
        send(&c, "PATCH", kept[i]);
        c.rq.headers[0] = (struct rest_pair){"If-Match", etag};
        assert_int_equal(rest_case_run(&c, rest_scep_endpoint_patch), CA_MALFORMED);
    }
    fake.endpoint.modes = DB_SCEP_STATIC;
    send(&c, "PATCH", "{\"enabled\":false}");
    c.rq.headers[0] = (struct rest_pair){"If-Match", etag};
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_patch), CA_CONFLICT);
    assert_string_equal(c.err.problem, "stale");
    assert_null(c.rq.asked);
    rest_case_done(&c);
}

static void to_delete_is_to_disable(void **state)
{
    const struct wire_scep_endpoint_put *ask;
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_ADMIN);
    send(&c, "DELETE", NULL);
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_delete), CA_OK);
    ask = c.rq.asked->body;
    assert_true(ask->enabled_given && !ask->enabled && !ask->modes_given);
    assert_true(ca_bytes_equal(ask->seen, fake.endpoint.seal));
    send(&c, "DELETE", NULL);
    c.rq.headers[0] = (struct rest_pair){"If-Match", "\"00\""};
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_delete), CA_CONFLICT);
    send(&c, "DELETE", "{}");
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_delete), CA_MALFORMED);
    fake.there = false;
    send(&c, "DELETE", NULL);
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_delete), CA_NOT_FOUND);
    rest_case_done(&c);
}

static void an_endpoint_is_there_or_waits(void **state)
{
    const struct wire_scep_endpoint made = {.name = "routers"};
    const struct wire_approval waits = {.id = {{9}},
                                        .state = "pending",
                                        .action = "scep_endpoint.change",
                                        .object = "routers",
                                        .needed = 1};
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_ADMIN);
    send(&c, "POST", "{}");
    c.rq.answer = &made;
    c.rq.answer_kind = WIRE_SCEP_ENDPOINT;
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_done), CA_OK);
    assert_int_equal(c.rs.status, 201);
    assert_string_equal(rest_response_header(&c.rs, "Location"),
                        "https://ca.example:8443/api/v1/scep/endpoints/routers");
    send(&c, "PATCH", "{}");
    c.rq.answer = &made;
    c.rq.answer_kind = WIRE_SCEP_ENDPOINT;
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_done), CA_OK);
    assert_int_equal(c.rs.status, 200);
    send(&c, "PATCH", "{}");
    c.rq.answer = &waits;
    c.rq.answer_kind = WIRE_APPROVAL;
    assert_int_equal(rest_case_run(&c, rest_scep_endpoint_done), CA_OK);
    assert_int_equal(c.rs.status, 202);
    assert_non_null(strstr(rest_response_header(&c.rs, "Location"), "/api/v1/approvals/09000000"));
    rest_case_done(&c);
}

static void a_challenge_is_asked_for_with_its_names(void **state)
{
    const struct wire_scep_challenge_create *ask;
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_OFFICER);
    send(&c, "POST",
         "{\"subject\":{\"common_name\":\"r17\"},\"sans\":[{\"type\":\"dns\","
         "\"value\":\"r17.example\"}],\"validity_seconds\":60,\"comment\":\"a\\nb\"}");
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_post), CA_OK);
    assert_int_equal(c.rq.asked->kind, WIRE_SCEP_CHALLENGE_CREATE);
    ask = c.rq.asked->body;
    assert_string_equal(ask->endpoint, "routers");
    assert_string_equal(ask->kind, "one-time");
    assert_int_equal(ask->subject_n, 1);
    assert_string_equal(ask->subject[0].value, "r17");
    assert_int_equal(ask->sans_n, 1);
    assert_string_equal(ask->sans[0].value, "r17.example");
    assert_int_equal(ask->validity_s, 60);
    assert_false(ask->any_name);
    send(&c, "POST", "{\"kind\":\"derived\",\"any_name\":true}");
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_post), CA_OK);
    ask = c.rq.asked->body;
    assert_string_equal(ask->kind, "derived");
    assert_true(ask->any_name && ask->validity_s == 0);
    rest_case_done(&c);
}

static void bad_challenges_never_reach_the_signer(void **state)
{
    static const char *const bodies[] = {
        "{\"kind\":\"eternal\"}",
        "{\"any_name\":\"yes\"}",
        "{\"validity_seconds\":0}",
        "{\"validity_seconds\":-5}",
        "{\"validity_seconds\":99999999999}",
        "{\"sans\":[{\"value\":\"a\"}]}",
        "{\"subject\":{\"shoe_size\":\"42\"}}",
        "{\"challenge\":\"of my own\"}",
    };
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_OFFICER);
    for (size_t i = 0; i < CA_COUNT(bodies); i++) {
        test_note(bodies[i]);
        send(&c, "POST", bodies[i]);
        assert_int_equal(rest_case_run(&c, rest_scep_challenges_post), CA_MALFORMED);
        assert_null(c.rq.asked);
    }
    send(&c, "POST", "{\"any_name\":true}");
    c.rq.vars[0].value = "nobody";
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_post), CA_NOT_FOUND);
    assert_null(c.rq.asked);
    rest_case_done(&c);
}

static void i15_a_challenge_is_in_one_answer(void **state)
{
    struct wire_scep_challenge got = {
        .id = {{3}}, .secret = ca_bytes_str(secret), .expires_at = 1900000000};
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_OFFICER);
    send(&c, "POST", "{\"any_name\":true}");
    c.rq.answer = &got;
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_post_done), CA_OK);
    assert_int_equal(c.rs.status, 201);
    assert_true(says(&c, secret) && says(&c, "\"kind\":\"one-time\""));
    assert_true(says(&c, "\"warnings\":[]"));
    for (size_t i = 0; i < c.rs.header_n; i++)
        assert_null(strstr(c.rs.headers[i].value, secret));
    got = (struct wire_scep_challenge){.secret = ca_bytes_str(secret)};
    send(&c, "POST", "{\"kind\":\"static\"}");
    c.rq.answer = &got;
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_post_done), CA_OK);
    assert_true(says(&c, "\"id\":null") && says(&c, "\"expires_at\":null"));
    assert_true(says(&c, "\"warnings\":[\"static: "));
    send(&c, "GET", NULL);
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_list), CA_OK);
    assert_false(says(&c, secret) || says(&c, "30313233") || says(&c, "01234567"));
    rest_case_done(&c);
}

static void a_challenge_that_is_none_is_no_answer(void **state)
{
    static uint8_t long_one[513];
    struct wire_scep_challenge got = {
        .secret = {long_one, sizeof(long_one)}
    };
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_OFFICER);
    for (int i = 0; i < 2; i++) {
        send(&c, "POST", "{\"any_name\":true}");
        c.rq.answer = &got;
        assert_int_equal(rest_case_run(&c, rest_scep_challenges_post_done), CA_FAULT);
        got.secret.len = 0;
    }
    rest_case_done(&c);
}

static void challenges_are_listed_with_what_became_of_them(void **state)
{
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_OFFICER);
    send(&c, "GET", NULL);
    c.rq.query[0] = (struct rest_pair){"limit", "2"};
    c.rq.path = "/api/v1/scep/endpoints/routers/challenges";
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_list), CA_OK);
    assert_int_equal(fake.limit, 3);
    assert_true(ca_uuid_is_nil(&fake.before));
    assert_true(says(&c, "\"status\":\"unused\"") && says(&c, "\"status\":\"used\""));
    assert_true(says(&c, "\"created_by\":\"olga\"") && says(&c, "\"sans\":\"DNS:r17.example\""));
    assert_false(says(&c, "\"status\":\"expired\""));
    assert_non_null(rest_response_header(&c.rs, "Link"));
    send(&c, "GET", NULL);
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_list), CA_OK);
    assert_true(says(&c, "\"status\":\"expired\"") && says(&c, "\"next\":null"));
    fake.challenges[0].revoked_at = 5;
    send(&c, "GET", NULL);
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_list), CA_OK);
    assert_true(says(&c, "\"status\":\"revoked\""));
    rest_case_done(&c);
}

static void a_cursor_goes_on_below_the_last_row(void **state)
{
    static const struct ca_uuid second = {{2}};
    char cursor[REST_CURSOR_TEXT];
    const char *at;
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_OFFICER);
    send(&c, "GET", NULL);
    c.rq.query[0] = (struct rest_pair){"limit", "1"};
    assert_int_equal(rest_case_run(&c, rest_scep_transactions_list), CA_OK);
    assert_true(says(&c, "\"request\":\"https://ca.example:8443/api/v1/requests/02000000-"));
    assert_true(says(&c, "\"status\":\"pending\"") && says(&c, "\"renews\":null"));
    at = strstr(rest_response_text(&c.rs), "\"next\":\"");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "\"next\":\"%63[^\"]", cursor), 1);
    send(&c, "GET", NULL);
    c.rq.query[0] = (struct rest_pair){"limit", "1"};
    c.rq.query[1] = (struct rest_pair){"cursor", cursor};
    assert_int_equal(rest_case_run(&c, rest_scep_transactions_list), CA_OK);
    assert_memory_equal(&fake.before, &second, sizeof(second));
    send(&c, "GET", NULL);
    c.rq.query[0] = (struct rest_pair){"limit", "2"};
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_list), CA_OK);
    at = strstr(rest_response_text(&c.rs), "\"next\":\"");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "\"next\":\"%63[^\"]", cursor), 1);
    send(&c, "GET", NULL);
    c.rq.query[0] = (struct rest_pair){"cursor", cursor};
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_list), CA_OK);
    assert_memory_equal(&fake.before, &second, sizeof(second));
    send(&c, "GET", NULL);
    c.rq.query[0] = (struct rest_pair){"cursor", "nonsense"};
    assert_int_equal(rest_case_run(&c, rest_scep_transactions_list), CA_MALFORMED);
    send(&c, "GET", NULL);
    c.rq.query[0] = (struct rest_pair){"limit", "501"};
    assert_int_equal(rest_case_run(&c, rest_scep_challenges_list), CA_MALFORMED);
    rest_case_done(&c);
}

static void a_challenge_is_revoked_by_its_id(void **state)
{
    const struct wire_scep_challenge got = {.id = {{3}}};
    struct rest_case c;

    (void)state;
    scep_init(&c, CA_OFFICER);
    send(&c, "DELETE", NULL);
    c.rq.vars[0] = (struct rest_pair){"id", "03000000-0000-0000-0000-000000000000"};
    assert_int_equal(rest_case_run(&c, rest_scep_challenge_delete), CA_OK);
    assert_int_equal(c.rq.asked->kind, WIRE_SCEP_CHALLENGE_REVOKE);
    send(&c, "DELETE", NULL);
    c.rq.vars[0] = (struct rest_pair){"id", "04000000-0000-0000-0000-000000000000"};
    assert_int_equal(rest_case_run(&c, rest_scep_challenge_delete), CA_NOT_FOUND);
    assert_null(c.rq.asked);
    fake.challenges[0].revoked_at = 5;
    send(&c, "DELETE", NULL);
    c.rq.answer = &got;
    assert_int_equal(rest_case_run(&c, rest_scep_challenge_delete_done), CA_OK);
    assert_true(says(&c, "\"endpoint\":\"routers\",\"status\":\"revoked\""));
    rest_case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endpoint_shows_words_and_no_bits),
        cmocka_unit_test(what_is_weak_is_said_and_no_hash_is),
        cmocka_unit_test(a_new_endpoint_is_asked_for_in_bits),
        cmocka_unit_test(bad_endpoints_never_reach_the_signer),
        cmocka_unit_test(a_change_is_for_what_was_seen),
        cmocka_unit_test(to_delete_is_to_disable),
        cmocka_unit_test(an_endpoint_is_there_or_waits),
        cmocka_unit_test(a_challenge_is_asked_for_with_its_names),
        cmocka_unit_test(bad_challenges_never_reach_the_signer),
        cmocka_unit_test(i15_a_challenge_is_in_one_answer),
        cmocka_unit_test(a_challenge_that_is_none_is_no_answer),
        cmocka_unit_test(challenges_are_listed_with_what_became_of_them),
        cmocka_unit_test(a_cursor_goes_on_below_the_last_row),
        cmocka_unit_test(a_challenge_is_revoked_by_its_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
