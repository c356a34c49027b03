/* SPDX-License-Identifier: Apache-2.0 */
/* The gate of SCEP, over the whole signer: its socket, a token, a database. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/time.h"
#include "tests/unit/scep_support.h"

enum { ALL_BUT_MANUAL = DB_SCEP_ONE_TIME | DB_SCEP_DERIVED | DB_SCEP_STATIC | DB_SCEP_WEBHOOK };

static void number_is(struct office *o, const char *sql, int64_t want)
{
    assert_int_equal(postgres_number(o->t.pg, sql), want);
}

static void refused(const struct enrolled *got, enum ca_rc rc, const char *problem,
                    const char *says)
{
    if (got->rc != rc || strcmp(got->err.problem, problem) != 0 ||
        strstr(got->err.text, says) == NULL)
        fail_msg("%d %s: %s", (int)got->rc, got->err.problem, got->err.text);
}

static void issued(const struct enrolled *got)
{
    if (got->rc != CA_OK)
        fail_msg("%s: %s", got->err.problem, got->err.text);
    assert_string_equal(got->state, "issued");
    assert_true(got->certificate.len > 0);
}

/* A device with a key of its own. */
struct device {
    EVP_PKEY *key;
    struct octets self;
    const char *cn, *sans;
};
static struct device device_new(const char *cn, const char *sans)
{
    struct device d = {.key = EVP_EC_gen("P-256"), .cn = cn, .sans = sans};

    assert_non_null(d.key);
    scep_self_signed(d.key, &d.self);
    return d;
}

static struct octets csr_of(const struct device *d, const char *challenge)
{
    const struct csr_ask ask = {
        .key = d->key, .cn = d->cn, .sans = d->sans, .challenge = challenge};
    struct octets ret;

    scep_csr(&ask, &ret);
    return ret;
}

/* PKCSReq under its self-signed certificate. */
static struct enrolled first(struct office *o, const char *endpoint, const char *transaction,
                             const struct device *d, const struct octets *csr)
{
    return scep_enrol(o, &(struct enrol_ask){endpoint, transaction, 19, csr, &d->self, NULL, NULL});
}

static struct enrolled first_with(struct office *o, const char *endpoint, const char *transaction,
                                  const struct device *d, const char *challenge)
{
    const struct octets csr = csr_of(d, challenge);

    return first(o, endpoint, transaction, d, &csr);
}

static struct said put(struct office *o, enum people who, struct wire_scep_endpoint_put ask)
{
    if (ask.profile == NULL)
        ask.profile = "";
    return office_put(o, who, WIRE_SCEP_ENDPOINT_PUT, &ask);
}

static void endpoints_that_make_no_sense_are_refused(struct office *o)
{
    static const struct {
        struct wire_scep_endpoint_put ask;
        enum ca_rc rc;
        const char *says;
    } cases[] = {
        {{.name = "", .profile = "device"},                                                        CA_MALFORMED, "/name"            },
        {{.name = "A", .profile = "device"},                                                       CA_MALFORMED, "/name"            },
        {{.name = "a/b", .profile = "device"},                                                     CA_MALFORMED, "/name"            },
        {{.name = "-a", .profile = "device"},                                                      CA_MALFORMED, "/name"            },
        {{.name = "123456789012345678901234567890123456789012345678901234567890",
          .profile = "device"},
         CA_MALFORMED,                                                                                           "/name"            },
        {{.name = "a"},                                                                            CA_MALFORMED, "/profile"         },
        {{.name = "a", .profile = "nosuch"},                                                       CA_NOT_FOUND, "nosuch"           },
        {{.name = "a", .profile = "subca"},                                                        CA_DENIED,    "authorities"      },
        {{.name = "a", .profile = "operator"},                                                     CA_DENIED,    "the server itself"},
        {{.name = "a", .profile = "device", .authority = "nosuch"},                                CA_NOT_FOUND, "nosuch"           },
        {{.name = "a", .profile = "device", .ra_key = "ec:P-256"},                                 CA_MALFORMED, "/ra_key"          },
        {{.name = "a", .profile = "device", .ra_key = "rsa:8192"},                                 CA_MALFORMED, "/ra_key"          },
        {{.name = "a", .profile = "device", .modes_given = true, .modes = 32},
         CA_MALFORMED,                                                                                           "/modes"           },
        {{.name = "a", .profile = "device", .legacy_given = true, .legacy = 16},
         CA_MALFORMED,                                                                                           "/legacy"          },
        {{.name = "a", .profile = "device", .switches_given = true, .switches = 64},
         CA_MALFORMED,                                                                                           "/switches"        },
        {{.name = "a", .profile = "device", .webhook_url_given = true, .webhook_url = "ftp://x/"},
         CA_MALFORMED,                                                                                           "webhook_url"      },
        {{.name = "a", .profile = "device", .modes_given = true, .modes = DB_SCEP_WEBHOOK},
         CA_MALFORMED,                                                                                           "/webhook_url"     },
        {{.name = "a", .profile = "device", .challenge_validity = 59},                             CA_MALFORMED, "validity"         },
        {{.name = "a", .profile = "device", .challenge_validity = 367 * 86400},
         CA_MALFORMED,                                                                                           "validity"         },
        {{.name = "a", .profile = "device", .seen = {(const uint8_t *)"x", 1}},
         CA_CONFLICT,                                                                                            "somebody else"    },
    };

    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct said said = put(o, ADMIN, cases[i].ask);

        test_note(cases[i].says);
        assert_int_equal(said.rc, cases[i].rc);
        assert_non_null(strstr(said.err.text, cases[i].says));
    }
    assert_int_equal(
        put(o, OFFICER1, (struct wire_scep_endpoint_put){.name = "a", .profile = "device"}).rc,
        CA_DENIED);
    number_is(o, "SELECT count(*) FROM ca.scep_endpoint", 0);
}

