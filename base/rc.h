/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* One code for each kind of answer that a caller can act on. */
enum ca_rc {
    CA_OK = 0,
    CA_MALFORMED,   /* the peer's bytes do not parse */
    CA_DENIED,      /* they parse; policy or access control says no */
    CA_NOT_FOUND,   /* no such object */
    CA_CONFLICT,    /* a duplicate, or the object is in another state */
    CA_LIMIT,       /* too large, too many, too often */
    CA_RETRY,       /* lost a race; the same call may succeed */
    CA_UNAVAILABLE, /* the token, the database or the signer is away */
    CA_FAULT,       /* our bug, out of memory, or a broken promise of a dependency */
    CA_RC__COUNT
};

/* Where and why. Written by whoever first says no, never rewritten on the way up. */
struct ca_err {
    const char *file;
    int line;
    char problem[32]; /* a page of docs/reference/problems/; "": the code's own page */
    char text[240];
};

#define CA_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define CA_RC                 __attribute__((warn_unused_result)) enum ca_rc

/* return CA_FAIL(err, CA_NOT_FOUND, "no authority '%s'", name);
 * The code stays a constant expression, so that the compiler knows that it is not CA_OK. */
#define CA_FAIL(err, rc, ...) CA_FAIL_AS(err, rc, "", __VA_ARGS__)
/* return CA_FAIL_AS(err, CA_CONFLICT, "already-decided", "decided at %s", when); */
#define CA_FAIL_AS(err, rc, problem, ...)                                                          \
    (ca_fail_at((err), (problem), __FILE__, __LINE__, __VA_ARGS__), (rc))
/* As CA_FAIL, then appends and empties OpenSSL's queue; out of memory in it makes CA_FAULT. */
#define CA_FAIL_OSSL(err, rc, ...)                                                                 \
    ca_rc_or_fault((rc), ca_fail_ossl_at((err), __FILE__, __LINE__, __VA_ARGS__))
#define CA_FAIL_NOMEM(err) CA_FAIL((err), CA_FAULT, "out of memory")

/* The only macro that hides a return. */
#define CA_TRY(call)                                                                               \
    do {                                                                                           \
        enum ca_rc ca_try_rc_ = (call);                                                            \
        if (ca_try_rc_ != CA_OK)                                                                   \
            return ca_try_rc_;                                                                     \
    } while (0)

void ca_fail_at(struct ca_err *err, const char *problem, const char *file, int line,
                const char *fmt, ...) CA_PRINTF(5, 6);
bool ca_fail_ossl_at(struct ca_err *err, const char *file, int line, const char *fmt, ...)
    CA_PRINTF(4, 5); /* was it out of memory? */

static inline enum ca_rc ca_rc_or_fault(enum ca_rc rc, bool fault)
{
    return fault ? CA_FAULT : rc;
}
