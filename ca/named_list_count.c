/* SPDX-License-Identifier: Apache-2.0 */
/* How many certificates a list means, part by part. A long one takes more time than one question
 * has: what was counted is kept, and the next question goes on from there. */
#include <pthread.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/named_list_internal.h"

enum { KEPT = 8, BUDGET_MS = 4000 };

struct counted {
    uint8_t key[CA_SHA256_LEN]; /* of the selection */
    int32_t parts;              /* of the list that are in `sum` */
    struct ca_uuid at;          /* their last id */
    struct db_selection_count sum;
    int64_t used_ms; /* 0: there is nothing here */
};

struct named_counts {
    pthread_mutex_t lock;
    struct counted kept[KEPT];
};

CA_RC named_counts_new(struct named_counts **ret, struct ca_err *err)
{
    struct named_counts *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&c->lock, NULL);
    *ret = c;
    return CA_OK;
}

void named_counts_free(struct named_counts *c)
{
    if (c == NULL)
        return;
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}

void named_counts_forget(struct named_counts *c)
{
    (void)pthread_mutex_lock(&c->lock);
    memset(c->kept, 0, sizeof(c->kept));
    (void)pthread_mutex_unlock(&c->lock);
}

static CA_RC key_make(const struct db_selection *s, uint8_t ret[CA_SHA256_LEN], struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    seal_form_init(&form, "count");
    seal_form_bytes(&form, (struct ca_bytes){s->list_id.octets, CA_UUID_LEN});
    seal_form_text(&form, s->profile);
    seal_form_int(&form, s->authority_id);
    seal_form_bytes(&form, (struct ca_bytes){s->requester_id.octets, CA_UUID_LEN});
    seal_form_bytes(&form, s->spki_hash);
    seal_form_int(&form, s->issued_from);
    seal_form_int(&form, s->issued_to);
    seal_form_int(&form, s->selected_at);
    CA_TRY(ca_buf_check(&form.octets, err));
    return ca_sha256(ca_buf_view(&form.octets), ret, err);
}

/* That of the key, or the one that was used least recently. */
static struct counted *place_of(struct named_counts *c, const uint8_t key[CA_SHA256_LEN])
{
    struct counted *oldest = &c->kept[0];

    for (size_t i = 0; i < KEPT; i++) {
        if (c->kept[i].used_ms != 0 && memcmp(c->kept[i].key, key, CA_SHA256_LEN) == 0)
            return &c->kept[i];
        if (c->kept[i].used_ms < oldest->used_ms)
            oldest = &c->kept[i];
    }
    return oldest;
}

static void counted_take(struct named_counts *c, struct counted *one)
{
    struct counted *there;

    (void)pthread_mutex_lock(&c->lock);
    there = place_of(c, one->key);
    if (there->used_ms != 0 && memcmp(there->key, one->key, CA_SHA256_LEN) == 0)
        *one = *there;
    (void)pthread_mutex_unlock(&c->lock);
}

static void counted_put(struct named_counts *c, struct counted *one)
{
    struct counted *there;

    one->used_ms = ca_mono_ms();
    (void)pthread_mutex_lock(&c->lock);
    there = place_of(c, one->key);
    if (there->used_ms == 0 || memcmp(there->key, one->key, CA_SHA256_LEN) != 0 ||
        there->parts <= one->parts)
        *there = *one;
    (void)pthread_mutex_unlock(&c->lock);
}

/* The digest of the sum: of that of the parts before, and that of this one. */
static CA_RC sum_add(struct counted *c, const struct db_selection_count *one, struct ca_err *err)
{
    struct db_selection_count *sum = &c->sum;
    uint8_t both[2 * CA_SHA256_LEN];
    size_t before = c->parts > 0 ? CA_SHA256_LEN : 0;

    memcpy(both, sum->digest, before);
    memcpy(both + before, one->digest, CA_SHA256_LEN);
    CA_TRY(ca_sha256((struct ca_bytes){both, before + CA_SHA256_LEN}, sum->digest, err));
    sum->total += one->total;
    sum->valid += one->valid;
    sum->held += one->held;
    if (sum->authority[0] == '\0')
        memcpy(sum->authority, one->authority, sizeof(sum->authority));
    c->parts++;
    return CA_OK;
}

static CA_RC part_count(struct signer *s, struct db *db, const struct db_selection *selection,
                        struct named_reader *r, struct counted *c, struct ca_err *err)
{
    struct db_selection part = *selection;
    struct db_selection_count one;

    CA_TRY(named_reader_next(s, db, r, &c->at, NAMED_PART, &part.listed, err));
    if (part.listed.len == 0 || ((const struct db_list_part *)r->part.rows)->number != c->parts + 1)
        return CA_FAIL_AS(err, CA_DENIED, "row-altered", "parts of the list are missing");
    CA_TRY(db_selection_count(db, &part, NAMED_PART, &one, err));
    CA_TRY(sum_add(c, &one, err));
    c->at = named_ids_last(part.listed);
    return CA_OK;
}

CA_RC named_list_count(struct signer *s, struct db *db, const struct db_selection *selection,
                       int32_t parts, struct db_selection_count *ret, struct ca_err *err)
{
    CA_AUTO(named_reader) struct named_reader r = {.list_id = selection->list_id};
    int64_t until = ca_mono_ms() + BUDGET_MS;
    struct counted c = {.parts = 0};

    CA_TRY(ca_sha256((struct ca_bytes){NULL, 0}, c.sum.digest, err));
    CA_TRY(key_make(selection, c.key, err));
    counted_take(s->named_counts, &c);
    while (c.parts < parts && ca_mono_ms() < until)
        CA_TRY(part_count(s, db, selection, &r, &c, err));
    counted_put(s->named_counts, &c);
    if (c.parts < parts)
        return CA_FAIL(err, CA_UNAVAILABLE,
                       "%d of %d parts of the list are looked at: ask again for the rest",
                       (int)c.parts, (int)parts);
    *ret = c.sum;
    return CA_OK;
}
