/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/rest_case.h"

#include "base/digest.h"
#include "base/time.h"
#include "tests/unit/rest_fake_approval.h"

const char rest_case_id[] = "01000000-0000-0000-0000-000000000000";
const char rest_case_ask[] = "02000000-0000-0000-0000-000000000000";
/* clang-format off */
static const uint8_t serial[] = {0x41, 0xab, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xef};
/* clang-format on */

static void rows_make(struct rest_case *c)
{
    int64_t now = ca_time_now();

    memset(&rest_fake_db, 0, sizeof(rest_fake_db));
    memset(&rest_fake_approval, 0, sizeof(rest_fake_approval));
    assert_int_equal(ca_sha256(c->leaf.bytes, c->fingerprint, &c->err), CA_OK);
    rest_fake_db.authorities[0] = (struct db_authority){
        .id = 1,
        .name = "root",
        .state = DB_AUTHORITY_ACTIVE,
        .signature = "ecdsa-with-SHA256",
        .certificate = c->root.bytes,
        .crl_url = "",
        .created_at = 1,
    };
    rest_fake_db.authorities[0].uuid.octets[0] = 9;
    rest_fake_db.authority_n = 1;
    rest_fake_db.certificates[0] = (struct db_certificate){
        .authority_id = 1,
        .authority = "root",
        .serial = {serial,         sizeof(serial)        },
        .state = DB_CERT_VALID,
        .der = c->leaf.bytes,
        .fingerprint = {c->fingerprint, sizeof(c->fingerprint)},
        .subject = "CN=www.example,O=Example,C=DE",
        .common_name = "www.example",
        .not_before = now - 60,
        .not_after = now + 86400,
        .profile = "tls",
        .requester = "alice",
        .issued_at = now - 60,
        .reason = -1,
        .comment = "",
    };
    rest_fake_db.certificates[0].id.octets[0] = 1;
    rest_fake_db.certificates[0].request_id.octets[0] = 2;
    rest_fake_db.certificate_n = 1;
    rest_fake_db.requests[0] = (struct db_request){
        .state = DB_REQUEST_ISSUED,
        .requester = "alice",
        .channel = "rest",
        .profile = "tls",
        .authority = "root",
        .comment = "",
        .subject = "CN=www.example,O=Example,C=DE",
        .serial = {serial, sizeof(serial)},
        .created_at = now - 61,
    };
    rest_fake_db.requests[0].id.octets[0] = 2;
    rest_fake_db.requests[0].requester_id.octets[0] = 7;
    rest_fake_db.requests[0].certificate_id.octets[0] = 1;
    rest_fake_db.request_n = 1;
}

void rest_case_init(struct rest_case *c, unsigned roles)
{
    memset(c, 0, sizeof(*c));
    c->leaf = sample_load("rest", "leaf.der");
    c->root = sample_load("rest", "root.der");
    rows_make(c);
    assert_int_equal(authority_cache_new(&c->cache, &c->err), CA_OK);
    assert_int_equal(authority_cache_load(c->cache, NULL, &c->err), CA_OK);
    rest_case_next(c);
    c->rq.caller.roles = roles;
}

void rest_case_next(struct rest_case *c)
{
    struct caller caller = {.name = "alice", .roles = c->rq.caller.roles};

    rest_request_done(&c->rq);
    rest_response_done(&c->rs);
    caller.id.octets[0] = 7;
    c->rq = (struct request){.caller = caller, .cache = c->cache};
    c->rq.vars[0] = (struct rest_pair){"id", rest_case_id};
    memset(&c->rs, 0, sizeof(c->rs));
    memset(&c->err, 0, sizeof(c->err));
}

void rest_case_done(struct rest_case *c)
{
    rest_request_done(&c->rq);
    rest_response_done(&c->rs);
    authority_cache_free(c->cache);
    sample_free(c->leaf);
    sample_free(c->root);
}

enum ca_rc rest_case_run(struct rest_case *c,
                         enum ca_rc (*handler)(struct request *, struct response *,
                                               struct ca_err *))
{
    return handler(&c->rq, &c->rs, &c->err);
}
