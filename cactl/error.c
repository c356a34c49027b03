/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/error.h"

#include <stdio.h>

int exit_of_status(long status, const char *problem)
{
    static const struct {
        const char *problem; /* NULL: any */
        long status;
        int exit;
    } rows[] = {
        {"unknown-field",          400, EXIT_OTHER    }, /* client and server differ in age */
        {"idempotency-key-reused", 422, EXIT_CONFLICT },
        {NULL,                     400, EXIT_USAGE    },
        {NULL,                     401, EXIT_FORBIDDEN},
        {NULL,                     403, EXIT_FORBIDDEN},
        {NULL,                     404, EXIT_NOT_FOUND},
        {NULL,                     409, EXIT_CONFLICT },
        {NULL,                     412, EXIT_CONFLICT },
        {NULL,                     413, EXIT_REFUSED  },
        {NULL,                     422, EXIT_REFUSED  },
        {NULL,                     428, EXIT_CONFLICT },
        {NULL,                     429, EXIT_AWAY     },
        {NULL,                     502, EXIT_AWAY     },
        {NULL,                     503, EXIT_AWAY     },
        {NULL,                     504, EXIT_AWAY     },
    };

    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (rows[i].status == status &&
            (rows[i].problem == NULL || strcmp(rows[i].problem, problem) == 0))
            return rows[i].exit;
    }
    return EXIT_OTHER;
}

int exit_of(const struct app *app, enum ca_rc rc, const struct ca_err *err)
{
    static const int by_code[CA_RC__COUNT] = {
        [CA_OK] = EXIT_FINE,           [CA_MALFORMED] = EXIT_REFUSED,
        [CA_DENIED] = EXIT_FORBIDDEN,  [CA_NOT_FOUND] = EXIT_NOT_FOUND,
        [CA_CONFLICT] = EXIT_CONFLICT, [CA_LIMIT] = EXIT_REFUSED,
        [CA_RETRY] = EXIT_AWAY,        [CA_UNAVAILABLE] = EXIT_AWAY,
        [CA_FAULT] = EXIT_OTHER,
    };

    if (strcmp(err->problem, CA_USAGE) == 0)
        return EXIT_USAGE;
    if (strcmp(err->problem, "not-confirmed") == 0)
        return EXIT_OTHER;
    if (app->status == 400 && app->of_body && strcmp(err->problem, "unknown-field") != 0)
        return EXIT_REFUSED;
    if (app->status != 0)
        return exit_of_status(app->status, err->problem);
    return by_code[rc];
}

static void member_show(const json_t *entry, const char *name)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    const json_t *value = json_at(entry, name);

    if (value == NULL || json_text(entry, name)[0] == '\0')
        return;
    json_plain(value, &text);
    (void)fprintf(stderr, "      %s: %s\n", name, ca_buf_cstr(&text));
}

static void reasons_show(const json_t *problem)
{
    static const char *const members[] = {"rule", "value", "allowed"};
    size_t i;
    json_t *entry;

    json_array_foreach(json_object_get(problem, "errors"), i, entry)
    {
        CA_AUTO(buf) struct ca_buf head = {0};

        json_plain(json_at(entry, "pointer"), &head);
        ca_buf_str(&head, head.len > 0 ? ": " : "");
        json_plain(json_at(entry, "detail"), &head);
        (void)fprintf(stderr, "    %s\n", ca_buf_cstr(&head));
        for (size_t m = 0; m < CA_COUNT(members); m++)
            member_show(entry, members[m]);
    }
}

static const char *advice(int exit)
{
    static const struct {
        int exit;
        const char *text;
    } rows[] = {
        {EXIT_FORBIDDEN, "who you are and what you may: cactl whoami"              },
        {EXIT_AWAY,      "is it up? cactl health; the same command may be repeated"},
        {EXIT_CONFLICT,  "look at the object as it is now, then decide"            },
    };

    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (rows[i].exit == exit)
            return rows[i].text;
    }
    return NULL;
}

static void problem_show(const struct app *app, const struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    json_plain(json_object_get(app->problem, "title"), &text);
    if (json_text(app->problem, "detail")[0] != '\0') {
        ca_buf_str(&text, text.len > 0 ? ": " : "");
        json_plain(json_object_get(app->problem, "detail"), &text);
    }
    (void)fprintf(stderr, "cactl: %s\n", ca_buf_cstr(&text));
    reasons_show(app->problem);
    if (err->problem[0] != '\0')
        (void)fprintf(stderr, "  what it means: cactl explain %s\n", err->problem);
}

static void usage_show(const struct app *app)
{
    const struct args *a = &app->args;

    (void)fprintf(stderr, "  see: cactl%s%s%s%s --help\n", a->noun != NULL ? " " : "",
                  a->noun != NULL ? a->noun->name : "",
                  a->verb != NULL && a->verb->name[0] != '\0' ? " " : "",
                  a->verb != NULL ? a->verb->name : "");
}

void error_show(const struct app *app, enum ca_rc rc, const struct ca_err *err)
{
    int exit = exit_of(app, rc, err);

    if (app->problem != NULL) {
        problem_show(app, err);
    } else {
        (void)fprintf(stderr, "cactl: %s\n", err->text);
    }
    if (app->request_id[0] != '\0')
        (void)fprintf(stderr, "  request id: %s\n", app->request_id);
    if (exit == EXIT_USAGE) {
        usage_show(app);
    } else if (advice(exit) != NULL) {
        (void)fprintf(stderr, "  %s\n", advice(exit));
    }
}

void error_forget(struct app *app)
{
    json_decref(app->problem);
    app->problem = NULL;
    app->status = 0;
    app->request_id[0] = '\0';
}
