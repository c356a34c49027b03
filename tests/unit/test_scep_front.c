/* SPDX-License-Identifier: Apache-2.0 */
/* The SCEP server behind the public door, with a signer, a database and an RA key that are fakes.
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/scep/message.h"
#include "api/scep/reply.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/time.h"
#include "tests/unit/front_fakes.h"
#include "tests/unit/scep_fakes.h"

static struct front_case *c;
static struct scep_party ra, device, other, ours, old, gone;
static struct ca_buf ra_der, ours_der, old_der, gone_der;
static struct hsm_key ra_key;
static struct ra_credential credential;
static const char nonce[] = "0123456789abcdef";

static const struct ca_uuid plain_id = {{1}};
static const struct ca_uuid odd_id = {{2}};
static const struct ca_uuid request = {{77}};

/* The issuer of what is ours: the authority of the fakes. */
static struct scep_party authority(void)
{
    return (struct scep_party){c->pki.keys[PKI_SERVER], c->pki.certs[PKI_SERVER]};
}

static void endpoint_set(size_t i, const struct ca_uuid *id, const char *name, uint32_t legacy,
                         uint32_t switches)
{
    scep_fakes.endpoints[i] = (struct db_scep_endpoint){.id = *id,
                                                        .name = name,
                                                        .authority = "issuing",
                                                        .profile = "device",
                                                        .ra_key = "rsa:2048",
                                                        .enabled = strcmp(name, "off") != 0,
                                                        .legacy = legacy,
                                                        .switches = switches,
                                                        .webhook_url = ""};
    scep_fakes.endpoint_n = i + 1;
}

static void certificate_set(size_t i, const struct scep_party *p, struct ca_buf *der,
                            enum db_certificate_state state)
{
    static uint8_t serials[4][32];
    const ASN1_INTEGER *serial = X509_get0_serialNumber(p->cert);

    ca_buf_reset(der);
    scep_party_der(p, der);
    memcpy(serials[i], serial->data, (size_t)serial->length);
    scep_fakes.certificates[i] = (struct db_certificate){
        .id = {{(uint8_t)(i + 1)}     },
        .authority_id = 1,
        .serial = { serials[i], (size_t)serial->length},
        .state = state,
        .der = ca_buf_view(der),
        .not_before = ca_time_now() - 60,
        .not_after = ca_time_now() + 3600,
    };
    scep_fakes.certificate_n = i + 1;
}

/* What each test starts from. */
static int fresh(void **state)
{
    (void)state;
    scep_fakes.ra_away = false;
    scep_fakes.rc = CA_OK;
    scep_fakes.asks = 0;
    scep_fakes.transaction = (struct db_scep_transaction){0};
    scep_fakes.issued = (struct wire_issued){.request_id = request,
                                             .state = "issued",
                                             .authority = "issuing",
                                             .certificate = ca_buf_view(&ours_der)};
    return 0;
}

static int start(void **state)
{
    struct scep_party issuer;

    memset(&scep_fakes, 0, sizeof(scep_fakes));
    endpoint_set(0, &plain_id, "plain", 0, 0);
    endpoint_set(1, &odd_id, "odd", DB_SCEP_DES3 | DB_SCEP_SHA1,
                 DB_SCEP_STRICT_EMPTY | DB_SCEP_ANSWER_CHAIN | DB_SCEP_NO_POST |
                     DB_SCEP_NO_RENEWAL);
    endpoint_set(2, &odd_id, "off", 0, 0);
    c = front_case_start("P-256");
    front_fakes.crl_number = 7;
    issuer = authority();
    scep_party_make(&ra, "2048", "RA", &issuer);
    scep_party_make(&device, "2048", "device", NULL);
    scep_party_make(&other, "2048", "other", NULL);
    scep_party_make(&ours, "2048", "ours", &issuer);
    scep_party_make(&old, "2048", "old", &issuer);
    scep_party_make(&gone, "2048", "gone", &issuer);
    certificate_set(0, &ours, &ours_der, DB_CERT_VALID);
    certificate_set(1, &gone, &gone_der, DB_CERT_REVOKED);
    scep_party_der(&old, &old_der); /* of ours, and not in the database */
    scep_party_der(&ra, &ra_der);
    ra_key = (struct hsm_key){ra.key, NULL, false};
    credential = (struct ra_credential){ca_buf_view(&ra_der), ra.cert, &ra_key};
    scep_fakes_ra(&(struct ra_set){&credential, 1});
    return fresh(state);
}

