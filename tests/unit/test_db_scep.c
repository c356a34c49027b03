/* SPDX-License-Identifier: Apache-2.0 */
#include "db/scep.h"

#include "tests/unit/db_fixture.h"

static const uint8_t octets[40] = {7, 6, 5, 4, 3, 2, 1};
static const struct ca_bytes hash = {octets, 32};

static struct db_scep_endpoint endpoint_new(const char *name, uint8_t n)
{
    return (struct db_scep_endpoint){
        .id = {{n, 4}},
        .name = name,
        .operator_id = {{n, 5}},
        .profile = "scep-client",
        .authority = "dev-issuing",
        .ra_key = "rsa:2048",
        .enabled = true,
        .modes = DB_SCEP_ONE_TIME | DB_SCEP_MANUAL,
        .legacy = DB_SCEP_MD5,
        .switches = DB_SCEP_RENEW_EXPIRED,
        .webhook_url = "",
        .challenge_validity = 3600,
        .created_at = AT,
        .seal = hash,
    };
}

static void an_endpoint_is_what_was_written_of_it(void **state)
{
    struct db_scep_endpoint e = endpoint_new("routers", 0x31);
    CA_AUTO(db_result) struct db_result r = {0};
    CA_AUTO(db_result) struct db_result again = {0};
    const struct db_scep_endpoint *row;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_scep_endpoint_insert(signer, &e, &err), CA_OK);
    assert_int_equal(db_scep_endpoint_list(front, "routers", &r, &err), CA_OK);
    assert_int_equal(r.count, 1);
    row = r.rows;
    assert_memory_equal(&row->id, &e.id, CA_UUID_LEN);
    assert_memory_equal(&row->operator_id, &e.operator_id, CA_UUID_LEN);
    assert_string_equal(row->profile, "scep-client");
    assert_string_equal(row->authority, "dev-issuing");
    assert_string_equal(row->ra_key, "rsa:2048");
    assert_true(row->enabled);
    assert_int_equal(row->modes, DB_SCEP_ONE_TIME | DB_SCEP_MANUAL);
    assert_int_equal(row->legacy, DB_SCEP_MD5);
    assert_int_equal(row->switches, DB_SCEP_RENEW_EXPIRED);
    assert_int_equal(row->challenge_validity, 3600);
    assert_int_equal(row->static_hash.len, 0);
    assert_int_equal(row->created_at, AT);
    assert_int_equal(row->removed_at, 0);
    assert_true(ca_bytes_equal(row->seal, hash));

    e.enabled = false;
    e.profile = "scep-other";
    e.static_salt = (struct ca_bytes){octets, 16};
    e.static_hash = hash;
    e.webhook_url = "https://mdm.example/decide";
    assert_int_equal(db_scep_endpoint_update(signer, &e, &err), CA_OK);
    assert_int_equal(db_scep_endpoint_list(signer, "routers", &again, &err), CA_OK);
    row = again.rows;
    assert_false(row->enabled);
    assert_string_equal(row->profile, "scep-other");
    assert_int_equal(row->static_salt.len, 16);
    assert_true(ca_bytes_equal(row->static_hash, hash));
    assert_string_equal(row->webhook_url, "https://mdm.example/decide");
}

static void a_name_has_one_endpoint_until_it_is_removed(void **state)
{
    struct db_scep_endpoint first = endpoint_new("phones", 0x32);
    struct db_scep_endpoint second = endpoint_new("phones", 0x33);
    CA_AUTO(db_result) struct db_result r = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_scep_endpoint_insert(signer, &first, &err), CA_OK);
    assert_int_equal(db_scep_endpoint_insert(signer, &second, &err), CA_CONFLICT);
    assert_int_equal(db_scep_endpoint_update(signer, &second, &err), CA_NOT_FOUND);
    first.removed_at = AT + 1;
    assert_int_equal(db_scep_endpoint_update(signer, &first, &err), CA_OK);
    assert_int_equal(db_scep_endpoint_update(signer, &first, &err), CA_NOT_FOUND);
    assert_int_equal(db_scep_endpoint_list(front, "phones", &r, &err), CA_OK);
    assert_int_equal(r.count, 0);
    assert_int_equal(db_scep_endpoint_insert(signer, &second, &err), CA_OK);
}

