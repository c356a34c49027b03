/* SPDX-License-Identifier: Apache-2.0 */
#include "db/revocation_job.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/digest.h"
#include "tests/unit/db_fixture.h"

enum { STORED = 20, LATER = AT + 100000, DAY = 86400 };
static struct db_sample samples[STORED];

static int start(void **state)
{
    int rc = db_fixture_start(state);

    for (uint64_t i = 0; rc == 0 && i < STORED; i++)
        db_sample_store(signer, &samples[i], 2000 + i * 16, AT);
    return rc;
}

static struct db_selection everything(void)
{
    return (struct db_selection){.profile = "", .selected_at = LATER};
}

static struct db_selection_count counted(const struct db_selection *s)
{
    struct db_selection_count c;
    struct ca_err err = {0};

    assert_int_equal(db_selection_count(signer, s, 1000, &c, &err), CA_OK);
    return c;
}

static void the_digest_is_of_the_ids_in_order(void **state)
{
    CA_AUTO(buf) struct ca_buf ids = {0};
    struct db_selection s = everything();
    struct db_selection_count c = counted(&s);
    uint8_t digest[CA_SHA256_LEN];
    struct ca_uuid after = {{0}};
    struct ca_err err = {0};
    size_t pages = 0;

    (void)state;
    for (;; pages++) {
        CA_AUTO(db_result) struct db_result page = {0};
        const struct db_selected *rows;

        assert_int_equal(db_selection_page(signer, &s, &after, 7, &page, &err), CA_OK);
        rows = page.rows;
        if (page.count == 0)
            break;
        for (size_t i = 0; i < page.count; i++) {
            assert_true(memcmp(&rows[i].id, &after, CA_UUID_LEN) > 0);
            assert_string_equal(rows[i].authority, "dev-issuing");
            after = rows[i].id;
            ca_buf_add(&ids, rows[i].id.octets, CA_UUID_LEN);
        }
    }
    assert_int_equal(pages, 3);
    assert_int_equal(ids.len, STORED * CA_UUID_LEN);
    assert_int_equal(ca_sha256(ca_buf_view(&ids), digest, &err), CA_OK);
    assert_int_equal(c.total, STORED);
    assert_memory_equal(c.digest, digest, sizeof(digest));
    assert_string_equal(c.authority, "");
}

static void every_criterion_must_hold(void **state)
{
    const struct db_certificate *one = &samples[3].certificate;
    const int64_t first = samples[0].certificate.issued_at;
    const int64_t last = samples[STORED - 1].certificate.issued_at;
    const struct {
        struct db_selection s;
        int64_t n;
    } cases[] = {
        {{.profile = one->profile, .selected_at = LATER},                                 STORED},
        {{.profile = "other", .selected_at = LATER},                                      0     },
        {{.profile = "", .authority_id = 1, .selected_at = LATER},                        STORED},
        {{.profile = "", .authority_id = 2, .selected_at = LATER},                        0     },
        {{.profile = "", .requester_id = db_sample_requester, .selected_at = LATER},      STORED},
        {{.profile = "", .requester_id = one->id, .selected_at = LATER},                  0     },
        {{.profile = "", .issued_from = first, .selected_at = LATER},                     STORED},
        {{.profile = "", .issued_from = last + 1, .selected_at = LATER},                  0     },
        {{.profile = "", .issued_to = first, .selected_at = LATER},                       0     },
        {{.profile = "", .issued_to = last + 1, .selected_at = LATER},                    STORED},
        {{.profile = "", .listed = {one->id.octets, CA_UUID_LEN}, .selected_at = LATER},  1     },
        {{.profile = "x", .listed = {one->id.octets, CA_UUID_LEN}, .selected_at = LATER}, 0     },
        {{.profile = "", .selected_at = first},                                           0     },
        {{.profile = "", .selected_at = one->not_after + DAY},                            0     },
        {{.profile = "", .spki_hash = one->fingerprint, .selected_at = LATER},            0     },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++)
        assert_int_equal(counted(&cases[i].s).total, cases[i].n);
}

static void more_than_wanted_are_only_counted(void **state)
{
    struct db_selection s = everything();
    struct db_selection_count c;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_selection_count(signer, &s, 5, &c, &err), CA_OK);
    assert_int_equal(c.total, 6);
}

static void named_ones_are_found_by_each_name(void **state)
{
    const struct db_certificate *a = &samples[0].certificate;
    const struct db_certificate *b = &samples[1].certificate;
    const struct db_named named[] = {
        {.place = 0, .kind = DB_NAMED_ID,          .octets = {a->id.octets, CA_UUID_LEN}},
        {.place = 1, .kind = DB_NAMED_SERIAL,      .octets = b->serial                  },
        {.place = 2, .kind = DB_NAMED_SERIAL,      .octets = {b->serial.ptr, 3}         },
        {.place = 3, .kind = DB_NAMED_FINGERPRINT, .octets = a->fingerprint             },
        {.place = 4, .kind = DB_NAMED_ID,          .octets = {a->fingerprint.ptr, 16}   },
    };
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(db_result) struct db_result other = {0};
    const struct db_named *rows;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_certificate_named(signer, named, CA_COUNT(named), 0, &found, &err), CA_OK);
    rows = found.rows;
    assert_int_equal(found.count, 3);
    assert_int_equal(rows[0].place, 0);
    assert_memory_equal(&rows[0].id, &a->id, CA_UUID_LEN);
    assert_int_equal(rows[1].place, 1);
    assert_memory_equal(&rows[1].id, &b->id, CA_UUID_LEN);
    assert_int_equal(rows[2].place, 3);
    assert_int_equal(db_certificate_named(signer, named, CA_COUNT(named), 7, &other, &err), CA_OK);
    assert_int_equal(other.count, 0);
}

