/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/der.h"
#include "policy/dns.h"
#include "policy/judge_internal.h"
#include "policy/oid.h"
#include "policy/web_url.h"

/* Values of the other extensions that a request may bring: is each inside what the profile allows?
 */

static void refuse(const struct extension_case *e, enum cert_extension_kind kind,
                   struct ca_bytes value, const char *text)
{
    judge_refuse(e->verdict,
                 &(struct says){cert_extension_info(kind)->name, e->pointer, value, NULL}, "%s",
                 text);
}

static void refuse_all(const struct extension_case *e, enum cert_extension_kind kind,
                       const char *text)
{
    refuse(e, kind, (struct ca_bytes){NULL, 0}, text);
}

static bool host_is_allowed(const struct profile *p, struct ca_bytes url)
{
    struct ca_bytes host = web_url_host(url);

    for (size_t i = 0; i < p->x.url_hosts.n; i++) {
        if (dns_is_under(host, p->x.url_hosts.list[i]))
            return true;
    }
    return p->x.url_hosts.n == 0;
}

static void rule_url(const struct extension_case *e, enum cert_extension_kind kind,
                     struct ca_bytes url, const char *own)
{
    if (own[0] != '\0' && ca_bytes_is_str(url, own))
        return; /* the authority's own address */
    if (!web_url_is(url)) {
        refuse(e, kind, url, "not an http address");
    } else if (!host_is_allowed(e->profile, url)) {
        refuse(e, kind, url, "an address on a host that this profile does not allow");
    }
}

static void rule_crl_urls(const struct extension_case *e, struct ca_bytes value)
{
    struct ca_bytes urls[EXTENSION_LIST_MAX];
    struct ca_err err;
    size_t n = 0;

    if (extension_crl_urls_read(value, urls, &n, &err) != CA_OK) {
        refuse_all(e, EXT_CRL_DISTRIBUTION_POINTS, err.text);
        return;
    }
    for (size_t i = 0; i < n; i++)
        rule_url(e, EXT_CRL_DISTRIBUTION_POINTS, urls[i], e->issuer->crl_url);
}

static void rule_authority_info(const struct extension_case *e, struct ca_bytes value)
{
    struct extension_access list[EXTENSION_LIST_MAX];
    struct ca_err err;
    size_t n = 0;

    if (extension_access_read(value, list, &n, &err) != CA_OK) {
        refuse_all(e, EXT_AUTHORITY_INFO_ACCESS, err.text);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        rule_url(e, EXT_AUTHORITY_INFO_ACCESS, list[i].url,
                 list[i].ocsp ? e->issuer->ocsp_url : e->issuer->aia_url);
    }
}

static bool policy_is_allowed(const struct profile *p, const struct extension_policy *policy)
{
    for (size_t i = 0; i < p->x.policy_allowed_n; i++) {
        if (ca_bytes_equal(p->x.policies_allowed[i].oid, policy->oid) &&
            ca_bytes_equal(p->x.policies_allowed[i].cps, policy->cps))
            return true;
    }
    return false;
}

static void rule_policies(const struct extension_case *e, struct ca_bytes value)
{
    struct extension_policy list[EXTENSION_LIST_MAX];
    struct ca_err err;
    size_t n = 0;

    if (extension_policies_read(value, list, &n, &err) != CA_OK) {
        refuse_all(e, EXT_CERTIFICATE_POLICIES, err.text);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        CA_AUTO(buf) struct ca_buf text = {0};

        if (policy_is_allowed(e->profile, &list[i]))
            continue;
        oid_text(list[i].oid, &text);
        refuse(e, EXT_CERTIFICATE_POLICIES, ca_buf_view(&text),
               "this profile does not allow this policy");
    }
}

static void rule_tls_feature(const struct extension_case *e, struct ca_bytes value)
{
    if (!extension_is_must_staple(value))
        refuse_all(e, EXT_TLS_FEATURE, "not status_request alone (RFC 7633)");
}

static void rule_ocsp_no_check(const struct extension_case *e, struct ca_bytes value)
{
    static const uint8_t null[] = {0x05, 0x00};

    if (!ca_bytes_equal(value, (struct ca_bytes){null, sizeof(null)}))
        refuse_all(e, EXT_OCSP_NO_CHECK, "not NULL (RFC 6960 4.2.2.2.1)");
}

