/* SPDX-License-Identifier: Apache-2.0 */
/* What people read of a claim that something stands against. */
#include <stdio.h>

#include "base/time.h"
#include "ca/claim_internal.h"

static struct finding *finding_add(struct claim *c, const char *rule, const char *pointer,
                                   const char *value)
{
    struct finding *f;

    if (c->finding_n == CLAIM_FINDINGS_MAX)
        return NULL;
    f = &c->findings[c->finding_n++];
    *f = (struct finding){.refuses = true, .rule = rule};
    (void)snprintf(f->pointer, sizeof(f->pointer), "%s", pointer);
    (void)snprintf(f->value, sizeof(f->value), "%s", value);
    return f;
}

void claim_key_finding(struct claim *c)
{
    char hex[65];
    struct finding *f =
        finding_add(c, "key.reuse", "/csr/public_key", ca_hex(c->row.spki_hash, hex));

    if (f == NULL)
        return;
    (void)snprintf(f->allowed, sizeof(f->allowed), "%s",
                   c->row.key_never ? "a key that is in no certificate yet"
                                    : "a key that nobody else has brought");
    (void)snprintf(f->text, sizeof(f->text), "the key is in %s already",
                   c->row.key_never ? "a certificate" : "a certificate of another requester");
}

/* "at most 3 in 86400 s; the next from 2026-11-21T08:55:34Z on" */
static void limit_text(struct finding *f, int64_t count, int64_t per_s, int64_t at)
{
    char next[CA_TIME_TEXT];

    (void)ca_time_text(at + per_s, next);
    (void)snprintf(f->allowed, sizeof(f->allowed), "at most %lld in %lld seconds", (long long)count,
                   (long long)per_s);
    (void)snprintf(f->text, sizeof(f->text),
                   "%.120s has reached its limit with this profile: try again at %s",
                   f->value[0] != '\0' ? f->value : "the requester", next);
}

static void requester_finding(struct claim *c, const struct db_claim_conflict *found)
{
    struct finding *f = finding_add(c, "limits.requester", "/profile", "");

    if (f != NULL)
        limit_text(f, c->rules.requester_count, c->rules.requester_per_s, found->at);
}

static void name_finding(struct claim *c, const struct db_claim_conflict *found)
{
    struct finding *f = finding_add(c, "limits.name", "/csr/subject_alt_name", found->name);

    if (f != NULL)
        limit_text(f, c->rules.name_count, c->rules.name_per_s, found->at);
}

static void common_name_finding(struct claim *c, const struct db_claim_conflict *found)
{
    char serial[64] = "";
    char end[CA_TIME_TEXT];
    struct finding *f =
        finding_add(c, "subject.common_name.unique", "/csr/subject/common_name", found->name);

    if (f == NULL)
        return;
    if (found->serial.len * 2 < sizeof(serial))
        (void)ca_hex(found->serial, serial);
    (void)snprintf(f->allowed, sizeof(f->allowed),
                   "a common name that no valid certificate of the authority has");
    (void)snprintf(f->text, sizeof(f->text),
                   "certificate %s has this common name and is valid until %s", serial,
                   ca_time_text(found->at, end));
}

static void renewal_finding(struct claim *c, const struct db_claim_conflict *found)
{
    char serial[64] = "";
    char from[CA_TIME_TEXT];
    char end[CA_TIME_TEXT];
    struct finding *f = finding_add(c, "renewal.window", "/csr", "");

    if (f == NULL)
        return;
    if (found->serial.len * 2 < sizeof(serial))
        (void)ca_hex(found->serial, serial);
    (void)ca_time_text(found->at - c->rules.renewal_window_s, from);
    (void)snprintf(f->value, sizeof(f->value), "%s", serial);
    (void)snprintf(f->allowed, sizeof(f->allowed), "from %s on", from);
    (void)snprintf(
        f->text, sizeof(f->text),
        "certificate %s for the same names is valid until %s: it may be renewed from %s on", serial,
        ca_time_text(found->at, end), from);
}

static void (*const conflict_findings[])(struct claim *c, const struct db_claim_conflict *found) = {
    [DB_CLAIM_REQUESTER] = requester_finding,
    [DB_CLAIM_NAME] = name_finding,
    [DB_CLAIM_COMMON_NAME] = common_name_finding,
    [DB_CLAIM_RENEWAL] = renewal_finding,
};

void claim_conflict_finding(struct claim *c, enum db_claim_rule rule,
                            const struct db_claim_conflict *found)
{
    conflict_findings[rule](c, found);
}
