/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mdoc.h"

#include <string.h>

enum { LINE_MAX_TEXT = 72, LINE_MAX_ALL = 80 };

static void octet(struct ca_buf *to, char c, bool starts_line)
{
    if (starts_line && (c == '.' || c == '\''))
        ca_buf_str(to, "\\&");
    if (c == '\\')
        ca_buf_str(to, "\\e");
    else
        ca_buf_u8(to, (uint8_t)c);
}

/* At a space: is it time for a new line, or does the next word not fit? */
static bool breaks(const char *space, size_t column)
{
    return column >= LINE_MAX_TEXT || column + 1 + strcspn(space + 1, " \n") > LINE_MAX_ALL;
}

void mdoc_text(struct ca_buf *to, const char *s)
{
    size_t column = 0;

    for (; *s != '\0'; s++) {
        bool sentence = (*s == ' ' || *s == '\n') && column > 0 && strchr(".?", s[-1]) != NULL;

        if (*s == '\n' || sentence || (*s == ' ' && breaks(s, column))) {
            ca_buf_u8(to, '\n');
            column = 0;
            continue;
        }
        octet(to, *s, column == 0);
        column++;
    }
}

void mdoc_sentence(struct ca_buf *to, const char *s)
{
    mdoc_text(to, s);
    ca_buf_str(to, ".\n");
}

void mdoc_literal(struct ca_buf *to, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        octet(to, s[i], i == 0 || s[i - 1] == '\n');
}
