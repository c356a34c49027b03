/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "base/digest.h"
#include "base/text.h"
#include "policy/profile_internal.h"

static const char *const builtins[] = {
#include "policy/profiles.inc" /* generated: a string for each policy/profiles/NAME.yaml */
};

struct profile_set {
    struct profile **by_name; /* sorted */
    size_t n;
};

size_t profile_builtin_count(void)
{
    return CA_COUNT(builtins);
}

struct ca_bytes profile_builtin(size_t i)
{
    return ca_bytes_str(builtins[i]);
}

/* Where `name` stands, or would stand. */
static size_t place(const struct profile_set *set, const char *name, bool *ret_there)
{
    size_t i = 0;
    int order = 1;

    while (i < set->n && (order = strcmp(profile_name(set->by_name[i]), name)) < 0)
        i++;
    *ret_there = i < set->n && order == 0;
    return i;
}

CA_RC profile_set_add(struct profile_set *set, struct profile *p, struct ca_err *err)
{
    CA_AUTO(profile) struct profile *own = p;
    bool there = false;
    size_t at = place(set, profile_name(p), &there);
    struct profile **grown;

    if (there) {
        assert(set->by_name != NULL);
        profile_free(set->by_name[at]);
        set->by_name[at] = CA_MOVE(own);
        return CA_OK;
    }
    grown = realloc(set->by_name, (set->n + 1) * sizeof(struct profile *));
    if (grown == NULL)
        return CA_FAIL_NOMEM(err);
    set->by_name = grown;
    memmove(&grown[at + 1], &grown[at], (set->n - at) * sizeof(struct profile *));
    grown[at] = CA_MOVE(own);
    set->n++;
    return CA_OK;
}

/* What is known of a text before it is compiled. */
struct waiting {
    struct profile_yaml *source; /* NULL: done */
};

static bool waits_for(const struct waiting *all, size_t n, const char *name)
{
    for (size_t i = 0; i < n && name != NULL; i++) {
        if (all[i].source != NULL && strcmp(all[i].source->name, name) == 0)
            return true;
    }
    return false;
}

static CA_RC compile_one(struct profile_set *set, struct ca_bytes yaml, struct ca_err *err)
{
    struct profile *p = NULL;

    CA_TRY(profile_compile_in(set, yaml, &p, err));
    return profile_set_add(set, p, err);
}

/* Each round takes those that wait for no other; who is left then waits in a circle, and
 * profile_compile_in says so of the first. */
static CA_RC rounds(struct profile_set *set, const struct ca_bytes *yamls, struct waiting *all,
                    size_t n, struct ca_err *err)
{
    size_t left = n;

    while (left > 0) {
        size_t before = left;

        for (size_t i = 0; i < n; i++) {
            const struct profile_yaml *y = all[i].source;

            if (y == NULL || waits_for(all, n, profile_copies_from(y)))
                continue;
            CA_TRY(compile_one(set, yamls[i], err));
            profile_yaml_free(all[i].source);
            all[i].source = NULL;
            left--;
        }
        if (left == before)
            return CA_FAIL(err, CA_DENIED, "profile: copy_from goes round in a circle");
    }
    return CA_OK;
}

CA_RC profile_set_add_all(struct profile_set *set, const struct ca_bytes *yamls, size_t n,
                          struct ca_err *err)
{
    struct waiting *all = calloc(n + 1, sizeof(*all));
    enum ca_rc rc = all == NULL ? CA_FAIL_NOMEM(err) : CA_OK;

    for (size_t i = 0; i < n && rc == CA_OK; i++)
        rc = profile_yaml_load(yamls[i], &all[i].source, err);
    if (rc == CA_OK)
        rc = rounds(set, yamls, all, n, err);
    for (size_t i = 0; i < n && all != NULL; i++)
        profile_yaml_free(all[i].source);
    free(all);
    return rc;
}

CA_RC profile_set_new(struct profile_set **ret, struct ca_err *err)
{
    CA_AUTO(profile_set) struct profile_set *set = calloc(1, sizeof(*set));
    struct ca_bytes yamls[CA_COUNT(builtins)];

    if (set == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < profile_builtin_count(); i++)
        yamls[i] = profile_builtin(i);
    CA_TRY(profile_set_add_all(set, yamls, profile_builtin_count(), err));
    *ret = CA_MOVE(set);
    return CA_OK;
}

