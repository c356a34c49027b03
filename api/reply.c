/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reply_internal.h"

#include <microhttpd.h>
#include <stdatomic.h>

struct ready {
    atomic_int references;
    struct MHD_Response *reply;
};

static struct MHD_Response *body_hand_over(struct response *rs)
{
    struct MHD_Response *body;

    if (rs->fd >= 0) {
        body = MHD_create_response_from_fd64(rs->size, rs->fd);
        if (body != NULL)
            rs->fd = -1;
        return body;
    }
    body = MHD_create_response_from_buffer(rs->body != NULL ? rs->size : 0, rs->body,
                                           rs->body != NULL ? MHD_RESPMEM_MUST_FREE
                                                            : MHD_RESPMEM_PERSISTENT);
    if (body != NULL)
        rs->body = NULL;
    return body;
}

static bool fields_hand_over(const struct response *rs, struct MHD_Response *body)
{
    char date[HTTP_DATE_TEXT];
    bool ok = !rs->no_memory;

    for (const struct response_field *f = rs->fields; f != NULL; f = f->next)
        ok = ok && MHD_add_response_header(body, f->name, f->value) == MHD_YES;
    if (rs->content_type[0] != '\0' && rs->status != 304)
        ok = ok && MHD_add_response_header(body, "Content-Type", rs->content_type) == MHD_YES;
    if (rs->etag[0] != '\0')
        ok = ok && MHD_add_response_header(body, "ETag", rs->etag) == MHD_YES;
    if (rs->last_modified != 0) {
        ok = ok && MHD_add_response_header(body, "Last-Modified",
                                           http_date_text(rs->last_modified, date)) == MHD_YES;
    }
    return ok;
}

static struct MHD_Response *reply_own(struct response *rs)
{
    struct MHD_Response *reply = body_hand_over(rs);

    if (reply == NULL || fields_hand_over(rs, reply))
        return reply;
    MHD_destroy_response(reply);
    return NULL;
}

struct MHD_Response *reply_make(struct response *rs)
{
    return rs->ready != NULL ? rs->ready->reply : reply_own(rs);
}

CA_RC ready_new(struct response *rs, struct ready **ret, struct ca_err *err)
{
    struct ready *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return CA_FAIL_NOMEM(err);
    atomic_init(&r->references, 1);
    r->reply = reply_own(rs);
    if (r->reply == NULL) {
        free(r);
        return CA_FAIL_NOMEM(err);
    }
    *ret = r;
    return CA_OK;
}

struct ready *ready_ref(struct ready *r)
{
    (void)atomic_fetch_add(&r->references, 1);
    return r;
}

void ready_unref(struct ready *r)
{
    if (r == NULL || atomic_fetch_sub(&r->references, 1) != 1)
        return;
    MHD_destroy_response(r->reply);
    free(r);
}
