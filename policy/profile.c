/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile.h"

#include <openssl/sha.h>
#include <stdio.h>

#include "base/ossl.h"
#include "base/text.h"
#include "base/time.h"
#include "policy/dns.h"
#include "policy/oid.h"
#include "policy/profile_internal.h"
#include "policy/spki.h"

#define BAD(rc, ...) CA_FAIL(err, rc, "profile: " __VA_ARGS__)

static bool yes(int word, bool unless_written)
{
    return word == YAML_ABSENT ? unless_written : word == YAML_TRUE;
}

static const struct {
    char unit;
    int64_t seconds;
} units[] = {
    {'s', 1       },
    {'m', 60      },
    {'h', 3600    },
    {'d', 86400   },
    {'w', 604800  },
    {'y', 31536000}
};

/* "90d": a number up to 100 years and one unit; a year has 365 days. */
static CA_RC duration_read(const char *key, const char *text, int64_t *ret, struct ca_err *err)
{
    const int64_t longest = 100LL * 31536000;
    int64_t v = 0;
    const char *p = text;

    for (; *p >= '0' && *p <= '9' && v <= longest; p++)
        v = v * 10 + (*p - '0');
    for (size_t i = 0; p > text && i < CA_COUNT(units); i++) {
        if (p[0] != units[i].unit || p[1] != '\0' || v > longest / units[i].seconds)
            continue;
        *ret = v * units[i].seconds;
        return CA_OK;
    }
    return BAD(CA_MALFORMED, "validity.%s '%.40s' is not a duration (90d, 12h, 2y; up to 100y)",
               key, text);
}

static CA_RC head_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    if (strspn(y->name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(y->name))
        return BAD(CA_MALFORMED, "name '%.63s': lower-case letters, digits and hyphens", y->name);
    (void)snprintf(p->name, sizeof(p->name), "%s", y->name);
    p->internal = yes(y->internal, false);
    p->self_signed = yes(y->self_signed, false);
    return CA_OK;
}

/* "2048-8192" */
static bool range_read(const char *text, struct profile_key *ret)
{
    char *end = NULL;
    unsigned long low = strtoul(text, &end, 10);
    unsigned long high = *end == '-' ? strtoul(end + 1, &end, 10) : 0;

    if (*end != '\0' || low < SPKI_RSA_BITS_MIN || high > SPKI_RSA_BITS_MAX || low > high)
        return false;
    *ret = (struct profile_key){CA_KEY_RSA, (unsigned)low, (unsigned)high};
    return true;
}

/* "rsa:2048-8192", "rsa:3072", "rsa", or a name of ca_key_spec_parse. */
static bool key_read(const char *text, struct profile_key *ret)
{
    struct ca_key_spec spec;

    if (ca_key_spec_parse(text, &spec)) {
        *ret = (struct profile_key){spec.kind, spec.bits, spec.bits};
        return true;
    }
    if (strcmp(text, "rsa") == 0) {
        *ret = (struct profile_key){CA_KEY_RSA, SPKI_RSA_BITS_MIN, SPKI_RSA_BITS_MAX};
        return true;
    }
    return strncmp(text, "rsa:", 4) == 0 && range_read(text + 4, ret);
}

static CA_RC key_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    if (y->key == NULL || y->key->allow_count == 0)
        return BAD(CA_DENIED, "key.allow is empty: no key could be certified");
    if (y->key->allow_count > CA_COUNT(p->keys))
        return BAD(CA_DENIED, "key.allow has more than %zu entries", CA_COUNT(p->keys));
    for (unsigned i = 0; i < y->key->allow_count; i++) {
        if (!key_read(y->key->allow[i], &p->keys[i]))
            return BAD(CA_MALFORMED, "key.allow '%.60s': rsa:2048-8192, ec:P-256, ed25519, …",
                       y->key->allow[i]);
    }
    p->key_n = y->key->allow_count;
    return CA_OK;
}

static CA_RC validity_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_validity *from = y->validity;
    struct profile_validity *v = &p->validity;

    if (from == NULL || from->default_ == NULL || from->max == NULL)
        return BAD(CA_MALFORMED, "validity.default and validity.max are needed");
    CA_TRY(duration_read("default", from->default_, &v->default_s, err));
    CA_TRY(duration_read("max", from->max, &v->max_s, err));
    if (from->backdate != NULL)
        CA_TRY(duration_read("backdate", from->backdate, &v->backdate_s, err));
    v->absolute_end = INT64_MAX;
    if (from->absolute_end != NULL)
        CA_TRY(ca_time_parse(ca_bytes_str(from->absolute_end), &v->absolute_end, err));
    v->clip_to_issuer = yes(from->clip_to_issuer, true);
    if (v->default_s > v->max_s)
        return BAD(CA_DENIED, "validity.default is longer than validity.max");
    if (v->default_s <= v->backdate_s)
        return BAD(CA_DENIED, "validity.default is not longer than validity.backdate");
    return CA_OK;
}

