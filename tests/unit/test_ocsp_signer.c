/* SPDX-License-Identifier: Apache-2.0 */
/* Delegated signers: made at the first need, renewed, and their keys destroyed. */
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>

#include "base/time.h"
#include "ca/ocsp_signer_internal.h"
#include "tests/unit/ocsp_support.h"

enum { DAY = 86400, YEARS_3 = 3 * 365 };

/* The wall clock (linked with --wrap). */
static _Atomic int64_t ahead_s;
int64_t __real_ca_time_now(void);
int64_t __wrap_ca_time_now(void);
int64_t __wrap_ca_time_now(void)
{
    return __real_ca_time_now() + ahead_s;
}

/* A clock that jumps stops signing; one that is found elsewhere at a start does not. */
static void restart_later(struct shop *s, int64_t seconds)
{
    test_signer_stop(&s->t);
    ahead_s += seconds;
    test_signer_again(&s->t);
}

static enum ca_rc ask_one(struct shop *s, struct ca_err *err)
{
    const uint8_t serial[] = {1, 2, 3};
    const struct wire_ocsp_id id = {
        {serial, sizeof(serial)}
    };
    const struct wire_ocsp_sign ask = shop_ask("root", &id, 1);

    return shop_sign(s, &ask, err);
}

static void good(struct shop *s, const char *root)
{
    const struct ca_bytes serial = serial_of(X509_get0_serialNumber(s->subs[0]));
    const struct wire_ocsp_id id = {serial};
    const struct wire_ocsp_sign ask = shop_ask(root, &id, 1);
    OCSP_BASICRESP *basic;
    struct ca_err err = {0};

    test_ok(shop_sign(s, &ask, &err), &err);
    basic = shop_basic(s, 0);
    assert_int_equal(
        shop_find(basic, EVP_sha1(), s->root, X509_get0_serialNumber(s->subs[0])).status,
        V_OCSP_CERTSTATUS_GOOD);
    OCSP_BASICRESP_free(basic);
    free((void *)(uintptr_t)serial.ptr);
}

static int64_t signers(struct shop *s)
{
    return postgres_number(s->t.pg, "SELECT count(*) FROM ca.service_certificate");
}

static int64_t lines(struct shop *s, const char *action)
{
    char sql[160];

    (void)snprintf(sql, sizeof(sql),
                   "SELECT count(*) FROM ca.audit WHERE action = '%s' AND outcome = 'ok'", action);
    return postgres_number(s->t.pg, sql);
}

static X509 *signer_certificate(const struct shop *s)
{
    OCSP_BASICRESP *basic = shop_basic(s, 0);
    const STACK_OF(X509) *certs = OCSP_resp_get0_certs(basic);
    X509 *ret;

    assert_int_equal(sk_X509_num(certs), 1);
    ret = X509_dup(sk_X509_value(certs, 0));
    OCSP_BASICRESP_free(basic);
    return ret;
}

static void a_signer_is_made_at_the_first_need(void **state)
{
    static const struct {
        const char *root, *key;
        int kind, bits;
    } cases[] = {
        {"p384-root", "ec:P-384", EVP_PKEY_EC,  256 },
        {"rsa-root",  "rsa:3072", EVP_PKEY_RSA, 2048},
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct shop s;

        test_note(cases[i].root);
        shop_open(&s, cases[i].root, cases[i].key, 2);
        ocsp_upkeep(s.t.s);
        assert_int_equal(signers(&s), 0); /* nobody asked */
        good(&s, cases[i].root);
        good(&s, cases[i].root);
        assert_int_equal(signers(&s), 1);
        assert_int_equal(lines(&s, "ocsp.key"), 1);
        assert_int_equal(lines(&s, "ocsp.signer"), 1);
        {
            X509 *x = signer_certificate(&s);
            int64_t life = postgres_number(
                s.t.pg, "SELECT not_after - not_before + 1 FROM ca.service_certificate");

            assert_int_equal(X509_get_extended_key_usage(x), XKU_OCSP_SIGN);
            assert_int_equal(X509_get_key_usage(x), KU_DIGITAL_SIGNATURE);
            assert_true(X509_get_ext_by_NID(x, NID_id_pkix_OCSP_noCheck, -1) >= 0);
            assert_int_equal(EVP_PKEY_get_base_id(X509_get0_pubkey(x)), cases[i].kind);
            assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(x)), cases[i].bits);
            assert_int_equal(life, 30 * DAY);
            X509_free(x);
        }
        restart_later(&s, 0);
        good(&s, cases[i].root); /* the one that is there */
        assert_int_equal(signers(&s), 1);
        shop_close(&s);
    }
}

