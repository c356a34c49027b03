/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "policy/cert_internal.h"
#include "policy/profile_internal.h"

/* Microsoft's extensions, and private ones of which only the object identifier is known. */

static CA_RC choice_check(const char *key, bool has_value, bool has_choice, int required,
                          struct profile_extension *rule, struct ca_err *err)
{
    rule->from_request = has_choice;
    rule->required = profile_yes(required, false);
    if (!has_value && !has_choice)
        return PROFILE_BAD(CA_DENIED, "%s has no value, and nothing may be asked for", key);
    if (rule->required && !has_choice)
        return PROFILE_BAD(CA_DENIED, "%s.required, but nothing may be asked for", key);
    return CA_OK;
}

static CA_RC template_compile(struct profile *p, const struct profile_yaml_template *from,
                              struct ca_err *err)
{
    struct profile_extension *rule = &p->x.by[EXT_MICROSOFT_TEMPLATE];
    struct extension_template t = {.numbered = from->major != NULL};
    CA_AUTO(der_writer) struct der_writer w = {0};

    CA_TRY(choice_check("microsoft_template", from->oid != NULL, from->allow_count > 0,
                        from->required, rule, err));
    CA_TRY(profile_oids_keep(
        p, &(struct profile_oid_texts){"microsoft_template.allow", from->allow, from->allow_count},
        &p->x.templates_allowed, err));
    if ((from->major == NULL) != (from->minor == NULL) || (from->oid == NULL && t.numbered))
        return PROFILE_BAD(CA_DENIED, "microsoft_template: oid, major and minor go together");
    if (from->oid == NULL)
        return CA_OK;
    CA_TRY(profile_oid_keep(p, "microsoft_template.oid", from->oid, &t.oid, err));
    t.major = t.numbered ? *from->major : 0;
    t.minor = t.numbered ? *from->minor : 0;
    extension_template_write(&w, &t);
    return profile_keep_value(p, &w, &rule->value, err);
}

static CA_RC template_word_check(const char *word, struct ca_err *err)
{
    bool plain = strlen(word) <= EXTENSION_TEMPLATE_NAME_MAX;

    for (const char *c = word; *c != '\0'; c++)
        plain = plain && *c >= 0x20 && *c <= 0x7e;
    if (!plain) {
        return PROFILE_BAD(CA_MALFORMED, "microsoft_template_name '%.60s': ASCII, %d at most", word,
                           EXTENSION_TEMPLATE_NAME_MAX);
    }
    return CA_OK;
}

static CA_RC template_name_compile(struct profile *p, const struct profile_yaml_template_name *from,
                                   struct ca_err *err)
{
    struct profile_extension *rule = &p->x.by[EXT_MICROSOFT_TEMPLATE_NAME];
    CA_AUTO(der_writer) struct der_writer w = {0};

    CA_TRY(choice_check("microsoft_template_name", from->name != NULL, from->allow_count > 0,
                        from->required, rule, err));
    for (unsigned i = 0; i < from->allow_count; i++)
        CA_TRY(template_word_check(from->allow[i], err));
    p->x.template_names_allowed =
        (struct profile_texts){(const char *const *)from->allow, from->allow_count};
    if (from->name == NULL)
        return CA_OK;
    CA_TRY(template_word_check(from->name, err));
    extension_template_name_write(&w, from->name);
    return profile_keep_value(p, &w, &rule->value, err);
}

/* A SID says who somebody is in Active Directory: a requester may bring one only where the profile
 * names the domains (certificates that claim another's SID log on as that one). */
static CA_RC sid_compile(struct profile *p, const struct profile_yaml_sid *from, struct ca_err *err)
{
    struct profile_extension *rule = &p->x.by[EXT_MICROSOFT_SID];
    CA_AUTO(der_writer) struct der_writer w = {0};

    CA_TRY(choice_check("microsoft_sid", from->sid != NULL, from->domains_count > 0, from->required,
                        rule, err));
    for (unsigned i = 0; i < from->domains_count; i++) {
        if (!extension_is_sid(ca_bytes_str(from->domains[i]))) {
            return PROFILE_BAD(CA_MALFORMED, "microsoft_sid.domains '%.60s': as S-1-5-21-1-2-3",
                               from->domains[i]);
        }
    }
    p->x.sid_domains =
        (struct profile_texts){(const char *const *)from->domains, from->domains_count};
    if (from->sid == NULL)
        return CA_OK;
    if (!extension_is_sid(ca_bytes_str(from->sid))) {
        return PROFILE_BAD(CA_MALFORMED, "microsoft_sid.sid '%.60s': as S-1-5-21-1-2-3-1104",
                           from->sid);
    }
    extension_sid_write(&w, ca_bytes_str(from->sid));
    return profile_keep_value(p, &w, &rule->value, err);
}

