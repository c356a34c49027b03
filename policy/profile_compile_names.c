/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/der.h"
#include "policy/dns.h"
#include "policy/network.h"
#include "policy/profile_internal.h"

/* The sections subject and subject_alt_name. */

enum { KEY_TEXT = 80 };

static struct profile_words words(char **list, unsigned n)
{
    return (struct profile_words){(const char *const *)list, n};
}

static CA_RC pattern_read(const char *key, const char *text, struct pattern **ret,
                          struct ca_err *err)
{
    struct ca_err why = {0};
    enum ca_rc rc = text == NULL ? CA_OK : pattern_compile(text, ret, &why);

    if (rc == CA_MALFORMED)
        return PROFILE_BAD(CA_MALFORMED, "%s: %.180s", key, why.text);
    return rc == CA_OK ? CA_OK : CA_FAIL_NOMEM(err);
}

/* RFC 5280 appendix A gives country, serialNumber, DC and e-mail one type each. */
static CA_RC encoding_read(enum name_attribute a, int asked, unsigned *ret, struct ca_err *err)
{
    const struct name_attribute_info *info = name_attribute_info(a);

    *ret = asked != 0 ? (unsigned)asked : info->tag;
    if (info->tag != DER_UTF8_STRING && *ret != info->tag) {
        return PROFILE_BAD(CA_DENIED, "subject.attributes.%s is always a %s", info->json,
                           name_tag_name(info->tag));
    }
    if (*ret == DER_IA5_STRING && info->tag == DER_UTF8_STRING && a != NAME_UNSTRUCTURED_NAME) {
        return PROFILE_BAD(CA_DENIED, "subject.attributes.%s cannot be an IA5String", info->json);
    }
    return CA_OK;
}

/* Could a certificate hold this value that the profile names itself? */
static CA_RC own_value_check(enum name_attribute a, const struct profile_attribute *rule,
                             const char *value, struct ca_err *err)
{
    const char *key = name_attribute_info(a)->json;
    const struct name_value v = {a, rule->tag, ca_bytes_str(value)};

    CA_TRY(name_value_check(&v, err));
    if (!name_fits(rule->tag, v.value)) {
        return PROFILE_BAD(CA_DENIED, "subject.attributes.%s: '%.60s' does not fit its encoding",
                           key, value);
    }
    if (rule->pattern != NULL && pattern_match(rule->pattern, v.value) != PATTERN_YES) {
        return PROFILE_BAD(CA_DENIED, "subject.attributes.%s: '%.60s' does not match its pattern",
                           key, value);
    }
    return CA_OK;
}

static CA_RC attribute_compile(enum name_attribute a, const struct profile_yaml_attribute *from,
                               struct profile_attribute *ret, struct ca_err *err)
{
    const char *json = name_attribute_info(a)->json;
    char key[KEY_TEXT];

    ret->use = (enum profile_use)from->use;
    ret->max = from->max == 0 ? 1 : from->max;
    ret->values = words(from->values, from->values_count);
    if (ret->max > NAME_VALUES_MAX) {
        return PROFILE_BAD(CA_DENIED, "subject.attributes.%s.max is above %d", json,
                           NAME_VALUES_MAX);
    }
    if ((from->value != NULL) != (ret->use == PROFILE_FIXED)) {
        return PROFILE_BAD(CA_DENIED, "subject.attributes.%s: use 'fixed' and a value go together",
                           json);
    }
    if (ret->use == PROFILE_FIXED && (from->pattern != NULL || from->values_count > 0)) {
        return PROFILE_BAD(CA_DENIED, "subject.attributes.%s is fixed: no pattern, no values",
                           json);
    }
    CA_TRY(encoding_read(a, from->encoding, &ret->tag, err));
    (void)snprintf(key, sizeof(key), "subject.attributes.%s", json);
    CA_TRY(pattern_read(key, from->pattern, &ret->pattern, err));
    for (size_t i = 0; i < ret->values.n; i++)
        CA_TRY(own_value_check(a, ret, ret->values.list[i], err));
    if (from->value == NULL)
        return CA_OK;
    ret->value = ca_bytes_str(from->value);
    return own_value_check(a, ret, from->value, err);
}

/* The attributes that are named come first, in that order; the others behind, in their own. */
static CA_RC order_compile(struct profile *p, char *const *names, unsigned n, struct ca_err *err)
{
    bool placed[NAME__COUNT] = {false};
    size_t at = 0;

    for (unsigned i = 0; i < n; i++) {
        enum name_attribute a;

        if (!name_attribute_find(names[i], &a))
            return PROFILE_BAD(CA_MALFORMED, "subject.order: no attribute '%.40s'", names[i]);
        if (placed[a])
            return PROFILE_BAD(CA_DENIED, "subject.order: '%.40s' stands there twice", names[i]);
        placed[a] = true;
        p->order[at++] = a;
    }
    for (int a = 0; a < NAME__COUNT; a++) {
        if (!placed[a])
            p->order[at++] = (enum name_attribute)a;
    }
    return CA_OK;
}

CA_RC profile_compile_subject(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_subject *from = y->subject;

    for (int a = 0; a < NAME__COUNT; a++)
        p->subject[a].tag = name_attribute_info((enum name_attribute)a)->tag;
    CA_TRY(order_compile(p, from == NULL ? NULL : from->order, from == NULL ? 0 : from->order_count,
                         err));
    if (from == NULL)
        return CA_OK;
    p->refuse_unlisted = from->unlisted != 0;
    p->common_name_in_san = profile_yes(from->common_name_in_san, false);
    p->unique_common_name = profile_yes(from->unique_common_name, false);
    for (int a = 0; a < NAME__COUNT && from->attributes != NULL; a++) {
        if (from->attributes->by[a] != NULL) {
            CA_TRY(attribute_compile((enum name_attribute)a, from->attributes->by[a],
                                     &p->subject[a], err));
        }
    }
    return CA_OK;
}

