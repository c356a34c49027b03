/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/name.h"

#include <strings.h>

#include "base/der.h"
#include "base/text.h"
#include "policy/unicode.h"

#define X520(n)  CA_BYTES(0x55, 0x04, n)
#define PKCS9(n) CA_BYTES(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, n)
#define PILOT(n) CA_BYTES(0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, n)

/* clang-format off */
static const struct name_attribute_info infos[] = {
    [NAME_DC]                = {"DC",               "domain_component",    PILOT(0x19), DER_IA5_STRING,       63},
    [NAME_C]                 = {"C",                "country",             X520(0x06),  DER_PRINTABLE_STRING, 2},
    [NAME_ST]                = {"ST",               "state",               X520(0x08),  DER_UTF8_STRING,      128},
    [NAME_L]                 = {"L",                "locality",            X520(0x07),  DER_UTF8_STRING,      128},
    [NAME_POSTAL_CODE]       = {"postalCode",       "postal_code",         X520(0x11),  DER_UTF8_STRING,      40},
    [NAME_STREET]            = {"STREET",           "street",              X520(0x09),  DER_UTF8_STRING,      128},
    [NAME_O]                 = {"O",                "organization",        X520(0x0a),  DER_UTF8_STRING,      64},
    [NAME_SURNAME]           = {"SN",               "surname",             X520(0x04),  DER_UTF8_STRING,      64},
    [NAME_GIVEN_NAME]        = {"GN",               "given_name",          X520(0x2a),  DER_UTF8_STRING,      64},
    [NAME_OU]                = {"OU",               "organizational_unit", X520(0x0b),  DER_UTF8_STRING,      64},
    [NAME_TITLE]             = {"title",            "title",               X520(0x0c),  DER_UTF8_STRING,      64},
    [NAME_CN]                = {"CN",               "common_name",         X520(0x03),  DER_UTF8_STRING,      64},
    [NAME_SERIAL_NUMBER]     = {"serialNumber",     "serial_number",       X520(0x05),  DER_PRINTABLE_STRING, 64},
    [NAME_EMAIL]             = {"emailAddress",     "email",               PKCS9(0x01), DER_IA5_STRING,       255},
    [NAME_UID]               = {"UID",              "user_id",             PILOT(0x01), DER_UTF8_STRING,      256},
    [NAME_UNSTRUCTURED_NAME] = {"unstructuredName", "unstructured_name",   PKCS9(0x02), DER_UTF8_STRING,      255},
};
/* clang-format on */
_Static_assert(CA_COUNT(infos) == NAME__COUNT, "a row for each attribute");

const struct name_attribute_info *name_attribute_info(enum name_attribute a)
{
    return &infos[a];
}

bool name_attribute_find(const char *key_or_json, enum name_attribute *ret)
{
    for (size_t i = 0; i < CA_COUNT(infos); i++) {
        if (strcasecmp(infos[i].key, key_or_json) == 0 ||
            strcasecmp(infos[i].json, key_or_json) == 0) {
            *ret = (enum name_attribute)i;
            return true;
        }
    }
    return false;
}

static bool oid_find(struct ca_bytes oid, enum name_attribute *ret)
{
    for (size_t i = 0; i < CA_COUNT(infos); i++) {
        if (ca_bytes_equal(infos[i].oid, oid)) {
            *ret = (enum name_attribute)i;
            return true;
        }
    }
    return false;
}

/* PrintableString, X.680 41.4. */
static bool is_printable(struct ca_bytes v)
{
    for (size_t i = 0; i < v.len; i++) {
        uint8_t c = v.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c != '\0' && strchr("0123456789 '()+,-./:=?", c) != NULL)))
            return false;
    }
    return true;
}

static bool is_ascii(struct ca_bytes v)
{
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] < 0x20 || v.ptr[i] > 0x7e)
            return false;
    }
    return true;
}

static const struct string_type {
    unsigned tag;
    const char *name;
    bool (*fits)(struct ca_bytes v);
} string_types[] = {
    {DER_UTF8_STRING,      "UTF8String",      ca_text_is_clean},
    {DER_PRINTABLE_STRING, "PrintableString", is_printable    },
    {DER_IA5_STRING,       "IA5String",       is_ascii        },
};

static const struct string_type *string_type_find(unsigned tag)
{
    for (size_t i = 0; i < CA_COUNT(string_types); i++) {
        if (string_types[i].tag == tag)
            return &string_types[i];
    }
    return NULL;
}

bool name_fits(unsigned tag, struct ca_bytes value)
{
    const struct string_type *type = string_type_find(tag);

    return type != NULL && type->fits(value);
}

const char *name_tag_name(unsigned tag)
{
    const struct string_type *type = string_type_find(tag);

    return type != NULL ? type->name : "?";
}

