/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cactl/error.h"
#include "cactl/help.h"
#include "cactl/rest.h"

enum { HEALTH_UNKNOWN = 3 };

/* With --help, or without a verb. False: there is a verb to run. */
static bool help(const struct args *args, bool asked, struct ca_buf *to)
{
    if (args->noun == NULL) {
        help_program(to);
    } else if (args->verb == NULL) {
        help_noun(args->noun, to);
    } else if (asked) {
        help_verb(args->noun, args->verb, to);
    } else {
        return false;
    }
    return true;
}

/* Only a question for help is answered on stdout with 0. */
static int helped(const struct app *app, struct ca_buf *text)
{
    bool asked = args_on(&app->args, "help");

    (void)fputs(ca_buf_cstr(text), asked ? stdout : stderr);
    return asked ? EXIT_FINE : EXIT_USAGE;
}

static int failed(const struct app *app, enum ca_rc rc, const struct ca_err *err)
{
    int exit = exit_of(app, rc, err);

    if (strcmp(err->problem, REST_PRINTED) == 0)
        return EXIT_FINE;
    error_show(app, rc, err);
    /* Checks have statuses of their own, but a wrong use stays one. */
    if (app->args.verb != NULL && (app->args.verb->with & WITH_HEALTH) != 0 && exit != EXIT_USAGE)
        return HEALTH_UNKNOWN;
    return exit;
}

static int run(struct app *app, int argc, char **argv)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_err err = {0};
    enum ca_rc rc = args_parse(argc, argv, &app->args, &err);

    if (rc != CA_OK)
        return failed(app, rc, &err);
    if (help(&app->args, args_on(&app->args, "help"), &text))
        return helped(app, &text);
    rc = app_init(app, &err);
    if (rc == CA_OK)
        rc = app->args.verb->run(app, &err);
    return rc == CA_OK ? app->exit : failed(app, rc, &err);
}

int main(int argc, char **argv)
{
    struct app app = {.exit = EXIT_FINE};
    int status = run(&app, argc - 1, argv + 1);

    app_done(&app);
    return status;
}
