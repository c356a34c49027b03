/* SPDX-License-Identifier: Apache-2.0 */
#include "api/request_internal.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <strings.h>

#include "api/profiles_internal.h"
#include "base/time.h"

void *request_alloc(struct request *rq, size_t n)
{
    size_t rounded = (n + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    struct request_block *block;

    if (rounded >= n && rounded <= REQUEST_ARENA - rq->arena_used) {
        rq->arena_used += rounded;
        return rq->arena + rq->arena_used - rounded;
    }
    if (n > CA_BUF_MAX)
        return NULL;
    block = malloc(sizeof(*block) + n + 1);
    if (block == NULL)
        return NULL;
    block->next = rq->blocks;
    rq->blocks = block;
    return block->memory;
}

static const char *text_keep(struct request *rq, const char *text)
{
    size_t size = strlen(text) + 1;
    char *own = request_alloc(rq, size);

    if (own != NULL)
        memcpy(own, text, size);
    return own;
}

struct request *request_new(struct front *front, enum route_door door, const char *target)
{
    struct request *rq = malloc(sizeof(*rq));

    if (rq == NULL)
        return NULL;
    memset(rq, 0, offsetof(struct request, arena));
    rq->front = front;
    rq->door = door;
    rq->began_us = ca_mono_us();
    atomic_init(&rq->references, 1);
    response_init(&rq->rs);
    response_init(&rq->late);
    rq->target_text = text_keep(rq, target);
    if (rq->target_text == NULL) {
        request_unref(rq);
        return NULL;
    }
    return rq;
}

/* A token does not outlive its request (I15). */
static void token_cleanse(struct request *rq)
{
    char *value = __extension__(char *)(uintptr_t) request_header(rq, "Authorization");

    if (value != NULL)
        OPENSSL_cleanse(value, strlen(value));
}

static void round_done(struct request_round *round)
{
    for (size_t i = 0; round != NULL && i < round->n; i++)
        wire_message_free(round->slots[i].reply.message);
    free(round);
}

void request_unref(struct request *rq)
{
    if (atomic_fetch_sub(&rq->references, 1) != 1)
        return;
    token_cleanse(rq);
    if (rq->kept_done != NULL)
        rq->kept_done(rq->kept);
    while (rq->blocks != NULL) {
        struct request_block *next = rq->blocks->next;

        free(rq->blocks);
        rq->blocks = next;
    }
    target_done(&rq->target);
    ca_buf_done(&rq->body);
    response_done(&rq->rs);
    response_done(&rq->late);
    wire_message_free(rq->answer);
    round_done(rq->round);
    profile_loan_give(rq->profiles);
    free(rq);
}

static bool field_clean(const char *text)
{
    for (; *text != '\0'; text++) {
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
            return false;
    }
    return true;
}

/* RFC 9112 6.3: what could end the body in two places is refused, and so are two fields that must
 * be one. */
static const char *const single_fields[] = {"Content-Length", "Transfer-Encoding", "Content-Type",
                                            "Host",           "Authorization",     "X-Request-Id",
                                            "Idempotency-Key"};

static bool field_is_single(const char *name)
{
    for (size_t i = 0; i < CA_COUNT(single_fields); i++) {
        if (strcasecmp(single_fields[i], name) == 0)
            return true;
    }
    return false;
}

void request_field_add(struct request *rq, const char *name, const char *value)
{
    struct request_field *f = request_alloc(rq, sizeof(*f));

    if (value == NULL)
        value = "";
    if (!field_clean(name) || !field_clean(value))
        rq->flaw = "a header field has control characters";
    if (field_is_single(name) && request_header(rq, name) != NULL)
        rq->flaw = "a header field that must be one is there twice";
    if (f == NULL) {
        rq->flaw = "the header is too large";
        return;
    }
    *f = (struct request_field){rq->fields, text_keep(rq, name), text_keep(rq, value)};
    if (f->name == NULL || f->value == NULL) {
        rq->flaw = "the header is too large";
        return;
    }
    rq->fields = f;
}

static bool digits_only(const char *text)
{
    size_t n = strspn(text, "0123456789");

    return n > 0 && n <= 15 && text[n] == '\0';
}

/* The type without its parameters, in lower case. */
static void content_type_set(struct request *rq)
{
    const char *text = request_header(rq, "Content-Type");
    size_t n = text != NULL ? strcspn(text, "; \t") : 0;

    if (n >= sizeof(rq->content_type))
        n = 0;
    for (size_t i = 0; i < n; i++)
        rq->content_type[i] = (char)tolower((unsigned char)text[i]);
    rq->content_type[n] = '\0';
}

CA_RC request_check(struct request *rq, const char *version, struct ca_err *err)
{
    const char *length = request_header(rq, "Content-Length");
    const char *coding = request_header(rq, "Transfer-Encoding");

    if (rq->flaw != NULL)
        return CA_FAIL(err, CA_MALFORMED, "%s", rq->flaw);
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
        return CA_FAIL(err, CA_MALFORMED, "HTTP/1.1 is spoken here");
    if (length != NULL && coding != NULL)
        return CA_FAIL(err, CA_MALFORMED, "both Content-Length and Transfer-Encoding");
    if (length != NULL && !digits_only(length))
        return CA_FAIL(err, CA_MALFORMED, "Content-Length is not a number");
    if (coding != NULL && strcasecmp(coding, "chunked") != 0)
        return CA_FAIL(err, CA_MALFORMED, "a transfer coding other than chunked");
    content_type_set(rq);
    return CA_OK;
}

const struct caller *request_caller(const struct request *rq)
{
    return &rq->caller;
}

const char *request_id(const struct request *rq)
{
    return rq->id;
}

const char *request_method(const struct request *rq)
{
    return rq->method;
}

const char *request_path(const struct request *rq)
{
    return rq->target.path;
}

const char *request_query_text(const struct request *rq)
{
    return rq->target.query;
}

static const char *pair_find(const struct target_pair *pairs, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(pairs[i].name, name) == 0)
            return pairs[i].value;
    }
    return NULL;
}

