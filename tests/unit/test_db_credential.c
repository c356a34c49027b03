/* SPDX-License-Identifier: Apache-2.0 */
#include "db/credential.h"

#include "db/group.h"
#include "tests/unit/db_fixture.h"

static const uint8_t seal_one[32] = {1};
static const uint8_t seal_two[32] = {2};
static const struct ca_bytes one = {seal_one, 32};
static const struct ca_bytes two = {seal_two, 32};

/* Somebody with a name of his own, sealed. */
static struct db_operator operator_new(const char *name, unsigned roles, uint8_t n)
{
    static uint8_t fingerprints[256][32];
    struct db_operator o = {
        .id = {{n, 2}},
        .name = name,
        .roles = roles,
        .enabled = true,
        .created_at = AT,
        .seal = one,
    };
    struct ca_err err = {0};

    fingerprints[n][0] = n;
    o.fingerprint = (struct ca_bytes){fingerprints[n], 32};
    assert_int_equal(db_operator_insert(signer, &o, &err), CA_OK);
    return o;
}

static struct db_credential key_of(const struct db_operator *o, struct ca_bytes key_hash, uint8_t n)
{
    return (struct db_credential){
        .id = {{n, 3}},
        .operator_id = o->id,
        .name = "laptop",
        .hash = key_hash,
        .created_at = AT,
        .seal = one,
    };
}

static void a_credential_is_found_by_key_and_by_id(void **state)
{
    static const uint8_t hash[32] = {0x11};
    static const uint8_t other[32] = {0x12};
    const struct db_operator o = operator_new("alice", CA_ADMIN, 0x21);
    struct db_credential c = key_of(&o, (struct ca_bytes){hash, 32}, 0x21);
    CA_AUTO(db_result) struct db_result by_key = {0};
    CA_AUTO(db_result) struct db_result by_id = {0};
    CA_AUTO(db_result) struct db_result none = {0};
    const struct db_credential_found *row;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_credential_insert(front, &c, &err), CA_FAULT);
    assert_int_equal(db_credential_insert(signer, &c, &err), CA_OK);
    c.id.octets[5] = 1;
    assert_int_equal(db_credential_insert(signer, &c, &err), CA_CONFLICT); /* a key has one owner */
    c.id.octets[5] = 0;
    assert_int_equal(db_credential_by_key(front, c.hash, one, AT, &by_key, &err), CA_OK);
    row = by_key.rows;
    assert_memory_equal(&row->credential.id, &c.id, CA_UUID_LEN);
    assert_int_equal(row->credential.kind, DB_CREDENTIAL_CERTIFICATE);
    assert_string_equal(row->who.name, "alice");
    assert_int_equal(row->who.roles, CA_ADMIN);
    assert_false(row->credential.profiles_given);
    assert_false(row->credential.names_given);
    assert_false(row->certificate_revoked);
    assert_int_equal(db_credential_by_id(signer, &c.id, AT, &by_id, &err), CA_OK);
    assert_int_equal(by_id.count, 1);
    assert_int_equal(
        db_credential_by_key(front, (struct ca_bytes){other, 32}, one, AT, &none, &err),
        CA_NOT_FOUND);
    assert_int_equal(db_credential_by_id(front, &o.id, AT, &none, &err), CA_NOT_FOUND);
}

static void limits_that_are_empty_are_not_limits_that_are_missing(void **state)
{
    static const uint8_t hash[32] = {0x13};
    const struct db_operator o = operator_new("carol", CA_REQUESTER, 0x22);
    struct db_credential c = key_of(&o, (struct ca_bytes){hash, 32}, 0x22);
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_credential_found *row;
    struct ca_err err = {0};

    (void)state;
    c.kind = DB_CREDENTIAL_TOKEN;
    c.salt = (struct ca_bytes){hash, 16};
    c.profiles_given = true;
    c.profiles = "";
    c.names_given = true;
    c.names = "a.example\nb.example";
    c.expires_at = AT + 5;
    assert_int_equal(db_credential_insert(signer, &c, &err), CA_OK);
    assert_int_equal(db_credential_by_id(front, &c.id, AT, &found, &err), CA_OK);
    row = found.rows;
    assert_true(row->credential.profiles_given);
    assert_string_equal(row->credential.profiles, "");
    assert_true(row->credential.names_given);
    assert_string_equal(row->credential.names, "a.example\nb.example");
    assert_int_equal(row->credential.expires_at, AT + 5);
    assert_int_equal(row->credential.salt.len, 16);
    /* A token is no key: nobody gets in with a certificate whose hash it is. */
    ca_auto_db_result(&found);
    found = (struct db_result){0};
    assert_int_equal(db_credential_by_key(front, c.hash, one, AT, &found, &err), CA_NOT_FOUND);
}

