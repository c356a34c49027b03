/* SPDX-License-Identifier: Apache-2.0 */
#include "api/problem.h"
#include "api/rest/answer.h"
#include "api/rest/openapi.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "db/operator.h"

/* GET /api/v1/whoami */
CA_RC rest_whoami(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct caller *caller = request_caller(rq);
    struct wire_text names[CA_ROLES_N];
    struct rest_whoami view = {
        .id = caller->id, .name = caller->name, .roles = {names, 0, true}
    };

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    for (unsigned bit = 0; bit < CA_ROLES_N; bit++) {
        if ((caller->roles & (1U << bit)) != 0)
            names[view.roles.n++].text = ca_role_name(1U << bit);
    }
    return rest_answer(rq, rs, 200, &rest_whoami_schema, &view, err);
}

/* GET /api/v1/version */
CA_RC rest_version(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct rest_version view = {CA_VERSION, "v1"};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    return rest_answer(rq, rs, 200, &rest_version_schema, &view, err);
}

/* GET /api/v1/openapi.json */
CA_RC rest_openapi(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf document = {0};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    rest_openapi_write(request_base_url(rq), &document);
    CA_TRY(ca_buf_check(&document, err));
    return rest_answer_octets(rq, rs, 200, "application/json", ca_buf_view(&document), err);
}

/* A page that a browser shows: the Markdown as it is. */
static void html_write(const struct problem_row *row, struct ca_bytes page, struct ca_buf *ret)
{
    ca_buf_printf(ret,
                  "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>%s</title>\n"
                  "<pre style=\"white-space:pre-wrap;max-width:72ch;margin:2em auto\">",
                  row->title);
    for (size_t i = 0; i < page.len; i++) {
        uint8_t c = page.ptr[i];

        if (c == '<' || c == '&') {
            ca_buf_str(ret, c == '<' ? "&lt;" : "&amp;");
        } else {
            ca_buf_u8(ret, c);
        }
    }
    ca_buf_str(ret, "</pre></html>\n");
}

/* GET /problems/{code} */
CA_RC rest_problem_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    static const char *const types[] = {"text/markdown", "text/html"};
    const struct problem_row *row = problem_by_code(request_var(rq, "code"));
    CA_AUTO(buf) struct ca_buf html = {0};
    struct ca_bytes page;
    size_t type = 0;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_accept(rq, types, CA_COUNT(types), &type, err));
    if (row == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "no such problem");
    page = problem_page(row);
    response_header(rs, "Vary", "Accept");
    if (type == 0)
        return rest_answer_octets(rq, rs, 200, "text/markdown; charset=utf-8", page, err);
    html_write(row, page, &html);
    CA_TRY(ca_buf_check(&html, err));
    return rest_answer_octets(rq, rs, 200, "text/html; charset=utf-8", ca_buf_view(&html), err);
}
