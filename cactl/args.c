/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/args.h"

#include <assert.h>
#include <stdio.h>

#include "base/text.h"

enum { NAMES_MAX = 96 };

static const struct flag *flag_at(const struct args *args, size_t i)
{
    if (i < flag_global_count())
        return flag_global_at(i);
    return args->verb != NULL ? verb_flag_at(args->verb, i - flag_global_count()) : NULL;
}

static const struct flag *flag_named(const struct args *args, const char *name, size_t len)
{
    const struct flag *flag;

    for (size_t i = 0; (flag = flag_at(args, i)) != NULL; i++) {
        if (strlen(flag->name) == len && memcmp(flag->name, name, len) == 0)
            return flag;
    }
    return NULL;
}

static const struct flag *flag_lettered(const struct args *args, char letter)
{
    const struct flag *flag;

    for (size_t i = 0; (flag = flag_at(args, i)) != NULL; i++) {
        if (flag->letter == letter)
            return flag;
    }
    return NULL;
}

/* "cert list", "scep endpoint list", "cert", "login" or "": where one is, for messages. */
static const char *place(const struct args *args, char *ret, size_t size)
{
    (void)snprintf(ret, size, "%s%s%s", args->noun != NULL ? args->noun->name : "",
                   args->verb != NULL && args->verb->name[0] != '\0' ? " " : "",
                   args->verb != NULL ? args->verb->name : "");
    return ret;
}

static CA_RC flag_unknown(const struct args *args, const char *given, size_t len,
                          struct ca_err *err)
{
    const char *names[NAMES_MAX];
    const struct flag *flag;
    const char *near;
    char text[64];
    char where[64];
    size_t n = 0;

    (void)snprintf(text, sizeof(text), "%.*s", (int)(len < 60 ? len : 60), given);
    while (n < NAMES_MAX && (flag = flag_at(args, n)) != NULL)
        names[n++] = flag->name;
    near = ca_text_nearest(text, names, n);
    if (near != NULL) {
        return CA_FAIL_USAGE(err, "%s: no flag --%s, did you mean --%s?",
                             place(args, where, sizeof(where)), text, near);
    }
    return CA_FAIL_USAGE(err, "%s: no flag --%s", place(args, where, sizeof(where)), text);
}

/* key-compromise is key_compromise. */
static bool same_word(const char *choice, const char *given)
{
    for (; *choice != '\0' && (*choice == *given || (*choice == '_' && *given == '-')); choice++)
        given++;
    return *choice == *given;
}

static bool choice_fits(const struct flag *flag, const char *value)
{
    if (flag->choices == NULL)
        return true;
    for (const char *const *c = flag->choices; *c != NULL; c++) {
        if (same_word(*c, value))
            return true;
    }
    return false;
}

static CA_RC choice_refuse(const struct flag *flag, const char *value, struct ca_err *err)
{
    char all[200] = "";
    size_t len = 0;

    for (const char *const *c = flag->choices; *c != NULL; c++) {
        const char *between = c == flag->choices ? "" : c[1] == NULL ? " or " : ", ";
        int n = snprintf(all + len, sizeof(all) - len, "%s%s", between, *c);

        if (n < 0 || (size_t)n >= sizeof(all) - len)
            break;
        len += (size_t)n;
    }
    return CA_FAIL_USAGE(err, "--%s %.40s: must be %s", flag->name, value, all);
}

static CA_RC flag_add(struct args *args, const struct flag *flag, const char *value,
                      struct ca_err *err)
{
    if (args->given_n == ARGS_FLAGS_MAX)
        return CA_FAIL_USAGE(err, "more than %d flags", ARGS_FLAGS_MAX);
    if (flag->kind == FLAG_VALUE && args_text(args, flag->name) != NULL)
        return CA_FAIL_USAGE(err, "--%s is given twice", flag->name);
    if (!choice_fits(flag, value))
        return choice_refuse(flag, value, err);
    args->given[args->given_n].flag = flag;
    args->given[args->given_n++].value = value;
    return CA_OK;
}

/* `value`: what stands behind '=', or NULL. *i moves on when the value is the next word. */
static CA_RC flag_take(struct args *args, const struct flag *flag, const char *value, int argc,
                       char **argv, int *i, struct ca_err *err)
{
    if (flag->kind == FLAG_SWITCH && value != NULL)
        return CA_FAIL_USAGE(err, "--%s takes no value", flag->name);
    if (flag->kind == FLAG_SWITCH || (flag->kind == FLAG_MAYBE && value == NULL))
        return flag_add(args, flag, "", err);
    if (value == NULL && *i + 1 >= argc)
        return CA_FAIL_USAGE(err, "--%s needs a value: %s", flag->name, flag->value);
    if (value == NULL)
        value = argv[++*i];
    return flag_add(args, flag, value, err);
}

static CA_RC flag_read(struct args *args, int argc, char **argv, int *i, struct ca_err *err)
{
    const char *text = argv[*i];
    const struct flag *flag;
    size_t len;

    if (text[1] != '-') {
        flag = text[2] == '\0' || text[2] == '=' ? flag_lettered(args, text[1]) : NULL;
        if (flag == NULL)
            return CA_FAIL_USAGE(err, "no flag %.40s", text);
        return flag_take(args, flag, text[2] == '=' ? text + 3 : NULL, argc, argv, i, err);
    }
    text += 2;
    len = strcspn(text, "=");
    flag = flag_named(args, text, len);
    if (flag == NULL)
        return flag_unknown(args, text, len, err);
    return flag_take(args, flag, text[len] == '=' ? text + len + 1 : NULL, argc, argv, i, err);
}