static void an_endpoint_is_made_by_an_admin_and_asks_as_an_operator_of_its_own(void **state)
{
    static struct office o;
    struct said said;
    struct enrolled got;
    struct device d = device_new("d.example.org", NULL);

    (void)state;
    office_start(&o);
    endpoints_that_make_no_sense_are_refused(&o);
    scep_endpoint(&o, "routers", "device", DB_SCEP_STATIC, 0);
    number_is(&o,
              "SELECT count(*) FROM ca.operator o JOIN ca.scep_endpoint e ON e.operator_id = o.id "
              "WHERE o.name = 'scep-routers' AND o.roles = 1 AND o.enabled AND NOT EXISTS "
              "(SELECT FROM ca.credential c WHERE c.operator_id = o.id)",
              1);
    number_is(&o,
              "SELECT count(*) FROM ca.audit WHERE action = 'scep_endpoint.change' AND outcome = "
              "'ok' AND object = 'routers' AND detail LIKE '%WARNING: a static challenge%'",
              1);
    said = put(&o, ADMIN,
               (struct wire_scep_endpoint_put){
                   .name = "routers", .enabled_given = true, .challenge_validity = 600});
    test_ok(said.rc, &said.err);
    number_is(&o,
              "SELECT count(*) FROM ca.scep_endpoint WHERE name = 'routers' AND NOT enabled AND "
              "profile = 'device' AND challenge_validity = 600 AND authority = 'issuing'",
              1);
    got = first_with(&o, "routers", "t", &d, NULL);
    refused(&got, CA_DENIED, "scep-endpoint", "not served");
    got = first_with(&o, "nosuch", "t", &d, NULL);
    refused(&got, CA_DENIED, "scep-endpoint", "not served");
    /* Somebody turned it on past the signer. */
    free(postgres_sql(o.t.pg, "UPDATE ca.scep_endpoint SET enabled = true"));
    got = first_with(&o, "routers", "t", &d, NULL);
    refused(&got, CA_DENIED, "row-altered", "scep_endpoint");
    EVP_PKEY_free(d.key);
    office_done(&o);
}

/* Whom the front names on channel "scep" is nobody by that. */
static void the_front_asks_as_no_endpoint(struct office *o)
{
    struct device d = device_new("front.example.org", NULL);
    const struct octets csr = csr_of(&d, NULL);
    struct wire_issue ask = {
        .caller = {.channel = "scep/all", .request_id = "test"},
        .profile = "device",
        .authority = "",
        .csr = {csr.at,                csr.len             },
        .idempotency_key = "front",
        .comment = ""
    };
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(wire_message) struct wire_message *answer = NULL;
    struct ca_err err = {0};

    test_ok(scep_endpoint_read(o->t.s, "all", &found, &err), &err);
    ask.caller.operator_id = ((const struct db_scep_endpoint *)found.rows)->operator_id;
    assert_int_equal(client_call(o->client, WIRE_ISSUE, &ask, ca_mono_ms() + 20000, &answer, &err),
                     CA_DENIED);
    assert_string_equal(err.problem, "forbidden");
    EVP_PKEY_free(d.key);
}

/* RFC 8894 3.2.1.2: 17 and 19 ask for certificates; all else is refused, by the one gate. */
static void i09_no_other_message_type_gets_anything(struct office *o)
{
    char challenge[SCEP_TEXT_MAX];
    struct device d = device_new("types.example.org", NULL);
    struct octets csr;

    (void)scep_challenge(o, "all", "static", NULL, NULL, challenge);
    csr = csr_of(&d, challenge);
    for (unsigned type = 0; type <= 30; type++) {
        const struct enrol_ask ask = {"all", "types", type, &csr, &d.self, NULL, NULL};
        struct enrolled got;

        if (type == 19)
            continue;
        got = scep_enrol(o, &ask);
        refused(&got, CA_DENIED, type == 17 ? "scep-renewal" : "scep-message", "");
    }
    number_is(o, "SELECT count(*) FROM ca.request WHERE channel = 'scep/all'", 0);
    EVP_PKEY_free(d.key);
}

