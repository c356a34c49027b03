/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/ocsp.h"
#include "api/rest/answer.h"
#include "api/rest/authority_view.h"
#include "api/rest/ocsp_view.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "base/digest.h"
#include "base/time.h"
#include "db/service.h"
#include "policy/cert.h"

/* Everything that the answer points to. */
struct view {
    struct rest_ocsp ocsp;
    struct rest_ocsp_signer signer;
    struct rest_ocsp_kept kept;
    uint8_t fingerprint[CA_SHA256_LEN];
};

/* The one that signs now: the newest that has begun. */
static const struct db_service *signer_of(const struct db_result *found, int64_t now)
{
    const struct db_service *rows = found->rows;

    for (size_t i = 0; i < found->count; i++) {
        if (rows[i].not_before <= now)
            return &rows[i];
    }
    return NULL;
}

static CA_RC signer_view(struct request *rq, const struct db_service *row, struct view *v,
                         struct ca_err *err)
{
    struct cert cert;

    CA_TRY(cert_read(row->certificate, &cert, err));
    CA_TRY(ca_sha256(row->certificate, v->fingerprint, err));
    v->signer = (struct rest_ocsp_signer){
        .subject = rest_keep_name(rq, cert.subject),
        .serial = cert.serial,
        .fingerprint = {v->fingerprint, sizeof(v->fingerprint)},
        .not_before = cert.not_before,
        .not_after = cert.not_after,
    };
    if (v->signer.subject == NULL)
        return CA_FAIL_NOMEM(err);
    v->ocsp.signer = &v->signer;
    return CA_OK;
}

static void kept_view(struct request *rq, int64_t authority, struct view *v)
{
    struct ocsp_kept kept = request_ocsp_kept(rq, authority);

    v->kept = (struct rest_ocsp_kept){(int64_t)kept.good, (int64_t)kept.revoked,
                                      (int64_t)kept.unknown, kept.next_update};
    v->ocsp.kept = &v->kept;
}

/* GET /api/v1/authorities/{name}/ocsp */
CA_RC rest_authority_ocsp(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(rest_authorities) struct rest_authorities all = {.status = NULL};
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_authority *row = NULL;
    const struct db_service *signer;
    struct view v = {.kept = {0}};
    int64_t now = ca_time_now();

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(db_authority_list(request_db(rq), &all.authorities, err));
    CA_TRY(rest_authorities_find(&all, request_var(rq, "name"), &row, err));
    CA_TRY(db_service_list(request_db(rq), "ocsp", row->name, now, &found, err));
    signer = signer_of(&found, now);
    v.ocsp.authority = row->name;
    v.ocsp.url = row->ocsp_url[0] != '\0' ? row->ocsp_url : NULL;
    if (signer != NULL)
        CA_TRY(signer_view(rq, signer, &v, err));
    kept_view(rq, row->id, &v);
    return rest_answer(rq, rs, 200, &rest_ocsp_schema, &v.ocsp, err);
}
