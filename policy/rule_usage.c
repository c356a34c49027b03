/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/cert_internal.h"
#include "policy/judge_internal.h"
#include "policy/oid.h"
#include "policy/usage.h"

/* Key usage and extended key usage (RFC 5280 4.2.1.3 and 4.2.1.12). */

const char *key_usage_text(uint32_t bits, char ret[160])
{
    size_t at = 0;

    ret[0] = '\0';
    for (unsigned bit = 0; profile_key_usage_name(bit) != NULL && at < 160; bit++) {
        if ((bits >> bit & 1U) != 0) {
            at += (size_t)snprintf(ret + at, 160 - at, "%s%s", at > 0 ? ", " : "",
                                   profile_key_usage_name(bit));
        }
    }
    return ret;
}

void rule_key_usage(const struct extension_case *e, struct ca_bytes value)
{
    uint32_t allow = e->profile->x.key_usage[profile_class_of(e->key)].allow;
    uint32_t bits = 0;
    char asked[160] = "";
    char allowed[160];
    struct says says = {
        "key_usage", e->pointer, {NULL, 0},
          key_usage_text(allow, allowed)
    };
    const char *fault;
    struct ca_err err;

    if (key_usage_read(value, &bits, &err) != CA_OK) {
        judge_refuse(e->verdict, &says, "%s", err.text);
        return;
    }
    fault = key_usage_fault(e->key, bits, e->profile->basic_constraints.ca);
    if ((bits & ~allow) != 0) {
        says.value = ca_bytes_str(key_usage_text(bits & ~allow, asked));
        judge_refuse(e->verdict, &says, "this profile does not allow %s", asked);
    } else if (fault != NULL) {
        says.value = ca_bytes_str(key_usage_text(bits, asked));
        judge_refuse(e->verdict, &says, "%s", fault);
    }
}

static bool is_allowed(const struct profile *p, struct ca_bytes oid)
{
    for (size_t i = 0; i < p->x.usages_allowed.n; i++) {
        if (ca_bytes_equal(p->x.usages_allowed.list[i], oid))
            return true;
    }
    return false;
}

/* "server_auth, 1.2.3" */
static void usages_text(const struct profile_oids *list, struct ca_buf *ret)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct usage *usage = usage_of(list->list[i]);

        if (i > 0)
            ca_buf_str(ret, ", ");
        if (usage != NULL) {
            ca_buf_str(ret, usage->name);
        } else {
            oid_text(list->list[i], ret);
        }
    }
}

void rule_usages(const struct extension_case *e, struct ca_bytes value)
{
    CA_AUTO(buf) struct ca_buf allowed = {0};
    struct ca_bytes oids[EXTENSION_LIST_MAX];
    struct says says = {
        "extended_key_usage", e->pointer, {NULL, 0},
          NULL
    };
    size_t n = 0;
    struct ca_err err;

    if (extension_oids_read(value, oids, &n, &err) != CA_OK) {
        judge_refuse(e->verdict, &says, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        CA_AUTO(buf) struct ca_buf asked = {0};

        if (is_allowed(e->profile, oids[i]))
            continue;
        ca_buf_reset(&allowed);
        usages_text(&e->profile->x.usages_allowed, &allowed);
        usages_text(&(struct profile_oids){&oids[i], 1}, &asked);
        says.value = ca_buf_view(&asked);
        says.allowed = ca_buf_cstr(&allowed);
        judge_refuse(e->verdict, &says, "this profile does not allow this usage");
    }
}

static void critical_rule(const struct extension_case *e, const struct ca_bytes *oids, size_t n,
                          bool critical)
{
    const struct says says = {
        "extended_key_usage.critical", e->pointer, {NULL, 0},
          NULL
    };

    for (size_t i = 0; i < n; i++) {
        if (critical && usage_is_any(oids[i]))
            judge_refuse(e->verdict, &says, "any is never critical (RFC 5280 4.2.1.12)");
        if (usage_is_time_stamping(oids[i]) && (n != 1 || !critical)) {
            judge_refuse(e->verdict, &says,
                         "time_stamping stands alone and is critical (RFC 3161 2.3)");
        }
    }
}

void rule_usages_together(const struct extension_case *e, const struct cert_extension *key_usage,
                          const struct cert_extension *usages)
{
    struct ca_bytes oids[EXTENSION_LIST_MAX];
    const struct usage *unserved;
    uint32_t bits = 0;
    size_t n = 0;
    char asked[160];
    char allowed[160];
    struct ca_err err;

    if (usages == NULL || extension_oids_read(usages->value, oids, &n, &err) != CA_OK)
        return;
    critical_rule(e, oids, n, usages->critical);
    if (e->profile->basic_constraints.ca || key_usage == NULL ||
        key_usage_read(key_usage->value, &bits, &err) != CA_OK)
        return;
    unserved = usage_unserved(oids, n, bits);
    if (unserved != NULL) {
        judge_refuse(e->verdict,
                     &(struct says){"extended_key_usage.key_usage", e->pointer,
                                    ca_bytes_str(key_usage_text(bits, asked)),
                                    key_usage_text(unserved->key_usage, allowed)},
                     "%s does not go with this key usage (RFC 5280 4.2.1.12)", unserved->name);
    }
}
