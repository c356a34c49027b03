/* SPDX-License-Identifier: Apache-2.0 */
/* I10 as a property: whatever becomes of a request on record between consent and signature, nothing
 * else is signed. What is drawn is drawn from a fixed seed, so that a failure comes again. */
#include <stdio.h>

#include <openssl/x509.h>

#include "base/time.h"
#include "ca/issuance_internal.h"
#include "tests/unit/approval_support.h"

enum { CHANGES = 10000, CSRS = 16, DAY_S = 86400, CSR_MAX = 1024 };

static uint64_t state_of_chance = 20261121;

/* splitmix64 */
static uint32_t chance(uint32_t below)
{
    uint64_t z = state_of_chance += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (uint32_t)((z ^ (z >> 31)) % below);
}

/* Sound requests of other keys. */
static struct {
    uint8_t octets[CSR_MAX];
    size_t len;
} others[CSRS];

static void others_make(void)
{
    for (size_t i = 0; i < CSRS; i++) {
        EVP_PKEY *key = EVP_EC_gen("P-256");
        X509_REQ *req = X509_REQ_new();
        uint8_t *at = others[i].octets;

        (void)X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(req), "CN", MBSTRING_UTF8,
                                         (const uint8_t *)"www.example.org", -1, -1, 0);
        (void)X509_REQ_set_pubkey(req, key);
        assert_true(X509_REQ_sign(req, key, EVP_sha256()) > 0);
        assert_in_range(i2d_X509_REQ(req, NULL), 1, CSR_MAX);
        others[i].len = (size_t)i2d_X509_REQ(req, &at);
        X509_REQ_free(req);
        EVP_PKEY_free(key);
    }
}

/* A request on record, and what one change makes of it. */
struct changed {
    struct wire_issue ask;
    struct wire_pair pair;
    char text[64];
    uint8_t csr[CSR_MAX];
    size_t csr_len;
};

static void csr_octet(struct changed *c)
{
    c->csr[chance((uint32_t)c->csr_len)] ^= (uint8_t)(1U << chance(8));
}

static void csr_cut(struct changed *c)
{
    c->csr_len = chance((uint32_t)c->csr_len);
}

static void csr_other(struct changed *c)
{
    size_t i = chance(CSRS);

    memcpy(c->csr, others[i].octets, others[i].len);
    c->csr_len = others[i].len;
}

static void profile_other(struct changed *c)
{
    static const char *const names[] = {"https-ecc", "device", "client", "code-signing",
                                        "operator",  "subca",  "root",   "nothing"};

    c->ask.profile = names[chance(CA_COUNT(names))];
}

static void validity_other(struct changed *c)
{
    int64_t days = 1 + (int64_t)chance(400);

    c->ask.validity_s = (days == 90 ? 91 : days) * DAY_S;
}

static void end_other(struct changed *c)
{
    c->ask.not_after = ca_time_now() + 3600 + (int64_t)chance(80 * DAY_S);
}

static void subject_other(struct changed *c)
{
    static const char *const types[] = {"common_name", "organization", "country", "serial_number"};

    (void)snprintf(c->text, sizeof(c->text), "x%u.example.org", chance(1000000));
    c->pair = (struct wire_pair){types[chance(CA_COUNT(types))], c->text};
    c->ask.subject_given = true;
    c->ask.subject = &c->pair;
    c->ask.subject_n = 1;
}

static void name_other(struct changed *c)
{
    bool is_ip = chance(4) == 0;

    if (is_ip)
        (void)snprintf(c->text, sizeof(c->text), "192.0.2.%u", chance(256));
    else
        (void)snprintf(c->text, sizeof(c->text), "%cww.example%u.org", 'a' + (char)chance(26),
                       chance(10000));
    c->pair = (struct wire_pair){is_ip ? "ip" : "dns", c->text};
    c->ask.sans = &c->pair;
    c->ask.sans_n = 1;
}

