/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile_says.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/role.h"
#include "base/time.h"

/* A line that grows up to its end. */
struct line {
    char *ret;
    size_t at;
};

static struct line line_start(char *ret)
{
    ret[0] = '\0';
    return (struct line){ret, 0};
}

CA_PRINTF(2, 3) static void add(struct line *l, const char *fmt, ...)
{
    va_list args;
    int n = 0;

    if (l->at >= PROFILE_SAYS)
        return;
    va_start(args, fmt);
    n = vsnprintf(l->ret + l->at, PROFILE_SAYS - l->at, fmt, args);
    va_end(args);
    l->at += n > 0 ? (size_t)n : 0;
}

static void add_words(struct line *l, const char *before, const struct profile_words *words)
{
    for (size_t i = 0; i < words->n; i++)
        add(l, "%s%s", i == 0 ? before : ", ", words->list[i]);
}

static void add_duration(struct line *l, int64_t s)
{
    if (s % 86400 == 0) {
        add(l, "%lld days", (long long)(s / 86400));
    } else {
        add(l, "%lld seconds", (long long)s);
    }
}

static const char *use_text(enum profile_use use)
{
    static const char *const texts[] = {
        [PROFILE_FORBIDDEN] = "forbidden",
        [PROFILE_OPTIONAL] = "optional",
        [PROFILE_REQUIRED] = "required",
        [PROFILE_FIXED] = "fixed",
    };

    return texts[use];
}

const char *profile_says_attribute(const struct profile *p, enum name_attribute a, char *ret)
{
    const struct profile_attribute *rule = &p->subject[a];
    struct line l = line_start(ret);

    add(&l, "%s", use_text(rule->use));
    if (rule->use == PROFILE_FORBIDDEN)
        return ret;
    if (rule->use == PROFILE_FIXED)
        add(&l, ": %.*s", (int)rule->value.len, (const char *)rule->value.ptr);
    if (rule->max > 1)
        add(&l, "; at most %zu", rule->max);
    add_words(&l, "; one of ", &rule->values);
    if (rule->pattern != NULL)
        add(&l, "; like %s", pattern_text(rule->pattern));
    return ret;
}

const char *profile_says_names(const struct profile *p, enum san_type type, char *ret)
{
    const struct profile_names *rule = &p->names[type];
    struct line l = line_start(ret);

    add(&l, "%s", rule->allow ? "allowed" : "not allowed");
    if (!rule->allow)
        return ret;
    if (rule->min > 0)
        add(&l, "; at least %zu", rule->min);
    add(&l, "; at most %zu", rule->max);
    add_words(&l, "; under ", &rule->suffixes);
    add_words(&l, "; in ", &rule->networks);
    add_words(&l, "; not under ", &rule->deny_suffixes);
    add_words(&l, "; not in ", &rule->deny_networks);
    if (rule->pattern != NULL)
        add(&l, "; like %s", pattern_text(rule->pattern));
    if (rule->deny_pattern != NULL)
        add(&l, "; not like %s", pattern_text(rule->deny_pattern));
    if (type == SAN_DNS)
        add(&l, "; %s", rule->wildcard ? "wildcards" : "no wildcards");
    return ret;
}

static bool has_value(const struct profile *p, enum cert_extension_kind kind)
{
    for (int class = 0; class < PROFILE_CLASS__COUNT && kind == EXT_KEY_USAGE; class ++) {
        if (p->x.key_usage[class].value.len > 0)
            return true;
    }
    return p->x.by[kind].value.len > 0;
}

const char *profile_says_extension(const struct profile *p, enum cert_extension_kind kind,
                                   char *ret)
{
    struct line l = line_start(ret);

    if (kind == EXT_SUBJECT_ALT_NAME)
        return profile_says_san(p, ret);
    add(&l, "%s%s", has_value(p, kind) ? "written by the profile" : "as profile and authority say",
        p->x.by[kind].from_request ? ", or as asked inside what is allowed" : "");
    return ret;
}

const char *profile_says_keys(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);

    for (size_t i = 0; i < p->key_n; i++) {
        const struct profile_key *k = &p->keys[i];

        add(&l, "%s%s", i > 0 ? ", " : "", ca_key_info(k->kind)->name);
        if (k->kind == CA_KEY_RSA)
            add(&l, ":%u-%u", k->min_bits, k->max_bits);
    }
    return ret;
}

const char *profile_says_exponents(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);

    if (p->exponent_n == 0)
        add(&l, "any from 65537");
    for (size_t i = 0; i < p->exponent_n; i++)
        add(&l, "%s%llu", i > 0 ? ", " : "", (unsigned long long)p->exponents[i]);
    return ret;
}

const char *profile_says_digests(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);

    add(&l, "%s", p->signature.digest == 0 ? "the authority's" : digest_name(p->signature.digest));
    for (unsigned bit = 1; bit <= DIGEST_SHA512; bit <<= 1) {
        if ((p->signature.allowed & bit) != 0 && bit != p->signature.digest)
            add(&l, " or %s", digest_name(bit));
    }
    return ret;
}

const char *profile_says_validity(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);

    add_duration(&l, p->validity.default_s);
    add(&l, "; at most ");
    add_duration(&l, p->validity.max_s);
    return ret;
}

const char *profile_says_last_day(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);
    char text[CA_TIME_TEXT];

    if (p->validity.absolute_end == INT64_MAX) {
        add(&l, "no last day");
    } else {
        add(&l, "%s", ca_time_text(p->validity.absolute_end, text));
    }
    return ret;
}

const char *profile_says_san(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);

    add(&l, "%s", use_text(p->san_use));
    if (p->san_use != PROFILE_FORBIDDEN)
        add(&l, "; at most %zu", p->san_max);
    return ret;
}

static void add_roles(struct line *l, unsigned roles)
{
    bool any = false;

    for (unsigned bit = 1; bit <= CA_ROLES_ALL; bit <<= 1) {
        if ((roles & bit) != 0)
            add(l, "%s%s", any ? " or " : "", ca_role_name(bit));
        any = any || (roles & bit) != 0;
    }
}

const char *profile_says_roles(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);

    add_roles(&l, p->access.roles);
    return ret;
}

const char *profile_says_requesters(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);

    add(&l, "%s", p->access.requesters.n == 0 ? "anybody" : "");
    add_words(&l, "", &p->access.requesters);
    return ret;
}

const char *profile_says_channels(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);

    add(&l, "%s", p->access.channels.n == 0 ? "any channel" : "");
    add_words(&l, "", &p->access.channels);
    return ret;
}

const char *profile_says_owned(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);

    add(&l, "%s", p->access.names_owned ? "names of the requester" : "any names");
    return ret;
}

const char *profile_says_approvals(const struct profile *p, char *ret)
{
    struct line l = line_start(ret);

    add(&l, "%s", p->approvals.step_n == 0 ? "nobody has to agree" : "");
    for (size_t i = 0; i < p->approvals.step_n; i++) {
        const struct approval_step *step = &p->approvals.steps[i];

        add(&l, "%s%u ", i > 0 ? ", then " : "", step->count);
        add_roles(&l, step->roles);
        if (step->group[0] != '\0')
            add(&l, "%sof group %s", step->roles != 0 ? " " : "", step->group);
    }
    return ret;
}