static void rule_template(const struct extension_case *e, struct ca_bytes value)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    const struct profile_oids *allowed = &e->profile->x.templates_allowed;
    struct extension_template t;
    struct ca_err err;

    if (extension_template_read(value, &t, &err) != CA_OK) {
        refuse_all(e, EXT_MICROSOFT_TEMPLATE, err.text);
        return;
    }
    for (size_t i = 0; i < allowed->n; i++) {
        if (ca_bytes_equal(allowed->list[i], t.oid))
            return;
    }
    oid_text(t.oid, &text);
    refuse(e, EXT_MICROSOFT_TEMPLATE, ca_buf_view(&text),
           "this profile does not allow this template");
}

static void rule_template_name(const struct extension_case *e, struct ca_bytes value)
{
    const struct profile_texts *allowed = &e->profile->x.template_names_allowed;
    char name[EXTENSION_TEMPLATE_NAME_MAX + 1];
    struct ca_err err;

    if (extension_template_name_read(value, name, &err) != CA_OK) {
        refuse_all(e, EXT_MICROSOFT_TEMPLATE_NAME, err.text);
        return;
    }
    for (size_t i = 0; i < allowed->n; i++) {
        if (strcmp(allowed->list[i], name) == 0)
            return;
    }
    refuse(e, EXT_MICROSOFT_TEMPLATE_NAME, ca_bytes_str(name),
           "this profile does not allow this template");
}

/* The domain's identifier, a hyphen, the account's number. */
static void rule_sid(const struct extension_case *e, struct ca_bytes value)
{
    const struct profile_texts *domains = &e->profile->x.sid_domains;
    struct ca_bytes sid = {0};
    struct ca_err err;

    if (extension_sid_read(value, &sid, &err) != CA_OK) {
        refuse_all(e, EXT_MICROSOFT_SID, err.text);
        return;
    }
    for (size_t i = 0; i < domains->n; i++) {
        size_t len = strlen(domains->list[i]);

        if (sid.len > len && memcmp(sid.ptr, domains->list[i], len) == 0 && sid.ptr[len] == '-')
            return;
    }
    refuse(e, EXT_MICROSOFT_SID, sid, "a security identifier of a domain that is not allowed");
}

void rule_private(const struct extension_case *e, const struct profile_private *p,
                  struct ca_bytes value)
{
    CA_AUTO(buf) struct ca_buf oid = {0};
    struct says says = {
        "private_extensions", e->pointer, {NULL, 0},
          NULL
    };
    char allowed[64];
    struct ca_err err;

    oid_text(p->oid, &oid);
    says.value = ca_buf_view(&oid);
    (void)snprintf(allowed, sizeof(allowed), "at most %zu octets", p->max);
    if (value.len > p->max) {
        says.allowed = allowed;
        judge_refuse(e->verdict, &says, "its value has %zu octets", value.len);
    } else if (extension_der_check(value, &err) != CA_OK) {
        judge_refuse(e->verdict, &says, "its value is not one element of DER: %s", err.text);
    }
}

static void (*const rules[EXT__COUNT])(const struct extension_case *e, struct ca_bytes value) = {
    [EXT_KEY_USAGE] = rule_key_usage,
    [EXT_EXTENDED_KEY_USAGE] = rule_usages,
    [EXT_CRL_DISTRIBUTION_POINTS] = rule_crl_urls,
    [EXT_AUTHORITY_INFO_ACCESS] = rule_authority_info,
    [EXT_CERTIFICATE_POLICIES] = rule_policies,
    [EXT_NAME_CONSTRAINTS] = rule_subtrees,
    [EXT_OCSP_NO_CHECK] = rule_ocsp_no_check,
    [EXT_TLS_FEATURE] = rule_tls_feature,
    [EXT_MICROSOFT_TEMPLATE] = rule_template,
    [EXT_MICROSOFT_TEMPLATE_NAME] = rule_template_name,
    [EXT_MICROSOFT_SID] = rule_sid,
};

void rule_extension(const struct extension_case *e, enum cert_extension_kind kind,
                    struct ca_bytes value)
{
    if (rules[kind] != NULL) {
        rules[kind](e, value);
    } else {
        refuse_all(e, kind, "nobody may choose its value");
    }
}

struct ca_bytes extension_default(const struct profile *p, enum cert_extension_kind kind,
                                  enum ca_key_kind key)
{
    return kind == EXT_KEY_USAGE ? p->x.key_usage[profile_class_of(key)].value
                                 : p->x.by[kind].value;
}
