/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <strings.h>

#include "base/role.h"
#include "base/text.h"
#include "policy/dns.h"
#include "policy/judge_internal.h"
#include "policy/network.h"

/* Who may use a profile, through which door, and for whose names. */

bool judge_is_listed(const struct profile_words *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++) {
        size_t len = strlen(words->list[i]);
        bool any_end = len > 0 && words->list[i][len - 1] == '*';

        if (any_end ? strncmp(words->list[i], word, len - 1) == 0
                    : strcmp(words->list[i], word) == 0)
            return true;
    }
    return false;
}

const char *judge_words_text(const struct profile_words *words, char ret[200])
{
    size_t at = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < words->n && at < 200; i++)
        at += (size_t)snprintf(ret + at, 200 - at, "%s%s", i > 0 ? ", " : "", words->list[i]);
    return ret;
}

/* scheme://user@host:port/… (RFC 3986 3.2); an address in brackets is no host name. */
static bool uri_host(struct ca_bytes uri, struct ca_bytes *ret)
{
    const uint8_t *slashes = uri.len > 0 ? memmem(uri.ptr, uri.len, "://", 3) : NULL;
    const uint8_t *end = uri.ptr + uri.len;
    const uint8_t *start = slashes == NULL ? end : slashes + 3;

    for (const uint8_t *p = start; p < end; p++) {
        if (strchr("/?#", *p) != NULL) {
            end = p;
            break;
        }
    }
    for (const uint8_t *p = start; p < end; p++) {
        if (*p == '@')
            start = p + 1;
    }
    for (const uint8_t *p = start; p < end; p++) {
        if (*p == ':') {
            end = p;
            break;
        }
    }
    *ret = (struct ca_bytes){start, (size_t)(end - start)};
    return ret->len > 0;
}

bool judge_san_host(const struct san *san, struct ca_bytes *ret)
{
    struct ca_bytes v = san->value;
    const uint8_t *at = NULL;

    if (san->type == SAN_DNS) {
        bool wildcard = v.len > 2 && v.ptr[0] == '*' && v.ptr[1] == '.';

        *ret = wildcard ? (struct ca_bytes){v.ptr + 2, v.len - 2} : v;
        return true;
    }
    if (san->type == SAN_URI)
        return uri_host(v, ret);
    if (san->type != SAN_EMAIL && san->type != SAN_UPN)
        return false;
    at = v.len > 0 ? memrchr(v.ptr, '@', v.len) : NULL;
    if (at == NULL)
        return false;
    *ret = (struct ca_bytes){at + 1, v.len - (size_t)(at - v.ptr) - 1};
    return true;
}

static const char *roles_text(unsigned roles, char *ret) /* takes 64 octets */
{
    size_t at = 0;

    ret[0] = '\0';
    for (unsigned bit = 1; bit <= CA_ROLES_ALL && at < 64; bit <<= 1) {
        if ((roles & bit) != 0)
            at +=
                (size_t)snprintf(ret + at, 64 - at, "%s%s", at > 0 ? ", " : "", ca_role_name(bit));
    }
    return ret;
}

static void refuse(struct verdict *v, const char *rule, const char *value, const char *allowed,
                   const char *text)
{
    judge_refuse(v, &(struct says){rule, "", ca_bytes_str(value), allowed}, "%s", text);
}

void rule_access(const struct judge_input *in, struct verdict *v)
{
    const struct profile_access *rule = &in->profile->access;
    const struct requester *who = in->requester;
    char allowed[200];
    char roles[64];

    if (who == NULL)
        return;
    if ((who->roles & rule->roles) == 0) {
        refuse(v, "access.role", roles_text(who->roles, roles), roles_text(rule->roles, allowed),
               "the requester has none of the roles that may use this profile");
    }
    if (rule->requesters.n > 0 && !judge_is_listed(&rule->requesters, who->name)) {
        refuse(v, "access.requester", who->name, judge_words_text(&rule->requesters, allowed),
               "the requester is not one of those who may use this profile");
    }
    if (rule->channels.n > 0 && !judge_is_listed(&rule->channels, who->channel)) {
        refuse(v, "access.channel", who->channel, judge_words_text(&rule->channels, allowed),
               "this profile is not served on this channel");
    }
    if (who->scopes != NULL &&
        !judge_is_listed(&(struct profile_words){who->scopes, who->scope_n}, in->profile->name)) {
        refuse(v, "access.scope", in->profile->name,
               judge_words_text(&(struct profile_words){who->scopes, who->scope_n}, allowed),
               "the requester's token is for other profiles");
    }
}

