/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/dns.h"

#include <idn2.h>
#include <libpsl.h>
#include <strings.h>

#include "base/text.h"
#include "policy/unicode.h"

enum { LABEL_MAX = 63 };

static bool is_alnum(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool label_is_host(const uint8_t *p, size_t len)
{
    if (len == 0 || len > LABEL_MAX || p[0] == '-' || p[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!is_alnum(p[i]) && p[i] != '-')
            return false;
    }
    return true;
}

/* Such a last label would make the name readable as an IPv4 address. */
static bool label_is_number(const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
    }
    return true;
}

bool dns_is_host(struct ca_bytes name)
{
    size_t start = 0;

    if (name.len == 0 || name.len > DNS_NAME_MAX)
        return false;
    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && name.ptr[i] != '.')
            continue;
        if (!label_is_host(name.ptr + start, i - start) ||
            (i == name.len && label_is_number(name.ptr + start, i - start)))
            return false;
        start = i + 1;
    }
    return true;
}

static bool round_trips(const char *name)
{
    char *unicode = NULL;
    char *ascii = NULL;
    bool same =
        idn2_to_unicode_8z8z(name, &unicode, 0) == IDN2_OK &&
        idn2_to_ascii_8z(unicode, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK &&
        strcasecmp(ascii, name) == 0;

    idn2_free(unicode);
    idn2_free(ascii);
    return same;
}

static bool has_a_label(const char *text)
{
    bool any = false;

    for (const char *p = text; p != NULL && !any; p = strchr(p, '.')) {
        p += *p == '.' ? 1 : 0;
        any = strncasecmp(p, "xn--", 4) == 0;
    }
    return any;
}

bool dns_a_labels_valid(struct ca_bytes name)
{
    char text[DNS_NAME_MAX + 1];

    return ca_text_copy(text, sizeof(text), name) && (!has_a_label(text) || round_trips(text));
}

bool dns_mixes_scripts(struct ca_bytes name)
{
    char text[DNS_NAME_MAX + 1];
    char *unicode = NULL;
    bool mixes = false;

    if (!ca_text_copy(text, sizeof(text), name) || !has_a_label(text))
        return false;
    if (idn2_to_unicode_8z8z(text, &unicode, 0) == IDN2_OK)
        mixes = unicode_mixes_scripts(ca_bytes_str(unicode));
    idn2_free(unicode);
    return mixes;
}

bool dns_is_public_suffix(struct ca_bytes name, bool private_too)
{
    char text[DNS_NAME_MAX + 1];
    int type = PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE | (private_too ? PSL_TYPE_PRIVATE : 0);

    if (!ca_text_copy(text, sizeof(text), name))
        return false;
    for (char *p = text; *p != '\0'; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
    return psl_is_public_suffix2(psl_builtin(), text, type) == 1;
}

bool dns_is_under(struct ca_bytes name, const char *suffix)
{
    size_t n = strlen(suffix);

    return name.len >= n && strncasecmp((const char *)name.ptr + name.len - n, suffix, n) == 0 &&
           (name.len == n || name.ptr[name.len - n - 1] == '.');
}

CA_RC dns_to_ascii(const char *text, struct ca_buf *ret, struct ca_err *err)
{
    char *ascii = NULL;
    int rc = idn2_to_ascii_8z(text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

    if (rc == IDN2_OK)
        ca_buf_str(ret, ascii);
    idn2_free(ascii);
    if (rc == IDN2_MALLOC)
        return CA_FAIL_NOMEM(err);
    if (rc != IDN2_OK)
        return CA_FAIL(err, CA_MALFORMED, "'%.80s' is not a DNS name: %s", text, idn2_strerror(rc));
    return ca_buf_check(ret, err);
}
