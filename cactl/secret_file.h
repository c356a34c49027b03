/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/app.h"

/* A new file of mode 0600 for a secret that the server shows once. It is opened before the secret
 * is made: it must have a place to go. CA_CONFLICT: it is there already; CA_UNAVAILABLE. */
CA_RC secret_file_open(const char *path, int *ret, struct ca_err *err);
/* The text and a newline, on the disk when this comes back. */
CA_RC secret_file_write(int fd, const char *secret, struct ca_err *err);
/* After a failure: nothing came, and the next try finds its place free. */
void secret_file_drop(int fd, const char *path);
