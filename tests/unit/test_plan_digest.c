/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdio.h>

#include "base/der.h"
#include "base/role.h"
#include "policy/judge.h"
#include "tests/unit/judge_support.h"

/* Approvals are bound to the digest of a plan (I10): whatever is changed afterwards, the digest is
 * another one, or nothing would be issued at all. */

enum { CHANGES = 10000, CSRS = 24 };

#define YAML                                                                                       \
    "name: %s\ndescription: \"%s\"\nkey: {allow: [\"ec:P-256\"], reuse: %s}\n"                     \
    "signature: {allow: [sha256, sha384, sha512]}\n"                                               \
    "validity: {default: %ud, max: 3000d, backdate: %us}\n"                                        \
    "key_usage: {bits: [digital_signature]}\nauthority_key_identifier: key_id\n"                   \
    "subject_key_identifier: hash\n"                                                               \
    "subject: {attributes: {common_name: {use: required}, organization: {use: optional}, "         \
    "organizational_unit: {use: optional, max: 3}}}\n"                                             \
    "subject_alt_name: {use: optional, dns: {allow: true}, ip: {allow: true}}\n"                   \
    "approvals: {steps: [{count: %u, role: officer}]}\n"

/* All that a vote is on, in a form that a few lines can change. */
struct asked {
    char name[32], description[64], reuse[16];
    unsigned default_days, backdate, approvers;
    unsigned csr;
    char cn[64], organization[64], unit[64];
    char dns[64];
    uint8_t ip[4];
    int64_t validity_s, not_after;
    char digest[8];
    char requester[32], reason[64];
};

static const struct asked first = {
    .name = "t",
    .description = "one",
    .reuse = "never",
    .default_days = 90,
    .backdate = 60,
    .approvers = 2,
    .cn = "www.example.org",
    .organization = "Acme",
    .unit = "Web",
    .dns = "www.example.org",
    .ip = {192, 0, 2, 1},
    .validity_s = 30LL * DAY,
    .digest = "sha256",
    .requester = "anna",
    .reason = "new host"
};

static struct csr *csrs[CSRS];

/* xorshift: the same changes on every machine. */
static uint64_t seed = 0x9e3779b97f4a7c15ULL;

static uint64_t random_below(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % n;
}

static void change_text(char *text, size_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    size_t n = strlen(text);
    size_t at = random_below(n);
    char was = text[at];

    if (random_below(3) == 0 && n + 1 < size) { /* longer by one */
        text[n] = letters[random_below(26)];
        text[n + 1] = '\0';
        return;
    }
    while (text[at] == was)
        text[at] = letters[random_below(26)];
}

static void change_name(struct asked *a)
{
    change_text(a->name, sizeof(a->name));
}
static void change_description(struct asked *a)
{
    change_text(a->description, sizeof(a->description));
}
static void change_default(struct asked *a)
{
    a->default_days += 1 + (unsigned)random_below(800);
}
static void change_backdate(struct asked *a)
{
    a->backdate += 1 + (unsigned)random_below(3600);
}
static void change_approvers(struct asked *a)
{
    a->approvers = 1 + 2 * (unsigned)random_below(2);
}
static void change_csr(struct asked *a)
{
    a->csr = 1 + (unsigned)random_below(CSRS - 1);
}
static void change_cn(struct asked *a)
{
    change_text(a->cn, sizeof(a->cn));
}
static void change_organization(struct asked *a)
{
    change_text(a->organization, sizeof(a->organization));
}
static void change_unit(struct asked *a)
{
    change_text(a->unit, sizeof(a->unit));
}
static void change_dns(struct asked *a)
{
    change_text(a->dns, sizeof(a->dns));
}
static void change_ip(struct asked *a)
{
    a->ip[random_below(4)] ^= (uint8_t)(1U << random_below(8));
}
static void change_validity(struct asked *a)
{
    a->validity_s += 1 + (int64_t)random_below(300LL * DAY);
}
static void change_end(struct asked *a)
{
    a->not_after = NOW + 1 + (int64_t)random_below(300LL * DAY);
}
static void change_digest(struct asked *a)
{
    (void)snprintf(a->digest, sizeof(a->digest), random_below(2) == 0 ? "sha384" : "sha512");
}
static void change_requester(struct asked *a)
{
    change_text(a->requester, sizeof(a->requester));
}
static void change_reason(struct asked *a)
{
    change_text(a->reason, sizeof(a->reason));
}
/* What leaves one part and enters the next must not cancel out. */
static void move_letters(struct asked *a)
{
    (void)snprintf(a->requester, sizeof(a->requester), "ann");
    (void)snprintf(a->reason, sizeof(a->reason), "anew host");
}