static void a_message_is_signed_with_the_key_of_its_csr(struct office *o)
{
    char challenge[SCEP_TEXT_MAX];
    struct device d = device_new("signer.example.org", NULL);
    struct device thief = device_new("thief", NULL);
    struct octets csr;
    struct octets junk = {
        {0x30, 0x03, 0x02, 0x01, 0x01},
        5
    };
    struct enrolled got;

    (void)scep_challenge(o, "all", "static", NULL, NULL, challenge);
    csr = csr_of(&d, challenge);
    got = first(o, "all", "s", &thief, &csr);
    refused(&got, CA_DENIED, "scep-signer", "not signed with the key of its CSR");
    got = scep_enrol(o, &(struct enrol_ask){"all", "s", 19, &csr, &junk, NULL, NULL});
    refused(&got, CA_DENIED, "scep-signer", "is none");
    got = scep_enrol(o, &(struct enrol_ask){"all", "", 19, &csr, &d.self, NULL, NULL});
    refused(&got, CA_DENIED, "scep-message", "transactionID");
    csr.at[csr.len - 1] ^= 1;
    got = first(o, "all", "s", &d, &csr);
    assert_int_equal(got.rc, CA_DENIED);
    assert_string_equal(got.err.problem, "proof-of-possession");
    EVP_PKEY_free(d.key);
    EVP_PKEY_free(thief.key);
}

static void what_is_no_challenge_of_the_endpoint_lets_nobody_in(struct office *o)
{
    static const char *const texts[] = {
        NULL,
        "   ",
        "secret",
        "o",
        "sAAAA",
        "sAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "oAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "dAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "d__________________________________________________8",
    };
    struct device d = device_new("wrong.example.org", NULL);

    for (size_t i = 0; i < CA_COUNT(texts); i++) {
        struct enrolled got = first_with(o, "all", "w", &d, texts[i]);

        refused(&got, CA_DENIED, "scep-challenge", i < 2 ? "is needed" : "the challenge");
    }
    number_is(o, "SELECT count(*) FROM ca.request WHERE subject LIKE '%wrong.example%'", 0);
    EVP_PKEY_free(d.key);
}

static void a_one_time_challenge_is_for_its_names_and_for_one_request(struct office *o)
{
    char challenge[SCEP_TEXT_MAX];
    struct device d = device_new("r1.example.org", "DNS:R1.example.org");
    struct device other = device_new("r2.example.org", "DNS:r1.example.org");
    struct device more = device_new("r1.example.org", "DNS:r1.example.org,DNS:r2.example.org");
    struct octets csr;
    struct enrolled got;
    struct enrolled again;

    (void)scep_challenge(o, "all", "one-time", "r1.example.org", "r1.example.org", challenge);
    got = first_with(o, "all", "one", &other, challenge);
    refused(&got, CA_DENIED, "scep-challenge", "another subject or other names");
    got = first_with(o, "all", "one", &more, challenge);
    refused(&got, CA_DENIED, "scep-challenge", "another subject or other names");
    got = first_with(o, "other", "one", &d, challenge);
    refused(&got, CA_DENIED, "scep-challenge", "none of this endpoint's");
    csr = csr_of(&d, challenge);
    got = first(o, "all", "one", &d, &csr);
    issued(&got);
    again = first(o, "all", "one", &d, &csr);
    issued(&again);
    assert_true(again.repeated);
    assert_int_equal(again.certificate.len, got.certificate.len);
    assert_memory_equal(again.certificate.at, got.certificate.at, got.certificate.len);
    again = first(o, "all", "two", &d, &csr); /* another transaction is another request */
    refused(&again, CA_DENIED, "scep-challenge-used", "used before");
    again = first_with(o, "all", "one", &d, challenge); /* so is another CSR */
    refused(&again, CA_DENIED, "scep-challenge-used", "used before");
    number_is(o,
              "SELECT count(*) FROM ca.scep_transaction t JOIN ca.scep_challenge c ON c.request_id "
              "= t.request_id WHERE t.transaction_id = 'one' AND t.remote = '192.0.2.7'",
              1);
    number_is(o, "SELECT count(*) FROM ca.audit WHERE detail LIKE 'scep-challenge-used%'", 2);
    EVP_PKEY_free(d.key);
    EVP_PKEY_free(other.key);
    EVP_PKEY_free(more.key);
}

static void i15_a_challenge_is_kept_nowhere(struct office *o)
{
    static const char *const columns[] = {
        "SELECT csr FROM ca.request", "SELECT overrides FROM ca.request",
        "SELECT detail::bytea FROM ca.audit", "SELECT comment::bytea FROM ca.request"};
    char challenge[SCEP_TEXT_MAX];
    struct device d = device_new("kept.example.org", NULL);
    struct enrolled got;
    char sql[512];

    (void)scep_challenge(o, "all", "static", NULL, NULL, challenge);
    got = first_with(o, "all", "kept", &d, challenge);
    issued(&got);
    for (size_t i = 0; i < CA_COUNT(columns); i++) {
        (void)snprintf(sql, sizeof(sql),
                       "SELECT count(*) FROM (%s) AS t (c) WHERE position('%s'::bytea IN c) > 0",
                       columns[i], challenge);
        number_is(o, sql, 0);
    }
    number_is(o,
              "SELECT count(*) FROM ca.request WHERE position('*****'::bytea IN csr) > 0 AND "
              "subject = 'CN=kept.example.org'",
              1);
    EVP_PKEY_free(d.key);
}

