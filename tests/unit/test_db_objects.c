/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "db/audit.h"
#include "db/profile.h"
#include "db/setting.h"
#include "tests/unit/db_fixture.h"

static const uint8_t octets[40] = {9, 8, 7, 6, 5};

static struct db_authority authority(const char *name, uint8_t n)
{
    return (struct db_authority){
        .uuid = {{n}},
        .name = name,
        .state = DB_AUTHORITY_PENDING,
        .key_label = name,
        .signature = "rsa-sha256",
        .csr = { octets,  5},
        .crl_url = "http://ca.example/crl/x.crl",
        .crl_validity_s = 86400,
        .crl_interval_s = 3600,
        .created_at = AT,
        .profile = "sub-ca",
    };
}

static void an_authority_waits_then_gets_its_certificate_once(void **state)
{
    struct db_authority a = authority("sub-1", 0x11);
    CA_AUTO(db_result) struct db_result r = {0};
    struct ca_err err = {0};
    const struct db_authority *row;
    int64_t id = 0;

    (void)state;
    a.id = 50; /* names its own */
    assert_int_equal(db_authority_insert(signer, &a, &id, &err), CA_OK);
    assert_int_equal(id, 50);
    assert_int_equal(db_authority_install(signer, id, (struct ca_bytes){octets, 40},
                                          (struct ca_bytes){octets, 20}, DB_SAMPLE_AUTHORITY, &err),
                     CA_OK);
    assert_int_equal(db_authority_install(signer, id, (struct ca_bytes){octets, 40},
                                          (struct ca_bytes){octets, 20}, DB_SAMPLE_AUTHORITY, &err),
                     CA_CONFLICT);
    assert_int_equal(db_authority_list(front, &r, &err), CA_OK);
    assert_int_equal(r.count, 2);
    row = (const struct db_authority *)r.rows + 1;
    assert_string_equal(row->name, "sub-1");
    assert_int_equal(row->state, DB_AUTHORITY_ACTIVE);
    assert_int_equal(row->parent_id, DB_SAMPLE_AUTHORITY);
    assert_memory_equal(&row->uuid, &a.uuid, CA_UUID_LEN);
    assert_true(ca_bytes_equal(row->csr, a.csr));
    assert_int_equal(row->certificate.len, 40);
    assert_int_equal(row->chain.len, 20);
    assert_string_equal(row->crl_url, a.crl_url);
    assert_string_equal(row->ocsp_url, "");
    assert_int_equal(row->crl_interval_s, 3600);
    assert_string_equal(row->profile, "sub-ca");
}

static void ids_of_authorities_are_chosen_where_none_is_given(void **state)
{
    struct db_authority a = authority("sub-2", 0x12);
    struct ca_err err = {0};
    int64_t first = 0;
    int64_t second = 0;

    (void)state;
    assert_int_equal(db_authority_insert(signer, &a, &first, &err), CA_OK);
    a = authority("sub-3", 0x13);
    assert_int_equal(db_authority_insert(signer, &a, &second, &err), CA_OK);
    assert_true(first > 0 && second > first);
}

static void authorities_that_break_a_rule_are_refused(void **state)
{
    static const char *const names[] = {"", "Root", "a/b", "a b", "ä"};
    struct db_authority a = authority("sub-1", 0x14);
    struct ca_err err = {0};
    int64_t id;

    (void)state;
    assert_int_equal(db_authority_insert(signer, &a, &id, &err), CA_CONFLICT);
    for (size_t i = 0; i < CA_COUNT(names); i++) {
        a = authority(names[i], (uint8_t)(0x20 + i));
        assert_int_equal(db_authority_insert(signer, &a, &id, &err), CA_FAULT);
    }
    a = authority("active-without", 0x30);
    a.state = DB_AUTHORITY_ACTIVE; /* and no certificate */
    assert_int_equal(db_authority_insert(signer, &a, &id, &err), CA_FAULT);
    a = authority("orphan", 0x31);
    a.parent_id = 12345;
    assert_int_equal(db_authority_insert(signer, &a, &id, &err), CA_FAULT);
    a = authority("by-front", 0x32);
    assert_int_equal(db_authority_insert(front, &a, &id, &err), CA_FAULT);
}

static void certificates_are_counted_by_state(void **state)
{
    struct db_sample s;
    struct ca_err err = {0};
    CA_AUTO(db_result) struct db_result now = {0};
    CA_AUTO(db_result) struct db_result later = {0};
    const struct db_authority_counts *row;

    (void)state;
    for (uint64_t i = 0; i < 6; i++) {
        db_sample_store(signer, &s, i, AT);
        if (i < 3) {
            const struct db_revocation r = {s.certificate.id, i == 0 ? 6 : 1, AT, 0, ""};

            assert_int_equal(db_certificate_revoke(signer, &r, &err), CA_OK);
        }
    }
    assert_int_equal(db_authority_counts(front, AT, &now, &err), CA_OK);
    assert_int_equal(now.count, 1);
    row = now.rows;
    assert_int_equal(row->authority_id, DB_SAMPLE_AUTHORITY);
    assert_int_equal(row->valid, 3);
    assert_int_equal(row->held, 1);
    assert_int_equal(row->revoked, 2);
    assert_int_equal(row->expired, 0);
    assert_int_equal(db_authority_counts(front, AT + 365 * 86400, &later, &err), CA_OK);
    row = later.rows;
    assert_int_equal(row->valid, 0);
    assert_int_equal(row->expired, 3);
}

