/* SPDX-License-Identifier: Apache-2.0 */
#include "base/algorithm.h"
#include "base/digest.h"
#include "policy/lint_internal.h"
#include "policy/spki.h"

/* Do the parts of a certificate agree with each other and with the issuer? */

static bool starts(struct ca_bytes hash, struct ca_bytes id)
{
    return id.len >= SPKI_KEY_ID_LEN && id.len <= hash.len &&
           ca_bytes_equal((struct ca_bytes){hash.ptr, id.len}, id);
}

/* RFC 5280 4.2.1.2 method 1, or RFC 7093 2 methods 1 and 4 with SHA-256. */
static bool ski_is_hash(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    uint8_t hash[CA_SHA256_LEN];
    struct ca_err err;

    (void)arg;
    (void)ret_value;
    if (!c->ext[LINT_SKI]->present || !c->ext[LINT_SKI]->ok || !c->key.ok)
        return true;
    if (spki_key_id(c->key.bits, hash, &err) == CA_OK &&
        starts((struct ca_bytes){hash, SPKI_KEY_ID_LEN}, c->ski))
        return true;
    return (ca_sha256(c->key.bits, hash, &err) == CA_OK &&
            starts((struct ca_bytes){hash, sizeof(hash)}, c->ski)) ||
           (ca_sha256(c->spki, hash, &err) == CA_OK &&
            starts((struct ca_bytes){hash, sizeof(hash)}, c->ski));
}

static bool aki_of_issuer(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return c->aki.len == 0 || c->issuer_info->key_id.len == 0 ||
           ca_bytes_equal(c->aki, c->issuer_info->key_id);
}

static bool issuer_is(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return ca_bytes_equal(c->issuer, c->issuer_info->subject);
}

static bool inside_issuer(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const struct issuer *issuer = c->issuer_info;

    (void)arg;
    *ret_value = c->not_before.text;
    if (c->not_before.known && c->not_before.at < issuer->not_before)
        return false;
    *ret_value = c->not_after.text;
    return !c->not_after.known || c->not_after.at <= issuer->not_after;
}

static bool below_issuer(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    int above = c->issuer_info->path_length;

    (void)arg;
    (void)ret_value;
    if ((c->kinds & LINT_KIND_SELF_ISSUED) != 0 || above < 0)
        return true;
    return c->path_length >= 0 && c->path_length < above;
}

/* The type of key that makes the signature; NULL: an algorithm that is not known. */
static const char *signature_type(const struct lint_case *c, struct ca_bytes *ret_value)
{
    enum ca_signature kind;

    if (!ca_signature_find(c->algorithm, &kind))
        return NULL;
    *ret_value = ca_bytes_str(ca_signature_info(kind)->name);
    return ca_signature_info(kind)->type;
}

static bool signature_of_issuer(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const char *type = signature_type(c, ret_value);

    (void)arg;
    return type == NULL || strcmp(type, ca_signature_info(c->issuer_info->signature)->type) == 0;
}

static bool signature_of_own_key(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    static const struct {
        unsigned kind;
        const char *type;
    } types[] = {
        {LINT_KIND_RSA,     "RSA"    },
        {LINT_KIND_EC,      "EC"     },
        {LINT_KIND_ED25519, "ED25519"}
    };
    const char *type = signature_type(c, ret_value);

    (void)arg;
    for (size_t i = 0; type != NULL && i < CA_COUNT(types); i++) {
        if ((c->kinds & types[i].kind) != 0)
            return strcmp(type, types[i].type) == 0;
    }
    return true;
}

enum {
    SIGNS = CERT_KU_DIGITAL_SIGNATURE,
    COMMITS = CERT_KU_DIGITAL_SIGNATURE | CERT_KU_CONTENT_COMMITMENT,
    AGREES = CERT_KU_KEY_AGREEMENT,
    ENCIPHERS = CERT_KU_KEY_ENCIPHERMENT,
};
/* RFC 5280 4.2.1.12: key usage bits that may be consistent with a purpose. */
static const struct {
    unsigned purpose;
    uint32_t bits;
} consistent[] = {
    {LINT_PURPOSE_SERVER, SIGNS | ENCIPHERS | AGREES  },
    {LINT_PURPOSE_CLIENT, SIGNS | AGREES              },
    {LINT_PURPOSE_CODE,   SIGNS                       },
    {LINT_PURPOSE_EMAIL,  COMMITS | ENCIPHERS | AGREES},
    {LINT_PURPOSE_TIME,   COMMITS                     },
    {LINT_PURPOSE_OCSP,   COMMITS                     },
};