static void challenges_of_every_string_type_are_read(struct office *o)
{
    static const int types[] = {V_ASN1_PRINTABLESTRING, V_ASN1_UTF8STRING, V_ASN1_IA5STRING,
                                V_ASN1_T61STRING, V_ASN1_BMPSTRING};
    char challenge[SCEP_TEXT_MAX];
    char transaction[16];

    (void)scep_challenge(o, "all", "derived", "any.example.org", NULL, challenge);
    for (size_t i = 0; i < CA_COUNT(types); i++) {
        struct device d = device_new("any.example.org", NULL);
        const struct csr_ask ask = {d.key, d.cn, NULL, challenge, types[i]};
        struct octets csr;
        struct enrolled got;

        scep_csr(&ask, &csr);
        (void)snprintf(transaction, sizeof(transaction), "type-%zu", i);
        got = first(o, "all", transaction, &d, &csr);
        issued(&got);
        EVP_PKEY_free(d.key);
    }
}

static void a_derived_challenge_is_for_its_names(struct office *o)
{
    char challenge[SCEP_TEXT_MAX];
    char any[SCEP_TEXT_MAX];
    struct device d = device_new("der.example.org", "DNS:b.example.org");
    struct device other = device_new("der.example.org", "DNS:c.example.org");
    struct enrolled got;

    (void)scep_challenge(o, "all", "derived", "der.example.org", "b.example.org", challenge);
    got = first_with(o, "all", "der", &other, challenge);
    refused(&got, CA_DENIED, "scep-challenge", "for these names");
    got = first_with(o, "other", "der", &d, challenge);
    refused(&got, CA_DENIED, "scep-challenge", "for these names");
    got = first_with(o, "all", "der", &d, challenge);
    issued(&got);
    (void)scep_challenge(o, "all", "derived", NULL, NULL, any);
    got = first_with(o, "all", "der", &other, any);
    issued(&got);
    EVP_PKEY_free(d.key);
    EVP_PKEY_free(other.key);
}

static void a_derived_challenge_ends(struct office *o)
{
    struct scep_secret secret = {.kind = SCEP_DERIVED, .expires_at = ca_time_now() - 1};
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf text = {0};
    const struct scep_bound bound = {"device", "", "", true, secret.expires_at};
    struct device d = device_new("late.example.org", NULL);
    struct ca_err err = {0};
    struct enrolled got;

    test_ok(scep_endpoint_read(o->t.s, "all", &found, &err), &err);
    test_ok(scep_derive(o->t.s->seal, found.rows, &bound, secret.octets, &err), &err);
    scep_secret_text(&secret, &text);
    got = first_with(o, "all", "late", &d, ca_buf_cstr(&text));
    refused(&got, CA_DENIED, "scep-challenge", "has expired");
    EVP_PKEY_free(d.key);
}

/* As docs/reference/scep-challenges.md says it, and not as ca/ does. */
static void proof_make(const char *key, const char *endpoint, const char *transaction,
                       const struct octets *csr, int64_t expiry, char ret[128])
{
    CA_AUTO(buf) struct ca_buf over = {0};
    CA_AUTO(buf) struct ca_buf text = {0};
    uint8_t octets[40];
    uint8_t hash[32];
    size_t len = 0;
    struct ca_err err = {0};

    for (int i = 0; i < 8; i++)
        octets[i] = (uint8_t)((uint64_t)expiry >> (56 - 8 * i));
    test_ok(ca_sha256((struct ca_bytes){csr->at, csr->len}, hash, &err), &err);
    ca_buf_printf(&over, "%s", endpoint);
    ca_buf_u8(&over, 0);
    ca_buf_printf(&over, "%s", transaction);
    ca_buf_u8(&over, 0);
    ca_buf_add(&over, hash, 32);
    ca_buf_add(&over, octets, 8);
    assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, strlen(key), over.ptr,
                              over.len, octets + 8, 32, &len));
    ca_base64_put(&text, (struct ca_bytes){octets, 40});
    (void)snprintf(ret, 128, "%s", ca_buf_cstr(&text));
}

static void a_webhook_decides_about_one_csr(struct office *o)
{
    char key[SCEP_TEXT_MAX];
    char proof[128];
    struct device d = device_new("hook.example.org", NULL);
    struct octets csr = csr_of(&d, "whatever the MDM said");
    struct octets other = csr_of(&d, "something else");
    struct enrol_ask ask = {"all", "hook", 19, &csr, &d.self, proof, NULL};
    int64_t now = ca_time_now();
    struct enrolled got;

    (void)scep_challenge(o, "all", "webhook", NULL, NULL, key);
    proof_make(key, "all", "hook", &other, now + 60, proof);
    got = scep_enrol(o, &ask);
    refused(&got, CA_DENIED, "scep-challenge", "not for this request");
    proof_make(key, "all", "another", &csr, now + 60, proof);
    got = scep_enrol(o, &ask);
    refused(&got, CA_DENIED, "scep-challenge", "not for this request");
    proof_make(key, "all", "hook", &csr, now - 1, proof);
    got = scep_enrol(o, &ask);
    refused(&got, CA_DENIED, "scep-challenge", "has expired");
    (void)snprintf(proof, sizeof(proof), "AAAA");
    got = scep_enrol(o, &ask);
    refused(&got, CA_DENIED, "scep-challenge", "no proof");
    proof_make(key, "all", "hook", &csr, now + 60, proof);
    ask.denied = "the webhook refused: no such asset";
    got = scep_enrol(o, &ask);
    refused(&got, CA_DENIED, "scep-challenge", "no such asset");
    ask.denied = NULL;
    got = scep_enrol(o, &ask);
    issued(&got);
    EVP_PKEY_free(d.key);
}

