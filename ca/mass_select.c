/* SPDX-License-Identifier: Apache-2.0 */
/* What a mass revocation means: criteria, how many they select, and what is refused. */
#include <stdio.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/named_list_internal.h"
#include "policy/profile_shelf.h"

/* CRLReason, RFC 5280 5.3.1; 7 is unused, 8 is for delta CRLs alone. */
enum { REASON_HOLD = 6, REASON_UNUSED = 7, REASON_REMOVE = 8, REASON_MAX = 10 };
enum { POOL_WAIT_MS = 2000, KEY_SHOWN = 6 };

void mass_choice_done(struct mass_choice *c)
{
    ca_buf_done(&c->list.ids);
    ca_buf_done(&c->list.unknown);
    db_result_free(c->named);
}

static bool has_criterion(const struct wire_mass_revoke *ask)
{
    return ask->profile[0] != '\0' || ask->authority[0] != '\0' ||
           !ca_uuid_is_nil(&ask->requester_id) || ask->spki_hash.len > 0 || ask->issued_from != 0 ||
           ask->issued_to != 0 || ask->listed.len > 0 || !ca_uuid_is_nil(&ask->list_id);
}

static CA_RC values_check(const struct wire_mass_revoke *ask, struct ca_err *err)
{
    int64_t now = ca_time_now();

    if (!has_criterion(ask))
        return CA_FAIL(err, CA_MALFORMED, "nothing says which certificates: name a criterion");
    if (ask->listed.len > 0 && !ca_uuid_is_nil(&ask->list_id))
        return CA_FAIL(err, CA_MALFORMED, "/list: either certificates or a list of them");
    if (ask->spki_hash.len != 0 && ask->spki_hash.len != CA_SHA256_LEN)
        return CA_FAIL(err, CA_MALFORMED, "/spki_sha256: a SHA-256 has %d octets", CA_SHA256_LEN);
    if (ask->issued_from != 0 && ask->issued_to != 0 && ask->issued_from >= ask->issued_to)
        return CA_FAIL(err, CA_MALFORMED, "/issued_before: is not after issued_after");
    if (ask->reason > REASON_MAX || ask->reason == REASON_UNUSED || ask->reason == REASON_REMOVE)
        return CA_FAIL(err, CA_MALFORMED, "/reason: %d is none of RFC 5280 5.3.1", ask->reason);
    if (ask->invalidity_date > now)
        return CA_FAIL(err, CA_MALFORMED, "/invalidity_date: lies in the future");
    if (ask->selected_at > now)
        return CA_FAIL(err, CA_MALFORMED, "/selected_at: lies in the future");
    if (!ask->dry_run && (ask->selected_at <= 0 || ask->digest.len != CA_SHA256_LEN))
        return CA_FAIL(err, CA_MALFORMED,
                       "selected_at, total and digest of a dry run say what is agreed to");
    return CA_OK;
}

/* His limits would have to hold for each of them; nobody could see that they do. */
CA_RC mass_scope_check(const struct actor *actor, struct ca_err *err)
{
    if (actor->scope != NULL && (actor->scope->profiles != NULL || actor->scope->names != NULL)) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "the API token is for some profiles or names: it revokes one at a time");
    }
    return CA_OK;
}

/* A retired one, too. */
CA_RC mass_authority_find(struct signer *s, const char *name, int64_t *ret, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    const struct authority *a = name[0] != '\0' ? authority_set_named(set, name) : NULL;

    *ret = 0;
    if (name[0] == '\0')
        return CA_OK;
    if (a == NULL)
        return authority_set_find(set, name, &a, err);
    *ret = a->id;
    return CA_OK;
}

static CA_RC count_check(const struct mass_choice *c, struct ca_err *err)
{
    if (c->count.total > MASS_MOST) {
        return CA_FAIL(err, CA_LIMIT, "more than %d certificates are meant: name more criteria",
                       MASS_MOST);
    }
    if (c->count.authority[0] != '\0') {
        return CA_FAIL_AS(
            err, CA_DENIED, "forbidden",
            "the certificate of authority '%s' is among them: it is revoked by itself",
            c->count.authority);
    }
    return CA_OK;
}