/* A domain with all under it, a mailbox, a network, or just this text. */
static bool owns_text(const struct profile_words *own, struct ca_bytes text, struct ca_bytes host)
{
    for (size_t i = 0; i < own->n; i++) {
        const char *name = own->list[i];

        if (text.len == strlen(name) && strncasecmp((const char *)text.ptr, name, text.len) == 0)
            return true;
        if (host.len > 0 && strchr(name, '@') == NULL && strchr(name, '/') == NULL &&
            dns_is_host(ca_bytes_str(name)) && dns_is_under(host, name))
            return true;
    }
    return false;
}

static bool owns_address(const struct profile_words *own, struct ca_bytes address)
{
    for (size_t i = 0; i < own->n; i++) {
        if (network_holds(own->list[i], address))
            return true;
    }
    return false;
}

static bool owns_san(const struct profile_words *own, const struct san *san)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_bytes host = {NULL, 0};

    if (san->type == SAN_IP)
        return owns_address(own, san->value);
    (void)judge_san_host(san, &host);
    san_value_text(san, &text);
    return owns_text(own, ca_buf_view(&text), host);
}

/* Common name, mailbox, user: what a relying party may take for who it is. */
static bool names_somebody(enum name_attribute a)
{
    return a == NAME_CN || a == NAME_EMAIL || a == NAME_UID || a == NAME_UNSTRUCTURED_NAME;
}

static bool owns_value(const struct profile_words *own, const struct name_value *value)
{
    struct san as_name = {value->attribute == NAME_EMAIL ? SAN_EMAIL : SAN_DNS, value->value};
    struct ca_bytes host = {NULL, 0};

    (void)judge_san_host(&as_name, &host);
    if (!dns_is_host(host))
        host.len = 0;
    return owns_text(own, value->value, host);
}

/* Names that are the requester's, and what is said of others. */
struct owner {
    struct profile_words own;
    const char *rule;
    const char *text;
};

static void not_owned(struct verdict *v, const char *pointer, struct ca_bytes value,
                      const struct owner *owner)
{
    char allowed[200];

    judge_refuse(
        v, &(struct says){owner->rule, pointer, value, judge_words_text(&owner->own, allowed)},
        "%s", owner->text);
}

static void names_judge(const struct choice *c, const struct owner *owner, struct verdict *v)
{
    char pointer[POINTER_MAX];

    for (size_t i = 0; i < c->subject_n; i++) {
        const struct name_value *value = &c->subject[i];

        if (!names_somebody(value->attribute) || owns_value(&owner->own, value) ||
            c->in->profile->subject[value->attribute].use == PROFILE_FIXED)
            continue;
        not_owned(
            v,
            judge_pointer(pointer, c->subject_prefix, name_attribute_info(value->attribute)->json),
            value->value, owner);
    }
    for (size_t i = 0; i < c->san_n; i++) {
        CA_AUTO(buf) struct ca_buf text = {0};

        if (owns_san(&owner->own, &c->sans[i]))
            continue;
        san_value_text(&c->sans[i], &text);
        not_owned(v, judge_pointer_n(pointer, c->sans_prefix, i), ca_buf_view(&text), owner);
    }
}

void rule_owned(const struct choice *c, struct verdict *v)
{
    const struct requester *who = c->in->requester;

    if (who == NULL)
        return;
    if (c->in->profile->access.names_owned) {
        names_judge(c,
                    &(struct owner){
                        {who->owned, who->owned_n},
                        "access.names",
                        "the name is not one of the requester's"
        },
                    v);
    }
    if (who->limits != NULL) {
        names_judge(c,
                    &(struct owner){
                        {who->limits, who->limit_n},
                        "access.token_names",
                        "the requester's token is for other names"
        },
                    v);
    }
}
