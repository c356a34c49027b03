/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "hsm/hsm_internal.h"

enum { ENTRIES_MAX = 65536 };

static int path_sync(const char *path)
{
    CA_AUTO(fd) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOENT ? 0 : errno; /* removed meanwhile: its folder comes later */
    return fsync(fd) == 0 ? 0 : errno;
}

/* Files, and each folder after what is in it. Returns an errno. */
static int tree_sync(FTS *tree)
{
    const FTSENT *e;
    unsigned n = 0;
    int failed = 0;

    while (failed == 0 && (errno = 0, e = fts_read(tree)) != NULL) {
        if (++n > ENTRIES_MAX)
            return E2BIG;
        if (e->fts_info == FTS_F || e->fts_info == FTS_DP)
            failed = path_sync(e->fts_path);
        if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR)
            failed = e->fts_errno;
        if (e->fts_info == FTS_NS && (e->fts_errno != ENOENT || e->fts_level == FTS_ROOTLEVEL))
            failed = e->fts_errno;
    }
    return failed != 0 ? failed : errno;
}

CA_RC storage_sync(const char *dir, struct ca_err *err)
{
    char path[PATH_MAX];
    char *const paths[] = {path, NULL};
    FTS *tree = NULL;
    int failed;

    if (ca_text_copy(path, sizeof(path), ca_bytes_str(dir)))
        tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (tree == NULL)
        return CA_FAIL(err, CA_UNAVAILABLE, "folder of the token %.150s: %s", dir, strerror(errno));
    failed = tree_sync(tree);
    (void)fts_close(tree);
    if (failed != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "folder of the token %.150s cannot be synced: %s", dir,
                       strerror(failed));
    return CA_OK;
}

CA_RC hsm_storage_sync(struct hsm *hsm, struct ca_err *err)
{
    if (hsm->storage_dir != NULL)
        return storage_sync(hsm->storage_dir, err);
    sync();
    return CA_OK;
}
