/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/dns.h"
#include "policy/profile_internal.h"
#include "policy/web_url.h"

/* Key identifiers, and the addresses that certificates carry. */

CA_RC profile_compile_key_ids(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    int word = y->x.authority_key_identifier;

    p->x.authority_key_id = word != YAML_KEY_ID_NONE;
    p->x.authority_issuer = word == YAML_KEY_ID_ISSUER;
    p->x.authority_issuer_from_request = word == YAML_KEY_ID_REQUEST;
    p->x.subject_key_id = (enum profile_key_id)y->x.subject_key_identifier;
    /* RFC 5280 4.2.1.2. */
    if (p->basic_constraints.ca && p->x.subject_key_id == PROFILE_KEY_ID_NONE)
        return PROFILE_BAD(CA_DENIED, "a CA certificate needs subject_key_identifier: hash");
    if (p->self_signed && !p->basic_constraints.ca)
        return PROFILE_BAD(CA_DENIED, "self_signed is for CA certificates");
    return CA_OK;
}

static CA_RC urls_check(const char *key, char *const *urls, unsigned n, struct ca_err *err)
{
    for (unsigned i = 0; i < n; i++) {
        if (!web_url_is(ca_bytes_str(urls[i])))
            return PROFILE_BAD(CA_MALFORMED, "%s '%.80s' is not an http address", key, urls[i]);
    }
    return CA_OK;
}

static CA_RC crl_urls_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_extensions *x = &y->x;
    struct ca_bytes urls[PROFILE_LIST_MAX];
    CA_AUTO(der_writer) struct der_writer w = {0};

    p->x.crl_url = (enum profile_source)x->crl_distribution_points;
    if ((p->x.crl_url == PROFILE_FROM_PROFILE) != (x->crl_urls_count > 0)) {
        return PROFILE_BAD(CA_DENIED, "crl_distribution_points: fixed and crl_urls go together");
    }
    if (x->crl_urls_count == 0)
        return CA_OK;
    CA_TRY(urls_check("crl_urls", x->crl_urls, x->crl_urls_count, err));
    for (unsigned i = 0; i < x->crl_urls_count; i++)
        urls[i] = ca_bytes_str(x->crl_urls[i]);
    extension_crl_urls_write(&w, urls, x->crl_urls_count);
    return profile_keep_value(p, &w, &p->x.by[EXT_CRL_DISTRIBUTION_POINTS].value, err);
}

static CA_RC access_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_extensions *x = &y->x;
    unsigned n = x->ocsp_urls_count + x->aia_urls_count;
    struct extension_access list[EXTENSION_LIST_MAX];
    CA_AUTO(der_writer) struct der_writer w = {0};

    p->x.authority_info = (enum profile_source)x->authority_information_access;
    if ((p->x.authority_info == PROFILE_FROM_PROFILE) != (n > 0)) {
        return PROFILE_BAD(CA_DENIED, "authority_information_access: fixed goes together with "
                                      "ocsp_urls or aia_urls");
    }
    if (n == 0)
        return CA_OK;
    if (n > CA_COUNT(list))
        return PROFILE_BAD(CA_DENIED, "more than %zu ocsp_urls and aia_urls", CA_COUNT(list));
    CA_TRY(urls_check("ocsp_urls", x->ocsp_urls, x->ocsp_urls_count, err));
    CA_TRY(urls_check("aia_urls", x->aia_urls, x->aia_urls_count, err));
    for (unsigned i = 0; i < n; i++) {
        bool ocsp = i < x->ocsp_urls_count;

        list[i].ocsp = ocsp;
        list[i].url = ca_bytes_str(ocsp ? x->ocsp_urls[i] : x->aia_urls[i - x->ocsp_urls_count]);
    }
    extension_access_write(&w, list, n);
    return profile_keep_value(p, &w, &p->x.by[EXT_AUTHORITY_INFO_ACCESS].value, err);
}

CA_RC profile_compile_addresses(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    CA_TRY(crl_urls_compile(p, y, err));
    p->x.freshest_crl = y->x.freshest_crl == YAML_FRESHEST_FROM_AUTHORITY &&
                        (p->x.crl_url == PROFILE_FROM_AUTHORITY || p->x.crl_url == PROFILE_WHOLE);
    CA_TRY(access_compile(p, y, err));
    p->x.by[EXT_CRL_DISTRIBUTION_POINTS].from_request = p->x.crl_url == PROFILE_FROM_REQUEST;
    p->x.by[EXT_AUTHORITY_INFO_ACCESS].from_request = p->x.authority_info == PROFILE_FROM_REQUEST;
    p->x.url_hosts =
        (struct profile_texts){(const char *const *)y->x.url_hosts, y->x.url_hosts_count};
    for (unsigned i = 0; i < y->x.url_hosts_count; i++) {
        if (!dns_is_host(ca_bytes_str(y->x.url_hosts[i]))) {
            return PROFILE_BAD(CA_MALFORMED, "url_hosts '%.60s' is not a host name",
                               y->x.url_hosts[i]);
        }
    }
    if (y->x.url_hosts_count > 0 && p->x.crl_url != PROFILE_FROM_REQUEST &&
        p->x.authority_info != PROFILE_FROM_REQUEST)
        return PROFILE_BAD(CA_DENIED, "url_hosts bounds addresses, but none is from_request");
    return CA_OK;
}
