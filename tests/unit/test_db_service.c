/* SPDX-License-Identifier: Apache-2.0 */
#include "db/service.h"

#include "db/certificate.h"
#include "tests/unit/db_fixture.h"

enum { DAY_S = 86400 };

static const uint8_t octets[40] = {9, 8, 7, 6, 5};

static struct db_service service(const char *kind, const char *owner, uint8_t n)
{
    return (struct db_service){
        .id = {{0, n}},
        .kind = kind,
        .owner = owner,
        .key_label = "scep-ra-devices-1",
        .authority_id = DB_SAMPLE_AUTHORITY,
        .certificate_id = {      {0x77, n}     },
        .certificate = { octets,      sizeof(octets)},
        .not_before = AT,
        .not_after = AT + n * DAY_S,
        .created_at = AT + n,
    };
}

static size_t count(const char *kind, const char *owner, int64_t now, bool past)
{
    CA_AUTO(db_result) struct db_result r = {0};
    struct ca_err err = {0};

    assert_int_equal(past ? db_service_past(front, kind, owner, now, &r, &err)
                          : db_service_list(front, kind, owner, now, &r, &err),
                     CA_OK);
    return r.count;
}

static void the_newest_comes_first_until_it_ends(void **state)
{
    CA_AUTO(db_result) struct db_result r = {0};
    struct ca_err err = {0};
    const struct db_service *row;

    (void)state;
    for (uint8_t n = 1; n <= 3; n++) {
        const struct db_service s = service("scep-ra", "devices", n);

        assert_int_equal(db_service_insert(signer, &s, &err), CA_OK);
    }
    assert_int_equal(db_service_list(signer, "scep-ra", "devices", AT, &r, &err), CA_OK);
    assert_int_equal(r.count, 3);
    row = r.rows;
    assert_int_equal(row->id.octets[1], 3);
    assert_string_equal(row->kind, "scep-ra");
    assert_string_equal(row->owner, "devices");
    assert_string_equal(row->key_label, "scep-ra-devices-1");
    assert_int_equal(row->authority_id, DB_SAMPLE_AUTHORITY);
    assert_int_equal(row->certificate_id.octets[1], 3);
    assert_int_equal(row->certificate.len, sizeof(octets));
    assert_int_equal(row->not_before, AT);
    assert_int_equal(row->not_after, AT + 3 * DAY_S);
    assert_int_equal(row->created_at, AT + 3);

    assert_int_equal(count("scep-ra", "devices", AT + DAY_S - 1, false), 3);
    assert_int_equal(count("scep-ra", "devices", AT + DAY_S, false), 2);
    assert_int_equal(count("scep-ra", "devices", AT + DAY_S, true), 1);
    assert_int_equal(count("scep-ra", "devices", AT + 3 * DAY_S, false), 0);
    assert_int_equal(count("scep-ra", "others", AT, false), 0);
    assert_int_equal(count("scep-ra", NULL, AT, false), 3);
    assert_int_equal(count("tls", "devices", AT, false), 0);
}

static void what_is_revoked_or_on_hold_is_not_used(void **state)
{
    static const int32_t reasons[] = {1, 6};
    struct ca_err err = {0};

    (void)state;
    for (uint8_t n = 0; n < CA_COUNT(reasons); n++) {
        struct db_sample sample;
        struct db_service s = service("tls", "node-1", (uint8_t)(20 + n));
        struct db_revocation r = {.reason = reasons[n], .revoked_at = AT, .comment = ""};

        db_sample_store(signer, &sample, 100U + n, AT);
        s.certificate_id = r.certificate_id = sample.certificate.id;
        assert_int_equal(db_service_insert(signer, &s, &err), CA_OK);
        assert_int_equal(count("tls", "node-1", AT, false), 1);
        assert_int_equal(count("tls", "node-1", AT, true), n);
        assert_int_equal(db_certificate_revoke(signer, &r, &err), CA_OK);
        assert_int_equal(count("tls", "node-1", AT, false), 0);
        assert_int_equal(count("tls", "node-1", AT, true), n + 1);
    }
}

static void what_nobody_may_write_is_refused(void **state)
{
    struct db_service s = service("scep-ra", "refused", 40);
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_service_insert(front, &s, &err), CA_FAULT);
    s.kind = "operator";
    assert_int_equal(db_service_insert(signer, &s, &err), CA_FAULT);
    s = service("scep-ra", "refused", 40);
    s.certificate.len = 0;
    assert_int_equal(db_service_insert(signer, &s, &err), CA_FAULT);
    s = service("scep-ra", "refused", 40);
    s.certificate_id = (struct ca_uuid){{0}};
    assert_int_equal(db_service_insert(signer, &s, &err), CA_FAULT);
    s = service("scep-ra", "refused", 40);
    assert_int_equal(db_service_insert(signer, &s, &err), CA_OK);
    assert_int_equal(db_service_insert(signer, &s, &err), CA_CONFLICT);
}

static void a_key_leads_to_its_newest_certificate(void **state)
{
    CA_AUTO(db_result) struct db_result r = {0};
    CA_AUTO(db_result) struct db_result none = {0};
    CA_AUTO(db_result) struct db_result other = {0};
    struct db_sample older;
    struct db_sample newer;
    struct ca_err err = {0};
    const struct db_certificate *row;
    bool inserted;

    (void)state;
    db_sample_store(signer, &older, 200, AT);
    db_sample_make(&newer, 201, AT + 1);
    newer.certificate.spki_hash = older.certificate.spki_hash;
    assert_int_equal(db_request_insert_batch(signer, &newer.request, 1, &inserted, &err), CA_OK);
    assert_int_equal(db_intent_insert_batch(signer, &newer.intent, 1, &err), CA_OK);
    assert_int_equal(db_certificate_insert_batch(signer, &newer.certificate, 1, &err), CA_OK);
    assert_int_equal(db_certificate_of_key(signer, newer.certificate.spki_hash,
                                           newer.certificate.profile, &r, &err),
                     CA_OK);
    assert_int_equal(r.count, 1);
    row = r.rows;
    assert_memory_equal(&row->id, &newer.certificate.id, CA_UUID_LEN);
    assert_int_equal(
        db_certificate_of_key(signer, newer.certificate.spki_hash, "other", &none, &err), CA_OK);
    assert_int_equal(none.count, 0);
    assert_int_equal(db_certificate_of_key(signer, (struct ca_bytes){octets, 32},
                                           newer.certificate.profile, &other, &err),
                     CA_OK);
    assert_int_equal(other.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_comes_first_until_it_ends),
        cmocka_unit_test(what_is_revoked_or_on_hold_is_not_used),
        cmocka_unit_test(what_nobody_may_write_is_refused),
        cmocka_unit_test(a_key_leads_to_its_newest_certificate),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_end);
}
