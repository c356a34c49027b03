/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/der_write.h"

/* Distinguished names (RFC 5280 4.1.2.4) and subject alternative names (4.2.1.6), between DER and
 * the texts that people write. */

enum name_attribute { /* in the order in which a subject is written (CA/B BR 7.1.4.2) */
                      NAME_DC,
                      NAME_C,
                      NAME_ST,
                      NAME_L,
                      NAME_POSTAL_CODE,
                      NAME_STREET,
                      NAME_O,
                      NAME_SURNAME,
                      NAME_GIVEN_NAME,
                      NAME_OU,
                      NAME_TITLE,
                      NAME_CN,
                      NAME_SERIAL_NUMBER,
                      NAME_EMAIL,
                      NAME_UID,
                      NAME_UNSTRUCTURED_NAME,
                      NAME__COUNT
};
struct name_attribute_info {
    const char *key;     /* "CN": RFC 4514, CLI */
    const char *json;    /* "common_name": API and profiles */
    struct ca_bytes oid; /* content octets */
    unsigned tag;        /* DER_UTF8_STRING, DER_PRINTABLE_STRING or DER_IA5_STRING */
    size_t max;          /* characters, RFC 5280 appendix A upper bounds */
};
const struct name_attribute_info *name_attribute_info(enum name_attribute a);
bool name_attribute_find(const char *key_or_json, enum name_attribute *ret); /* either case */

/* One value of a Name; views into the DER that was read. */
struct name_value {
    enum name_attribute attribute;
    unsigned tag;
    struct ca_bytes value;
};
enum { NAME_VALUES_MAX = 32 };
/* Reads a Name (whole element): every RDN of one attribute, known attribute types, strings whose
 * octets fit their type (PrintableString alphabet, clean UTF-8, no NUL or control characters).
 * CA_MALFORMED or CA_DENIED (an attribute type or string type that is not taken; multi-valued RDN).
 */
CA_RC name_read(struct ca_bytes name, struct name_value ret[NAME_VALUES_MAX], size_t *ret_n,
                struct ca_err *err);
/* Writes a Name; each value gets the string type of its attribute's row (C and serialNumber
 * PrintableString, e-mail and DC IA5String, the rest UTF8String). Order as given. */
CA_RC name_write(struct der_writer *w, const struct name_value *values, size_t n,
                 struct ca_err *err);
/* As name_write, each value in the string type of its `tag`. */
CA_RC name_write_as(struct der_writer *w, const struct name_value *values, size_t n,
                    struct ca_err *err);
/* Do the octets fit a string of this type (DER_UTF8_STRING, DER_PRINTABLE_STRING, DER_IA5_STRING)?
 */
bool name_fits(unsigned tag, struct ca_bytes value);
const char *name_tag_name(unsigned tag); /* "UTF8String" */
/* RFC 4514 text of a Name (whole element), last RDN first; unreadable ones as "#hex". Appends. */
void name_text(struct ca_bytes name, struct ca_buf *ret);
/* May `value` stand in a subject as this attribute: characters of its string type, at most `max` of
 * them, not empty, two letters for a country? CA_DENIED says what does not fit. */
CA_RC name_value_check(const struct name_value *value, struct ca_err *err);
/* Reads "CN=www,O=Acme,C=DE" (RFC 4514 escapes; the first becomes the last RDN); values are copied
 * into `own`, which must be empty and must stay as it is while they are used.
 * CA_MALFORMED names what is wrong and which attribute keys there are. */
CA_RC name_parse(const char *text, struct ca_buf *own, struct name_value ret[NAME_VALUES_MAX],
                 size_t *ret_n, struct ca_err *err);

enum san_type {
    SAN_OTHER,
    SAN_EMAIL,
    SAN_DNS,
    SAN_X400,
    SAN_DIRECTORY,
    SAN_EDI,
    SAN_URI,
    SAN_IP,
    SAN_RID,
    SAN_UPN, /* an otherName (1.3.6.1.4.1.311.20.2.3): login name of Active Directory */
    SAN__COUNT
};
const char *san_type_name(enum san_type type); /* "DNS", "IP", "email", "URI", … */
/* Either case: "dns", "ip", "email", "uri", "upn", "registered_id" or "rid", "directory". */
bool san_type_find(const char *name, enum san_type *ret);

struct san {
    enum san_type type;
    struct ca_bytes value; /* content octets of the GeneralName; IP: 4 or 16 octets; directory: the
                              whole Name; UPN: the characters */
};
enum { SAN_COUNT_MAX = 250 };
/* Reads GeneralNames (whole SEQUENCE). CA_MALFORMED; CA_LIMIT more than SAN_COUNT_MAX; CA_DENIED a
 * DNS name with NUL, with octets above 0x7f (text: write it as an A-label), not a host name (RFC
 * 1034, RFC 1123; `*.` in front is left to the profile); an IP of another length than 4 or 16. */
CA_RC san_read(struct ca_bytes general_names, struct san ret[SAN_COUNT_MAX], size_t *ret_n,
               struct ca_err *err);
/* The octets of one name, as san_read checks them. CA_DENIED. */
CA_RC san_check(enum san_type type, struct ca_bytes value, struct ca_err *err);
/* One SAN from text ("www.example", "192.0.2.1", "2001:db8::1", "a@b.example", "https://…"); IDN is
 * turned into A-labels; octets go to `own`. Offsets, not pointers, into own->ptr are given, because
 * it grows. CA_MALFORMED, CA_DENIED as san_read. */
struct san_slice {
    enum san_type type;
    size_t at, len;
};
CA_RC san_parse(enum san_type type, const char *text, struct ca_buf *own, struct san_slice *ret,
                struct ca_err *err);
void san_text(const struct san *san, struct ca_buf *ret);       /* "DNS:www.example"; appends */
void san_value_text(const struct san *san, struct ca_buf *ret); /* "www.example"; appends */
/* Writes GeneralNames as given; the caller has checked them. */
void san_write(struct der_writer *w, const struct san *sans, size_t n);