static struct db_operator operator_make(const char *name, unsigned roles, uint8_t n,
                                        uint8_t *fingerprint)
{
    memset(fingerprint, n, 32);
    return (struct db_operator){
        .id = {{n, 1}},
        .name = name,
        .roles = roles,
        .fingerprint = { fingerprint,    32},
        .enabled = true,
        .created_at = AT,
    };
}

static void the_auditor_is_nothing_else(void **state)
{
    static const struct {
        unsigned roles;
        enum ca_rc rc;
    } cases[] = {
        {CA_AUDITOR,                           CA_OK   },
        {CA_OFFICER,                           CA_OK   },
        {CA_REQUESTER | CA_OFFICER | CA_ADMIN, CA_OK   },
        {CA_AUDITOR | CA_REQUESTER,            CA_FAULT},
        {CA_AUDITOR | CA_OFFICER,              CA_FAULT},
        {CA_AUDITOR | CA_ADMIN,                CA_FAULT},
        {0,                                    CA_FAULT},
        {16,                                   CA_FAULT},
    };
    static const char *const names[] = {"o0", "o1", "o2", "o3", "o4", "o5", "o6", "o7"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        uint8_t fingerprint[32];
        struct db_operator o =
            operator_make(names[i], cases[i].roles, (uint8_t)(0x40 + i), fingerprint);
        struct ca_err err = {0};

        assert_int_equal(db_operator_insert(signer, &o, &err), cases[i].rc);
    }
}

static void operators_are_found_by_id_and_name(void **state)
{
    uint8_t fingerprint[32];
    struct db_operator o = operator_make("alice", CA_ADMIN, 0x60, fingerprint);
    struct ca_err err = {0};
    CA_AUTO(db_result) struct db_result by_id = {0};
    CA_AUTO(db_result) struct db_result by_name = {0};
    CA_AUTO(db_result) struct db_result none = {0};
    CA_AUTO(db_result) struct db_result all = {0};
    const struct db_operator *row;

    (void)state;
    o.names = "example.org\n10.0.0.0/8";
    assert_int_equal(db_operator_insert(signer, &o, &err), CA_OK);
    assert_int_equal(db_operator_insert(signer, &o, &err), CA_CONFLICT);
    assert_int_equal(db_operator_insert(front, &o, &err), CA_FAULT);
    assert_int_equal(db_operator_by_id(front, &o.id, &by_id, &err), CA_OK);
    row = by_id.rows;
    assert_string_equal(row->name, "alice");
    assert_int_equal(row->roles, CA_ADMIN);
    assert_true(row->enabled);
    assert_string_equal(row->names, "example.org\n10.0.0.0/8");
    assert_int_equal(row->seal.len, 0);
    assert_int_equal(db_operator_by_name(signer, "alice", &by_name, &err), CA_OK);
    assert_int_equal(by_name.count, 1);
    assert_int_equal(db_operator_by_name(signer, "Alice", &none, &err), CA_NOT_FOUND);
    o.id.octets[0] ^= 1;
    assert_int_equal(db_operator_by_id(front, &o.id, &none, &err), CA_NOT_FOUND);
    assert_null(none.rows);
    assert_int_equal(db_operator_list(front, &all, &err), CA_OK);
    assert_string_equal(((const struct db_operator *)all.rows)->name, "alice");
}

static void i18_settings_are_pinned_once(void **state)
{
    struct ca_err err = {0};
    char value[16] = "?";
    char small[4] = "?";

    (void)state;
    assert_int_equal(db_setting_get(front, "environment", value, sizeof(value), &err), CA_OK);
    assert_string_equal(value, "");
    assert_int_equal(db_setting_pin(signer, "environment", "dev", &err), CA_OK);
    assert_int_equal(db_setting_pin(signer, "environment", "dev", &err), CA_OK);
    assert_int_equal(db_setting_pin(signer, "environment", "production", &err), CA_CONFLICT);
    assert_non_null(strstr(err.text, "'dev', not 'production'"));
    assert_int_equal(db_setting_get(front, "environment", value, sizeof(value), &err), CA_OK);
    assert_string_equal(value, "dev");
    assert_int_equal(db_setting_pin(front, "environment", "dev", &err), CA_FAULT);
    assert_int_equal(db_setting_pin(signer, "long", "longer", &err), CA_OK);
    assert_int_equal(db_setting_get(signer, "long", small, sizeof(small), &err), CA_LIMIT);
}

