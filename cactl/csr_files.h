/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/buf.h"

/* Certification requests of files, folders and archives (tar, tar.gz, zip). */
struct csr_file {
    char *name;    /* as it is shown: "folder/www.csr", "all.tar.gz/www.csr" */
    char *pem;     /* NULL: it holds none */
    char why[160]; /* then: why not */
};
struct csr_files {
    struct csr_file *rows;
    size_t n;
};
void csr_files_done(struct csr_files f);
CA_AUTO_DEFINE(csr_files, struct csr_files, csr_files_done);

/* Is `path` a folder or, by the end of its name, an archive? */
bool csr_files_is_many(const char *path);
/* Appends those of one path: of a folder its own files without hidden ones, in the order of their
 * names; of an archive every file in it, in its order. What cannot be read as a request is a row
 * too. CA_LIMIT more than CSR_FILES_MAX; CA_NOT_FOUND, CA_UNAVAILABLE, CA_MALFORMED no archive. */
enum { CSR_FILES_MAX = 100000 };
CA_RC csr_files_add(struct csr_files *f, const char *path, struct ca_err *err);