static enum ca_rc create(struct office *o, enum people who,
                         const struct wire_scep_challenge_create *asked)
{
    struct wire_scep_challenge_create ask = *asked;

    ask.comment = "";
    return office_put(o, who, WIRE_SCEP_CHALLENGE_CREATE, &ask).rc;
}

static void challenges_that_make_no_sense_are_not_made(struct office *o)
{
    static const struct wire_pair subject = {"common_name", "x.example.org"};
    static const struct wire_pair odd = {"nosuch", "x"};
    static const struct wire_pair comma = {"uri", "http://a/,DNS:b"};
    const struct wire_scep_challenge_create good = {
        .endpoint = "all", .kind = "one-time", .subject = &subject, .subject_n = 1};
    struct wire_scep_challenge_create ask = good;

    assert_int_equal(create(o, OFFICER1, &ask), CA_OK);
    assert_int_equal(create(o, ALICE, &ask), CA_DENIED);
    assert_int_equal(create(o, AUDITOR, &ask), CA_DENIED);
    ask.endpoint = "nosuch";
    assert_int_equal(create(o, OFFICER1, &ask), CA_NOT_FOUND);
    ask = good;
    ask.endpoint = "manual"; /* takes none */
    assert_int_equal(create(o, OFFICER1, &ask), CA_CONFLICT);
    ask = good;
    ask.kind = "forever";
    assert_int_equal(create(o, OFFICER1, &ask), CA_MALFORMED);
    ask.kind = "static";
    assert_int_equal(create(o, OFFICER1, &ask), CA_DENIED);
    ask.kind = "webhook";
    assert_int_equal(create(o, OFFICER1, &ask), CA_DENIED);
    ask = good;
    ask.any_name = true;
    assert_int_equal(create(o, OFFICER1, &ask), CA_MALFORMED);
    ask = good;
    ask.subject_n = 0;
    assert_int_equal(create(o, OFFICER1, &ask), CA_MALFORMED);
    ask = good;
    ask.subject = &odd;
    assert_int_equal(create(o, OFFICER1, &ask), CA_MALFORMED);
    ask = good;
    ask.sans = &comma;
    ask.sans_n = 1;
    assert_int_equal(create(o, OFFICER1, &ask), CA_MALFORMED);
    ask = good;
    ask.validity_s = (int64_t)400 * 86400;
    assert_int_equal(create(o, OFFICER1, &ask), CA_MALFORMED);
}

static void a_challenge_that_was_taken_back_or_altered_lets_nobody_in(struct office *o)
{
    char challenge[SCEP_TEXT_MAX];
    struct wire_scep_challenge_revoke revoke = {
        .id = scep_challenge(o, "all", "one-time", NULL, NULL, challenge)};
    struct device d = device_new("back.example.org", NULL);
    struct said said;
    struct enrolled got;

    said = office_put(o, OFFICER2, WIRE_SCEP_CHALLENGE_REVOKE, &revoke);
    test_ok(said.rc, &said.err);
    got = first_with(o, "all", "back", &d, challenge);
    refused(&got, CA_DENIED, "scep-challenge", "was taken back");
    assert_int_equal(office_put(o, OFFICER2, WIRE_SCEP_CHALLENGE_REVOKE, &revoke).rc, CA_CONFLICT);
    revoke.id.octets[0] ^= 1;
    assert_int_equal(office_put(o, OFFICER2, WIRE_SCEP_CHALLENGE_REVOKE, &revoke).rc, CA_NOT_FOUND);
    (void)scep_challenge(o, "all", "one-time", "nobody", NULL, challenge);
    free(postgres_sql(o->t.pg, "UPDATE ca.scep_challenge SET any_name = true"));
    got = first_with(o, "all", "back", &d, challenge);
    refused(&got, CA_DENIED, "row-altered", "scep_challenge");
    EVP_PKEY_free(d.key);
}

static void challenges_let_in_whom_they_are_for(void **state)
{
    static struct office o;

    (void)state;
    office_start(&o);
    scep_endpoint(&o, "all", "device", ALL_BUT_MANUAL, 0);
    scep_endpoint(&o, "other", "device", ALL_BUT_MANUAL, 0);
    scep_endpoint(&o, "manual", "device", DB_SCEP_MANUAL, 0);
    the_front_asks_as_no_endpoint(&o);
    i09_no_other_message_type_gets_anything(&o);
    a_message_is_signed_with_the_key_of_its_csr(&o);
    what_is_no_challenge_of_the_endpoint_lets_nobody_in(&o);
    a_one_time_challenge_is_for_its_names_and_for_one_request(&o);
    i15_a_challenge_is_kept_nowhere(&o);
    challenges_of_every_string_type_are_read(&o);
    a_derived_challenge_is_for_its_names(&o);
    a_derived_challenge_ends(&o);
    a_webhook_decides_about_one_csr(&o);
    challenges_that_make_no_sense_are_not_made(&o);
    a_challenge_that_was_taken_back_or_altered_lets_nobody_in(&o);
    office_done(&o);
}

