/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "ca/wish_internal.h"
#include "policy/oid.h"
#include "policy/usage.h"

/* What is asked for of extensions. Octets that are made here go to buffers that grow, so views are
 * taken when they have stopped. */

enum { FORM_MAX = 16, OIDS_MAX = 2 * EXTENSION_LIST_MAX + WISH_EXTENSIONS_MAX };

struct slice {
    size_t at, len;
};

struct slices {
    struct slice list[OIDS_MAX];
    size_t n;
};

/* A usage by name or an OID, at /ext/eku/usages/0. */
static CA_RC oid_read(const char *text, struct ca_buf *own, struct slices *ret, const char *where,
                      struct ca_err *err)
{
    const struct usage *usage = usage_find(text);
    size_t at = own->len;
    struct ca_err why = {0};
    enum ca_rc rc = oid_parse(usage != NULL ? usage->oid : text, own, &why);

    if (rc == CA_MALFORMED)
        return CA_FAIL(err, CA_MALFORMED, "%s: '%.60s' is not an object identifier", where, text);
    if (rc != CA_OK)
        return CA_FAIL_NOMEM(err);
    ret->list[ret->n++] = (struct slice){at, own->len - at};
    return CA_OK;
}

static CA_RC texts_read(const struct wire_text *texts, uint32_t n, const char *pointer,
                        struct wish_read *w, struct slices *ret, struct ca_err *err)
{
    if (n > EXTENSION_LIST_MAX)
        return CA_FAIL(err, CA_LIMIT, "%s: more than %d", pointer, EXTENSION_LIST_MAX);
    for (uint32_t i = 0; i < n; i++) {
        char where[64];

        (void)snprintf(where, sizeof(where), "%s/%u", pointer, i);
        CA_TRY(oid_read(texts[i].text, &w->oids, ret, where, err));
    }
    return CA_OK;
}

static CA_RC others_read(const struct wire_issue *ask, struct wish_read *w, struct slices *ret,
                         struct ca_err *err)
{
    if (ask->extensions_n > WISH_EXTENSIONS_MAX)
        return CA_FAIL(err, CA_LIMIT, "/ext/other: more than %d", WISH_EXTENSIONS_MAX);
    for (uint32_t i = 0; i < ask->extensions_n; i++) {
        char where[64];

        (void)snprintf(where, sizeof(where), "/ext/other/%u/oid", i);
        CA_TRY(oid_read(ask->extensions[i].oid, &w->oids, ret, where, err));
    }
    return CA_OK;
}

static struct ca_bytes view(const struct wish_read *w, const struct slice *s)
{
    return (struct ca_bytes){w->oids.ptr + s->at, s->len};
}

static void views_set(const struct wire_issue *ask, const struct slices *s, struct wish_read *ret)
{
    const struct slice *at = s->list;

    for (uint32_t i = 0; i < ask->usages_n; i++)
        ret->usages[i] = view(ret, at++);
    for (uint32_t i = 0; i < ask->policies_n; i++)
        ret->policies[i] = view(ret, at++);
    for (uint32_t i = 0; i < ask->extensions_n; i++) {
        ret->extensions[i] = (struct wish_extension){view(ret, at++), ask->extensions[i].critical,
                                                     ask->extensions[i].value};
    }
}

/* "permitted_dns": which side, and the kind of name. */
static bool form_read(const char *type, bool *ret_excluded, char form[FORM_MAX])
{
    static const char *const sides[] = {"permitted_", "excluded_"};

    for (size_t i = 0; i < CA_COUNT(sides); i++) {
        size_t len = strlen(sides[i]);

        if (strncmp(type, sides[i], len) != 0 || strlen(type + len) >= FORM_MAX)
            continue;
        *ret_excluded = i == 1;
        (void)snprintf(form, FORM_MAX, "%s", type + len);
        return true;
    }
    return false;
}

CA_RC wish_constraints(const struct wire_pair *pairs, uint32_t n, struct wish_constraints *ret,
                       struct ca_err *err)
{
    struct san_slice slices[EXTENSION_SUBTREES_MAX];

    if (n > EXTENSION_SUBTREES_MAX)
        return CA_FAIL(err, CA_LIMIT, "/name_constraints: more than %d", EXTENSION_SUBTREES_MAX);
    for (uint32_t i = 0; i < n; i++) {
        char form[FORM_MAX];
        struct ca_err why = {0};
        enum ca_rc rc;

        if (!form_read(pairs[i].type, &ret->list[i].excluded, form)) {
            return CA_FAIL_AS(err, CA_MALFORMED, "unknown-field",
                              "/name_constraints/%.40s: no such member", pairs[i].type);
        }
        rc = name_subtree_parse(form, pairs[i].value, &ret->own, &slices[i], &why);
        if (rc != CA_OK) {
            return CA_FAIL_AS(err, rc, rc == CA_DENIED ? "policy" : why.problem,
                              "/name_constraints/%.40s: %.160s", pairs[i].type, why.text);
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        ret->list[i].type = slices[i].type;
        ret->list[i].base = (struct ca_bytes){ret->own.ptr + slices[i].at, slices[i].len};
    }
    return CA_OK;
}

void wish_constraints_done(struct wish_constraints *c)
{
    ca_buf_done(&c->own);
}

static CA_RC path_length_read(const struct wire_issue *ask, struct wish *ret, struct ca_err *err)
{
    if (ask->path_length_given && ask->path_length > 255)
        return CA_FAIL(err, CA_MALFORMED, "/path_length: more than 255");
    ret->path_length = ask->path_length_given ? (int)ask->path_length : -1;
    return CA_OK;
}

CA_RC wish_extensions(const struct wire_issue *ask, struct wish_read *ret, struct ca_err *err)
{
    struct wish *wish = &ret->wish;
    struct slices slices = {.n = 0};

    CA_TRY(path_length_read(ask, wish, err));
    CA_TRY(texts_read(ask->usages, ask->usages_n, "/ext/eku/usages", ret, &slices, err));
    CA_TRY(texts_read(ask->policies, ask->policies_n, "/ext/policies", ret, &slices, err));
    CA_TRY(others_read(ask, ret, &slices, err));
    CA_TRY(wish_constraints(ask->constraints, ask->constraints_n, &ret->constraints, err));
    views_set(ask, &slices, ret);
    wish->digest = ask->digest;
    wish->on = ask->on & WISH__ALL;
    wish->off = ask->off & WISH__ALL;
    wish->key_usage_given = ask->key_usage_given;
    wish->key_usage = ask->key_usage;
    wish->usages = ask->usages_n > 0 ? ret->usages : NULL;
    wish->usage_n = ask->usages_n;
    wish->policies = ask->policies_n > 0 ? ret->policies : NULL;
    wish->policy_n = ask->policies_n;
    wish->subtrees = ret->constraints.list;
    wish->subtree_n = ask->constraints_n;
    wish->crl_url = ask->crl_url;
    wish->aia_url = ask->aia_url;
    wish->ocsp_url = ask->ocsp_url;
    wish->extensions = ask->extensions_n > 0 ? ret->extensions : NULL;
    wish->extension_n = ask->extensions_n;
    return CA_OK;
}