/* No keys: nothing gets so far. */
static int limited_start(void **state)
{
    (void)state;
    memset(&scep_fakes, 0, sizeof(scep_fakes));
    endpoint_set(0, &plain_id, "plain", 0, 0);
    front_scep_requests = 2;
    c = front_case_start("P-256");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    front_case_stop(c);
    scep_party_done(&ra);
    scep_party_done(&device);
    scep_party_done(&other);
    scep_party_done(&ours);
    scep_party_done(&old);
    scep_party_done(&gone);
    ca_buf_done(&ra_der);
    ca_buf_done(&ours_der);
    ca_buf_done(&old_der);
    ca_buf_done(&gone_der);
    ca_buf_done(&scep_fakes.asked_csr);
    ca_buf_done(&scep_fakes.asked_signer);
    return 0;
}

/* One request; the body of the answer, and its header as a text in front. */
static int http(const char *head, struct ca_bytes body, struct ca_buf *whole, struct ca_bytes *ret)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    const char *end;
    int status;

    ca_buf_str(&text, head);
    ca_buf_str(&text, "Host: x\r\nConnection: close\r\n");
    if (body.len > 0)
        ca_buf_printf(&text, "Content-Length: %zu\r\n", body.len);
    ca_buf_str(&text, "\r\n");
    ca_buf_bytes(&text, body);
    status = front_raw(c, (const char *)text.ptr, text.len, whole);
    end = status != 0 ? strstr(ca_buf_cstr(whole), "\r\n\r\n") : NULL;
    *ret = (struct ca_bytes){0};
    if (end != NULL) {
        size_t at = (size_t)(end + 4 - (const char *)whole->ptr);

        *ret = (struct ca_bytes){whole->ptr + at, whole->len - at};
    }
    return status;
}

static struct scep_build message(const struct scep_party *signer, const char *type,
                                 struct ca_bytes content)
{
    return (struct scep_build){.type = type,
                               .transaction_id = "T1",
                               .nonce = nonce,
                               .signers = {signer},
                               .signer_n = 1,
                               .recipients = {ra.cert},
                               .recipient_n = 1,
                               .content = content};
}

/* POSTs the message to an endpoint; answers the HTTP status, and the CertRep where there is one. */
static int post(const char *endpoint, const struct scep_build *b, struct scep_answer *ret)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf whole = {0};
    struct ca_bytes body;
    char head[120];
    int status;

    scep_build(b, &der);
    (void)snprintf(head, sizeof(head), "POST /scep/%s?operation=PKIOperation HTTP/1.1\r\n",
                   endpoint);
    status = http(head, ca_buf_view(&der), &whole, &body);
    if (status != 200)
        return status;
    assert_non_null(strstr((const char *)whole.ptr, "Content-Type: application/x-pki-message\r\n"));
    assert_true(scep_answer_read(body, ra.cert, b->signers[0], NULL, ret));
    assert_int_equal(ret->type, 3);
    assert_string_equal(ret->transaction_id, b->transaction_id);
    assert_true(ca_bytes_is_str(ca_buf_view(&ret->recipient_nonce), b->nonce));
    assert_int_equal(ret->sender_nonce.len, 16);
    return status;
}

/* An enrolment of `signer` with the key of `of`. */
static int enrol(const char *endpoint, const char *type, const struct scep_party *signer,
                 const struct scep_party *of, struct scep_answer *ret)
{
    CA_AUTO(buf) struct ca_buf csr = {0};
    struct scep_build b;

    scep_csr(of, "device", &csr);
    b = message(signer, type, ca_buf_view(&csr));
    return post(endpoint, &b, ret);
}

static void has_certificate(const struct scep_answer *a, struct ca_bytes der)
{
    CA_AUTO(x509) X509 *cert = scep_certs_only(ca_buf_view(&a->content), 0, NULL);
    CA_AUTO(buf) struct ca_buf got = {0};

    assert_non_null(cert);
    scep_party_der(&(struct scep_party){NULL, cert}, &got);
    assert_true(ca_bytes_equal(ca_buf_view(&got), der));
}

