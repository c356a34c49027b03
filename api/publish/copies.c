/* SPDX-License-Identifier: Apache-2.0 */
#include "api/publish/publish.h"
#include "api/request_internal.h"

static CA_RC copy_fill(struct request *rq, const struct push_state *s, struct publish_copy *ret,
                       struct ca_err *err)
{
    char *why = request_alloc(rq, sizeof(s->why));

    if (why == NULL)
        return CA_FAIL_NOMEM(err);
    memcpy(why, s->why, sizeof(s->why));
    *ret = (struct publish_copy){.target = s->target,
                                 .address = s->address,
                                 .node = rq->front->config.node,
                                 .number = s->number > 0 ? s->number : -1,
                                 .at = s->at,
                                 .status = s->current          ? "ok"
                                           : s->failed_at != 0 ? "failed"
                                                               : "pending",
                                 .reason = s->failed_at != 0 ? why : NULL,
                                 .next_at = s->next_at};
    return CA_OK;
}

CA_RC publish_copies(struct request *rq, const char *authority, int32_t shard, bool delta,
                     int64_t *ret_number, struct publish_copy **ret, size_t *ret_n,
                     struct ca_err *err)
{
    CA_AUTO(shelf_crl) struct shelf_crl crl = {.fd = -1};
    struct push_state states[PUSH_TARGETS_MAX];
    char name[SHELF_NAME_MAX + 1];

    publish_name(authority, shard, delta, name);
    if (!shelf_take(publish_shelf(rq->front->publish), name, &crl))
        return CA_FAIL(err, CA_NOT_FOUND, "no such CRL is served");
    *ret_n = push_states(publish_pushers(rq->front->publish), name, states);
    *ret = request_alloc(rq, (*ret_n + 1) * sizeof(**ret));
    if (*ret == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < *ret_n; i++)
        CA_TRY(copy_fill(rq, &states[i], &(*ret)[i], err));
    *ret_number = crl.number;
    return CA_OK;
}
