/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/mass_internal.h"
#include "db/named_list.h"

/* Lists of certificates that are named one by one, too long for one question: made, given in
 * pieces, completed with their number and digest; from then on nothing of them changes, and one
 * mass revocation works them off. Each row carries a seal, and is looked at again whenever it is
 * read. */

enum {
    NAMED_LIST_MOST = 1000000, /* names */
    NAMED_PIECES_MOST = 1000,
    NAMED_PART = 10000,   /* certificates in a row of named_list_part */
    NAMED_LISTS_OWN = 8,  /* of one operator */
    NAMED_LISTS_MAX = 32, /* of all */
    NAMED_OPEN_S = 86400, /* to complete it */
    NAMED_KEPT_S = 35 * 86400,
    NAMED_AFTER_S = 3600, /* it stays when its job has ended */
};

/* ca/named_list_row.c: seals. */
CA_RC named_list_seal(const struct seal *s, struct db_named_list *row, uint8_t seal[SEAL_LEN],
                      struct ca_err *err);
CA_RC named_list_seal_check(const struct seal *s, const struct db_named_list *row,
                            struct ca_err *err);
CA_RC named_piece_seal(const struct seal *s, struct db_list_piece *row, uint8_t seal[SEAL_LEN],
                       struct ca_err *err);
CA_RC named_piece_seal_check(const struct seal *s, const struct db_list_piece *row,
                             struct ca_err *err);
CA_RC named_part_seal(const struct seal *s, struct db_list_part *row, uint8_t seal[SEAL_LEN],
                      struct ca_err *err);
CA_RC named_part_seal_check(const struct seal *s, const struct db_list_part *row,
                            struct ca_err *err);

/* ca/named_list_digest.c: how many `names` (as in struct wire_mass_revoke) are, each once, and the
 * SHA-256 of what `sort -u` makes of them, one a line: ids with their hyphens, numbers in
 * lower-case hexadecimal digits. CA_MALFORMED. */
CA_RC named_list_digest(struct ca_bytes names, int64_t *ret_n, uint8_t ret[32], struct ca_err *err);

/* ca/named_list_read.c */
/* The list of this operator: CA_NOT_FOUND there is none; CA_DENIED another operator's, or its seal
 * does not fit; CA_CONFLICT it has expired. *ret: one struct db_named_list. */
CA_RC named_list_find(struct signer *s, struct db *db, const struct actor *actor,
                      const struct ca_uuid *id, struct db_result *ret, struct ca_err *err);
/* Where a reader of a complete list is: one part at a time. Zeroed before use. */
struct named_reader {
    struct ca_uuid list_id;
    struct db_result part; /* a struct db_list_part, or none */
};
void named_reader_done(struct named_reader *r);
static inline void ca_auto_named_reader(struct named_reader *r)
{
    named_reader_done(r);
}
/* At most `most` of its ids behind `after` (NULL or nil: from the start); len 0: there are no more.
 * Good until the next call. */
CA_RC named_reader_next(struct signer *s, struct db *db, struct named_reader *r,
                        const struct ca_uuid *after, size_t most, struct ca_bytes *ret,
                        struct ca_err *err);
struct ca_uuid named_ids_last(struct ca_bytes ids);

/* ca/named_list_count.c: what was counted of lists, until a job ends. */
CA_RC named_counts_new(struct named_counts **ret, struct ca_err *err);
void named_counts_free(struct named_counts *c); /* NULL is fine */
void named_counts_forget(struct named_counts *c);
/* As db_selection_count, of a list in `parts` parts; the digest is that of the first part's, then
 * of the one before and the next part's. CA_UNAVAILABLE it takes longer than a question may: the
 * same question, asked again, goes on. */
CA_RC named_list_count(struct signer *s, struct db *db, const struct db_selection *selection,
                       int32_t parts, struct db_selection_count *ret, struct ca_err *err);
/* As db_selection_page, also of a list. `r` stays for the next page. */
CA_RC named_list_page(struct signer *s, struct db *db, struct named_reader *r,
                      const struct db_selection *selection, const struct ca_uuid *after,
                      size_t limit, struct db_result *ret, struct ca_err *err);