static void an_enrolment_goes_to_the_signer(void **state)
{
    CA_AUTO(scep_answer) struct scep_answer a = {0};
    CA_AUTO(buf) struct ca_buf signer = {0};
    CA_AUTO(buf) struct ca_buf csr = {0};
    const struct wire_scep_enrol *asked = &scep_fakes.asked;
    struct scep_build b;

    (void)state;
    scep_csr(&device, "device", &csr);
    b = message(&device, "19", ca_buf_view(&csr));
    assert_int_equal(post("plain", &b, &a), 200);
    assert_int_equal(a.status, SCEP_SUCCESS);
    has_certificate(&a, ca_buf_view(&ours_der));
    assert_null(scep_certs_only(ca_buf_view(&a.content), 1, NULL));
    scep_party_der(&device, &signer);
    assert_int_equal(scep_fakes.asks, 1);
    assert_string_equal(asked->endpoint, "plain");
    assert_string_equal(asked->transaction_id, "T1");
    assert_string_equal(asked->remote, "127.0.0.1");
    assert_string_equal(asked->proof, "");
    assert_string_equal(asked->caller.channel, "scep");
    assert_int_equal(asked->message_type, 19);
    assert_true(ca_uuid_is_nil(&asked->caller.operator_id));
    assert_true(ca_bytes_equal(ca_buf_view(&scep_fakes.asked_csr), ca_buf_view(&csr)));
    assert_true(ca_bytes_equal(ca_buf_view(&scep_fakes.asked_signer), ca_buf_view(&signer)));
}

static void the_chain_is_in_the_answer_where_an_endpoint_says_so(void **state)
{
    CA_AUTO(scep_answer) struct scep_answer a = {0};
    X509 *third;

    (void)state;
    assert_int_equal(enrol("odd", "19", &device, &device, &a), 200);
    assert_int_equal(a.status, SCEP_SUCCESS);
    X509_free(scep_certs_only(ca_buf_view(&a.content), 1, NULL));
    third = scep_certs_only(ca_buf_view(&a.content), 2, NULL);
    assert_null(third); /* never the root */
}

static const struct {
    const char *state;
    int status;
} outcomes[] = {
    {"issued",   SCEP_SUCCESS},
    {"pending",  SCEP_PENDING},
    {"approved", SCEP_PENDING}, /* waits for the token */
    {"issuing",  SCEP_PENDING},
    {"denied",   SCEP_FAILURE},
    {"failed",   SCEP_FAILURE},
    {"expired",  SCEP_FAILURE},
    {"nonsense", SCEP_FAILURE},
};

static void each_state_of_a_request_has_its_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(outcomes); i++) {
        CA_AUTO(scep_answer) struct scep_answer a = {0};

        test_note(outcomes[i].state);
        scep_fakes.issued.state = outcomes[i].state;
        assert_int_equal(enrol("plain", "19", &device, &device, &a), 200);
        assert_int_equal(a.status, outcomes[i].status);
        assert_true(a.has_content);
        assert_true((a.fail_info >= 0) == (a.status == SCEP_FAILURE));
    }
}

static const struct {
    enum ca_rc rc;
    const char *problem;
    int http, fail_info;
} refusals[] = {
    {CA_DENIED,      "policy",              200, SCEP_BAD_REQUEST      },
    {CA_DENIED,      "weak-key",            200, SCEP_BAD_ALG          },
    {CA_DENIED,      "proof-of-possession", 200, SCEP_BAD_MESSAGE_CHECK},
    {CA_CONFLICT,    "conflict",            200, SCEP_BAD_REQUEST      },
    {CA_MALFORMED,   "malformed-csr",       200, SCEP_BAD_REQUEST      },
    {CA_UNAVAILABLE, "",                    503, -1                    },
    {CA_UNAVAILABLE, "token-offline",       503, -1                    },
    {CA_LIMIT,       "overloaded",          503, -1                    },
    {CA_LIMIT,       "rate-limited",        429, -1                    },
    {CA_FAULT,       "",                    500, -1                    },
};

static void refusals_of_the_signer_are_told_and_absence_is_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(refusals); i++) {
        CA_AUTO(scep_answer) struct scep_answer a = {0};

        test_note(refusals[i].problem);
        scep_fakes.rc = refusals[i].rc;
        scep_fakes.problem = refusals[i].problem;
        scep_fakes.text = "the signer's reason";
        assert_int_equal(enrol("plain", "19", &device, &device, &a), refusals[i].http);
        if (refusals[i].http != 200)
            continue;
        assert_int_equal(a.status, SCEP_FAILURE);
        assert_int_equal(a.fail_info, refusals[i].fail_info);
        assert_string_equal(a.text, "the signer's reason");
    }
}

