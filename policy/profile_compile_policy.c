/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/oid.h"
#include "policy/profile_internal.h"
#include "policy/usage.h"
#include "policy/web_url.h"

/* Certificate policies and name constraints; lists of object identifiers. */

CA_RC profile_oid_keep(struct profile *p, const char *key, const char *text, struct ca_bytes *ret,
                       struct ca_err *err)
{
    const struct usage *usage = usage_find(text);
    CA_AUTO(buf) struct ca_buf octets = {0};
    struct ca_err why = {0};
    enum ca_rc rc = oid_parse(usage != NULL ? usage->oid : text, &octets, &why);

    if (rc == CA_MALFORMED) {
        return CA_FAIL(err, CA_MALFORMED, "profile: %s '%.60s' is not an object identifier", key,
                       text);
    }
    if (rc != CA_OK)
        return CA_FAIL_NOMEM(err);
    return profile_keep(p, ca_buf_view(&octets), ret, err);
}

CA_RC profile_oids_keep(struct profile *p, const struct profile_oid_texts *from,
                        struct profile_oids *ret, struct ca_err *err)
{
    struct ca_bytes list[PROFILE_LIST_MAX];
    struct ca_bytes kept = {0};

    for (unsigned i = 0; i < from->n; i++) {
        CA_TRY(profile_oid_keep(p, from->key, from->texts[i], &list[i], err));
        for (unsigned j = 0; j < i; j++) {
            if (ca_bytes_equal(list[i], list[j])) {
                return PROFILE_BAD(CA_DENIED, "%s '%.60s' stands there twice", from->key,
                                   from->texts[i]);
            }
        }
    }
    CA_TRY(profile_keep(p, (struct ca_bytes){(const uint8_t *)list, from->n * sizeof(list[0])},
                        &kept, err));
    ret->list = (struct ca_bytes *)(uintptr_t)kept.ptr;
    ret->n = from->n;
    return CA_OK;
}

/* The CPS address of this policy, as octets of the YAML; len 0: none. */
static struct ca_bytes cps_of(const struct profile_yaml *y, const char *policy)
{
    for (unsigned i = 0; i < y->x.policy_qualifiers_count; i++) {
        const struct profile_yaml_qualifier *q = &y->x.policy_qualifiers[i];

        if (strcmp(q->policy, policy) == 0)
            return ca_bytes_str(q->cps);
    }
    return (struct ca_bytes){NULL, 0};
}

static bool is_named(const char *text, char *const *list, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (strcmp(list[i], text) == 0)
            return true;
    }
    return false;
}

static CA_RC qualifier_check(const struct profile_yaml *y, unsigned at, struct ca_err *err)
{
    const struct profile_yaml_extensions *x = &y->x;
    const struct profile_yaml_qualifier *q = &x->policy_qualifiers[at];

    if (q->user_notice != NULL) {
        return PROFILE_BAD(CA_DENIED, "policy_qualifiers.user_notice: no client shows it, and RFC "
                                      "5280 4.2.1.4 recommends the policy alone");
    }
    if (q->policy == NULL || q->cps == NULL)
        return PROFILE_BAD(CA_DENIED, "policy_qualifiers: policy and cps go together");
    if (!web_url_is(ca_bytes_str(q->cps))) {
        return PROFILE_BAD(CA_MALFORMED, "policy_qualifiers.cps '%.80s' is not an http address",
                           q->cps);
    }
    if (!is_named(q->policy, x->certificate_policies, x->certificate_policies_count) &&
        !is_named(q->policy, x->policies_allowed, x->policies_allowed_count)) {
        return PROFILE_BAD(CA_DENIED, "policy_qualifiers: policy '%.60s' is in no list", q->policy);
    }
    for (unsigned i = 0; i < at; i++) {
        if (strcmp(x->policy_qualifiers[i].policy, q->policy) == 0) {
            return PROFILE_BAD(CA_DENIED, "policy_qualifiers '%.60s' stands there twice",
                               q->policy);
        }
    }
    return CA_OK;
}

static CA_RC policies_keep(struct profile *p, const struct profile_yaml *y,
                           const struct profile_oid_texts *from, struct extension_policy **ret,
                           struct ca_err *err)
{
    struct extension_policy list[PROFILE_LIST_MAX];
    struct profile_oids oids = {0};
    struct ca_bytes kept = {0};

    CA_TRY(profile_oids_keep(p, from, &oids, err));
    for (unsigned i = 0; i < from->n; i++)
        list[i] = (struct extension_policy){oids.list[i], cps_of(y, from->texts[i])};
    CA_TRY(profile_keep(p, (struct ca_bytes){(const uint8_t *)list, from->n * sizeof(list[0])},
                        &kept, err));
    *ret = (struct extension_policy *)(uintptr_t)kept.ptr;
    return CA_OK;
}

