/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "ca/checkpoint_internal.h"

/* Opened each time: whoever collects the file may move it away. */
CA_RC checkpoint_file_add(const char *path, struct ca_bytes note, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf block = {0};
    CA_AUTO(fd) int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);

    if (fd < 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot open %s: %s", path, strerror(errno));
    ca_buf_bytes(&block, note);
    ca_buf_u8(&block, '\n'); /* the empty line between two notes */
    CA_TRY(ca_buf_check(&block, err));
    CA_TRY(ca_fd_write_all(fd, ca_buf_view(&block), err));
    if (fsync(fd) != 0 && errno != EINVAL) /* a pipe cannot */
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot sync %s: %s", path, strerror(errno));
    return CA_OK;
}
