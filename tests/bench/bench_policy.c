/* SPDX-License-Identifier: Apache-2.0 */
/* What policy costs a request, in microseconds, on one thread: the verdict on a request without
 * lists of known keys, which includes the lints, the lints alone, and both for a request with many
 * names. A line for each: metric<TAB>value. */
#include <stdio.h>

#include "base/file.h"
#include "base/time.h"
#include "policy/judge.h"
#include "policy/lint.h"

enum { NOW = 1795000000, DAY = 86400, ROUNDS = 20000, NAMES = 100 };

static const uint8_t issuer_name[] = {0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06,
                                      0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 'R'};
static const uint8_t issuer_key_id[20] = {1, 2, 3};
static const uint8_t serial[20] = {0x5a, 1, 2, 3};
static const struct issuer issuer = {
    .subject = {issuer_name,   sizeof(issuer_name)  },
    .key_id = {issuer_key_id, sizeof(issuer_key_id)},
    .signature = CA_SIG_ECDSA_SHA256,
    .not_before = NOW - 365LL * DAY,
    .not_after = NOW + 3650LL * DAY,
    .path_length = -1,
    .crl_url = "http://ca.example.org/crl/issuing.crl",
    .aia_url = "http://ca.example.org/aia/issuing.cer",
    .ocsp_url = "http://ca.example.org/ocsp/issuing"
};

static CA_RC judge_loop(const struct judge_input *in, double *ret_us, struct ca_err *err)
{
    int64_t start = ca_mono_us();

    for (int i = 0; i < ROUNDS; i++) {
        CA_AUTO(verdict) struct verdict *v = NULL;

        CA_TRY(judge_request(in, &v, err));
        if (v->outcome != OUTCOME_ISSUE)
            return CA_FAIL(err, CA_DENIED, "%s", v->findings[0].text);
    }
    *ret_us = (double)(ca_mono_us() - start) / ROUNDS;
    return CA_OK;
}

static CA_RC lint_loop(const struct judge_input *in, double *ret_us, struct ca_err *err)
{
    static struct verdict found;
    CA_AUTO(verdict) struct verdict *v = NULL;
    CA_AUTO(buf) struct ca_buf tbs = {0};
    struct cert cert;
    int64_t start;

    CA_TRY(judge_request(in, &v, err));
    CA_TRY(plan_tbs(v->plan, (struct ca_bytes){serial, sizeof(serial)}, &tbs, err));
    CA_TRY(cert_read_tbs(ca_buf_view(&tbs), &cert, err));
    start = ca_mono_us();
    for (int i = 0; i < ROUNDS; i++) {
        found.outcome = OUTCOME_ISSUE;
        found.finding_n = 0;
        CA_TRY(lint_tbs(&cert, in->issuer, &found, err));
    }
    *ret_us = (double)(ca_mono_us() - start) / ROUNDS;
    return found.outcome == OUTCOME_ISSUE ? CA_OK : CA_FAIL(err, CA_DENIED, "a lint refuses");
}

static CA_RC measure(const char *what, const struct judge_input *in, struct ca_err *err)
{
    double judge_us = 0;
    double lint_us = 0;

    CA_TRY(judge_loop(in, &judge_us, err));
    CA_TRY(lint_loop(in, &lint_us, err));
    printf("%s, evaluation and lints\t%.2f\n", what, judge_us);
    printf("%s, lints alone\t%.2f\n", what, lint_us);
    return CA_OK;
}

static CA_RC csr_load(const char *file, struct csr **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    char path[1024];

    CA_TRY(ca_path_join(path, sizeof(path), CA_TEST_DATA "/csr", file, err));
    CA_TRY(ca_file_read(path, &der, err));
    return csr_parse(ca_buf_view(&der), ret, err);
}

static CA_RC bench(const struct profile_set *set, struct ca_err *err)
{
    static char texts[NAMES][32];
    static struct san sans[NAMES];
    struct wish wish = {.sans = sans, .san_n = NAMES, .path_length = -1};
    CA_AUTO(csr) struct csr *ec = NULL;
    CA_AUTO(csr) struct csr *rsa = NULL;
    struct judge_input in = {.issuer = &issuer, .now = NOW};

    CA_TRY(csr_load("p256.der", &ec, err));
    CA_TRY(csr_load("rsa2048.der", &rsa, err));
    CA_TRY(profile_set_find(set, "https-rsa", &in.profile, err));
    in.csr = rsa;
    CA_TRY(measure("RSA-2048", &in, err));
    CA_TRY(profile_set_find(set, "https-ecc", &in.profile, err));
    in.csr = ec;
    CA_TRY(measure("P-256", &in, err));
    for (size_t i = 0; i < NAMES; i++) {
        int n = i == 0 ? snprintf(texts[i], sizeof(texts[i]), "www.example.org")
                       : snprintf(texts[i], sizeof(texts[i]), "host%zu.example.org", i);

        sans[i] = (struct san){
            SAN_DNS, {(const uint8_t *)texts[i], (size_t)n}
        };
    }
    in.wish = &wish;
    return measure("P-256 with 100 names", &in, err);
}

int main(void)
{
    CA_AUTO(profile_set) struct profile_set *set = NULL;
    struct ca_err err = {0};

    if (profile_set_new(&set, &err) == CA_OK && bench(set, &err) == CA_OK)
        return 0;
    (void)fprintf(stderr, "%s\n", err.text);
    return 1;
}
