/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/authority_change_internal.h"

/* A creation under way. */
struct creating {
    struct signer *signer;
    const struct actor *actor;
    const struct wire_authority_create *ask;
    struct authority_set *set; /* as it was before */
    const char *profile;       /* "" external */
    bool self_signed;
    bool external;
    const struct authority *parent;   /* NULL: itself, or outside */
    const struct authority *existing; /* one of the same name: pending, or the answer */
    struct ca_key_spec spec;
    enum ca_signature signature;
    struct der_writer subject;
    struct authority_urls urls;
    struct ca_buf csr;
    struct ca_buf certificate;
    struct ca_buf chain;
    char key_label[AUTHORITY_KEY_LABEL_MAX + 1];
    char detail[240];
    const struct hsm_key *key;
    struct db_authority row;
};

/* Judges the whole question against `set`, and fills all that does not need the token. */
CA_RC creating_check(struct creating *c, struct ca_err *err);