/* A list that is complete: what was unknown when its pieces came is unknown. */
static CA_RC list_choose(struct signer *s, struct db *db, const struct actor *actor,
                         const struct wire_mass_revoke *ask, struct mass_choice *ret,
                         struct ca_err *err)
{
    const struct db_named_list *list;

    CA_TRY(named_list_find(s, db, actor, &ask->list_id, &ret->named, err));
    list = ret->named.rows;
    if (list->digest.len == 0)
        return CA_FAIL(err, CA_CONFLICT, "the list is not complete");
    ret->selection.list_id = list->id;
    if (ask->selected_at <= 0) /* the same whenever it is asked */
        ret->selection.selected_at = list->expires_at - NAMED_KEPT_S;
    ret->list.listed = (uint64_t)list->named;
    ret->list.unknown_n = (uint64_t)list->unknown_n;
    ca_buf_str(&ret->list.unknown, list->unknown);
    CA_TRY(ca_buf_check(&ret->list.unknown, err));
    CA_TRY(named_list_count(s, db, &ret->selection, list->parts, &ret->count, err));
    return count_check(ret, err);
}

static CA_RC choose(struct signer *s, struct db *db, const struct actor *actor,
                    const struct wire_mass_revoke *ask, struct mass_choice *ret, struct ca_err *err)
{
    if (!ca_uuid_is_nil(&ask->list_id))
        return list_choose(s, db, actor, ask, ret, err);
    if (ask->listed.len > 0) {
        CA_TRY(mass_list_read(db, ask->listed, ret->selection.authority_id, &ret->list, err));
        ret->selection.listed = ca_buf_view(&ret->list.ids);
        /* No list is any certificate: one of which nothing is known is none. */
        if (ret->list.ids.len == 0)
            return ca_sha256((struct ca_bytes){NULL, 0}, ret->count.digest, err);
    }
    CA_TRY(db_selection_count(db, &ret->selection, MASS_MOST, &ret->count, err));
    return count_check(ret, err);
}