/* AttributeTypeAndValue, RFC 5280 4.1.2.4. */
static CA_RC value_read(struct ca_bytes in, struct name_value *ret, struct ca_err *err)
{
    const struct string_type *type;
    struct der oid;
    struct der value;
    unsigned tag = 0;

    CA_TRY(der_take(&in, DER_OID, &oid, err));
    CA_TRY(der_take_any(&in, &tag, &value, err));
    CA_TRY(der_done(in, err));
    if (!oid_find(oid.body, &ret->attribute))
        return CA_FAIL(err, CA_DENIED, "the name holds an attribute that is not taken");
    type = string_type_find(tag);
    if (type == NULL) {
        return CA_FAIL(err, CA_DENIED, "%s is a string of tag 0x%02x: write it as UTF8String",
                       infos[ret->attribute].key, tag);
    }
    if (value.body.len == 0 || !type->fits(value.body)) {
        return CA_FAIL(err, CA_MALFORMED, "%s is not a %s, or empty", infos[ret->attribute].key,
                       type->name);
    }
    ret->tag = tag;
    ret->value = value.body;
    return CA_OK;
}

CA_RC name_read(struct ca_bytes name, struct name_value ret[NAME_VALUES_MAX], size_t *ret_n,
                struct ca_err *err)
{
    struct der seq;
    size_t n = 0;

    CA_TRY(der_take(&name, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(name, err));
    while (seq.body.len > 0) {
        struct der rdn;
        struct der pair;

        CA_TRY(der_take(&seq.body, DER_SET, &rdn, err));
        CA_TRY(der_take(&rdn.body, DER_SEQUENCE, &pair, err));
        if (rdn.body.len > 0)
            return CA_FAIL(err, CA_DENIED, "the name has an RDN of several values");
        if (n == NAME_VALUES_MAX)
            return CA_FAIL(err, CA_DENIED, "name of more than %d values", NAME_VALUES_MAX);
        CA_TRY(value_read(pair.body, &ret[n++], err));
    }
    *ret_n = n;
    return CA_OK;
}

static size_t characters(struct ca_bytes utf8)
{
    size_t n = 0;

    for (size_t i = 0; i < utf8.len; i++)
        n += (utf8.ptr[i] & 0xc0U) != 0x80 ? 1 : 0;
    return n;
}

static bool is_country(struct ca_bytes v)
{
    return v.len == 2 && v.ptr[0] >= 'A' && v.ptr[0] <= 'Z' && v.ptr[1] >= 'A' && v.ptr[1] <= 'Z';
}

CA_RC name_value_check(const struct name_value *value, struct ca_err *err)
{
    const struct name_attribute_info *info = &infos[value->attribute];
    const struct string_type *type = string_type_find(info->tag);
    struct ca_bytes v = value->value;

    if (v.len == 0)
        return CA_FAIL(err, CA_DENIED, "%s is empty", info->key);
    if (type == NULL || !type->fits(v))
        return CA_FAIL(err, CA_DENIED, "%s has characters that it cannot hold", info->key);
    if (characters(v) > info->max) {
        return CA_FAIL(err, CA_DENIED, "%s of %zu characters, at most %zu", info->key,
                       characters(v), info->max);
    }
    if (v.ptr[0] == ' ' || v.ptr[v.len - 1] == ' ')
        return CA_FAIL(err, CA_DENIED, "%s starts or ends with a space", info->key);
    if (value->attribute == NAME_C && !is_country(v))
        return CA_FAIL(err, CA_DENIED, "C is not a country code of two capital letters");
    return unicode_check(info->key, v, err);
}

static void value_write(struct der_writer *w, const struct name_value *value, unsigned tag)
{
    der_open(w, DER_SET);
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_OID, infos[value->attribute].oid);
    der_put(w, tag, value->value);
    der_close(w);
    der_close(w);
}

CA_RC name_write(struct der_writer *w, const struct name_value *values, size_t n,
                 struct ca_err *err)
{
    for (size_t i = 0; i < n; i++)
        CA_TRY(name_value_check(&values[i], err));
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++)
        value_write(w, &values[i], infos[values[i].attribute].tag);
    der_close(w);
    return CA_OK;
}

CA_RC name_write_as(struct der_writer *w, const struct name_value *values, size_t n,
                    struct ca_err *err)
{
    for (size_t i = 0; i < n; i++) {
        CA_TRY(name_value_check(&values[i], err));
        if (!name_fits(values[i].tag, values[i].value)) {
            return CA_FAIL(err, CA_DENIED, "%s does not fit a %s", infos[values[i].attribute].key,
                           name_tag_name(values[i].tag));
        }
    }
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++)
        value_write(w, &values[i], values[i].tag);
    der_close(w);
    return CA_OK;
}