static CA_RC attribute_compile(enum name_attribute a, const struct profile_yaml_attribute *from,
                               struct profile_attribute *ret, struct ca_err *err)
{
    const char *key = name_attribute_info(a)->json;
    struct name_value v = {.attribute = a};

    ret->use = (enum profile_use)from->use;
    ret->max = from->max == 0 ? 1 : from->max;
    if (ret->max > NAME_VALUES_MAX)
        return BAD(CA_DENIED, "subject.attributes.%s.max is above %d", key, NAME_VALUES_MAX);
    if ((from->value != NULL) != (ret->use == PROFILE_FIXED))
        return BAD(CA_DENIED, "subject.attributes.%s: use 'fixed' and a value go together", key);
    if (from->value == NULL)
        return CA_OK;
    ret->value = v.value = ca_bytes_str(from->value);
    return name_value_check(&v, err);
}

static CA_RC subject_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    if (y->subject == NULL)
        return CA_OK;
    p->refuse_unlisted = y->subject->unlisted != 0;
    p->common_name_in_san = yes(y->subject->common_name_in_san, false);
    for (int a = 0; a < NAME__COUNT && y->subject->attributes != NULL; a++) {
        if (y->subject->attributes->by[a] != NULL)
            CA_TRY(attribute_compile((enum name_attribute)a, y->subject->attributes->by[a],
                                     &p->subject[a], err));
    }
    return CA_OK;
}

static CA_RC names_compile(const char *key, const struct profile_yaml_names *from, size_t max,
                           struct profile_names *ret, struct ca_err *err)
{
    if (from == NULL || !yes(from->allow, false))
        return CA_OK;
    ret->allow = true;
    ret->max = from->max == 0 ? max : from->max;
    ret->wildcard = yes(from->wildcard, false);
    ret->refuse_public_suffix = from->public_suffix != 0;
    ret->suffixes = (const char *const *)from->suffixes;
    ret->suffix_n = from->suffixes_count;
    for (size_t i = 0; i < ret->suffix_n; i++) {
        if (!dns_is_host(ca_bytes_str(from->suffixes[i])))
            return BAD(CA_MALFORMED, "subject_alt_name.%s.suffixes: '%.80s' is not a host name",
                       key, from->suffixes[i]);
    }
    return CA_OK;
}

static CA_RC san_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_san *from = y->subject_alt_name;
    bool any = false;

    if (from == NULL)
        return CA_OK;
    p->san_use = (enum profile_use)from->use;
    p->san_max = from->max == 0 ? 100 : from->max;
    if (p->san_max > SAN_COUNT_MAX)
        return BAD(CA_DENIED, "subject_alt_name.max is above %d", SAN_COUNT_MAX);
    CA_TRY(names_compile("dns", from->dns, p->san_max, &p->names[SAN_DNS], err));
    CA_TRY(names_compile("ip", from->ip, p->san_max, &p->names[SAN_IP], err));
    CA_TRY(names_compile("email", from->email, p->san_max, &p->names[SAN_EMAIL], err));
    CA_TRY(names_compile("uri", from->uri, p->san_max, &p->names[SAN_URI], err));
    for (size_t i = 0; i < CA_COUNT(p->names); i++)
        any = any || p->names[i].allow;
    if (any != (p->san_use != PROFILE_FORBIDDEN))
        return BAD(CA_DENIED, "subject_alt_name: %s",
                   any ? "names are allowed, but use is forbidden" : "no kind of name is allowed");
    return CA_OK;
}

static CA_RC basic_constraints_compile(struct profile *p, const struct profile_yaml *y,
                                       struct ca_err *err)
{
    const struct profile_yaml_basic_constraints *from = y->basic_constraints;
    struct profile_basic_constraints *b = &p->basic_constraints;