static struct enrolled renew(struct office *o, const char *endpoint, unsigned type,
                             const struct device *d, const struct octets *old,
                             const char *challenge)
{
    const struct octets csr = csr_of(d, challenge);
    char transaction[24];

    (void)snprintf(transaction, sizeof(transaction), "renew-%p", (const void *)d->key);
    return scep_enrol(o, &(struct enrol_ask){endpoint, transaction, type, &csr, old, NULL, NULL});
}

static void revoke_all_of(struct office *o, const struct octets *certificate, const char *reason)
{
    char sql[2 * SCEP_DER_MAX + 256];
    char hex[2 * SCEP_DER_MAX + 1];
    struct wire_revoke ask = {.reason = strcmp(reason, "hold") == 0 ? 6 : 4, .comment = "test"};
    struct said said;
    struct ca_err err = {0};
    char *id;

    (void)snprintf(sql, sizeof(sql), "SELECT id FROM ca.certificate WHERE der = '\\x%s'",
                   ca_hex((struct ca_bytes){certificate->at, certificate->len}, hex));
    id = postgres_sql(o->t.pg, sql);
    assert_non_null(id);
    test_ok(ca_uuid_parse(ca_bytes_str(id), &ask.certificate_id, &err), &err);
    free(id);
    said = office_put(o, OFFICER1, WIRE_REVOKE, &ask);
    test_ok(said.rc, &said.err);
}

static void renewals_stay_within_the_old_certificate(void **state)
{
    static struct office o;
    char challenge[SCEP_TEXT_MAX];
    char used[SCEP_TEXT_MAX];
    struct device d = device_new("d1.example.org", "DNS:d1.example.org,DNS:d2.example.org");
    struct device new_key;
    struct device fewer;
    struct device wider;
    struct device renamed;
    struct octets old;
    struct enrolled got;

    (void)state;
    office_start(&o);
    scep_endpoint(&o, "home", "device", DB_SCEP_ONE_TIME, 0);
    scep_endpoint(&o, "away", "device", DB_SCEP_ONE_TIME, 0);
    scep_endpoint(&o, "never", "device", DB_SCEP_ONE_TIME, DB_SCEP_NO_RENEWAL);
    (void)scep_challenge(&o, "home", "one-time", NULL, NULL, used);
    got = first_with(&o, "home", "t", &d, used);
    issued(&got);
    old = got.certificate;
    new_key = device_new(d.cn, d.sans);
    fewer = device_new(d.cn, "DNS:d2.example.org");
    wider = device_new(d.cn, "DNS:d1.example.org,DNS:d3.example.org");
    renamed = device_new("d9.example.org", d.sans);

    got = renew(&o, "home", 17, &d, &d.self, NULL);
    refused(&got, CA_DENIED, "scep-renewal", "signed with a certificate of this endpoint");
    got = renew(&o, "away", 17, &new_key, &old, NULL);
    refused(&got, CA_DENIED, "scep-renewal", "signed with a certificate of this endpoint");
    got = renew(&o, "away", 19, &new_key, &old, NULL);
    refused(&got, CA_DENIED, "scep-signer", "");
    got = renew(&o, "away", 19, &d, &old, NULL);
    refused(&got, CA_DENIED, "scep-challenge", "is needed");
    got = renew(&o, "never", 17, &new_key, &old, NULL);
    refused(&got, CA_DENIED, "scep-renewal", "renews nothing");
    got = renew(&o, "home", 17, &wider, &old, NULL);
    refused(&got, CA_DENIED, "scep-renewal", "alternative name");
    got = renew(&o, "home", 19, &renamed, &old, NULL);
    refused(&got, CA_DENIED, "scep-renewal", "subject");
    (void)scep_challenge(&o, "away", "one-time", NULL, NULL, challenge);
    got = renew(&o, "home", 17, &new_key, &old, challenge);
    refused(&got, CA_DENIED, "scep-challenge", "none of this endpoint's");
    got = renew(&o, "home", 17, &new_key, &old, "guessed");
    refused(&got, CA_DENIED, "scep-challenge", "none of this endpoint's");

    got = renew(&o, "home", 17, &new_key, &old, NULL);
    issued(&got);
    got = renew(&o, "home", 19, &fewer, &old, used); /* certmonger shows it again */
    issued(&got);
    number_is(&o,
              "SELECT count(*) FROM ca.audit a JOIN ca.certificate c ON strpos(a.detail, '; renews "
              "serial ' || encode(c.serial, 'hex')) > 0 WHERE a.action = 'certificate.issue' AND "
              "c.subject = 'CN=d1.example.org'",
              2);
    number_is(&o, "SELECT count(*) FROM ca.scep_transaction WHERE renews IS NOT NULL", 2);

    revoke_all_of(&o, &old, "hold");
    got = renew(&o, "home", 17, &d, &old, NULL);
    refused(&got, CA_DENIED, "scep-renewal", "is on hold");
    revoke_all_of(&o, &old, "superseded");
    got = renew(&o, "home", 17, &d, &old, NULL);
    refused(&got, CA_DENIED, "scep-renewal", "is revoked");
    (void)scep_challenge(&o, "home", "one-time", NULL, NULL, challenge);
    got = renew(&o, "home", 19, &d, &old, challenge); /* nor does a challenge heal it */
    refused(&got, CA_DENIED, "scep-renewal", "is revoked");
    EVP_PKEY_free(d.key);
    EVP_PKEY_free(new_key.key);
    EVP_PKEY_free(fewer.key);
    EVP_PKEY_free(wider.key);
    EVP_PKEY_free(renamed.key);
    office_done(&o);
}

