/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/der.h"
#include "policy/cert_internal.h"
#include "policy/judge_internal.h"
#include "policy/oid.h"

/* The extensions that are asked for beside the CSR: they replace its. */

static struct asked *replace(struct choice *c, enum cert_extension_kind kind, size_t at,
                             const char *pointer)
{
    struct asked *asked = &c->asked[kind];

    asked->given = true;
    asked->removed = false;
    asked->beside = true;
    asked->critical = -1;
    asked->value = piece_from(c, at);
    (void)snprintf(asked->pointer, sizeof(asked->pointer), "%s", pointer);
    return asked;
}

/* By object identifier and DER: known kinds as well as private ones. */
static void ask_other(struct choice *c, size_t i, struct verdict *v)
{
    const struct wish_extension *from = &c->in->wish->extensions[i];
    int private = private_find(c->in->profile, from->oid);
    CA_AUTO(buf) struct ca_buf oid = {0};
    char pointer[POINTER_MAX];
    enum cert_extension_kind kind;
    struct asked *to = NULL;

    (void)judge_pointer_n(pointer, "/ext/other", i);
    oid_text(from->oid, &oid);
    if (private >= 0) {
        to = &c->asked_private[private];
    } else if (extension_kind_find(from->oid, &kind) && kind != EXT_SUBJECT_ALT_NAME) {
        to = &c->asked[kind];
    }
    if (to == NULL || (to->given && to->beside)) {
        judge_refuse(v, &(struct says){"extensions", pointer, ca_buf_view(&oid), NULL},
                     to == NULL ? "this profile does not take this extension"
                                : "an extension is asked for twice");
        return;
    }
    *to = (struct asked){.given = true, .beside = true, .critical = from->critical ? 1 : -1};
    to->value.view = from->value;
    (void)snprintf(to->pointer, sizeof(to->pointer), "%s", pointer);
}

static void ask_key_usage(struct choice *c)
{
    size_t at = c->octets->buf.len;

    if (!c->in->wish->key_usage_given)
        return;
    der_put_named_bits(c->octets, c->in->wish->key_usage);
    replace(c, EXT_KEY_USAGE, at, "/ext/ku");
}

static void ask_usages(struct choice *c)
{
    size_t at = c->octets->buf.len;

    if (c->in->wish->usages == NULL)
        return;
    extension_oids_write(c->octets, c->in->wish->usages, c->in->wish->usage_n);
    replace(c, EXT_EXTENDED_KEY_USAGE, at, "/ext/eku");
}

static void ask_crl_url(struct choice *c)
{
    const char *url = c->in->wish->crl_url;
    size_t at = c->octets->buf.len;

    if (url == NULL || url[0] == '\0')
        return;
    extension_crl_urls_write(c->octets, &(struct ca_bytes){(const uint8_t *)url, strlen(url)}, 1);
    replace(c, EXT_CRL_DISTRIBUTION_POINTS, at, "/crl_url");
}

/* The one that is not asked for stays the authority's. */
static void ask_access(struct choice *c)
{
    const struct wish *wish = c->in->wish;
    const char *asked[] = {wish->ocsp_url, wish->aia_url};
    const char *own[] = {c->in->issuer->ocsp_url, c->in->issuer->aia_url};
    struct extension_access list[CA_COUNT(asked)];
    size_t at = c->octets->buf.len;
    bool any = false;
    size_t n = 0;

    for (size_t i = 0; i < CA_COUNT(asked); i++) {
        bool is_asked = asked[i] != NULL && asked[i][0] != '\0';
        const char *url = is_asked ? asked[i] : own[i];

        any = any || is_asked;
        if (url[0] != '\0')
            list[n++] = (struct extension_access){i == 0, ca_bytes_str(url)};
    }
    if (!any)
        return;
    extension_access_write(c->octets, list, n);
    replace(c, EXT_AUTHORITY_INFO_ACCESS, at,
            asked[1] != NULL && asked[1][0] != '\0' ? "/aia_url" : "/ocsp_url");
}

