/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/problem.h"
#include "api/rest/answer.h"
#include "api/rest/batch_view.h"
#include "api/rest/parameters.h"
#include "api/rest/pem_blocks.h"
#include "api/rest/rest.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/pem.h"
#include "base/text.h"

enum { SECONDS_A_DAY = 86400 };
_Static_assert((int)BATCH_ITEMS_MAX <= (int)REQUEST_QUESTIONS_MAX, "a question each");

/* The same batch key and name get the same answer; without a batch key each batch is a new one. */
static CA_RC batch_key(struct request *rq, const char **ret, struct ca_err *err)
{
    struct ca_uuid id = {{0}};
    char text[CA_UUID_TEXT];
    bool given = false;

    CA_TRY(rest_idempotency_key_check(rq, &given, err));
    if (given) {
        *ret = request_header(rq, "Idempotency-Key");
        return CA_OK;
    }
    CA_TRY(ca_uuid_new(&id, err));
    *ret = rest_keep(rq, ca_bytes_str(ca_uuid_text(&id, text)));
    return *ret != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC item_key(struct request *rq, const char *batch, const char *name, const char **ret,
                      struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf both = {0};
    uint8_t sha256[CA_SHA256_LEN] = {0};
    char text[2 * CA_SHA256_LEN + 1];

    ca_buf_str(&both, batch);
    ca_buf_u8(&both, 0); /* in neither of them */
    ca_buf_str(&both, name);
    CA_TRY(ca_buf_check(&both, err));
    CA_TRY(ca_sha256(ca_buf_view(&both), sha256, err));
    ca_buf_reset(&both);
    ca_buf_printf(&both, "batch:%s", ca_hex((struct ca_bytes){sha256, sizeof(sha256)}, text));
    CA_TRY(ca_buf_check(&both, err));
    *ret = rest_keep(rq, ca_buf_view(&both));
    return *ret != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

/* The DER of PEM or base64. What is neither goes to the signer as it is: it refuses it, and writes
 * that down, as with every other request. */
static CA_RC item_csr(struct request *rq, const char *text, struct ca_bytes *ret,
                      struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct ca_bytes in = ca_bytes_str(text != NULL ? text : "");
    bool good = pem_is(in) ? rest_pem_csr(in, &der) : ca_base64_read(in, &der);

    CA_TRY(ca_buf_check(&der, err));
    if (good && der.len > 0)
        in = ca_buf_view(&der);
    ret->ptr = (const uint8_t *)rest_keep(rq, in);
    ret->len = in.len;
    return ret->ptr != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC names_check(const struct rest_batch_item *items, uint32_t n, struct ca_err *err)
{
    if (n == 0)
        return CA_FAIL(err, CA_MALFORMED, "/items: is empty");
    for (uint32_t i = 0; i < n; i++) {
        if (items[i].name == NULL || items[i].name[0] == '\0')
            return CA_FAIL(err, CA_MALFORMED, "/items/%u/name: is empty", i);
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(items[i].name, items[k].name) == 0) {
                return CA_FAIL(err, CA_MALFORMED, "/items/%u/name: is that of /items/%u too", i, k);
            }
        }
    }
    return CA_OK;
}

static CA_RC ask_fill(struct request *rq, const struct rest_batch_submit *body,
                      const struct rest_batch_item *item, const char *key, struct wire_issue *ret,
                      struct ca_err *err)
{
    *ret = (struct wire_issue){
        .caller = request_wire_caller(rq),
        .profile = body->profile,
        .authority = body->authority,
        .comment = body->comment,
        .not_after = body->not_after,
        .validity_s = body->validity != NULL ? body->validity->days * SECONDS_A_DAY : 0,
        .subject_given = item->subject.given,
        .subject = item->subject.items,
        .subject_n = item->subject.n,
        .sans_given = item->sans.given,
        .sans = item->sans.items, /* struct rest_san is a wire_pair: api/rest/submit.c */
        .sans_n = item->sans.n,
    };
    CA_TRY(item_csr(rq, item->csr, &ret->csr, err));
    return item_key(rq, key, item->name, &ret->idempotency_key, err);
}

/* Of one request, between its two halves: `finish` finds the names here again. */
static CA_RC body_read(struct request *rq, struct rest_batch_submit *ret, struct ca_err *err)
{
    *ret = (struct rest_batch_submit){.authority = "", .comment = ""};
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_batch_submit_schema, ret, err));
    if (ret->validity != NULL && ret->not_after != 0)
        return CA_FAIL(err, CA_MALFORMED, "/not_after: not together with validity");
    if (ret->validity != NULL && ret->validity->days == 0)
        return CA_FAIL(err, CA_MALFORMED, "/validity/days: at least 1");
    return names_check(ret->items.items, ret->items.n, err);
}