static void what_is_away_is_an_http_error(void **state)
{
    CA_AUTO(scep_answer) struct scep_answer a = {0};

    (void)state;
    front_fakes.client_full = true;
    assert_int_equal(enrol("plain", "19", &device, &device, &a), 503);
    front_fakes.client_full = false;
    scep_fakes.ra_away = true;
    assert_int_equal(enrol("plain", "19", &device, &device, &a), 503);
    scep_fakes.ra_away = false;
    front_fakes.database_away = true;
    assert_int_equal(enrol("plain", "19", &device, &device, &a), 503);
    front_fakes.database_away = false;
    assert_int_equal(enrol("off", "19", &device, &device, &a), 404);
    assert_int_equal(enrol("none", "19", &device, &device, &a), 404);
    assert_int_equal(scep_fakes.asks, 0);
}

/* CVE-2026-30836: nothing but the five goes anywhere. */
static void message_types_without_a_row_are_refused(void **state)
{
    (void)state;
    for (int type = 0; type <= 30; type++) {
        CA_AUTO(scep_answer) struct scep_answer a = {0};
        char text[8];
        bool served = type == 17 || (type >= 19 && type <= 22);

        (void)snprintf(text, sizeof(text), "%d", type);
        scep_fakes.asks = 0;
        assert_int_equal(enrol("plain", text, &device, &device, &a), 200);
        assert_int_equal(scep_fakes.asks, type == 17 || type == 19 ? 1 : 0);
        if (served)
            continue;
        assert_int_equal(a.status, SCEP_FAILURE);
        assert_int_equal(a.fail_info, SCEP_BAD_REQUEST);
    }
}

/* The reply is for whoever signs; a recorded request must not become somebody else's. */
static void the_signer_is_the_owner_of_the_key_or_renews(void **state)
{
    static const char *const types[] = {"17", "19"};
    CA_AUTO(buf) struct ca_buf garbage = {0};
    char first[256] = "";

    (void)state;
    ca_buf_str(&garbage, "this is no request");
    for (size_t i = 0; i < 2; i++) {
        CA_AUTO(scep_answer) struct scep_answer stolen = {0};
        CA_AUTO(scep_answer) struct scep_answer unknown = {0};
        CA_AUTO(scep_answer) struct scep_answer renewal = {0};
        CA_AUTO(scep_answer) struct scep_answer revoked = {0};
        CA_AUTO(scep_answer) struct scep_answer broken = {0};
        struct scep_build b = message(&other, types[i], ca_buf_view(&garbage));

        scep_fakes.asks = 0;
        assert_int_equal(enrol("plain", types[i], &other, &device, &stolen), 200);
        assert_int_equal(enrol("plain", types[i], &old, &device, &unknown), 200);
        assert_int_equal(post("plain", &b, &broken), 200);
        assert_int_equal(scep_fakes.asks, 0);
        assert_int_equal(stolen.fail_info, SCEP_BAD_MESSAGE_CHECK);
        assert_int_equal(broken.fail_info, SCEP_BAD_MESSAGE_CHECK);
        (void)snprintf(first, sizeof(first), "%s", stolen.text);
        assert_string_equal(unknown.text, first); /* one answer to all of them */
        assert_string_equal(broken.text, first);
        assert_int_equal(enrol("plain", types[i], &ours, &device, &renewal), 200);
        assert_int_equal(renewal.status, SCEP_SUCCESS);
        /* What a revoked certificate may, the signer says. */
        assert_int_equal(enrol("plain", types[i], &gone, &device, &revoked), 200);
        assert_int_equal(scep_fakes.asks, 2);
    }
}

static void a_broken_csr_has_the_same_answer(void **state)
{
    CA_AUTO(scep_answer) struct scep_answer first = {0};
    CA_AUTO(buf) struct ca_buf csr = {0};
    struct scep_build b;

    (void)state;
    assert_int_equal(enrol("plain", "19", &other, &device, &first), 200);
    scep_csr(&device, "device", &csr);
    for (size_t i = 0; i < csr.len; i += 11) {
        CA_AUTO(scep_answer) struct scep_answer a = {0};

        csr.ptr[i] ^= 4;
        b = message(&device, "19", ca_buf_view(&csr));
        assert_int_equal(post("plain", &b, &a), 200);
        csr.ptr[i] ^= 4;
        assert_int_equal(a.status, SCEP_FAILURE);
        assert_int_equal(a.fail_info, SCEP_BAD_MESSAGE_CHECK);
        assert_string_equal(a.text, first.text);
    }
    assert_int_equal(scep_fakes.asks, 0);
}