/* With the CPS address that the profile has for it. */
static void ask_policies(struct choice *c)
{
    struct extension_policy list[EXTENSION_LIST_MAX];
    size_t n = c->in->wish->policy_n;
    size_t at = c->octets->buf.len;

    if (c->in->wish->policies == NULL)
        return;
    for (size_t i = 0; i < n && i < CA_COUNT(list); i++) {
        list[i] = (struct extension_policy){
            c->in->wish->policies[i], {NULL, 0}
        };
    }
    extension_policies_write(c->octets, list, n < CA_COUNT(list) ? n : CA_COUNT(list));
    replace(c, EXT_CERTIFICATE_POLICIES, at, "/ext/policies");
}

static void ask_must_staple(struct choice *c)
{
    const struct wish *wish = c->in->wish;
    size_t at = c->octets->buf.len;

    if (((wish->on | wish->off) & WISH_MUST_STAPLE) == 0)
        return;
    if ((wish->on & WISH_MUST_STAPLE) != 0)
        extension_must_staple_write(c->octets);
    replace(c, EXT_TLS_FEATURE, at, "/ext/must_staple")->removed =
        (wish->off & WISH_MUST_STAPLE) != 0;
}

/* Critical or not, whatever the value comes from. */
static void ask_critical(struct choice *c)
{
    static const struct {
        unsigned bit;
        enum cert_extension_kind kind;
    } rows[] = {
        {WISH_BASIC_CONSTRAINTS_CRITICAL, EXT_BASIC_CONSTRAINTS },
        {WISH_KEY_USAGE_CRITICAL,         EXT_KEY_USAGE         },
        {WISH_USAGES_CRITICAL,            EXT_EXTENDED_KEY_USAGE},
    };
    const struct wish *wish = c->in->wish;

    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (((wish->on | wish->off) & rows[i].bit) != 0)
            c->wish_critical[rows[i].kind] = (wish->on & rows[i].bit) != 0 ? 1 : 0;
    }
}

static void ask_ca(const struct choice *c, struct verdict *v)
{
    const struct wish *wish = c->in->wish;
    bool ca = c->in->profile->basic_constraints.ca;
    unsigned against = ca ? wish->off : wish->on;

    if ((against & WISH_CA) == 0)
        return;
    judge_refuse(v,
                 &(struct says){"basic_constraints.ca", "/ext/basic_constraints/ca",
                                ca_bytes_str(ca ? "false" : "true"), ca ? "true" : "false"},
                 ca ? "this profile makes CA certificates only"
                    : "the request asks for a CA certificate, which this profile never makes");
}

static void ask_authority_key(const struct choice *c, struct verdict *v)
{
    const struct wish *wish = c->in->wish;
    const struct profile_extensions *x = &c->in->profile->x;
    unsigned asked = (wish->on | wish->off) & WISH_AUTHORITY_ISSUER;
    bool full = (wish->on & WISH_AUTHORITY_ISSUER) != 0;
    bool differs = asked != 0 && full != x->authority_issuer;

    if ((wish->on & WISH_AUTHORITY_KEY_CRITICAL) != 0) {
        judge_refuse(v,
                     &(struct says){"authority_key_identifier.critical", "/ext/aki/critical",
                                    ca_bytes_str("true"), "false"},
                     "the authority key identifier is never critical (RFC 5280 4.2.1.1)");
    }
    if (differs && !x->authority_issuer_from_request) {
        judge_refuse(v,
                     &(struct says){"authority_key_identifier.issuer", "/ext/aki/issuer",
                                    ca_bytes_str(full ? "true" : "false"), full ? "false" : "true"},
                     "this profile decides whether issuer and serial stand there");
    }
}

void choice_ask_wish(struct choice *c, struct verdict *v)
{
    const struct wish *wish = c->in->wish;

    if (wish == NULL)
        return;
    ask_key_usage(c);
    ask_usages(c);
    ask_crl_url(c);
    ask_access(c);
    ask_policies(c);
    ask_must_staple(c);
    ask_critical(c);
    ask_ca(c, v);
    ask_authority_key(c, v);
    for (size_t i = 0; i < wish->extension_n; i++)
        ask_other(c, i, v);
}