static void (*const changes[])(struct asked *a) = {
    change_name,   change_description,  change_default, change_backdate, change_approvers,
    change_csr,    change_cn,           change_unit,    change_dns,      change_ip,
    change_end,    change_organization, change_digest,  change_validity, change_requester,
    change_reason, move_letters,
};

struct verdict_of {
    struct profile *profile;
    struct verdict *verdict;
};

static struct verdict_of ask(const struct asked *a)
{
    const struct name_value subject[] = {
        {NAME_O,  DER_UTF8_STRING, ca_bytes_str(a->organization)},
        {NAME_OU, DER_UTF8_STRING, ca_bytes_str(a->unit)        },
        {NAME_CN, DER_UTF8_STRING, ca_bytes_str(a->cn)          },
    };
    const struct san sans[] = {
        {SAN_DNS, ca_bytes_str(a->dns)  },
        {SAN_IP,  {a->ip, sizeof(a->ip)}},
    };
    const struct wish wish = {.subject = subject,
                              .subject_n = CA_COUNT(subject),
                              .sans = sans,
                              .san_n = CA_COUNT(sans),
                              .not_after = a->not_after,
                              .validity_s = a->validity_s,
                              .digest = a->digest,
                              .path_length = -1};
    const struct requester who = {
        .name = a->requester, .roles = CA_REQUESTER, .channel = "rest", .reason = a->reason};
    struct issuer issuer = issuer_of(&root_ec);
    struct verdict_of ret;
    char yaml[1500];

    (void)snprintf(yaml, sizeof(yaml), YAML, a->name, a->description, a->reuse, a->default_days,
                   a->backdate, a->approvers);
    ret.profile = profile_of(yaml);
    ret.verdict = judge(&(struct judge_input){.profile = ret.profile,
                                              .issuer = &issuer,
                                              .csr = csrs[a->csr],
                                              .wish = &wish,
                                              .now = NOW,
                                              .requester = &who});
    return ret;
}

static void verdict_of_free(struct verdict_of *v)
{
    verdict_free(v->verdict);
    profile_free(v->profile);
}

static void i10_every_change_has_another_digest(void **state)
{
    struct verdict_of base = ask(&first);
    struct verdict_of again = ask(&first);
    size_t issued = 0;

    (void)state;
    show(base.verdict);
    assert_int_equal(base.verdict->outcome, OUTCOME_WAIT);
    assert_true(ca_bytes_equal(plan_digest(base.verdict->plan), plan_digest(again.verdict->plan)));
    for (size_t i = 0; i < CHANGES; i++) {
        struct asked a = first;
        struct verdict_of v;

        changes[i % CA_COUNT(changes)](&a);
        if (random_below(4) == 0) /* and sometimes something else as well */
            changes[random_below(CA_COUNT(changes))](&a);
        if (memcmp(&a, &first, sizeof(a)) == 0)
            continue;
        v = ask(&a);
        issued += v.verdict->plan != NULL ? 1 : 0;
        if (v.verdict->plan != NULL &&
            ca_bytes_equal(plan_digest(v.verdict->plan), plan_digest(base.verdict->plan)))
            fail_msg("change %zu of kind %zu has the same digest", i, i % CA_COUNT(changes));
        verdict_of_free(&v);
    }
    assert_true(issued > CHANGES * 9 / 10); /* the digest told them apart, not a refusal */
    verdict_of_free(&base);
    verdict_of_free(&again);
}

/* The hour of issuance is not in it: votes hold until they expire. */
static void i10_the_hour_is_no_change(void **state)
{
    const struct profile *p = profile("approved");
    struct issuer issuer = issuer_of(&root_ec);
    struct judge_input in = {.profile = p, .issuer = &issuer, .csr = csrs[0], .now = NOW};
    static const struct san sans[] = {SAN(SAN_DNS, "a.example.org")};
    const struct wish wish = {.sans = sans, .san_n = 1, .path_length = -1};
    CA_AUTO(verdict) struct verdict *a = NULL;
    CA_AUTO(verdict) struct verdict *b = NULL;

    (void)state;
    in.wish = &wish;
    a = judge(&in);
    in.now += 3LL * DAY + 17;
    b = judge(&in);
    show(a);
    assert_int_equal(a->outcome, OUTCOME_WAIT);
    assert_true(ca_bytes_equal(plan_digest(a->plan), plan_digest(b->plan)));
}

static int setup(void **state)
{
    int rc = group_setup(state);

    for (size_t i = 0; i < CSRS; i++)
        csrs[i] = csr_with("O=Acme", NULL);
    return rc;
}

static int teardown(void **state)
{
    for (size_t i = 0; i < CSRS; i++)
        csr_free(csrs[i]);
    return group_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i10_every_change_has_another_digest),
        cmocka_unit_test(i10_the_hour_is_no_change),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
