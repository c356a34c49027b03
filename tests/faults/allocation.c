/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/faults/allocation.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tests/unit/support.h"

/* Allocations of our own objects arrive through the linker's --wrap, OpenSSL's through its hooks.
 */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static long left = -1;   /* how many still succeed; -1: all */
static bool ours_failed; /* the one that failed was made by our code */
static bool ours_only;   /* OpenSSL's succeed and are not counted */

static bool fail_now(bool ours)
{
    if (left < 0 || (ours_only && !ours) || left-- != 0)
        return false;
    ours_failed = ours;
    return true;
}

void *__wrap_malloc(size_t n)
{
    return fail_now(true) ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fail_now(true) ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fail_now(true) ? NULL : __real_realloc(p, n);
}

static void *ossl_malloc(size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return fail_now(false) ? NULL : __real_malloc(n);
}

static void *ossl_realloc(void *p, size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return fail_now(false) ? NULL : __real_realloc(p, n);
}

static void ossl_free(void *p, const char *file, int line)
{
    (void)file;
    (void)line;
    free(p);
}

__attribute__((constructor)) static void hook_openssl(void)
{
    if (CRYPTO_set_mem_functions(ossl_malloc, ossl_realloc, ossl_free) != 1)
        abort();
}

void fault_each_allocation(fault_fn call, const void *arg)
{
    struct ca_err err = {0};
    bool failed = true;

    assert_int_equal(call(arg, &err), CA_OK); /* fills OpenSSL's caches */
    for (long n = 0; failed; n++) {
        enum ca_rc rc;

        left = n;
        ours_failed = false;
        rc = call(arg, &err);
        failed = left < 0;
        left = -1;
        if (ours_failed && rc != CA_FAULT)
            fail_msg("allocation %ld: answer %d, %s", n, (int)rc, err.text);
        if (!failed)
            print_message("    %ld failing allocations\n", n);
    }
}

void fault_each_own_allocation(fault_fn call, const void *arg)
{
    ours_only = true;
    fault_each_allocation(call, arg);
    ours_only = false;
}
