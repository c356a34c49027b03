/* SPDX-License-Identifier: Apache-2.0 */
/* When the server renews its own certificates, and which of two chains HTTPS shows. */
#include "api/keeper.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <unistd.h>

#include "api/front_internal.h"
#include "api/scep/ra.h"
#include "api/tls_keeper.h"
#include "base/file.h"
#include "base/pem.h"
#include "base/time.h"
#include "ca/service_internal.h"
#include "tests/unit/front_fakes.h"

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S, YEARS_S = 3 * 365 * DAY_S };

struct life {
    int64_t not_before;
    int64_t not_after;
};

/* An hour at a time. `away_s`: so long the signer cannot be reached each time that one is due. */
static size_t live_through(int64_t life_s, int64_t away_s)
{
    struct life now = {0, life_s - 1};
    int64_t due_at = -1;
    size_t made = 1;

    for (int64_t at = 0; at < YEARS_S; at += HOUR_S) {
        assert_true(at >= now.not_before && at <= now.not_after); /* no lapse */
        if (!service_due(now.not_before, now.not_after, at))
            continue;
        /* The signer never refuses what the front asks for in time. */
        assert_true(service_is_old(now.not_before, now.not_after, at));
        if (due_at < 0)
            due_at = at;
        if (at < due_at + away_s)
            continue;
        assert_true(3 * (at - now.not_before) < 2 * life_s + 3 * away_s); /* two thirds */
        now = (struct life){at - HOUR_S, at - HOUR_S + life_s - 1};
        due_at = -1;
        made++;
    }
    return made;
}

static void three_years_pass_without_a_lapse(void **state)
{
    static const struct {
        int64_t life_s, away_s;
    } cases[] = {
        {365 * DAY_S, 0          }, /* RA */
        {365 * DAY_S, 100 * DAY_S},
        {90 * DAY_S,  0          }, /* HTTPS */
        {90 * DAY_S,  30 * DAY_S },
        {30 * DAY_S,  0          }, /* OCSP */
        {7 * DAY_S,   0          }, /* of a development CA */
        {7 * DAY_S,   2 * DAY_S  },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        int64_t made = (int64_t)live_through(cases[i].life_s, cases[i].away_s);

        assert_true(made <= YEARS_S / (cases[i].life_s / 2) + 1); /* and not without need */
        assert_true(made >= YEARS_S / cases[i].life_s);
    }
}

static void an_alarm_comes_after_two_thirds_and_no_sooner_than_the_renewal(void **state)
{
    const struct service_life none = {.kind = "scep-ra"};

    (void)state;
    assert_true(service_alarm(&none, 1)); /* an endpoint without any */
    for (int64_t life_s = 30; life_s < 1000; life_s += 7) {
        const struct service_life life = {.kind = "tls", .not_after = life_s};

        for (int64_t at = 0; at < life_s * 2; at++) {
            if (service_alarm(&life, at))
                assert_true(service_due(0, life_s, at) && 3 * at > 2 * life_s - 6);
            else
                assert_true(3 * at <= 2 * life_s);
        }
    }
}

static void nothing_is_due_in_its_first_half(void **state)
{
    (void)state;
    for (int64_t life_s = 10; life_s < 1000; life_s++) {
        for (int64_t at = -5; at < life_s / 2; at++) {
            assert_false(service_due(0, life_s, at));
            assert_false(service_is_old(0, life_s, at));
        }
        assert_true(service_due(0, life_s, life_s));
        assert_true(service_is_old(0, life_s, life_s));
    }
}

/* A self-signed certificate of this key that ends so much later. */
static void chain_make(EVP_PKEY *key, int serial, long ends_s, struct ca_buf *ret)
{
    X509 *cert = X509_new();
    uint8_t *der = NULL;
    int len;

    ca_buf_reset(ret);
    (void)X509_set_version(cert, X509_VERSION_3);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(cert), serial);
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
                                     (const uint8_t *)"ca.example", -1, -1, 0);
    (void)X509_set_issuer_name(cert, X509_get_subject_name(cert));
    (void)X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    (void)X509_gmtime_adj(X509_getm_notAfter(cert), ends_s);
    (void)X509_set_pubkey(cert, key);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    len = i2d_X509(cert, &der);
    assert_true(len > 0);
    ca_buf_add(ret, der, (size_t)len);
    OPENSSL_free(der);
    X509_free(cert);
}

struct shelf {
    char dir[64];
    struct hsm_key key;
    struct front front;
    struct tls_keeper *keeper;
    struct ca_buf given, newer;
    char file[160]; /* where the newer one is looked for */
};