static void transaction_set(const char *state, const struct scep_party *key)
{
    static uint8_t hash[CA_SHA256_LEN];
    unsigned char *spki = NULL;
    int len = i2d_PUBKEY(key->key, &spki);
    struct ca_err err;

    assert_int_equal(ca_sha256((struct ca_bytes){spki, (size_t)len}, hash, &err), CA_OK);
    OPENSSL_free(spki);
    scep_fakes.transaction = (struct db_scep_transaction){
        .endpoint_id = plain_id,
        .transaction_id = "T1",
        .spki_hash = {hash, sizeof(hash)},
        .state = state,
    };
    if (strcmp(state, "issued") == 0)
        scep_fakes.transaction.certificate = ca_buf_view(&ours_der);
}

static int poll_status(const char *endpoint, const struct scep_party *signer, int *ret_fail_info)
{
    CA_AUTO(scep_answer) struct scep_answer a = {0};
    struct scep_build b = message(signer, "20", ca_bytes_str("a hint that nobody reads"));

    assert_int_equal(post(endpoint, &b, &a), 200);
    *ret_fail_info = a.fail_info;
    if (a.status == SCEP_SUCCESS)
        has_certificate(&a, ca_buf_view(&ours_der));
    return a.status;
}

static void polling_is_for_the_owner_of_the_key(void **state)
{
    struct scep_party again = {0}; /* sscep polls with another certificate of the key */
    int fail_info = -1;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(outcomes) - 1; i++) {
        test_note(outcomes[i].state);
        transaction_set(outcomes[i].state, &device);
        assert_int_equal(poll_status("plain", &device, &fail_info), outcomes[i].status);
    }
    transaction_set("issued", &device);
    assert_int_equal(poll_status("plain", &other, &fail_info), SCEP_FAILURE);
    assert_int_equal(fail_info, SCEP_BAD_CERT_ID);
    assert_int_equal(poll_status("odd", &device, &fail_info), SCEP_FAILURE); /* another endpoint */
    assert_int_equal(fail_info, SCEP_BAD_CERT_ID);
    scep_party_make(&again, "2048", "again", NULL);
    assert_int_equal(X509_set_pubkey(again.cert, device.key), 1);
    assert_true(X509_sign(again.cert, device.key, EVP_sha256()) > 0);
    EVP_PKEY_free(again.key);
    again.key = device.key;
    assert_int_equal(poll_status("plain", &again, &fail_info), SCEP_SUCCESS);
    X509_free(again.cert);
    /* A renewal is polled with the key of the old certificate. */
    transaction_set("issued", &other);
    assert_int_equal(poll_status("plain", &ours, &fail_info), SCEP_FAILURE);
    scep_fakes.transaction.renews = scep_fakes.certificates[0].id;
    assert_int_equal(poll_status("plain", &ours, &fail_info), SCEP_SUCCESS);
    assert_int_equal(poll_status("plain", &gone, &fail_info), SCEP_FAILURE);
    assert_int_equal(poll_status("plain", &device, &fail_info), SCEP_FAILURE);
}

/* GetCert or GetCRL for `of`. */
static void look(const char *type, const struct scep_party *signer, const X509 *of,
                 struct scep_answer *ret)
{
    CA_AUTO(buf) struct ca_buf id = {0};
    struct scep_build b;

    scep_issuer_and_serial_of(of, &id);
    b = message(signer, type, ca_buf_view(&id));
    assert_int_equal(post("plain", &b, ret), 200);
}

static void certificates_and_crls_are_for_those_who_have_one(void **state)
{
    static const struct {
        const struct scep_party *signer, *of;
        int status, fail_info;
    } cases[] = {
        {&ours,   &gone,  SCEP_SUCCESS, -1              },
        {&ours,   &ours,  SCEP_SUCCESS, -1              },
        {&ours,   &old,   SCEP_FAILURE, SCEP_BAD_CERT_ID}, /* not on record */
        {&ours,   &other, SCEP_FAILURE, SCEP_BAD_CERT_ID}, /* of another issuer */
        {&device, &ours,  SCEP_FAILURE, SCEP_BAD_CERT_ID},
        {&gone,   &ours,  SCEP_FAILURE, SCEP_BAD_REQUEST},
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(scep_answer) struct scep_answer a = {0};

        look("21", cases[i].signer, cases[i].of->cert, &a);
        assert_int_equal(a.status, cases[i].status);
        assert_int_equal(a.fail_info, cases[i].fail_info);
        if (a.status == SCEP_SUCCESS) {
            has_certificate(&a,
                            cases[i].of == &gone ? ca_buf_view(&gone_der) : ca_buf_view(&ours_der));
        }
    }
}

