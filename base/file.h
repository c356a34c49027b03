/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"

void ca_fd_close(int fd);             /* -1 is fine */
CA_AUTO_DEFINE(fd, int, ca_fd_close); /* CA_AUTO(fd) int fd = -1; */

/* *ret = ca_fd_move(&fd);  as CA_MOVE does with pointers. */
static inline int ca_fd_move(int *fd)
{
    int moved = *fd;

    *fd = -1;
    return moved;
}

/* Reads a whole file into `ret` (its max is the bound). CA_NOT_FOUND, CA_LIMIT, CA_UNAVAILABLE; the
 * text names the path. */
CA_RC ca_file_read(const char *path, struct ca_buf *ret, struct ca_err *err);

/* Replaces `path` whole or not at all: temporary file beside it, fsync, rename, fsync of the
 * folder. */
CA_RC ca_file_replace(const char *path, struct ca_bytes bytes, mode_t mode, struct ca_err *err);

/* Writes all of it, across short writes and EINTR. */
CA_RC ca_fd_write_all(int fd, struct ca_bytes bytes, struct ca_err *err);

/* mkdir -p with `mode` for what is missing. */
CA_RC ca_dir_make(const char *path, mode_t mode, struct ca_err *err);

/* Joins into `ret`; CA_LIMIT when it does not fit. */
CA_RC ca_path_join(char *ret, size_t size, const char *dir, const char *name, struct ca_err *err);
