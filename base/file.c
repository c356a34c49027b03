/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

void ca_fd_close(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

static enum ca_rc errno_rc(int error)
{
    return error == ENOENT ? CA_NOT_FOUND : CA_UNAVAILABLE;
}

CA_RC ca_file_read(const char *path, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return CA_FAIL(err, errno_rc(errno), "cannot read %s: %s", path, strerror(errno));
    for (;;) {
        uint8_t chunk[4096];
        ssize_t n = read(fd, chunk, sizeof(chunk));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return CA_FAIL(err, CA_UNAVAILABLE, "cannot read %s: %s", path, strerror(errno));
        if (n == 0)
            break;
        ca_buf_add(ret, chunk, (size_t)n);
        if (ret->state == CA_BUF_TOO_LONG)
            return CA_FAIL(err, CA_LIMIT, "%s is longer than %zu octets", path, ret->max);
    }
    return ca_buf_check(ret, err);
}

CA_RC ca_fd_write_all(int fd, struct ca_bytes bytes, struct ca_err *err)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return CA_FAIL(err, CA_UNAVAILABLE, "cannot write: %s", strerror(errno));
        bytes = (struct ca_bytes){bytes.ptr + n, bytes.len - (size_t)n};
    }
    return CA_OK;
}

static CA_RC folder_sync(const char *path, struct ca_err *err)
{
    char dir[PATH_MAX];
    char *slash;
    CA_AUTO(fd) int fd = -1;

    if (!ca_text_copy(dir, sizeof(dir), ca_bytes_str(path)))
        return CA_FAIL(err, CA_LIMIT, "path is too long: %s", path);
    slash = strrchr(dir, '/');
    if (slash == NULL) {
        (void)snprintf(dir, sizeof(dir), ".");
    } else {
        slash[slash == dir ? 1 : 0] = '\0';
    }
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot sync %s: %s", dir, strerror(errno));
    return CA_OK;
}

static int write_as(int fd, struct ca_bytes bytes, mode_t mode)
{
    struct ca_err err;

    if (ca_fd_write_all(fd, bytes, &err) != CA_OK || fchmod(fd, mode) != 0)
        return -1;
    return fsync(fd);
}

CA_RC ca_file_replace(const char *path, struct ca_bytes bytes, mode_t mode, struct ca_err *err)
{
    char temporary[PATH_MAX];
    CA_AUTO(fd) int fd = -1;
    int n = snprintf(temporary, sizeof(temporary), "%s.%ld.tmp", path, (long)getpid());

    if (n < 0 || (size_t)n >= sizeof(temporary))
        return CA_FAIL(err, CA_LIMIT, "path is too long: %s", path);
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return CA_FAIL(err, errno_rc(errno), "cannot create %s: %s", temporary, strerror(errno));
    if (write_as(fd, bytes, mode) != 0 || rename(temporary, path) != 0) {
        int error = errno;

        (void)unlink(temporary);
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot write %s: %s", path, strerror(error));
    }
    return folder_sync(path, err);
}

CA_RC ca_dir_make(const char *path, mode_t mode, struct ca_err *err)
{
    char part[PATH_MAX];
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof(part))
        return CA_FAIL(err, CA_LIMIT, "path is empty or too long: %s", path);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, mode) != 0 && errno != EEXIST)
            return CA_FAIL(err, errno_rc(errno), "cannot create %s: %s", part, strerror(errno));
    }
    return CA_OK;
}

CA_RC ca_path_join(char *ret, size_t size, const char *dir, const char *name, struct ca_err *err)
{
    int n = snprintf(ret, size, "%s/%s", dir, name);

    if (n < 0 || (size_t)n >= size)
        return CA_FAIL(err, CA_LIMIT, "path is too long: %s/%s", dir, name);
    return CA_OK;
}
