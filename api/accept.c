/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "api/request.h"

/* How well one media range of Accept fits a type: 0 not at all, 1 any type, 2 any subtype, 3 the
 * type itself. Parameters other than q are passed over. */
static int range_fit(const char *range, size_t len, const char *type)
{
    size_t slash = strcspn(type, "/");

    if (len == 3 && strncmp(range, "*/*", 3) == 0)
        return 1;
    if (len == slash + 2 && strncasecmp(range, type, slash + 1) == 0 && range[len - 1] == '*')
        return 2;
    return len == strlen(type) && strncasecmp(range, type, len) == 0 ? 3 : 0;
}

/* Thousandths of a qvalue (RFC 9110 12.4.2); what is not one counts as 0. */
static int qvalue(const char *text)
{
    int q;

    if (text[0] != '0' && text[0] != '1')
        return 0;
    q = (text[0] - '0') * 1000;
    if (text[1] != '.')
        return q;
    for (int i = 2, step = 100; i < 5 && text[i] >= '0' && text[i] <= '9'; i++, step /= 10)
        q += (text[i] - '0') * step;
    return q > 1000 ? 1000 : q;
}

static int range_q(const char *range, size_t len)
{
    for (size_t i = 0; i + 2 < len; i++) {
        if (range[i] != ';')
            continue;
        i += 1 + strspn(range + i + 1, " \t");
        if (i + 2 < len && (range[i] == 'q' || range[i] == 'Q') && range[i + 1] == '=')
            return qvalue(range + i + 2);
        i--;
    }
    return 1000;
}

/* The q of the range that fits best; -1: none does. */
static int type_q(const char *accept, const char *type)
{
    int best = 0;
    int q = -1;

    while (*accept != '\0') {
        size_t len;
        int fit;

        accept += strspn(accept, " \t,");
        len = strcspn(accept, ",");
        fit = range_fit(accept, strcspn(accept, ",; \t"), type);
        if (fit > best) {
            best = fit;
            q = range_q(accept, len);
        }
        accept += len;
    }
    return q;
}

CA_RC request_accept(const struct request *rq, const char *const *types, size_t n, size_t *ret,
                     struct ca_err *err)
{
    const char *accept = request_header(rq, "Accept");
    int best = 0;

    if (accept == NULL || accept[0] == '\0') {
        *ret = 0;
        return CA_OK;
    }
    for (size_t i = 0; i < n; i++) {
        int q = type_q(accept, types[i]);

        if (q > best) {
            best = q;
            *ret = i;
        }
    }
    if (best == 0) {
        return CA_FAIL_AS(err, CA_MALFORMED, "not-acceptable",
                          "Accept '%.80s' takes none of what is here; the first is %s", accept,
                          types[0]);
    }
    return CA_OK;
}
