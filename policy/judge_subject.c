/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>

#include "base/text.h"
#include "policy/dns.h"
#include "policy/judge_internal.h"

/* The rules on the subject. Pointers are written when something is refused, not before. */

/* One attribute of one subject. */
struct value_case {
    const struct profile_attribute *rule;
    const struct name_value *value;
    const char *prefix;
    struct verdict *verdict;
};

static void refuse(const struct value_case *c, const char *rule, const char *allowed,
                   const char *text)
{
    const char *json = name_attribute_info(c->value->attribute)->json;
    char pointer[POINTER_MAX];

    judge_refuse(
        c->verdict,
        &(struct says){rule, judge_pointer(pointer, c->prefix, json), c->value->value, allowed},
        "%s", text);
}

static bool is_one_of(const struct profile_words *words, struct ca_bytes value)
{
    for (size_t i = 0; i < words->n; i++) {
        if (ca_bytes_is_str(value, words->list[i]))
            return true;
    }
    return words->n == 0;
}

static void encoding_rule(const struct value_case *c)
{
    if (c->value->tag != c->rule->tag || !name_fits(c->rule->tag, c->value->value))
        refuse(c, "subject.encoding", name_tag_name(c->rule->tag),
               "not the string type of the profile, or does not fit it");
}

static void pattern_rule(const struct value_case *c)
{
    enum pattern_answer answer = pattern_match(c->rule->pattern, c->value->value);

    if (answer == PATTERN_NO) {
        refuse(c, "subject.pattern", pattern_text(c->rule->pattern),
               "does not match the profile's pattern");
    } else if (answer == PATTERN_GIVEN_UP) {
        refuse(c, "subject.pattern", pattern_text(c->rule->pattern),
               "the profile's pattern would take too long on it");
    }
}

/* What the profile says about a value that it lets through. */
static void let_through_rule(const struct value_case *c)
{
    char allowed[200];
    struct ca_err err;

    if (name_value_check(c->value, &err) != CA_OK) {
        refuse(c, "subject.value", NULL, err.text);
        return;
    }
    encoding_rule(c);
    if (!is_one_of(&c->rule->values, c->value->value))
        refuse(c, "subject.values", judge_words_text(&c->rule->values, allowed),
               "not one of the values that the profile allows");
    if (c->rule->pattern != NULL)
        pattern_rule(c);
}

static void value_rule(const struct value_case *c)
{
    if (c->rule->use == PROFILE_FORBIDDEN) {
        refuse(c, "subject.attributes", NULL, "this profile does not let the attribute through");
    } else if (c->rule->use == PROFILE_FIXED && !ca_bytes_equal(c->rule->value, c->value->value)) {
        char fixed[200];

        (void)ca_text_copy(fixed, sizeof(fixed), c->rule->value);
        refuse(c, "subject.attributes", fixed, "the attribute is fixed by the profile");
    } else {
        let_through_rule(c);
    }
}

static void count_rule(const struct profile *p, enum name_attribute a, size_t count,
                       const struct subject *s, struct verdict *v)
{
    const struct profile_attribute *rule = &p->subject[a];
    const char *json = name_attribute_info(a)->json;
    char pointer[POINTER_MAX];
    char allowed[64];

    if (count == 0 && (rule->use == PROFILE_REQUIRED || rule->use == PROFILE_FIXED)) {
        judge_refuse(
            v,
            &(struct says){
                "subject.required", judge_pointer(pointer, s->prefix, json), {NULL, 0},
                    NULL
        },
            "the subject needs %s", json);
    }
    if (rule->use == PROFILE_FORBIDDEN || count <= rule->max)
        return;
    (void)snprintf(allowed, sizeof(allowed), "at most %zu", rule->max);
    judge_refuse(v,
                 &(struct says){
                     "subject.max", judge_pointer(pointer, s->prefix, json), {NULL, 0},
                         allowed
    },
                 "%s stands there %zu times", json, count);
}

void rule_subject(const struct profile *p, const struct subject *s, struct verdict *v)
{
    size_t counts[NAME__COUNT] = {0};

    for (size_t i = 0; i < s->n; i++) {
        enum name_attribute a = s->values[i].attribute;

        counts[a]++;
        value_rule(&(struct value_case){&p->subject[a], &s->values[i], s->prefix, v});
    }
    for (int a = 0; a < NAME__COUNT; a++)
        count_rule(p, (enum name_attribute)a, counts[a], s, v);
}

void rule_subject_order(const struct profile *p, const struct subject *s, struct verdict *v)
{
    size_t at = 0;

    for (size_t i = 0; i < s->n; i++) {
        while (at < NAME__COUNT && p->order[at] != s->values[i].attribute)
            at++;
    }
    if (at == NAME__COUNT) {
        judge_refuse(v,
                     &(struct says){
                         "subject.order", s->prefix, {NULL, 0},
                           NULL
        },
                     "the attributes of the subject do not stand in the profile's order");
    }
}

/* Is `text` one of the names? An address is compared as octets, a host name without case. */
static bool is_among(struct ca_bytes text, const struct sans *names)
{
    char copy[DNS_NAME_MAX + 1];
    uint8_t octets[16];
    size_t len = 0;

    if (ca_text_copy(copy, sizeof(copy), text)) {
        len = inet_pton(AF_INET, copy, octets) == 1    ? 4
              : inet_pton(AF_INET6, copy, octets) == 1 ? 16
                                                       : 0;
    }
    for (size_t i = 0; i < names->n; i++) {
        const struct san *san = &names->list[i];

        if (len > 0 && san->type == SAN_IP &&
            ca_bytes_equal(san->value, (struct ca_bytes){octets, len}))
            return true;
        if (len == 0 && san->type == SAN_DNS && san->value.len == text.len &&
            strncasecmp((const char *)san->value.ptr, (const char *)text.ptr, text.len) == 0)
            return true;
    }
    return false;
}

/* Would a client of TLS take this common name for a host? Then it has to be proven like one. */
static bool looks_like_host(struct ca_bytes v)
{
    struct ca_bytes host = v;
    char copy[DNS_NAME_MAX + 1];
    uint8_t octets[16];

    if (v.len > 2 && v.ptr[0] == '*' && v.ptr[1] == '.')
        host = (struct ca_bytes){v.ptr + 2, v.len - 2};
    return dns_is_host(host) ||
           (ca_text_copy(copy, sizeof(copy), v) &&
            (inet_pton(AF_INET, copy, octets) == 1 || inet_pton(AF_INET6, copy, octets) == 1));
}

void rule_common_name(const struct profile *p, const struct subject *s, const struct sans *names,
                      struct verdict *v)
{
    if (s->n == 0 && (names->n == 0 || p->basic_constraints.ca)) {
        judge_refuse(v,
                     &(struct says){
                         "subject.empty", s->prefix, {NULL, 0},
                           NULL
        },
                     "the certificate would name nobody");
    }
    for (size_t i = 0; i < s->n && p->common_name_in_san; i++) {
        struct ca_bytes cn = s->values[i].value;
        char pointer[POINTER_MAX];

        if (s->values[i].attribute != NAME_CN || !looks_like_host(cn) || is_among(cn, names))
            continue;
        (void)judge_pointer(pointer, s->prefix, "common_name");
        judge_refuse(v,
                     &(struct says){"subject.common_name_in_san", pointer, cn,
                                    "one of the subject alternative names"},
                     "the common name looks like a host, but is no subject alternative name");
    }
}
