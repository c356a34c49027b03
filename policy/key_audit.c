/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/key_audit.h"

#include "base/digest.h"
#include "policy/key_audit_internal.h"
#include "policy/spki.h"

enum { OCTETS_MAX = SPKI_RSA_BITS_MAX / 8, SLOTS_FIRST = 1024 };

struct modulus {
    size_t at;  /* in octets */
    size_t len; /* without leading zeros */
    uint64_t hash;
};

struct key_audit {
    uint8_t *octets; /* of all moduli, one behind the other */
    size_t octet_n;
    size_t octet_cap;
    struct modulus *list;
    size_t n;
    size_t cap;
    uint32_t *slots; /* number + 1, found by hash; 0: free. More than half are */
    size_t slot_n;   /* a power of 2 */
};

CA_RC key_audit_new(struct key_audit **ret, struct ca_err *err)
{
    struct key_audit *a = calloc(1, sizeof(*a));

    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = a;
    return CA_OK;
}

void key_audit_free(struct key_audit *a)
{
    if (a == NULL)
        return;
    free(a->octets);
    free(a->list);
    free(a->slots);
    free(a);
}

size_t key_audit_count(const struct key_audit *a)
{
    return a->n;
}

struct ca_bytes key_audit_modulus(const struct key_audit *a, size_t i)
{
    return (struct ca_bytes){a->octets + a->list[i].at, a->list[i].len};
}

/* Where a modulus stands, or would. */
static uint32_t *slot_of(struct key_audit *a, uint64_t hash, struct ca_bytes modulus)
{
    size_t at = hash & (a->slot_n - 1);

    while (a->slots[at] != 0) {
        size_t i = a->slots[at] - 1;

        if (a->list[i].hash == hash && ca_bytes_equal(key_audit_modulus(a, i), modulus))
            break;
        at = (at + 1) & (a->slot_n - 1);
    }
    return &a->slots[at];
}

static CA_RC slots_grow(struct key_audit *a, struct ca_err *err)
{
    uint32_t *old = a->slots;
    size_t n = a->slot_n == 0 ? SLOTS_FIRST : 2 * a->slot_n;

    if (2 * (a->n + 1) < a->slot_n)
        return CA_OK;
    a->slots = calloc(n, sizeof(*a->slots));
    if (a->slots == NULL) {
        a->slots = old;
        return CA_FAIL_NOMEM(err);
    }
    a->slot_n = n;
    for (size_t i = 0; i < a->n; i++)
        *slot_of(a, a->list[i].hash, key_audit_modulus(a, i)) = (uint32_t)i + 1;
    free(old);
    return CA_OK;
}

/* Makes room for one more. */
static CA_RC lists_grow(struct key_audit *a, size_t len, struct ca_err *err)
{
    if (a->n == a->cap) {
        size_t cap = a->cap == 0 ? SLOTS_FIRST : 2 * a->cap;
        struct modulus *list = realloc(a->list, cap * sizeof(*list));

        if (list == NULL)
            return CA_FAIL_NOMEM(err);
        a->list = list;
        a->cap = cap;
    }
    if (a->octet_cap - a->octet_n < len) {
        size_t cap = a->octet_cap + a->octet_cap / 2 + OCTETS_MAX;
        uint8_t *octets = realloc(a->octets, cap);

        if (octets == NULL)
            return CA_FAIL_NOMEM(err);
        a->octets = octets;
        a->octet_cap = cap;
    }
    return CA_OK;
}

/* Who asks for certificates must not choose where their moduli fall. */
static CA_RC hash_of(struct ca_bytes modulus, uint64_t *ret, struct ca_err *err)
{
    uint8_t digest[CA_SHA256_LEN];

    CA_TRY(ca_sha256(modulus, digest, err));
    memcpy(ret, digest, sizeof(*ret));
    return CA_OK;
}

