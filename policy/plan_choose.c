/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <strings.h>

#include "base/time.h"
#include "policy/dns.h"
#include "policy/judge_internal.h"

static const struct wish no_wish = {.path_length = -1};

static const struct wish *wish_of(const struct judge_input *in)
{
    return in->wish != NULL ? in->wish : &no_wish;
}

/* May the CSR's value just be left out? Wishes are explicit: those are refused, by rule_subject. */
static bool is_dropped(const struct choice *c, const struct name_value *value, bool from_csr,
                       struct verdict *v)
{
    const struct profile *p = c->in->profile;
    const struct profile_attribute *rule = &p->subject[value->attribute];
    const char *json = name_attribute_info(value->attribute)->json;
    bool fixed = rule->use == PROFILE_FIXED && ca_bytes_equal(rule->value, value->value);
    char pointer[POINTER_MAX];

    if (fixed)
        return true; /* it is put in once, below */
    if (!from_csr || p->refuse_unlisted ||
        (rule->use != PROFILE_FORBIDDEN && rule->use != PROFILE_FIXED))
        return false;
    judge_note(v,
               &(struct says){"subject.unlisted", judge_pointer(pointer, "/csr/subject", json),
                              value->value, NULL},
               rule->use == PROFILE_FIXED ? "%s of the request is replaced by the profile's"
                                          : "%s of the request is left out",
               json);
    return true;
}

static void subject_add(struct choice *c, const struct name_value *value, struct verdict *v)
{
    if (c->subject_n < NAME_VALUES_MAX) {
        c->subject[c->subject_n++] = *value;
        return;
    }
    judge_refuse(v, &(struct says){"subject.max", "/subject", value->value, NULL},
                 "more than %d values in the subject", NAME_VALUES_MAX);
}

/* In the order of the profile, whatever the order of the request; each value in the string type of
 * the profile. */
static void subject_sort_in(struct choice *c, const struct subject *from, bool from_csr,
                            struct verdict *v)
{
    for (size_t at = 0; at < NAME__COUNT; at++) {
        enum name_attribute a = c->in->profile->order[at];
        const struct profile_attribute *rule = &c->in->profile->subject[a];

        for (size_t i = 0; i < from->n; i++) {
            if (from->values[i].attribute == a && !is_dropped(c, &from->values[i], from_csr, v))
                subject_add(c, &(struct name_value){a, rule->tag, from->values[i].value}, v);
        }
        if (rule->use == PROFILE_FIXED)
            subject_add(c, &(struct name_value){a, rule->tag, rule->value}, v);
    }
}

static const char *subject_choose(struct choice *c, struct verdict *v)
{
    const struct wish *wish = wish_of(c->in);
    struct name_value values[NAME_VALUES_MAX];
    struct subject from = {wish->subject, wish->subject_n, "/subject"};
    bool from_csr = wish->subject == NULL;
    struct ca_err err;

    if (from_csr) {
        from = (struct subject){values, 0, "/csr/subject"};
        if (name_read(csr_subject(c->in->csr), values, &from.n, &err) != CA_OK) {
            judge_refuse(v,
                         &(struct says){
                             "subject", from.prefix, {NULL, 0},
                               NULL
            },
                         "%s", err.text);
        }
    }
    subject_sort_in(c, &from, from_csr, v);
    rule_subject(c->in->profile, &(struct subject){c->subject, c->subject_n, from.prefix}, v);
    return from.prefix;
}

static bool san_is_same(const struct san *a, const struct san *b)
{
    if (a->type != b->type || a->value.len != b->value.len)
        return false;
    return a->type == SAN_DNS ? strncasecmp((const char *)a->value.ptr, (const char *)b->value.ptr,
                                            a->value.len) == 0
                              : ca_bytes_equal(a->value, b->value);
}

/* A name that stands there twice is written once. */
static void sans_copy(struct choice *c, const struct sans *from)
{
    for (size_t i = 0; i < from->n && c->san_n < SAN_COUNT_MAX; i++) {
        size_t j = 0;

        while (j < c->san_n && !san_is_same(&c->sans[j], &from->list[i]))
            j++;
        if (j == c->san_n)
            c->sans[c->san_n++] = from->list[i];
    }
}