static void a_profile_version_is_recorded_once(void **state)
{
    struct db_profile_version v = {
        .version = {octets, 32},
        .name = "device",
        .yaml = ca_bytes_str("name: device\n"),
        .created_at = 7,
        .comment = "first"
    };
    CA_AUTO(db_result) struct db_result found = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_profile_version_insert(signer, &v, &err), CA_OK);
    v.comment = "second";
    assert_int_equal(db_profile_version_insert(signer, &v, &err), CA_OK);
    assert_int_equal(db_profile_version_get(front, v.version, &found, &err), CA_OK);
    assert_int_equal(found.count, 1);
    assert_string_equal(((struct db_profile_version *)found.rows)->comment, "first");
    v.version.len = 31;
    assert_int_equal(db_profile_version_insert(signer, &v, &err), CA_FAULT);
    assert_int_equal(db_profile_version_insert(front, &v, &err), CA_FAULT);
}

static void the_newest_activation_of_a_name_counts(void **state)
{
    const struct db_profile_version v = {
        .version = {octets, 32},
        .name = "device",
        .yaml = ca_bytes_str("name: device\n"),
        .created_at = 7,
        .comment = ""
    };
    struct db_profile_activation a = {
        .name = "device", .version = v.version, .at = 8, .comment = "", .seal = {octets, 32}
    };
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(db_result) struct db_result history = {0};
    struct ca_err err = {0};
    int64_t sequence = -1;

    (void)state;
    assert_int_equal(db_profile_version_insert(signer, &v, &err), CA_OK);
    assert_int_equal(db_profile_sequence(front, &sequence, &err), CA_OK);
    assert_int_equal(sequence, 0);
    assert_int_equal(db_profile_activation_insert(signer, &a, &err), CA_OK);
    a.version.len = 0;
    assert_int_equal(db_profile_activation_insert(signer, &a, &err), CA_OK);
    assert_int_equal(db_profile_active(front, &found, &err), CA_OK);
    assert_int_equal(found.count, 1);
    assert_int_equal(((struct db_profile_activation *)found.rows)->version.len, 0);
    assert_int_equal(db_profile_history(front, "device", 10, &history, &err), CA_OK);
    assert_int_equal(history.count, 2);
    assert_int_equal(((struct db_profile_activation *)history.rows)[1].yaml.len, v.yaml.len);
    assert_int_equal(db_profile_activation_insert(front, &a, &err), CA_FAULT);
}

static struct db_audit line(int64_t sequence)
{
    return (struct db_audit){
        .chain = "node-1",
        .sequence = sequence,
        .at_us = (int64_t)AT * 1000000 + sequence,
        .actor = "alice",
        .channel = "rest",
        .action = "certificate.issue",
        .outcome = "ok",
        .object = "x",
        .request_id = "r",
        .detail = "d",
        .object_hash = {octets,     sequence % 2 ? 32 : 0},
        .previous = {octets,     32                   },
        .hash = {octets + 1, 32                   },
    };
}

static void i13_a_chain_has_no_line_twice(void **state)
{
    const struct db_audit three[] = {line(1), line(2), line(3)};
    const struct db_audit again[] = {line(4), line(3)};
    struct ca_err err = {0};
    CA_AUTO(db_result) struct db_result none = {0};
    CA_AUTO(db_result) struct db_result head = {0};
    CA_AUTO(db_result) struct db_result some = {0};
    const struct db_audit *rows;

    (void)state;
    assert_int_equal(db_audit_head(signer, "node-1", &none, &err), CA_OK);
    assert_int_equal(none.count, 0);
    assert_int_equal(db_audit_insert_batch(signer, three, 3, &err), CA_OK);
    assert_int_equal(db_audit_insert_batch(signer, again, 2, &err), CA_CONFLICT);
    assert_int_equal(db_audit_insert_batch(front, again, 1, &err), CA_FAULT);
    assert_int_equal(db_audit_head(signer, "node-1", &head, &err), CA_OK);
    assert_int_equal(head.count, 1);
    rows = head.rows;
    assert_int_equal(rows->sequence, 3);
    assert_int_equal(rows->at_us, (int64_t)AT * 1000000 + 3);
    assert_int_equal(rows->object_hash.len, 32);
    assert_true(ca_bytes_equal(rows->hash, three[2].hash));
    assert_int_equal(db_audit_read(signer, "node-1", 2, 1, &some, &err), CA_OK);
    assert_int_equal(some.count, 1);
    rows = some.rows;
    assert_int_equal(rows->sequence, 2);
    assert_int_equal(rows->object_hash.len, 0);
    assert_string_equal(rows->action, "certificate.issue");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_authority_waits_then_gets_its_certificate_once),
        cmocka_unit_test(ids_of_authorities_are_chosen_where_none_is_given),
        cmocka_unit_test(authorities_that_break_a_rule_are_refused),
        cmocka_unit_test(certificates_are_counted_by_state),
        cmocka_unit_test(the_auditor_is_nothing_else),
        cmocka_unit_test(operators_are_found_by_id_and_name),
        cmocka_unit_test(i18_settings_are_pinned_once),
        cmocka_unit_test(a_profile_version_is_recorded_once),
        cmocka_unit_test(the_newest_activation_of_a_name_counts),
        cmocka_unit_test(i13_a_chain_has_no_line_twice),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_end);
}