static const struct {
    const char *what;
    void (*change)(struct changed *c);
    bool always; /* it never leaves the certificate as it was */
} changes[] = {
    {"an octet of the CSR", csr_octet,      false},
    {"the CSR, cut",        csr_cut,        true },
    {"the CSR of another",  csr_other,      true },
    {"the profile",         profile_other,  true },
    {"the validity",        validity_other, true },
    {"the end",             end_other,      true },
    {"the subject",         subject_other,  false},
    {"the name",            name_other,     true },
};

/* As a start or the upkeep does it, up to the moment before anything is written. */
static CA_RC go_on(struct office *o, const struct db_request *row, struct issuance **ret,
                   struct ca_err *err)
{
    CA_TRY(issuance_resume(o->t.s, row, ret, err));
    CA_TRY(issuance_admit(*ret, err));
    return issuance_intend(*ret, err);
}

static void change_fails(struct office *o, const struct db_request *row, size_t kind)
{
    struct changed c = {.csr_len = row->csr.len};
    struct db_request altered = *row;
    CA_AUTO(wire_message) struct wire_message *asked = NULL;
    CA_AUTO(issuance) struct issuance *i = NULL;
    CA_AUTO(buf) struct ca_buf overrides = {0};
    struct wire_header header;
    struct ca_err err = {0};
    enum ca_rc rc;

    test_ok(wire_header_read(row->overrides.ptr, &header, &err), &err);
    test_ok(wire_decode(&header,
                        (struct ca_bytes){row->overrides.ptr + WIRE_HEADER_LEN,
                                          row->overrides.len - WIRE_HEADER_LEN},
                        &asked, &err),
            &err);
    c.ask = *(const struct wire_issue *)asked->body;
    memcpy(c.csr, row->csr.ptr, row->csr.len);
    changes[kind].change(&c);
    test_ok(wire_encode(WIRE_ISSUE, 0, &c.ask, &overrides, &err), &err);
    altered.overrides = ca_buf_view(&overrides);
    altered.csr = (struct ca_bytes){c.csr, c.csr_len};
    rc = go_on(o, &altered, &i, &err);
    if (rc == CA_OK && !changes[kind].always) /* what profile and CSR leave out may change */
        assert_true(ca_bytes_equal(plan_digest(i->verdict->plan), row->plan_digest));
    else if (rc != CA_DENIED && rc != CA_MALFORMED && rc != CA_NOT_FOUND)
        fail_msg("%s was changed, and the answer is %d: %s", changes[kind].what, (int)rc, err.text);
}

static void i10_ten_thousand_changes_after_consent_are_refused(void **state)
{
    struct office o;
    CA_AUTO(db) struct db *db = NULL;
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(issuance) struct issuance *i = NULL;
    struct said asked;
    struct said said;
    struct ca_err err = {0};

    (void)state;
    others_make();
    office_start(&o);
    asked = office_request(&o, ALICE, "k", "www.example.org");
    said = office_decide(&o, OFFICER1, &asked, true, "");
    said = office_decide(&o, OFFICER2, &asked, true, "");
    test_ok(said.rc, &said.err);
    assert_string_equal(said.state, "done");
    /* Back to the moment before; in flight, so that the upkeep leaves it alone. */
    office_sql(&o,
               "DELETE FROM ca.certificate WHERE request_id = '%s'; UPDATE ca.request SET state = "
               "'issuing', certificate_id = NULL, serial = NULL WHERE id = '%s'; UPDATE "
               "ca.approval SET state = 'approved', result = '' WHERE id = '%s'",
               &asked);
    test_ok(db_open(&o.t.db, &db, &err), &err);
    test_ok(db_request_by_id(db, &asked.id, &found, &err), &err);
    test_ok(go_on(&o, found.rows, &i, &err), &err); /* as it was agreed to, it goes on */
    for (size_t n = 0; n < CHANGES; n++)
        change_fails(&o, found.rows, n % CA_COUNT(changes));
    issuance_free(i);
    i = NULL;
    test_ok(go_on(&o, found.rows, &i, &err), &err); /* and still does */
    office_done(&o);
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {
        TOKEN_TEST(i10_ten_thousand_changes_after_consent_are_refused),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