/* How many purposes of the certificate can be served with its key usage, and how many cannot. */
static void usages_count(const struct lint_case *c, unsigned *ret_can, unsigned *ret_cannot)
{
    *ret_can = (c->purposes & (LINT_PURPOSE_ANY | LINT_PURPOSE_OTHER)) != 0 ? 1 : 0;
    *ret_cannot = 0;
    if (!c->ext[LINT_KU]->present || !c->ext[LINT_KU]->ok) {
        *ret_can = 1;
        return;
    }
    for (size_t i = 0; i < CA_COUNT(consistent); i++) {
        if ((c->purposes & consistent[i].purpose) == 0)
            continue;
        if ((c->ku & consistent[i].bits) != 0) {
            ++*ret_can;
        } else {
            ++*ret_cannot;
        }
    }
}

static bool a_purpose_is_left(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    unsigned can = 0;
    unsigned cannot = 0;

    (void)arg;
    (void)ret_value;
    usages_count(c, &can, &cannot);
    return can > 0 || cannot == 0;
}

static bool each_purpose_can(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    unsigned can = 0;
    unsigned cannot = 0;

    (void)arg;
    (void)ret_value;
    usages_count(c, &can, &cannot);
    return cannot == 0;
}

static bool ocsp_no_check(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return (c->purposes & LINT_PURPOSE_OCSP) == 0 || c->ext[LINT_OCSP_NO_CHECK]->present;
}

/* clang-format off */
static const struct lint lints[] = {
    {{"consistency.subject_key_identifier.hash", "RFC 5280 4.2.1.2; RFC 7093 2", "subject_key_identifier should be a hash of the key", LINT_WARNING},
     "/tbs/extensions/subject_key_identifier", LINT_KIND_READ, ski_is_hash, 0},
    {{"consistency.authority_key_identifier.of_issuer", "RFC 5280 4.2.1.1", "authority_key_identifier must be the key identifier of the issuing authority", LINT_ERROR},
     "/tbs/extensions/authority_key_identifier", LINT_KIND_UNDER_ISSUER, aki_of_issuer, 0},
    {{"consistency.issuer.of_issuer", "RFC 5280 4.1.2.4", "the issuer must be the subject of the issuing authority", LINT_ERROR},
     "/tbs/issuer", LINT_KIND_UNDER_ISSUER, issuer_is, 0},
    {{"consistency.validity.inside_issuer", "consistency", "the validity must lie inside that of the issuing authority", LINT_ERROR},
     "/tbs/validity", LINT_KIND_UNDER_ISSUER, inside_issuer, 0},
    {{"consistency.path_length.below_issuer", "RFC 5280 4.2.1.9", "the path length must be less than that of the issuing authority", LINT_ERROR},
     "/tbs/extensions/basic_constraints", LINT_KIND_UNDER_ISSUER | LINT_KIND_CA, below_issuer, 0},
    {{"consistency.signature.of_issuer", "RFC 5280 4.1.2.3", "the signature algorithm must fit the key of the issuing authority", LINT_ERROR},
     "/tbs/signature", LINT_KIND_UNDER_ISSUER, signature_of_issuer, 0},
    {{"rfc6818.self_signed.signature", "RFC 6818 2", "the signature algorithm of a self-signed CA certificate must fit its own key", LINT_ERROR},
     "/tbs/signature", LINT_KIND_SELF_SIGNED | LINT_KIND_CA, signature_of_own_key, 0},
    {{"consistency.usages.one_left", "RFC 5280 4.2.1.12", "key_usage must leave one purpose of extended_key_usage at least", LINT_ERROR},
     "/tbs/extensions/extended_key_usage", LINT_KIND_LEAF, a_purpose_is_left, 0},
    {{"consistency.usages.each", "RFC 5280 4.2.1.12", "key_usage should serve each purpose of extended_key_usage", LINT_WARNING},
     "/tbs/extensions/extended_key_usage", LINT_KIND_LEAF, each_purpose_can, 0},
    {{"rfc6960.ocsp_signing.no_check", "RFC 6960 4.2.2.2.1; CA/B BR 4.9.9", "a certificate that signs OCSP answers should have ocsp_no_check", LINT_WARNING},
     "/tbs/extensions/ocsp_no_check", LINT_KIND_LEAF, ocsp_no_check, 0},
};
/* clang-format on */
const struct lint_group lint_group_agree = {lints, CA_COUNT(lints)};