static void crl_wait(void)
{
    for (int i = 0; i < 200; i++) {
        CA_AUTO(buf) struct ca_buf whole = {0};
        struct ca_bytes body;
        struct timespec pause = {0, 20000000};

        if (http("GET /crl/issuing.crl HTTP/1.1\r\n", (struct ca_bytes){0}, &whole, &body) == 200)
            return;
        (void)nanosleep(&pause, NULL);
    }
    fail_msg("no CRL");
}

static void the_crl_is_the_published_one(void **state)
{
    CA_AUTO(scep_answer) struct scep_answer a = {0};
    CA_AUTO(scep_answer) struct scep_answer foreign = {0};
    int crls = 0;

    (void)state;
    crl_wait();
    look("22", &ours, ours.cert, &a);
    assert_int_equal(a.status, SCEP_SUCCESS);
    assert_null(scep_certs_only(ca_buf_view(&a.content), 0, &crls));
    assert_int_equal(crls, 1);
    look("22", &ours, other.cert, &foreign);
    assert_int_equal(foreign.fail_info, SCEP_BAD_CERT_ID);
}

static void refused_algorithms_are_named(void **state)
{
    CA_AUTO(scep_answer) struct scep_answer weak = {0};
    CA_AUTO(scep_answer) struct scep_answer des3 = {0};
    CA_AUTO(scep_answer) struct scep_answer taken = {0};
    CA_AUTO(buf) struct ca_buf csr = {0};
    struct scep_build b;

    (void)state;
    scep_csr(&device, "device", &csr);
    b = message(&device, "19", ca_buf_view(&csr));
    b.md = EVP_sha1();
    assert_int_equal(post("plain", &b, &weak), 200);
    assert_int_equal(weak.fail_info, SCEP_BAD_ALG);
    assert_int_equal(weak.digest, NID_sha256);
    b.md = NULL;
    b.cipher = EVP_des_ede3_cbc();
    assert_int_equal(post("plain", &b, &des3), 200);
    assert_int_equal(des3.fail_info, SCEP_BAD_ALG);
    b.md = EVP_sha1();
    assert_int_equal(post("odd", &b, &taken), 200);
    assert_int_equal(taken.status, SCEP_SUCCESS);
    assert_int_equal(taken.digest, NID_sha1);
}

/* PKIOperation by GET in the forms that clients send; `escape`: characters that are escaped. */
static int get(const char *escape, bool url, bool lines, size_t fill, int *ret_status)
{
    CA_AUTO(scep_answer) struct scep_answer a = {0};
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf csr = {0};
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(buf) struct ca_buf head = {0};
    CA_AUTO(buf) struct ca_buf whole = {0};
    struct ca_bytes body;
    struct scep_build b;
    int status;

    scep_csr(&device, "device", &csr);
    b = message(&device, "19", ca_buf_view(&csr));
    scep_build(&b, &der);
    if (url) {
        ca_base64url_put(&text, ca_buf_view(&der));
    } else {
        ca_base64_put(&text, ca_buf_view(&der));
    }
    ca_buf_str(&head, "GET /scep/plain/pkiclient.exe?x=");
    while (fill-- > 0)
        ca_buf_u8(&head, 'a');
    ca_buf_str(&head, "&message=");
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(escape, text.ptr[i]) != NULL) {
            ca_buf_printf(&head, "%%%02X", text.ptr[i] + 0U);
        } else {
            ca_buf_u8(&head, text.ptr[i]);
        }
        if (lines && i % 64 == 63)
            ca_buf_str(&head, "%0A");
    }
    ca_buf_str(&head, "&operation=PKIOperation HTTP/1.0\r\n");
    status = http(ca_buf_cstr(&head), (struct ca_bytes){0}, &whole, &body);
    *ret_status = -1;
    if (status == 200 && scep_answer_read(body, ra.cert, &device, NULL, &a))
        *ret_status = a.status;
    return status;
}

static void every_form_of_get_enrols(void **state)
{
    static const struct {
        const char *escape;
        bool url, lines;
    } cases[] = {
        {"+/=", false, false},
        {"",    false, false},
        {"+/=", false, true },
        {"",    true,  false},
        {"=",   true,  true },
    };
    int pki_status;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        assert_int_equal(get(cases[i].escape, cases[i].url, cases[i].lines, 0, &pki_status), 200);
        assert_int_equal(pki_status, SCEP_SUCCESS);
    }
    assert_int_equal(get("+/=", false, true, 11500, &pki_status), 200); /* nearly 16 KiB */
    assert_int_equal(pki_status, SCEP_SUCCESS);
    assert_int_equal(get("+/=", false, true, 16000, &pki_status), 414);
}

