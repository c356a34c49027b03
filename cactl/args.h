/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/table.h"

/* A command line, read by the table. Texts are those of argv: borrowed. */
enum { ARGS_FLAGS_MAX = 256, ARGS_WORDS_MAX = 256 };

struct args {
    const struct noun *noun; /* NULL: none was named */
    const struct verb *verb; /* NULL: none was named */
    const char *first;       /* of the two words of a verb; NULL: it has one */
    struct {
        const struct flag *flag;
        const char *value; /* "" of a switch */
    } given[ARGS_FLAGS_MAX];
    size_t given_n;
    const char *words[ARGS_WORDS_MAX]; /* what follows noun and verb */
    size_t words_n;
};

/* Wrong use: CA_MALFORMED with the problem "usage". */
#define CA_USAGE                "usage"
#define CA_FAIL_USAGE(err, ...) CA_FAIL_AS((err), CA_MALFORMED, CA_USAGE, __VA_ARGS__)

/* Reads argv without the program's name. With --help it stops asking for what is missing. A wrong
 * use fails as CA_FAIL_USAGE; the text names what is near. *ret is filled as far as it was read. */
CA_RC args_parse(int argc, char **argv, struct args *ret, struct ca_err *err);

bool args_on(const struct args *args, const char *flag);
/* The value; NULL: not given. */
const char *args_text(const struct args *args, const char *flag);
/* The value of a repeated flag at or behind *at, which moves on; NULL: no more. */
const char *args_next(const struct args *args, const char *flag, size_t *at);
/* A whole number from 1 to `most`; `preset` when the flag is not given. */
CA_RC args_number(const struct args *args, const char *flag, int64_t most, int64_t preset,
                  int64_t *ret, struct ca_err *err);
/* "500ms", "30s", "10m", "8h", "7d" in milliseconds; a bare number is seconds. False: none. */
bool args_duration(const char *text, int64_t *ret_ms);