    b->path_length = b->path_length_max = -1;
    if (from == NULL)
        return CA_OK;
    b->present = true;
    b->ca = yes(from->ca, false);
    b->critical = yes(from->critical, true);
    if (from->path_length != NULL)
        b->path_length = *from->path_length;
    b->path_length_max = from->path_length_max != NULL ? *from->path_length_max : b->path_length;
    if (!b->ca && (from->path_length != NULL || from->path_length_max != NULL))
        return BAD(CA_DENIED, "basic_constraints: a path length without ca: true");
    if (b->path_length < -1 || b->path_length_max > 255 || b->path_length_max < b->path_length ||
        (b->path_length < 0 && b->path_length_max >= 0))
        return BAD(CA_DENIED,
                   "basic_constraints: path_length from 0 to path_length_max, 255 at most");
    /* RFC 5280 4.2.1.9: a CA certificate MUST have it critical. */
    if (b->ca && !b->critical)
        return BAD(CA_DENIED, "basic_constraints of a CA must be critical");
    return CA_OK;
}

static CA_RC key_usage_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_key_usage *from = y->key_usage;
    const uint32_t enciphers = CERT_KU_KEY_ENCIPHERMENT | CERT_KU_DATA_ENCIPHERMENT;
    bool ca = p->basic_constraints.ca;

    if (from != NULL) {
        p->key_usage_critical = yes(from->critical, true);
        p->key_usage = from->bits;
        p->key_usage_rsa = from->bits | from->rsa_bits;
    }
    if (ca != ((p->key_usage & CERT_KU_KEY_CERT_SIGN) != 0))
        return BAD(CA_DENIED,
                   "key_usage has key_cert_sign exactly when basic_constraints.ca is true");
    if (!ca && ((p->key_usage_rsa & (CERT_KU_KEY_CERT_SIGN | CERT_KU_CRL_SIGN)) != 0))
        return BAD(CA_DENIED, "key_usage: key_cert_sign and crl_sign are for CAs");
    for (size_t i = 0; i < p->key_n; i++) {
        /* RFC 8813 3: EC keys cannot encipher. */
        if (p->keys[i].kind != CA_KEY_RSA && (p->key_usage & enciphers) != 0)
            return BAD(CA_DENIED,
                       "key_usage: write enciphering bits under rsa_bits, since %s cannot",
                       ca_key_info(p->keys[i].kind)->name);
        if (p->keys[i].kind != CA_KEY_RSA && from != NULL && p->key_usage == 0)
            return BAD(CA_DENIED, "key_usage.bits is empty for keys other than RSA");
    }
    return CA_OK;
}

/* clang-format off */
static const struct {
    const char *name, *oid;
} usage_names[] = {
    {"server_auth",      "1.3.6.1.5.5.7.3.1"},
    {"client_auth",      "1.3.6.1.5.5.7.3.2"},
    {"code_signing",     "1.3.6.1.5.5.7.3.3"},
    {"email_protection", "1.3.6.1.5.5.7.3.4"},
    {"time_stamping",    "1.3.6.1.5.5.7.3.8"},
    {"ocsp_signing",     "1.3.6.1.5.5.7.3.9"},
};
/* clang-format on */

static const char *usage_oid(const char *word)
{
    for (size_t i = 0; i < CA_COUNT(usage_names); i++) {
        if (strcmp(usage_names[i].name, word) == 0)
            return usage_names[i].oid;
    }
    return word;
}

/* Reads OIDs into p->oids; the views are made once that buffer grows no more. */
static CA_RC oids_read(const char *key, struct ca_buf *to, char *const *words, unsigned n,
                       struct ca_err *err)
{
    for (unsigned i = 0; i < n; i++) {
        struct ca_buf one = {0};
        enum ca_rc rc = oid_parse(usage_oid(words[i]), &one, err);

        ca_buf_u8(to, (uint8_t)one.len);
        ca_buf_bytes(to, ca_buf_view(&one));
        if (one.len > 127 || rc == CA_MALFORMED)
            rc = CA_FAIL(err, CA_MALFORMED, "profile: %s '%.60s' is not an object identifier", key,
                         words[i]);
        ca_buf_done(&one);
        if (rc != CA_OK)
            return rc;
        for (unsigned j = 0; j < i; j++) {
            if (strcmp(usage_oid(words[i]), usage_oid(words[j])) == 0)
                return BAD(CA_DENIED, "%s '%.60s' stands there twice", key, words[i]);
        }
    }
    return CA_OK;
}

/* Views of `n` OIDs from *at on, each with its length in front. */
static CA_RC oids_view(const uint8_t **at, unsigned n, const struct ca_bytes **ret,
                       struct ca_err *err)
{
    struct ca_bytes *views = calloc(n + 1U, sizeof(*views));

