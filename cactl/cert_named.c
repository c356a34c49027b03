/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/cert_named.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "cactl/source.h"

enum {
    FILE_MAX = 96 * 1024 * 1024,
    NAMED_MAX = 1000000,
    TEXT_MAX = NAMED_MAX * 66,
    DIGITS_MAX = 64,
    SERIAL_DIGITS = 40, /* 20 octets, RFC 5280 4.1.2.2 */
};

void cert_names_done(struct cert_names *names)
{
    ca_buf_done(&names->text);
    ca_buf_done(&names->rows);
}

static const struct cert_name *rows_of(const struct cert_names *names)
{
    return (const void *)names->rows.ptr;
}

const char *cert_names_text(const struct cert_names *names, size_t i)
{
    return (const char *)names->text.ptr + rows_of(names)[i].at;
}

/* Lower-case digits without the colons that may stand between two of them; 0: it is something else.
 */
static size_t digits_take(const char *word, size_t len, char ret[DIGITS_MAX + 1])
{
    size_t n = 0;
    bool between = true;

    for (size_t i = 0; i < len; i++) {
        if (word[i] == ':' ? between : !isxdigit((unsigned char)word[i]) || n == DIGITS_MAX)
            return 0;
        if (word[i] != ':')
            ret[n++] = (char)tolower((unsigned char)word[i]);
        between = word[i] == ':';
    }
    ret[n] = '\0';
    return between ? 0 : n;
}

/* A serial number in whole octets without zeros in front, a SHA-256 as it is. */
static bool number_write(const char *word, size_t len, struct ca_buf *ret)
{
    bool prefixed = len > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    char digits[DIGITS_MAX + 1];
    size_t n = digits_take(prefixed ? word + 2 : word, prefixed ? len - 2 : len, digits);
    const char *from = digits;

    if (n == 0)
        return false;
    if (n == DIGITS_MAX && !prefixed) {
        ca_buf_str(ret, digits);
        return true;
    }
    from += strspn(digits, "0");
    n -= (size_t)(from - digits);
    if (n == 0 || n > SERIAL_DIGITS)
        return false;
    ca_buf_str(ret, n % 2 == 1 ? "0" : "");
    ca_buf_str(ret, from);
    return true;
}

static bool name_write(const char *word, size_t len, struct ca_buf *ret)
{
    struct ca_bytes octets = {(const uint8_t *)word, len};
    char text[CA_UUID_TEXT];
    struct ca_uuid id;
    struct ca_err ignored;

    if (ca_uuid_parse(octets, &id, &ignored) == CA_OK) {
        ca_buf_str(ret, ca_uuid_text(&id, text));
        return true;
    }
    return number_write(word, len, ret);
}

static CA_RC word_add(const char *word, size_t len, uint32_t line, struct cert_names *ret,
                      struct ca_err *err)
{
    const struct cert_name row = {.at = (uint32_t)ret->text.len, .line = line};

    if (ret->n == NAMED_MAX)
        return CA_FAIL(err, CA_MALFORMED,
                       "%.100s: line %u: more than %d certificates; at most so many are taken",
                       ret->file, line, NAMED_MAX);
    if (!name_write(word, len, &ret->text)) {
        return CA_FAIL(err, CA_MALFORMED,
                       "%.100s: line %u: '%.*s' is no id, serial number or SHA-256 of a "
                       "certificate",
                       ret->file, line, (int)(len < 40 ? len : 40), word);
    }
    ca_buf_u8(&ret->text, '\0');
    ca_buf_add(&ret->rows, &row, sizeof(row));
    ret->n++;
    CA_TRY(ca_buf_check(&ret->text, err));
    return ca_buf_check(&ret->rows, err);
}

CA_RC cert_names_read(const char *file, struct cert_names *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = FILE_MAX};
    const char *at;

    ret->file = file;
    ret->text.max = TEXT_MAX;
    CA_TRY(source_read(file, &text, err));
    at = ca_buf_cstr(&text);
    if (strlen(at) != text.len)
        return CA_FAIL(err, CA_MALFORMED, "%.100s: has an octet 0: it is no text", file);
    for (uint32_t line = 1; *at != '\0'; line++) {
        size_t skip = strspn(at, " \t");
        size_t word = strcspn(at + skip, " \t,;#\r\n");

        if (word > 0)
            CA_TRY(word_add(at + skip, word, line, ret, err));
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    if (ret->n == 0)
        return CA_FAIL(err, CA_MALFORMED, "%.100s names no certificate", file);
    return CA_OK;
}

uint32_t cert_names_line(const struct cert_names *names, const char *text)
{
    size_t len = strcspn(text, " ");

    for (size_t i = 0; i < names->n; i++) {
        const char *one = cert_names_text(names, i);

        if (strncmp(one, text, len) == 0 && one[len] == '\0')
            return rows_of(names)[i].line;
    }
    return 0;
}

static int text_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

CA_RC cert_names_digest(const struct cert_names *names, size_t *ret_n, char ret[65],
                        struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf sorted = {0};
    CA_AUTO(buf) struct ca_buf lines = {.max = TEXT_MAX};
    const char **texts = (void *)ca_buf_room(&sorted, names->n * sizeof(*texts));
    uint8_t digest[CA_SHA256_LEN];
    size_t n = 0;

    if (texts == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < names->n; i++)
        texts[i] = cert_names_text(names, i);
    qsort(texts, names->n, sizeof(*texts), text_compare);
    for (size_t i = 0; i < names->n; i++) {
        if (i > 0 && strcmp(texts[i - 1], texts[i]) == 0)
            continue;
        ca_buf_str(&lines, texts[i]);
        ca_buf_u8(&lines, '\n');
        n++;
    }
    CA_TRY(ca_buf_check(&lines, err));
    CA_TRY(ca_sha256(ca_buf_view(&lines), digest, err));
    (void)ca_hex((struct ca_bytes){digest, sizeof(digest)}, ret);
    *ret_n = n;
    return CA_OK;
}