static void i11_a_batch_revokes_what_is_not_revoked_and_nothing_else(void **state)
{
    const struct ca_uuid ids[] = {samples[4].certificate.id, samples[5].certificate.id,
                                  samples[6].certificate.id};
    struct db_revocation r = {.certificate_id = ids[0],
                              .reason = 1,
                              .revoked_at = AT + 5,
                              .invalidity_date = AT - DAY,
                              .comment = "gone"};
    struct db_revocation hold = {.reason = 6, .revoked_at = AT + 5, .comment = ""};
    CA_AUTO(db_result) struct db_result held = {0};
    CA_AUTO(db_result) struct db_result first = {0};
    CA_AUTO(db_result) struct db_result again = {0};
    struct db_selection s = everything();
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_certificate_revoke(signer, &r, &err), CA_OK);
    assert_int_equal(db_certificate_revoke_batch(signer, &hold, ids, 2, &held, &err), CA_OK);
    assert_int_equal(held.count, 1); /* the first is revoked: that is final */
    assert_int_equal(counted(&s).held, 1);
    assert_int_equal(db_certificate_revoke_batch(signer, &r, ids, 3, &first, &err), CA_OK);
    assert_int_equal(first.count, 2);
    assert_int_equal(db_certificate_revoke_batch(signer, &r, ids, 3, &again, &err), CA_OK);
    assert_int_equal(again.count, 0);
    assert_int_equal(counted(&s).total, STORED);
    assert_int_equal(counted(&s).valid, STORED - 3);
    assert_int_equal(counted(&s).held, 0);
}

static struct db_revocation_job job_make(void)
{
    static const uint8_t octets[32] = {1};
    struct db_revocation_job job = {
        .selection = {.profile = "tls", .selected_at = AT},
        .total = 10,
        .digest = {octets,           32               },
        .reason = 4,
        .comment = "x",
        .created_at = AT,
        .created_by = db_sample_requester,
        .seal = {octets,           32               }
    };
    struct ca_err err = {0};

    assert_int_equal(ca_uuid_new(&job.id, &err), CA_OK);
    return job;
}

static void a_job_moves_from_where_it_stands_only(void **state)
{
    struct db_revocation_job job = job_make();
    struct db_revocation_step step = {
        .position = samples[0].certificate.id, .done = 6, .revoked = 5, .at = AT};
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_revocation_job *row;
    struct ca_err err = {0};
    bool is_new = false;

    (void)state;
    assert_int_equal(db_revocation_job_insert(signer, &job, &is_new, &err), CA_OK);
    assert_true(is_new);
    assert_int_equal(db_revocation_job_insert(signer, &job, &is_new, &err), CA_OK);
    assert_false(is_new);
    assert_int_equal(db_revocation_job_advance(signer, &job, "n", &step, &err), CA_OK);
    assert_int_equal(db_revocation_job_advance(signer, &job, "n", &step, &err), CA_CONFLICT);
    job.position = step.position;
    assert_int_equal(db_revocation_job_advance(signer, &job, "n", &step, &err), CA_CONFLICT);
    step.done = 4; /* not more than the total */
    step.revoked = 4;
    assert_int_equal(db_revocation_job_advance(signer, &job, "n", &step, &err), CA_OK);
    assert_int_equal(db_revocation_job_end(signer, &job.id, DB_REVOCATION_DONE, AT, NULL, "", &err),
                     CA_OK);
    assert_int_equal(
        db_revocation_job_end(signer, &job.id, DB_REVOCATION_CANCELLED, AT, NULL, "", &err),
        CA_CONFLICT);
    assert_int_equal(db_revocation_job_list(front, &job.id, NULL, NULL, 5, &found, &err), CA_OK);
    row = found.rows;
    assert_int_equal(found.count, 1);
    assert_int_equal(row->state, DB_REVOCATION_DONE);
    assert_int_equal(row->done, 10);
    assert_int_equal(row->revoked, 9);
    assert_string_equal(row->selection.profile, "tls");
    assert_string_equal(row->creator, "requester");
}

static void the_front_only_reads(void **state)
{
    const struct db_revocation_job job = job_make();
    struct db_revocation_step step = {.done = 1};
    struct ca_err err = {0};
    bool is_new = false;

    (void)state;
    assert_int_equal(db_revocation_job_insert(front, &job, &is_new, &err), CA_FAULT);
    assert_int_equal(db_revocation_job_advance(front, &job, "n", &step, &err), CA_FAULT);
    assert_int_equal(db_revocation_job_end(front, &job.id, DB_REVOCATION_DONE, AT, NULL, "", &err),
                     CA_FAULT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digest_is_of_the_ids_in_order),
        cmocka_unit_test(every_criterion_must_hold),
        cmocka_unit_test(more_than_wanted_are_only_counted),
        cmocka_unit_test(named_ones_are_found_by_each_name),
        cmocka_unit_test(i11_a_batch_revokes_what_is_not_revoked_and_nothing_else),
        cmocka_unit_test(a_job_moves_from_where_it_stands_only),
        cmocka_unit_test(the_front_only_reads),
    };

    return cmocka_run_group_tests(tests, start, db_fixture_end);
}
