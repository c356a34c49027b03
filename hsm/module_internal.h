/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <p11-kit/pkcs11.h>

#include "base/rc.h"
#include "hsm/watchdog_internal.h"

/* A PKCS#11 module: the only way to its functions is MODULE_CALL. It is never unloaded. */
struct module {
    CK_FUNCTION_LIST *f;
    struct watchdog *dog; /* borrowed; NULL: nobody watches */
};

/* Loads and initialises it (one that is initialised already will do).
 * CA_NOT_FOUND no such file, or not a PKCS#11 module; CA_UNAVAILABLE it does not initialise. */
CA_RC module_load(const char *path, struct watchdog *dog, struct module *ret, struct ca_err *err);

/* Calls `fn` of the module under the watchdog; the value is its CK_RV. */
#define MODULE_CALL(m, fn, ...)                                                                    \
    __extension__({                                                                                \
        struct watch module_watch_;                                                                \
        watch_begin((m)->dog, &module_watch_, #fn);                                                \
        CK_RV module_rv_ = (m)->f->fn(__VA_ARGS__);                                                \
        watch_end((m)->dog, &module_watch_);                                                       \
        module_rv_;                                                                                \
    })

/* As CA_TRY. */
#define MODULE_TRY(m, err, fn, ...)                                                                \
    do {                                                                                           \
        CK_RV module_try_ = MODULE_CALL((m), fn, __VA_ARGS__);                                     \
        if (module_try_ != CKR_OK)                                                                 \
            return hsm_fail((err), #fn, module_try_);                                              \
    } while (0)

/* Fills `err` for an answer other than CKR_OK; the only place that knows what a CK_RV means here.
 * CA_DENIED "pin-wrong", CA_DENIED "mechanism-missing", and CA_UNAVAILABLE for all the rest. */
CA_RC hsm_fail(struct ca_err *err, const char *call, CK_RV rv);

/* "CKR_DEVICE_ERROR"; "CKR_0x80000001" for what has no name here; `ret` takes CKR_TEXT octets. */
enum { CKR_TEXT = 48 };
const char *ckr_text(CK_RV rv, char *ret);

/* Did the token refuse the PIN, so that it must not be tried again? */
bool ckr_is_pin_refused(CK_RV rv);
