/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/approval_support.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/ossl.h"
#include "base/time.h"

enum { WAIT_MS = 20000 };

static struct ca_bytes certificate_make(const char *name, uint8_t ret[2048])
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    uint8_t *der = NULL;
    int len;

    (void)X509_set_version(cert, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    (void)X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
                                     (const uint8_t *)name, -1, -1, 0);
    (void)X509_set_issuer_name(cert, X509_get_subject_name(cert));
    (void)X509_set_pubkey(cert, key);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    len = i2d_X509(cert, &der);
    assert_true(len > 0 && len <= 2048);
    memcpy(ret, der, (size_t)len);
    OPENSSL_free(der);
    X509_free(cert);
    EVP_PKEY_free(key);
    return (struct ca_bytes){ret, (size_t)len};
}

static void person_enrol(struct office *o, struct person *p)
{
    uint8_t room[2048];
    const struct actor local = {.name = "local", .roles = CA_REQUESTER | CA_OFFICER | CA_ADMIN};
    const struct wire_operator_enrol ask = {
        .caller = {.channel = "local", .request_id = "set-up"},
        .name = p->name,
        .roles = p->roles,
        .certificate = certificate_make(p->name, room)
    };
    CA_AUTO(buf) struct ca_buf own = {0};
    struct wire_operator made = {0};
    struct ca_err err = {0};

    test_ok(handle_operator_enrol(o->t.s, &local, &ask, &made, &own, &err), &err);
    p->id = made.id;
    p->credential_id = made.credential_id;
}

static void client_start(struct office *o)
{
    const struct client_config config = {
        .socket_path = o->t.socket, .peer_uid = (uid_t)-1, .in_flight_max = 64};
    struct ca_err err = {0};

    test_ok(client_open(&config, &o->client, &err), &err);
}

void office_start(struct office *o)
{
    static const struct person people[PEOPLE] = {
        [ALICE] = {.name = "alice",    .roles = CA_REQUESTER},
        [OFFICER1] = {.name = "officer1", .roles = CA_OFFICER  },
        [OFFICER2] = {.name = "officer2", .roles = CA_OFFICER  },
        [OFFICER3] = {.name = "officer3", .roles = CA_OFFICER  },
        [ADMIN] = {.name = "admin",    .roles = CA_ADMIN    },
        [AUDITOR] = {.name = "auditor",  .roles = CA_AUDITOR  },
    };
    CA_AUTO(buf) struct ca_buf der = {0};

    *o = (struct office){.client = NULL};
    memcpy(o->people, people, sizeof(people));
    test_signer_start(&o->t);
    test_authority_make(&o->t, "root", "", &der);
    test_authority_make(&o->t, "issuing", "root", &der);
    for (size_t i = 0; i < PEOPLE; i++)
        person_enrol(o, &o->people[i]);
    client_start(o);
}

void office_restart(struct office *o)
{
    client_close(o->client);
    test_signer_stop(&o->t);
    test_signer_again(&o->t);
    client_start(o);
}

void office_done(struct office *o)
{
    client_close(o->client);
    test_signer_done(&o->t);
}

struct wire_message *office_ask(struct office *o, enum people who, enum wire_kind kind,
                                void *question, enum ca_rc *ret_rc, struct ca_err *err)
{
    struct wire_caller *caller = question;
    struct wire_message *answer = NULL;

    *caller = (struct wire_caller){.operator_id = o->people[who].id,
                                   .credential_id = o->people[who].credential_id,
                                   .channel = "rest",
                                   .request_id = "test-request"};
    *ret_rc = client_call(o->client, kind, question, ca_mono_ms() + WAIT_MS, &answer, err);
    return answer;
}

static void approval_said(const struct wire_approval *from, struct said *ret)
{
    ret->id = from->id;
    (void)snprintf(ret->state, sizeof(ret->state), "%s", from->state);
    (void)snprintf(ret->result, sizeof(ret->result), "%s", from->result);
    if (from->digest.len == DIGEST_LEN)
        memcpy(ret->digest, from->digest.ptr, DIGEST_LEN);
    ret->revision = from->revision;
    ret->step = from->step;
    ret->needed = from->needed;
    ret->votes = from->votes_n;
}