/* The states that no clock has to move for. */
static void a_renewal_needs_a_certificate_that_is_in_force(void **state)
{
    struct db_certificate row = {.state = DB_CERT_VALID};
    struct scep_signer w = {
        .row = &row, .cert = {.not_before = 1000, .not_after = 2000}
    };
    struct db_scep_endpoint strict = {.switches = 0};
    struct db_scep_endpoint late = {.switches = DB_SCEP_RENEW_EXPIRED};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(scep_renewal_check(&strict, &w, 999, &err), CA_DENIED);
    assert_int_equal(scep_renewal_check(&strict, &w, 1000, &err), CA_OK);
    assert_int_equal(scep_renewal_check(&strict, &w, 2000, &err), CA_OK);
    assert_int_equal(scep_renewal_check(&strict, &w, 2001, &err), CA_DENIED);
    assert_string_equal(err.problem, "scep-renewal");
    assert_int_equal(scep_renewal_check(&late, &w, 2000 + 30 * 86400, &err), CA_OK);
    assert_int_equal(scep_renewal_check(&late, &w, 2001 + 30 * 86400, &err), CA_DENIED);
    row.state = DB_CERT_BURNED;
    assert_int_equal(scep_renewal_check(&late, &w, 1500, &err), CA_DENIED);
    row.state = DB_CERT_VALID;
    row.requester_id.octets[0] = 1;
    assert_int_equal(scep_renewal_check(&late, &w, 1500, &err), CA_DENIED);
}

static struct said waiting(struct office *o, const struct enrolled *got)
{
    struct said said = {.id = got->request_id};
    char id[CA_UUID_TEXT];
    char sql[200];
    char *hex;
    size_t len = 0;
    struct ca_err err = {0};

    assert_int_equal(got->rc, CA_OK);
    assert_string_equal(got->state, "pending");
    (void)snprintf(sql, sizeof(sql),
                   "SELECT encode(digest, 'hex') FROM ca.approval WHERE id = '%s'",
                   ca_uuid_text(&got->request_id, id));
    hex = postgres_sql(o->t.pg, sql);
    assert_non_null(hex);
    test_ok(ca_hex_parse(ca_bytes_str(hex), said.digest, DIGEST_LEN, &len, &err), &err);
    free(hex);
    return said;
}

static void settled(struct office *o, const struct said *on)
{
    char id[CA_UUID_TEXT];
    char sql[200];

    (void)snprintf(sql, sizeof(sql),
                   "SELECT count(*) FROM ca.request WHERE id = '%s' AND state = "
                   "'issued'",
                   ca_uuid_text(&on->id, id));
    number_is(o, sql, 1);
}

/* What is on record comes back from an editor: the masked CSR, whose signature proves nothing. */
static void an_officer_edits_a_request_whose_csr_is_masked(struct office *o)
{
    struct device d = device_new("m4.example.org", NULL);
    const struct octets csr = csr_of(&d, "some password");
    struct enrolled got = first(o, "manual", "edit", &d, &csr);
    struct said asked = waiting(o, &got);
    struct octets kept = {.len = 0};
    struct wire_issue ask = {
        .profile = "device",
        .authority = "",
        .idempotency_key = "edit",
        .comment = "for the shop",
        .revises = asked.id,
        .revises_digest = {asked.digest, DIGEST_LEN}
    };
    struct ca_err err = {0};
    struct said said;
    char *hex = postgres_sql(o->t.pg, "SELECT encode(csr, 'hex') FROM ca.request WHERE subject = "
                                      "'CN=m4.example.org'");

    assert_non_null(hex);
    test_ok(ca_hex_parse(ca_bytes_str(hex), kept.at, sizeof(kept.at), &kept.len, &err), &err);
    free(hex);
    assert_int_equal(kept.len, csr.len);
    assert_memory_not_equal(kept.at, csr.at, csr.len);
    ask.csr = (struct ca_bytes){kept.at, kept.len};
    said = office_put(o, OFFICER1, WIRE_ISSUE, &ask);
    test_ok(said.rc, &said.err);
    said = office_decide(o, OFFICER1, &said, true, ""); /* he wrote it */
    assert_int_equal(said.rc, CA_DENIED);
    asked = waiting(o, &got);
    said = office_decide(o, OFFICER2, &asked, true, "");
    test_ok(said.rc, &said.err);
    settled(o, &asked);
    ask.revises = (struct ca_uuid){{0}}; /* and to nobody else it is good for anything */
    said = office_put(o, ALICE, WIRE_ISSUE, &ask);
    assert_int_equal(said.rc, CA_DENIED);
    assert_string_equal(said.err.problem, "proof-of-possession");
    EVP_PKEY_free(d.key);
}

