/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/dns.h"
#include "policy/profile_internal.h"

/* The sections subject and subject_alt_name. */

static CA_RC attribute_compile(enum name_attribute a, const struct profile_yaml_attribute *from,
                               struct profile_attribute *ret, struct ca_err *err)
{
    const char *key = name_attribute_info(a)->json;
    struct name_value v = {.attribute = a};

    ret->use = (enum profile_use)from->use;
    ret->max = from->max == 0 ? 1 : from->max;
    if (ret->max > NAME_VALUES_MAX) {
        return PROFILE_BAD(CA_DENIED, "subject.attributes.%s.max is above %d", key,
                           NAME_VALUES_MAX);
    }
    if ((from->value != NULL) != (ret->use == PROFILE_FIXED)) {
        return PROFILE_BAD(CA_DENIED, "subject.attributes.%s: use 'fixed' and a value go together",
                           key);
    }
    if (from->value == NULL)
        return CA_OK;
    ret->value = v.value = ca_bytes_str(from->value);
    return name_value_check(&v, err);
}

CA_RC profile_compile_subject(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    if (y->subject == NULL)
        return CA_OK;
    p->refuse_unlisted = y->subject->unlisted != 0;
    p->common_name_in_san = profile_yes(y->subject->common_name_in_san, false);
    for (int a = 0; a < NAME__COUNT && y->subject->attributes != NULL; a++) {
        if (y->subject->attributes->by[a] != NULL) {
            CA_TRY(attribute_compile((enum name_attribute)a, y->subject->attributes->by[a],
                                     &p->subject[a], err));
        }
    }
    return CA_OK;
}

static CA_RC names_compile(const char *key, const struct profile_yaml_names *from, size_t max,
                           struct profile_names *ret, struct ca_err *err)
{
    if (from == NULL || !profile_yes(from->allow, false))
        return CA_OK;
    ret->allow = true;
    ret->max = from->max == 0 ? max : from->max;
    ret->wildcard = profile_yes(from->wildcard, false);
    ret->refuse_public_suffix = from->public_suffix != 0;
    ret->suffixes = (const char *const *)from->suffixes;
    ret->suffix_n = from->suffixes_count;
    for (size_t i = 0; i < ret->suffix_n; i++) {
        if (!dns_is_host(ca_bytes_str(from->suffixes[i]))) {
            return PROFILE_BAD(CA_MALFORMED,
                               "subject_alt_name.%s.suffixes: '%.80s' is not a host name", key,
                               from->suffixes[i]);
        }
    }
    return CA_OK;
}

CA_RC profile_compile_san(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_san *from = y->subject_alt_name;
    bool any = false;

    if (from == NULL)
        return CA_OK;
    p->san_use = (enum profile_use)from->use;
    p->san_max = from->max == 0 ? 100 : from->max;
    if (p->san_max > SAN_COUNT_MAX)
        return PROFILE_BAD(CA_DENIED, "subject_alt_name.max is above %d", SAN_COUNT_MAX);
    CA_TRY(names_compile("dns", from->dns, p->san_max, &p->names[SAN_DNS], err));
    CA_TRY(names_compile("ip", from->ip, p->san_max, &p->names[SAN_IP], err));
    CA_TRY(names_compile("email", from->email, p->san_max, &p->names[SAN_EMAIL], err));
    CA_TRY(names_compile("uri", from->uri, p->san_max, &p->names[SAN_URI], err));
    for (size_t i = 0; i < CA_COUNT(p->names); i++)
        any = any || p->names[i].allow;
    if (any != (p->san_use != PROFILE_FORBIDDEN)) {
        return PROFILE_BAD(CA_DENIED, "subject_alt_name: %s",
                           any ? "names are allowed, but use is forbidden"
                               : "no kind of name is allowed");
    }
    return CA_OK;
}