void profile_set_free(struct profile_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->n; i++)
        profile_free(set->by_name[i]);
    free(set->by_name);
    free(set);
}

static bool overridden(const struct profile_override *overrides, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(overrides[i].name, name) == 0)
            return true;
    }
    return false;
}

CA_RC profile_set_with(const struct profile_set *base, const struct profile_override *overrides,
                       size_t n, struct profile_set **ret, struct ca_err *err)
{
    CA_AUTO(profile_set) struct profile_set *set = calloc(1, sizeof(*set));
    struct ca_bytes *yamls = calloc(base->n + n + 1, sizeof(*yamls));
    size_t count = 0;
    enum ca_rc rc;

    if (set == NULL || yamls == NULL) {
        free(yamls);
        return CA_FAIL_NOMEM(err);
    }
    for (size_t i = 0; i < base->n; i++) {
        if (!overridden(overrides, n, profile_name(base->by_name[i])))
            yamls[count++] = profile_yaml(base->by_name[i]);
    }
    for (size_t i = 0; i < n; i++) {
        if (overrides[i].yaml.len > 0)
            yamls[count++] = overrides[i].yaml;
    }
    rc = profile_set_add_all(set, yamls, count, err);
    free(yamls);
    if (rc == CA_OK)
        *ret = CA_MOVE(set);
    return rc;
}

static CA_RC unknown(const struct profile_set *set, const char *name, struct ca_err *err)
{
    const char **names = calloc(set->n + 1, sizeof(*names));
    const char *nearest;

    if (names == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < set->n; i++)
        names[i] = profile_name(set->by_name[i]);
    nearest = ca_text_nearest(name, names, set->n);
    free(names);
    if (nearest == NULL)
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-profile", "no profile '%.63s'", name);
    return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-profile",
                      "no profile '%.63s'; did you mean '%s'?", name, nearest);
}

CA_RC profile_set_find(const struct profile_set *set, const char *name, const struct profile **ret,
                       struct ca_err *err)
{
    bool there = false;
    size_t at = place(set, name, &there);

    if (!there)
        return unknown(set, name, err);
    *ret = set->by_name[at];
    return CA_OK;
}

size_t profile_set_count(const struct profile_set *set)
{
    return set->n;
}

const struct profile *profile_set_at(const struct profile_set *set, size_t i)
{
    return set->by_name[i];
}

CA_RC profile_set_admits(const struct profile_set *set, const struct profile *p, struct ca_err *err)
{
    bool known = false;
    size_t at = place(set, profile_name(p), &known);
    const struct profile *before = known ? set->by_name[at] : NULL;

    if (profile_internal(p) || (known && profile_internal(before))) {
        return CA_FAIL_AS(err, CA_DENIED, "policy",
                          "/yaml: '%s' is a profile of the server itself: those come with the "
                          "program or from its configuration's files",
                          profile_name(p));
    }
    if (known && profile_for_ca(before) != profile_for_ca(p)) {
        return CA_FAIL_AS(err, CA_DENIED, "policy",
                          "/yaml/basic_constraints: '%s' %s CA certificates; one that %s needs "
                          "another name",
                          profile_name(p), profile_for_ca(before) ? "makes" : "does not make",
                          profile_for_ca(before) ? "does not" : "does");
    }
    return CA_OK;
}

CA_RC profile_compile_version(const struct profile_set *set, struct ca_bytes yaml,
                              struct profile **ret, struct ca_err *err)
{
    CA_AUTO(profile) struct profile *given = NULL;
    struct ca_bytes merged;

    CA_TRY(profile_compile_in(set, yaml, &given, err));
    CA_TRY(profile_set_admits(set, given, err));
    merged = profile_yaml_merged(given);
    if (!ca_bytes_equal(merged, yaml))
        return profile_compile(merged, ret, err);
    *ret = CA_MOVE(given);
    return CA_OK;
}

CA_RC profile_version_check(const char *name, struct ca_bytes version, struct ca_bytes yaml,
                            struct ca_err *err)
{
    uint8_t sha256[CA_SHA256_LEN];

    if (version.len == 0)
        return CA_OK;
    CA_TRY(ca_sha256(yaml, sha256, err));
    if (!ca_bytes_equal(version, (struct ca_bytes){sha256, sizeof(sha256)})) {
        return CA_FAIL_AS(err, CA_DENIED, "row-altered",
                          "the text of profile '%s' is not the one of its version", name);
    }
    return CA_OK;
}
