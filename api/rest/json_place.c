/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/json_internal.h"
#include "base/text.h"

enum { NAME_SHOWN = 40 }; /* octets of a name from outside */

/* RFC 6901 3: '~' is ~0, '/' is ~1. */
void json_place_member(struct json_place *ret, const struct json_place *parent, const char *name)
{
    size_t n = strlen(name);
    size_t at = (size_t)snprintf(ret->text, sizeof(ret->text), "%s/", parent->text);

    /* A text "/place: why" ends its place at the first colon with a space. */
    if (!ca_text_is_clean((struct ca_bytes){(const uint8_t *)name, n}) ||
        strstr(name, ": ") != NULL)
        name = "?";
    n = strnlen(name, NAME_SHOWN);
    while (n > 0 && ((unsigned char)name[n] & 0xc0U) == 0x80)
        n--; /* not inside a character */
    for (size_t i = 0; i < n && at + 3 < sizeof(ret->text); i++) {
        const char *escaped = name[i] == '~' ? "~0" : name[i] == '/' ? "~1" : NULL;

        if (escaped != NULL) {
            ret->text[at++] = escaped[0];
            ret->text[at++] = escaped[1];
        } else {
            ret->text[at++] = name[i];
        }
        ret->text[at] = '\0';
    }
}

void json_place_item(struct json_place *ret, const struct json_place *parent, size_t index)
{
    (void)snprintf(ret->text, sizeof(ret->text), "%.120s/%zu", parent->text, index);
}
