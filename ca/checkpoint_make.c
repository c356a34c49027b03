/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/checkpoint_internal.h"

enum { PAGE = 4096 };

static CA_RC rewritten(const char *chain, const char *what, int64_t at, struct ca_err *err)
{
    return CA_FAIL(err, CA_CONFLICT, "audit chain %s: %s (line %jd)", chain, what, (intmax_t)at);
}

/* The root of a tree of `size` lines that was signed before is the one that is there again. */
static CA_RC root_check(const struct db_checkpoint_state *state,
                        const struct checkpoint_chain *chain, struct ca_err *err)
{
    uint8_t root[CHECKPOINT_HASH];

    if (chain->tree.size != (uint64_t)state->size)
        return CA_OK;
    CA_TRY(checkpoint_tree_root(&chain->tree, root, err));
    if (!ca_bytes_equal((struct ca_bytes){root, sizeof(root)}, state->root))
        return rewritten(chain->name, "its lines are not those of its checkpoint", state->size,
                         err);
    return CA_OK;
}

/* The edge that the database keeps saves reading the whole chain at each start. It counts only with
 * our signature over the root that it makes; else the tree is made again from the first line. */
static bool edge_take(const struct db_checkpoint_state *state, const struct checkpoint_key *key,
                      struct checkpoint_tree *ret)
{
    const char *text = state->note != NULL ? state->note : "";
    uint8_t root[CHECKPOINT_HASH];
    struct checkpoint_tree tree;
    struct checkpoint signed_one;
    struct ca_err err;

    if (state->size == 0 || state->edge_size != state->size ||
        checkpoint_tree_load((uint64_t)state->edge_size, state->edge, &tree, &err) != CA_OK ||
        checkpoint_tree_root(&tree, root, &err) != CA_OK ||
        checkpoint_open(ca_bytes_str(text), key, &signed_one, &err) != CA_OK)
        return false;
    if (signed_one.size != tree.size || memcmp(signed_one.root, root, sizeof(root)) != 0)
        return false;
    *ret = tree;
    return true;
}

static CA_RC page_add(const struct db_checkpoint_state *state, const struct db_result *page,
                      struct checkpoint_chain *chain, struct ca_err *err)
{
    const struct db_audit_hash *rows = page->rows;

    for (size_t i = 0; i < page->count; i++) {
        if (rows[i].sequence != (int64_t)chain->tree.size + 1)
            return rewritten(chain->name, "a line is missing", (int64_t)chain->tree.size + 1, err);
        CA_TRY(checkpoint_tree_add(&chain->tree, rows[i].hash, err));
        CA_TRY(root_check(state, chain, err));
    }
    return CA_OK;
}

CA_RC checkpoint_follow(struct db *db, const struct db_checkpoint_state *state,
                        const struct checkpoint_key *key, struct checkpoint_chain *chain,
                        struct ca_err *err)
{
    struct checkpoint_chain next = *chain;

    if (!next.checked)
        next.checked = edge_take(state, key, &next.tree);
    if ((int64_t)next.tree.size > state->sequence || state->size > state->sequence)
        return rewritten(next.name, "it ends before what was signed", (int64_t)next.tree.size, err);
    if (chain->checked && state->size < (int64_t)chain->tree.size && chain->at != 0)
        return rewritten(next.name, "a checkpoint is gone", (int64_t)chain->tree.size, err);
    while ((int64_t)next.tree.size < state->sequence) {
        CA_AUTO(db_result) struct db_result page = {0};

        CA_TRY(db_audit_hashes(db, next.name, (int64_t)next.tree.size, PAGE, &page, err));
        if (page.count == 0)
            return rewritten(next.name, "it has become shorter", (int64_t)next.tree.size, err);
        CA_TRY(page_add(state, &page, &next, err));
    }
    next.checked = true;
    *chain = next;
    return CA_OK;
}

CA_RC checkpoint_sign(const struct signer_config *config, const struct hsm_key *signer,
                      const struct checkpoint_key *key, const struct checkpoint_chain *chain,
                      struct checkpoint *ret, struct ca_buf *ret_note, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf signature = {0};
    struct checkpoint again;

    CA_TRY(checkpoint_origin(config->public_url, chain->name, ret->origin, err));
    ret->size = chain->tree.size;
    CA_TRY(checkpoint_tree_root(&chain->tree, ret->root, err));
    checkpoint_text(ret, ret_note);
    CA_TRY(ca_buf_check(ret_note, err));
    CA_TRY(hsm_sign(signer, checkpoint_key_signature(key), ca_buf_view(ret_note), &signature, err));
    CA_TRY(checkpoint_signature_put(ret, key, ca_buf_view(&signature), ret_note, err));
    return checkpoint_open(ca_buf_view(ret_note), key, &again, err); /* verified in software (I2) */
}
