/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/der_write.h"
#include "policy/name.h"

/* Values of extensions (content of extnValue) between DER and lists. Readers are strict and take
 * only the forms that this CA writes; views into `value`. CA_MALFORMED; CA_LIMIT too many. */

enum { EXTENSION_LIST_MAX = 64, EXTENSION_SUBTREES_MAX = 256, EXTENSION_SID_MAX = 184 };

/* BasicConstraints, 4.2.1.9; path_length -1: none. Its reader is in cert_internal.h. */
void extension_basic_constraints_write(struct der_writer *w, bool ca, int path_length);

/* SEQUENCE OF OBJECT IDENTIFIER, at least one, none twice: ExtKeyUsageSyntax, RFC 5280 4.2.1.12. */
CA_RC extension_oids_read(struct ca_bytes value, struct ca_bytes ret[EXTENSION_LIST_MAX],
                          size_t *ret_n, struct ca_err *err);
void extension_oids_write(struct der_writer *w, const struct ca_bytes *oids, size_t n);

/* CRLDistributionPoints, 4.2.1.13: points of one URI each, no reasons, no issuer. */
CA_RC extension_crl_urls_read(struct ca_bytes value, struct ca_bytes ret[EXTENSION_LIST_MAX],
                              size_t *ret_n, struct ca_err *err);
void extension_crl_urls_write(struct der_writer *w, const struct ca_bytes *urls, size_t n);

/* AuthorityInfoAccessSyntax, 4.2.2.1: URIs of OCSP responders and of issuers' certificates. */
struct extension_access {
    bool ocsp; /* else caIssuers */
    struct ca_bytes url;
};
CA_RC extension_access_read(struct ca_bytes value, struct extension_access ret[EXTENSION_LIST_MAX],
                            size_t *ret_n, struct ca_err *err);
void extension_access_write(struct der_writer *w, const struct extension_access *list, size_t n);

/* CertificatePolicies, 4.2.1.4: no qualifier but one CPS URI each; no policy twice. */
struct extension_policy {
    struct ca_bytes oid;
    struct ca_bytes cps; /* len 0: none */
};
CA_RC extension_policies_read(struct ca_bytes value,
                              struct extension_policy ret[EXTENSION_LIST_MAX], size_t *ret_n,
                              struct ca_err *err);
void extension_policies_write(struct der_writer *w, const struct extension_policy *list, size_t n);

/* NameConstraints, 4.2.1.10: subtrees of DNS names, e-mail addresses, addresses with a mask, and
 * directory names; permitted ones first. */
struct name_subtree {
    bool excluded;
    enum san_type type;   /* SAN_DNS, SAN_EMAIL, SAN_IP, SAN_DIRECTORY */
    struct ca_bytes base; /* text; IP: address and mask; directory: Name, whole element */
};
CA_RC extension_subtrees_read(struct ca_bytes value,
                              struct name_subtree ret[EXTENSION_SUBTREES_MAX], size_t *ret_n,
                              struct ca_err *err);
void extension_subtrees_write(struct der_writer *w, const struct name_subtree *list, size_t n);
/* May it stand in name constraints: a host name, a mailbox or host, an address and a mask without
 * holes, a Name? */
bool name_subtree_is_sound(const struct name_subtree *t);
/* Is every name in `inner` also in `outer`? Both of one type. */
bool name_subtree_within(const struct name_subtree *inner, const struct name_subtree *outer);
/* Of text: "dns" and "example.org", "email" and "example.org", "ip" and "192.0.2.0/24", "directory"
 * and "O=Acme,C=DE". The base goes to `own`, see san_parse. CA_MALFORMED, CA_DENIED. */
CA_RC name_subtree_parse(const char *type, const char *text, struct ca_buf *own,
                         struct san_slice *ret, struct ca_err *err);

/* TLS feature, RFC 7633: status_request (must-staple) and nothing else. */
bool extension_is_must_staple(struct ca_bytes value);
void extension_must_staple_write(struct der_writer *w);

/* Microsoft's certificate template, version 2. */
struct extension_template {
    struct ca_bytes oid;
    uint32_t major, minor;
    bool numbered; /* has major and minor */
};
CA_RC extension_template_read(struct ca_bytes value, struct extension_template *ret,
                              struct ca_err *err);
void extension_template_write(struct der_writer *w, const struct extension_template *t);

/* Its version 1: the template's name as BMPString. `ret` takes ASCII of at most 64 characters. */
enum { EXTENSION_TEMPLATE_NAME_MAX = 64 };
CA_RC extension_template_name_read(struct ca_bytes value, char ret[EXTENSION_TEMPLATE_NAME_MAX + 1],
                                   struct ca_err *err);
void extension_template_name_write(struct der_writer *w, const char *name);

/* Microsoft's security identifier: OtherName with "S-1-5-21-…" as OCTET STRING. */
CA_RC extension_sid_read(struct ca_bytes value, struct ca_bytes *ret, struct ca_err *err);
void extension_sid_write(struct der_writer *w, struct ca_bytes sid);
bool extension_is_sid(struct ca_bytes sid); /* S-1-, then 2 to 15 numbers of 32 bits */

/* Is it one element of DER, and all that it holds too: shortest forms, one-octet tags, at most
 * DER_DEPTH_MAX deep? */
CA_RC extension_der_check(struct ca_bytes value, struct ca_err *err);