const char *request_var(const struct request *rq, const char *name)
{
    return pair_find(rq->target.vars, rq->target.var_n, name);
}

CA_RC request_uuid(const struct request *rq, const char *name, struct ca_uuid *ret,
                   struct ca_err *err)
{
    const char *text = request_var(rq, name);
    struct ca_err ignored;

    if (text == NULL || ca_uuid_parse(ca_bytes_str(text), ret, &ignored) != CA_OK)
        return CA_FAIL(err, CA_NOT_FOUND, "no object has this id");
    return CA_OK;
}

const char *request_query(const struct request *rq, const char *name)
{
    return pair_find(rq->target.params, rq->target.param_n, name);
}

CA_RC request_query_check(const struct request *rq, const char *const *names, size_t n,
                          struct ca_err *err)
{
    for (size_t i = 0; i < rq->target.param_n; i++) {
        const char *name = rq->target.params[i].name;
        const char *nearest;
        size_t k = 0;

        while (k < n && strcmp(names[k], name) != 0)
            k++;
        if (k < n)
            continue;
        nearest = ca_text_nearest(name, names, n);
        return CA_FAIL_AS(err, CA_MALFORMED, "unknown-parameter",
                          "query parameter '%.60s' is not known here%s%s%s", name,
                          nearest != NULL ? "; is it '" : "", nearest != NULL ? nearest : "",
                          nearest != NULL ? "'?" : "");
    }
    return CA_OK;
}

const char *request_header(const struct request *rq, const char *name)
{
    for (const struct request_field *f = rq->fields; f != NULL; f = f->next) {
        if (strcasecmp(f->name, name) == 0)
            return f->value;
    }
    return NULL;
}

struct ca_bytes request_body(const struct request *rq)
{
    return ca_buf_view(&rq->body);
}

const char *request_content_type(const struct request *rq)
{
    return rq->content_type;
}

const struct profile_set *request_profiles(struct request *rq)
{
    if (rq->profiles == NULL)
        rq->profiles = profile_watch_take(rq->front->profiles);
    return profile_loan_set(rq->profiles);
}

const struct hsm_key *request_webhook_key(const struct request *rq)
{
    return rq->front->config.webhook_key;
}

const struct profile_set *request_profiles_base(const struct request *rq)
{
    return rq->front->config.profiles;
}

const struct request_reply *request_reply(const struct request *rq, size_t i)
{
    return &rq->round->slots[i].reply;
}

const char *request_base_url(const struct request *rq)
{
    return rq->front->config.https_url;
}

const char *request_public_url(const struct request *rq)
{
    return rq->front->config.public_url;
}

struct authority_cache *request_authorities(const struct request *rq)
{
    return rq->front->authorities;
}

void request_hold(struct request *rq, void *kept, void (*done)(void *kept))
{
    rq->kept = kept;
    rq->kept_done = done;
}

void *request_held(const struct request *rq)
{
    return rq->kept;
}

const uint8_t *request_address(const struct request *rq)
{
    return rq->address;
}

const void *request_answer(const struct request *rq)
{
    return rq->answer != NULL && rq->answer_rc == CA_OK ? rq->answer->body : NULL;
}

enum ca_rc request_answer_rc(const struct request *rq)
{
    return rq->answer_rc;
}

enum wire_kind request_answer_kind(const struct request *rq)
{
    return request_answer(rq) != NULL ? rq->answer->kind : WIRE_REFUSED;
}

struct wire_caller request_wire_caller(const struct request *rq)
{
    return (struct wire_caller){rq->caller.id, rq->caller.credential_id, "rest", rq->id};
}
