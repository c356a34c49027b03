/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/subject.h"

#include <openssl/obj_mac.h>
#include <stdio.h>
#include <strings.h>

#include "base/text.h"

static const struct subject_attribute attributes[] = {
    {"cn", "CN",           "common_name",         NID_commonName            },
    {"o",  "O",            "organization",        NID_organizationName      },
    {"ou", "OU",           "organizational_unit", NID_organizationalUnitName},
    {"c",  "C",            "country",             NID_countryName           },
    {"st", "ST",           "state",               NID_stateOrProvinceName   },
    {"l",  "L",            "locality",            NID_localityName          },
    {NULL, "emailAddress", "email",               NID_pkcs9_emailAddress    },
    {NULL, "serialNumber", "serial_number",       NID_serialNumber          },
    {NULL, "street",       "street",              NID_streetAddress         },
    {NULL, "postalCode",   "postal_code",         NID_postalCode            },
    {NULL, "SN",           "surname",             NID_surname               },
    {NULL, "GN",           "given_name",          NID_givenName             },
    {NULL, "title",        "title",               NID_title                 },
    {NULL, "DC",           "domain_component",    NID_domainComponent       },
    {NULL, "UID",          "user_id",             NID_userId                },
};

static CA_RC item_add(struct subject *s, const struct subject_attribute *attribute,
                      struct ca_bytes value, struct ca_err *err)
{
    if (s->n == SUBJECT_MAX)
        return CA_FAIL_USAGE(err, "a subject of more than %d attributes", SUBJECT_MAX);
    if (value.len == 0 || !ca_text_is_clean(value) ||
        !ca_text_copy(s->items[s->n].value, SUBJECT_VALUE, value)) {
        return CA_FAIL_USAGE(err, "%s: must be 1 to %d octets of UTF-8", attribute->name,
                             SUBJECT_VALUE - 1);
    }
    s->items[s->n++].attribute = attribute;
    return CA_OK;
}

static const struct subject_attribute *attribute_named(const char *name, size_t len)
{
    for (size_t i = 0; i < CA_COUNT(attributes); i++) {
        if ((strlen(attributes[i].name) == len &&
             strncasecmp(attributes[i].name, name, len) == 0) ||
            (strlen(attributes[i].json) == len && strncasecmp(attributes[i].json, name, len) == 0))
            return &attributes[i];
    }
    return NULL;
}

/* Takes "NAME=value" and the comma behind it off the front of *text. */
static CA_RC part_read(const char **text, struct subject *s, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf value = {0};
    size_t len = strcspn(*text, "=");
    const struct subject_attribute *attribute = attribute_named(*text, len);
    const char *c = *text + len;

    if (*c == '\0' || attribute == NULL) {
        return CA_FAIL_USAGE(err, "--subject: '%.40s' does not start with CN=, O=, OU=, C=, ST=, …",
                             *text);
    }
    for (c++; *c != '\0' && *c != ','; c++) {
        if (*c == '\\' && c[1] != '\0')
            c++;
        ca_buf_u8(&value, (uint8_t)*c);
    }
    CA_TRY(ca_buf_check(&value, err));
    if (c[0] == ',' && c[1] == '\0')
        return CA_FAIL_USAGE(err, "--subject: nothing follows the last comma");
    *text = *c == ',' ? c + 1 : c;
    while (**text == ' ')
        ++*text;
    return item_add(s, attribute, ca_buf_view(&value), err);
}

CA_RC subject_read(const struct args *args, struct subject *ret, struct ca_err *err)
{
    const char *whole = args_text(args, "subject");
    const char *value;

    ret->n = 0;
    while (whole != NULL && *whole != '\0')
        CA_TRY(part_read(&whole, ret, err));
    for (size_t i = 0; i < CA_COUNT(attributes); i++) {
        size_t at = 0;

        while (attributes[i].flag != NULL &&
               (value = args_next(args, attributes[i].flag, &at)) != NULL)
            CA_TRY(item_add(ret, &attributes[i], ca_bytes_str(value), err));
    }
    return CA_OK;
}

static bool json_add(json_t *object, const char *name, const char *value)
{
    json_t *is = json_object_get(object, name);

    if (is == NULL)
        return json_object_set_new(object, name, json_string(value)) == 0;
    if (json_is_array(is))
        return json_array_append_new(is, json_string(value)) == 0;
    return json_object_set_new(object, name, json_pack("[O, s]", is, value)) == 0;
}

CA_RC subject_json(const struct subject *s, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *object = json_object();

    for (size_t i = 0; i < s->n; i++) {
        if (!json_add(object, s->items[i].attribute->json, s->items[i].value))
            return CA_FAIL_NOMEM(err);
    }
    *ret = CA_MOVE(object);
    return CA_OK;
}

CA_RC sans_json(const struct args *args, json_t **ret, struct ca_err *err)
{
    static const char *const types[] = {"dns", "ip", "email", "uri"};
    CA_AUTO(json) json_t *list = json_array();
    const char *value;

    for (size_t i = 0; i < CA_COUNT(types); i++) {
        size_t at = 0;

        while ((value = args_next(args, types[i], &at)) != NULL) {
            if (json_array_append_new(
                    list, json_pack("{s:s, s:s}", "type", types[i], "value", value)) != 0)
                return CA_FAIL_USAGE(err, "--%s: not UTF-8", types[i]);
        }
    }
    *ret = CA_MOVE(list);
    return CA_OK;
}
