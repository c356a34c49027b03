/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/dns.h"
#include "policy/judge_internal.h"

/* The kinds of names by their keys in the profile; NULL: no profile can let them through. */
static const char *const rule_names[SAN_RID + 1] = {
    [SAN_DNS] = "subject_alt_name.dns",
    [SAN_IP] = "subject_alt_name.ip",
    [SAN_EMAIL] = "subject_alt_name.email",
    [SAN_URI] = "subject_alt_name.uri",
};

static void refuse(struct verdict *v, const struct san *san, const struct says *says,
                   const char *text)
{
    CA_AUTO(buf) struct ca_buf value = {0};
    struct says with = *says;

    san_value_text(san, &value);
    with.value = ca_buf_view(&value);
    judge_refuse(v, &with, "%s", text);
}

/* One of the suffixes, or any when there are none. */
static bool is_under_one(const struct profile_names *names, struct ca_bytes host)
{
    for (size_t i = 0; i < names->suffix_n; i++) {
        if (dns_is_under(host, names->suffixes[i]))
            return true;
    }
    return names->suffix_n == 0;
}

static const char *suffixes_text(const struct profile_names *names, char ret[200])
{
    size_t at = (size_t)snprintf(ret, 200, "under ");

    for (size_t i = 0; i < names->suffix_n && at < 200; i++)
        at += (size_t)snprintf(ret + at, 200 - at, "%s%s", i > 0 ? ", " : "", names->suffixes[i]);
    return ret;
}

static void host_rule(const struct profile_names *names, const struct san *san,
                      struct ca_bytes host, const char *pointer, struct verdict *v)
{
    char allowed[200];

    if (!dns_is_host(host)) {
        refuse(v, san,
               &(struct says){
                   "subject_alt_name.host", pointer, {NULL, 0},
                     "letters, digits, hyphens"
        },
               "not a host name");
        return;
    }
    if (!dns_a_labels_valid(host)) {
        refuse(v, san,
               &(struct says){
                   "subject_alt_name.a_label", pointer, {NULL, 0},
                     NULL
        },
               "a label that starts with xn-- is not valid punycode");
    }
    if (!is_under_one(names, host)) {
        refuse(v, san,
               &(struct says){
                   "subject_alt_name.suffixes", pointer, {NULL, 0},
                     suffixes_text(names, allowed)
        },
               "this profile takes names under other domains only");
    }
}

static void dns_rule(const struct profile_names *names, const struct san *san, const char *pointer,
                     struct verdict *v)
{
    bool wildcard = san->value.len > 2 && san->value.ptr[0] == '*';
    struct ca_bytes host =
        wildcard ? (struct ca_bytes){san->value.ptr + 2, san->value.len - 2} : san->value;

    if (wildcard && !names->wildcard) {
        refuse(v, san,
               &(struct says){
                   "subject_alt_name.dns.wildcard", pointer, {NULL, 0},
                     "a full host name"
        },
               "wildcards are not allowed by this profile");
    } else if (wildcard && memchr(host.ptr, '.', host.len) == NULL) {
        refuse(v, san,
               &(struct says){
                   "subject_alt_name.dns.wildcard", pointer, {NULL, 0},
                     "*.name.tld"
        },
               "a wildcard needs two labels behind it");
    }
    if (names->refuse_public_suffix && dns_is_public_suffix(host, wildcard)) {
        refuse(v, san,
               &(struct says){
                   "subject_alt_name.dns.public_suffix", pointer, {NULL, 0},
                     "a name below it"
        },
               "this is a public suffix, under which others register names");
    }
    host_rule(names, san, host, pointer, v);
}

static void email_rule(const struct profile_names *names, const struct san *san,
                       const char *pointer, struct verdict *v)
{
    const uint8_t *at = memchr(san->value.ptr, '@', san->value.len); /* san_read saw one */
    size_t skip = at == NULL ? 0 : (size_t)(at - san->value.ptr) + 1;

    host_rule(names, san, (struct ca_bytes){san->value.ptr + skip, san->value.len - skip}, pointer,
              v);
}

static void one_rule(const struct profile *p, const struct san *san, const char *pointer,
                     struct verdict *v)
{
    const struct profile_names *names = &p->names[san->type];

    if (!names->allow) {
        char text[96];

        (void)snprintf(text, sizeof(text), "names of type %s are not allowed by this profile",
                       san_type_name(san->type));
        refuse(v, san,
               &(struct says){
                   rule_names[san->type] != NULL ? rule_names[san->type] : "subject_alt_name",
                   pointer,
                   {NULL, 0},
                   NULL
        },
               text);
    } else if (san->type == SAN_DNS) {
        dns_rule(names, san, pointer, v);
    } else if (san->type == SAN_EMAIL) {
        email_rule(names, san, pointer, v);
    }
}

static void max_rule(const struct sans *s, const char *rule, size_t count, size_t max,
                     struct verdict *v)
{
    char allowed[64];

    if (count <= max)
        return;
    (void)snprintf(allowed, sizeof(allowed), "at most %zu", max);
    judge_refuse(v,
                 &(struct says){
                     rule, s->prefix, {NULL, 0},
                       allowed
    },
                 "%zu names, %s", count, allowed);
}

void rule_sans(const struct profile *p, const struct sans *s, struct verdict *v)
{
    size_t counts[SAN_RID + 1] = {0};
    char pointer[POINTER_MAX];

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
        one_rule(p, &s->list[i], judge_pointer_n(pointer, s->prefix, i), v);
    }
    max_rule(s, "subject_alt_name.max", s->n, p->san_use == PROFILE_FORBIDDEN ? s->n : p->san_max,
             v);
    for (size_t type = 0; type < CA_COUNT(counts); type++) {
        if (p->names[type].allow)
            max_rule(s, "subject_alt_name.max", counts[type], p->names[type].max, v);
    }
}
