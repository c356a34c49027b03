/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/web_url.h"

enum { URL_MAX = 1000 };

/* What stands behind "http://"; len 0: it does not begin so. */
static struct ca_bytes behind_scheme(struct ca_bytes url)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < CA_COUNT(schemes); i++) {
        size_t len = strlen(schemes[i]);

        if (url.len > len && memcmp(url.ptr, schemes[i], len) == 0)
            return (struct ca_bytes){url.ptr + len, url.len - len};
    }
    return (struct ca_bytes){NULL, 0};
}

struct ca_bytes web_url_host(struct ca_bytes url)
{
    struct ca_bytes host = behind_scheme(url);
    const uint8_t *at;

    for (size_t i = 0; i < host.len; i++) {
        if (strchr("/?#", host.ptr[i]) != NULL)
            host.len = i;
    }
    at = host.len > 0 ? memrchr(host.ptr, '@', host.len) : NULL;
    if (at != NULL)
        host = (struct ca_bytes){at + 1, host.len - (size_t)(at - host.ptr) - 1};
    for (size_t i = 0; i < host.len && host.ptr[0] != '['; i++) {
        if (host.ptr[i] == ':')
            host.len = i;
    }
    return host;
}

bool web_url_is(struct ca_bytes url)
{
    for (size_t i = 0; i < url.len; i++) {
        if (url.ptr[i] < 0x21 || url.ptr[i] > 0x7e)
            return false;
    }
    return url.len <= URL_MAX && web_url_host(url).len > 0;
}
