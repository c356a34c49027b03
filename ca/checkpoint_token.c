/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/checkpoint_token.h"

/* In this order: what the token cannot make is not an error while there is another kind. */
static const char *const kinds[] = {"ed25519", "ec:P-256"};

static CA_RC key_make(struct hsm *hsm, struct hsm_key **ret, struct ca_err *err)
{
    enum ca_rc rc = CA_FAULT;
    bool removed = false;

    CA_TRY(hsm_key_discard(hsm, CHECKPOINT_KEY_LABEL, &removed, err));
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        struct ca_key_spec spec;

        if (!ca_key_spec_parse(kinds[i], &spec))
            continue;
        rc = hsm_key_generate(hsm, CHECKPOINT_KEY_LABEL, spec, HSM_CA_KEY, ret, err);
        if (rc != CA_DENIED || strcmp(err->problem, "mechanism-missing") != 0)
            break;
    }
    return rc;
}

CA_RC checkpoint_key_take(struct hsm *hsm, bool make, struct hsm_key **ret, bool *ret_made,
                          struct ca_err *err)
{
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    enum ca_rc rc = hsm_key_open(hsm, CHECKPOINT_KEY_LABEL, &key, err);

    *ret_made = false;
    if (rc == CA_NOT_FOUND && make) {
        rc = key_make(hsm, &key, err);
        *ret_made = rc == CA_OK;
    }
    if (rc == CA_NOT_FOUND) {
        return CA_FAIL(err, CA_NOT_FOUND,
                       "no key '" CHECKPOINT_KEY_LABEL
                       "' in the CA token: run 'ca-server audit key --make'");
    }
    CA_TRY(rc);
    CA_TRY(hsm_key_check(hsm, key, err)); /* I14 */
    *ret = CA_MOVE(key);
    return CA_OK;
}
