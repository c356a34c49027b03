/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of what is published in a folder of the operator's, for a web server or a mirror of his.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "api/publish/publish_internal.h"
#include "base/file.h"

enum { FILE_MODE = 0644, FOLDER_MODE = 0755 };

struct mapping {
    void *at;
    size_t len;
};
static void mapping_done(struct mapping m)
{
    if (m.at != MAP_FAILED)
        (void)munmap(m.at, m.len);
}
CA_AUTO_DEFINE(mapping, struct mapping, mapping_done);

/* As in the address; a part is in a folder of its authority's. */
static CA_RC place(const char *dir, const char *name, char ret[PUSH_PATH_MAX], struct ca_err *err)
{
    char path[SHELF_NAME_MAX + 1];
    char file[SHELF_NAME_MAX + 8];
    char *slash;

    publish_path(name, path);
    slash = strchr(path, '/');
    if (slash != NULL) {
        *slash = '\0';
        CA_TRY(ca_path_join(ret, PUSH_PATH_MAX, dir, path, err));
        CA_TRY(ca_dir_make(ret, FOLDER_MODE, err));
        *slash = '/';
    }
    (void)snprintf(file, sizeof(file), "%s.crl", path);
    return ca_path_join(ret, PUSH_PATH_MAX, dir, file, err);
}

/* Another node may share the folder, and have been faster. */
static bool is_there(const char *path, const struct shelf_crl *crl)
{
    CA_AUTO(shelf_crl) struct shelf_crl there = {.fd = -1};
    struct ca_err none;

    return shelf_file_load(path, crl->name, &there, &none) == CA_OK &&
           (there.number > crl->number ||
            (there.number == crl->number &&
             memcmp(there.sha256, crl->sha256, sizeof(there.sha256)) == 0));
}

CA_RC push_directory(const char *dir, const struct shelf_crl *crl, struct ca_err *err)
{
    CA_AUTO(mapping) struct mapping m = {MAP_FAILED, crl->size};
    char path[PUSH_PATH_MAX];

    CA_TRY(place(dir, crl->name, path, err));
    if (is_there(path, crl))
        return CA_OK;
    m.at = mmap(NULL, m.len, PROT_READ, MAP_SHARED, crl->fd, 0);
    if (m.at == MAP_FAILED)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot map the CRL: %s", strerror(errno));
    return ca_file_replace(path, (struct ca_bytes){m.at, m.len}, FILE_MODE, err);
}
