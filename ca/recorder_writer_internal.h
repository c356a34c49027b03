/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/recorder_internal.h"

/* The recorder's connection and audit chain, for its thread alone: writes entries and gives each
 * its `done`. Entries whose outcome the database still owes us (intents after a COMMIT that nobody
 * answered, certificates that could not be stored) are parked and tried again until it is back;
 * meanwhile new entries are refused, so there are never more than one batch of them. */
struct writer;

CA_RC writer_open(const struct recorder_config *config, struct writer **ret, struct ca_err *err);
void writer_close(struct writer *w); /* NULL is fine; what is parked gets no `done` */
CA_AUTO_DEFINE(writer, struct writer *, writer_close);

/* Intents and certificates in one transaction, every change in its own. While entries are parked
 * none is begun: certificates join them, the others are refused. `records` is in disorder after. */
void writer_put(struct writer *w, struct record **records, size_t n);

size_t writer_parked(const struct writer *w);
/* Asks what became of each parked entry, and stores the certificates that are not there yet. */
void writer_retry(struct writer *w);
/* Stopping without a database: refuses what is parked; the next start settles what is open. */
void writer_give_up(struct writer *w);

/* Any thread. All but `queue`. */
void writer_stats(const struct writer *w, struct recorder_stats *ret);
