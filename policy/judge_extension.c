/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/cert_internal.h"
#include "policy/dns.h"
#include "policy/judge_internal.h"
#include "policy/oid.h"

/* Reads the extensions back from the final bytes, one check for each kind, present or not. */

static void refuse(const struct tbs_case *t, enum cert_extension_kind kind, const char *text)
{
    char pointer[POINTER_MAX];
    const char *name = cert_extension_info(kind)->name;

    judge_refuse(t->verdict,
                 &(struct says){
                     name, judge_pointer(pointer, "/extensions", name), {NULL, 0},
                         NULL
    },
                 "%s %s", name, text);
}

/* Is it there exactly when it should, and not critical? True: there is something to look into. */
static bool stands(const struct tbs_case *t, enum cert_extension_kind kind,
                   const struct cert_extension *ext, bool wanted)
{
    if (wanted != (ext != NULL)) {
        refuse(t, kind, wanted ? "is missing" : "is not in this profile");
        return false;
    }
    if (ext != NULL && ext->critical)
        refuse(t, kind, "is critical");
    return ext != NULL;
}

static void check_bytes(const struct tbs_case *t, enum cert_extension_kind kind,
                        const struct cert_extension *ext, struct ca_bytes want)
{
    if ((want.len > 0) != (ext != NULL)) {
        refuse(t, kind, want.len > 0 ? "is missing" : "is not in this profile");
    } else if (ext != NULL && !ca_bytes_equal(ext->all, want)) {
        refuse(t, kind, "is not what the profile says");
    }
}

static void check_fixed(const struct tbs_case *t, enum cert_extension_kind kind,
                        const struct cert_extension *ext)
{
    check_bytes(t, kind, ext, t->profile->fixed[kind]);
}

static void check_key_usage(const struct tbs_case *t, enum cert_extension_kind kind,
                            const struct cert_extension *ext)
{
    check_bytes(t, kind, ext,
                t->key->kind == CA_KEY_RSA ? t->profile->fixed_key_usage_rsa
                                           : t->profile->fixed[kind]);
}

/* A CA's path length may differ from the compiled one, inside profile and issuer. */
static void check_basic_constraints(const struct tbs_case *t, enum cert_extension_kind kind,
                                    const struct cert_extension *ext)
{
    const struct profile_basic_constraints *rule = &t->profile->basic_constraints;
    int under = t->profile->self_signed ? -1 : t->issuer->path_length;
    bool ca = false;
    int path_length = -1;
    struct ca_err err;

    if (!rule->ca || ext == NULL) {
        check_fixed(t, kind, ext);
        return;
    }
    if (!ext->critical || basic_constraints_read(ext->value, &ca, &path_length, &err) != CA_OK ||
        !ca) {
        refuse(t, kind, "is not that of a CA");
        return;
    }
    if (rule->path_length_max >= 0 && (path_length < 0 || path_length > rule->path_length_max))
        refuse(t, kind, "has a longer path than the profile allows");
    if (under >= 0 && (path_length < 0 || path_length >= under))
        refuse(t, kind, "has a longer path than the issuing authority's");
}

static void check_subject_alt_name(const struct tbs_case *t, enum cert_extension_kind kind,
                                   const struct cert_extension *ext)
{
    if (ext != NULL && t->profile->san_use == PROFILE_FORBIDDEN)
        refuse(t, kind, "is not in this profile");
    if (ext != NULL && ext->critical != t->subject_is_empty)
        refuse(t, kind, "is critical exactly when the subject is empty");
    rule_sans(t->profile, &(struct sans){t->sans, t->san_n, "/sans"}, t->verdict);
}

static void check_subject_key_id(const struct tbs_case *t, enum cert_extension_kind kind,
                                 const struct cert_extension *ext)
{
    struct ca_bytes id = {0};
    struct ca_err err;

    if (!stands(t, kind, ext, t->profile->subject_key_id))
        return;
    if (key_identifier_read(ext->value, &id, &err) != CA_OK ||
        !ca_bytes_equal(id, (struct ca_bytes){t->key_id, sizeof(t->key_id)}))
        refuse(t, kind, "is not the hash of the key");
}

static void check_authority_key_id(const struct tbs_case *t, enum cert_extension_kind kind,
                                   const struct cert_extension *ext)
{
    bool wanted =
        t->profile->authority_key_id && !t->profile->self_signed && t->issuer->key_id.len > 0;
    struct ca_bytes id = {0};
    struct ca_err err;

    if (!stands(t, kind, ext, wanted))
        return;
    if (authority_key_identifier_read(ext->value, &id, &err) != CA_OK ||
        !ca_bytes_equal(id, t->issuer->key_id))
        refuse(t, kind, "is not that of the issuing authority");
}

/* SEQUENCE { SEQUENCE { [0] { [0] { [6] URI } } } }: one point, one address, no reasons, no issuer.
 */
static CA_RC crl_url_read(struct ca_bytes in, struct ca_bytes *ret, struct ca_err *err)
{
    static const unsigned tags[] = {DER_SEQUENCE, DER_SEQUENCE, DER_CONTEXT_0, DER_CONTEXT_0,
                                    DER_CONTEXT + 6};

    for (size_t i = 0; i < CA_COUNT(tags); i++) {
        struct der part;

        CA_TRY(der_take(&in, tags[i], &part, err));
        CA_TRY(der_done(in, err));
        in = part.body;
    }
    *ret = in;
    return CA_OK;
}

