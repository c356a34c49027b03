/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/audit.h"
#include "ca/checkpoint_note.h"

/* Checks lines of the audit log as they come, chain after chain, each in the order of its numbers.
 * Memory does not grow with the log. */
struct audit_check;

/* Checkpoints of one chain, the shortest first. Their signatures are good: a source tells of those
 * that are not by itself (audit_check_find). */
struct audit_source {
    void *arg;
    CA_RC (*begin)(void *arg, const char *chain, struct ca_err *err);
    /* *ret_there false: no more. */
    CA_RC (*next)(void *arg, struct checkpoint *ret, bool *ret_there, struct ca_err *err);
};

/* What was found; `line` 0: the chain as a whole. */
typedef void (*audit_find_fn)(void *arg, const char *chain, int64_t line, const char *text);
/* A chain is at its end: its last line, the last checkpoint that fits (0: none). */
typedef void (*audit_end_fn)(void *arg, const char *chain, int64_t last, int64_t protected);

struct audit_check_config {
    const struct audit_source *source; /* NULL: no checkpoints */
    void *arg;
    audit_find_fn find;
    audit_end_fn end;
};
CA_RC audit_check_new(const struct audit_check_config *config, struct audit_check **ret,
                      struct ca_err *err);
void audit_check_free(struct audit_check *c); /* NULL is fine */
CA_AUTO_DEFINE(audit_check, struct audit_check *, audit_check_free);

/* The next line. Errors are those of the source: what is wrong with the log is found, not failed.
 */
CA_RC audit_check_line(struct audit_check *c, const struct db_audit *row, struct ca_err *err);
/* Behind the last line of a chain, and at the end of all. */
CA_RC audit_check_end(struct audit_check *c, struct ca_err *err);
/* A chain of which there are checkpoints: it must have been there. */
CA_RC audit_check_expect(struct audit_check *c, const char *chain, struct ca_err *err);
/* Does a checkpoint speak of more lines than came? A log that grows has them by now. */
bool audit_check_wants_more(const struct audit_check *c);

void audit_check_find(struct audit_check *c, const char *chain, int64_t line, const char *fmt, ...)
    CA_PRINTF(4, 5);

struct audit_check_counts {
    uint64_t lines;
    uint64_t chains;
    uint64_t checkpoints; /* that fit */
    uint64_t findings;
};
struct audit_check_counts audit_check_counts(const struct audit_check *c);
