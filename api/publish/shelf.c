/* SPDX-License-Identifier: Apache-2.0 */
#include "api/publish/shelf_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

struct shelf {
    char dir[512];
    pthread_mutex_t lock; /* guards everything below */
    size_t n;
    struct shelf_crl crls[SHELF_MAX];
};

void shelf_crl_done(struct shelf_crl crl)
{
    ca_fd_close(crl.fd);
}

static struct shelf_crl *find(struct shelf *shelf, const char *name)
{
    for (size_t i = 0; i < shelf->n; i++) {
        if (strcmp(shelf->crls[i].name, name) == 0)
            return &shelf->crls[i];
    }
    return NULL;
}

/* NAME.crl; anything else in the folder is left alone. */
static bool name_of_file(const char *file, char ret[SHELF_NAME_MAX + 1])
{
    size_t n = strlen(file);

    return n > 4 && strcmp(file + n - 4, ".crl") == 0 && file[0] != '.' &&
           ca_text_copy(ret, SHELF_NAME_MAX + 1, (struct ca_bytes){(const uint8_t *)file, n - 4});
}

static void file_take_up(struct shelf *shelf, const char *file)
{
    CA_AUTO(shelf_crl) struct shelf_crl crl = {.fd = -1};
    char name[SHELF_NAME_MAX + 1];
    char path[768];
    struct ca_err err = {0};
    enum ca_rc rc;

    if (!name_of_file(file, name))
        return;
    rc = ca_path_join(path, sizeof(path), shelf->dir, file, &err);
    if (rc == CA_OK)
        rc = shelf_file_load(path, name, &crl, &err);
    if (rc == CA_OK)
        rc = shelf_put(shelf, &crl, &err);
    if (rc != CA_OK)
        CA_LOG(CA_LOG_ERROR, "crl_file_ignored", CA_STR("file", path), CA_STR("text", err.text));
}

CA_RC shelf_open(const char *dir, struct shelf **ret, struct ca_err *err)
{
    struct shelf *shelf;
    DIR *stream;
    const struct dirent *entry;

    CA_TRY(ca_dir_make(dir, 0750, err));
    stream = opendir(dir);
    if (stream == NULL)
        return CA_FAIL(err, CA_UNAVAILABLE, "folder %s cannot be read", dir);
    shelf = calloc(1, sizeof(*shelf));
    if (shelf == NULL || !ca_text_copy(shelf->dir, sizeof(shelf->dir), ca_bytes_str(dir))) {
        (void)closedir(stream);
        free(shelf);
        return CA_FAIL_NOMEM(err);
    }
    (void)pthread_mutex_init(&shelf->lock, NULL);
    while ((entry = readdir(stream)) != NULL)
        file_take_up(shelf, entry->d_name);
    (void)closedir(stream);
    *ret = shelf;
    return CA_OK;
}

void shelf_close(struct shelf *shelf)
{
    if (shelf == NULL)
        return;
    for (size_t i = 0; i < shelf->n; i++)
        shelf_crl_done(shelf->crls[i]);
    (void)pthread_mutex_destroy(&shelf->lock);
    free(shelf);
}

const char *shelf_dir(const struct shelf *shelf)
{
    return shelf->dir;
}

bool shelf_take(struct shelf *shelf, const char *name, struct shelf_crl *ret)
{
    const struct shelf_crl *found;
    struct shelf_crl copy = {.fd = -1};

    (void)pthread_mutex_lock(&shelf->lock);
    found = find(shelf, name);
    if (found != NULL) {
        copy = *found;
        copy.fd = fcntl(found->fd, F_DUPFD_CLOEXEC, 0);
    }
    (void)pthread_mutex_unlock(&shelf->lock);
    if (copy.fd < 0)
        return false;
    *ret = copy;
    return true;
}

/* With the lock held. NULL: full. */
static struct shelf_crl *place_for(struct shelf *shelf, const char *name)
{
    struct shelf_crl *place = find(shelf, name);

    if (place == NULL && shelf->n < SHELF_MAX) {
        place = &shelf->crls[shelf->n++];
        *place = (struct shelf_crl){.fd = -1, .number = -1};
    }
    return place;
}

CA_RC shelf_put(struct shelf *shelf, struct shelf_crl *crl, struct ca_err *err)
{
    struct shelf_crl old = {.fd = -1};
    struct shelf_crl *place;
    bool higher;

    (void)pthread_mutex_lock(&shelf->lock);
    place = place_for(shelf, crl->name);
    higher = place != NULL && place->number > crl->number;
    if (place != NULL && !higher) {
        old = *place;
        *place = *crl;
        crl->fd = -1;
    }
    (void)pthread_mutex_unlock(&shelf->lock);
    shelf_crl_done(old);
    if (place == NULL)
        return CA_FAIL(err, CA_LIMIT, "CRLs of more than %d authorities", SHELF_MAX);
    if (higher) {
        return CA_FAIL(err, CA_CONFLICT, "CRL %jd of '%s' is behind the one that is served",
                       (intmax_t)crl->number, crl->name);
    }
    return CA_OK;
}

size_t shelf_list(struct shelf *shelf, struct shelf_crl *ret, size_t max)
{
    size_t n;

    (void)pthread_mutex_lock(&shelf->lock);
    for (n = 0; n < shelf->n && n < max; n++) {
        ret[n] = shelf->crls[n];
        ret[n].fd = -1;
    }
    (void)pthread_mutex_unlock(&shelf->lock);
    return n;
}

void shelf_read_back_set(struct shelf *shelf, const char *name, int64_t number, bool equal)
{
    struct shelf_crl *crl;

    (void)pthread_mutex_lock(&shelf->lock);
    crl = find(shelf, name);
    if (crl != NULL && crl->number == number)
        crl->read_back = equal;
    (void)pthread_mutex_unlock(&shelf->lock);
}

void shelf_pushed_set(struct shelf *shelf, const char *name, int64_t number, unsigned target)
{
    struct shelf_crl *crl;

    (void)pthread_mutex_lock(&shelf->lock);
    crl = find(shelf, name);
    if (crl != NULL && crl->number == number)
        crl->pushed |= 1U << target;
    (void)pthread_mutex_unlock(&shelf->lock);
}
