/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/rc.h"

/* Nouns, verbs, flags and examples as rows. Parsing, --help, man pages, completion and the errors
 * of wrong use are all made from them. */

struct app;

enum flag_kind {
    FLAG_SWITCH,
    FLAG_VALUE, /* at most once */
    FLAG_MANY,  /* may be repeated */
    FLAG_MAYBE, /* --wait or --wait=10m */
};

struct flag {
    const char *name;  /* without the dashes */
    const char *value; /* what stands in the help for its value; NULL: a switch */
    enum flag_kind kind;
    char letter; /* 0: none */
    const char *help;
    const char *const *choices; /* allowed values, NULL behind the last; NULL: any */
    const char *completes;      /* "profile", "authority", "file", …; NULL: nothing known */
};

/* Flags that several verbs take. */
enum {
    WITH_DRY_RUN = 1 << 0,
    WITH_YES = 1 << 1,
    WITH_WAIT = 1 << 2,
    WITH_COMMENT = 1 << 3,
    WITH_KEY = 1 << 4,  /* --idempotency-key */
    WITH_FILE = 1 << 5, /* -f FILE for what comes back */
    WITH_SUBJECT = 1 << 6,
    WITH_NEW_KEY = 1 << 7,
    WITH_PAGES = 1 << 8,
    WITH_HEALTH = 1 << 9, /* not a flag: exits as checks do */
    WITH_EXTENSIONS = 1 << 10,
    WITH_SANS = 1 << 11,
};

struct example {
    const char *line; /* without "$ " */
    const char *says;
};
enum { EXAMPLES_MAX = 4 };

struct verb {
    const char *name;      /* "": the noun is a command by itself; may be of two words */
    const char *arguments; /* as in the help: "ID...", "FILE|-"; "": none */
    unsigned least;        /* arguments */
    unsigned most;
    const char *completes; /* kind of the arguments; NULL: nothing known */
    const char *line;      /* what it does, without a full stop */
    const char *notes;     /* sentences; NULL: none */
    const struct flag *flags;
    size_t flags_n;
    unsigned with;
    struct example examples[EXAMPLES_MAX];
    CA_RC (*run)(struct app *app, struct ca_err *err);
};

struct noun {
    const char *name;
    const char *line;
    const struct verb *verbs;
    size_t n;
    bool hidden; /* not in help, man pages, completion */
};

size_t noun_count(void);
const struct noun *noun_at(size_t i);
const struct noun *noun_find(const char *name); /* NULL: none */
/* `first`: the word before, of a verb of two; NULL: none. NULL: no such verb. */
const struct verb *verb_find(const struct noun *noun, const char *first, const char *name);
/* Is it the first of two words of a verb? */
bool verb_begins(const struct noun *noun, const char *word);
/* Is it a command without verbs? */
bool noun_is_single(const struct noun *noun);

/* Flags of every command. */
size_t flag_global_count(void);
const struct flag *flag_global_at(size_t i);

/* The i-th flag that a verb takes beside the global ones; NULL: no more. */
const struct flag *verb_flag_at(const struct verb *verb, size_t i);
