/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/args.h"
#include "cactl/http.h"
#include "cactl/json.h"
#include "cactl/output.h"

/* One run of the program. */
struct app {
    struct args args;
    struct context target; /* the server and the certificate for it */
    enum output_format format;
    struct http_settings http_settings;
    struct http *http; /* NULL until the first call */

    /* What the server said when it refused. */
    long status;     /* 0: it did not */
    bool of_body;    /* it judged what a body said, not a path or a query */
    json_t *problem; /* NULL: no problem document */
    char request_id[80];

    int exit; /* what to leave with when all went well: a verdict, or that it waits */
};

/* Exit statuses (they never change). */
enum {
    EXIT_FINE = 0,
    EXIT_OTHER = 1,
    EXIT_USAGE = 2,
    EXIT_NOT_FOUND = 3,
    EXIT_FORBIDDEN = 4,
    EXIT_REFUSED = 5,
    EXIT_CONFLICT = 6,
    EXIT_WAITING = 7,
    EXIT_AWAY = 8,
};

/* Reads what the global flags, the environment and the context say. */
CA_RC app_init(struct app *app, struct ca_err *err);
void app_done(struct app *app);

/* Opens the connection unless it is open. */
CA_RC app_http(struct app *app, struct ca_err *err);

/* A line on stderr, unless --quiet. */
void app_say(const struct app *app, const char *fmt, ...) CA_PRINTF(2, 3);

/* For a destructive verb: asks for `name` on the terminal. CA_MALFORMED "usage": nobody can be
 * asked; CA_DENIED another answer. Nothing is asked with --yes. */
CA_RC app_confirm(const struct app *app, const char *what, const char *name, struct ca_err *err);
