/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>

#include "base/der_write.h"
#include "base/digest.h"
#include "ca/authority_internal.h"
#include "db/certificate.h"
#include "db/crl.h"

/* A CRL on its way: an unlinked file that takes the entries first, in order, and then what stands
 * in front of them and behind. Memory does not grow with their number. */
enum {
    CRL_FRONT_MAX = 64 * 1024, /* room kept in front of the entries */
    CRL_PIECE = 64 * 1024,     /* octets hashed, read or written at a time */
};

struct crl_part { /* of a file */
    int fd;
    off_t at;
    size_t len;
};

struct crl_file {
    int fd;
    struct der_writer pending; /* entries not yet written */
    off_t end;                 /* where the next octet goes */
    off_t entries_end;         /* once it is closed */
    int64_t entries;
    bool delta;
    struct crl_part tbs; /* TBSCertList, once it is closed; its octets stay as they are from then */
    struct crl_part crl; /* CertificateList, once it is signed */
};

/* *f is for crl_file_done, also when it fails. CA_UNAVAILABLE no such folder, or no room in it. */
CA_RC crl_file_open(struct crl_file *f, const char *spool_dir, struct ca_err *err);
void crl_file_done(struct crl_file *f);
static inline void crl_file_done_value(struct crl_file f)
{
    crl_file_done(&f);
}
CA_AUTO_DEFINE(crl_file, struct crl_file, crl_file_done_value);

/* A db_crl_entry_fn; `arg` is the file. */
CA_RC crl_file_entry(void *arg, const struct db_crl_entry *entry, struct ca_err *err);

/* Puts the entries of `more` behind those of `f`; neither is closed yet. */
CA_RC crl_file_append(struct crl_file *f, struct crl_file *more, struct ca_err *err);
/* Every entry of the selection into a file that is open. A large complete one is read by two
 * connections, `db` and one of the signer's pool where one is free. */
struct signer;
CA_RC crl_rows_read(struct signer *s, struct db *db, const struct db_crl_selection *selection,
                    struct crl_file *f, struct ca_err *err);

/* All but the entries (RFC 5280 5.1.2 and 5.2). */
struct crl_head {
    const struct issuer *issuer;
    int64_t number;
    int64_t this_update;
    int64_t next_update;
    int64_t base;         /* BaseCRLNumber: this is a delta; 0: complete */
    const char *point;    /* of a part: the address in its certificates; NULL: the whole */
    const char *freshest; /* where its deltas are; NULL: none */
};
/* No more entries: writes what stands around them, which makes the TBSCertList. */
CA_RC crl_file_close(struct crl_file *f, const struct crl_head *head, struct ca_err *err);

/* Takes away what stands around the entries, so that it can be closed once more. */
CA_RC crl_file_again(struct crl_file *f, struct ca_err *err);

/* The part of a file, in pieces of `piece` octets. CA_UNAVAILABLE it cannot be read. */
typedef CA_RC (*crl_piece_fn)(void *arg, struct ca_bytes piece, struct ca_err *err);
CA_RC crl_file_read(const struct crl_part *part, size_t piece, crl_piece_fn fn, void *arg,
                    struct ca_err *err);
/* The same part as one view, for the algorithms that want it at once; for crl_map_done. */
struct crl_map {
    struct ca_bytes bytes;
    void *base; /* of the pages */
    size_t len;
};
CA_RC crl_map(const struct crl_part *part, struct crl_map *ret, struct ca_err *err);
void crl_map_done(struct crl_map m);
CA_AUTO_DEFINE(crl_map, struct crl_map, crl_map_done);
/* Digest of the part as the file has it; `ret` takes EVP_MAX_MD_SIZE octets. */
CA_RC crl_digest(const struct crl_part *part, const char *digest, uint8_t *ret, size_t *ret_len,
                 struct ca_err *err);

/* Puts algorithm and signature behind the TBSCertList and the outer head in front. Writes nothing
 * of the TBSCertList. */
CA_RC crl_file_sign(struct crl_file *f, enum ca_signature signature, struct ca_bytes octets,
                    struct ca_err *err);

/* One revokedCertificate (RFC 5280 5.1.2.6, 5.3). CA_FAULT a reason that a CRL does not have:
 * removeFromCRL is for deltas. */
CA_RC crl_entry_write(struct der_writer *w, const struct db_crl_entry *entry, bool delta,
                      struct ca_err *err);
/* From the version to nextUpdate. */
void crl_fields_write(struct der_writer *w, const struct crl_head *head);
/* crlExtensions with its tag: AKI (5.2.1), CRLNumber (5.2.3), then what there is of
 * deltaCRLIndicator (5.2.4), issuingDistributionPoint (5.2.5) and freshestCRL (5.2.6). */
void crl_extensions_write(struct der_writer *w, const struct crl_head *head);

/* crl_walk in three parts that may run at once: what is listed, of a TBSCertList that nobody has
 * signed yet; the signature and what else is outside it; the digest by which it is stored. The
 * first leaves size and sha256 of *ret alone. `digest`: of this TBSCertList by the algorithm's
 * digest, read from the file; Ed25519 has none and reads the list itself. */
struct crl_made;
CA_RC crl_walk_list(const struct crl_part *tbs, const struct authority *authority,
                    const struct crl_head *want, struct crl_made *ret, struct ca_err *err);
CA_RC crl_walk_signature(const struct crl_part *crl, const struct crl_part *tbs,
                         struct ca_bytes digest, const struct authority *authority,
                         struct ca_err *err);
CA_RC crl_sha256(const struct crl_part *part, uint8_t ret[CA_SHA256_LEN], struct ca_err *err);

/* crl_walk, for a CRL that starts at `at` and ends with the file. `want`: its number, base, point
 * and freshest; the rest is not looked at. */
CA_RC crl_walk_from(int fd, off_t at, const struct authority *authority,
                    const struct crl_head *want, struct crl_made *ret, struct ca_err *err);