struct asker {
    struct shop shop;
    pthread_t thread;
    enum ca_rc rc;
    struct ca_err err;
};

static void *asker_run(void *arg)
{
    struct asker *a = arg;

    a->rc = ask_one(&a->shop, &a->err);
    return NULL;
}

static void many_first_questions_make_one_signer(void **state)
{
    enum { N = 8 };
    static struct asker askers[N];
    struct shop s;

    (void)state;
    shop_open(&s, "root", "ec:P-256", 2);
    for (int i = 0; i < N; i++) {
        askers[i] = (struct asker){.shop = {.t = s.t}};
        assert_int_equal(pthread_create(&askers[i].thread, NULL, asker_run, &askers[i]), 0);
    }
    for (int i = 0; i < N; i++) {
        assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
        test_ok(askers[i].rc, &askers[i].err);
        ca_buf_done(&askers[i].shop.own);
    }
    assert_int_equal(signers(&s), 1);
    shop_close(&s);
}

static void an_authority_may_sign_itself(void **state)
{
    OCSP_BASICRESP *basic;
    struct shop s;

    (void)state;
    shop_open(&s, "root", "ec:P-256", 2);
    s.t.config.ocsp_ca_signs = true;
    restart_later(&s, 0);
    good(&s, "root");
    basic = shop_basic(&s, 0);
    assert_true(sk_X509_num(OCSP_resp_get0_certs(basic)) <= 0);
    OCSP_BASICRESP_free(basic);
    ocsp_upkeep(s.t.s);
    assert_int_equal(signers(&s), 0);
    shop_close(&s);
}

/* Every day somebody looks, or only every fifth: no certificate is older than two thirds of its
 * life, none lapses, and an authority that ends gets no signer after signer. */
static void three_years_pass_without_a_lapse(void **state)
{
    enum { LIFE = 30 * DAY };

    (void)state;
    for (int every = 1; every <= 5; every++) {
        const int64_t end = (int64_t)YEARS_3 * DAY;
        int64_t from = 0;
        int64_t to = LIFE;
        int made = 1;

        for (int64_t now = 0; now < end; now += every * DAY) {
            assert_true(now < to);
            if (ocsp_signer_due(from, to, end, now)) {
                from = now;
                to = now + LIFE < end ? now + LIFE : end;
                made++;
            }
            assert_true(to == end || now - from <= LIFE * 2 / 3);
        }
        assert_in_range(made, YEARS_3 / 20, YEARS_3 / 15 + 1);
    }
}

static void a_key_stays_until_its_answers_have_ended(void **state)
{
    enum { HOUR = 3600, VALIDITY = 8 * HOUR, NEXT = 1000 * DAY };
    const struct db_service row = {.not_after = NEXT + 10 * DAY};

    (void)state;
    assert_false(ocsp_key_over(&row, NEXT, VALIDITY, NEXT));
    assert_false(ocsp_key_over(&row, NEXT, VALIDITY, NEXT + VALIDITY));
    assert_false(ocsp_key_over(&row, NEXT, VALIDITY, NEXT + VALIDITY + HOUR));
    assert_true(ocsp_key_over(&row, NEXT, VALIDITY, NEXT + VALIDITY + HOUR + 1));
    assert_true(ocsp_key_over(&row, NEXT + 20 * DAY, VALIDITY, NEXT + 10 * DAY + 1));
}

