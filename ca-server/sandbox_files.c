/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "ca-server/sandbox.h"

/* Landlock's first version has all of these; REFER and TRUNCATE came later and are not asked for.
 */
enum {
    CHANGES = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
              LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
              LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
              LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
              LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM,
};

static CA_RC dir_allow(int rules, const char *path, struct ca_err *err)
{
    CA_AUTO(fd) int fd = path[0] == '\0' ? -1 : open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct landlock_path_beneath_attr rule = {.allowed_access = CHANGES, .parent_fd = fd};

    if (fd < 0)
        return CA_OK;
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        return CA_FAIL(err, CA_FAULT, "no Landlock rule for %s: %s", path, strerror(errno));
    return CA_OK;
}

CA_RC sandbox_files(const char *const *dirs, struct ca_err *err)
{
    struct landlock_ruleset_attr asked = {.handled_access_fs = CHANGES};
    CA_AUTO(fd) int rules = (int)syscall(SYS_landlock_create_ruleset, &asked, sizeof(asked), 0);

    if (rules < 0)
        return CA_OK; /* not in this kernel, or switched off: users and permissions remain */
    CA_TRY(dir_allow(rules, "/dev", err));
    for (; *dirs != NULL; dirs++)
        CA_TRY(dir_allow(rules, *dirs, err));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_landlock_restrict_self, rules, 0) != 0) {
        return CA_FAIL(err, CA_FAULT, "Landlock refuses: %s (setting server.sandbox)",
                       strerror(errno));
    }
    return CA_OK;
}
