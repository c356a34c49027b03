/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile.h"

#include <openssl/sha.h>
#include <stdio.h>

#include "base/ossl.h"
#include "base/text.h"
#include "base/time.h"
#include "policy/profile_internal.h"
#include "policy/spki.h"

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
    return PROFILE_BAD(CA_MALFORMED,
                       "validity.%s '%.40s' is not a duration (90d, 12h, 2y; up to 100y)", key,
                       text);
}

static CA_RC head_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    if (strspn(y->name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(y->name)) {
        return PROFILE_BAD(CA_MALFORMED, "name '%.63s': lower-case letters, digits and hyphens",
                           y->name);
    }
    (void)snprintf(p->name, sizeof(p->name), "%s", y->name);
    p->internal = profile_yes(y->internal, false);
    p->self_signed = profile_yes(y->self_signed, false);
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
        return PROFILE_BAD(CA_DENIED, "key.allow is empty: no key could be certified");
    if (y->key->allow_count > CA_COUNT(p->keys))
        return PROFILE_BAD(CA_DENIED, "key.allow has more than %zu entries", CA_COUNT(p->keys));
    for (unsigned i = 0; i < y->key->allow_count; i++) {
        if (!key_read(y->key->allow[i], &p->keys[i])) {
            return PROFILE_BAD(CA_MALFORMED,
                               "key.allow '%.60s': rsa:2048-8192, ec:P-256, ed25519, …",
                               y->key->allow[i]);
        }
    }
    p->key_n = y->key->allow_count;
    return CA_OK;
}

static CA_RC validity_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_validity *from = y->validity;
    struct profile_validity *v = &p->validity;

    if (from == NULL || from->default_ == NULL || from->max == NULL)
        return PROFILE_BAD(CA_MALFORMED, "validity.default and validity.max are needed");
    CA_TRY(duration_read("default", from->default_, &v->default_s, err));
    CA_TRY(duration_read("max", from->max, &v->max_s, err));
    if (from->backdate != NULL)
        CA_TRY(duration_read("backdate", from->backdate, &v->backdate_s, err));
    v->absolute_end = INT64_MAX;
    if (from->absolute_end != NULL)
        CA_TRY(ca_time_parse(ca_bytes_str(from->absolute_end), &v->absolute_end, err));
    v->clip_to_issuer = profile_yes(from->clip_to_issuer, true);
    if (v->default_s > v->max_s)
        return PROFILE_BAD(CA_DENIED, "validity.default is longer than validity.max");
    if (v->default_s <= v->backdate_s)
        return PROFILE_BAD(CA_DENIED, "validity.default is not longer than validity.backdate");
    return CA_OK;
}

static const profile_section_fn sections[] = {
    head_compile,        key_compile,
    validity_compile,    profile_compile_subject,
    profile_compile_san, profile_compile_extensions,
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
    free(p->usages);
    free(p->policies);
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