static const struct {
    const char *head, *body;
    int status;
    const char *says;
} requests[] = {
    {"GET /scep/plain?operation=GetCACaps HTTP/1.1\r\n",                                       "",    200,
     "\r\n\r\nAES\nSHA-256\nSHA-384\nSHA-512\nPOSTPKIOperation\nRenewal\nSCEPStandard\n"                                                 },
    {"GET /scep/plain?operation=GetCACaps HTTP/1.1\r\n",                                       "",    200, "Content-Type: text/plain\r\n"},
    {"GET /scep/odd/?message=0&operation=GetCACaps HTTP/1.0\r\n",                              "",    200,
     "\r\n\r\nAES\nDES3\nSHA-1\nSHA-256\nSHA-384\nSHA-512\nSCEPStandard\n"                                                               },
    {"GET /scep/plain/pkiclient.exe?operation=GetCACert&message=default HTTP/1.1\r\n",         "",    200,
     "Content-Type: application/x-x509-ca-ra-cert\r\n"                                                                                   },
    {"GET /scep/plain?operation=GetCACert&message=My%20Mac%E2%80%99s%0A HTTP/1.1\r\n",         "",    200, ""                            },
    {"GET /scep/plain/a/b//c?operation=GetCACertChain HTTP/1.1\r\n",                           "",    200, "ra-cert"                     },
    {"GET /scep/plain?operation=GetCAChain HTTP/1.1\r\n",                                      "",    200, "ra-cert"                     },
    {"GET /scep/plain?operation=GetNextCACert HTTP/1.1\r\n",                                   "",    404, "no next certificate"         },
    {"GET /scep/off?operation=GetCACaps HTTP/1.1\r\n",                                         "",    404, "no SCEP endpoint 'off'"      },
    {"GET /scep/..%2fplain?operation=GetCACaps HTTP/1.1\r\n",                                  "",    404, "no SCEP endpoint"            },
    {"GET /scep/plain HTTP/1.1\r\n",                                                           "",    400, "missing"                     },
    {"GET /scep/plain?operation=getcacaps HTTP/1.1\r\n",                                       "",    400, "not known"                   },
    {"GET /scep/plain?operation=GetCACaps&operation=GetCACert HTTP/1.1\r\n",                   "",    400, "twice"                       },
    {"GET /scep/plain?operation=PKIOperation HTTP/1.1\r\n",                                    "",    400, "there is no message"         },
    {"GET /scep/plain?operation=PKIOperation&message=*** HTTP/1.1\r\n",                        "",    400, "not base64"                  },
    {"GET /scep/plain?operation=PKIOperation&message=AAAA HTTP/1.1\r\n",                       "",    400, "not CMS"                     },
    {"POST /scep/plain?operation=PKIOperation HTTP/1.1\r\n",                                   "MAA", 400, "not CMS"                     },
    {"POST /scep/plain?operation=PKIOperation&message=AAAA HTTP/1.1\r\nContent-Length: 0\r\n", "",
     400,                                                                                                  "there is no message"         },
    {"DELETE /scep/plain?operation=GetCACaps HTTP/1.1\r\n",                                    "",    405, "Allow: GET, POST"            },
    {"GET /scep HTTP/1.1\r\n",                                                                 "",    404, ""                            },
    {"GET /scep/ HTTP/1.1\r\n",                                                                "",    404, ""                            },
};

static void each_request_gets_its_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(requests); i++) {
        CA_AUTO(buf) struct ca_buf whole = {0};
        struct ca_bytes body;

        test_note(requests[i].head);
        assert_int_equal(http(requests[i].head, ca_bytes_str(requests[i].body), &whole, &body),
                         requests[i].status);
        assert_non_null(strstr(ca_buf_cstr(&whole), requests[i].says));
    }
}

/* RA, authority and root, in whatever order a SET has. */
static void the_ca_answer_is_ra_and_chain(void **state)
{
    CA_AUTO(buf) struct ca_buf whole = {0};
    struct ca_bytes body;
    int ra_n = 0;
    int n = 0;

    (void)state;
    assert_int_equal(http("GET /scep/plain?operation=GetCACert HTTP/1.1\r\n", (struct ca_bytes){0},
                          &whole, &body),
                     200);
    for (;; n++) {
        CA_AUTO(x509) X509 *cert = scep_certs_only(body, n, NULL);

        if (cert == NULL)
            break;
        ra_n += X509_cmp(cert, ra.cert) == 0 ? 1 : 0;
    }
    assert_int_equal(n, 3);
    assert_int_equal(ra_n, 1);
    scep_fakes.ra_away = true;
    ca_buf_reset(&whole);
    assert_int_equal(http("GET /scep/plain?operation=GetCACert HTTP/1.1\r\n", (struct ca_bytes){0},
                          &whole, &body),
                     503);
    assert_non_null(strstr(ca_buf_cstr(&whole), "Retry-After: "));
}

