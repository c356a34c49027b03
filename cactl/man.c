/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>

#include "base/file.h"
#include "base/mdoc.h"
#include "cactl/app.h"
#include "cactl/nouns.h"

/* cactl __man DIR: the manual pages (mdoc) of the table of commands. */

/* Of the last change to what the pages say that is not in the table. */
#define DATE "November 21, 2026"

static void head(struct ca_buf *to, const char *name, const char *line)
{
    ca_buf_str(to,
               ".\\\" Made from the table of commands: cactl __man docs/man\n.Dd " DATE "\n.Dt ");
    for (const char *c = name; *c != '\0'; c++)
        ca_buf_u8(to, (uint8_t)toupper((unsigned char)*c));
    ca_buf_printf(to, " 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", name);
    for (size_t i = 0; line[i] != '\0'; i++)
        ca_buf_u8(to, (uint8_t)(i == 0 ? tolower((unsigned char)line[i]) : line[i]));
    ca_buf_u8(to, '\n');
}

static void flag_item(struct ca_buf *to, const struct flag *flag)
{
    ca_buf_str(to, ".It ");
    if (flag->letter != '\0')
        ca_buf_printf(to, "Fl %c , ", flag->letter);
    ca_buf_printf(to, "Fl \\-%s", flag->name);
    if (flag->kind == FLAG_MAYBE) {
        ca_buf_printf(to, " Ns Op = Ns Ar %s", flag->value);
    } else if (flag->value != NULL) {
        ca_buf_printf(to, " Ar %s", flag->value);
    }
    ca_buf_u8(to, '\n');
    mdoc_text(to, flag->help);
    ca_buf_str(to, flag->kind == FLAG_MANY ? ";\nmay be repeated.\n" : ".\n");
}

static void flag_list(struct ca_buf *to, const struct verb *verb)
{
    const struct flag *flag;

    if (verb_flag_at(verb, 0) == NULL)
        return;
    ca_buf_str(to, ".Bl -tag -width Ds\n");
    for (size_t i = 0; (flag = verb_flag_at(verb, i)) != NULL; i++)
        flag_item(to, flag);
    ca_buf_str(to, ".El\n");
}

static void synopsis(struct ca_buf *to, const struct noun *noun, const struct verb *verb)
{
    ca_buf_printf(to, ".Nm cactl %s", noun->name);
    if (verb->name[0] != '\0')
        ca_buf_printf(to, " %s", verb->name);
    ca_buf_u8(to, '\n');
    if (verb->arguments[0] != '\0')
        ca_buf_printf(to, verb->least > 0 ? ".Ar %s\n" : ".Op Ar %s\n", verb->arguments);
    ca_buf_str(to, ".Op Ar FLAGS\n");
}

static void description(struct ca_buf *to, const struct noun *noun)
{
    ca_buf_str(to, ".Sh DESCRIPTION\n");
    for (size_t i = 0; i < noun->n; i++) {
        const struct verb *verb = &noun->verbs[i];

        if (verb->name[0] != '\0')
            ca_buf_printf(to, ".Ss %s\n", verb->name);
        mdoc_sentence(to, verb->line);
        if (verb->notes != NULL) {
            mdoc_text(to, verb->notes);
            ca_buf_u8(to, '\n');
        }
        flag_list(to, verb);
    }
    ca_buf_str(to, ".Pp\nThe flags of every command are in\n.Xr cactl 1 .\n");
}

static void examples(struct ca_buf *to, const struct noun *noun)
{
    ca_buf_str(to, ".Sh EXAMPLES\n.Bd -literal\n");
    for (size_t i = 0; i < noun->n; i++) {
        const struct example *e = noun->verbs[i].examples;

        for (size_t row = 0; row < EXAMPLES_MAX && e[row].line != NULL; row++) {
            if (e[row].says != NULL)
                ca_buf_printf(to, "# %s\n", e[row].says);
            ca_buf_str(to, "$ ");
            for (const char *c = e[row].line; *c != '\0'; c++)
                ca_buf_u8(to, (uint8_t)*c);
            ca_buf_u8(to, '\n');
        }
    }
    ca_buf_str(to, ".Ed\n");
}

static void exits(struct ca_buf *to)
{
    static const struct {
        const char *status;
        const char *says;
    } rows[] = {
        {"0",   "Fine."                                                },
        {"1",   "The server failed, or something else."                },
        {"2",   "Wrong use."                                           },
        {"3",   "Not found."                                           },
        {"4",   "Not authenticated, or not allowed."                   },
        {"5",   "Refused by policy or by validation."                  },
        {"6",   "Conflict: the object is in another state."            },
        {"7",   "Accepted, and waits for approval."                    },
        {"8",   "Server, database or token not available, or too slow."},
        {"130", "Interrupted."                                         },
    };

    ca_buf_str(to, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < CA_COUNT(rows); i++)
        ca_buf_printf(to, ".It %s\n%s\n", rows[i].status, rows[i].says);
    ca_buf_str(to,
               ".El\n.Pp\n.Cm health\nleaves with 0 for ok, 1 for warning, 2 for critical and 3 "
               "for unknown.\n");
}