CA_RC profile_compile_microsoft(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    if (y->x.microsoft_template != NULL)
        CA_TRY(template_compile(p, y->x.microsoft_template, err));
    if (y->x.microsoft_template_name != NULL)
        CA_TRY(template_name_compile(p, y->x.microsoft_template_name, err));
    return y->x.microsoft_sid != NULL ? sid_compile(p, y->x.microsoft_sid, err) : CA_OK;
}

/* Not one that has rules of its own, under id-ce or elsewhere, and none twice. */
static CA_RC private_oid_check(const struct profile *p, const char *text, struct ca_bytes oid,
                               struct ca_err *err)
{
    enum cert_extension_kind kind;

    if (extension_kind_find(oid, &kind)) {
        return PROFILE_BAD(CA_DENIED, "private_extensions '%.60s' is %s, which has its own key",
                           text, cert_extension_info(kind)->name);
    }
    if (oid.len >= 2 && oid.ptr[0] == 0x55 && oid.ptr[1] == 0x1d) {
        return PROFILE_BAD(CA_DENIED, "private_extensions '%.60s' is one of X.509 itself (2.5.29)",
                           text);
    }
    for (size_t i = 0; i < p->x.private_n; i++) {
        if (ca_bytes_equal(p->x.private[i].oid, oid))
            return PROFILE_BAD(CA_DENIED, "private_extensions '%.60s' stands there twice", text);
    }
    return CA_OK;
}

static CA_RC private_value_read(struct profile *p, const struct profile_yaml_private *from,
                                struct profile_private *ret, struct ca_err *err)
{
    uint8_t octets[PROFILE_PRIVATE_DER_MAX];
    struct ca_bytes der = {octets, 0};
    struct ca_err why = {0};

    if (from->value == NULL)
        return CA_OK;
    if (ca_hex_parse(ca_bytes_str(from->value), octets, sizeof(octets), &der.len, &why) != CA_OK ||
        extension_der_check(der, &why) != CA_OK) {
        return PROFILE_BAD(CA_MALFORMED,
                           "private_extensions '%.60s': value is not DER in "
                           "hexadecimal: %.80s",
                           from->oid, why.text);
    }
    return profile_keep(p, der, &ret->rule.value, err);
}

static CA_RC private_read(struct profile *p, const struct profile_yaml_private *from,
                          struct ca_err *err)
{
    struct profile_private *ret = &p->x.private[p->x.private_n];

    if (from->oid == NULL)
        return PROFILE_BAD(CA_MALFORMED, "private_extensions: an entry without oid");
    CA_TRY(profile_oid_keep(p, "private_extensions.oid", from->oid, &ret->oid, err));
    CA_TRY(private_oid_check(p, from->oid, ret->oid, err));
    CA_TRY(choice_check("private_extensions", from->value != NULL, from->max > 0, from->required,
                        &ret->rule, err));
    if (from->max > PROFILE_PRIVATE_DER_MAX) {
        return PROFILE_BAD(CA_DENIED, "private_extensions.max is above %d",
                           PROFILE_PRIVATE_DER_MAX);
    }
    ret->max = from->max;
    ret->rule.critical = profile_yes(from->critical, false);
    CA_TRY(private_value_read(p, from, ret, err));
    p->x.private_n++;
    return CA_OK;
}

CA_RC profile_compile_private(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    if (y->x.private_extensions_count > PROFILE_PRIVATE_MAX)
        return PROFILE_BAD(CA_DENIED, "more than %d private_extensions", PROFILE_PRIVATE_MAX);
    for (unsigned i = 0; i < y->x.private_extensions_count; i++)
        CA_TRY(private_read(p, &y->x.private_extensions[i], err));
    return CA_OK;
}
