/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/cert_internal.h"
#include "policy/judge_internal.h"

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

/* What the authority itself puts into certificates, in the order in which it is written. */
struct own {
    struct der_writer w;
    struct ca_bytes crl_url, freshest, access, key_id, full_key_id;
};

static CA_RC own_write(const struct tbs_case *t, struct own *ret, struct ca_err *err)
{
    size_t at[5];
    struct ca_bytes all;

    if (t->profile->x.crl_url == PROFILE_FROM_AUTHORITY && t->issuer->crl_shards > 0) {
        crl_shard_write(&ret->w, t->issuer, t->cert->serial);
    } else {
        authority_addresses_write(&ret->w, EXT_CRL_DISTRIBUTION_POINTS, t->issuer);
    }
    at[0] = ret->w.buf.len;
    freshest_crl_write(&ret->w, t->profile, t->issuer, t->cert->serial);
    at[1] = ret->w.buf.len;
    authority_addresses_write(&ret->w, EXT_AUTHORITY_INFO_ACCESS, t->issuer);
    at[2] = ret->w.buf.len;
    authority_key_id_write(&ret->w, t->issuer, false);
    at[3] = ret->w.buf.len;
    if (t->issuer->serial.len > 0)
        authority_key_id_write(&ret->w, t->issuer, true);
    at[4] = ret->w.buf.len;
    CA_TRY(der_writer_check(&ret->w, err));
    all = der_writer_view(&ret->w);
    ret->crl_url = (struct ca_bytes){all.ptr, at[0]};
    ret->freshest = (struct ca_bytes){all.ptr + at[0], at[1] - at[0]};
    ret->access = (struct ca_bytes){all.ptr + at[1], at[2] - at[1]};
    ret->key_id = (struct ca_bytes){all.ptr + at[2], at[3] - at[2]};
    ret->full_key_id = (struct ca_bytes){all.ptr + at[3], at[4] - at[3]};
    return CA_OK;
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

static void check_critical(const struct tbs_case *t, enum cert_extension_kind kind,
                           const struct cert_extension *ext)
{
    const struct profile_extension *rule = &t->profile->x.by[kind];

    if (ext->critical != rule->critical && !rule->critical_from_request)
        refuse(t, kind, rule->critical ? "is not critical" : "is critical");
}

/* The value that needs no request, or one that a request may bring. */
static void check_value(const struct tbs_case *t, enum cert_extension_kind kind,
                        const struct cert_extension *ext, struct ca_bytes own)
{
    char pointer[POINTER_MAX];
    struct extension_case e = {
        t->profile, t->issuer, t->key->kind,
        judge_pointer(pointer, "/extensions", cert_extension_info(kind)->name), t->verdict};

    if (own.len > 0 && ca_bytes_equal(ext->value, own))
        return;
    if (t->profile->x.by[kind].from_request) {
        rule_extension(&e, kind, ext->value);
    } else {
        refuse(t, kind, "is not what the profile says");
    }
}

/* A switch is the only thing that a request may take out. */
static bool is_switch(enum cert_extension_kind kind)
{
    return kind == EXT_TLS_FEATURE || kind == EXT_OCSP_NO_CHECK;
}

static void check_of(const struct tbs_case *t, enum cert_extension_kind kind,
                     const struct cert_extension *ext, struct ca_bytes own)
{
    const struct profile_extension *rule = &t->profile->x.by[kind];
    bool removable = rule->from_request && is_switch(kind);

    if (ext == NULL) {
        if ((own.len > 0 && !removable) || rule->required)
            refuse(t, kind, "is missing");
    } else if (own.len == 0 && !rule->from_request) {
        refuse(t, kind, "is not in this profile");
    } else {
        check_critical(t, kind, ext);
        check_value(t, kind, ext, own);
    }
}

static void check_plain(const struct tbs_case *t, enum cert_extension_kind kind,
                        const struct cert_extension *ext)
{
    check_of(t, kind, ext, extension_default(t->profile, kind, t->key->kind));
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
        check_plain(t, kind, ext);
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

    if (!stands(t, kind, ext, t->profile->x.subject_key_id != PROFILE_KEY_ID_NONE))
        return;
    if (key_identifier_read(ext->value, &id, &err) != CA_OK ||
        !ca_bytes_equal(id, (struct ca_bytes){t->key_id, sizeof(t->key_id)}))
        refuse(t, kind, "is not the hash of the key");
}

static void check_authority_key_id(const struct tbs_case *t, enum cert_extension_kind kind,
                                   const struct cert_extension *ext)
{
    const struct profile_extensions *x = &t->profile->x;
    bool wanted = x->authority_key_id && !t->profile->self_signed && t->issuer->key_id.len > 0;
    bool may_be_full = x->authority_issuer || x->authority_issuer_from_request;

    if (!stands(t, kind, ext, wanted))
        return;
    if ((!x->authority_issuer && ca_bytes_equal(ext->value, t->own->key_id)) ||
        (may_be_full && t->own->full_key_id.len > 0 &&
         ca_bytes_equal(ext->value, t->own->full_key_id)))
        return;
    refuse(t, kind, "is not that of the issuing authority");
}

/* The authority's addresses, the profile's, or those that a request may bring. */
static void check_addresses(const struct tbs_case *t, enum cert_extension_kind kind,
                            const struct cert_extension *ext)
{
    const struct profile_extensions *x = &t->profile->x;
    bool crl = kind == EXT_CRL_DISTRIBUTION_POINTS;
    enum profile_source source = crl ? x->crl_url : x->authority_info;
    struct ca_bytes own = crl ? t->own->crl_url : t->own->access;

    check_of(t, kind, ext,
             source == PROFILE_NONE || source == PROFILE_FROM_PROFILE ? x->by[kind].value : own);
}

static void check_freshest(const struct tbs_case *t, enum cert_extension_kind kind,
                           const struct cert_extension *ext)
{
    check_of(t, kind, ext, t->own->freshest);
}

static void (*const check[EXT__COUNT])(const struct tbs_case *t, enum cert_extension_kind kind,
                                       const struct cert_extension *ext) = {
    [EXT_BASIC_CONSTRAINTS] = check_basic_constraints,
    [EXT_KEY_USAGE] = check_plain,
    [EXT_EXTENDED_KEY_USAGE] = check_plain,
    [EXT_SUBJECT_ALT_NAME] = check_subject_alt_name,
    [EXT_SUBJECT_KEY_IDENTIFIER] = check_subject_key_id,
    [EXT_AUTHORITY_KEY_IDENTIFIER] = check_authority_key_id,
    [EXT_CRL_DISTRIBUTION_POINTS] = check_addresses,
    [EXT_FRESHEST_CRL] = check_freshest,
    [EXT_AUTHORITY_INFO_ACCESS] = check_addresses,
    [EXT_CERTIFICATE_POLICIES] = check_plain,
    [EXT_NAME_CONSTRAINTS] = check_plain,
    [EXT_OCSP_NO_CHECK] = check_plain,
    [EXT_TLS_FEATURE] = check_plain,
    [EXT_MICROSOFT_TEMPLATE] = check_plain,
    [EXT_MICROSOFT_TEMPLATE_NAME] = check_plain,
    [EXT_MICROSOFT_SID] = check_plain,
};

static void check_all(const struct tbs_case *t)
{
    struct extension_case e = {t->profile, t->issuer, t->key->kind,
                               "/extensions/extended_key_usage", t->verdict};

    for (int kind = 0; kind < EXT__COUNT; kind++) {
        check[kind](t, (enum cert_extension_kind)kind,
                    cert_extension(t->cert, (enum cert_extension_kind)kind));
    }
    judge_private(t);
    rule_usages_together(&e, cert_extension(t->cert, EXT_KEY_USAGE),
                         cert_extension(t->cert, EXT_EXTENDED_KEY_USAGE));
}

CA_RC judge_extensions(const struct tbs_case *t, struct ca_err *err)
{
    struct tbs_case copy = *t;
    struct own own = {
        .crl_url = {NULL, 0}
    };
    enum ca_rc rc = own_write(t, &own, err);

    copy.own = &own;
    if (rc == CA_OK)
        check_all(&copy);
    der_writer_done(&own.w);
    return rc;
}