static CA_RC noun_unknown(const char *given, struct ca_err *err)
{
    const char *names[NAMES_MAX];
    const char *near;
    size_t n = 0;

    for (size_t i = 0; i < noun_count(); i++) {
        if (!noun_at(i)->hidden)
            names[n++] = noun_at(i)->name;
    }
    near = ca_text_nearest(given, names, n);
    if (near != NULL)
        return CA_FAIL_USAGE(err, "no command '%.40s', did you mean '%s'?", given, near);
    return CA_FAIL_USAGE(err, "no command '%.40s'", given);
}

static CA_RC verb_unknown(const struct noun *noun, const char *first, const char *word,
                          struct ca_err *err)
{
    const char *names[NAMES_MAX];
    const char *near;
    char given[64];

    (void)snprintf(given, sizeof(given), "%s%s%s", first != NULL ? first : "",
                   first != NULL ? " " : "", word);
    for (size_t i = 0; i < noun->n; i++)
        names[i] = noun->verbs[i].name;
    near = ca_text_nearest(given, names, noun->n);
    if (near != NULL) {
        return CA_FAIL_USAGE(err, "%s: no verb '%.40s', did you mean '%s'?", noun->name, given,
                             near);
    }
    return CA_FAIL_USAGE(err, "%s: no verb '%.40s'", noun->name, given);
}

static CA_RC word_read(struct args *args, const char *word, struct ca_err *err)
{
    if (args->noun == NULL) {
        args->noun = noun_find(word);
        if (args->noun == NULL)
            return noun_unknown(word, err);
        if (noun_is_single(args->noun))
            args->verb = &args->noun->verbs[0];
        return CA_OK;
    }
    if (args->verb == NULL) {
        args->verb = verb_find(args->noun, args->first, word);
        if (args->verb != NULL)
            return CA_OK;
        if (args->first != NULL || !verb_begins(args->noun, word))
            return verb_unknown(args->noun, args->first, word, err);
        args->first = word;
        return CA_OK;
    }
    if (args->words_n == ARGS_WORDS_MAX)
        return CA_FAIL_USAGE(err, "more than %d arguments", ARGS_WORDS_MAX);
    args->words[args->words_n++] = word;
    return CA_OK;
}

static CA_RC count_check(const struct args *args, struct ca_err *err)
{
    char where[64];

    if (args->noun == NULL || args->verb == NULL || args_on(args, "help"))
        return CA_OK;
    if (args->words_n < args->verb->least) {
        return CA_FAIL_USAGE(err, "%s: %s is missing", place(args, where, sizeof(where)),
                             args->verb->arguments);
    }
    if (args->words_n > args->verb->most) {
        return CA_FAIL_USAGE(err, "%s: '%.40s' is one argument too many",
                             place(args, where, sizeof(where)), args->words[args->verb->most]);
    }
    return CA_OK;
}

CA_RC args_parse(int argc, char **argv, struct args *ret, struct ca_err *err)
{
    bool flags = true;

    memset(ret, 0, sizeof(*ret));
    for (int i = 0; i < argc; i++) {
        if (flags && strcmp(argv[i], "--") == 0) {
            flags = false;
        } else if (flags && argv[i][0] == '-' && argv[i][1] != '\0') {
            CA_TRY(flag_read(ret, argc, argv, &i, err));
        } else {
            CA_TRY(word_read(ret, argv[i], err));
        }
    }
    return count_check(ret, err);
}

const char *args_next(const struct args *args, const char *flag, size_t *at)
{
    while (*at < args->given_n) {
        size_t i = (*at)++;

        if (strcmp(args->given[i].flag->name, flag) == 0)
            return args->given[i].value;
    }
    return NULL;
}

const char *args_text(const struct args *args, const char *flag)
{
    size_t at = 0;

    return args_next(args, flag, &at);
}

bool args_on(const struct args *args, const char *flag)
{
    return args_text(args, flag) != NULL;
}

static bool number_read(const char *text, int64_t most, int64_t *ret, const char **ret_end)
{
    int64_t n = 0;
    const char *c = text;

    for (; *c >= '0' && *c <= '9'; c++) {
        n = n * 10 + (*c - '0');
        if (n > most)
            return false;
    }
    *ret = n;
    *ret_end = c;
    return c != text;
}

CA_RC args_number(const struct args *args, const char *flag, int64_t most, int64_t preset,
                  int64_t *ret, struct ca_err *err)
{
    const char *text = args_text(args, flag);
    const char *end = NULL;

    *ret = preset;
    if (text == NULL)
        return CA_OK;
    if (!number_read(text, most, ret, &end) || *end != '\0' || *ret < 1) {
        return CA_FAIL_USAGE(err, "--%s %.40s: must be a number from 1 to %lld", flag, text,
                             (long long)most);
    }
    return CA_OK;
}

bool args_duration(const char *text, int64_t *ret_ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {
        {"ms", 1       },
        {"",   1000    },
        {"s",  1000    },
        {"m",  60000   },
        {"h",  3600000 },
        {"d",  86400000},
    };
    enum { MOST = 1000000 };
    const char *end = NULL;
    int64_t n = 0;

    if (!number_read(text, MOST, &n, &end))
        return false;
    for (size_t i = 0; i < CA_COUNT(units); i++) {
        if (strcmp(end, units[i].name) == 0) {
            *ret_ms = n * units[i].ms;
            return true;
        }
    }
    return false;
}
