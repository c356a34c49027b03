/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/dns.h"
#include "policy/judge_internal.h"
#include "policy/network.h"

/* The rules on subject alternative names. */

/* The kinds of names by their keys in the profile; NULL: no profile can let them through. */
static const char *const rule_names[SAN__COUNT] = {
    [SAN_DNS] = "subject_alt_name.dns",
    [SAN_IP] = "subject_alt_name.ip",
    [SAN_EMAIL] = "subject_alt_name.email",
    [SAN_URI] = "subject_alt_name.uri",
    [SAN_UPN] = "subject_alt_name.upn",
    [SAN_RID] = "subject_alt_name.registered_id",
    [SAN_DIRECTORY] = "subject_alt_name.directory",
};

/* One name of a list. */
struct name_case {
    const struct profile_names *rule;
    const struct san *san;
    const char *prefix;
    size_t nth;
    struct verdict *verdict;
};

static void refuse(const struct name_case *c, const char *rule, const char *allowed,
                   const char *text)
{
    CA_AUTO(buf) struct ca_buf value = {0};
    char pointer[POINTER_MAX];

    san_value_text(c->san, &value);
    judge_refuse(c->verdict,
                 &(struct says){rule, judge_pointer_n(pointer, c->prefix, c->nth),
                                ca_buf_view(&value), allowed},
                 "%s", text);
}

static bool is_under_one(const struct profile_words *suffixes, struct ca_bytes host)
{
    for (size_t i = 0; i < suffixes->n; i++) {
        if (dns_is_under(host, suffixes->list[i]))
            return true;
    }
    return false;
}

/* `*.example` stands for every host below `example`, so also for the denied ones there. */
static bool covers_one(const struct profile_words *suffixes, struct ca_bytes base)
{
    char text[DNS_NAME_MAX + 1];

    if (base.len >= sizeof(text))
        return false;
    memcpy(text, base.ptr, base.len);
    text[base.len] = '\0';
    for (size_t i = 0; i < suffixes->n; i++) {
        if (dns_is_under(ca_bytes_str(suffixes->list[i]), text))
            return true;
    }
    return false;
}

static void suffix_rules(const struct name_case *c, struct ca_bytes host, bool wildcard)
{
    char allowed[200];

    if (c->rule->suffixes.n > 0 && !is_under_one(&c->rule->suffixes, host)) {
        refuse(c, "subject_alt_name.suffixes", judge_words_text(&c->rule->suffixes, allowed),
               "this profile takes names under other domains only");
    }
    if (is_under_one(&c->rule->deny_suffixes, host) ||
        (wildcard && covers_one(&c->rule->deny_suffixes, host))) {
        refuse(c, "subject_alt_name.deny_suffixes", NULL,
               "this profile takes no names under this domain");
    }
}

static void host_rule(const struct name_case *c, struct ca_bytes host, bool wildcard)
{
    if (!dns_is_host(host)) {
        refuse(c, "subject_alt_name.host", "letters, digits, hyphens", "not a host name");
        return;
    }
    if (!dns_a_labels_valid(host)) {
        refuse(c, "subject_alt_name.a_label", NULL,
               "a label that starts with xn-- is not valid punycode");
    } else if (dns_mixes_scripts(host)) {
        refuse(c, "subject_alt_name.scripts", "letters of one script in a label",
               "a label mixes Latin letters with Cyrillic or Greek ones that look like them");
    }
    suffix_rules(c, host, wildcard);
}

static void dns_rule(const struct name_case *c)
{
    struct ca_bytes name = c->san->value;
    bool wildcard = name.len > 2 && name.ptr[0] == '*';
    struct ca_bytes host = wildcard ? (struct ca_bytes){name.ptr + 2, name.len - 2} : name;

    if (wildcard && !c->rule->wildcard) {
        refuse(c, "subject_alt_name.dns.wildcard", "a full host name",
               "wildcards are not allowed by this profile");
    } else if (wildcard && memchr(host.ptr, '.', host.len) == NULL) {
        refuse(c, "subject_alt_name.dns.wildcard", "*.name.tld",
               "a wildcard needs two labels behind it");
    }
    if (c->rule->refuse_public_suffix && dns_is_public_suffix(host, wildcard)) {
        refuse(c, "subject_alt_name.dns.public_suffix", "a name below it",
               "this is a public suffix, under which others register names");
    }
    host_rule(c, host, wildcard);
}

static bool is_in_one(const struct profile_words *networks, struct ca_bytes address)
{
    for (size_t i = 0; i < networks->n; i++) {
        if (network_holds(networks->list[i], address))
            return true;
    }
    return false;
}

