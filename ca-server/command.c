/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"

enum { OPTIONS_MAX = 24 };

int command_misused(const struct command *self, const char *fmt, ...)
{
    char text[300];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    (void)fprintf(stderr, "ca-server %s: %s; see: ca-server %s --help\n", self->name, text,
                  self->name);
    return EXIT_USAGE;
}

int command_status(enum ca_rc rc)
{
    static const int statuses[CA_RC__COUNT] = {
        [CA_OK] = 0,
        [CA_MALFORMED] = EXIT_STAY_DOWN,
        [CA_DENIED] = EXIT_STAY_DOWN,
        [CA_NOT_FOUND] = EXIT_AWAY,
        [CA_CONFLICT] = EXIT_STAY_DOWN,
        [CA_LIMIT] = EXIT_STAY_DOWN,
        [CA_RETRY] = EXIT_AGAIN,
        [CA_UNAVAILABLE] = EXIT_AGAIN,
        [CA_FAULT] = EXIT_INTERNAL,
    };

    return statuses[rc];
}

int command_failed(const struct command *self, enum ca_rc rc, const struct ca_err *err)
{
    (void)fprintf(stderr, "ca-server %s: %s\n", self->name, err->text);
    return command_status(rc);
}

static const struct command_option *option_find(const struct command_option *options, size_t n,
                                                const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++) {
        if (strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0)
            return &options[i];
    }
    return NULL;
}

static int option_unknown(const struct command *self, const struct command_option *options,
                          size_t n, const char *given)
{
    const char *names[OPTIONS_MAX];
    const char *near;

    for (size_t i = 0; i < n; i++)
        names[i] = options[i].name;
    near = ca_text_nearest(given, names, n);
    if (near != NULL)
        return command_misused(self, "no option '%s', did you mean %s", given, near);
    return command_misused(self, "no option '%s'", given);
}

bool command_options(const struct command *self, int argc, char **argv,
                     const struct command_option *options, size_t n, int *ret_status)
{
    for (int i = 0; i < argc; i++) {
        size_t len = strcspn(argv[i], "=");
        const struct command_option *o = option_find(options, n, argv[i], len);

        *ret_status = 0;
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            (void)fputs(self->help, stdout);
            return false;
        }
        if (o == NULL) {
            *ret_status = option_unknown(self, options, n, argv[i]);
            return false;
        }
        if (o->on != NULL && argv[i][len] == '\0') {
            *o->on = true;
        } else if (o->on == NULL && argv[i][len] == '=') {
            *o->value = argv[i] + len + 1;
        } else if (o->on == NULL && i + 1 < argc) {
            *o->value = argv[++i];
        } else {
            *ret_status = command_misused(
                self, o->on != NULL ? "%s takes no value" : "%s needs a value", o->name);
            return false;
        }
    }
    return true;
}
