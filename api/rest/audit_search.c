/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/audit_view.h"
#include "api/rest/cursor.h"
#include "base/text.h"

/* Version, microseconds, number, then the name of the chain. */
enum { VERSION = 1, KEY_FIXED = 1 + 8 + 8, MICRO = 1000000 };

static void u64_put(uint64_t v, struct ca_buf *ret)
{
    for (unsigned shift = 64; shift > 0; shift -= 8)
        ca_buf_u8(ret, (uint8_t)(v >> (shift - 8)));
}

static int64_t u64_get(const uint8_t *at)
{
    uint64_t v = 0;

    for (size_t i = 0; i < 8; i++)
        v = v << 8 | at[i];
    return (int64_t)(v & INT64_MAX);
}

static CA_RC after_read(struct request *rq, const struct rest_parameters *filters,
                        struct rest_audit_search *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf key = {0};
    bool given = false;

    CA_TRY(rest_cursor_unseal(rq, filters, &key, &given, err));
    if (!given)
        return CA_OK;
    if (key.len <= KEY_FIXED ||
        !ca_text_copy(ret->chain, sizeof(ret->chain),
                      (struct ca_bytes){key.ptr + KEY_FIXED, key.len - KEY_FIXED}))
        return CA_FAIL_AS(err, CA_MALFORMED, "bad-cursor", "cursor: not one that this server gave");
    ret->after = (struct db_audit_cursor){ret->chain, u64_get(key.ptr + 9), u64_get(key.ptr + 1)};
    return CA_OK;
}

CA_RC rest_audit_next(struct request *rq, struct response *rs,
                      const struct rest_parameters *filters, const struct db_audit *last,
                      struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf key = {.max = REST_CURSOR_KEY_MAX};

    ca_buf_u8(&key, VERSION);
    u64_put((uint64_t)last->at_us, &key);
    u64_put((uint64_t)last->sequence, &key);
    ca_buf_str(&key, last->chain);
    CA_TRY(ca_buf_check(&key, err));
    CA_TRY(rest_cursor_seal(rq, filters, ca_buf_view(&key), ret, err));
    return rest_link_next(rq, rs, filters, ca_buf_cstr(ret), err);
}

static CA_RC outcome_read(const struct request *rq, const char **ret, struct ca_err *err)
{
    static const char *const names[] = {"ok", "denied", "failed"};

    *ret = request_query(rq, "outcome");
    for (size_t i = 0; *ret != NULL && i < CA_COUNT(names); i++) {
        if (strcmp(names[i], *ret) == 0)
            return CA_OK;
    }
    return *ret == NULL ? CA_OK
                        : CA_FAIL(err, CA_MALFORMED, "outcome: is not one of ok, denied, failed");
}

CA_RC rest_audit_search_read(struct request *rq, const struct rest_parameters *filters,
                             struct rest_audit_search *ret, struct ca_err *err)
{
    struct db_audit_filter *f = &ret->filter;

    CA_TRY(rest_parameters_check(rq, filters, err));
    f->chain = request_query(rq, "chain");
    f->actor = request_query(rq, "actor");
    f->action = request_query(rq, "action");
    f->object = request_query(rq, "object");
    f->request_id = request_query(rq, "request_id");
    CA_TRY(outcome_read(rq, &f->outcome, err));
    CA_TRY(rest_query_time(rq, "from", &f->from_us, err));
    CA_TRY(rest_query_time(rq, "to", &f->to_us, err));
    f->from_us *= MICRO;
    f->to_us *= MICRO;
    return after_read(rq, filters, ret, err);
}
