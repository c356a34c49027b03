/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"

/* A PIN, challenge or passphrase: locked in memory, left out of core dumps, cleansed on free.
 * Nothing prints one. It comes from a file, a descriptor or a prompt, never argv or environment. */
struct ca_secret;

enum { CA_SECRET_MAX = 1024 }; /* octets */

/* One trailing newline is taken off. CA_NOT_FOUND, CA_LIMIT, CA_UNAVAILABLE; CA_MALFORMED empty. */
CA_RC ca_secret_from_fd(int fd, struct ca_secret **ret, struct ca_err *err);
/* As from_fd; CA_DENIED, with what to do, when others may read the file. */
CA_RC ca_secret_from_file(const char *path, struct ca_secret **ret, struct ca_err *err);
/* Asks on the terminal without echo. CA_UNAVAILABLE no terminal: the text names `option`, the flag
 * that would have given it. */
CA_RC ca_secret_from_prompt(const char *prompt, const char *option, struct ca_secret **ret,
                            struct ca_err *err);
/* A copy of octets that the caller cleanses. CA_LIMIT; CA_MALFORMED empty. */
CA_RC ca_secret_from_bytes(struct ca_bytes bytes, struct ca_secret **ret, struct ca_err *err);
/* A new one of `n` random letters and digits. */
CA_RC ca_secret_random(size_t n, struct ca_secret **ret, struct ca_err *err);

void ca_secret_free(struct ca_secret *s); /* NULL is fine */
CA_AUTO_DEFINE(secret, struct ca_secret *, ca_secret_free);

struct ca_bytes ca_secret_view(const struct ca_secret *s); /* borrowed; a NUL stands behind it */
bool ca_secret_equal(const struct ca_secret *a, struct ca_bytes b); /* in constant time */