CA_RC profile_compile_policies(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_extensions *x = &y->x;
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct profile_oid_texts fixed = {"certificate_policies", x->certificate_policies,
                                      x->certificate_policies_count};
    struct profile_oid_texts allowed = {"policies_allowed", x->policies_allowed,
                                        x->policies_allowed_count};

    for (unsigned i = 0; i < x->policy_qualifiers_count; i++)
        CA_TRY(qualifier_check(y, i, err));
    for (unsigned i = 0; i < fixed.n && allowed.n > 0; i++) {
        if (!is_named(fixed.texts[i], allowed.texts, allowed.n)) {
            return PROFILE_BAD(CA_DENIED,
                               "certificate_policies are not all among policies_allowed");
        }
    }
    CA_TRY(policies_keep(p, y, &fixed, &p->x.policies, err));
    CA_TRY(policies_keep(p, y, &allowed, &p->x.policies_allowed, err));
    p->x.policy_n = fixed.n;
    p->x.policy_allowed_n = allowed.n;
    p->x.by[EXT_CERTIFICATE_POLICIES].from_request = allowed.n > 0;
    if (fixed.n == 0)
        return CA_OK;
    extension_policies_write(&w, p->x.policies, p->x.policy_n);
    return profile_keep_value(p, &w, &p->x.by[EXT_CERTIFICATE_POLICIES].value, err);
}

struct trees {
    struct name_subtree list[EXTENSION_SUBTREES_MAX];
    size_t n;
};

static CA_RC form_read(struct profile *p, struct trees *ret, const char *type,
                       const struct profile_oid_texts *from, bool excluded, struct ca_err *err)
{
    for (unsigned i = 0; i < from->n; i++) {
        CA_AUTO(buf) struct ca_buf own = {0};
        struct name_subtree *t = &ret->list[ret->n];
        struct san_slice slice;
        struct ca_err why = {0};
        enum ca_rc rc;

        if (ret->n == CA_COUNT(ret->list))
            return PROFILE_BAD(CA_DENIED, "more than %zu subtrees", CA_COUNT(ret->list));
        rc = name_subtree_parse(type, from->texts[i], &own, &slice, &why);
        if (rc != CA_OK)
            return PROFILE_BAD(rc, "%s.%s: %.160s", from->key, type, why.text);
        t->excluded = excluded;
        t->type = slice.type;
        CA_TRY(profile_keep(p, ca_buf_view(&own), &t->base, err));
        ret->n++;
    }
    return CA_OK;
}

static CA_RC trees_read(struct profile *p, struct trees *ret,
                        const struct profile_yaml_subtrees *from, bool excluded, struct ca_err *err)
{
    const char *key = excluded ? "excluded_subtrees" : "permitted_subtrees";

    if (from == NULL)
        return CA_OK;
    CA_TRY(form_read(p, ret, "dns", &(struct profile_oid_texts){key, from->dns, from->dns_count},
                     excluded, err));
    CA_TRY(form_read(p, ret, "email",
                     &(struct profile_oid_texts){key, from->email, from->email_count}, excluded,
                     err));
    CA_TRY(form_read(p, ret, "ip", &(struct profile_oid_texts){key, from->ip, from->ip_count},
                     excluded, err));
    return form_read(p, ret, "directory",
                     &(struct profile_oid_texts){key, from->directory, from->directory_count},
                     excluded, err);
}

CA_RC profile_compile_subtrees(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    struct profile_extension *rule = &p->x.by[EXT_NAME_CONSTRAINTS];
    struct trees trees = {.n = 0};
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct ca_bytes kept = {0};

    p->x.name_constraints = (enum profile_source)y->x.name_constraints;
    if (p->x.name_constraints != PROFILE_NONE && !p->basic_constraints.ca)
        return PROFILE_BAD(CA_DENIED, "name_constraints are for CA certificates");
    rule->critical = true; /* RFC 5280 4.2.1.10 */
    rule->from_request = p->x.name_constraints == PROFILE_FROM_REQUEST;
    CA_TRY(trees_read(p, &trees, y->x.permitted_subtrees, false, err));
    CA_TRY(trees_read(p, &trees, y->x.excluded_subtrees, true, err));
    if ((trees.n > 0 && p->x.name_constraints == PROFILE_NONE) ||
        (trees.n == 0 && p->x.name_constraints == PROFILE_FROM_PROFILE)) {
        return PROFILE_BAD(CA_DENIED, "name_constraints: fixed goes together with "
                                      "permitted_subtrees or excluded_subtrees");
    }
    if (trees.n == 0)
        return CA_OK;
    CA_TRY(profile_keep(
        p, (struct ca_bytes){(const uint8_t *)trees.list, trees.n * sizeof(trees.list[0])}, &kept,
        err));
    p->x.subtrees = (struct name_subtree *)(uintptr_t)kept.ptr;
    p->x.subtree_n = trees.n;
    extension_subtrees_write(&w, p->x.subtrees, p->x.subtree_n);
    return profile_keep_value(p, &w, &rule->value, err);
}
