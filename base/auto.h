/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* CA_AUTO(x509) X509 *cert = NULL;   freed when the block ends, however it ends.
 * *ret = CA_MOVE(cert);              hands the value on and leaves NULL behind. */
#define CA_AUTO(name) __attribute__((cleanup(ca_auto_##name)))

#define CA_AUTO_DEFINE(name, type, free_fn)                                                        \
    static inline void ca_auto_##name(type *ca_p) /* NOLINT(bugprone-macro-parentheses) */         \
    {                                                                                              \
        free_fn(*ca_p);                                                                            \
    }                                                                                              \
    struct ca_auto_##name##_semicolon

#define CA_MOVE(p)                                                                                 \
    __extension__({                                                                                \
        __typeof__(p) ca_moved_ = (p);                                                             \
        (p) = NULL;                                                                                \
        ca_moved_;                                                                                 \
    })
