/* SPDX-License-Identifier: Apache-2.0 */
#include "api/auth_internal.h"
#include "api/rest/answer.h"
#include "api/rest/blocked_key_view.h"
#include "api/rest/choices.h"
#include "api/rest/cursor.h"
#include "api/rest/rest.h"
#include "base/der.h"
#include "base/digest.h"
#include "base/pem.h"
#include "db/certificate.h"
#include "policy/cert.h"
#include "policy/csr.h"

static const struct rest_parameters *const filters = &rest_blocked_keys_parameters;
static const uint8_t cursor_kind = 1; /* the first octet of a cursor's key */

static CA_RC actions_view(struct request *rq, struct json_list *ret, struct ca_err *err)
{
    struct rest_action *items = request_alloc(rq, sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    items[0] = rest_action(rq, "unblock", auth_permission_roles(MAY_ADMIN), NULL);
    *ret = (struct json_list){items, 1, true};
    return CA_OK;
}

/* The row's pointers are good as long as the result: the answer is written before. */
static CA_RC key_view(struct request *rq, const struct db_blocked_key *row,
                      struct rest_blocked_key *ret, struct ca_err *err)
{
    *ret = (struct rest_blocked_key){.spki_sha256 = row->spki_hash,
                                     .reason = rest_reason_name(row->reason),
                                     .comment = row->comment,
                                     .blocked_at = row->blocked_at,
                                     .blocked_by = row->blocker,
                                     .certificates = row->certificates};
    return actions_view(rq, &ret->allowed_actions, err);
}

static CA_RC next_link(struct request *rq, struct response *rs, const struct db_blocked_key *last,
                       struct ca_buf *ret, struct ca_err *err)
{
    uint8_t key[1 + CA_SHA256_LEN] = {cursor_kind};

    if (last->spki_hash.len != CA_SHA256_LEN)
        return CA_FAIL(err, CA_FAULT, "a hash of %zu octets", last->spki_hash.len);
    memcpy(key + 1, last->spki_hash.ptr, CA_SHA256_LEN);
    CA_TRY(rest_cursor_seal(rq, filters, (struct ca_bytes){key, sizeof(key)}, ret, err));
    return rest_link_next(rq, rs, filters, ca_buf_cstr(ret), err);
}

static CA_RC after_read(const struct request *rq, struct ca_buf *own, struct ca_bytes *ret,
                        struct ca_err *err)
{
    bool given = false;

    CA_TRY(rest_cursor_unseal(rq, filters, own, &given, err));
    if (given && own->len != 1 + CA_SHA256_LEN)
        return CA_FAIL_AS(err, CA_MALFORMED, "bad-cursor", "cursor: is not one of this list");
    *ret = given ? (struct ca_bytes){own->ptr + 1, CA_SHA256_LEN} : (struct ca_bytes){NULL, 0};
    return CA_OK;
}

/* GET /api/v1/blocked-keys */
CA_RC rest_blocked_keys_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf own = {0};
    CA_AUTO(buf) struct ca_buf next = {0};
    struct rest_blocked_key *items;
    struct rest_page page = {.next = NULL};
    struct ca_bytes after = {NULL, 0};
    struct db *db = NULL;
    size_t limit = 0;
    size_t n;

    CA_TRY(rest_parameters_check(rq, filters, err));
    CA_TRY(after_read(rq, &own, &after, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_blocked_key_list(db, (struct ca_bytes){NULL, 0}, after, limit + 1, &found, err));
    n = found.count > limit ? limit : found.count;
    items = request_alloc(rq, (n + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++)
        CA_TRY(key_view(rq, (const struct db_blocked_key *)found.rows + i, &items[i], err));
    if (found.count > limit) {
        CA_TRY(
            next_link(rq, rs, (const struct db_blocked_key *)found.rows + limit - 1, &next, err));
        page.next = ca_buf_cstr(&next);
    }
    page.items = (struct json_list){items, (uint32_t)n, true};
    return rest_answer(rq, rs, 200, &rest_blocked_key_page, &page, err);
}

static CA_RC hash_var(const struct request *rq, uint8_t ret[CA_SHA256_LEN], struct ca_err *err)
{
    struct ca_err ignored;
    size_t len = 0;

    if (ca_hex_parse(ca_bytes_str(request_var(rq, "spki_sha256")), ret, CA_SHA256_LEN, &len,
                     &ignored) != CA_OK ||
        len != CA_SHA256_LEN)
        return CA_FAIL(err, CA_NOT_FOUND, "a key's address is its SHA-256, 64 hexadecimal digits");
    return CA_OK;
}

/* GET /api/v1/blocked-keys/{spki_sha256} */
CA_RC rest_blocked_key_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_blocked_key view;
    uint8_t hash[CA_SHA256_LEN];
    struct db *db = NULL;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(hash_var(rq, hash, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_blocked_key_list(db, (struct ca_bytes){hash, sizeof(hash)},
                               (struct ca_bytes){NULL, 0}, 1, &found, err));
    if (found.count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "this key is not blocked");
    CA_TRY(key_view(rq, found.rows, &view, err));
    return rest_answer(rq, rs, 200, &rest_blocked_key_schema, &view, err);
}

static CA_RC recorded_hash(struct request *rq, const struct ca_uuid *id, uint8_t ret[CA_SHA256_LEN],
                           struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_certificate *row;
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_certificate_by_id(db, id, &found, err));
    row = found.rows;
    if (found.count == 0 || row->state == DB_CERT_BURNED || row->spki_hash.len != CA_SHA256_LEN)
        return CA_FAIL(err, CA_NOT_FOUND, "/certificate_id: there is no such certificate");
    memcpy(ret, row->spki_hash.ptr, CA_SHA256_LEN);
    return CA_OK;
}

static CA_RC certificate_hash(struct ca_bytes der, uint8_t ret[CA_SHA256_LEN], struct ca_err *err)
{
    struct ca_err why = {0};
    struct cert cert;

    if (cert_read(der, &cert, &why) != CA_OK)
        return CA_FAIL(err, CA_MALFORMED, "/certificate: %s", why.text);
    return ca_sha256(cert.spki, ret, err);
}

static CA_RC csr_hash(struct ca_bytes der, uint8_t ret[CA_SHA256_LEN], struct ca_err *err)
{
    CA_AUTO(csr) struct csr *csr = NULL;

    CA_TRY(csr_parse(der, &csr, err));
    return ca_sha256(csr_spki(csr), ret, err);
}

/* Whatever the algorithm: a key that would never get a certificate may be blocked all the same. */
static CA_RC public_key_hash(const char *pem, uint8_t ret[CA_SHA256_LEN], struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct ca_bytes in = ca_bytes_str(pem);
    struct ca_bytes rest;
    struct der element;
    struct ca_err why = {0};

    if (pem_take(&in, "PUBLIC KEY", &der, &why) != CA_OK)
        return CA_FAIL(err, CA_MALFORMED, "/public_key: holds no PEM block PUBLIC KEY");
    rest = ca_buf_view(&der);
    if (der_take(&rest, DER_SEQUENCE, &element, &why) != CA_OK || der_done(rest, &why) != CA_OK)
        return CA_FAIL(err, CA_MALFORMED, "/public_key: is no SubjectPublicKeyInfo");
    return ca_sha256(ca_buf_view(&der), ret, err);
}

static CA_RC key_hash(struct request *rq, const struct rest_key_block *body,
                      uint8_t ret[CA_SHA256_LEN], struct ca_err *err)
{
    bool by_id = !ca_uuid_is_nil(&body->certificate_id);
    int given = (body->spki_sha256.len > 0) + by_id + (body->certificate.len > 0) +
                (body->csr.len > 0) + (body->public_key != NULL);

    if (given != 1) {
        return CA_FAIL(
            err, CA_MALFORMED,
            "exactly one of spki_sha256, certificate_id, certificate, csr and public_key "
            "says which key");
    }
    if (by_id)
        return recorded_hash(rq, &body->certificate_id, ret, err);
    if (body->certificate.len > 0)
        return certificate_hash(body->certificate, ret, err);
    if (body->csr.len > 0)
        return csr_hash(body->csr, ret, err);
    if (body->public_key != NULL)
        return public_key_hash(body->public_key, ret, err);
    if (body->spki_sha256.len != CA_SHA256_LEN)
        return CA_FAIL(err, CA_MALFORMED, "/spki_sha256: has 64 hexadecimal digits");
    memcpy(ret, body->spki_sha256.ptr, CA_SHA256_LEN);
    return CA_OK;
}

/* POST /api/v1/blocked-keys */
CA_RC rest_blocked_keys_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_key_block body = {.reason = "key_compromise", .comment = ""};
    struct wire_key_block ask = {.caller = request_wire_caller(rq)};
    uint8_t hash[CA_SHA256_LEN];

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_key_block_schema, &body, err));
    CA_TRY(key_hash(rq, &body, hash, err));
    ask.spki_hash = (struct ca_bytes){hash, sizeof(hash)};
    ask.reason = rest_reason_code(body.reason);
    ask.comment = body.comment;
    ask.revoke = body.revoke;
    return request_ask(rq, WIRE_KEY_BLOCK, &ask, err);
}

/* DELETE /api/v1/blocked-keys/{spki_sha256} */
CA_RC rest_blocked_key_delete(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_release body = {.comment = ""};
    struct wire_key_unblock ask = {.caller = request_wire_caller(rq)};
    uint8_t hash[CA_SHA256_LEN];

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    if (request_body(rq).len > 0)
        CA_TRY(rest_json_body(rq, &rest_release_schema, &body, err));
    CA_TRY(hash_var(rq, hash, err));
    ask.spki_hash = (struct ca_bytes){hash, sizeof(hash)};
    ask.comment = body.comment;
    return request_ask(rq, WIRE_KEY_UNBLOCK, &ask, err);
}

CA_RC rest_key_change_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_key *got = request_answer(rq);
    const struct rest_key_change view = {.spki_sha256 = got->spki_hash,
                                         .existed = got->existed,
                                         .revoked = (int64_t)got->revoked,
                                         .more = got->more,
                                         .crl_due = got->crl_due};

    return rest_answer(rq, rs, 200, &rest_key_change_schema, &view, err);
}