static const char *const san_keys[SAN__COUNT] = {
    [SAN_EMAIL] = "email", [SAN_DNS] = "dns", [SAN_DIRECTORY] = "directory",
    [SAN_URI] = "uri",     [SAN_IP] = "ip",   [SAN_RID] = "registered_id",
    [SAN_UPN] = "upn",
};

const char *profile_san_key(enum san_type type)
{
    return san_keys[type];
}

static CA_RC suffixes_check(const char *key, const struct profile_words *suffixes,
                            struct ca_err *err)
{
    for (size_t i = 0; i < suffixes->n; i++) {
        if (!dns_is_host(ca_bytes_str(suffixes->list[i]))) {
            return PROFILE_BAD(CA_MALFORMED,
                               "subject_alt_name.%s.suffixes: '%.80s' is not a host name", key,
                               suffixes->list[i]);
        }
    }
    return CA_OK;
}

static CA_RC networks_check(const char *key, const struct profile_words *networks,
                            struct ca_err *err)
{
    struct network ignored;

    for (size_t i = 0; i < networks->n; i++) {
        if (!network_parse(networks->list[i], &ignored)) {
            return PROFILE_BAD(CA_MALFORMED,
                               "subject_alt_name.%s.networks: '%.60s' is not a network "
                               "(192.0.2.0/24, 2001:db8::/32)",
                               key, networks->list[i]);
        }
    }
    return CA_OK;
}

/* A list of allowed domains or networks that lie all inside denied ones lets nothing through. */
static bool denies_all(const struct profile_names *n)
{
    size_t denied = 0;

    for (size_t i = 0; i < n->suffixes.n; i++) {
        for (size_t j = 0; j < n->deny_suffixes.n; j++) {
            if (dns_is_under(ca_bytes_str(n->suffixes.list[i]), n->deny_suffixes.list[j])) {
                denied++;
                break;
            }
        }
    }
    for (size_t i = 0; i < n->networks.n; i++) {
        for (size_t j = 0; j < n->deny_networks.n; j++) {
            if (network_is_inside(n->networks.list[i], n->deny_networks.list[j])) {
                denied++;
                break;
            }
        }
    }
    return n->suffixes.n + n->networks.n > 0 && denied == n->suffixes.n + n->networks.n;
}

static CA_RC counts_compile(const char *key, const struct profile_yaml_names *from, size_t max,
                            struct profile_names *ret, struct ca_err *err)
{
    ret->min = from->min;
    ret->max = from->max == 0 ? max : from->max;
    if (ret->min > ret->max || ret->max > max) {
        return PROFILE_BAD(CA_DENIED,
                           "subject_alt_name.%s: min, max and subject_alt_name.max (%zu) must not "
                           "fall",
                           key, max);
    }
    return CA_OK;
}

static CA_RC names_compile(const char *key, const struct profile_yaml_names *from, size_t max,
                           struct profile_names *ret, struct ca_err *err)
{
    char path[KEY_TEXT];

    if (from == NULL || !profile_yes(from->allow, false))
        return CA_OK;
    ret->allow = true;
    CA_TRY(counts_compile(key, from, max, ret, err));
    ret->wildcard = profile_yes(from->wildcard, false);
    ret->refuse_public_suffix = from->public_suffix != 0;
    ret->suffixes = words(from->suffixes, from->suffixes_count);
    ret->deny_suffixes = words(from->deny_suffixes, from->deny_suffixes_count);
    ret->networks = words(from->networks, from->networks_count);
    ret->deny_networks = words(from->deny_networks, from->deny_networks_count);
    CA_TRY(suffixes_check(key, &ret->suffixes, err));
    CA_TRY(suffixes_check(key, &ret->deny_suffixes, err));
    CA_TRY(networks_check(key, &ret->networks, err));
    CA_TRY(networks_check(key, &ret->deny_networks, err));
    if (denies_all(ret)) {
        return PROFILE_BAD(CA_DENIED, "subject_alt_name.%s: all that is allowed is denied too",
                           key);
    }
    (void)snprintf(path, sizeof(path), "subject_alt_name.%s", key);
    CA_TRY(pattern_read(path, from->pattern, &ret->pattern, err));
    return pattern_read(path, from->deny_pattern, &ret->deny_pattern, err);
}

CA_RC profile_compile_san(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_san *from = y->subject_alt_name;
    bool any = false;
    size_t least = 0;

    if (from == NULL)
        return CA_OK;
    p->san_use = (enum profile_use)from->use;
    p->san_max = from->max == 0 ? 100 : from->max;
    if (p->san_max > SAN_COUNT_MAX)
        return PROFILE_BAD(CA_DENIED, "subject_alt_name.max is above %d", SAN_COUNT_MAX);
    for (size_t i = 0; i < SAN__COUNT; i++) {
        CA_TRY(names_compile(san_keys[i], from->by[i], p->san_max, &p->names[i], err));
        any = any || p->names[i].allow;
        least += p->names[i].min;
    }
    if (any != (p->san_use != PROFILE_FORBIDDEN)) {
        return PROFILE_BAD(CA_DENIED, "subject_alt_name: %s",
                           any ? "names are allowed, but use is forbidden"
                               : "no kind of name is allowed");
    }
    if (least > p->san_max) {
        return PROFILE_BAD(CA_DENIED, "subject_alt_name: %zu names are required, %zu allowed",
                           least, p->san_max);
    }
    return CA_OK;
}
