/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/rest_support.h"

#include <stdio.h>
#include <strings.h>

#include "api/publish/publish.h"

static const char *pair_find(const struct rest_pair *pairs, const char *name)
{
    for (size_t i = 0; i < REST_PAIRS_MAX && pairs[i].name != NULL; i++) {
        if (strcasecmp(pairs[i].name, name) == 0)
            return pairs[i].value;
    }
    return NULL;
}

void rest_request_done(struct request *rq)
{
    for (size_t i = 0; i < rq->block_n; i++)
        free(rq->blocks[i]);
    rq->block_n = 0;
    wire_message_free(rq->asked);
    rq->asked = NULL;
}

void *request_alloc(struct request *rq, size_t n)
{
    void *block = rq->block_n < CA_COUNT(rq->blocks) ? malloc(n) : NULL;

    if (block != NULL)
        rq->blocks[rq->block_n++] = block;
    return block;
}

const struct caller *request_caller(const struct request *rq)
{
    return &rq->caller;
}

const char *request_id(const struct request *rq)
{
    (void)rq;
    return "test";
}

const char *request_var(const struct request *rq, const char *name)
{
    return pair_find(rq->vars, name);
}

CA_RC request_uuid(const struct request *rq, const char *name, struct ca_uuid *ret,
                   struct ca_err *err)
{
    if (ca_uuid_parse(ca_bytes_str(request_var(rq, name)), ret, err) != CA_OK)
        return CA_FAIL(err, CA_NOT_FOUND, "no such object");
    return CA_OK;
}

const char *request_query(const struct request *rq, const char *name)
{
    return pair_find(rq->query, name);
}

CA_RC request_query_check(const struct request *rq, const char *const *names, size_t n,
                          struct ca_err *err)
{
    for (size_t i = 0; i < REST_PAIRS_MAX && rq->query[i].name != NULL; i++) {
        bool known = false;

        for (size_t k = 0; k < n; k++)
            known = known || strcmp(names[k], rq->query[i].name) == 0;
        if (!known)
            return CA_FAIL_AS(err, CA_MALFORMED, "unknown-parameter", "%s", rq->query[i].name);
    }
    return CA_OK;
}

const char *request_header(const struct request *rq, const char *name)
{
    return pair_find(rq->headers, name);
}

struct ca_bytes request_body(const struct request *rq)
{
    return rq->body;
}

const char *request_content_type(const struct request *rq)
{
    return rq->type != NULL ? rq->type : "";
}

struct db *request_db(struct request *rq)
{
    /* The fakes never look inside. */
    return rq->database_away ? NULL : (struct db *)(uintptr_t)rq;
}

const struct profile_set *request_profiles(struct request *rq)
{
    return rq->profiles;
}

const struct hsm_key *request_webhook_key(const struct request *rq)
{
    (void)rq;
    return NULL;
}

const struct profile_set *request_profiles_base(const struct request *rq)
{
    return rq->profiles;
}

const struct request_reply *request_reply(const struct request *rq, size_t i)
{
    return &rq->replies[i];
}

const char *request_base_url(const struct request *rq)
{
    (void)rq;
    return "https://ca.example:8443";
}

const char *request_public_url(const struct request *rq)
{
    (void)rq;
    return "http://ca.example:8080";
}

struct authority_cache *request_authorities(const struct request *rq)
{
    return rq->cache;
}

const char *request_method(const struct request *rq)
{
    return rq->method != NULL ? rq->method : "GET";
}

const char *request_path(const struct request *rq)
{
    return rq->path != NULL ? rq->path : "/";
}

struct wire_caller request_wire_caller(const struct request *rq)
{
    return (struct wire_caller){rq->caller.id, rq->caller.credential_id, "rest", "test"};
}

CA_RC request_ask(struct request *rq, enum wire_kind kind, const void *msg, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf frame = {0};
    struct wire_header header;

    CA_TRY(wire_encode(kind, 1, msg, &frame, err));
    CA_TRY(wire_header_read(frame.ptr, &header, err));
    wire_message_free(rq->asked);
    rq->asked = NULL;
    return wire_decode(&header,
                       (struct ca_bytes){frame.ptr + WIRE_HEADER_LEN, frame.len - WIRE_HEADER_LEN},
                       &rq->asked, err);
}

CA_RC request_ask_each(struct request *rq, enum wire_kind kind, const void *msgs, size_t size,
                       size_t n, struct ca_err *err)
{
    rq->asked_n = n;
    for (size_t i = 0; i < n; i++) {
        wire_message_free(rq->asked);
        rq->asked = NULL;
        CA_TRY(request_ask(rq, kind, (const char *)msgs + i * size, err));
        if (i < CA_COUNT(rq->asked_keys))
            (void)snprintf(rq->asked_keys[i], sizeof(rq->asked_keys[i]), "%s",
                           ((const struct wire_issue *)rq->asked->body)->idempotency_key);
    }
    return CA_OK;
}

CA_RC request_ask_tolerant(struct request *rq, enum wire_kind kind, const void *msg,
                           int64_t wait_ms, struct ca_err *err)
{
    (void)wait_ms;
    return request_ask(rq, kind, msg, err);
}

const void *request_answer(const struct request *rq)
{
    return rq->answer;
}

enum wire_kind request_answer_kind(const struct request *rq)
{
    return rq->answer_kind;
}

void rest_response_done(struct response *rs)
{
    for (size_t i = 0; i < rs->header_n; i++) {
        free((void *)(uintptr_t)rs->headers[i].name);
        free((void *)(uintptr_t)rs->headers[i].value);
    }
    rs->header_n = 0;
    ca_buf_done(&rs->body);
}

const char *rest_response_header(const struct response *rs, const char *name)
{
    for (size_t i = 0; i < rs->header_n; i++) {
        if (strcasecmp(rs->headers[i].name, name) == 0)
            return rs->headers[i].value;
    }
    return NULL;
}

const char *rest_response_text(struct response *rs)
{
    return ca_buf_cstr(&rs->body);
}

void response_status(struct response *rs, int status)
{
    rs->status = status;
}

void response_header(struct response *rs, const char *name, const char *value)
{
    assert_true(rs->header_n < REST_PAIRS_MAX);
    rs->headers[rs->header_n++] = (struct rest_pair){strdup(name), strdup(value)};
}

CA_RC response_body(struct response *rs, const char *content_type, struct ca_bytes body,
                    struct ca_err *err)
{
    (void)snprintf(rs->type, sizeof(rs->type), "%s", content_type);
    ca_buf_reset(&rs->body);
    ca_buf_bytes(&rs->body, body);
    return ca_buf_check(&rs->body, err);
}

void response_etag(struct response *rs, const char *tag)
{
    (void)snprintf(rs->etag, sizeof(rs->etag), "\"%s\"", tag);
}

/* Nothing is served here. */
CA_RC publish_copies(struct request *rq, const char *authority, int32_t shard, bool delta,
                     int64_t *ret_number, struct publish_copy **ret, size_t *ret_n,
                     struct ca_err *err)
{
    (void)rq, (void)authority, (void)shard, (void)delta, (void)ret_number, (void)ret, (void)ret_n;
    return CA_FAIL(err, CA_NOT_FOUND, "no such CRL is served");
}
