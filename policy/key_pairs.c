/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/key_audit_internal.h"

/* Who shares with whom: each modulus is split, and moduli with the same part belong together. */

struct part {
    mpz_t value;
    size_t owner; /* in the list of shared moduli */
};

struct parts {
    struct key_shared *shared;
    size_t shared_n;
    struct part *list; /* two for each modulus */
    size_t n;
    bool *paired; /* of each modulus */
    key_audit_fn fn;
    void *arg;
};

static void part_add(struct parts *p, mpz_srcptr value, size_t owner)
{
    mpz_init_set(p->list[p->n].value, value);
    p->list[p->n++].owner = owner;
}

/* A factor of a modulus that shares both its primes: from another modulus that shares one of them.
 * The modulus itself when there is none. */
static void factor_find(const struct parts *p, size_t i, mpz_t ret)
{
    mpz_srcptr modulus = p->shared[i].modulus;

    mpz_set(ret, p->shared[i].common);
    for (size_t j = 0; j < p->shared_n && mpz_cmp(ret, modulus) == 0; j++) {
        if (j == i)
            continue;
        mpz_gcd(ret, modulus, p->shared[j].modulus);
        if (mpz_cmp_ui(ret, 1) == 0)
            mpz_set(ret, modulus);
    }
}

static void modulus_split(struct parts *p, size_t i)
{
    mpz_t factor;
    mpz_t other;

    mpz_inits(factor, other, NULL);
    factor_find(p, i, factor);
    mpz_divexact(other, p->shared[i].modulus, factor);
    part_add(p, factor, i);
    if (mpz_cmp_ui(other, 1) != 0 && mpz_cmp(other, factor) != 0) /* a square has one part */
        part_add(p, other, i);
    mpz_clears(factor, other, NULL);
}

static int part_compare(const void *a, const void *b)
{
    const struct part *x = a;
    const struct part *y = b;
    int order = mpz_cmp(x->value, y->value);

    return order != 0 ? order : (x->owner > y->owner) - (x->owner < y->owner);
}

static CA_RC pair_give(struct parts *p, size_t i, size_t j, mpz_srcptr factor, struct ca_err *err)
{
    size_t first = p->shared[i].number;
    size_t second = p->shared[j].number;
    size_t len = 0;
    uint8_t *octets = malloc((mpz_sizeinbase(factor, 2) + 7) / 8);
    enum ca_rc rc;

    if (octets == NULL)
        return CA_FAIL_NOMEM(err);
    (void)mpz_export(octets, &len, 1, 1, 1, 0, factor);
    p->paired[i] = p->paired[j] = true;
    rc = p->fn(p->arg, first < second ? first : second, first < second ? second : first,
               (struct ca_bytes){octets, len}, err);
    free(octets);
    return rc;
}

/* All pairs among the owners of one part: list[from] to list[to - 1]. */
static CA_RC group_give(struct parts *p, size_t from, size_t to, struct ca_err *err)
{
    for (size_t i = from; i < to; i++) {
        for (size_t j = i + 1; j < to; j++)
            CA_TRY(pair_give(p, p->list[i].owner, p->list[j].owner, p->list[i].value, err));
    }
    return CA_OK;
}

static CA_RC groups_give(struct parts *p, struct ca_err *err)
{
    size_t to;

    for (size_t from = 0; from < p->n; from = to) {
        for (to = from + 1; to < p->n; to++) {
            if (mpz_cmp(p->list[from].value, p->list[to].value) != 0)
                break;
        }
        CA_TRY(group_give(p, from, to, err));
    }
    return CA_OK;
}

/* Moduli of more than two primes may split in parts that nobody else has as a whole. */
static CA_RC partner_find(struct parts *p, size_t i, mpz_t factor, struct ca_err *err)
{
    for (size_t j = 0; j < p->shared_n; j++) {
        mpz_gcd(factor, p->shared[i].modulus, p->shared[j].modulus);
        if (j != i && mpz_cmp_ui(factor, 1) != 0)
            return pair_give(p, i, j, factor, err);
    }
    return CA_FAIL(err, CA_FAULT, "a modulus that shares a factor with none of the others");
}

static CA_RC rest_give(struct parts *p, struct ca_err *err)
{
    enum ca_rc rc = CA_OK;
    mpz_t factor;

    mpz_init(factor);
    for (size_t i = 0; i < p->shared_n && rc == CA_OK; i++) {
        if (!p->paired[i])
            rc = partner_find(p, i, factor, err);
    }
    mpz_clear(factor);
    return rc;
}

static CA_RC parts_run(struct parts *p, struct ca_err *err)
{
    if (p->list == NULL || p->paired == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < p->shared_n; i++)
        modulus_split(p, i);
    qsort(p->list, p->n, sizeof(*p->list), part_compare);
    CA_TRY(groups_give(p, err));
    return rest_give(p, err);
}

CA_RC key_pairs_find(struct key_shared *shared, size_t n, key_audit_fn fn, void *arg,
                     struct ca_err *err)
{
    struct parts p = {.shared = shared, .shared_n = n, .fn = fn, .arg = arg};
    enum ca_rc rc;

    if (n == 0)
        return CA_OK;
    p.list = calloc(2 * n, sizeof(*p.list));
    p.paired = calloc(n, sizeof(*p.paired));
    rc = parts_run(&p, err);
    for (size_t i = 0; i < p.n; i++)
        mpz_clear(p.list[i].value);
    free(p.list);
    free(p.paired);
    return rc;
}
