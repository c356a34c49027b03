/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/cert_named.h"

#include <string.h>

#include "cactl/source.h"

enum { FILE_MAX = 96 * 1024 * 1024, NAMED_MAX = 1000000 };

CA_RC cert_named_read(const char *file, json_t *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = FILE_MAX};

    CA_TRY(source_read(file, &text, err));
    for (const char *at = ca_buf_cstr(&text); *at != '\0'; at += strspn(at, "\r\n")) {
        size_t line = strcspn(at, "\r\n");
        size_t skip = strspn(at, " \t");
        size_t word = strcspn(at + skip, " \t,;#\r\n");

        if (word > 0 && json_array_append_new(ret, json_stringn(at + skip, word)) != 0)
            return CA_FAIL(err, CA_MALFORMED, "%.100s: is not UTF-8", file);
        at += line;
    }
    if (json_array_size(ret) == 0)
        return CA_FAIL(err, CA_MALFORMED, "%.100s names no certificate", file);
    if (json_array_size(ret) > NAMED_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "%.100s names %zu certificates, at most %d are taken",
                       file, json_array_size(ret), NAMED_MAX);
    }
    return CA_OK;
}

CA_RC cert_parts_make(const json_t *body, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *parts = json_array();
    const json_t *named = json_object_get(body, "certificates");
    size_t at = 0;

    do {
        json_t *part = json_deep_copy(body);
        json_t *names = named != NULL ? json_array() : NULL;

        if (json_array_append_new(parts, part) != 0 ||
            (names != NULL && json_object_set_new(part, "certificates", names) != 0))
            return CA_FAIL_NOMEM(err);
        for (size_t i = 0; names != NULL && i < CERT_PART_MAX && at < json_array_size(named);
             i++, at++) {
            if (json_array_append(names, json_array_get(named, at)) != 0)
                return CA_FAIL_NOMEM(err);
        }
    } while (at < json_array_size(named));
    *ret = CA_MOVE(parts);
    return CA_OK;
}
