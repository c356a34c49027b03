/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"

/* The newest CRL of each part of each authority, complete and delta, as a file that is open.
 * Survives a restart and the database. */
struct shelf;

enum { SHELF_NAME_MAX = 95 };
struct shelf_crl {
    char name[SHELF_NAME_MAX + 1]; /* AUTHORITY, AUTHORITY+0007 (a part); +delta behind it */
    int fd;
    size_t size;
    uint8_t sha256[32];
    int64_t number;
    int64_t this_update;
    int64_t next_update;
    bool read_back;  /* fetched over HTTP since it came, and equal */
    unsigned pushed; /* bit n: push target n has it */
};
void shelf_crl_done(struct shelf_crl crl);
CA_AUTO_DEFINE(shelf_crl, struct shelf_crl, shelf_crl_done); /* start with .fd = -1 */

/* Takes up what DIR/NAME.crl files are there. What cannot be read is left out and logged. */
CA_RC shelf_open(const char *dir, struct shelf **ret, struct ca_err *err);
void shelf_close(struct shelf *shelf);
const char *shelf_dir(const struct shelf *shelf);

/* A copy with a descriptor of its own. False: none of this authority. */
bool shelf_take(struct shelf *shelf, const char *name, struct shelf_crl *ret);
/* Takes it over. CA_CONFLICT: there is one with a higher number (I12). */
CA_RC shelf_put(struct shelf *shelf, struct shelf_crl *crl, struct ca_err *err);
/* Copies without descriptors; answers how many, at most `max`. */
size_t shelf_list(struct shelf *shelf, struct shelf_crl *ret, size_t max);
void shelf_read_back_set(struct shelf *shelf, const char *name, int64_t number, bool equal);
void shelf_pushed_set(struct shelf *shelf, const char *name, int64_t number, unsigned target);
enum { SHELF_MAX = 1024 };

/* api/publish/shelf_file.c */
/* Number, times, size and digest of a CertificateList, nothing behind it. CA_MALFORMED. */
CA_RC shelf_crl_read(struct ca_bytes der, struct shelf_crl *ret, struct ca_err *err);
/* What is somewhere is this CRL, or has a higher number. */
bool shelf_crl_holds(const struct shelf_crl *there, const struct shelf_crl *crl);
/* Opens the file and reads number and times out of it. CA_MALFORMED: no
 * CRL. */
CA_RC shelf_file_load(const char *path, const char *name, struct shelf_crl *ret,
                      struct ca_err *err);