static void endpoints_that_break_a_rule_are_refused(void **state)
{
    struct db_scep_endpoint e = endpoint_new("printers", 0x34);
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_scep_endpoint_insert(front, &e, &err), CA_FAULT);
    assert_int_equal(db_scep_endpoint_update(front, &e, &err), CA_FAULT);
    e.name = "";
    assert_int_equal(db_scep_endpoint_insert(signer, &e, &err), CA_FAULT);
    e.name = "printers";
    e.seal.len = 31;
    assert_int_equal(db_scep_endpoint_insert(signer, &e, &err), CA_FAULT);
    e.seal.len = 32;
    e.static_hash = hash; /* without a salt */
    assert_int_equal(db_scep_endpoint_insert(signer, &e, &err), CA_FAULT);
}

static struct db_scep_challenge challenge_new(uint8_t n)
{
    return (struct db_scep_challenge){
        .id = {{n, 6}   },
        .endpoint_id = {{0x41, 4}},
        .salt = {octets,    16},
        .hash = hash,
        .profile = "scep-client",
        .subject = "CN=r1.example",
        .names = "DNS:r1.example",
        .comment = "router one",
        .created_at = AT,
        .created_by = {{1, 1}        },
        .expires_at = AT + 60,
        .seal = hash,
    };
}

static void a_challenge_is_used_once(void **state)
{
    static const struct ca_uuid request = {{0x77}};
    const struct db_scep_challenge c = challenge_new(0x51);
    CA_AUTO(db_result) struct db_result r = {0};
    const struct db_scep_challenge *row;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_scep_challenge_insert(front, &c, &err), CA_FAULT);
    assert_int_equal(db_scep_challenge_insert(signer, &c, &err), CA_OK);
    assert_int_equal(db_scep_challenge_use(signer, &c.id, AT + 60, &request, &err), CA_CONFLICT);
    assert_int_equal(db_scep_challenge_use(signer, &c.id, AT + 59, &request, &err), CA_OK);
    assert_int_equal(db_scep_challenge_use(signer, &c.id, AT + 59, &request, &err), CA_CONFLICT);
    assert_int_equal(db_scep_challenge_revoke(signer, &c.id, AT + 59, &err), CA_CONFLICT);
    assert_int_equal(db_scep_challenge_by_id(signer, &c.id, &r, &err), CA_OK);
    assert_int_equal(r.count, 1);
    row = r.rows;
    assert_string_equal(row->subject, "CN=r1.example");
    assert_string_equal(row->names, "DNS:r1.example");
    assert_string_equal(row->comment, "router one");
    assert_false(row->any_name);
    assert_int_equal(row->salt.len, 16);
    assert_int_equal(row->expires_at, AT + 60);
    assert_int_equal(row->used_at, AT + 59);
    assert_int_equal(row->revoked_at, 0);
    assert_memory_equal(&row->request_id, &request, CA_UUID_LEN);
}

static void a_challenge_that_was_taken_back_is_not_used(void **state)
{
    static const struct ca_uuid request = {{0x78}};
    const struct db_scep_challenge c = challenge_new(0x52);
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_scep_challenge_insert(signer, &c, &err), CA_OK);
    assert_int_equal(db_scep_challenge_revoke(signer, &c.id, AT, &err), CA_OK);
    assert_int_equal(db_scep_challenge_revoke(signer, &c.id, AT, &err), CA_CONFLICT);
    assert_int_equal(db_scep_challenge_use(signer, &c.id, AT, &request, &err), CA_CONFLICT);
}

static void challenges_are_listed_from_the_newest_on(void **state)
{
    const struct ca_uuid endpoint = {
        {0x42, 4}
    };
    CA_AUTO(db_result) struct db_result all = {0};
    CA_AUTO(db_result) struct db_result rest = {0};
    const struct db_scep_challenge *rows;
    struct ca_err err = {0};

    (void)state;
    for (uint8_t n = 0x61; n < 0x64; n++) {
        struct db_scep_challenge c = challenge_new(n);

        c.endpoint_id = endpoint;
        assert_int_equal(db_scep_challenge_insert(signer, &c, &err), CA_OK);
    }
    assert_int_equal(db_scep_challenge_list(front, &endpoint, NULL, 2, &all, &err), CA_OK);
    assert_int_equal(all.count, 2);
    rows = all.rows;
    assert_int_equal(rows[0].id.octets[0], 0x63);
    assert_int_equal(db_scep_challenge_list(front, &endpoint, &rows[1].id, 9, &rest, &err), CA_OK);
    assert_int_equal(rest.count, 1);
    rows = rest.rows;
    assert_int_equal(rows[0].id.octets[0], 0x61);
}

/* A request that came in as transaction "t". */
static struct db_scep_transaction transaction_of(const struct db_request *r,
                                                 const struct ca_uuid *endpoint)
{
    return (struct db_scep_transaction){
        .endpoint_id = *endpoint,
        .transaction_id = "t",
        .spki_hash = hash,
        .csr_hash = hash,
        .request_id = r->id,
        .remote = "192.0.2.1",
        .created_at = AT,
    };
}

