/* SPDX-License-Identifier: Apache-2.0 */
/* Does the time of a refusal tell what is wrong with a message? Envelopes whose RSA block is broken
 * in every way are opened with a key in a SoftHSM2 token, mixed up, and each kind is compared with
 * a block whose padding is good around another key.
 *
 *   scep_padding     (CA_BENCH_TRIES=10000)
 *
 * First as the token and CMS answer, then as a client sees it. A line for each kind: what, a tab,
 * median in microseconds, a tab, the difference of its median from that of the good ones, a tab,
 * Mann and Whitney's z of the two: beyond 4, their times differ. */
#include <math.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/scep/envelope.h"
#include "base/time.h"
#include "policy/spki.h"
#include "tests/unit/broken_block.h"
#include "tests/unit/token_support.h"

enum { TRIES = 10000, TRIES_MAX = 1000000, LIFE_S = 86400 };

struct timings {
    double *us;
    size_t n;
};

static int tries = TRIES;

/* A certificate of the token's key, by whomever: only issuer and serial are compared. */
static X509 *certificate_make(const struct hsm_key *key)
{
    CA_AUTO(evp_pkey) EVP_PKEY *issuer = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    CA_AUTO(evp_pkey) EVP_PKEY *subject = NULL;
    X509 *cert = X509_new();
    struct ca_err err = {0};
    struct spki_info info;

    test_ok(spki_read(hsm_key_spki(key), &info, &err), &err);
    test_ok(spki_info_key(&info, &subject, &err), &err);
    assert_true(X509_set_version(cert, X509_VERSION_3) == 1 &&
                ASN1_INTEGER_set(X509_get_serialNumber(cert), 4711) == 1 &&
                X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                                           (const unsigned char *)"RA", -1, -1, 0) == 1 &&
                X509_set_issuer_name(cert, X509_get_subject_name(cert)) == 1 &&
                X509_gmtime_adj(X509_getm_notBefore(cert), -LIFE_S) != NULL &&
                X509_gmtime_adj(X509_getm_notAfter(cert), LIFE_S) != NULL &&
                X509_set_pubkey(cert, subject) == 1 && X509_sign(cert, issuer, EVP_sha256()) > 0);
    return cert;
}

static void one(struct broken_envelope *e, const struct ra_set *set, enum block_kind kind,
                bool whole, struct timings *to)
{
    CA_AUTO(buf) struct ca_buf content = {0};
    struct ca_err err = {0};
    int64_t began_us;

    broken_envelope_break(e, kind);
    began_us = ca_mono_us();
    (void)!scep_envelope_open(ca_buf_view(&e->der), SCEP_AES128, set, &content, &err);
    if (whole)
        scep_unreadable_wait(began_us);
    to->us[to->n++] = (double)(ca_mono_us() - began_us);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Mann and Whitney: how far the ranks of two sorted lists are apart, in standard deviations. */
static double rank_z(const struct timings *a, const struct timings *b)
{
    double na = (double)a->n;
    double nb = (double)b->n;
    double u = 0; /* pairs in which that of `a` is longer, ties by half */
    size_t below = 0;
    size_t equal = 0;

    for (size_t i = 0; i < a->n; i++) {
        while (below < b->n && b->us[below] < a->us[i])
            below++;
        for (equal = 0; below + equal < b->n && b->us[below + equal] <= a->us[i]; equal++)
            continue;
        u += (double)below + (double)equal / 2;
    }
    return (u - na * nb / 2) / sqrt(na * nb * (na + nb + 1) / 12);
}

static void report(struct timings samples[BLOCK__COUNT], const char *as)
{
    for (int kind = 0; kind < BLOCK__COUNT; kind++)
        qsort(samples[kind].us, samples[kind].n, sizeof(double), by_size);
    for (int kind = 0; kind < BLOCK__COUNT; kind++) {
        struct timings *s = &samples[kind];
        double median = s->us[s->n / 2];

        (void)printf("%s%s\t%.1f\t%.1f\t%.2f\n", as, block_name((enum block_kind)kind), median,
                     median - samples[BLOCK_GOOD].us[samples[BLOCK_GOOD].n / 2],
                     rank_z(s, &samples[BLOCK_GOOD]));
    }
}

static void measure(struct broken_envelope *e, const struct ra_set *set, bool whole)
{
    struct timings samples[BLOCK__COUNT] = {{0}};

    for (int kind = 0; kind < BLOCK__COUNT; kind++)
        samples[kind].us = calloc((size_t)tries, sizeof(double));
    for (int i = 0; i < tries; i++) {
        uint8_t which;

        assert_int_equal(RAND_bytes(&which, 1), 1);
        one(e, set, which % BLOCK__COUNT, whole, &samples[which % BLOCK__COUNT]);
    }
    report(samples, whole ? "" : "token alone: ");
    for (int kind = 0; kind < BLOCK__COUNT; kind++)
        free(samples[kind].us);
}

static void times_of_refusals(void **state)
{
    static const char text[] =
        "what would be a PKCS#10, and is of about that length: "
        "0123456789012345678901234567890123456789012345678901234567890123456";
    static const struct ca_key_spec spec = {.kind = CA_KEY_RSA, .bits = 2048};
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    struct broken_envelope e = {.at = 0};
    CA_AUTO(buf) struct ca_buf der = {0};
    struct hsm_key *key = NULL;
    struct ca_err err = {0};
    struct ra_credential credential;
    unsigned char *octets = NULL;
    const unsigned char *at;
    X509 *own = NULL;
    X509 *cert;
    int n;

    (void)state;
    test_ok(hsm_key_generate(hsm, "ra", spec, HSM_SERVICE_KEY, &key, &err), &err);
    cert = certificate_make(key);
    n = i2d_X509(cert, &octets);
    ca_buf_add(&der, octets, (size_t)n);
    OPENSSL_free(octets);
    own = X509_new_ex(hsm_key_libctx(key), NULL);
    at = der.ptr;
    assert_non_null(d2i_X509(&own, &at, (long)der.len));
    credential = (struct ra_credential){ca_buf_view(&der), own, key};
    broken_envelope_make(&e, cert, (struct ca_bytes){(const uint8_t *)text, sizeof(text)});
    measure(&e, &(struct ra_set){&credential, 1}, false);
    measure(&e, &(struct ra_set){&credential, 1}, true);
    ca_buf_done(&e.der);
    X509_free(cert);
    X509_free(own);
    hsm_key_close(key);
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {TOKEN_TEST(times_of_refusals)};
    const char *text = getenv("CA_BENCH_TRIES");
    long asked = text != NULL ? strtol(text, NULL, 10) : TRIES;

    tries = asked >= 100 && asked <= TRIES_MAX ? (int)asked : TRIES;
    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