static void issued_said(const struct wire_issued *from, struct said *ret)
{
    ret->id = from->request_id;
    (void)snprintf(ret->state, sizeof(ret->state), "%s", from->state);
    if (from->plan_digest.len == DIGEST_LEN)
        memcpy(ret->digest, from->plan_digest.ptr, DIGEST_LEN);
    ret->repeated = from->repeated;
}

struct said office_put(struct office *o, enum people who, enum wire_kind kind, void *question)
{
    struct said said = {.rc = CA_OK};
    CA_AUTO(wire_message)
    struct wire_message *answer = office_ask(o, who, kind, question, &said.rc, &said.err);

    if (answer == NULL)
        return said;
    said.kind = answer->kind;
    if (answer->kind == WIRE_APPROVAL)
        approval_said(answer->body, &said);
    if (answer->kind == WIRE_ISSUED)
        issued_said(answer->body, &said);
    return said;
}

static struct ca_bytes csr_make(const char *name, uint8_t ret[1024])
{
    static EVP_PKEY *key;
    X509_REQ *req = X509_REQ_new();
    uint8_t *der = NULL;
    int len;

    if (key == NULL)
        key = EVP_EC_gen("P-256");
    (void)X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(req), "CN", MBSTRING_UTF8,
                                     (const uint8_t *)name, -1, -1, 0);
    (void)X509_REQ_set_pubkey(req, key);
    assert_true(X509_REQ_sign(req, key, EVP_sha256()) > 0);
    len = i2d_X509_REQ(req, &der);
    assert_true(len > 0 && len <= 1024);
    memcpy(ret, der, (size_t)len);
    OPENSSL_free(der);
    X509_REQ_free(req);
    return (struct ca_bytes){ret, (size_t)len};
}

static struct said submit(struct office *o, enum people who, const char *key, const char *name,
                          const struct said *revises)
{
    static uint8_t room[1024];
    static struct ca_bytes csr;
    static char last[64];
    const struct wire_pair san = {"dns", name};
    struct wire_issue ask = {.profile = "approved",
                             .authority = "",
                             .idempotency_key = key,
                             .comment = "for the shop",
                             .sans_given = true,
                             .sans = &san,
                             .sans_n = 1};

    if (strcmp(last, name) != 0) /* each signature of one is another one */
        csr = csr_make(name, room);
    (void)snprintf(last, sizeof(last), "%s", name);
    ask.csr = csr;
    if (revises != NULL) {
        ask.revises = revises->id;
        ask.revises_digest = (struct ca_bytes){revises->digest, DIGEST_LEN};
    }
    return office_put(o, who, WIRE_ISSUE, &ask);
}

struct said office_request(struct office *o, enum people who, const char *key, const char *name)
{
    return submit(o, who, key, name, NULL);
}

struct said office_revise(struct office *o, enum people who, const struct said *before,
                          const char *name)
{
    return submit(o, who, "revision", name, before);
}

struct said office_decide(struct office *o, enum people who, const struct said *on, bool approves,
                          const char *comment)
{
    struct wire_decide ask = {
        .approval_id = on->id,
        .approves = approves,
        .digest = {on->digest, DIGEST_LEN},
        .comment = comment
    };

    return office_put(o, who, WIRE_DECIDE, &ask);
}

struct said office_change(struct office *o, enum people who, const struct said *on,
                          const char *change, const char *comment)
{
    struct wire_approval_change ask = {.approval_id = on->id, .change = change, .comment = comment};

    return office_put(o, who, WIRE_APPROVAL_CHANGE, &ask);
}

/* Every %s is the id. */
static char *sql_of(const char *sql, const struct said *on, char ret[2048])
{
    char id[CA_UUID_TEXT];
    size_t at = 0;

    (void)ca_uuid_text(&on->id, id);
    for (; *sql != '\0' && at + sizeof(id) < 2048; sql++) {
        if (sql[0] == '%' && sql[1] == 's') {
            at += (size_t)snprintf(ret + at, 2048 - at, "%s", id);
            sql++;
        } else {
            ret[at++] = *sql;
        }
    }
    ret[at] = '\0';
    return ret;
}

void office_sql(struct office *o, const char *sql, const struct said *on)
{
    char text[2048];

    free(postgres_sql(o->t.pg, sql_of(sql, on, text)));
}

void office_sql_is(struct office *o, const char *sql, const struct said *on, const char *want)
{
    char text[2048];
    char *got = postgres_sql(o->t.pg, sql_of(sql, on, text));

    assert_non_null(got);
    assert_string_equal(got, want);
    free(got);
}
