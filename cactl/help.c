/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/help.h"

enum { FLAG_WIDTH = 30, NOUN_WIDTH = 12 };

void help_synopsis(const struct noun *noun, const struct verb *verb, struct ca_buf *to)
{
    ca_buf_printf(to, "cactl %s", noun->name);
    if (verb->name[0] != '\0')
        ca_buf_printf(to, " %s", verb->name);
    if (verb->arguments[0] != '\0')
        ca_buf_printf(to, verb->least > 0 ? " %s" : " [%s]", verb->arguments);
    ca_buf_str(to, " [FLAGS]");
}

void help_flag(const struct flag *flag, struct ca_buf *to)
{
    if (flag->letter != '\0')
        ca_buf_printf(to, "-%c, ", flag->letter);
    ca_buf_printf(to, "--%s", flag->name);
    if (flag->kind == FLAG_MAYBE) {
        ca_buf_printf(to, "[=%s]", flag->value);
    } else if (flag->value != NULL) {
        ca_buf_printf(to, " %s", flag->value);
    }
    if (flag->kind == FLAG_MANY)
        ca_buf_str(to, "...");
}

static void padding(struct ca_buf *to, size_t from, size_t width)
{
    size_t len = to->len - from;

    do {
        ca_buf_u8(to, ' ');
    } while (++len < width);
}

static void flag_line(const struct flag *flag, struct ca_buf *to)
{
    size_t from = to->len;

    ca_buf_str(to, flag->letter != '\0' ? "  " : "      ");
    help_flag(flag, to);
    padding(to, from, FLAG_WIDTH);
    ca_buf_printf(to, " %s\n", flag->help);
}

static void flags(const struct verb *verb, struct ca_buf *to)
{
    const struct flag *flag;

    if (verb_flag_at(verb, 0) != NULL)
        ca_buf_str(to, "\nFlags\n");
    for (size_t i = 0; (flag = verb_flag_at(verb, i)) != NULL; i++)
        flag_line(flag, to);
}

static void globals(struct ca_buf *to)
{
    ca_buf_str(to, "\nFlags of every command\n");
    for (size_t i = 0; i < flag_global_count(); i++)
        flag_line(flag_global_at(i), to);
}

static void examples(const struct verb *verb, struct ca_buf *to)
{
    for (size_t i = 0; i < EXAMPLES_MAX && verb->examples[i].line != NULL; i++) {
        ca_buf_printf(to, "  $ %s", verb->examples[i].line);
        if (verb->examples[i].says != NULL)
            ca_buf_printf(to, "   # %s", verb->examples[i].says);
        ca_buf_u8(to, '\n');
    }
}

void help_verb(const struct noun *noun, const struct verb *verb, struct ca_buf *to)
{
    examples(verb, to);
    ca_buf_u8(to, '\n');
    help_synopsis(noun, verb, to);
    ca_buf_printf(to, "\n\n%s.\n", verb->line);
    if (verb->notes != NULL)
        ca_buf_printf(to, "%s\n", verb->notes);
    flags(verb, to);
    globals(to);
    ca_buf_printf(to, "\nSee also: man cactl-%s, cactl explain CODE\n", noun->name);
}

/* Of the column of verbs. */
static size_t verbs_width(const struct noun *noun)
{
    size_t width = NOUN_WIDTH;

    for (size_t i = 0; i < noun->n; i++) {
        if (strlen(noun->verbs[i].name) >= width)
            width = strlen(noun->verbs[i].name) + 1;
    }
    return width;
}

void help_noun(const struct noun *noun, struct ca_buf *to)
{
    size_t width = verbs_width(noun);

    for (size_t i = 0; i < noun->n; i++) {
        if (noun->verbs[i].examples[0].line != NULL)
            ca_buf_printf(to, "  $ %s\n", noun->verbs[i].examples[0].line);
    }
    ca_buf_printf(to, "\n%s.\n\n", noun->line);
    for (size_t i = 0; i < noun->n; i++) {
        size_t from = to->len;

        ca_buf_printf(to, "  %s", noun->verbs[i].name);
        padding(to, from, width + 2);
        ca_buf_printf(to, " %s\n", noun->verbs[i].line);
    }
    ca_buf_printf(to, "\ncactl %s VERB --help says more.\n", noun->name);
}

void help_program(struct ca_buf *to)
{
    ca_buf_str(to, "  $ cactl login https://ca.example:8443 --cacert root.pem --cert me.pem\n"
                   "  $ cactl request submit www.csr --profile https-ecc -f www.pem\n"
                   "  $ cactl cert list --q example --status valid\n"
                   "  $ cactl cert revoke 3A:F1:0C:22:… --reason superseded\n"
                   "\ncactl COMMAND [VERB] [ARGUMENTS] [FLAGS]\n\n"
                   "Drives a certification authority over its REST API.\n\n");
    for (size_t i = 0; i < noun_count(); i++) {
        const struct noun *noun = noun_at(i);
        size_t from = to->len;

        if (noun->hidden)
            continue;
        ca_buf_printf(to, "  %s", noun->name);
        padding(to, from, NOUN_WIDTH + 2);
        ca_buf_printf(to, " %s\n", noun->line);
    }
    globals(to);
    ca_buf_str(to, "\nExit status: 0 fine, 1 other, 2 wrong use, 3 not found, 4 not allowed, "
                   "5 refused by policy,\n6 conflict, 7 waits for approval, 8 not available; "
                   "health: 0 ok, 1 warning, 2 critical, 3 unknown.\n");
}