static void a_token_has_a_salt_and_a_certificate_has_none(void **state)
{
    static const uint8_t hash[32] = {0x14};
    const struct db_operator o = operator_new("dan", CA_REQUESTER, 0x23);
    struct db_credential c = key_of(&o, (struct ca_bytes){hash, 32}, 0x23);
    struct ca_err err = {0};

    (void)state;
    c.kind = DB_CREDENTIAL_TOKEN;
    assert_int_equal(db_credential_insert(signer, &c, &err), CA_FAULT);
    c.kind = DB_CREDENTIAL_CERTIFICATE;
    c.salt = (struct ca_bytes){hash, 16};
    assert_int_equal(db_credential_insert(signer, &c, &err), CA_FAULT);
}

/* Two certificates with one key. */
static const struct {
    const char *what;
    bool first_revoked;
    bool second_revoked;
    bool shows_first;
    int64_t at;
    bool out;
} keys[] = {
    {"both valid",                              false, false, true,  AT,                   false},
    {"the one that is shown is revoked",        true,  false, true,  AT,                   true },
    {"the other one is revoked, this is valid", true,  false, false, AT,                   false},
    {"both revoked",                            true,  true,  false, AT,                   true },
    {"one revoked, the valid one has expired",  true,  false, false, AT + 10000LL * 86400, true },
};

static void a_key_is_out_when_its_certificates_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(keys); i++) {
        char name[8] = {'k', (char)('0' + i), '\0'};
        struct db_sample a;
        struct db_sample b;
        uint8_t hash[32] = {0x30, (uint8_t)i};
        const struct db_operator o = operator_new(name, CA_OFFICER, (uint8_t)(0x30 + i));
        struct db_credential c = key_of(&o, (struct ca_bytes){hash, 32}, (uint8_t)(0x30 + i));
        CA_AUTO(db_result) struct db_result by_key = {0};
        struct ca_err err = {0};
        bool inserted;
        struct db_sample *both[] = {&a, &b};

        test_note(keys[i].what);
        for (uint64_t n = 0; n < 2; n++) {
            db_sample_make(both[n], 100 + 2 * i + n, AT);
            both[n]->certificate.spki_hash = c.hash;
            assert_int_equal(db_request_insert_batch(signer, &both[n]->request, 1, &inserted, &err),
                             CA_OK);
            assert_int_equal(db_intent_insert_batch(signer, &both[n]->intent, 1, &err), CA_OK);
            assert_int_equal(db_certificate_insert_batch(signer, &both[n]->certificate, 1, &err),
                             CA_OK);
        }
        for (size_t n = 0; n < 2; n++) {
            const struct db_revocation r = {both[n]->certificate.id, 4, AT, 0, ""};

            if (n == 0 ? keys[i].first_revoked : keys[i].second_revoked)
                assert_int_equal(db_certificate_revoke(signer, &r, &err), CA_OK);
        }
        assert_int_equal(db_credential_insert(signer, &c, &err), CA_OK);
        assert_int_equal(db_credential_by_key(front, c.hash,
                                              keys[i].shows_first ? a.certificate.fingerprint
                                                                  : b.certificate.fingerprint,
                                              keys[i].at, &by_key, &err),
                         CA_OK);
        assert_int_equal(((const struct db_credential_found *)by_key.rows)->certificate_revoked,
                         keys[i].out);
    }
}

static void a_credential_is_revoked_once(void **state)
{
    static const uint8_t hash[32] = {0x15};
    const struct db_operator o = operator_new("erin", CA_ADMIN, 0x24);
    struct db_credential c = key_of(&o, (struct ca_bytes){hash, 32}, 0x24);
    CA_AUTO(db_result) struct db_result list = {0};
    CA_AUTO(db_result) struct db_result tokens = {0};
    const struct db_credential_row *row;
    struct ca_err err = {0};
    int64_t n = -1;

    (void)state;
    assert_int_equal(db_credential_insert(signer, &c, &err), CA_OK);
    assert_int_equal(db_credential_others(signer, &o.id, &c.id, &n, &err), CA_OK);
    assert_int_equal(n, 0);
    assert_int_equal(db_credential_others(signer, &o.id, &o.id, &n, &err), CA_OK);
    assert_int_equal(n, 1);
    assert_int_equal(db_operator_admins(signer, &db_sample_requester, &n, &err), CA_OK);
    assert_true(n >= 1);
    assert_int_equal(db_credential_revoke(signer, &c.id, AT + 7, two, &err), CA_OK);
    assert_int_equal(db_credential_revoke(signer, &c.id, AT + 8, two, &err), CA_CONFLICT);
    assert_int_equal(db_credential_revoke(front, &c.id, AT + 8, two, &err), CA_FAULT);
    assert_int_equal(db_credential_list(front, &o.id, DB_CREDENTIAL__COUNT, &list, &err), CA_OK);
    assert_int_equal(list.count, 1);
    row = list.rows;
    assert_string_equal(row->operator_name, "erin");
    assert_int_equal(row->credential.revoked_at, AT + 7);
    assert_true(ca_bytes_equal(row->credential.seal, two));
    assert_int_equal(db_credential_list(front, &o.id, DB_CREDENTIAL_TOKEN, &tokens, &err), CA_OK);
    assert_int_equal(tokens.count, 0);
}