    if (views == NULL)
        return CA_FAIL_NOMEM(err);
    for (unsigned i = 0; i < n; i++) {
        views[i] = (struct ca_bytes){*at + 1, **at};
        *at += 1U + **at;
    }
    *ret = views;
    return CA_OK;
}

static CA_RC oids_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_extended_key_usage *eku = y->extended_key_usage;
    unsigned usage_n = eku == NULL ? 0 : eku->usages_count;
    const uint8_t *at;

    if (eku != NULL && usage_n == 0)
        return BAD(CA_DENIED, "extended_key_usage.usages is empty");
    if (eku != NULL)
        CA_TRY(oids_read("extended_key_usage.usages", &p->oids, eku->usages, usage_n, err));
    CA_TRY(oids_read("certificate_policies", &p->oids, y->certificate_policies,
                     y->certificate_policies_count, err));
    CA_TRY(ca_buf_check(&p->oids, err));
    at = p->oids.ptr;
    CA_TRY(oids_view(&at, usage_n, &p->usages, err));
    CA_TRY(oids_view(&at, y->certificate_policies_count, &p->policies, err));
    p->usage_n = usage_n;
    p->usage_critical = eku != NULL && yes(eku->critical, false);
    p->policy_n = y->certificate_policies_count;
    return CA_OK;
}

static CA_RC rest_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    p->authority_key_id = y->authority_key_identifier != 0;
    p->subject_key_id = y->subject_key_identifier != 0;
    p->crl_url = (enum profile_source)y->crl_distribution_points;
    p->authority_info = (enum profile_source)y->authority_information_access;
    p->name_constraints = (enum profile_source)y->name_constraints;
    p->ocsp_no_check = yes(y->ocsp_no_check, false);
    /* RFC 5280 4.2.1.2 and 4.2.1.10. */
    if (p->basic_constraints.ca && !p->subject_key_id)
        return BAD(CA_DENIED, "a CA certificate needs subject_key_identifier: hash");
    if (p->name_constraints != PROFILE_NONE && !p->basic_constraints.ca)
        return BAD(CA_DENIED, "name_constraints are for CA certificates");
    if (p->self_signed && !p->basic_constraints.ca)
        return BAD(CA_DENIED, "self_signed is for CA certificates");
    return CA_OK;
}

static enum ca_rc (*const sections[])(struct profile *p, const struct profile_yaml *y,
                                      struct ca_err *err) = {
    head_compile,      key_compile,  validity_compile,
    subject_compile,   san_compile,  basic_constraints_compile,
    key_usage_compile, oids_compile, rest_compile,
};

static CA_RC own_copy(struct profile *p, struct ca_bytes yaml, struct ca_err *err)
{
    p->yaml = ca_bytes_dup(yaml);
    if (p->yaml == NULL)
        return CA_FAIL_NOMEM(err);
    p->yaml_len = yaml.len;
    if (SHA256(yaml.ptr, yaml.len, p->version) == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "SHA-256 of a profile");
    return CA_OK;
}

CA_RC profile_compile(struct ca_bytes yaml, struct profile **ret, struct ca_err *err)
{
    CA_AUTO(profile) struct profile *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(profile_yaml_load(yaml, &p->source, err));
    CA_TRY(own_copy(p, yaml, err));
    for (size_t i = 0; i < CA_COUNT(sections); i++)
        CA_TRY(sections[i](p, p->source, err));
    CA_TRY(profile_extensions_compile(p, err));
    *ret = CA_MOVE(p);
    return CA_OK;
}

void profile_free(struct profile *p)
{
    if (p == NULL)
        return;
    profile_yaml_free(p->source);
    ca_buf_done(&p->oids);
    der_writer_done(&p->der);
    free((void *)(uintptr_t)p->usages); /* ours: const for those who read */
    free((void *)(uintptr_t)p->policies);
    free(p->yaml);
    free(p);
}

const char *profile_name(const struct profile *p)
{
    return p->name;
}

const char *profile_description(const struct profile *p)
{
    return p->source->description != NULL ? p->source->description : "";
}

struct ca_bytes profile_version(const struct profile *p)
{
    return (struct ca_bytes){p->version, sizeof(p->version)};
}

struct ca_bytes profile_yaml(const struct profile *p)
{
    return (struct ca_bytes){p->yaml, p->yaml_len};
}

bool profile_for_ca(const struct profile *p)
{
    return p->basic_constraints.ca;
}

bool profile_internal(const struct profile *p)
{
    return p->internal;
}