static void an_address_sends_so_much_a_second(void **state)
{
    int taken = 0;
    int refused = 0;

    (void)state;
    for (int i = 0; i < 12; i++) {
        CA_AUTO(buf) struct ca_buf whole = {0};
        struct ca_bytes body;
        int status = http("GET /scep/plain?operation=PKIOperation&message=AAAA HTTP/1.1\r\n",
                          (struct ca_bytes){0}, &whole, &body);

        taken += status == 400;
        refused += status == 429;
    }
    assert_true(taken >= 4 && refused >= 1);
}

/* Waits with its half of the connection open, as clients do. */
static void *ca_cert_get(void *arg)
{
    static const char ask[] = "GET /scep/plain?operation=GetCACert HTTP/1.1\r\nHost: x\r\n"
                              "Connection: close\r\n\r\n";
    CA_AUTO(buf) struct ca_buf whole = {0};
    int fd = front_connect(c->http_port);
    char piece[4096];
    ssize_t n;

    *(int *)arg = 0;
    if (fd < 0 || send(fd, ask, sizeof(ask) - 1, MSG_NOSIGNAL) < 0)
        return NULL;
    while ((n = recv(fd, piece, sizeof(piece), 0)) > 0)
        ca_buf_add(&whole, piece, (size_t)n);
    (void)close(fd);
    (void)sscanf(ca_buf_cstr(&whole), "HTTP/1.1 %d", (int *)arg);
    return NULL;
}

/* I16: of two workers one is left to others, and half of the queue. */
static void i16_a_flood_of_scep_keeps_nobody_else_waiting(void **state)
{
    const struct front_call rest = {
        .method = "GET", .path = "/api/v1/certificates/1", .who = PKI_OFFICER};
    CA_AUTO(buf) struct ca_buf header = {0};
    CA_AUTO(buf) struct ca_buf body = {0};
    pthread_t threads[3]; /* as many as the half takes */
    int statuses[3] = {0};
    int served = 0;

    (void)state;
    scep_fakes.ra_taken_most = 0;
    scep_fakes.ra_held = true;
    for (size_t i = 0; i < CA_COUNT(threads); i++)
        (void)pthread_create(&threads[i], NULL, ca_cert_get, &statuses[i]);
    while (scep_fakes.ra_taken_most == 0)
        (void)usleep(1000);
    for (int i = 0; i < 3; i++) {
        ca_buf_reset(&header);
        ca_buf_reset(&body);
        assert_int_equal(front_ask(c, &rest, &header, &body), 200);
    }
    scep_fakes.ra_held = false;
    for (size_t i = 0; i < CA_COUNT(threads); i++) {
        (void)pthread_join(threads[i], NULL);
        served += statuses[i] == 200;
        assert_true(statuses[i] == 200 || statuses[i] == 503); /* too late */
    }
    assert_true(served >= 1);
    assert_int_equal(scep_fakes.ra_taken_most, 1);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_enrolment_goes_to_the_signer),
        TEST(the_chain_is_in_the_answer_where_an_endpoint_says_so),
        TEST(each_state_of_a_request_has_its_status),
        TEST(refusals_of_the_signer_are_told_and_absence_is_not),
        TEST(what_is_away_is_an_http_error),
        TEST(message_types_without_a_row_are_refused),
        TEST(the_signer_is_the_owner_of_the_key_or_renews),
        TEST(a_broken_csr_has_the_same_answer),
        TEST(polling_is_for_the_owner_of_the_key),
        TEST(certificates_and_crls_are_for_those_who_have_one),
        TEST(the_crl_is_the_published_one),
        TEST(refused_algorithms_are_named),
        TEST(every_form_of_get_enrols),
        TEST(each_request_gets_its_answer),
        TEST(i16_a_flood_of_scep_keeps_nobody_else_waiting),
        TEST(the_ca_answer_is_ra_and_chain),
    };
    const struct CMUnitTest limited[] = {
        cmocka_unit_test(an_address_sends_so_much_a_second),
    };
    int failed = cmocka_run_group_tests(tests, start, stop);

    return failed + cmocka_run_group_tests(limited, limited_start, stop);
}
