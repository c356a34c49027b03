/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile.h"

#include <openssl/sha.h>
#include <stdio.h>

#include "base/ossl.h"
#include "base/text.h"
#include "policy/profile_internal.h"

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
CA_RC profile_duration_read(const char *key, const char *text, int64_t *ret, struct ca_err *err)
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
    return PROFILE_BAD(CA_MALFORMED, "%s '%.40s' is not a duration (90d, 12h, 2y; up to 100y)", key,
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

/* What certificates must have that this profile can never give them. */
static CA_RC sense_check(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    bool subject = false;

    (void)y;
    for (int a = 0; a < NAME__COUNT; a++)
        subject = subject || p->subject[a].use != PROFILE_FORBIDDEN;
    if (!subject && (p->basic_constraints.ca || p->san_use == PROFILE_FORBIDDEN)) {
        return PROFILE_BAD(CA_DENIED, "neither a subject nor a name is allowed: every certificate "
                                      "would name nobody");
    }
    if (p->unique_common_name && p->subject[NAME_CN].use == PROFILE_FORBIDDEN)
        return PROFILE_BAD(CA_DENIED, "subject.unique_common_name: no common name is allowed");
    if (p->access.names_owned && p->basic_constraints.ca)
        return PROFILE_BAD(CA_DENIED, "access.names: nobody owns the names of a CA");
    return CA_OK;
}

static const profile_section_fn sections[] = {
    head_compile,
    profile_compile_key,
    profile_compile_validity,
    profile_compile_access,
    profile_compile_subject,
    profile_compile_san,
    profile_compile_extensions,
    sense_check,
};

/* The octets as they came, and the version: with the version of what it copies, since a change
 * there changes what this profile means. */
static CA_RC own_copy(struct profile *p, struct ca_bytes yaml, const struct profile *base,
                      struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf all = {0};

    p->yaml = ca_bytes_dup(yaml);
    if (p->yaml == NULL)
        return CA_FAIL_NOMEM(err);
    p->yaml_len = yaml.len;
    ca_buf_bytes(&all, yaml);
    if (base != NULL)
        ca_buf_bytes(&all, profile_version(base));
    CA_TRY(ca_buf_check(&all, err));
    if (SHA256(all.ptr, all.len, p->version) == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "SHA-256 of a profile");
    return CA_OK;
}

/* Puts `base` under what p->source says; p->source is then the whole. */
static CA_RC copy_in(struct profile *p, struct ca_bytes yaml, const struct profile *base,
                     struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf merged = {0};

    if (base->copy_n == PROFILE_COPIES_MAX)
        return PROFILE_BAD(CA_DENIED, "copy_from: more than %d in a row", PROFILE_COPIES_MAX);
    CA_TRY(profile_merge(profile_yaml_merged(base), yaml, &merged, err));
    p->merged = ca_bytes_dup(ca_buf_view(&merged));
    if (p->merged == NULL)
        return CA_FAIL_NOMEM(err);
    p->merged_len = merged.len;
    profile_yaml_free(p->source);
    p->source = NULL;
    CA_TRY(profile_yaml_load(ca_buf_view(&merged), &p->source, err));
    (void)snprintf(p->copies[0], sizeof(p->copies[0]), "%s", base->name);
    memcpy(p->copies[1], base->copies[0], base->copy_n * sizeof(base->copies[0]));
    p->copy_n = base->copy_n + 1;
    return CA_OK;
}

static CA_RC base_find(const struct profile_set *set, const struct profile_yaml *y,
                       const struct profile **ret, struct ca_err *err)
{
    const char *from = profile_copies_from(y);
    const struct profile *base = NULL;

    if (y->copy_from != NULL && y->copy_from_hyphen != NULL)
        return PROFILE_BAD(CA_MALFORMED, "copy_from stands there in two spellings");
    if (from == NULL)
        return CA_OK;
    if (strcmp(from, y->name) == 0)
        return PROFILE_BAD(CA_DENIED, "copy_from: '%.63s' would copy itself", from);
    if (set == NULL)
        return PROFILE_BAD(CA_DENIED, "copy_from: '%.63s' is not at hand here", from);
    CA_TRY(profile_set_find(set, from, &base, err));
    for (size_t i = 0; i < base->copy_n; i++) {
        if (strcmp(base->copies[i], y->name) == 0) {
            return PROFILE_BAD(CA_DENIED, "copy_from: '%.63s' copies '%.63s' itself: a cycle", from,
                               y->name);
        }
    }
    *ret = base;
    return CA_OK;
}

CA_RC profile_compile_in(const struct profile_set *set, struct ca_bytes yaml, struct profile **ret,
                         struct ca_err *err)
{
    CA_AUTO(profile) struct profile *p = calloc(1, sizeof(*p));
    const struct profile *base = NULL;

    if (p == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(profile_yaml_load(yaml, &p->source, err));
    CA_TRY(base_find(set, p->source, &base, err));
    CA_TRY(own_copy(p, yaml, base, err));
    if (base != NULL)
        CA_TRY(copy_in(p, yaml, base, err));
    for (size_t i = 0; i < CA_COUNT(sections); i++)
        CA_TRY(sections[i](p, p->source, err));
    CA_TRY(profile_extensions_compile(p, err));
    *ret = CA_MOVE(p);
    return CA_OK;
}

CA_RC profile_compile(struct ca_bytes yaml, struct profile **ret, struct ca_err *err)
{
    return profile_compile_in(NULL, yaml, ret, err);
}

static void patterns_free(struct profile *p)
{
    for (int a = 0; a < NAME__COUNT; a++)
        pattern_free(p->subject[a].pattern);
    for (int t = 0; t < SAN__COUNT; t++) {
        pattern_free(p->names[t].pattern);
        pattern_free(p->names[t].deny_pattern);
    }
}

void profile_free(struct profile *p)
{
    if (p == NULL)
        return;
    profile_yaml_free(p->source);
    patterns_free(p);
    profile_keep_done(p);
    free(p->yaml);
    free(p->merged);
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

struct ca_bytes profile_yaml_merged(const struct profile *p)
{
    return p->merged != NULL ? (struct ca_bytes){p->merged, p->merged_len} : profile_yaml(p);
}

const char *profile_copies_from(const struct profile_yaml *y)
{
    return y->copy_from != NULL ? y->copy_from : y->copy_from_hyphen;
}

bool profile_for_ca(const struct profile *p)
{
    return p->basic_constraints.ca;
}

bool profile_internal(const struct profile *p)
{
    return p->internal;
}

unsigned profile_legacy(const struct profile *p)
{
    return p->legacy;
}

const struct approval_policy *profile_approvals(const struct profile *p)
{
    return &p->approvals;
}

const struct profile_limits *profile_limits(const struct profile *p)
{
    return &p->limits;
}

enum profile_key_reuse profile_key_reuse(const struct profile *p)
{
    return p->key_reuse;
}

bool profile_unique_common_name(const struct profile *p)
{
    return p->unique_common_name;
}

int64_t profile_renewal_window_s(const struct profile *p)
{
    return p->renewal_window_s;
}
