/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/rc.h"
#include "policy/spki.h"

/* Keys that anybody could compute (I17). Arithmetic checks need no list; the Debian weak keys
 * (CVE-2008-0166) and the blocked keys come as lists that a caller has read: no I/O here. */

/* A list of known keys in memory; immutable, threads share it. */
struct key_checks;

/* Reads a compact filter of weak keys (docs/reference/weak-keys.md has the format; len 0: none) and
 * a sorted list of SHA-256 hashes of blocked SubjectPublicKeyInfos, 32 octets each (len 0: none).
 * Copies both. CA_MALFORMED not such a filter. */
CA_RC key_checks_new(struct ca_bytes weak_keys, struct ca_bytes blocked, struct key_checks **ret,
                     struct ca_err *err);
/* The weak keys of `base` (NULL: none), which has to outlive it, with another list of blocked ones.
 */
CA_RC key_checks_with_blocked(const struct key_checks *base, struct ca_bytes blocked,
                              struct key_checks **ret, struct ca_err *err);
void key_checks_free(struct key_checks *k);
CA_AUTO_DEFINE(key_checks, struct key_checks *, key_checks_free);

/* What is wrong with a key. */
enum key_weakness {
    KEY_SOUND,
    KEY_ROCA,         /* CVE-2017-15361: the fingerprint of Infineon's RSALib */
    KEY_CLOSE_PRIMES, /* Fermat's method factors it in 100 rounds */
    KEY_SMALL_FACTOR, /* a prime below 752 */
    KEY_DEBIAN,       /* CVE-2008-0166 */
    KEY_BLOCKED,      /* on the list of blocked keys */
    KEY__COUNT
};
struct key_weakness_info {
    const char *rule;   /* "key.roca" */
    const char *text;   /* a sentence for people */
    const char *source; /* "CVE-2017-15361" */
};
/* Does key_check look for it? What takes a list, only when the list is there and not empty. */
bool key_checks_has(const struct key_checks *k, enum key_weakness weakness);
const struct key_weakness_info *key_weakness_info(enum key_weakness weakness); /* NULL: sound */

/* The first weakness that is found. `checks` NULL: without lists. `spki` is the whole element that
 * `info` was read from. Else CA_FAULT. */
CA_RC key_check(const struct key_checks *checks, const struct spki_info *info, struct ca_bytes spki,
                enum key_weakness *ret, struct ca_err *err);
