/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/resolve.h"

#include <ctype.h>
#include <stdio.h>

#include "base/text.h"

enum {
    FINGERPRINT_LEAST = 8,
    TEXT_MAX = 128,
    SERIAL_HEX_MAX = 40,     /* RFC 5280 4.1.2.2: 20 octets */
    SERIAL_DECIMAL_MAX = 49, /* as many in decimal */
};

static bool is_uuid(const char *id)
{
    struct ca_uuid ignored;
    struct ca_err why;

    return ca_uuid_parse(ca_bytes_str(id), &ignored, &why) == CA_OK;
}

/* Hexadecimal digits with colons or 0x. */
static bool is_number(const char *id)
{
    size_t digits = 0;

    if (id[0] == '0' && (id[1] == 'x' || id[1] == 'X'))
        id += 2;
    for (; *id != '\0'; id++) {
        if (isxdigit((unsigned char)*id)) {
            digits++;
        } else if (*id != ':') {
            return false;
        }
    }
    return digits > 0 && digits <= TEXT_MAX;
}

/* Is it a number that can be a serial? */
static bool may_be_serial(const char *id)
{
    size_t decimal = strspn(id, "0123456789");
    size_t digits = 0;

    if (id[strspn(id, "0:xX")] == '\0')
        return false; /* zero is none */
    if (id[decimal] == '\0')
        return decimal <= SERIAL_DECIMAL_MAX;
    for (const char *c = id[1] == 'x' || id[1] == 'X' ? id + 2 : id; *c != '\0'; c++)
        digits += *c != ':';
    return digits <= SERIAL_HEX_MAX;
}

/* What one filter finds: the only certificate, or NULL. */
static CA_RC filtered(struct app *app, const char *filter, const char *id, json_t **ret,
                      struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *page = NULL;
    json_t *items;

    ca_buf_str(&path, "/api/v1/certificates?limit=2");
    query_add(&path, filter, id);
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_get(app, ca_buf_cstr(&path), &page, err));
    items = json_object_get(page, "items");
    if (json_array_size(items) > 1) {
        return CA_FAIL_USAGE(err, "%s %.60s fits more than one; see: cactl cert list --%s %.60s",
                             filter, id, filter, id);
    }
    if (json_array_size(items) == 1)
        *ret = json_incref(json_array_get(items, 0));
    return CA_OK;
}

static CA_RC by_number(struct app *app, const char *id, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *found = NULL;

    if (!is_number(id)) {
        return CA_FAIL_USAGE(err, "'%.60s' is no UUID, serial or fingerprint; see: cactl cert list",
                             id);
    }
    if (may_be_serial(id))
        CA_TRY(filtered(app, "serial", id, &found, err));
    if (found == NULL && strlen(id) >= FINGERPRINT_LEAST && id[1] != 'x' && id[1] != 'X')
        CA_TRY(filtered(app, "fingerprint", id, &found, err));
    if (found == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "no certificate with serial or fingerprint %.80s", id);
    *ret = CA_MOVE(found);
    return CA_OK;
}

CA_RC resolve_certificate(struct app *app, const char *id, json_t **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    if (!is_uuid(id))
        return by_number(app, id, ret, err);
    ca_buf_str(&path, "/api/v1/certificates");
    path_add(&path, id);
    CA_TRY(ca_buf_check(&path, err));
    return rest_get(app, ca_buf_cstr(&path), ret, err);
}

CA_RC resolve_certificate_id(struct app *app, const char *id, char *ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *found = NULL;

    if (is_uuid(id)) {
        (void)snprintf(ret, CA_UUID_TEXT, "%s", id);
        return CA_OK;
    }
    CA_TRY(by_number(app, id, &found, err));
    (void)snprintf(ret, CA_UUID_TEXT, "%s", json_text(found, "id"));
    return CA_OK;
}
