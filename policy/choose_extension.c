/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/der.h"
#include "policy/cert_internal.h"
#include "policy/judge_internal.h"
#include "policy/oid.h"

/* What the certificate gets of each extension: from profile, authority and request. */

struct ca_bytes piece_view(const struct choice *c, const struct piece *piece)
{
    if (piece->len == 0)
        return piece->view;
    if (c->octets->buf.state != CA_BUF_FINE)
        return (struct ca_bytes){NULL, 0};
    return (struct ca_bytes){c->octets->buf.ptr + piece->at, piece->len};
}

struct piece piece_from(const struct choice *c, size_t at)
{
    return (struct piece){
        {NULL, 0},
        at, c->octets->buf.len - at
    };
}

static const char *rule_name(enum cert_extension_kind kind)
{
    return cert_extension_info(kind)->name;
}

static struct extension_case case_of(const struct choice *c, const char *pointer, struct verdict *v)
{
    return (struct extension_case){c->in->profile, c->in->issuer, csr_key_info(c->in->csr)->kind,
                                   pointer, v};
}

static const char *const critical_pointers[EXT__COUNT] = {
    [EXT_BASIC_CONSTRAINTS] = "/ext/basic_constraints/critical",
    [EXT_KEY_USAGE] = "/ext/ku/critical",
    [EXT_EXTENDED_KEY_USAGE] = "/ext/eku/critical",
};

/* RFC 5280: the profile says whether it is critical, unless it lets the request. */
bool choice_critical(const struct choice *c, enum cert_extension_kind kind, struct verdict *v)
{
    const struct profile_extension *rule = &c->in->profile->x.by[kind];
    const struct asked *asked = &c->asked[kind];
    bool beside = asked->given && asked->beside && asked->critical >= 0;
    int wished = c->wish_critical[kind] >= 0 ? c->wish_critical[kind]
                 : beside                    ? asked->critical
                                             : -1;
    const char *pointer = c->wish_critical[kind] >= 0 ? critical_pointers[kind] : asked->pointer;

    if (wished < 0 && asked->given && !asked->beside && rule->critical_from_request)
        return asked->critical == 1;
    if (wished < 0 || (wished == 1) == rule->critical || rule->critical_from_request)
        return wished < 0 ? rule->critical : wished == 1;
    judge_refuse(v,
                 &(struct says){"extensions.critical", pointer,
                                ca_bytes_str(wished == 1 ? "true" : "false"),
                                rule->critical ? "true" : "false"},
                 "this profile decides whether %s is critical", rule_name(kind));
    return rule->critical;
}

static void missing(const char *name, struct verdict *v)
{
    char pointer[POINTER_MAX];

    judge_refuse(v,
                 &(struct says){
                     "extensions.required", judge_pointer(pointer, "/ext", name), {NULL, 0},
                         NULL
    },
                 "this profile wants the request to bring %s", name);
}

/* Policies are taken by their object identifiers; their CPS addresses are the profile's. */
static void policies_with_cps(struct choice *c, struct verdict *v)
{
    const struct profile_extensions *x = &c->in->profile->x;
    struct asked *asked = &c->asked[EXT_CERTIFICATE_POLICIES];
    CA_AUTO(buf) struct ca_buf copy = {0};
    struct extension_policy list[EXTENSION_LIST_MAX];
    struct ca_err err;
    size_t n = 0;
    size_t at = c->octets->buf.len;

    ca_buf_bytes(&copy, piece_view(c, &asked->value)); /* c->octets may move */
    if (extension_policies_read(ca_buf_view(&copy), list, &n, &err) != CA_OK) {
        judge_refuse(v,
                     &(struct says){
                         "certificate_policies", asked->pointer, {NULL, 0},
                           NULL
        },
                     "%s", err.text);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        list[i].cps = (struct ca_bytes){NULL, 0};
        for (size_t j = 0; j < x->policy_allowed_n; j++) {
            if (ca_bytes_equal(x->policies_allowed[j].oid, list[i].oid))
                list[i].cps = x->policies_allowed[j].cps;
        }
    }
    extension_policies_write(c->octets, list, n);
    asked->value = piece_from(c, at);
}