static void a_transaction_is_the_newest_of_its_name_and_key(void **state)
{
    const struct ca_uuid endpoint = {
        {0x43, 4}
    };
    struct db_sample pending = {0};
    struct db_sample issued = {0};
    struct db_scep_transaction t;
    CA_AUTO(db_result) struct db_result first = {0};
    CA_AUTO(db_result) struct db_result second = {0};
    CA_AUTO(db_result) struct db_result any = {0};
    CA_AUTO(db_result) struct db_result listed = {0};
    const struct db_scep_transaction *row;
    struct ca_err err = {0};
    bool inserted;

    (void)state;
    db_sample_make(&pending, 9001, AT);
    pending.request.state = DB_REQUEST_PENDING;
    assert_int_equal(db_request_insert_batch(signer, &pending.request, 1, &inserted, &err), CA_OK);
    t = transaction_of(&pending.request, &endpoint);
    assert_int_equal(db_scep_transaction_insert(front, &t, &err), CA_FAULT);
    assert_int_equal(db_scep_transaction_insert(signer, &t, &err), CA_OK);
    assert_int_equal(db_scep_transaction_insert(signer, &t, &err), CA_CONFLICT);
    assert_int_equal(db_scep_transaction_find(front, &endpoint, "t", hash, &first, &err), CA_OK);
    assert_int_equal(first.count, 1);
    row = first.rows;
    assert_string_equal(row->state, "pending");
    assert_true(ca_uuid_is_nil(&row->certificate_id));
    assert_int_equal(row->certificate.len, 0);
    assert_string_equal(row->remote, "192.0.2.1");

    db_sample_store(signer, &issued, 9002, AT);
    t = transaction_of(&issued.request, &endpoint);
    t.renews = (struct ca_uuid){{8}};
    assert_int_equal(db_scep_transaction_insert(signer, &t, &err), CA_OK);
    assert_int_equal(db_scep_transaction_find(front, &endpoint, "t", hash, &second, &err), CA_OK);
    assert_int_equal(second.count, 1);
    row = second.rows;
    assert_string_equal(row->state, "issued");
    assert_memory_equal(&row->certificate_id, &issued.certificate.id, CA_UUID_LEN);
    assert_true(ca_bytes_equal(row->certificate, issued.certificate.der));
    assert_int_equal(row->renews.octets[0], 8);
    assert_int_equal(
        db_scep_transaction_find(front, &endpoint, "t", (struct ca_bytes){0}, &any, &err), CA_OK);
    assert_int_equal(any.count, 1);

    assert_int_equal(db_scep_transaction_list(front, &endpoint, NULL, 9, &listed, &err), CA_OK);
    assert_int_equal(listed.count, 2);
    row = listed.rows;
    assert_memory_equal(&row->request_id, &issued.request.id, CA_UUID_LEN);
    assert_int_equal(row->certificate.len, 0);
}

static void another_endpoint_id_or_key_is_another_transaction(void **state)
{
    static const struct ca_bytes other = {octets + 1, 32};
    const struct ca_uuid endpoint = {
        {0x44, 4}
    };
    const struct ca_uuid elsewhere = {
        {0x45, 4}
    };
    struct db_sample s = {0};
    struct db_scep_transaction t;
    const struct {
        const struct ca_uuid *endpoint;
        const char *id;
        struct ca_bytes key;
    } cases[] = {
        {&elsewhere, "t", hash },
        {&endpoint,  "T", hash },
        {&endpoint,  "t", other}
    };
    struct ca_err err = {0};

    (void)state;
    db_sample_store(signer, &s, 9003, AT);
    t = transaction_of(&s.request, &endpoint);
    assert_int_equal(db_scep_transaction_insert(signer, &t, &err), CA_OK);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(db_result) struct db_result r = {0};

        assert_int_equal(
            db_scep_transaction_find(front, cases[i].endpoint, cases[i].id, cases[i].key, &r, &err),
            CA_OK);
        assert_int_equal(r.count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endpoint_is_what_was_written_of_it),
        cmocka_unit_test(a_name_has_one_endpoint_until_it_is_removed),
        cmocka_unit_test(endpoints_that_break_a_rule_are_refused),
        cmocka_unit_test(a_challenge_is_used_once),
        cmocka_unit_test(a_challenge_that_was_taken_back_is_not_used),
        cmocka_unit_test(challenges_are_listed_from_the_newest_on),
        cmocka_unit_test(a_transaction_is_the_newest_of_its_name_and_key),
        cmocka_unit_test(another_endpoint_id_or_key_is_another_transaction),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_end);
}
