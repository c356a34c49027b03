/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/checkpoint_tree.h"

/* RFC 6962 2.1: leaves and nodes are told apart by the first octet. */
enum { LEAF = 0x00, NODE = 0x01 };

static size_t edge_count(uint64_t size)
{
    return (size_t)__builtin_popcountll(size);
}

static CA_RC node_hash(const uint8_t *left, const uint8_t *right, uint8_t *ret, struct ca_err *err)
{
    uint8_t octets[1 + 2 * CHECKPOINT_HASH] = {NODE};

    memcpy(octets + 1, left, CHECKPOINT_HASH);
    memcpy(octets + 1 + CHECKPOINT_HASH, right, CHECKPOINT_HASH);
    return ca_sha256((struct ca_bytes){octets, sizeof(octets)}, ret, err);
}

static CA_RC leaf_hash(struct ca_bytes data, uint8_t *ret, struct ca_err *err)
{
    uint8_t octets[1 + 1024] = {LEAF};

    if (data.len > sizeof(octets) - 1)
        return CA_FAIL(err, CA_FAULT, "a leaf of %zu octets", data.len);
    if (data.len > 0)
        memcpy(octets + 1, data.ptr, data.len);
    return ca_sha256((struct ca_bytes){octets, 1 + data.len}, ret, err);
}

CA_RC checkpoint_tree_add(struct checkpoint_tree *t, struct ca_bytes data, struct ca_err *err)
{
    size_t n = edge_count(t->size);
    uint8_t hash[CHECKPOINT_HASH];

    if (n == CHECKPOINT_EDGE_MAX)
        return CA_FAIL(err, CA_LIMIT, "the tree is full");
    CA_TRY(leaf_hash(data, hash, err));
    /* Each bit that the addition clears is a pair of subtrees that becomes one. */
    for (uint64_t bits = t->size; (bits & 1U) != 0; bits >>= 1)
        CA_TRY(node_hash(t->edge[--n], hash, hash, err));
    memcpy(t->edge[n], hash, CHECKPOINT_HASH);
    t->size++;
    return CA_OK;
}

CA_RC checkpoint_tree_root(const struct checkpoint_tree *t, uint8_t ret[CHECKPOINT_HASH],
                           struct ca_err *err)
{
    size_t n = edge_count(t->size);

    if (n == 0)
        return ca_sha256((struct ca_bytes){NULL, 0}, ret, err);
    memcpy(ret, t->edge[--n], CHECKPOINT_HASH);
    while (n > 0)
        CA_TRY(node_hash(t->edge[--n], ret, ret, err));
    return CA_OK;
}

struct ca_bytes checkpoint_tree_edge(const struct checkpoint_tree *t)
{
    return (struct ca_bytes){t->edge[0], edge_count(t->size) * CHECKPOINT_HASH};
}

CA_RC checkpoint_tree_load(uint64_t size, struct ca_bytes edge, struct checkpoint_tree *ret,
                           struct ca_err *err)
{
    if (size > INT64_MAX || edge.len != edge_count(size) * CHECKPOINT_HASH) {
        return CA_FAIL(err, CA_MALFORMED, "an edge of %zu octets is not of a tree of %ju leaves",
                       edge.len, (uintmax_t)size);
    }
    *ret = (struct checkpoint_tree){.size = size};
    if (edge.len > 0)
        memcpy(ret->edge, edge.ptr, edge.len);
    return CA_OK;
}