static bool key_is_there(struct shop *s, const char *which)
{
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    struct ca_err err = {0};
    char sql[128];
    char *label;
    enum ca_rc rc;

    (void)snprintf(sql, sizeof(sql),
                   "SELECT key_label FROM ca.service_certificate ORDER BY id %s LIMIT 1", which);
    label = postgres_sql(s->t.pg, sql);
    rc = hsm_key_open(s->t.hsm, label, &key, &err);
    free(label);
    return rc == CA_OK;
}

static void half_of_its_life_later_the_next_one_follows(void **state)
{
    struct shop s;

    (void)state;
    shop_open(&s, "root", "ec:P-256", 2);
    good(&s, "root");
    restart_later(&s, 14 * DAY);
    ocsp_upkeep(s.t.s);
    assert_int_equal(signers(&s), 1); /* too early */
    restart_later(&s, 2 * DAY);
    good(&s, "root"); /* the old one signs as long as it can */
    ocsp_upkeep(s.t.s);
    assert_int_equal(signers(&s), 2);
    good(&s, "root");
    assert_true(key_is_there(&s, "ASC")); /* answers of the old one are about */
    ocsp_upkeep(s.t.s);
    assert_true(key_is_there(&s, "ASC"));
    restart_later(&s, DAY);
    good(&s, "root");
    ocsp_upkeep(s.t.s);
    assert_false(key_is_there(&s, "ASC"));
    assert_true(key_is_there(&s, "DESC"));
    assert_int_equal(lines(&s, "ocsp.retire"), 1);
    good(&s, "root");

    for (int i = 0; i < 8; i++) { /* half a year */
        restart_later(&s, 20 * DAY);
        good(&s, "root");
        ocsp_upkeep(s.t.s); /* makes the next one */
        ocsp_upkeep(s.t.s); /* destroys keys that are over */
    }
    assert_int_equal(signers(&s), 10);
    assert_int_equal(lines(&s, "ocsp.key"), 10);
    assert_int_equal(lines(&s, "ocsp.retire"), 8); /* the last one's predecessor is still there */

    restart_later(&s, 100 * DAY); /* nobody was there in time */
    good(&s, "root");
    assert_int_equal(signers(&s), 11);
    ocsp_upkeep(s.t.s);
    assert_int_equal(lines(&s, "ocsp.retire"), 10);
    shop_close(&s);
}

static void no_answer_outlives_who_signed_it(void **state)
{
    enum { HOUR = 3600 };
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256", 1);
    good(&s, "root");
    assert_int_equal(s.got.answers[0].next_update, s.got.answers[0].this_update + 8 * HOUR);
    /* Nobody makes the next one meanwhile. */
    free(postgres_sql(s.t.pg, "INSERT INTO ca.lease VALUES ('ocsp:root', 'node-2', 99999999999) "
                              "ON CONFLICT (name) DO UPDATE SET node = excluded.node, "
                              "expires_at = excluded.expires_at"));
    restart_later(&s, 30 * DAY - 5 * HOUR);
    good(&s, "root");
    assert_int_equal(signers(&s), 1);
    assert_int_equal(s.got.answers[0].next_update,
                     postgres_number(s.t.pg, "SELECT not_after FROM ca.service_certificate"));
    ahead_s += HOUR / 2; /* without anybody who looked */
    test_refused(ask_one(&s, &err), &err, CA_UNAVAILABLE, "clock-jumped", "the clock jumped by");
    shop_close(&s);
}

static void another_node_is_not_raced(void **state)
{
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256", 2);
    free(postgres_sql(s.t.pg, "INSERT INTO ca.lease VALUES ('ocsp:root', 'node-2', 99999999999)"));
    test_refused(ask_one(&s, &err), &err, CA_UNAVAILABLE, "", "another node makes it");
    test_refused(ask_one(&s, &err), &err, CA_UNAVAILABLE, "",
                 "authority 'root' has no OCSP signer");
    assert_int_equal(signers(&s), 0);
    free(postgres_sql(s.t.pg, "DELETE FROM ca.lease"));
    restart_later(&s, 0);
    good(&s, "root");
    shop_close(&s);
}

