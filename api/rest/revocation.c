/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/certificate_view.h"
#include "api/rest/choices.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "api/rest/waits.h"
#include "base/time.h"

/* The certificate must exist, and be as If-Match says, before the signer is asked. */
static CA_RC certificate_check(struct request *rq, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_certificate *row = NULL;
    struct rest_certificate view;

    CA_TRY(rest_certificate_load(rq, &found, &row, err));
    if (request_header(rq, "If-Match") == NULL)
        return CA_OK;
    CA_TRY(rest_certificate_view(rq, row, ca_time_now(), true, &view, err));
    return rest_if_match(rq, &rest_certificate_schema, &view, err);
}

/* PUT /api/v1/certificates/{id}/revocation. The front asks; the signer judges and records. */
CA_RC rest_revocation_put(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_revoke body = {.comment = ""};
    struct wire_revoke ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.certificate_id, err));
    CA_TRY(rest_json_body(rq, &rest_revoke_schema, &body, err));
    CA_TRY(certificate_check(rq, err));
    ask.reason = rest_reason_code(body.reason);
    ask.invalidity_date = body.invalidity_date;
    ask.comment = body.comment;
    return request_ask(rq, WIRE_REVOKE, &ask, err);
}

/* DELETE /api/v1/certificates/{id}/revocation: from hold only, which the signer decides. */
CA_RC rest_revocation_delete(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_release body = {.comment = ""};
    struct wire_release ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.certificate_id, err));
    if (request_body(rq).len > 0)
        CA_TRY(rest_json_body(rq, &rest_release_schema, &body, err));
    CA_TRY(certificate_check(rq, err));
    ask.comment = body.comment;
    return request_ask(rq, WIRE_RELEASE, &ask, err);
}

/* Says what became of it and which CRL will show it. */
CA_RC rest_revocation_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_revoked *got = request_answer(rq);
    struct rest_revoked view;
    bool waits = false;

    CA_TRY(rest_changed_or_waits(rq, rs, &waits, err)); /* an authority's own */
    if (waits)
        return CA_OK;
    view = (struct rest_revoked){
        .certificate_id = got->certificate_id,
        .status = got->state,
        .revoked_at = got->revoked_at,
        .crl_number = got->crl_number,
        .crl_due = got->crl_due,
    };
    return rest_answer(rq, rs, 200, &rest_revoked_schema, &view, err);
}