static void take_asked(struct choice *c, enum cert_extension_kind kind, struct verdict *v)
{
    const struct asked *asked = &c->asked[kind];
    struct extension_case e = case_of(c, asked->pointer, v);

    if (asked->removed) {
        c->chosen[kind].value = (struct piece){
            {NULL, 0},
            0, 0
        };
        return;
    }
    if (kind == EXT_CERTIFICATE_POLICIES)
        policies_with_cps(c, v);
    rule_extension(&e, kind, piece_view(c, &asked->value));
    c->chosen[kind].value = asked->value;
}

static void choose_plain(struct choice *c, enum cert_extension_kind kind, struct verdict *v)
{
    const struct profile_extension *rule = &c->in->profile->x.by[kind];
    const struct asked *asked = &c->asked[kind];

    if (piece_view(c, &c->chosen[kind].value).len == 0) {
        c->chosen[kind].value.view =
            extension_default(c->in->profile, kind, csr_key_info(c->in->csr)->kind);
    }
    c->chosen[kind].critical = choice_critical(c, kind, v);
    if (!asked->given) {
        if (rule->required)
            missing(rule_name(kind), v);
    } else if (rule->from_request) {
        take_asked(c, kind, v);
    } else {
        choice_not_let(c, kind, v);
    }
}

static void choose_private(struct choice *c, size_t i, struct verdict *v)
{
    const struct profile_private *p = &c->in->profile->x.private[i];
    const struct asked *asked = &c->asked_private[i];
    struct chosen *to = &c->chosen_private[i];
    struct extension_case e = case_of(c, asked->pointer, v);
    const struct says says = {
        "private_extensions", asked->pointer, {NULL, 0},
          NULL
    };

    *to = (struct chosen){.value.view = p->rule.value, .critical = p->rule.critical};
    if (!asked->given) {
        if (p->rule.required)
            missing("other", v);
        return;
    }
    if (asked->beside && asked->critical == 1 && !p->rule.critical)
        judge_refuse(v, &says, "this profile decides whether it is critical");
    if (p->rule.from_request) {
        rule_private(&e, p, asked->value.view);
        to->value = asked->value;
    } else if (!ca_bytes_equal(asked->value.view, p->rule.value)) {
        if (asked->beside) {
            judge_refuse(v, &says, "the profile decides the value");
        } else {
            judge_note(v, &says, "the profile decides the value; the request asked for another");
        }
    }
}

/* The profile's own addresses stand in its value. */
static void choose_addresses(struct choice *c, enum cert_extension_kind kind,
                             enum profile_source source)
{
    size_t at = c->octets->buf.len;

    if (source == PROFILE_NONE || source == PROFILE_FROM_PROFILE)
        return;
    if (kind == EXT_CRL_DISTRIBUTION_POINTS && source == PROFILE_FROM_AUTHORITY &&
        c->in->issuer->crl_shards > 0) {
        crl_shard_write(c->octets, c->in->issuer, (struct ca_bytes){NULL, 0});
    } else {
        authority_addresses_write(c->octets, kind, c->in->issuer);
    }
    c->chosen[kind].value = piece_from(c, at);
}

static void choose_freshest(struct choice *c)
{
    size_t at = c->octets->buf.len;

    freshest_crl_write(c->octets, c->in->profile, c->in->issuer, (struct ca_bytes){NULL, 0});
    c->chosen[EXT_FRESHEST_CRL].value = piece_from(c, at);
}

/* Key identifiers follow from the keys. A CSR's are passed over, as most tools send one. */
static void not_for_anybody(const struct choice *c, enum cert_extension_kind kind,
                            struct verdict *v)
{
    const struct asked *asked = &c->asked[kind];

