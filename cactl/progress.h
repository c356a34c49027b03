/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/app.h"

/* How far a long command is, on stderr: a bar on a terminal from the first second on, elsewhere a
 * line for every tenth; --progress=json: a JSON object a line; --quiet: nothing. */
struct progress {
    const struct app *app;
    const char *what; /* "requests" */
    int64_t total;    /* 0: not known */
    int64_t began_ms;
    int64_t shown_ms;
    int64_t shown; /* done, in the last line */
    bool terminal;
    bool json;
    bool drawn; /* there is a bar to end */
};
void progress_init(struct progress *p, const struct app *app, const char *what, int64_t total);
void progress_at(struct progress *p, int64_t done);
void progress_end(struct progress *p, int64_t done);

/* Appends the bar for `done` of `total`, without a line end. */
void progress_bar(int64_t done, int64_t total, struct ca_buf *to);

/* The flag that a verb with a progress has. */
extern const char *const progress_forms[];
#define PROGRESS_FLAG                                                                              \
    {                                                                                              \
        "progress", "FORM", FLAG_VALUE, 0, "json: a JSON object a line on stderr; none",           \
            progress_forms, NULL                                                                   \
    }