static void noun_page(const struct noun *noun, struct ca_buf *to)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "cactl-%s", noun->name);
    head(to, name, noun->line);
    ca_buf_str(to, ".Sh SYNOPSIS\n");
    for (size_t i = 0; i < noun->n; i++)
        synopsis(to, noun, &noun->verbs[i]);
    description(to, noun);
    ca_buf_str(to, ".Sh EXIT STATUS\nAs in\n.Xr cactl 1 .\n");
    examples(to, noun);
    ca_buf_str(to, ".Sh SEE ALSO\n.Xr cactl 1\n");
}

static void nouns_list(struct ca_buf *to)
{
    ca_buf_str(to, "The commands:\n.Bl -tag -width completion\n");
    for (size_t i = 0; i < noun_count(); i++) {
        if (noun_at(i)->hidden)
            continue;
        ca_buf_printf(to, ".It Cm %s\n", noun_at(i)->name);
        mdoc_sentence(to, noun_at(i)->line);
    }
    ca_buf_str(to, ".El\n");
}

static void environment(struct ca_buf *to)
{
    ca_buf_str(to,
               ".Sh ENVIRONMENT\n.Bl -tag -width CACTL_CONTEXT\n"
               ".It Ev CACTL_CONTEXT\nAs\n.Fl \\-context .\n"
               ".It Ev CACTL_URL\nAs\n.Fl \\-url .\n"
               ".It Ev CACTL_CACERT\nAs\n.Fl \\-cacert .\n"
               ".It Ev CACTL_CERT\nAs\n.Fl \\-cert :\nthe name of a file, never its content.\n"
               ".It Ev NO_COLOR\nAs\n.Fl \\-no\\-color .\n.El\n"
               ".Sh FILES\n.Bl -tag -width Ds\n"
               ".It Pa $XDG_CONFIG_HOME/cactl/config\n"
               "Contexts, without\n.Ev XDG_CONFIG_HOME\nin\n.Pa ~/.config .\n"
               "Nobody else may read it.\nA sample:\n.Bd -literal\ncurrent = work\n\n[work]\n"
               "url = https://ca.example:8443\ncacert = /home/me/root.pem\ncert = /home/me/me.pem\n"
               ".Ed\n.El\n");
}

static void see_also(struct ca_buf *to)
{
    const char *names[32];
    size_t n = 0;

    for (size_t i = 0; i < noun_count(); i++) {
        if (!noun_at(i)->hidden && n < CA_COUNT(names))
            names[n++] = noun_at(i)->name;
    }
    for (size_t i = 1; i < n; i++) { /* mandoc wants them in order */
        for (size_t j = i; j > 0 && strcmp(names[j - 1], names[j]) > 0; j--) {
            const char *swap = names[j];

            names[j] = names[j - 1];
            names[j - 1] = swap;
        }
    }
    ca_buf_str(to, ".Sh SEE ALSO\n");
    for (size_t i = 0; i < n; i++)
        ca_buf_printf(to, ".Xr cactl-%s 1%s\n", names[i], i + 1 < n ? " ," : "");
}

static void main_page(struct ca_buf *to)
{
    head(to, "cactl", "Drive a certification authority from the command line");
    ca_buf_str(to, ".Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n.Op Ar VERB\n.Op Ar ARGUMENTS\n.Op Ar FLAGS\n"
                   ".Sh DESCRIPTION\n.Nm\nspeaks to the REST API of a server, over HTTPS with a "
                   "client certificate.\nData goes to standard output, messages to standard "
                   "error.\n.Pp\n");
    nouns_list(to);
    ca_buf_str(to, ".Pp\nThe flags of every command:\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < flag_global_count(); i++)
        flag_item(to, flag_global_at(i));
    ca_buf_str(to, ".El\n");
    environment(to);
    exits(to);
    ca_buf_str(to, ".Sh EXAMPLES\n.Bd -literal\n"
                   "$ cactl login https://ca.example:8443 --cacert root.pem --cert me.pem\n"
                   "$ cactl request submit www.csr --profile https-ecc -f www.pem\n"
                   "$ cactl cert list --q example --status valid\n"
                   "$ cactl cert revoke 3A:F1:0C:22 --reason superseded\n.Ed\n");
    see_also(to);
}

static CA_RC page_write(const char *dir, const char *name, const struct ca_buf *page,
                        struct ca_err *err)
{
    char file[CONTEXT_PATH];
    char path[CONTEXT_PATH];

    (void)snprintf(file, sizeof(file), "%s.1", name);
    CA_TRY(ca_buf_check(page, err));
    CA_TRY(ca_path_join(path, sizeof(path), dir, file, err));
    return ca_file_replace(path, ca_buf_view(page), 0644, err);
}

static CA_RC man(struct app *app, struct ca_err *err)
{
    const char *dir = app->args.words[0];
    CA_AUTO(buf) struct ca_buf page = {0};
    char name[64];

    CA_TRY(ca_dir_make(dir, 0755, err));
    main_page(&page);
    CA_TRY(page_write(dir, "cactl", &page, err));
    for (size_t i = 0; i < noun_count(); i++) {
        if (noun_at(i)->hidden)
            continue;
        ca_buf_reset(&page);
        noun_page(noun_at(i), &page);
        (void)snprintf(name, sizeof(name), "cactl-%s", noun_at(i)->name);
        CA_TRY(page_write(dir, name, &page, err));
    }
    return CA_OK;
}

static const struct verb verbs[] = {
    {.name = "",
     .arguments = "DIR",
     .least = 1,
     .most = 1,
     .line = "Internal: the manual pages",
     .run = man},
};

const struct noun noun_man = {"__man", "Internal", verbs, 1, true};
