/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ca/operator_internal.h"
#include "policy/dns.h"
#include "policy/network.h"

enum { NAME_MAX_LEN = 253 };

static const char *host_of(const char *name)
{
    const char *at = strrchr(name, '@');

    return at != NULL ? at + 1 : name;
}

bool owned_name_is_good(const char *name)
{
    struct network network;
    size_t len = strlen(name);

    if (len == 0 || len > NAME_MAX_LEN || strpbrk(name, " \t\r\n,\"\\") != NULL)
        return false;
    if (network_parse(name, &network))
        return true;
    return name[0] != '@' && strpbrk(name, "/:") == NULL &&
           dns_is_host(ca_bytes_str(host_of(name)));
}

bool owned_name_is_inside(const char *name, const char *owner)
{
    if (strcasecmp(name, owner) == 0 || network_is_inside(name, owner))
        return true;
    return strpbrk(name, "/:") == NULL && strchr(owner, '@') == NULL &&
           dns_is_under(ca_bytes_str(host_of(name)), owner);
}

CA_RC owned_names_join(const struct wire_text *names, uint32_t n, const char *where,
                       struct ca_buf *ret, struct ca_err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!owned_name_is_good(names[i].text)) {
            return CA_FAIL(err, CA_MALFORMED,
                           "%s/%u: '%.100s' is no domain, mailbox or network (10.0.0.0/8)", where,
                           i, names[i].text);
        }
        for (uint32_t k = 0; k < i; k++) {
            if (strcasecmp(names[k].text, names[i].text) == 0)
                return CA_FAIL(err, CA_MALFORMED, "%s/%u: is there twice", where, i);
        }
        ca_buf_printf(ret, "%s%s", i > 0 ? "\n" : "", names[i].text);
    }
    return ca_buf_check(ret, err);
}

static bool is_within(const struct actor_scope *scope, struct ca_bytes name)
{
    char text[NAME_MAX_LEN + 1];

    if (!ca_text_copy(text, sizeof(text), name))
        return false;
    for (size_t i = 0; i < scope->names_n; i++) {
        if (owned_name_is_inside(text, scope->names[i]))
            return true;
    }
    return false;
}

/* Each behind its type: a comma does not stand in what it takes. */
static bool all_within(const struct actor_scope *scope, const char *names)
{
    while (*names != '\0') {
        size_t len = strcspn(names, ",");
        const char *colon = memchr(names, ':', len);
        const char *from = colon != NULL ? colon + 1 : names;

        if (!is_within(scope,
                       (struct ca_bytes){(const uint8_t *)from, (size_t)(names + len - from)}))
            return false;
        names += len + (names[len] == ',');
    }
    return true;
}

static bool is_listed(const struct actor_scope *scope, const char *profile)
{
    for (size_t i = 0; i < scope->profiles_n; i++) {
        if (strcmp(scope->profiles[i], profile) == 0)
            return true;
    }
    return false;
}

CA_RC actor_limits_check(const struct actor *actor, const char *profile, const char *common_name,
                         const char *names, struct ca_err *err)
{
    const struct actor_scope *scope = actor->scope;

    if (scope == NULL)
        return CA_OK;
    if (scope->profiles != NULL && !is_listed(scope, profile))
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the API token is not for profile '%s'",
                          profile);
    if (scope->names != NULL &&
        ((common_name[0] != '\0' && !is_within(scope, ca_bytes_str(common_name))) ||
         !all_within(scope, names)))
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the API token is for other names");
    return CA_OK;
}
