/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of what is published in a folder of the operator's, for a web server or a mirror of his.
 */
#include <limits.h>
#include <stdio.h>

#include "api/front.h"
#include "api/publish/publish_internal.h"
#include "base/file.h"

enum { FILE_MODE = 0644, FOLDER_MODE = 0755 };

/* As in the address; a part is in a folder of its authority's. */
static CA_RC place(const char *dir, const char *name, char ret[PATH_MAX], struct ca_err *err)
{
    char path[SHELF_NAME_MAX + 1];
    char file[SHELF_NAME_MAX + 8];
    char *slash;

    publish_path(name, path);
    slash = strchr(path, '/');
    if (slash != NULL) {
        *slash = '\0';
        CA_TRY(ca_path_join(ret, PATH_MAX, dir, path, err));
        CA_TRY(ca_dir_make(ret, FOLDER_MODE, err));
        *slash = '/';
    }
    (void)snprintf(file, sizeof(file), "%s.crl", path);
    return ca_path_join(ret, PATH_MAX, dir, file, err);
}

/* Another node may share the folder, and have been faster. */
static bool is_there(const char *path, const struct shelf_crl *crl)
{
    CA_AUTO(shelf_crl) struct shelf_crl there = {.fd = -1};
    struct ca_err none;

    return shelf_file_load(path, crl->name, &there, &none) == CA_OK && shelf_crl_holds(&there, crl);
}

CA_RC push_directory(const struct push_job *job, struct ca_err *err)
{
    char path[PATH_MAX];

    CA_TRY(place(job->config->crl_directory, job->crl->name, path, err));
    return is_there(path, job->crl) ? CA_OK : ca_file_replace(path, job->der, FILE_MODE, err);
}
