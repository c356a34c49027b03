/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"
#include "db/certificate.h"

/* Strict DER out of a file, through one window: containers are opened, everything else comes whole.
 * CA_MALFORMED what is not DER, reaches beyond `end`, or is longer than the window. */
struct crl_reader {
    int fd;
    off_t at;        /* next octet */
    uint8_t *window; /* CRL_PIECE octets */
    off_t window_at; /* what it shows */
    size_t window_len;
};
CA_RC crl_reader_start(struct crl_reader *r, struct ca_err *err);
void crl_reader_done(struct crl_reader r);
CA_AUTO_DEFINE(crl_reader, struct crl_reader, crl_reader_done);

/* Is the next element one with this tag? False at the end. */
bool crl_reader_sees(struct crl_reader *r, off_t end, unsigned tag);
/* Goes into the next element; *ret_end is where its content ends. */
CA_RC crl_reader_open(struct crl_reader *r, off_t end, unsigned tag, off_t *ret_end,
                      struct ca_err *err);
/* The next element, whole; a view until the next call. */
CA_RC crl_reader_next(struct crl_reader *r, off_t end, struct ca_bytes *ret, struct ca_err *err);
/* CA_MALFORMED unless everything up to `end` was read. */
CA_RC crl_reader_closed(const struct crl_reader *r, off_t end, struct ca_err *err);

/* revokedCertificates so far. */
struct crl_entries {
    int64_t count;
    uint8_t serial[DB_SERIAL_MAX]; /* of the newest */
    size_t serial_len;
    bool delta; /* certificates may be taken off the list */
};
/* One entry, whole: a serial above the one before in the order of their octets (which finds each
 * that is there twice), a time, and the extensions that we write. */
CA_RC crl_entries_check(struct crl_entries *e, struct ca_bytes entry, struct ca_err *err);

/* crlExtensions with its tag: AKI with this key identifier, CRLNumber, and of deltaCRLIndicator,
 * issuingDistributionPoint and freshestCRL what `want` has; nothing else. */
struct crl_head;
CA_RC crl_extensions_check(struct ca_bytes all, struct ca_bytes key_id, const struct crl_head *want,
                           struct ca_err *err);
