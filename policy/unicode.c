/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/unicode.h"

#include <uninorm.h>
#include <unistr.h>

#include <unictype.h>

/* Letters of these scripts look alike (UTS 39 4). */
enum { SCRIPT_LATIN = 1, SCRIPT_CYRILLIC = 2, SCRIPT_GREEK = 4 };

static bool is_ascii(struct ca_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 0x80)
            return false;
    }
    return true;
}

/* Nothing to see, or what turns the text around (UAX 9, UAX 31). */
static bool is_hidden(ucs4_t c)
{
    return uc_is_property_default_ignorable_code_point(c) || uc_is_property_bidi_control(c) ||
           uc_is_property_line_separator(c) || uc_is_property_paragraph_separator(c) ||
           uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf |
                                                   UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Co) ||
           (uc_is_property_space(c) && c != ' ');
}

static unsigned script_of(ucs4_t c)
{
    const uc_script_t *script = uc_script(c);

    if (script == NULL)
        return 0;
    return strcmp(script->name, "Latin") == 0      ? SCRIPT_LATIN
           : strcmp(script->name, "Cyrillic") == 0 ? SCRIPT_CYRILLIC
           : strcmp(script->name, "Greek") == 0    ? SCRIPT_GREEK
                                                   : 0;
}

static bool is_separator(ucs4_t c)
{
    return c < 0x80 && strchr(" .,;:-_/@+()'&", (int)c) != NULL;
}

bool unicode_mixes_scripts(struct ca_bytes text)
{
    unsigned seen = 0;
    ucs4_t c = 0;

    if (is_ascii(text))
        return false;
    for (size_t at = 0; at < text.len;) {
        int n = u8_mbtouc(&c, text.ptr + at, text.len - at);

        seen = is_separator(c) ? 0 : seen | script_of(c);
        if ((seen & SCRIPT_LATIN) != 0 && seen != SCRIPT_LATIN)
            return true;
        at += (size_t)n;
    }
    return false;
}

static bool is_normal(struct ca_bytes text, bool *ret)
{
    size_t len = 0;
    uint8_t *normal = u8_normalize(UNINORM_NFC, text.ptr, text.len, NULL, &len);

    if (normal == NULL)
        return false;
    *ret = ca_bytes_equal(text, (struct ca_bytes){normal, len});
    free(normal);
    return true;
}

CA_RC unicode_check(const char *what, struct ca_bytes text, struct ca_err *err)
{
    bool normal = false;
    ucs4_t c = 0;

    if (is_ascii(text))
        return CA_OK;
    for (size_t at = 0; at < text.len;) {
        int n = u8_mbtouc(&c, text.ptr + at, text.len - at);

        if (is_hidden(c)) {
            return CA_FAIL(
                err, CA_DENIED,
                "%s holds U+%04X, which people cannot see or which turns the text around", what,
                (unsigned)c);
        }
        at += (size_t)n;
    }
    if (!is_normal(text, &normal))
        return CA_FAIL_NOMEM(err);
    if (!normal) {
        return CA_FAIL(err, CA_DENIED, "%s is not in Unicode normalization form C (NFC)", what);
    }
    if (unicode_mixes_scripts(text)) {
        return CA_FAIL(err, CA_DENIED,
                       "%s mixes Latin letters with Cyrillic or Greek ones that look like them",
                       what);
    }
    return CA_OK;
}