static void ip_rule(const struct name_case *c)
{
    char allowed[200];

    if (c->rule->networks.n > 0 && !is_in_one(&c->rule->networks, c->san->value)) {
        refuse(c, "subject_alt_name.ip.networks", judge_words_text(&c->rule->networks, allowed),
               "this profile takes addresses of other networks only");
    }
    if (is_in_one(&c->rule->deny_networks, c->san->value)) {
        refuse(c, "subject_alt_name.ip.deny_networks", NULL,
               "this profile takes no addresses of this network");
    }
}

/* Names with a domain in them; a URI may have none (urn:…), which no suffix then covers. */
static void domain_rule(const struct name_case *c)
{
    struct ca_bytes host = {NULL, 0};
    char allowed[200];

    if (judge_san_host(c->san, &host)) {
        host_rule(c, host, false);
    } else if (c->san->type != SAN_URI) {
        refuse(c, "subject_alt_name.host", NULL, "without a domain");
    } else if (c->rule->suffixes.n > 0) {
        refuse(c, "subject_alt_name.suffixes", judge_words_text(&c->rule->suffixes, allowed),
               "this profile takes URIs with a host under these domains only");
    }
}

static void (*const type_rule[SAN__COUNT])(const struct name_case *c) = {
    [SAN_DNS] = dns_rule,    [SAN_IP] = ip_rule,      [SAN_EMAIL] = domain_rule,
    [SAN_URI] = domain_rule, [SAN_UPN] = domain_rule,
};

/* Patterns see the text of the name; host names in small letters, since case says nothing there. */
static void pattern_rules(const struct name_case *c)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    const struct pattern *want = c->rule->pattern;
    const struct pattern *deny = c->rule->deny_pattern;

    san_value_text(c->san, &text);
    for (size_t i = 0; c->san->type == SAN_DNS && i < text.len; i++) {
        if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')
            text.ptr[i] = (uint8_t)(text.ptr[i] - 'A' + 'a');
    }
    /* What cannot be decided is refused by either. */
    if (want != NULL && pattern_match(want, ca_buf_view(&text)) != PATTERN_YES) {
        refuse(c, "subject_alt_name.pattern", pattern_text(want),
               "the name does not match the profile's pattern");
    }
    if (deny != NULL && pattern_match(deny, ca_buf_view(&text)) != PATTERN_NO) {
        refuse(c, "subject_alt_name.deny_pattern", NULL,
               "the name matches a pattern that the profile denies");
    }
}

static void one_rule(const struct name_case *c)
{
    enum san_type type = c->san->type;

    if (!c->rule->allow) {
        char text[96];

        (void)snprintf(text, sizeof(text), "names of type %s are not allowed by this profile",
                       san_type_name(type));
        refuse(c, rule_names[type] != NULL ? rule_names[type] : "subject_alt_name", NULL, text);
        return;
    }
    if (type_rule[type] != NULL)
        type_rule[type](c);
    if (c->rule->pattern != NULL || c->rule->deny_pattern != NULL)
        pattern_rules(c);
}

static void max_rule(const struct sans *s, size_t count, size_t max, struct verdict *v)
{
    char allowed[64];

    if (count <= max)
        return;
    (void)snprintf(allowed, sizeof(allowed), "at most %zu", max);
    judge_refuse(v,
                 &(struct says){
                     "subject_alt_name.max", s->prefix, {NULL, 0},
                       allowed
    },
                 "%zu names, %s", count, allowed);
}

static void min_rule(const struct sans *s, enum san_type type, size_t count, size_t min,
                     struct verdict *v)
{
    char allowed[64];

    if (count >= min)
        return;
    (void)snprintf(allowed, sizeof(allowed), "at least %zu", min);
    judge_refuse(v,
                 &(struct says){
                     "subject_alt_name.min", s->prefix, {NULL, 0},
                       allowed
    },
                 "%zu names of type %s, %s", count, san_type_name(type), allowed);
}

void rule_sans(const struct profile *p, const struct sans *s, struct verdict *v)
{
    size_t counts[SAN__COUNT] = {0};

    if (p->san_use == PROFILE_REQUIRED && s->n == 0) {
        judge_refuse(v,
                     &(struct says){
                         "subject_alt_name.required", s->prefix, {NULL, 0},
                           "at least one name"
        },
                     "the request has no subject alternative name (openssl req -addext "
                     "subjectAltName=DNS:host.example)");
    }
    for (size_t i = 0; i < s->n; i++) {
        counts[s->list[i].type]++;
        one_rule(&(struct name_case){&p->names[s->list[i].type], &s->list[i], s->prefix, i, v});
    }
    max_rule(s, s->n, p->san_use == PROFILE_FORBIDDEN ? s->n : p->san_max, v);
    for (int type = 0; type < SAN__COUNT; type++) {
        if (!p->names[type].allow)
            continue;
        max_rule(s, counts[type], p->names[type].max, v);
        if (s->n > 0 || p->san_use == PROFILE_REQUIRED)
            min_rule(s, (enum san_type)type, counts[type], p->names[type].min, v);
    }
}
