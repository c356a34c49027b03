/* SPDX-License-Identifier: Apache-2.0 */
/* What operators own and their tokens are limited to, once for each version of the two rows: the
 * seals name the versions. Nothing is freed before the signer ends, so that nobody counts
 * references; a bound keeps that harmless. */
#include <pthread.h>

#include "base/digest.h"
#include "ca/operator_internal.h"

enum { BUCKETS = 1024, SCOPES_MAX = 100000 };

struct entry {
    struct entry *next;
    uint8_t key[CA_SHA256_LEN];
    struct actor_scope scope;
    const char **list; /* what the three lists of `scope` stand in */
    char *text;        /* what they point to */
};

struct scopes {
    pthread_mutex_t lock; /* guards all that follows */
    struct entry *buckets[BUCKETS];
    size_t n;
};

CA_RC scopes_new(struct scopes **ret, struct ca_err *err)
{
    struct scopes *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&s->lock, NULL);
    *ret = s;
    return CA_OK;
}

static void entry_free(struct entry *e)
{
    if (e == NULL)
        return;
    free(e->list);
    free(e->text);
    free(e);
}
CA_AUTO_DEFINE(entry, struct entry *, entry_free);

void scopes_free(struct scopes *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (s->buckets[i] != NULL) {
            struct entry *next = s->buckets[i]->next;

            entry_free(s->buckets[i]);
            s->buckets[i] = next;
        }
    }
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

static size_t lines_count(const char *text)
{
    size_t n = text[0] != '\0';

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

/* The lines of `text`, which stands behind what is in e->text already. */
static const char *const *lines_split(struct entry *e, size_t *at, size_t *used, const char *text,
                                      size_t *ret_n)
{
    const char **first = e->list + *at;
    char *own = e->text + *used;
    size_t len = strlen(text);

    memcpy(own, text, len + 1);
    *used += len + 1;
    *ret_n = lines_count(text);
    for (size_t i = 0; i < *ret_n; i++) {
        e->list[(*at)++] = own;
        own += strcspn(own, "\n");
        *own++ = '\0';
    }
    return first;
}

static CA_RC entry_new(const char *owned, const char *profiles, const char *names,
                       struct entry **ret, struct ca_err *err)
{
    CA_AUTO(entry) struct entry *e = calloc(1, sizeof(*e));
    const char *const texts[] = {owned, profiles != NULL ? profiles : "",
                                 names != NULL ? names : ""};
    size_t lines = 1; /* never malloc(0) */
    size_t octets = 0;
    size_t at = 0;
    size_t used = 0;

    for (size_t i = 0; i < CA_COUNT(texts); i++) {
        lines += lines_count(texts[i]);
        octets += strlen(texts[i]) + 1;
    }
    if (e == NULL)
        return CA_FAIL_NOMEM(err);
    e->list = calloc(lines, sizeof(*e->list));
    e->text = malloc(octets);
    if (e->list == NULL || e->text == NULL)
        return CA_FAIL_NOMEM(err);
    e->scope.owned = lines_split(e, &at, &used, texts[0], &e->scope.owned_n);
    if (profiles != NULL)
        e->scope.profiles = lines_split(e, &at, &used, texts[1], &e->scope.profiles_n);
    if (names != NULL)
        e->scope.names = lines_split(e, &at, &used, texts[2], &e->scope.names_n);
    *ret = CA_MOVE(e);
    return CA_OK;
}

static CA_RC key_of(const struct db_operator *who, const struct db_credential *token,
                    uint8_t ret[CA_SHA256_LEN], struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf b = {0};

    ca_buf_bytes(&b, who->seal);
    ca_buf_add(&b, who->id.octets, CA_UUID_LEN);
    if (token != NULL)
        ca_buf_bytes(&b, token->seal);
    CA_TRY(ca_buf_check(&b, err));
    return ca_sha256(ca_buf_view(&b), ret, err);
}

static CA_RC scope_get(struct scopes *s, const uint8_t key[CA_SHA256_LEN], const char *owned,
                       const char *profiles, const char *names, const struct actor_scope **ret,
                       struct ca_err *err)
{
    struct entry **bucket = &s->buckets[(key[0] * 256U + key[1]) % BUCKETS];
    struct entry *e = *bucket;

    while (e != NULL && memcmp(e->key, key, CA_SHA256_LEN) != 0)
        e = e->next;
    if (e == NULL) {
        if (s->n >= SCOPES_MAX)
            return CA_FAIL(err, CA_LIMIT, "more than %d changes of operators since the start",
                           SCOPES_MAX);
        CA_TRY(entry_new(owned, profiles, names, &e, err));
        memcpy(e->key, key, CA_SHA256_LEN);
        e->next = *bucket;
        *bucket = e;
        s->n++;
    }
    *ret = &e->scope;
    return CA_OK;
}

CA_RC scopes_get(struct scopes *s, const struct db_operator *who, const struct db_credential *token,
                 const struct actor_scope **ret, struct ca_err *err)
{
    const char *profiles = token != NULL && token->profiles_given ? token->profiles : NULL;
    const char *names = token != NULL && token->names_given ? token->names : NULL;
    uint8_t key[CA_SHA256_LEN];
    enum ca_rc rc;

    *ret = NULL;
    if (who->names[0] == '\0' && profiles == NULL && names == NULL)
        return CA_OK;
    CA_TRY(key_of(who, token, key, err));
    (void)pthread_mutex_lock(&s->lock);
    rc = scope_get(s, key, who->names, profiles, names, ret, err);
    (void)pthread_mutex_unlock(&s->lock);
    return rc;
}
