/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/approval_view.h"
#include "api/rest/parameters.h"
#include "api/rest/request_view.h"
#include "api/rest/rest.h"
#include "base/text.h"
#include "db/certificate.h"

static CA_RC certificate_of(struct request *rq, const struct db_request *row,
                            struct db_result *certificates, struct rest_issued *ret,
                            struct ca_err *err)
{
    const struct db_certificate *certificate;

    if (ca_uuid_is_nil(&row->certificate_id))
        return CA_OK;
    CA_TRY(db_certificate_by_id(request_db(rq), &row->certificate_id, certificates, err));
    if (certificates->count == 0)
        return CA_OK;
    certificate = certificates->rows;
    ret->der = certificate->der;
    ret->authority = certificate->authority;
    return CA_OK;
}

/* Officers, administrators and auditors see all requests; others their own, and what they may vote
 * on. */
static bool visible(const struct request *rq, const struct db_request *row,
                    const struct rest_matter *matter)
{
    if (rest_has_role(rq, CA_OFFICER | CA_ADMIN | CA_AUDITOR) ||
        memcmp(&row->requester_id, &request_caller(rq)->id, sizeof(row->requester_id)) == 0)
        return true;
    return matter->row != NULL && rest_matter_visible(rq, matter);
}

static CA_RC consent_of(struct request *rq, const struct rest_matter *matter,
                        struct rest_request *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result comments = {0};

    if (matter->row == NULL)
        return CA_OK;
    CA_TRY(db_approval_comments(request_db(rq), &matter->row->id, &comments, err));
    return rest_request_consent(rq, matter, &comments, ret, err);
}

CA_RC rest_request_load(struct request *rq, const struct ca_uuid *id, struct db_result *ret_row,
                        struct rest_issued *ret, struct ca_err *err)
{
    CA_AUTO(rest_matter) struct rest_matter matter = {.row = NULL};
    const struct db_request *row;
    char text[CA_UUID_TEXT];
    struct db *db = NULL;

    *ret = (struct rest_issued){.authority = ""};
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_request_by_id(db, id, ret_row, err));
    CA_TRY(rest_matter_find(rq, id, &matter, err));
    row = ret_row->rows;
    /* Somebody else's is as good as none: whether it exists is not for this caller. */
    if (ret_row->count == 0 || !visible(rq, row, &matter))
        return CA_FAIL(err, CA_NOT_FOUND, "no request %s", ca_uuid_text(id, text));
    CA_TRY(rest_request_view(rq, row, &ret->view, err));
    return consent_of(rq, &matter, &ret->view, err);
}

/* Also of whatever changed one: the request as it is now. */
static CA_RC request_answer_now(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(db_result) struct db_result certificates = {0};
    struct rest_issued issued;
    struct ca_uuid id = {{0}};

    CA_TRY(request_uuid(rq, "id", &id, err));
    CA_TRY(rest_request_load(rq, &id, &found, &issued, err));
    CA_TRY(certificate_of(rq, found.rows, &certificates, &issued, err));
    return rest_request_answer(rq, rs, 200, &issued, err);
}

/* GET /api/v1/requests/{id} */
CA_RC rest_request_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    return request_answer_now(rq, rs, err);
}

CA_RC rest_request_changed(struct request *rq, struct response *rs, struct ca_err *err)
{
    return request_answer_now(rq, rs, err);
}