static void an_officer_decides_where_nothing_else_does(void **state)
{
    static struct office o;
    char challenge[SCEP_TEXT_MAX];
    struct device d = device_new("m1.example.org", NULL);
    struct device two = device_new("m2.example.org", "DNS:m2.example.org");
    struct device three = device_new("m3.example.org", NULL);
    struct octets csr;
    struct enrolled got;
    struct enrolled again;
    struct said asked;
    struct said said;

    (void)state;
    office_start(&o);
    scep_endpoint(&o, "manual", "device", DB_SCEP_MANUAL, 0);
    scep_endpoint(&o, "both", "approved", DB_SCEP_ONE_TIME | DB_SCEP_MANUAL, 0);
    csr = csr_of(&d, "some password");
    got = first(&o, "manual", "m", &d, &csr);
    asked = waiting(&o, &got);
    again = first(&o, "manual", "m", &d, &csr);
    assert_string_equal(again.state, "pending");
    assert_true(again.repeated);
    assert_memory_equal(&again.request_id, &got.request_id, CA_UUID_LEN);
    said = office_decide(&o, ALICE, &asked, true, "");
    assert_int_equal(said.rc, CA_DENIED);
    said = office_decide(&o, OFFICER1, &asked, true, "");
    test_ok(said.rc, &said.err);
    settled(&o, &asked);
    again = first(&o, "manual", "m", &d, &csr);
    issued(&again);

    an_officer_edits_a_request_whose_csr_is_masked(&o);

    /* A denied one stays denied, for the very same message. */
    csr = csr_of(&three, NULL);
    got = first(&o, "manual", "m", &three, &csr);
    asked = waiting(&o, &got);
    said = office_decide(&o, OFFICER1, &asked, false, "not one of ours");
    test_ok(said.rc, &said.err);
    again = first(&o, "manual", "m", &three, &csr);
    refused(&again, CA_CONFLICT, "request-ended", "denied");

    /* The profile's own approvals, and a challenge that is used by then. The signer starts again
     * meanwhile: what it has is the masked CSR. */
    (void)scep_challenge(&o, "both", "one-time", "m2.example.org", "m2.example.org", challenge);
    csr = csr_of(&two, challenge);
    got = first(&o, "both", "b", &two, &csr);
    asked = waiting(&o, &got);
    number_is(&o, "SELECT count(*) FROM ca.scep_challenge WHERE used_at IS NOT NULL", 1);
    office_restart(&o);
    said = office_decide(&o, OFFICER1, &asked, true, "");
    test_ok(said.rc, &said.err);
    said = office_decide(&o, OFFICER2, &asked, true, "");
    test_ok(said.rc, &said.err);
    settled(&o, &asked);
    again = first(&o, "both", "b", &two, &csr);
    issued(&again);
    EVP_PKEY_free(d.key);
    EVP_PKEY_free(two.key);
    EVP_PKEY_free(three.key);
    office_done(&o);
}

enum { RACERS = 8, USES = 1000 };
struct race {
    struct office *o;
    const char *challenge;
    const struct device *d;
    size_t from, n;
    size_t issued, used, others;
};

static void *race_run(void *arg)
{
    struct race *r = arg;

    for (size_t i = 0; i < r->n; i++) {
        char transaction[24];
        struct enrolled got;

        (void)snprintf(transaction, sizeof(transaction), "race-%zu", r->from + i);
        got = first_with(r->o, "race", transaction, r->d, r->challenge);
        if (got.rc == CA_OK) {
            r->issued++;
        } else if (strcmp(got.err.problem, "scep-challenge-used") == 0) {
            r->used++;
        } else {
            r->others++;
        }
    }
    return NULL;
}

/* And as many lines of the audit as uses. */
static void of_1000_parallel_uses_of_a_challenge_one_gets_a_certificate(void **state)
{
    static struct office o;
    static struct race races[RACERS];
    pthread_t threads[RACERS];
    char challenge[SCEP_TEXT_MAX];
    struct device d = device_new("race.example.org", NULL);
    size_t got = 0;
    size_t used = 0;

    (void)state;
    office_start(&o);
    scep_endpoint(&o, "race", "device", DB_SCEP_ONE_TIME, 0);
    (void)scep_challenge(&o, "race", "one-time", "race.example.org", NULL, challenge);
    for (size_t i = 0; i < RACERS; i++) {
        races[i] = (struct race){&o, challenge, &d, i * USES / RACERS, USES / RACERS, 0, 0, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, race_run, &races[i]), 0);
    }
    for (size_t i = 0; i < RACERS; i++) {
        (void)pthread_join(threads[i], NULL);
        got += races[i].issued;
        used += races[i].used;
    }
    assert_int_equal(got, 1);
    assert_int_equal(used, USES - 1);
    number_is(&o, "SELECT count(*) FROM ca.certificate WHERE subject = 'CN=race.example.org'", 1);
    number_is(&o, "SELECT count(*) FROM ca.scep_transaction", 1);
    number_is(&o,
              "SELECT count(*) FROM ca.audit WHERE outcome = 'denied' AND detail LIKE "
              "'scep-challenge-used%'",
              USES - 1);
    EVP_PKEY_free(d.key);
    office_done(&o);
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {
        TOKEN_TEST(an_endpoint_is_made_by_an_admin_and_asks_as_an_operator_of_its_own),
        TOKEN_TEST(challenges_let_in_whom_they_are_for),
        TOKEN_TEST(renewals_stay_within_the_old_certificate),
        TOKEN_TEST(a_renewal_needs_a_certificate_that_is_in_force),
        TOKEN_TEST(an_officer_decides_where_nothing_else_does),
        TOKEN_TEST(of_1000_parallel_uses_of_a_challenge_one_gets_a_certificate),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
