/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/request_view.h"

#include "api/rest/answer.h"
#include "api/rest/explain_view.h"
#include "api/rest/issuer.h"
#include "base/pem.h"
#include "base/text.h"
#include "db/operator.h"
#include "policy/cert.h"

enum { ACTIONS = 1 };

/* What may be done with a request in this release: take what it led to. */
static CA_RC actions_view(struct request *rq, bool issued, struct json_list *ret,
                          struct ca_err *err)
{
    unsigned all = CA_REQUESTER | CA_OFFICER | CA_ADMIN | CA_AUDITOR;
    struct rest_action *actions = request_alloc(rq, ACTIONS * sizeof(*actions));

    if (actions == NULL)
        return CA_FAIL_NOMEM(err);
    actions[0] = rest_action(rq, "download", all, issued ? NULL : "it is not issued");
    *ret = (struct json_list){actions, ACTIONS, true};
    return CA_OK;
}

CA_RC rest_request_view(struct request *rq, const struct db_request *row, struct rest_request *ret,
                        struct ca_err *err)
{
    *ret = (struct rest_request){
        .id = row->id,
        .status = db_request_state_name(row->state),
        .profile = row->profile,
        .profile_version = row->profile_version,
        .authority = row->authority,
        .requester = row->requester,
        .channel = row->channel,
        .subject = row->subject,
        .comment = row->comment,
        .created_at = row->created_at,
        .decided_at = row->decided_at,
        .plan_digest = row->plan_digest,
        .certificate_id = row->certificate_id,
        .serial = row->serial,
        .revision = -1,
    };
    return actions_view(rq, row->state == DB_REQUEST_ISSUED, &ret->allowed_actions, err);
}

/* Subject and serial of what was signed. */
static CA_RC octets_view(struct request *rq, const struct wire_issued *got, struct rest_issued *ret,
                         struct ca_err *err)
{
    struct cert *cert;

    if (got->certificate.len == 0)
        return CA_OK;
    cert = request_alloc(rq, sizeof(*cert));
    if (cert == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(cert_read(got->certificate, cert, err));
    ret->view.subject = rest_keep_name(rq, cert->subject);
    if (ret->view.subject == NULL)
        return CA_FAIL_NOMEM(err);
    ret->view.serial = cert->serial;
    return CA_OK;
}

static CA_RC view_of_answer(struct request *rq, const struct wire_issued *got,
                            struct rest_issued *ret, struct ca_err *err)
{
    ret->view = (struct rest_request){
        .id = got->request_id,
        .status = got->state,
        .profile = got->profile,
        .authority = got->authority,
        .requester = request_caller(rq)->name,
        .channel = "rest",
        .profile_version = got->profile_version,
        .comment = got->comment,
        .created_at = got->created_at,
        .decided_at = got->decided_at,
        .plan_digest = got->plan_digest,
        .certificate_id = got->certificate_id,
        .revision = -1,
    };
    CA_TRY(rest_findings_view(rq, got->findings, got->findings_n, &ret->view.findings, err));
    CA_TRY(octets_view(rq, got, ret, err));
    return actions_view(rq, ret->der.len > 0, &ret->view.allowed_actions, err);
}

CA_RC rest_request_of_answer(struct request *rq, const struct wire_issued *got,
                             struct rest_issued *ret, struct ca_err *err)
{
    enum rest_request_type type = REST_REQUEST_JSON;

    *ret = (struct rest_issued){.der = got->certificate, .authority = got->authority};
    CA_TRY(rest_request_accept(rq, &type, err));
    if (type != REST_REQUEST_JSON && ret->der.len > 0)
        return CA_OK; /* nobody looks at the object */
    return view_of_answer(rq, got, ret, err);
}

CA_RC rest_request_accept(const struct request *rq, enum rest_request_type *ret, struct ca_err *err)
{
    static const char *const types[] = {"application/json", "application/pem-certificate-chain",
                                        "application/pkix-cert"};
    size_t chosen = 0;

    CA_TRY(request_accept(rq, types, CA_COUNT(types), &chosen, err));
    *ret = (enum rest_request_type)chosen;
    return CA_OK;
}

static CA_RC answer_issued(struct request *rq, struct response *rs, int status,
                           enum rest_request_type type, struct rest_issued *issued,
                           struct ca_err *err)
{
    CA_AUTO(authority_cards) struct authority_cards *cards = NULL;
    CA_AUTO(buf) struct ca_buf pem = {0};
    const struct authority_card *issuer = NULL;
    size_t leaf;

    if (type == REST_REQUEST_DER)
        return rest_answer_octets(rq, rs, status, "application/pkix-cert", issued->der, err);
    CA_TRY(rest_issuer_find(rq, issued->authority, &cards, &issuer, err));
    pem_put(&pem, "CERTIFICATE", issued->der);
    leaf = pem.len;
    ca_buf_bytes(&pem, issuer->chain_pem);
    CA_TRY(ca_buf_check(&pem, err));
    if (type == REST_REQUEST_CHAIN) {
        return rest_answer_octets(rq, rs, status, "application/pem-certificate-chain",
                                  ca_buf_view(&pem), err);
    }
    issued->view.certificate = (struct ca_bytes){pem.ptr, leaf};
    issued->view.chain = (struct ca_bytes){pem.ptr + leaf, pem.len - leaf};
    return rest_answer(rq, rs, status, &rest_request_schema, &issued->view, err);
}

CA_RC rest_request_answer(struct request *rq, struct response *rs, int status,
                          struct rest_issued *issued, struct ca_err *err)
{
    enum rest_request_type type = REST_REQUEST_JSON;

    CA_TRY(rest_request_accept(rq, &type, err));
    response_header(rs, "Vary", "Accept");
    if (issued->der.len > 0)
        return answer_issued(rq, rs, status, type, issued, err);
    return rest_answer(rq, rs, status, &rest_request_schema, &issued->view, err);
}