/* POST /api/v1/request-batches */
CA_RC rest_batches_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_batch_submit body;
    const struct rest_batch_item *items;
    struct wire_issue *asks;
    const char *key = NULL;

    (void)rs;
    CA_TRY(body_read(rq, &body, err));
    CA_TRY(batch_key(rq, &key, err));
    items = body.items.items;
    asks = request_alloc(rq, body.items.n * sizeof(*asks));
    if (asks == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < body.items.n; i++)
        CA_TRY(ask_fill(rq, &body, &items[i], key, &asks[i], err));
    return request_ask_each(rq, WIRE_ISSUE, asks, sizeof(asks[0]), body.items.n, err);
}

static bool text_is_for_clients(enum ca_rc rc)
{
    return rc == CA_MALFORMED || rc == CA_DENIED || rc == CA_NOT_FOUND || rc == CA_CONFLICT ||
           rc == CA_LIMIT;
}

static CA_RC errors_view(struct request *rq, const struct wire_message *message,
                         struct json_list *ret, struct ca_err *err)
{
    const struct wire_refused *refused;
    struct rest_problem_error *items;
    uint32_t n = 0;

    if (message == NULL || message->kind != WIRE_REFUSED)
        return CA_OK;
    refused = message->body;
    items = request_alloc(rq, (refused->findings_n + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < refused->findings_n; i++) {
        const struct wire_finding *f = &refused->findings[i];

        if (f->refuses) {
            items[n++] = (struct rest_problem_error){f->pointer, f->rule,    f->rule,
                                                     f->text,    f->allowed, f->value};
        }
    }
    *ret = (struct json_list){items, n, n > 0};
    return CA_OK;
}

static CA_RC problem_view(struct request *rq, const struct request_reply *reply,
                          struct rest_batch_result *ret, struct ca_err *err)
{
    const struct problem_row *row = problem_find(reply->rc, reply->err.problem);
    struct rest_problem *problem = request_alloc(rq, sizeof(*problem));
    char type[64];

    (void)snprintf(type, sizeof(type), "/problems/%s", row->code);
    if (problem == NULL)
        return CA_FAIL_NOMEM(err);
    *problem = (struct rest_problem){
        .type = rest_keep(rq, ca_bytes_str(type)),
        .title = row->title,
        .status = row->status,
        .detail = text_is_for_clients(reply->rc) && ca_text_is_clean(ca_bytes_str(reply->err.text))
                      ? reply->err.text
                      : NULL,
        .request_id = request_id(rq),
    };
    ret->status = row->status < 500 ? "refused" : "failed";
    ret->problem = problem;
    return errors_view(rq, reply->message, &problem->errors, err);
}

static CA_RC result_view(struct request *rq, size_t i, struct rest_batch_result *ret,
                         struct ca_err *err)
{
    const struct request_reply *reply = request_reply(rq, i);
    const struct wire_issued *issued;

    if (reply->rc != CA_OK)
        return problem_view(rq, reply, ret, err);
    issued = reply->message->body;
    ret->status = issued->state;
    ret->request_id = issued->request_id;
    ret->certificate_id = issued->certificate_id;
    return CA_OK;
}

static void count(const struct rest_batch_result *result, struct rest_batch *ret)
{
    if (result->problem != NULL)
        ret->refused++;
    else if (!ca_uuid_is_nil(&result->certificate_id))
        ret->issued++;
    else
        ret->waiting++;
}

CA_RC rest_batches_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_batch_submit body;
    const struct rest_batch_item *items;
    struct rest_batch_result *results;
    struct rest_batch view = {0};

    CA_TRY(body_read(rq, &body, err));
    items = body.items.items;
    results = request_alloc(rq, body.items.n * sizeof(*results));
    if (results == NULL)
        return CA_FAIL_NOMEM(err);
    memset(results, 0, body.items.n * sizeof(*results));
    for (uint32_t i = 0; i < body.items.n; i++) {
        results[i].name = items[i].name;
        CA_TRY(result_view(rq, i, &results[i], err));
        count(&results[i], &view);
    }
    view.items = (struct json_list){results, body.items.n, true};
    return rest_answer(rq, rs, 200, &rest_batch_schema, &view, err);
}