static void shelf_start(struct shelf *s)
{
    uint8_t digest[32];
    char hex[65];
    struct ca_err err = {0};

    *s = (struct shelf){.dir = "/tmp/ca-test-keeper-XXXXXX", .key = {.key = EVP_EC_gen("P-256")}};
    assert_non_null(mkdtemp(s->dir));
    s->front.config.cache_dir = s->dir;
    s->front.config.node = "node-7";
    s->front.config.tls_key = &s->key;
    assert_int_equal(tls_keeper_new(&s->front, &s->keeper, &err), CA_OK);
    chain_make(s->key.key, 1, DAY_S, &s->given);
    chain_make(s->key.key, 2, 2 * DAY_S, &s->newer);
    assert_int_equal(EVP_Digest(s->given.ptr, s->given.len, digest, NULL, EVP_sha256(), NULL), 1);
    (void)snprintf(s->file, sizeof(s->file), "%s/tls-%.32s.pem", s->dir,
                   ca_hex((struct ca_bytes){digest, sizeof(digest)}, hex));
}

static void shelf_end(struct shelf *s)
{
    tls_keeper_free(s->keeper);
    EVP_PKEY_free(s->key.key);
    ca_buf_done(&s->given);
    ca_buf_done(&s->newer);
    (void)unlink(s->file);
    (void)rmdir(s->dir);
}

static void keep(const struct shelf *s, struct ca_bytes der)
{
    CA_AUTO(buf) struct ca_buf pem = {0};
    struct ca_err err = {0};

    pem_put(&pem, "CERTIFICATE", der);
    assert_int_equal(ca_file_replace(s->file, ca_buf_view(&pem), 0600, &err), CA_OK);
}

static bool is_shown(struct shelf *s, const struct ca_buf *given, const struct ca_buf *want)
{
    CA_AUTO(buf) struct ca_buf chosen = {0};
    struct ca_err err = {0};

    assert_int_equal(tls_keeper_choose(s->keeper, ca_buf_view(given), &chosen, &err), CA_OK);
    return ca_bytes_equal(ca_buf_view(&chosen), ca_buf_view(want));
}

static void what_was_renewed_is_shown_until_another_is_given(void **state)
{
    struct shelf s;
    CA_AUTO(buf) struct ca_buf other = {0};
    CA_AUTO(buf) struct ca_buf foreign = {0};
    EVP_PKEY *key = EVP_EC_gen("P-256");
    struct service_life life;
    int64_t ends;

    (void)state;
    shelf_start(&s);
    assert_false(tls_keeper_life(s.keeper, &life)); /* nothing was given */
    assert_true(is_shown(&s, &s.given, &s.given));  /* nothing is kept */
    assert_true(tls_keeper_life(s.keeper, &life) && strcmp(life.owner, "node-7") == 0);
    ends = life.not_after;
    keep(&s, ca_buf_view(&s.newer));
    assert_true(is_shown(&s, &s.given, &s.newer));
    assert_true(tls_keeper_life(s.keeper, &life) && life.not_after > ends);
    chain_make(s.key.key, 3, DAY_S, &other); /* somebody put it there */
    assert_true(is_shown(&s, &other, &other));
    assert_true(is_shown(&s, &s.given, &s.newer));

    chain_make(key, 4, 9 * DAY_S, &foreign);
    keep(&s, ca_buf_view(&foreign)); /* another key */
    assert_true(is_shown(&s, &s.given, &s.given));
    chain_make(s.key.key, 5, DAY_S / 2, &other);
    keep(&s, ca_buf_view(&other)); /* ends before */
    assert_true(is_shown(&s, &s.given, &s.given));
    keep(&s, ca_bytes_str("no certificate"));
    assert_true(is_shown(&s, &s.given, &s.given));
    EVP_PKEY_free(key);
    shelf_end(&s);
}

static void without_a_token_there_is_no_ra(void **state)
{
    struct front front = {.config = {.cache_dir = "/nonexistent"}};
    struct ra_keeper *none = NULL;
    const struct ra_set *set = NULL;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(ra_start(&front, &none, &err), CA_OK);
    assert_null(none);
    assert_int_equal(ra_take(none, "devices", &set, &err), CA_UNAVAILABLE);
    assert_null(set);
    ra_give(none, NULL);
    ra_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_years_pass_without_a_lapse),
        cmocka_unit_test(an_alarm_comes_after_two_thirds_and_no_sooner_than_the_renewal),
        cmocka_unit_test(nothing_is_due_in_its_first_half),
        cmocka_unit_test(what_was_renewed_is_shown_until_another_is_given),
        cmocka_unit_test(without_a_token_there_is_no_ra),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