static void an_operator_is_changed_by_compare_and_set(void **state)
{
    struct db_operator o = operator_new("frank", CA_OFFICER, 0x25);
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_operator *row;
    struct ca_err err = {0};

    (void)state;
    o.roles = CA_REQUESTER | CA_OFFICER;
    o.names = "x.example";
    o.enabled = false;
    o.updated_at = AT + 1;
    o.seal = two;
    assert_int_equal(db_operator_update(signer, &o, two, &err), CA_CONFLICT);
    assert_string_equal(err.problem, "stale");
    assert_int_equal(db_operator_update(signer, &o, (struct ca_bytes){NULL, 0}, &err), CA_CONFLICT);
    assert_int_equal(db_operator_update(front, &o, one, &err), CA_FAULT);
    assert_int_equal(db_operator_update(signer, &o, one, &err), CA_OK);
    assert_int_equal(db_operator_by_id(front, &o.id, &found, &err), CA_OK);
    row = found.rows;
    assert_int_equal(row->roles, CA_REQUESTER | CA_OFFICER);
    assert_string_equal(row->names, "x.example");
    assert_false(row->enabled);
    assert_true(ca_bytes_equal(row->seal, two));
    o.roles = CA_AUDITOR | CA_OFFICER; /* an auditor is nothing else: the database says so too */
    assert_int_equal(db_operator_update(signer, &o, two, &err), CA_FAULT);
}

static void those_without_a_seal_are_listed_with_their_key(void **state)
{
    struct db_operator o = operator_new("grace", CA_OFFICER, 0x26);
    struct db_sample s;
    CA_AUTO(db_result) struct db_result found = {0};
    struct ca_err err = {0};
    const struct db_operator_unsealed *row;
    bool seen = false;

    (void)state;
    db_sample_store(signer, &s, 200, AT);
    o.id.octets[9] = 9;
    o.name = "henry";
    o.fingerprint = s.certificate.fingerprint;
    o.seal = (struct ca_bytes){NULL, 0};
    assert_int_equal(db_operator_insert(signer, &o, &err), CA_OK);
    assert_int_equal(db_operator_unsealed(signer, &found, &err), CA_OK);
    row = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        assert_int_equal(row[i].who.seal.len, 0);
        assert_string_not_equal(row[i].who.name, "grace");
        if (strcmp(row[i].who.name, "henry") != 0)
            continue;
        seen = true;
        assert_true(ca_bytes_equal(row[i].key_hash, s.certificate.spki_hash));
    }
    assert_true(seen);
}

static void a_group_is_written_by_compare_and_set(void **state)
{
    struct db_group g = {"pki", "01920000-0000-7000-8000-000000000001", AT, one};
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(db_result) struct db_result none = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_group_insert(front, &g, &err), CA_FAULT);
    assert_int_equal(db_group_insert(signer, &g, &err), CA_OK);
    assert_int_equal(db_group_insert(signer, &g, &err), CA_CONFLICT);
    g.members = "";
    g.seal = two;
    assert_int_equal(db_group_update(signer, &g, two, &err), CA_CONFLICT);
    assert_string_equal(err.problem, "stale");
    assert_int_equal(db_group_update(signer, &g, one, &err), CA_OK);
    assert_int_equal(db_group_list(front, "pki", &found, &err), CA_OK);
    assert_int_equal(found.count, 1);
    assert_string_equal(((const struct db_group *)found.rows)->members, "");
    assert_int_equal(db_group_list(front, "nobody", &none, &err), CA_OK);
    assert_int_equal(none.count, 0);
    g.name = "Not A Name";
    assert_int_equal(db_group_insert(signer, &g, &err), CA_FAULT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_credential_is_found_by_key_and_by_id),
        cmocka_unit_test(limits_that_are_empty_are_not_limits_that_are_missing),
        cmocka_unit_test(a_token_has_a_salt_and_a_certificate_has_none),
        cmocka_unit_test(a_key_is_out_when_its_certificates_are),
        cmocka_unit_test(a_credential_is_revoked_once),
        cmocka_unit_test(an_operator_is_changed_by_compare_and_set),
        cmocka_unit_test(those_without_a_seal_are_listed_with_their_key),
        cmocka_unit_test(a_group_is_written_by_compare_and_set),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_end);
}
