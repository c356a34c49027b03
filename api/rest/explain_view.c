/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/explain_view.h"

#include "api/rest/answer.h"
#include "api/rest/certificate_view.h"
#include "policy/oid.h"

static const char *extension_name(struct ca_bytes oid)
{
    for (int kind = 0; kind < EXT__COUNT; kind++) {
        const struct cert_extension_info *info =
            cert_extension_info((enum cert_extension_kind)kind);

        if (ca_bytes_equal(info->oid, oid))
            return info->name;
    }
    return NULL;
}

static CA_RC extensions_view(struct request *rq, const struct cert *cert, struct json_list *ret,
                             struct ca_err *err)
{
    struct rest_preview_extension *items =
        request_alloc(rq, (cert->extension_n + 1) * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < cert->extension_n; i++) {
        CA_AUTO(buf) struct ca_buf text = {0};
        const struct cert_extension *e = &cert->extensions[i];

        oid_text(e->oid, &text);
        CA_TRY(ca_buf_check(&text, err));
        items[i] = (struct rest_preview_extension){
            extension_name(e->oid), rest_keep(rq, ca_buf_view(&text)), e->critical, e->value};
        if (items[i].oid == NULL)
            return CA_FAIL_NOMEM(err);
    }
    *ret = (struct json_list){items, (uint32_t)cert->extension_n, true};
    return CA_OK;
}

static CA_RC preview_view(struct request *rq, struct ca_bytes tbs, struct rest_preview **ret,
                          struct ca_err *err)
{
    struct rest_preview *preview = request_alloc(rq, sizeof(*preview));
    struct cert *cert = request_alloc(rq, sizeof(*cert));
    struct ca_err none;
    int path_length = -1;

    if (preview == NULL || cert == NULL)
        return CA_FAIL_NOMEM(err);
    memset(preview, 0, sizeof(*preview));
    CA_TRY(cert_read_tbs(tbs, cert, err));
    CA_TRY(rest_cert_view(rq, cert, &preview->facts, err));
    if (cert_basic_constraints(cert, &preview->ca, &path_length, &none) != CA_OK)
        preview->ca = false;
    preview->path_length = path_length;
    CA_TRY(extensions_view(rq, cert, &preview->extensions, err));
    *ret = preview;
    return CA_OK;
}

CA_RC rest_findings_view(struct request *rq, const struct wire_finding *findings, uint32_t n,
                         struct json_list *ret, struct ca_err *err)
{
    struct rest_finding *items = request_alloc(rq, (n + 1) * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        const struct wire_finding *f = &findings[i];

        items[i] =
            (struct rest_finding){f->pointer, f->rule, f->value, f->allowed, f->text, f->refuses};
    }
    *ret = (struct json_list){items, n, true};
    return CA_OK;
}

/* Rules and differences have the members of the wire's own structs, in the same order. */
_Static_assert(sizeof(struct rest_rule) == sizeof(struct wire_rule), "same members");
_Static_assert(offsetof(struct rest_rule, says) == offsetof(struct wire_rule, says), "same order");
_Static_assert(sizeof(struct rest_difference) == sizeof(struct wire_difference), "same members");
_Static_assert(offsetof(struct rest_difference, state) == offsetof(struct wire_difference, state),
               "same order");

static CA_RC explanation_view(struct request *rq, const struct wire_explained *got,
                              struct rest_explanation *ret, struct ca_err *err)
{
    bool recorded = request_var(rq, "id") != NULL;

    *ret = (struct rest_explanation){
        .status = recorded ? "recorded" : "draft",
        .verdict = got->verdict,
        .profile = got->profile,
        .profile_version = got->profile_version,
        .authority = got->authority,
        .approvals = got->approvals,
        .plan_digest = got->plan_digest,
        .rules = {got->rules,       got->rules_n,       true},
        .differences = {got->differences, got->differences_n, true},
        .tbs = got->tbs,
    };
    if (recorded)
        CA_TRY(request_uuid(rq, "id", &ret->request_id, err));
    if (got->tbs.len > 0)
        CA_TRY(preview_view(rq, got->tbs, &ret->certificate, err));
    return rest_findings_view(rq, got->findings, got->findings_n, &ret->findings, err);
}

CA_RC rest_explain_answer(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_explanation view;

    CA_TRY(explanation_view(rq, request_answer(rq), &view, err));
    return rest_answer(rq, rs, 200, &rest_explanation_schema, &view, err);
}

CA_RC rest_explain_verdict(struct request *rq, struct ca_err *err)
{
    const struct wire_explained *got = request_answer(rq);

    if (strcmp(got->verdict, "refuse") != 0)
        return CA_OK;
    for (uint32_t i = 0; i < got->findings_n; i++) {
        if (got->findings[i].refuses)
            return CA_FAIL_AS(err, CA_DENIED, "policy", "%s", got->findings[i].text);
    }
    return CA_FAIL_AS(err, CA_DENIED, "policy", "profile '%.63s' refuses it", got->profile);
}