/* What another node made is taken over; what is revoked or is not what it says signs nothing. */
static void a_signer_that_does_not_hold_is_replaced(void **state)
{
    static const char *const wrongs[] = {
        "UPDATE ca.certificate SET state = 'revoked', revoked_at = 1 WHERE profile = 'ocsp-signer'",
        "UPDATE ca.service_certificate SET key_label = 'ca-root'",
        "UPDATE ca.service_certificate SET key_label = 'none'",
        ("UPDATE ca.service_certificate SET certificate = (SELECT der FROM ca.certificate "
         "WHERE common_name = 'sub-1')"),
    };
    struct shop s;

    (void)state;
    shop_open(&s, "root", "ec:P-256", 2);
    good(&s, "root");
    for (size_t i = 0; i < CA_COUNT(wrongs); i++) {
        test_note(wrongs[i]);
        free(postgres_sql(s.t.pg, wrongs[i]));
        if (i == 0) {
            ocsp_upkeep(s.t.s); /* within a minute, and the next one when somebody asks */
            assert_int_equal(signers(&s), 1);
        } else {
            restart_later(&s, 0);
        }
        good(&s, "root");
        assert_int_equal(signers(&s), 2 + i);
    }
    shop_close(&s);
}

/* A try that failed leaves no second key: the next one takes the one that is there. */
static void a_try_that_failed_goes_on_with_its_key(void **state)
{
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256", 2);
    free(postgres_sql(s.t.pg, "ALTER TABLE ca.service_certificate ADD CONSTRAINT never "
                              "CHECK (false) NOT VALID"));
    test_refused(ask_one(&s, &err), &err, CA_UNAVAILABLE, "", "has no OCSP signer");
    assert_int_equal(lines(&s, "ocsp.key"), 1);
    assert_int_equal(lines(&s, "ocsp.signer"), 0);
    test_refused(ask_one(&s, &err), &err, CA_UNAVAILABLE, "", "has no OCSP signer");
    assert_int_equal(postgres_number(s.t.pg, "SELECT count(*) FROM ca.certificate WHERE profile = "
                                             "'ocsp-signer'"),
                     1); /* not tried again at once */
    free(postgres_sql(s.t.pg, "ALTER TABLE ca.service_certificate DROP CONSTRAINT never"));
    restart_later(&s, 0);
    good(&s, "root");
    assert_int_equal(lines(&s, "ocsp.key"), 1);
    shop_close(&s);
}

static void without_its_token_nothing_is_signed(void **state)
{
    struct hsm *hsm;
    struct shop s;
    struct ca_err err = {0};

    (void)state;
    shop_open(&s, "root", "ec:P-256", 2);
    good(&s, "root");
    hsm = s.t.config.hsm;
    s.t.config.hsm = NULL;
    s.t.config.token_reason = "the token is in the safe";
    restart_later(&s, 0);
    test_refused(ask_one(&s, &err), &err, CA_UNAVAILABLE, "token-offline", "in the safe");
    ocsp_upkeep(s.t.s);
    s.t.config.hsm = hsm;
    restart_later(&s, 0);
    good(&s, "root");
    assert_int_equal(signers(&s), 1);
    shop_close(&s);
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {
        TOKEN_TEST(a_signer_is_made_at_the_first_need),
        TOKEN_TEST(many_first_questions_make_one_signer),
        TOKEN_TEST(an_authority_may_sign_itself),
        TOKEN_TEST(three_years_pass_without_a_lapse),
        TOKEN_TEST(a_key_stays_until_its_answers_have_ended),
        TOKEN_TEST(half_of_its_life_later_the_next_one_follows),
        TOKEN_TEST(no_answer_outlives_who_signed_it),
        TOKEN_TEST(another_node_is_not_raced),
        TOKEN_TEST(a_signer_that_does_not_hold_is_replaced),
        TOKEN_TEST(a_try_that_failed_goes_on_with_its_key),
        TOKEN_TEST(without_its_token_nothing_is_signed),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
