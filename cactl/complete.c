/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cactl/nouns.h"
#include "cactl/rest.h"

/* cactl __complete -- WORD...: what may stand in the place of the last word, one a line. The
 * shells' scripts ask this. Without a server, or with a slow one, only its values are missing. */

enum { BUDGET_MS = 1000 };

/* What was typed so far. */
struct typed {
    const struct noun *noun;
    const struct verb *verb;
    const char *first;       /* of the two words of a verb; NULL: it has one */
    const struct flag *open; /* the flag whose value is typed; NULL: none */
    const char *last;        /* the word to complete */
    bool lost;               /* a word is no command: nothing can be offered */
};

static void offer(const char *candidate, const char *last)
{
    if (strncmp(candidate, last, strlen(last)) == 0)
        (void)puts(candidate);
}

static const struct flag *flag_at(const struct typed *t, size_t i)
{
    if (i < flag_global_count())
        return flag_global_at(i);
    return t->verb != NULL ? verb_flag_at(t->verb, i - flag_global_count()) : NULL;
}

/* The flag of "--name" or "-n" that takes the next word; NULL: none. */
static const struct flag *flag_waits(const struct typed *t, const char *word)
{
    const struct flag *flag;

    for (size_t i = 0; (flag = flag_at(t, i)) != NULL; i++) {
        bool is = word[1] == '-' ? strcmp(word + 2, flag->name) == 0
                                 : word[1] == flag->letter && word[2] == '\0';

        if (is && (flag->kind == FLAG_VALUE || flag->kind == FLAG_MANY))
            return flag;
    }
    return NULL;
}

static void word_take(struct typed *t, const char *word)
{
    if (t->lost)
        return;
    if (t->open != NULL) {
        t->open = NULL;
    } else if (word[0] == '-' && word[1] != '\0') {
        t->open = flag_waits(t, word);
    } else if (t->noun == NULL) {
        t->noun = noun_find(word);
        t->lost = t->noun == NULL;
        if (t->noun != NULL && noun_is_single(t->noun))
            t->verb = &t->noun->verbs[0];
    } else if (t->verb == NULL) {
        t->verb = verb_find(t->noun, t->first, word);
        t->lost = t->verb == NULL && (t->first != NULL || !verb_begins(t->noun, word));
        t->first = t->verb == NULL ? word : NULL;
    }
}

static void typed_read(const struct args *args, struct typed *ret)
{
    *ret = (struct typed){.last = ""};
    for (size_t i = 0; i < args->words_n; i++) {
        ret->last = args->words[i];
        if (i + 1 < args->words_n)
            word_take(ret, args->words[i]);
    }
}

/* Names that the server has. */
static CA_RC offer_remote(struct app *app, const char *path, const char *member, const char *last,
                          struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;
    size_t i;
    json_t *item;

    app->http_settings.timeout_ms = BUDGET_MS;
    app->http_settings.no_input = true;
    CA_TRY(rest_get(app, path, &page, err));
    json_array_foreach(json_object_get(page, "items"), i, item)
        offer(json_text(item, member), last);
    return CA_OK;
}

static CA_RC offer_contexts(const char *last, struct ca_err *err)
{
    CA_AUTO(contexts) struct contexts *all = NULL;

    CA_TRY(contexts_load(&all, err));
    for (size_t i = 0; i < all->n; i++)
        offer(all->rows[i].name, last);
    return CA_OK;
}

static void offer_kind(struct app *app, const char *kind, const char *last)
{
    static const struct {
        const char *kind;
        const char *path;
        const char *member;
    } kinds[] = {
        {"authority",     "/api/v1/authorities",           "name" },
        {"profile",       "/api/v1/profiles",              "name" },
        {"user",          "/api/v1/users",                 "name" },
        {"reason",        "/api/v1/choices/reasons",       "value"},
        {"key",           "/api/v1/choices/keys",          "value"},
        {"scep-endpoint", "/api/v1/scep/endpoints",        "name" },
        {"scep-mode",     "/api/v1/choices/scep_modes",    "value"},
        {"scep-legacy",   "/api/v1/choices/scep_legacy",   "value"},
        {"scep-switch",   "/api/v1/choices/scep_switches", "value"},
    };
    struct ca_err ignored;

    if (kind == NULL)
        return;
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) == 0)
            (void)!offer_remote(app, kinds[i].path, kinds[i].member, last, &ignored);
    }
    if (strcmp(kind, "context") == 0)
        (void)!offer_contexts(last, &ignored);
}

static void offer_flags(const struct typed *t)
{
    const struct flag *flag;
    char text[80];

    for (size_t i = 0; (flag = flag_at(t, i)) != NULL; i++) {
        (void)snprintf(text, sizeof(text), "--%s", flag->name);
        offer(text, t->last);
    }
}

/* The next word of each verb that begins as typed; rows with the same word stand together. */
static void offer_verbs(const struct typed *t)
{
    char before[64] = "";

    for (size_t i = 0; i < t->noun->n; i++) {
        const char *name = t->noun->verbs[i].name;
        size_t skip = t->first != NULL ? strlen(t->first) : 0;
        char word[64];

        if (skip > 0 && (strncmp(name, t->first, skip) != 0 || name[skip] != ' '))
            continue;
        name += skip > 0 ? skip + 1 : 0;
        (void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, " "), name);
        if (strcmp(word, before) != 0)
            offer(word, t->last);
        (void)snprintf(before, sizeof(before), "%s", word);
    }
}

static void offer_words(struct app *app, const struct typed *t)
{
    if (t->noun == NULL) {
        for (size_t i = 0; i < noun_count(); i++) {
            if (!noun_at(i)->hidden)
                offer(noun_at(i)->name, t->last);
        }
    } else if (t->verb == NULL) {
        offer_verbs(t);
    } else {
        offer_kind(app, t->verb->completes, t->last);
    }
}

static CA_RC complete(struct app *app, struct ca_err *err)
{
    struct typed t;

    (void)err;
    typed_read(&app->args, &t);
    if (t.lost)
        return CA_OK;
    if (t.open != NULL && t.open->choices != NULL) {
        for (const char *const *c = t.open->choices; *c != NULL; c++)
            offer(*c, t.last);
    } else if (t.open != NULL) {
        offer_kind(app, t.open->completes, t.last);
    } else if (t.last[0] == '-') {
        offer_flags(&t);
    } else {
        offer_words(app, &t);
    }
    return CA_OK;
}

static const struct verb verbs[] = {
    {
     .name = "",
     .arguments = "WORD...",
     .most = ARGS_WORDS_MAX,
     .line = "Internal: candidates for the shell",
     .run = complete,
     },
};

const struct noun noun_complete = {"__complete", "Internal", verbs, 1, true};
