/* SPDX-License-Identifier: Apache-2.0 */

/* For builds with a sanitizer only. pkcs11-provider loads modules with RTLD_DEEPBIND, which the
 * sanitizers' own dlopen answers by ending the process; this one takes the flag away. */
#include <dlfcn.h>
#include <stddef.h>

extern const int hsm_dlopen_sanitized; /* names this file to the linker */
const int hsm_dlopen_sanitized = 1;

__attribute__((visibility("default"))) void *dlopen(const char *file, int mode)
{
    static void *(*next)(const char *, int);

    if (next == NULL)
        next = __extension__(void *(*)(const char *, int)) dlsym(RTLD_NEXT, "dlopen");
    return next(file, mode & ~RTLD_DEEPBIND);
}