static const char *sans_choose(struct choice *c, struct verdict *v)
{
    const struct wish *wish = wish_of(c->in);
    const struct profile *p = c->in->profile;
    struct sans from = {wish->sans, wish->san_n, "/sans"};

    if (wish->sans == NULL) {
        from.list = csr_sans(c->in->csr, &from.n);
        from.prefix = "/csr/sans";
        if (from.n > 0 && p->san_use == PROFILE_FORBIDDEN && !p->refuse_unlisted) {
            judge_note(v,
                       &(struct says){
                           "subject_alt_name", from.prefix, {NULL, 0},
                             NULL
            },
                       "the names of the request are left out");
            from.n = 0;
        }
    }
    if (from.n > SAN_COUNT_MAX) {
        judge_refuse(v,
                     &(struct says){
                         "subject_alt_name.max", from.prefix, {NULL, 0},
                           NULL
        },
                     "more than %d names", SAN_COUNT_MAX);
        return from.prefix;
    }
    rule_sans(p, &from, v);
    sans_copy(c, &from);
    return from.prefix;
}

/* Ends the validity at `end`; says so. */
static void clip(struct choice *c, int64_t end, const char *pointer, struct verdict *v)
{
    char text[CA_TIME_TEXT];

    if (c->not_after <= end)
        return;
    c->not_after = end;
    judge_note(
        v, &(struct says){"validity.clip", pointer, ca_bytes_str(ca_time_text(end, text)), NULL},
        "the validity is cut short to end at %s", text);
}

static void validity_choose(struct choice *c, struct verdict *v)
{
    const struct wish *wish = wish_of(c->in);
    const struct issuer *issuer = c->in->issuer;
    const struct profile_validity *rule = &c->in->profile->validity;
    int64_t length = wish->validity_s != 0 ? wish->validity_s : rule->default_s;
    const char *pointer = wish->not_after != 0    ? "/not_after"
                          : wish->validity_s != 0 ? "/validity/days"
                                                  : "/validity";

    c->not_before = c->in->now - rule->backdate_s;
    if (c->not_before < issuer->not_before)
        c->not_before = issuer->not_before;
    /* A length beyond every limit must not overflow; rule_validity refuses it all the same. */
    length = length > rule->max_s ? rule->max_s + 1 : length;
    c->not_after = wish->not_after != 0 ? wish->not_after : c->not_before + length - 1;
    if (wish->not_after == 0 && wish->validity_s == 0)
        clip(c, rule->absolute_end, pointer, v);
    if (rule->clip_to_issuer)
        clip(c, issuer->not_after, pointer, v);
    rule_validity(c->in->profile, issuer,
                  &(struct dates){c->not_before, c->not_after, c->in->now, pointer}, v);
}

static void digest_refuse(const struct choice *c, struct verdict *v, const char *text)
{
    char allowed[80];

    judge_refuse(v,
                 &(struct says){"signature.digest", "/digest", ca_bytes_str(wish_of(c->in)->digest),
                                rule_digests_text(c->in->profile, c->in->issuer, allowed)},
                 "%s", text);
}

/* The authority's key says how; the digest is the request's, else the profile's, else the
 * authority's own. */
static void signature_choose(struct choice *c, struct verdict *v)
{
    const char *asked = wish_of(c->in)->digest;
    bool none = asked == NULL || asked[0] == '\0';
    enum ca_signature own = c->in->issuer->signature;
    unsigned digest = none ? c->in->profile->signature.digest : digest_find(asked);

    c->signature = own;
    if (none && (digest == 0 || signature_digest(own) == 0))
        return;
    if (!signature_with(own, digest, &c->signature) ||
        !rule_takes_signature(c->in->profile, c->in->issuer, c->signature)) {
        if (none) {
            judge_refuse(v,
                         &(struct says){"signature.digest", "/digest",
                                        ca_bytes_str(digest_name(digest)), NULL},
                         "the authority's key cannot sign with the digest of this profile");
        } else {
            digest_refuse(c, v, "this digest is not for this profile and authority");
        }
    }
}

void choice_make(const struct judge_input *in, struct choice *ret, struct verdict *v)
{
    ret->in = in;
    ret->subject_n = 0;
    ret->san_n = 0;
    rule_access(in, v);
    rule_key(in->profile, csr_key_info(in->csr), "/csr/key", v);
    ret->subject_prefix = subject_choose(ret, v);
    ret->sans_prefix = sans_choose(ret, v);
    rule_common_name(in->profile,
                     &(struct subject){ret->subject, ret->subject_n, ret->subject_prefix},
                     &(struct sans){ret->sans, ret->san_n, ret->sans_prefix}, v);
    rule_owned(ret, v);
    signature_choose(ret, v);
    validity_choose(ret, v);
    choice_extensions(ret, v);
}
