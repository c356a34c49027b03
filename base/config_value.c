/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>

#include "base/config_internal.h"
#include "base/text.h"

struct unit {
    const char *name;
    int64_t factor;
};
/* The last one that divides a value prints it. */
static const struct unit plain_units[] = {
    {"",   1},
    {NULL, 0}
};
static const struct unit size_units[] = {
    {"",    1                          },
    {"KiB", INT64_C(1024)              },
    {"MiB", INT64_C(1024) * 1024       },
    {"GiB", INT64_C(1024) * 1024 * 1024},
    {NULL,  0                          }
};
static const struct unit duration_units[] = {
    {"ms", 1                    },
    {"s",  1000                 },
    {"m",  INT64_C(60) * 1000   },
    {"h",  INT64_C(3600) * 1000 },
    {"d",  INT64_C(86400) * 1000},
    {NULL, 0                    }
};

static const struct kind {
    const char *what;
    const struct unit *units; /* NULL: not a number */
} kinds[CONFIG_TYPE__COUNT] = {
    [CONFIG_TEXT] = {"a text",                                       NULL          },
    [CONFIG_PATH] = {"an absolute path",                             NULL          },
    [CONFIG_INTEGER] = {"a whole number",                               plain_units   },
    [CONFIG_SIZE] = {"a size such as 64KiB",                         size_units    },
    [CONFIG_DURATION] = {"a duration such as 250ms, 30s, 10m, 8h or 7d", duration_units},
    [CONFIG_BOOL] = {"true or false",                                NULL          },
    [CONFIG_ENUM] = {"one of the names",                             NULL          },
};

static bool number_read(const char *text, const struct unit *units, int64_t *ret)
{
    char *end = NULL;
    long long n;

    if (!isdigit((unsigned char)text[0]) && text[0] != '-')
        return false;
    errno = 0;
    n = strtoll(text, &end, 10);
    if (errno != 0 || end == text)
        return false;
    for (; units->name != NULL; units++) {
        if (strcmp(end, units->name) == 0)
            return !__builtin_mul_overflow((int64_t)n, units->factor, ret);
    }
    return false;
}

static void number_write(int64_t v, const struct unit *units, struct ca_buf *to)
{
    const struct unit *best = units;

    for (const struct unit *u = units; u->name != NULL && v != 0; u++) {
        if (v % u->factor == 0)
            best = u;
    }
    ca_buf_printf(to, "%" PRId64 "%s", v / best->factor, best->name);
}

static void choices_write(const struct config_row *row, struct ca_buf *to)
{
    for (size_t i = 0; row->choices[i] != NULL; i++) {
        const char *between = row->choices[i + 1] == NULL ? " or " : ", ";

        ca_buf_printf(to, "%s%s", i == 0 ? "" : between, row->choices[i]);
    }
}

void config_range(const struct config_row *row, struct ca_buf *to)
{
    const struct unit *units = kinds[row->type].units;

    if (row->type == CONFIG_ENUM) {
        choices_write(row, to);
    } else if (units != NULL) {
        number_write(row->smallest, units, to);
        ca_buf_str(to, " to ");
        number_write(row->largest, units, to);
    } else if (row->type == CONFIG_BOOL) {
        ca_buf_str(to, kinds[row->type].what);
    } else {
        ca_buf_printf(to, "%s of %" PRId64 " to %" PRId64 " octets", kinds[row->type].what,
                      row->smallest, row->largest);
    }
}

static CA_RC refuse(const struct config_row *row, const char *text, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf range = {0};

    config_range(row, &range);
    return CA_FAIL(err, CA_MALFORMED, "%s: '%.80s' is not %s (%s)", row->key, text,
                   kinds[row->type].what, ca_buf_cstr(&range));
}

static bool text_fits(const struct config_row *row, const char *text)
{
    int64_t len = (int64_t)strlen(text);

    if (row->type == CONFIG_PATH && len > 0 && text[0] != '/')
        return false;
    return len >= row->smallest && len <= row->largest && ca_text_is_clean(ca_bytes_str(text));
}

static bool choice_read(const struct config_row *row, const char *text, int *ret)
{
    for (int i = 0; row->choices[i] != NULL; i++) {
        if (strcmp(row->choices[i], text) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

CA_RC config_value(const struct config_row *row, const char *text, void *values, struct ca_err *err)
{
    char *at = (char *)values + row->offset;
    int64_t number = 0;
    int choice = 0;
    bool yes = strcmp(text, "true") == 0;

    switch (row->type) {
    case CONFIG_TEXT:
    case CONFIG_PATH:
        if (!text_fits(row, text))
            return refuse(row, text, err);
        memcpy(at, &text, sizeof(text));
        return CA_OK;
    case CONFIG_INTEGER:
    case CONFIG_SIZE:
    case CONFIG_DURATION:
        if (!number_read(text, kinds[row->type].units, &number) || number < row->smallest ||
            number > row->largest)
            return refuse(row, text, err);
        memcpy(at, &number, sizeof(number));
        return CA_OK;
    case CONFIG_BOOL:
        if (!yes && strcmp(text, "false") != 0)
            return refuse(row, text, err);
        memcpy(at, &yes, sizeof(yes));
        return CA_OK;
    case CONFIG_ENUM:
        if (!choice_read(row, text, &choice))
            return refuse(row, text, err);
        memcpy(at, &choice, sizeof(choice));
        return CA_OK;
    case CONFIG_TYPE__COUNT:
        break;
    }
    return CA_FAIL(err, CA_FAULT, "setting %s of an unknown type", row->key);
}
