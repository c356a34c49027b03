/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/choices.h"
#include "api/rest/object.h"
#include "api/rest/submit.h"
#include "base/base64.h"
#include "policy/judge.h"

enum { EXTENSION_DER_MAX = 4096 };

static void switch_set(enum json_switch position, enum wish_switch bit, struct wire_issue *ret)
{
    ret->on |= position == JSON_ON ? (uint32_t)bit : 0;
    ret->off |= position == JSON_OFF ? (uint32_t)bit : 0;
}

/* The rows of GET /choices/kus stand in the order of the bits. */
static CA_RC key_usage_read(const struct rest_usages *from, struct wire_issue *ret,
                            struct ca_err *err)
{
    const struct wire_text *words = from->usages.items;

    for (uint32_t i = 0; i < from->usages.n; i++) {
        const struct json_choice *row = json_choice_find(&rest_kus, words[i].text);

        if (row == NULL) {
            return CA_FAIL(err, CA_MALFORMED, "/ext/ku/usages/%u: is not one of GET /choices/kus",
                           i);
        }
        ret->key_usage |= 1U << (row - rest_kus.rows);
    }
    ret->key_usage_given = from->usages.given;
    if (from->usages.given && from->usages.n == 0)
        return CA_FAIL(err, CA_MALFORMED, "/ext/ku/usages: is empty");
    switch_set(from->critical, WISH_KEY_USAGE_CRITICAL, ret);
    return CA_OK;
}

/* Any spelling of a name becomes the name; what has none is read as an OID by the signer. */
static CA_RC usages_read(struct request *rq, const struct rest_usages *from, struct wire_issue *ret,
                         struct ca_err *err)
{
    const struct wire_text *words = from->usages.items;
    struct wire_text *names = request_alloc(rq, (from->usages.n + 1) * sizeof(*names));

    if (names == NULL)
        return CA_FAIL_NOMEM(err);
    if (from->usages.given && from->usages.n == 0)
        return CA_FAIL(err, CA_MALFORMED, "/ext/eku/usages: is empty");
    for (uint32_t i = 0; i < from->usages.n; i++) {
        const struct json_choice *row = json_choice_find(&rest_ekus, words[i].text);

        names[i].text = row != NULL ? row->value : words[i].text;
    }
    ret->usages = names;
    ret->usages_n = from->usages.n;
    switch_set(from->critical, WISH_USAGES_CRITICAL, ret);
    return CA_OK;
}

static CA_RC value_read(struct request *rq, const char *text, uint32_t i, struct ca_bytes *ret,
                        struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {.max = EXTENSION_DER_MAX};
    bool good = ca_base64_read(ca_bytes_str(text), &der);
    const char *copy;

    if (!good || der.len == 0 || ca_buf_check(&der, err) == CA_LIMIT) {
        return CA_FAIL(err, CA_MALFORMED,
                       "/ext/other/%u/value: is not DER in base64, or above %d octets", i,
                       EXTENSION_DER_MAX);
    }
    CA_TRY(ca_buf_check(&der, err));
    copy = rest_keep(rq, ca_buf_view(&der));
    if (copy == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = (struct ca_bytes){(const uint8_t *)copy, der.len};
    return CA_OK;
}

static CA_RC others_read(struct request *rq, const struct json_list *from, struct wire_issue *ret,
                         struct ca_err *err)
{
    const struct rest_extension *list = from->items;
    struct wire_extension *to = request_alloc(rq, (from->n + 1) * sizeof(*to));

    if (to == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < from->n; i++) {
        to[i].oid = list[i].oid;
        to[i].critical = list[i].critical;
        CA_TRY(value_read(rq, list[i].value, i, &to[i].value, err));
    }
    ret->extensions = to;
    ret->extensions_n = from->n;
    return CA_OK;
}

static CA_RC ext_read(struct request *rq, const struct rest_ext *from, struct wire_issue *ret,
                      struct ca_err *err)
{
    if (from->basic_constraints != NULL) {
        switch_set(from->basic_constraints->ca, WISH_CA, ret);
        switch_set(from->basic_constraints->critical, WISH_BASIC_CONSTRAINTS_CRITICAL, ret);
    }
    if (from->aki != NULL) {
        switch_set(from->aki->issuer, WISH_AUTHORITY_ISSUER, ret);
        switch_set(from->aki->critical, WISH_AUTHORITY_KEY_CRITICAL, ret);
    }
    switch_set(from->must_staple, WISH_MUST_STAPLE, ret);
    if (from->ku != NULL)
        CA_TRY(key_usage_read(from->ku, ret, err));
    if (from->eku != NULL)
        CA_TRY(usages_read(rq, from->eku, ret, err));
    if (from->policies.given && from->policies.n == 0)
        return CA_FAIL(err, CA_MALFORMED, "/ext/policies: is empty");
    ret->policies = from->policies.items;
    ret->policies_n = from->policies.n;
    return others_read(rq, &from->other, ret, err);
}

CA_RC rest_constraints_pairs(struct request *rq, const struct rest_constraints *from, bool all,
                             const struct wire_pair **ret, uint32_t *ret_n, struct ca_err *err)
{
    static const struct rest_constraints none;
    const struct rest_constraints *c = from != NULL ? from : &none;
    const struct {
        const char *type;
        const struct json_list *list;
    } lists[] = {
        {"permitted_dns",       &c->permitted_dns      },
        {"excluded_dns",        &c->excluded_dns       },
        {"permitted_email",     &c->permitted_email    },
        {"excluded_email",      &c->excluded_email     },
        {"permitted_ip",        &c->permitted_ip       },
        {"excluded_ip",         &c->excluded_ip        },
        {"permitted_directory", &c->permitted_directory},
        {"excluded_directory",  &c->excluded_directory },
    };
    struct wire_pair *pairs;
    uint32_t n = 0;

    for (size_t l = all ? 0 : 2; l < CA_COUNT(lists); l++)
        n += lists[l].list->n;
    pairs = request_alloc(rq, (n + 1) * sizeof(*pairs));
    if (pairs == NULL)
        return CA_FAIL_NOMEM(err);
    n = 0;
    for (size_t l = all ? 0 : 2; l < CA_COUNT(lists); l++) {
        const struct wire_text *texts = lists[l].list->items;

        for (uint32_t i = 0; i < lists[l].list->n; i++)
            pairs[n++] = (struct wire_pair){lists[l].type, texts[i].text};
    }
    *ret = pairs;
    *ret_n = n;
    return CA_OK;
}

CA_RC rest_submit_extensions(struct request *rq, const struct rest_submit *body,
                             struct wire_issue *ret, struct ca_err *err)
{
    ret->digest = body->digest;
    ret->path_length_given = body->path_length >= 0;
    ret->path_length = body->path_length >= 0 ? (uint32_t)body->path_length : 0;
    ret->crl_url = body->crl_url;
    ret->aia_url = body->aia_url;
    ret->ocsp_url = body->ocsp_url;
    CA_TRY(rest_constraints_pairs(rq, body->name_constraints, true, &ret->constraints,
                                  &ret->constraints_n, err));
    return body->ext != NULL ? ext_read(rq, body->ext, ret, err) : CA_OK;
}
