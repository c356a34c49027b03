/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rc.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

CA_PRINTF(4, 0)
static void err_set(struct ca_err *err, const char *file, int line, const char *fmt, va_list ap)
{
    err->file = file;
    err->line = line;
    err->problem[0] = '\0';
    (void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
}

void ca_fail_at(struct ca_err *err, const char *problem, const char *file, int line,
                const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    err_set(err, file, line, fmt, ap);
    va_end(ap);
    (void)snprintf(err->problem, sizeof(err->problem), "%s", problem);
}

bool ca_fail_ossl_at(struct ca_err *err, const char *file, int line, const char *fmt, ...)
{
    unsigned long code;
    bool out_of_memory = false;
    size_t used;
    va_list ap;

    va_start(ap, fmt);
    err_set(err, file, line, fmt, ap);
    va_end(ap);
    while ((code = ERR_get_error()) != 0) {
        const char *why = ERR_reason_error_string(code);

        if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
            out_of_memory = true;
        used = strlen(err->text);
        (void)snprintf(err->text + used, sizeof(err->text) - used, ": %s", why ? why : "?");
    }
    return out_of_memory;
}
