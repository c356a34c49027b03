/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/audit_check.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

enum { CHAINS_MAX = 1024 };

struct audit_check {
    struct audit_check_config config;
    struct audit_check_counts counts;
    char seen[CHAINS_MAX][CHECKPOINT_CHAIN_MAX + 1];
    size_t seen_n;

    bool open;  /* a chain is at hand: seen[chain] */
    bool apart; /* it was at hand before: only its lines are looked at */
    bool whole; /* no line is missing so far, and the tree is right */
    size_t chain;
    int64_t last; /* the highest number that came */
    uint8_t head[AUDIT_HASH];
    struct checkpoint_tree tree;

    bool there; /* `next` is to be compared */
    struct checkpoint next;
    int64_t fits; /* size of the last one that did */
    bool refused; /* one did not: the later ones say the same */
};

CA_RC audit_check_new(const struct audit_check_config *config, struct audit_check **ret,
                      struct ca_err *err)
{
    struct audit_check *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    c->config = *config;
    *ret = c;
    return CA_OK;
}

void audit_check_free(struct audit_check *c)
{
    free(c);
}

struct audit_check_counts audit_check_counts(const struct audit_check *c)
{
    return c->counts;
}

void audit_check_find(struct audit_check *c, const char *chain, int64_t line, const char *fmt, ...)
{
    char text[400];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    c->counts.findings++;
    c->config.find(c->config.arg, chain, line, text);
}

static const char *name_of(const struct audit_check *c)
{
    return c->seen[c->chain];
}

static CA_RC next_take(struct audit_check *c, struct ca_err *err)
{
    c->there = false;
    if (c->config.source == NULL || c->apart)
        return CA_OK;
    return c->config.source->next(c->config.source->arg, &c->next, &c->there, err);
}

static bool seen_find(struct audit_check *c, const char *chain, size_t *ret)
{
    for (*ret = 0; *ret < c->seen_n; ++*ret) {
        if (strcmp(c->seen[*ret], chain) == 0)
            return true;
    }
    return false;
}

static CA_RC chain_begin(struct audit_check *c, const char *chain, struct ca_err *err)
{
    bool again = seen_find(c, chain, &c->chain);

    if (!again && c->seen_n == CHAINS_MAX)
        return CA_FAIL(err, CA_LIMIT, "more than %d chains", CHAINS_MAX);
    if (!again && !ca_text_copy(c->seen[c->seen_n], sizeof(c->seen[0]), ca_bytes_str(chain)))
        return CA_FAIL(err, CA_LIMIT, "the name of a chain is longer than %d octets",
                       CHECKPOINT_CHAIN_MAX);
    c->seen_n += again ? 0 : 1;
    c->counts.chains += again ? 0 : 1;
    c->open = true;
    c->apart = again;
    c->whole = true;
    c->last = 0;
    c->fits = 0;
    c->refused = false;
    c->tree.size = 0;
    memset(c->head, 0, sizeof(c->head));
    if (!again && c->config.source != NULL)
        CA_TRY(c->config.source->begin(c->config.source->arg, chain, err));
    return next_take(c, err);
}

/* All checkpoints as long as the tree is now. One that is shorter than one before it speaks of a
 * log that went back: a restored backup, or two signers of one name. */
static CA_RC checkpoints_compare(struct audit_check *c, struct ca_err *err)
{
    uint8_t root[CHECKPOINT_HASH];

    while (c->there && c->next.size <= c->tree.size) {
        if (c->next.size < c->tree.size && !c->refused) {
            audit_check_find(
                c, name_of(c), (int64_t)c->next.size,
                "a checkpoint of %ju lines stands behind one of %jd: the log went back",
                (uintmax_t)c->next.size, (intmax_t)c->fits);
        } else if (c->whole && !c->refused) {
            CA_TRY(checkpoint_tree_root(&c->tree, root, err));
            if (memcmp(root, c->next.root, sizeof(root)) == 0) {
                c->fits = (int64_t)c->next.size;
                c->counts.checkpoints++;
            } else {
                audit_check_find(c, name_of(c), (int64_t)c->next.size,
                                 "lines %jd to %ju are not those that were signed: they were "
                                 "changed or written anew",
                                 (intmax_t)c->fits + 1, (uintmax_t)c->next.size);
                c->refused = true;
            }
        }
        CA_TRY(next_take(c, err));
    }
    return CA_OK;
}

