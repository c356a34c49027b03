/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "base/text.h"
#include "policy/profile.h"

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

CA_RC profile_set_new(struct profile_set **ret, struct ca_err *err)
{
    CA_AUTO(profile_set) struct profile_set *set = calloc(1, sizeof(*set));

    if (set == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < profile_builtin_count(); i++) {
        struct profile *p = NULL;

        CA_TRY(profile_compile(profile_builtin(i), &p, err));
        CA_TRY(profile_set_add(set, p, err));
    }
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