CA_RC mass_choose(struct signer *s, const struct actor *actor, const struct wire_mass_revoke *ask,
                  struct mass_choice *ret, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(values_check(ask, err));
    CA_TRY(mass_scope_check(actor, err));
    ret->selection = (struct db_selection){
        .profile = ask->profile,
        .requester_id = ask->requester_id,
        .spki_hash = ask->spki_hash,
        .issued_from = ask->issued_from,
        .issued_to = ask->issued_to,
        .selected_at = ask->selected_at > 0 ? ask->selected_at : ca_time_now(),
    };
    CA_TRY(mass_authority_find(s, ask->authority, &ret->selection.authority_id, err));
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = choose(s, db, actor, ask, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

static bool profile_known(struct signer *s, const char *name)
{
    CA_AUTO(profile_loan) struct profile_loan *loan = profile_shelf_take(s->profiles);
    const struct profile *found;
    struct ca_err ignored;

    return name[0] == '\0' ||
           profile_set_find(profile_loan_set(loan), name, &found, &ignored) == CA_OK;
}

/* One after the other, as many as an error text holds. */
static CA_RC unknown_fail(const struct mass_list *list, struct ca_err *err)
{
    enum { ROOM = 150 };
    char names[ROOM + 80] = "";
    struct ca_bytes left = ca_buf_view(&list->unknown);
    uint64_t shown = 0;
    size_t at = 0;

    while (left.len > 0) {
        const uint8_t *end = memchr(left.ptr, '\n', left.len);
        size_t len = end != NULL ? (size_t)(end - left.ptr) : left.len;

        if (shown > 0 && at + len + 2 > ROOM)
            break;
        at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%.*s", shown > 0 ? ", " : "",
                               (int)(len < ROOM ? len : ROOM), (const char *)left.ptr);
        left = (struct ca_bytes){left.ptr + len + 1, left.len - len - 1};
        shown++;
    }
    return CA_FAIL_AS(err, CA_NOT_FOUND, "not-found", "/certificates: there is no %s%s", names,
                      shown < list->unknown_n ? ", …" : "");
}

static bool list_agrees(const struct wire_mass_revoke *ask, const struct mass_choice *c)
{
    const struct db_named_list *list = c->named.rows;

    return ask->dry_run || c->named.count == 0 ||
           ((uint64_t)list->named == ask->list_named &&
            ca_bytes_equal(list->digest, ask->list_digest));
}

CA_RC mass_check(struct signer *s, const struct wire_mass_revoke *ask, const struct mass_choice *c,
                 struct ca_err *err)
{
    bool hold = ask->reason == REASON_HOLD;

    if (c->list.unknown_n > 0)
        return unknown_fail(&c->list, err);
    if (!list_agrees(ask, c))
        return CA_FAIL_AS(err, CA_CONFLICT, "selection-changed",
                          "the list is not the one that was looked at: look again");
    if (c->count.total == 0 && !profile_known(s, ask->profile)) {
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-profile", "/profile: no profile '%.63s'",
                          ask->profile);
    }
    if (c->count.total == 0)
        return CA_FAIL_AS(err, CA_CONFLICT, "empty-selection",
                          "no certificate that has not expired is meant by that");
    if (!ask->dry_run &&
        ((uint64_t)c->count.total != ask->total ||
         !ca_bytes_equal(ask->digest, (struct ca_bytes){c->count.digest, CA_SHA256_LEN}))) {
        return CA_FAIL_AS(err, CA_CONFLICT, "selection-changed",
                          "%jd certificates are meant, %ju were when it was looked at, or others: "
                          "look again",
                          (intmax_t)c->count.total, (uintmax_t)ask->total);
    }
    if (!ask->dry_run && c->count.valid + (hold ? 0 : c->count.held) == 0)
        return CA_FAIL_AS(err, CA_CONFLICT, "empty-selection",
                          "all %jd certificates are revoked or on hold already",
                          (intmax_t)c->count.total);
    return CA_OK;
}

void mass_describe(const struct wire_mass_revoke *ask, const struct mass_choice *c, char *ret,
                   size_t size)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    char id[CA_UUID_TEXT];
    char at[CA_TIME_TEXT];
    char hex[2 * KEY_SHOWN + 1];
    char digest[2 * CA_SHA256_LEN + 1];

    ca_buf_printf(&text, "%jd certificates, reason %d", (intmax_t)c->count.total, ask->reason);
    if (c->named.count > 0) {
        const struct db_named_list *list = c->named.rows;

        ca_buf_printf(&text, ", list of %jd, SHA-256 %s", (intmax_t)list->named,
                      ca_hex(list->digest, digest));
    }
    if (ask->profile[0] != '\0')
        ca_buf_printf(&text, ", profile %s", ask->profile);
    if (ask->authority[0] != '\0')
        ca_buf_printf(&text, ", authority %s", ask->authority);
    if (!ca_uuid_is_nil(&ask->requester_id))
        ca_buf_printf(&text, ", requester %s", ca_uuid_text(&ask->requester_id, id));
    if (ask->spki_hash.len >= KEY_SHOWN)
        ca_buf_printf(&text, ", key %s…",
                      ca_hex((struct ca_bytes){ask->spki_hash.ptr, KEY_SHOWN}, hex));
    if (ask->issued_from != 0)
        ca_buf_printf(&text, ", from %s", ca_time_text(ask->issued_from, at));
    if (ask->issued_to != 0)
        ca_buf_printf(&text, ", before %s", ca_time_text(ask->issued_to, at));
    if (c->named.count == 0 && c->list.listed > 0)
        ca_buf_printf(&text, ", %ju named", (uintmax_t)c->list.listed);
    ret[0] = '\0';
    (void)snprintf(ret, size, "%s", ca_buf_cstr(&text));
}
