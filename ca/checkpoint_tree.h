/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/digest.h"

/* The Merkle tree of RFC 6962 2.1, of which only the right edge is kept: the roots of the complete
 * subtrees, the largest first (the "compact range"). Adding a leaf costs two hashes on average, and
 * memory does not grow with the tree. A zeroed struct is the empty tree. */
enum { CHECKPOINT_HASH = CA_SHA256_LEN, CHECKPOINT_EDGE_MAX = 63 };

struct checkpoint_tree {
    uint64_t size;                                      /* leaves */
    uint8_t edge[CHECKPOINT_EDGE_MAX][CHECKPOINT_HASH]; /* one for each bit of size that is set */
};

/* Adds one leaf. `data` is what the leaf is about: SHA-256(0x00 || data) goes into the tree. */
CA_RC checkpoint_tree_add(struct checkpoint_tree *t, struct ca_bytes data, struct ca_err *err);

/* The root; of the empty tree the SHA-256 of nothing. */
CA_RC checkpoint_tree_root(const struct checkpoint_tree *t, uint8_t ret[CHECKPOINT_HASH],
                           struct ca_err *err);

/* The edge as octets, one hash behind the other; borrowed. And a tree of such octets.
 * CA_MALFORMED not as many as a tree of this size has. */
struct ca_bytes checkpoint_tree_edge(const struct checkpoint_tree *t);
CA_RC checkpoint_tree_load(uint64_t size, struct ca_bytes edge, struct checkpoint_tree *ret,
                           struct ca_err *err);
