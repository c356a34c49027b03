/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>

#include "base/text.h"
#include "base/time.h"
#include "policy/dns.h"
#include "policy/judge_internal.h"

enum { DAY = 86400 };

void rule_key(const struct profile *p, const struct spki_info *key, const char *pointer,
              struct verdict *v)
{
    char asked[CA_KEY_SPEC_TEXT];
    char allowed[200];
    size_t at = 0;

    for (size_t i = 0; i < p->key_n; i++) {
        const struct profile_key *k = &p->keys[i];

        if (k->kind == key->kind && key->bits >= k->min_bits && key->bits <= k->max_bits)
            return;
    }
    allowed[0] = '\0';
    for (size_t i = 0; i < p->key_n && at < sizeof(allowed); i++) {
        const struct profile_key *k = &p->keys[i];
        const char *comma = i > 0 ? ", " : "";

        at += (size_t)(k->kind == CA_KEY_RSA
                           ? snprintf(allowed + at, sizeof(allowed) - at, "%srsa:%u-%u", comma,
                                      k->min_bits, k->max_bits)
                           : snprintf(allowed + at, sizeof(allowed) - at, "%s%s", comma,
                                      ca_key_info(k->kind)->name));
    }
    (void)ca_key_spec_text((struct ca_key_spec){key->kind, key->bits}, asked);
    judge_refuse(v, &(struct says){"key.allow", pointer, ca_bytes_str(asked), allowed},
                 "a key of kind %s is not allowed by this profile", asked);
}

/* One value: is the attribute let through, and does it hold what the profile fixes? */
static void value_rule(const struct profile *p, const struct name_value *value, const char *pointer,
                       struct verdict *v)
{
    const struct profile_attribute *rule = &p->subject[value->attribute];
    struct says says = {"subject.attributes", pointer, value->value, NULL};
    struct ca_err err;

    if (rule->use == PROFILE_FORBIDDEN) {
        judge_refuse(v, &says, "this profile does not let %s through",
                     name_attribute_info(value->attribute)->json);
    } else if (rule->use == PROFILE_FIXED && !ca_bytes_equal(rule->value, value->value)) {
        char fixed[200];

        (void)ca_text_copy(fixed, sizeof(fixed), rule->value);
        says.allowed = fixed;
        judge_refuse(v, &says, "%s is fixed by the profile",
                     name_attribute_info(value->attribute)->json);
    } else if (name_value_check(value, &err) != CA_OK) {
        says.rule = "subject.value";
        judge_refuse(v, &says, "%s", err.text);
    }
}

static void count_rule(const struct profile *p, enum name_attribute a, size_t count,
                       const char *pointer, struct verdict *v)
{
    const struct profile_attribute *rule = &p->subject[a];
    const char *json = name_attribute_info(a)->json;
    char allowed[64];

    if (count == 0 && (rule->use == PROFILE_REQUIRED || rule->use == PROFILE_FIXED)) {
        judge_refuse(v,
                     &(struct says){
                         "subject.required", pointer, {NULL, 0},
                           NULL
        },
                     "the subject needs %s", json);
    }
    if (rule->use == PROFILE_FORBIDDEN || count <= rule->max)
        return;
    (void)snprintf(allowed, sizeof(allowed), "at most %zu", rule->max);
    judge_refuse(v,
                 &(struct says){
                     "subject.max", pointer, {NULL, 0},
                       allowed
    },
                 "%s stands there %zu times", json, count);
}

void rule_subject(const struct profile *p, const struct subject *s, struct verdict *v)
{
    size_t counts[NAME__COUNT] = {0};
    char pointer[POINTER_MAX];

    for (size_t i = 0; i < s->n; i++) {
        enum name_attribute a = s->values[i].attribute;

        counts[a]++;
        (void)judge_pointer(pointer, s->prefix, name_attribute_info(a)->json);
        value_rule(p, &s->values[i], pointer, v);
    }
    for (int a = 0; a < NAME__COUNT; a++) {
        (void)judge_pointer(pointer, s->prefix, name_attribute_info((enum name_attribute)a)->json);
        count_rule(p, (enum name_attribute)a, counts[a], pointer, v);
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
    char pointer[POINTER_MAX];

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

        if (s->values[i].attribute != NAME_CN || !looks_like_host(cn) || is_among(cn, names))
            continue;
        (void)judge_pointer(pointer, s->prefix, "common_name");
        judge_refuse(v,
                     &(struct says){"subject.common_name_in_san", pointer, cn,
                                    "one of the subject alternative names"},
                     "the common name looks like a host, but is no subject alternative name");
    }
}

static const char *days_text(int64_t seconds, char ret[48])
{
    if (seconds % DAY == 0) {
        (void)snprintf(ret, 48, "%lld days", (long long)(seconds / DAY));
    } else {
        (void)snprintf(ret, 48, "%lld seconds", (long long)seconds);
    }
    return ret;
}

static void length_rule(const struct profile *p, const struct dates *d, struct verdict *v)
{
    int64_t length = d->not_after - d->not_before + 1; /* both ends count (I8) */
    char asked[48];
    char limit[48];
    char allowed[64];

    if (length <= p->validity.max_s)
        return;
    (void)snprintf(allowed, sizeof(allowed), "at most %s", days_text(p->validity.max_s, limit));
    judge_refuse(
        v,
        &(struct says){"validity.max", d->pointer, ca_bytes_str(days_text(length, asked)), allowed},
        "valid for %s, %s", asked, allowed);
}

static void date_refuse(struct verdict *v, const char *rule, const struct dates *d, int64_t at,
                        const char *text)
{
    char value[CA_TIME_TEXT];

    judge_refuse(v, &(struct says){rule, d->pointer, ca_bytes_str(ca_time_text(at, value)), NULL},
                 "%s", text);
}

void rule_validity(const struct profile *p, const struct issuer *issuer, const struct dates *d,
                   struct verdict *v)
{
    if (d->not_after < d->not_before || d->not_after <= d->now) {
        date_refuse(v, "validity.not_after", d, d->not_after,
                    "the validity ends before it starts, "
                    "or has ended already");
    }
    if (d->not_before > d->now || d->not_before < d->now - p->validity.backdate_s - DAY)
        date_refuse(v, "validity.not_before", d, d->not_before, "the validity does not start now");
    if (d->not_before < issuer->not_before || d->not_after > issuer->not_after) {
        date_refuse(v, "validity.issuer", d, d->not_after,
                    "the validity does not lie inside that of the issuing authority");
    }
    if (d->not_after > p->validity.absolute_end) {
        date_refuse(v, "validity.absolute_end", d, d->not_after,
                    "the validity ends after the profile's last day");
    }
    length_rule(p, d, v);
}

bool rule_is_web_url(struct ca_bytes url)
{
    bool http = url.len > 7 && memcmp(url.ptr, "http://", 7) == 0;
    bool https = url.len > 8 && memcmp(url.ptr, "https://", 8) == 0;

    for (size_t i = 0; i < url.len; i++) {
        if (url.ptr[i] < 0x21 || url.ptr[i] > 0x7e)
            return false;
    }
    return (http || https) && url.len <= 1000;
}
