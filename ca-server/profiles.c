/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/profiles.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/file.h"

enum { PROFILE_FILE_MAX = 64 * 1024 };

static void dir_close(DIR *d)
{
    if (d != NULL)
        (void)closedir(d);
}
CA_AUTO_DEFINE(dir, DIR *, dir_close);

static bool is_yaml(const char *name)
{
    size_t len = strlen(name);

    return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".yaml") == 0;
}

static CA_RC add_file(struct profile_set *set, const char *dir, const char *name,
                      struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf yaml = {.max = PROFILE_FILE_MAX};
    CA_AUTO(profile) struct profile *p = NULL;
    struct ca_err why = {0};
    char path[PATH_MAX];
    enum ca_rc rc;

    CA_TRY(ca_path_join(path, sizeof(path), dir, name, err));
    CA_TRY(ca_file_read(path, &yaml, err));
    rc = profile_compile(ca_buf_view(&yaml), &p, &why);
    if (rc != CA_OK)
        return CA_FAIL_AS(err, rc, why.problem, "%s: %s", path, why.text);
    CA_TRY(profile_set_add(set, p, err));
    p = NULL; /* the set has it */
    return CA_OK;
}

CA_RC profiles_load(const char *dir, struct profile_set **ret, struct ca_err *err)
{
    CA_AUTO(profile_set) struct profile_set *set = NULL;
    CA_AUTO(dir) DIR *open = NULL;

    CA_TRY(profile_set_new(&set, err));
    if (dir[0] != '\0') {
        open = opendir(dir);
        if (open == NULL)
            return CA_FAIL(err, CA_NOT_FOUND, "cannot read %s: %s", dir, strerror(errno));
        for (const struct dirent *e = readdir(open); e != NULL; e = readdir(open)) {
            if (is_yaml(e->d_name))
                CA_TRY(add_file(set, dir, e->d_name, err));
        }
    }
    *ret = CA_MOVE(set);
    return CA_OK;
}