    if (asked->given && asked->beside) {
        judge_refuse(v,
                     &(struct says){
                         rule_name(kind), asked->pointer, {NULL, 0},
                           NULL
        },
                     "nobody may choose its value");
    }
}

static void choose_authority_key(struct choice *c, struct verdict *v)
{
    const struct profile_extensions *x = &c->in->profile->x;
    const struct issuer *issuer = c->in->issuer;
    bool full = x->authority_issuer || (x->authority_issuer_from_request && c->in->wish != NULL &&
                                        (c->in->wish->on & WISH_AUTHORITY_ISSUER) != 0);
    size_t at = c->octets->buf.len;

    if (!x->authority_key_id || c->in->profile->self_signed || issuer->key_id.len == 0)
        return;
    if (full && issuer->serial.len == 0) {
        judge_refuse(v,
                     &(struct says){
                         "authority_key_identifier.issuer", "/ext/aki/issuer", {NULL, 0},
                           NULL
        },
                     "the issuing authority has no certificate yet, so no issuer and serial");
        return;
    }
    authority_key_id_write(c->octets, issuer, full);
    c->chosen[EXT_AUTHORITY_KEY_IDENTIFIER].value = piece_from(c, at);
}

static void choose_subject_key(struct choice *c)
{
    uint8_t id[SPKI_KEY_ID_LEN] = {0};
    size_t at = c->octets->buf.len;
    struct ca_err err;

    if (c->in->profile->x.subject_key_id == PROFILE_KEY_ID_NONE)
        return;
    /* A digest that fails leaves zeros, which judge_tbs refuses. */
    (void)!key_id_make(c->in->profile->x.subject_key_id, csr_key_info(c->in->csr)->key, id, &err);
    der_put(c->octets, DER_OCTET_STRING, (struct ca_bytes){id, sizeof(id)});
    c->chosen[EXT_SUBJECT_KEY_IDENTIFIER].value = piece_from(c, at);
}

static const enum cert_extension_kind plain[] = {EXT_KEY_USAGE,
                                                 EXT_EXTENDED_KEY_USAGE,
                                                 EXT_CRL_DISTRIBUTION_POINTS,
                                                 EXT_FRESHEST_CRL,
                                                 EXT_AUTHORITY_INFO_ACCESS,
                                                 EXT_CERTIFICATE_POLICIES,
                                                 EXT_OCSP_NO_CHECK,
                                                 EXT_TLS_FEATURE,
                                                 EXT_MICROSOFT_TEMPLATE,
                                                 EXT_MICROSOFT_TEMPLATE_NAME,
                                                 EXT_MICROSOFT_SID};

static void clear(struct choice *c)
{
    memset(c->asked, 0, sizeof(c->asked));
    memset(c->asked_private, 0, sizeof(c->asked_private));
    memset(c->chosen, 0, sizeof(c->chosen));
    memset(c->chosen_private, 0, sizeof(c->chosen_private));
    memset(c->wish_critical, -1, sizeof(c->wish_critical));
}

void choice_extensions(struct choice *c, struct verdict *v)
{
    clear(c);
    choice_ask_csr(c, v);
    choice_ask_wish(c, v);
    choice_basic_constraints(c, v);
    choose_subject_key(c);
    choose_authority_key(c, v);
    not_for_anybody(c, EXT_SUBJECT_KEY_IDENTIFIER, v);
    not_for_anybody(c, EXT_AUTHORITY_KEY_IDENTIFIER, v);
    choose_addresses(c, EXT_CRL_DISTRIBUTION_POINTS, c->in->profile->x.crl_url);
    choose_freshest(c);
    choose_addresses(c, EXT_AUTHORITY_INFO_ACCESS, c->in->profile->x.authority_info);
    for (size_t i = 0; i < CA_COUNT(plain); i++)
        choose_plain(c, plain[i], v);
    choice_constraints(c, v);
    for (size_t i = 0; i < c->in->profile->x.private_n; i++)
        choose_private(c, i, v);
}
