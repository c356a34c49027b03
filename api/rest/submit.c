/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/submit.h"

#include "api/rest/answer.h"
#include "api/rest/object.h"
#include "api/rest/parameters.h"
#include "api/rest/pem_blocks.h"
#include "base/pem.h"
#include "policy/csr.h"

enum { SECONDS_A_DAY = 86400, PKCS10_BODY_MAX = 64 * 1024 };

/* struct rest_san is a wire_pair by another name. */
_Static_assert(sizeof(struct rest_san) == sizeof(struct wire_pair), "same members");
_Static_assert(offsetof(struct rest_san, value) == offsetof(struct wire_pair, value), "same order");

static CA_RC csr_bound(struct ca_bytes csr, struct ca_err *err)
{
    if (csr.len > CSR_DER_MAX) {
        return CA_FAIL_AS(err, CA_LIMIT, "too-large", "CSR of %zu octets, at most %d", csr.len,
                          CSR_DER_MAX);
    }
    return CA_OK;
}

static void pairs_from(const struct rest_submit *body, struct wire_issue *ret)
{
    ret->subject_given = body->subject.given;
    ret->subject = body->subject.items;
    ret->subject_n = body->subject.n;
    ret->sans_given = body->sans.given;
    ret->sans = body->sans.items;
    ret->sans_n = body->sans.n;
}

CA_RC rest_submit_fill(struct request *rq, const struct rest_submit *body, struct wire_issue *ret,
                       struct ca_err *err)
{
    CA_TRY(csr_bound(body->csr, err));
    if (body->validity != NULL && body->not_after != 0)
        return CA_FAIL(err, CA_MALFORMED, "/not_after: not together with validity");
    if (body->validity != NULL && body->validity->days == 0)
        return CA_FAIL(err, CA_MALFORMED, "/validity/days: at least 1");
    *ret = (struct wire_issue){
        .profile = body->profile,
        .authority = body->authority,
        .csr = body->csr,
        .comment = body->comment,
        .not_after = body->not_after,
        .validity_s = body->validity != NULL ? body->validity->days * SECONDS_A_DAY : 0,
    };
    pairs_from(body, ret);
    return rest_submit_extensions(rq, body, ret, err);
}

static CA_RC json_submit(struct request *rq, struct wire_issue *ret, struct ca_err *err)
{
    struct rest_submit body = {.authority = "", .comment = "", .path_length = -1};

    CA_TRY(rest_parameters_check(rq, &rest_json_submit_parameters, err));
    CA_TRY(json_read(rq, &rest_submit_schema, &body, err));
    return rest_submit_fill(rq, &body, ret, err);
}

/* DER as it is, or the DER of one PEM block. */
static CA_RC pkcs10_body(struct request *rq, struct ca_bytes *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct ca_bytes body = request_body(rq);
    const char *copy;
    bool good;

    if (body.len > PKCS10_BODY_MAX) {
        return CA_FAIL_AS(err, CA_LIMIT, "too-large", "body of %zu octets, at most %d", body.len,
                          PKCS10_BODY_MAX);
    }
    *ret = body;
    if (body.len > 0 && !pem_is(body))
        return CA_OK;
    good = rest_pem_csr(body, &der);
    CA_TRY(ca_buf_check(&der, err));
    if (!good) {
        return CA_FAIL_AS(err, CA_MALFORMED, "malformed-csr",
                          "the body is neither DER nor one PEM block CERTIFICATE REQUEST");
    }
    copy = rest_keep(rq, ca_buf_view(&der));
    if (copy == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = (struct ca_bytes){(const uint8_t *)copy, der.len};
    return CA_OK;
}

static CA_RC pkcs10_submit(struct request *rq, struct wire_issue *ret, struct ca_err *err)
{
    const char *profile = request_query(rq, "profile");
    const char *authority = request_query(rq, "authority");

    CA_TRY(rest_parameters_check(rq, &rest_submit_parameters, err));
    if (profile == NULL)
        return CA_FAIL(err, CA_MALFORMED, "profile: is required in the query (?profile=…)");
    *ret = (struct wire_issue){
        .profile = profile,
        .authority = authority != NULL ? authority : "",
        .comment = "",
    };
    return pkcs10_body(rq, &ret->csr, err);
}

CA_RC rest_submit_read(struct request *rq, struct wire_issue *ret, struct ca_err *err)
{
    const char *type = request_content_type(rq);

    if (strcmp(type, "application/json") == 0)
        return json_submit(rq, ret, err);
    if (strcmp(type, "application/pkcs10") == 0)
        return pkcs10_submit(rq, ret, err);
    return CA_FAIL_AS(err, CA_MALFORMED, "unsupported-media-type",
                      "the body must be application/json or application/pkcs10");
}
