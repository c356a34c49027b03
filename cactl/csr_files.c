/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/csr_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "cactl/source.h"

enum { NAME_LEN = 4096, OCTETS_MAX = 128 * 1024, BLOCK = 64 * 1024 };

static void archive_close(struct archive *a)
{
    (void)archive_read_free(a);
}
CA_AUTO_DEFINE(archive, struct archive *, archive_close);

void csr_files_done(struct csr_files f)
{
    for (size_t i = 0; i < f.n; i++) {
        free(f.rows[i].name);
        free(f.rows[i].pem);
    }
    free(f.rows);
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_archive(const char *path)
{
    static const char *const ends[] = {".tar", ".tar.gz", ".tgz", ".zip"};
    size_t len = strlen(path);

    for (size_t i = 0; i < CA_COUNT(ends); i++) {
        size_t n = strlen(ends[i]);

        if (len > n && strcasecmp(path + len - n, ends[i]) == 0)
            return true;
    }
    return false;
}

bool csr_files_is_many(const char *path)
{
    return is_folder(path) || is_archive(path);
}

static CA_RC row_new(struct csr_files *f, const char *name, struct csr_file **ret,
                     struct ca_err *err)
{
    struct csr_file *grown;

    if (f->n == CSR_FILES_MAX)
        return CA_FAIL(err, CA_LIMIT, "more than %d files", CSR_FILES_MAX);
    grown = realloc(f->rows, (f->n + 1) * sizeof(f->rows[0]));
    if (grown == NULL)
        return CA_FAIL_NOMEM(err);
    f->rows = grown;
    *ret = &f->rows[f->n];
    **ret = (struct csr_file){.name = strdup(name)};
    if ((*ret)->name == NULL)
        return CA_FAIL_NOMEM(err);
    f->n++;
    return CA_OK;
}

/* What is no request is a row with its reason. */
static CA_RC row_fill(struct csr_file *row, enum ca_rc rc, const struct ca_err *why,
                      struct ca_buf *pem, struct ca_err *err)
{
    if (rc == CA_FAULT) {
        *err = *why;
        return rc;
    }
    if (rc != CA_OK) {
        (void)snprintf(row->why, sizeof(row->why), "%.159s", why->text);
        return CA_OK;
    }
    row->pem = strdup(ca_buf_cstr(pem));
    return row->pem != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC file_add(struct csr_files *f, const char *path, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf pem = {0};
    struct csr_file *row = NULL;
    struct ca_err why = {0};
    enum ca_rc rc;

    CA_TRY(row_new(f, path, &row, err));
    rc = source_csr(path, &pem, &why);
    return row_fill(row, rc, &why, &pem, err);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static CA_RC folder_entry_add(struct csr_files *f, const char *folder, const char *name,
                              struct ca_err *err)
{
    char path[NAME_LEN];
    struct stat st;
    size_t len = strlen(folder);

    if (snprintf(path, sizeof(path), "%s%s%s", folder, len > 0 && folder[len - 1] == '/' ? "" : "/",
                 name) >= (int)sizeof(path))
        return CA_FAIL(err, CA_LIMIT, "the path of %.100s is too long", name);
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return CA_OK;
    return file_add(f, path, err);
}

static CA_RC folder_add(struct csr_files *f, const char *path, struct ca_err *err)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, visible, alphasort);
    enum ca_rc rc = CA_OK;

    if (n < 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot read %s: %s", path, strerror(errno));
    for (int i = 0; i < n; i++) {
        if (rc == CA_OK)
            rc = folder_entry_add(f, path, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

static CA_RC data_read(struct archive *a, struct ca_buf *ret, struct ca_err *err)
{
    char block[BLOCK];
    la_ssize_t n;

    ret->max = OCTETS_MAX;
    while ((n = archive_read_data(a, block, sizeof(block))) > 0) {
        ca_buf_add(ret, block, (size_t)n);
        if (ret->state != CA_BUF_FINE)
            return CA_FAIL(err, CA_LIMIT, "more than %d octets", OCTETS_MAX);
    }
    if (n < 0)
        return CA_FAIL(err, CA_MALFORMED, "cannot be unpacked: %.100s", archive_error_string(a));
    return CA_OK;
}

static CA_RC archive_entry_add(struct csr_files *f, const char *path, struct archive *a,
                               struct archive_entry *entry, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf octets = {0};
    CA_AUTO(buf) struct ca_buf pem = {0};
    const char *inside = archive_entry_pathname(entry);
    char name[NAME_LEN];
    struct csr_file *row = NULL;
    struct ca_err why = {0};
    enum ca_rc rc;

    if (archive_entry_filetype(entry) != AE_IFREG)
        return CA_OK;
    (void)snprintf(name, sizeof(name), "%s/%s", path, inside != NULL ? inside : "?");
    CA_TRY(row_new(f, name, &row, err));
    rc = data_read(a, &octets, &why);
    if (rc == CA_OK)
        rc = source_csr_of(name, ca_buf_view(&octets), &pem, &why);
    return row_fill(row, rc, &why, &pem, err);
}

static CA_RC archive_add(struct csr_files *f, const char *path, struct ca_err *err)
{
    CA_AUTO(archive) struct archive *a = archive_read_new();
    struct archive_entry *entry;
    int rc;

    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    (void)archive_read_support_filter_gzip(a);
    (void)archive_read_support_format_tar(a);
    (void)archive_read_support_format_zip(a);
    if (archive_read_open_filename(a, path, BLOCK) != ARCHIVE_OK)
        return CA_FAIL(err, CA_MALFORMED, "%.100s is no archive: %.100s", path,
                       archive_error_string(a));
    while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN)
        CA_TRY(archive_entry_add(f, path, a, entry, err));
    if (rc != ARCHIVE_EOF)
        return CA_FAIL(err, CA_MALFORMED, "%.100s is no archive: %.100s", path,
                       archive_error_string(a));
    return CA_OK;
}

CA_RC csr_files_add(struct csr_files *f, const char *path, struct ca_err *err)
{
    if (is_folder(path))
        return folder_add(f, path, err);
    if (is_archive(path))
        return archive_add(f, path, err);
    return file_add(f, path, err);
}
