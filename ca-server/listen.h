/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rc.h"

/* Listening sockets, non-blocking and close-on-exec.
 *   address  "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080" (every address); port 0
 *            picks a free one
 * CA_MALFORMED not an address; CA_UNAVAILABLE in use, or not ours to take: the text says what to do
 */
CA_RC listen_tcp(const char *address, int *ret, struct ca_err *err);
/* What is left of an older socket at `path` is removed. Mode 0660. */
CA_RC listen_unix(const char *path, int *ret, struct ca_err *err);

/* Port of a listening TCP socket. */
int listen_port(int fd);

/* Splits HOST:PORT; `host` takes 120 octets. */
CA_RC listen_split(const char *address, char *host, int *ret_port, struct ca_err *err);