CA_RC key_audit_add(struct key_audit *a, struct ca_bytes modulus, size_t *ret, struct ca_err *err)
{
    uint64_t hash = 0;
    uint32_t *slot;

    while (modulus.len > 0 && modulus.ptr[0] == 0)
        modulus = (struct ca_bytes){modulus.ptr + 1, modulus.len - 1};
    if (modulus.len == 0 || modulus.len > OCTETS_MAX || (modulus.len == 1 && modulus.ptr[0] < 2))
        return CA_FAIL(err, CA_MALFORMED, "a modulus of %zu octets", modulus.len);
    if (a->n == INT32_MAX)
        return CA_FAIL(err, CA_LIMIT, "more than %d moduli", INT32_MAX);
    CA_TRY(hash_of(modulus, &hash, err));
    CA_TRY(slots_grow(a, err));
    CA_TRY(lists_grow(a, modulus.len, err));
    slot = slot_of(a, hash, modulus);
    if (*slot == 0) {
        memcpy(a->octets + a->octet_n, modulus.ptr, modulus.len);
        a->list[a->n] = (struct modulus){a->octet_n, modulus.len, hash};
        a->octet_n += modulus.len;
        *slot = (uint32_t)++a->n;
    }
    *ret = *slot - 1;
    return CA_OK;
}

/* Each level of the tree holds all octets once. The division at the root takes the most beside it;
 * the factors are measured, and rounded up. */
uint64_t key_audit_memory(const struct key_audit *a, unsigned threads)
{
    enum { MODULUS_EXTRA = 512, TIMES_ALONE = 36, TIMES_THREAD = 4, FIRST = 64 << 20 };
    uint64_t levels = 1;

    while ((size_t)1 << levels < a->n)
        levels++;
    return FIRST + a->n * (uint64_t)MODULUS_EXTRA +
           a->octet_n * (levels + TIMES_ALONE + (uint64_t)TIMES_THREAD * threads);
}

static size_t shared_count(mpz_t *common, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += mpz_cmp_ui(common[i], 1) != 0;
    return count;
}

static CA_RC pairs_run(mpz_t *n, mpz_t *common, size_t count, key_audit_fn fn, void *arg,
                       struct ca_err *err)
{
    size_t shared_n = shared_count(common, count);
    struct key_shared *shared = calloc(shared_n + 1, sizeof(*shared));
    size_t at = 0;
    enum ca_rc rc;

    if (shared == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < count; i++) {
        if (mpz_cmp_ui(common[i], 1) == 0)
            continue;
        shared[at].number = i;
        mpz_init_set(shared[at].modulus, n[i]);
        mpz_init_set(shared[at++].common, common[i]);
    }
    rc = key_pairs_find(shared, shared_n, fn, arg, err);
    for (size_t i = 0; i < shared_n; i++)
        mpz_clears(shared[i].modulus, shared[i].common, NULL);
    free(shared);
    return rc;
}

static mpz_t *numbers_new(size_t n)
{
    mpz_t *numbers = calloc(n + 1, sizeof(*numbers));

    for (size_t i = 0; numbers != NULL && i < n; i++)
        mpz_init(numbers[i]);
    return numbers;
}

static void numbers_free(mpz_t *numbers, size_t n)
{
    for (size_t i = 0; numbers != NULL && i < n; i++)
        mpz_clear(numbers[i]);
    free(numbers);
}

static CA_RC audit_run(const struct key_audit *a, mpz_t *numbers, mpz_t *common, unsigned threads,
                       struct ca_err *err)
{
    for (size_t i = 0; i < a->n; i++) {
        struct ca_bytes modulus = key_audit_modulus(a, i);

        mpz_import(numbers[i], modulus.len, 1, 1, 1, 0, modulus.ptr);
    }
    return key_gcd_all(numbers, a->n, threads, common, err);
}

CA_RC key_audit_run(const struct key_audit *a, unsigned threads, key_audit_fn fn, void *arg,
                    struct ca_err *err)
{
    mpz_t *numbers = numbers_new(a->n);
    mpz_t *common = numbers_new(a->n);
    enum ca_rc rc = CA_OK;

    if (numbers == NULL || common == NULL)
        rc = CA_FAIL_NOMEM(err);
    if (rc == CA_OK && a->n > 1)
        rc = audit_run(a, numbers, common, threads, err);
    if (rc == CA_OK && a->n > 1)
        rc = pairs_run(numbers, common, a->n, fn, arg, err);
    numbers_free(numbers, a->n);
    numbers_free(common, a->n);
    return rc;
}
