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
