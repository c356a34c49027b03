/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/parameters.h"
#include "api/rest/pem_blocks.h"
#include "api/rest/rest.h"
#include "api/rest/submit.h"

enum { SECONDS_A_DAY = 86400, SECONDS_AN_HOUR = 3600 };

/* What makes no sense when the authority exists already. */
static CA_RC adopt_check(const struct rest_authority_submit *body, struct ca_err *err)
{
    const struct {
        const char *pointer;
        bool given;
    } made[] = {
        {"/parent",           body->parent[0] != '\0'       },
        {"/key",              body->key != NULL             },
        {"/pss",              body->pss                     },
        {"/digest",           body->digest[0] != '\0'       },
        {"/profile",          body->profile[0] != '\0'      },
        {"/subject",          body->subject.given           },
        {"/validity",         body->validity != NULL        },
        {"/path_length",      body->path_length >= 0        },
        {"/name_constraints", body->name_constraints != NULL},
        {"/follows",          body->follows[0] != '\0'      },
    };

    for (size_t i = 0; i < CA_COUNT(made); i++) {
        if (made[i].given)
            return CA_FAIL(err, CA_MALFORMED, "%s: not together with adopt", made[i].pointer);
    }
    return CA_OK;
}

static CA_RC ask_adopt(struct request *rq, const struct rest_authority_submit *body,
                       struct ca_err *err)
{
    struct wire_authority_adopt ask = {
        .caller = request_wire_caller(rq),
        .name = body->name,
        .key_label = body->adopt->key_label,
        .chain = body->adopt->certificate,
        .crl_url = body->crl_url,
        .aia_url = body->aia_url,
        .ocsp_url = body->ocsp_url,
        .crl_validity_s = (int32_t)(body->crl_validity_hours * SECONDS_AN_HOUR),
        .crl_interval_s = (int32_t)(body->crl_interval_hours * SECONDS_AN_HOUR),
        .crl_shards = (int32_t)body->crl_shards,
        .crl_number = body->adopt->crl_number,
    };

    CA_TRY(adopt_check(body, err));
    return request_ask(rq, WIRE_AUTHORITY_ADOPT, &ask, err);
}

static void constraints_from(const struct rest_constraints *from, struct wire_authority_create *ret)
{
    if (from == NULL)
        return;
    ret->permitted_dns = from->permitted_dns.items;
    ret->permitted_dns_n = from->permitted_dns.n;
    ret->excluded_dns = from->excluded_dns.items;
    ret->excluded_dns_n = from->excluded_dns.n;
}

static struct wire_authority_create create_from(const struct rest_authority_submit *body)
{
    struct wire_authority_create ask = {
        .name = body->name,
        .parent = body->parent,
        .key = body->key != NULL ? body->key : "ec:P-256",
        .pss = body->pss,
        .digest = body->digest,
        .profile = body->profile,
        .subject = body->subject.items,
        .subject_n = body->subject.n,
        .validity_s = body->validity != NULL ? body->validity->days * SECONDS_A_DAY : 0,
        .path_length = (int32_t)body->path_length,
        .crl_url = body->crl_url,
        .aia_url = body->aia_url,
        .ocsp_url = body->ocsp_url,
        .crl_validity_s = (int32_t)(body->crl_validity_hours * SECONDS_AN_HOUR),
        .crl_interval_s = (int32_t)(body->crl_interval_hours * SECONDS_AN_HOUR),
        .crl_shards = (int32_t)body->crl_shards,
        .follows = body->follows,
    };

    constraints_from(body->name_constraints, &ask);
    return ask;
}

/* POST /api/v1/authorities: makes one, or adopts one. The name makes it unique: with an
 * Idempotency-Key one that is there already, as asked, is the answer. */
CA_RC rest_authorities_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_authority_submit body = {
        .parent = "",
        .digest = "",
        .profile = "",
        .path_length = -1,
        .crl_url = "",
        .aia_url = "",
        .ocsp_url = "",
        .follows = "",
    };
    struct wire_authority_create ask;
    bool idempotent = false;

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_idempotency_key_check(rq, &idempotent, err));
    CA_TRY(rest_json_body(rq, &rest_authority_submit_schema, &body, err));
    if (body.adopt != NULL)
        return ask_adopt(rq, &body, err);
    if (body.subject.n == 0)
        return CA_FAIL(err, CA_MALFORMED, "/subject: is required unless an authority is adopted");
    ask = create_from(&body);
    CA_TRY(rest_constraints_pairs(rq, body.name_constraints, false, &ask.constraints,
                                  &ask.constraints_n, err));
    ask.caller = request_wire_caller(rq);
    ask.repeatable = idempotent;
    return request_ask(rq, WIRE_AUTHORITY_CREATE, &ask, err);
}

static bool is_pem_type(const char *type)
{
    static const char *const types[] = {"application/pem-certificate-chain",
                                        "application/x-pem-file", "text/plain"};

    for (size_t i = 0; i < CA_COUNT(types); i++) {
        if (strcmp(types[i], type) == 0)
            return true;
    }
    return false;
}

/* PUT /api/v1/authorities/{name}/certificate: what an external root signed, with its chain. */
CA_RC rest_authority_certificate_put(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf chain = {0};
    struct wire_authority_install ask = {.caller = request_wire_caller(rq),
                                         .name = request_var(rq, "name")};
    bool good;

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    if (!is_pem_type(request_content_type(rq))) {
        return CA_FAIL_AS(err, CA_MALFORMED, "unsupported-media-type",
                          "the body must be application/pem-certificate-chain");
    }
    good = rest_pem_certificates(request_body(rq), &chain);
    CA_TRY(ca_buf_check(&chain, err));
    if (!good) {
        return CA_FAIL(err, CA_MALFORMED,
                       "the body is not PEM: its certificate, then its issuers, root last");
    }
    ask.chain = ca_buf_view(&chain);
    return request_ask(rq, WIRE_AUTHORITY_INSTALL, &ask, err);
}
