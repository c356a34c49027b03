/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

CA_RC secret_file_open(const char *path, int *ret, struct ca_err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        return CA_FAIL(err, errno == EEXIST ? CA_CONFLICT : CA_UNAVAILABLE, "%.150s: %s", path,
                       strerror(errno));
    }
    *ret = fd;
    return CA_OK;
}

CA_RC secret_file_write(int fd, const char *secret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf line = {0};

    ca_buf_printf(&line, "%s\n", secret);
    CA_TRY(ca_buf_check(&line, err));
    CA_TRY(ca_fd_write_all(fd, ca_buf_view(&line), err));
    if (fsync(fd) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "it is not on the disk: %s", strerror(errno));
    return CA_OK;
}

void secret_file_drop(int fd, const char *path)
{
    if (lseek(fd, 0, SEEK_END) == 0)
        (void)unlink(path);
}
