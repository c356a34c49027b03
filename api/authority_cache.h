/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "db/db.h"

/* What the front knows of each authority without asking the database: certificates and chains, as
 * they are served. Any thread may look; api/publish/publisher.c fills it anew every few seconds,
 * and it stays as it is while the database is away. */
struct authority_cache;

struct authority_card {
    int64_t id;
    struct ca_uuid uuid;
    char name[64];
    bool active;                 /* has its certificate; not pending, not retired */
    struct ca_bytes certificate; /* DER; len 0 while pending */
    struct ca_bytes pem;         /* the same as one PEM block */
    struct ca_bytes issuers;     /* DER certificates of its issuers, root last */
    struct ca_bytes chain_pem;   /* its own and its issuers' down to, but without, the root; the
                                    root's own chain is the root */
    struct ca_bytes bundle_pem;  /* chain_pem with the root */
    struct ca_bytes certs_only;  /* certificate and issuers as certs-only CMS SignedData (p7c) */
    struct ca_bytes fingerprint; /* SHA-256 of the certificate */
    struct card_hashes {         /* of its Name and of its key, as CertIDs have them */
        struct ca_bytes name, key;
    } sha1, sha256;
    struct ca_bytes next_ca; /* what GetNextCACert answers (RFC 8894 4.7.1); len 0: none */
};

CA_RC authority_cache_new(struct authority_cache **ret, struct ca_err *err);
void authority_cache_free(struct authority_cache *cache);
/* Reads all authorities and replaces the snapshot. */
CA_RC authority_cache_load(struct authority_cache *cache, struct db *db, struct ca_err *err);

/* A counted snapshot, good until given back. Never NULL. */
struct authority_cards;
struct authority_cards *authority_cache_take(struct authority_cache *cache);
void authority_cards_give(struct authority_cards *cards);
CA_AUTO_DEFINE(authority_cards, struct authority_cards *, authority_cards_give);

size_t authority_cards_count(const struct authority_cards *cards);
const struct authority_card *authority_cards_at(const struct authority_cards *cards, size_t i);
/* NULL: no such authority. Borrowed from the snapshot. */
const struct authority_card *authority_cards_find(const struct authority_cards *cards,
                                                  const char *name);