static void place_check(struct audit_check *c, const struct db_audit *row)
{
    const char *chain = name_of(c);

    if (row->sequence > c->last + 1) {
        if (row->sequence == c->last + 2) {
            audit_check_find(c, chain, c->last + 1, "missing");
        } else {
            audit_check_find(c, chain, c->last + 1, "missing, up to line %jd",
                             (intmax_t)row->sequence - 1);
        }
        c->whole = false;
    } else if (row->sequence <= c->last) {
        audit_check_find(c, chain, row->sequence, "stands behind line %jd: out of order, or twice",
                         (intmax_t)c->last);
        c->whole = false;
    } else if (row->previous.len != AUDIT_HASH ||
               memcmp(row->previous.ptr, c->head, AUDIT_HASH) != 0) {
        audit_check_find(c, chain, row->sequence,
                         "does not go on from line %jd: one of the two was changed or put in",
                         (intmax_t)c->last);
    }
}

static CA_RC content_check(struct audit_check *c, const struct db_audit *row, struct ca_err *err)
{
    uint8_t hash[AUDIT_HASH];

    CA_TRY(audit_hash(row, hash, err));
    if (row->hash.len != AUDIT_HASH || memcmp(row->hash.ptr, hash, AUDIT_HASH) != 0)
        audit_check_find(c, name_of(c), row->sequence,
                         "changed: its columns do not give its hash (%s by %s)", row->action,
                         row->actor);
    return CA_OK;
}

CA_RC audit_check_line(struct audit_check *c, const struct db_audit *row, struct ca_err *err)
{
    if (!c->open || strcmp(name_of(c), row->chain) != 0) {
        CA_TRY(audit_check_end(c, err));
        CA_TRY(chain_begin(c, row->chain, err));
        if (c->apart)
            audit_check_find(c, row->chain, row->sequence, "stands apart from its chain");
    }
    c->counts.lines++;
    CA_TRY(content_check(c, row, err));
    if (c->apart)
        return CA_OK;
    place_check(c, row);
    if (row->sequence > c->last) {
        c->last = row->sequence;
        if (row->hash.len == AUDIT_HASH)
            memcpy(c->head, row->hash.ptr, AUDIT_HASH);
    }
    if (!c->whole)
        return CA_OK; /* no tree any more */
    CA_TRY(checkpoint_tree_add(&c->tree, row->hash, err));
    return checkpoints_compare(c, err);
}

bool audit_check_wants_more(const struct audit_check *c)
{
    return c->open && c->there && (int64_t)c->next.size > c->last;
}

/* A cut tail shows only here: in a checkpoint of more lines than there are. */
static CA_RC rest_check(struct audit_check *c, struct ca_err *err)
{
    uint64_t longest = 0;

    while (c->there) {
        if (c->next.size > longest)
            longest = c->next.size;
        CA_TRY(next_take(c, err));
    }
    if ((int64_t)longest > c->last) {
        audit_check_find(c, name_of(c), c->last + 1,
                         "missing, up to line %ju at least, which a checkpoint speaks of: the tail "
                         "is cut",
                         (uintmax_t)longest);
    }
    return CA_OK;
}

CA_RC audit_check_end(struct audit_check *c, struct ca_err *err)
{
    if (!c->open)
        return CA_OK;
    CA_TRY(rest_check(c, err));
    c->open = false;
    if (!c->apart)
        c->config.end(c->config.arg, name_of(c), c->last, c->fits);
    return CA_OK;
}

CA_RC audit_check_expect(struct audit_check *c, const char *chain, struct ca_err *err)
{
    size_t at;

    if (seen_find(c, chain, &at))
        return CA_OK;
    CA_TRY(audit_check_end(c, err));
    CA_TRY(chain_begin(c, chain, err));
    return audit_check_end(c, err);
}
