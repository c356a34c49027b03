/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/authority_view.h"
#include "api/rest/cursor.h"
#include "api/rest/issuer.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "base/pem.h"
#include "db/crl.h"

/* What others download of an authority. Certificates come from the cache: no query, any thread. */

static CA_RC choose(struct request *rq, struct response *rs, const char *const *types, size_t n,
                    size_t *ret, struct ca_err *err)
{
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_accept(rq, types, n, ret, err));
    response_header(rs, "Vary", "Accept");
    return CA_OK;
}

static CA_RC card_find(const struct request *rq, struct authority_cards **ret_cards,
                       const struct authority_card **ret, struct ca_err *err)
{
    CA_TRY(rest_issuer_cached(rq, request_var(rq, "name"), ret_cards, ret, err));
    if ((*ret)->certificate.len == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "it waits for its certificate; it has a CSR");
    return CA_OK;
}

/* GET /api/v1/authorities/{name}/chain: its own certificate first, root last. */
CA_RC rest_authority_chain(struct request *rq, struct response *rs, struct ca_err *err)
{
    static const char *const types[] = {"application/pem-certificate-chain",
                                        "application/pkcs7-mime"};
    CA_AUTO(authority_cards) struct authority_cards *cards = NULL;
    const struct authority_card *card = NULL;
    size_t type = 0;

    CA_TRY(choose(rq, rs, types, CA_COUNT(types), &type, err));
    CA_TRY(card_find(rq, &cards, &card, err));
    return rest_answer_octets(rq, rs, 200, types[type],
                              type == 0 ? card->bundle_pem : card->certs_only, err);
}

/* GET /api/v1/authorities/{name}/certificate */
CA_RC rest_authority_certificate_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    static const char *const types[] = {"application/pem-certificate-chain",
                                        "application/pkix-cert", "application/x-pem-file"};
    CA_AUTO(authority_cards) struct authority_cards *cards = NULL;
    const struct authority_card *card = NULL;
    size_t type = 0;

    CA_TRY(choose(rq, rs, types, CA_COUNT(types), &type, err));
    CA_TRY(card_find(rq, &cards, &card, err));
    return rest_answer_octets(rq, rs, 200, types[type], type == 1 ? card->certificate : card->pem,
                              err);
}

static CA_RC authority_find(struct request *rq, struct rest_authorities *all,
                            const struct db_authority **ret, struct ca_err *err)
{
    CA_TRY(db_authority_list(request_db(rq), &all->authorities, err));
    return rest_authorities_find(all, request_var(rq, "name"), ret, err);
}

/* GET /api/v1/authorities/{name}/csr, for a root elsewhere to sign. */
CA_RC rest_authority_csr(struct request *rq, struct response *rs, struct ca_err *err)
{
    static const char *const types[] = {"application/x-pem-file", "application/pkcs10"};
    CA_AUTO(rest_authorities) struct rest_authorities all = {.status = NULL};
    CA_AUTO(buf) struct ca_buf pem = {0};
    const struct db_authority *row = NULL;
    size_t type = 0;

    CA_TRY(choose(rq, rs, types, CA_COUNT(types), &type, err));
    CA_TRY(authority_find(rq, &all, &row, err));
    if (row->csr.len == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "it has no CSR: it was not made for a root elsewhere");
    pem_put(&pem, "CERTIFICATE REQUEST", row->csr);
    CA_TRY(ca_buf_check(&pem, err));
    return rest_answer_octets(rq, rs, 200, types[type], type == 0 ? ca_buf_view(&pem) : row->csr,
                              err);
}

static CA_RC crls_fill(struct request *rq, const struct db_result *found, struct rest_page *ret,
                       struct ca_err *err)
{
    struct rest_crl *items = request_alloc(rq, (found->count + 1) * sizeof(*items));
    const struct db_crl *rows = found->rows;

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < found->count; i++) {
        items[i] = rest_crl_view(&rows[i]);
        CA_TRY(rest_crl_copies(rq, &rows[i], &items[i], err));
    }
    ret->items = (struct json_list){items, (uint32_t)found->count, true};
    return CA_OK;
}

/* GET /api/v1/authorities/{name}/crls: the newest first, as many as `limit` says. */
CA_RC rest_authority_crls(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(rest_authorities) struct rest_authorities all = {.status = NULL};
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_authority *row = NULL;
    struct rest_page page = {.next = NULL};
    size_t limit = 0;

    CA_TRY(rest_parameters_check(rq, &rest_crls_parameters, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(authority_find(rq, &all, &row, err));
    CA_TRY(db_crl_list(request_db(rq), row->id, limit, &found, err));
    CA_TRY(crls_fill(rq, &found, &page, err));
    return rest_answer(rq, rs, 200, &rest_crl_page, &page, err);
}