static void check_crl_distribution_points(const struct tbs_case *t, enum cert_extension_kind kind,
                                          const struct cert_extension *ext)
{
    bool from_request = t->profile->crl_url == PROFILE_FROM_REQUEST;
    bool wanted = (t->profile->crl_url != PROFILE_NONE && t->issuer->crl_url[0] != '\0') ||
                  (from_request && ext != NULL);
    struct ca_bytes url = {0};
    struct ca_err err;

    if (!stands(t, kind, ext, wanted))
        return;
    if (crl_url_read(ext->value, &url, &err) != CA_OK || !rule_is_web_url(url) ||
        (!from_request && !ca_bytes_is_str(url, t->issuer->crl_url)))
        refuse(t, kind, "is not the authority's address");
}

/* AccessDescription with a URI: takes it, and says whether it is this method and this address. */
static bool access_is(struct ca_bytes *in, uint8_t method, const char *url)
{
    const uint8_t oid[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, method};
    struct der seq;
    struct der part;
    struct ca_err err;

    return der_take(in, DER_SEQUENCE, &seq, &err) == CA_OK &&
           der_take(&seq.body, DER_OID, &part, &err) == CA_OK &&
           ca_bytes_equal(part.body, (struct ca_bytes){oid, sizeof(oid)}) &&
           der_take(&seq.body, DER_CONTEXT + 6, &part, &err) == CA_OK && seq.body.len == 0 &&
           ca_bytes_is_str(part.body, url);
}

static bool access_fits(struct ca_bytes value, const struct issuer *issuer)
{
    struct der seq;
    struct ca_err err;

    return der_take(&value, DER_SEQUENCE, &seq, &err) == CA_OK && value.len == 0 &&
           (issuer->ocsp_url[0] == '\0' || access_is(&seq.body, 1, issuer->ocsp_url)) &&
           (issuer->aia_url[0] == '\0' || access_is(&seq.body, 2, issuer->aia_url)) &&
           seq.body.len == 0;
}

static void check_authority_info(const struct tbs_case *t, enum cert_extension_kind kind,
                                 const struct cert_extension *ext)
{
    bool wanted = t->profile->authority_info != PROFILE_NONE &&
                  (t->issuer->ocsp_url[0] != '\0' || t->issuer->aia_url[0] != '\0');

    if (stands(t, kind, ext, wanted) && !access_fits(ext->value, t->issuer))
        refuse(t, kind, "does not hold the authority's addresses");
}

/* GeneralSubtrees of DNS names only. */
static CA_RC subtrees_read(struct ca_bytes in, struct ca_err *err)
{
    if (in.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "empty");
    while (in.len > 0) {
        struct der seq;
        struct der name;

        CA_TRY(der_take(&in, DER_SEQUENCE, &seq, err));
        CA_TRY(der_take(&seq.body, DER_CONTEXT + 2, &name, err));
        CA_TRY(der_done(seq.body, err));
        if (!dns_is_host(name.body))
            return CA_FAIL(err, CA_DENIED, "not a host name");
    }
    return CA_OK;
}

static CA_RC name_constraints_read(struct ca_bytes value, struct ca_err *err)
{
    struct der seq;
    struct der part;

    CA_TRY(der_take(&value, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(value, err));
    if (seq.body.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "empty");
    for (unsigned tag = DER_CONTEXT_0; tag <= DER_CONTEXT_0 + 1; tag++) {
        if (!der_next_is(seq.body, tag))
            continue;
        CA_TRY(der_take(&seq.body, tag, &part, err));
        CA_TRY(subtrees_read(part.body, err));
    }
    return der_done(seq.body, err);
}

static void check_name_constraints(const struct tbs_case *t, enum cert_extension_kind kind,
                                   const struct cert_extension *ext)
{
    struct ca_err err;

    if (ext == NULL)
        return;
    if (t->profile->name_constraints != PROFILE_FROM_REQUEST) {
        refuse(t, kind, "is not in this profile");
    } else if (!ext->critical || name_constraints_read(ext->value, &err) != CA_OK) {
        refuse(t, kind, "is not critical, or not a list of host names");
    }
}

static void (*const check[EXT__COUNT])(const struct tbs_case *t, enum cert_extension_kind kind,
                                       const struct cert_extension *ext) = {
    [EXT_BASIC_CONSTRAINTS] = check_basic_constraints,
    [EXT_KEY_USAGE] = check_key_usage,
    [EXT_EXTENDED_KEY_USAGE] = check_fixed,
    [EXT_SUBJECT_ALT_NAME] = check_subject_alt_name,
    [EXT_SUBJECT_KEY_IDENTIFIER] = check_subject_key_id,
    [EXT_AUTHORITY_KEY_IDENTIFIER] = check_authority_key_id,
    [EXT_CRL_DISTRIBUTION_POINTS] = check_crl_distribution_points,
    [EXT_AUTHORITY_INFO_ACCESS] = check_authority_info,
    [EXT_CERTIFICATE_POLICIES] = check_fixed,
    [EXT_NAME_CONSTRAINTS] = check_name_constraints,
    [EXT_OCSP_NO_CHECK] = check_fixed,
};

/* I7: what has no row here is in no certificate. */
static void closed_list(const struct tbs_case *t)
{
    for (size_t i = 0; i < t->cert->extension_n; i++) {
        CA_AUTO(buf) struct ca_buf oid = {0};
        enum cert_extension_kind kind;

        if (extension_kind_find(t->cert->extensions[i].oid, &kind))
            continue;
        oid_text(t->cert->extensions[i].oid, &oid);
        judge_refuse(t->verdict,
                     &(struct says){"extensions", "/extensions", ca_buf_view(&oid), NULL},
                     "an extension that no profile has");
    }
}

void judge_extensions(const struct tbs_case *t)
{
    closed_list(t);
    for (int kind = 0; kind < EXT__COUNT; kind++) {
        check[kind](t, (enum cert_extension_kind)kind,
                    cert_extension(t->cert, (enum cert_extension_kind)kind));
    }
}
