/* SPDX-License-Identifier: Apache-2.0 */
#include <cyaml/cyaml.h>
#include <stdio.h>

#include "base/config_internal.h"
#include "base/text.h"

/* libcyaml says what is wrong, and where, to its log only: keep the first of each. */
struct complaint {
    char what[160];
    unsigned line; /* 0: not said */
};

static void complaint_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));
static void complaint_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
    struct complaint *c = ctx;
    char text[200];
    const char *line;

    if (level < CYAML_LOG_ERROR || vsnprintf(text, sizeof(text), fmt, args) < 0)
        return;
    line = strstr(text, "(line: ");
    if (line != NULL && c->line == 0)
        c->line = (unsigned)strtoul(line + strlen("(line: "), NULL, 10);
    if (c->what[0] == '\0' && strncmp(text, "Load: ", 6) == 0 && strstr(text, "Backtrace") == NULL)
        (void)snprintf(c->what, sizeof(c->what), "%.*s", (int)strcspn(text + 6, "\n"), text + 6);
}

/* A mapping of sections, each a mapping of texts; all of them in one array of pointers. */
struct schema {
    cyaml_schema_field_t sections[CONFIG_ROWS_MAX + 1];
    cyaml_schema_field_t fields[2 * CONFIG_ROWS_MAX]; /* END behind those of each section */
    char names[CONFIG_ROWS_MAX][64];
    cyaml_schema_value_t top;
};

enum { VALUE_MAX = 4096 };

static void section_open(struct schema *s, size_t at, const struct config_row *row,
                         const cyaml_schema_field_t *fields)
{
    (void)snprintf(s->names[at], sizeof(s->names[at]), "%.*s", (int)config_section_len(row),
                   row->key);
    s->sections[at] = (cyaml_schema_field_t){
        .key = s->names[at],
        .value = {.type = CYAML_MAPPING,
                  .flags = CYAML_FLAG_OPTIONAL,
                  .data_size = sizeof(char *[CONFIG_ROWS_MAX]),
                  .mapping = {.fields = fields}},
    };
}

static void schema_build(struct schema *s, const struct config_table *table)
{
    size_t sections = 0;
    size_t at = 0;

    for (size_t i = 0; i < table->n; i++) {
        if (config_section_starts(table, i)) {
            at += i == 0 ? 0 : 1; /* the END of the one before */
            section_open(s, sections++, &table->rows[i], &s->fields[at]);
        }
        s->fields[at++] = (cyaml_schema_field_t){
            .key = config_leaf(&table->rows[i]),
            .data_offset = (uint32_t)(i * sizeof(char *)),
            .value = {.type = CYAML_STRING,
                      .flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                      .data_size = sizeof(char),
                      .string = {.min = 0, .max = VALUE_MAX}},
        };
    }
    s->top = (cyaml_schema_value_t){.type = CYAML_MAPPING,
                                    .flags = CYAML_FLAG_POINTER,
                                    .data_size = sizeof(char *[CONFIG_ROWS_MAX]),
                                    .mapping = {.fields = s->sections}};
}

/* The key that was meant by a wrong section or a wrong name in one; NULL: nothing is near. */
static const char *nearest_key(const struct config_table *table, const char *name, bool sections,
                               char *ret, size_t size)
{
    const char *names[CONFIG_ROWS_MAX];
    char heads[CONFIG_ROWS_MAX][64];
    const char *found;

    for (size_t i = 0; i < table->n; i++) {
        const struct config_row *row = &table->rows[i];

        (void)snprintf(heads[i], sizeof(heads[i]), "%.*s", (int)config_section_len(row), row->key);
        names[i] = sections ? heads[i] : config_leaf(row);
    }
    found = ca_text_nearest(name, names, table->n);
    for (size_t i = 0; i < table->n && found != NULL; i++) {
        if (names[i] == found) {
            (void)snprintf(ret, size, "%s", sections ? heads[i] : table->rows[i].key);
            return ret;
        }
    }
    return NULL;
}

/* libcyaml names the line where the mapping starts; the key stands there or further down. */
static unsigned key_line(struct ca_bytes yaml, const char *key, unsigned from)
{
    const uint8_t *at = yaml.ptr;
    const uint8_t *end = yaml.ptr + yaml.len;
    size_t len = strlen(key);

    for (unsigned line = 1; at < end; line++) {
        const uint8_t *next = memchr(at, '\n', (size_t)(end - at));

        while (at < end && *at == ' ')
            at++;
        if (line >= from && (size_t)(end - at) > len && memcmp(at, key, len) == 0 && at[len] == ':')
            return line;
        if (next == NULL)
            break;
        at = next + 1;
    }
    return from;
}

static CA_RC unknown_key(const struct config_table *table, const char *name, const char *origin,
                         unsigned line, struct ca_err *err)
{
    char key[64];
    const char *near = nearest_key(table, name, false, key, sizeof(key));

    if (near == NULL)
        near = nearest_key(table, name, true, key, sizeof(key));
    if (near == NULL)
        return CA_FAIL(err, CA_MALFORMED, "%s: line %u: unknown key '%s'", origin, line, name);
    return CA_FAIL(err, CA_MALFORMED, "%s: line %u: unknown key '%s', did you mean '%s'?", origin,
                   line, name, near);
}

static CA_RC complain(const struct config_table *table, struct ca_bytes yaml, const char *origin,
                      const struct complaint *c, struct ca_err *err)
{
    static const char unexpected[] = "Unexpected key: ";
    static const char twice[] = "Mapping field already seen: ";

    if (strncmp(c->what, unexpected, strlen(unexpected)) == 0) {
        const char *name = c->what + strlen(unexpected);

        return unknown_key(table, name, origin, key_line(yaml, name, c->line), err);
    }
    if (strncmp(c->what, twice, strlen(twice)) == 0) {
        const char *name = c->what + strlen(twice);

        return CA_FAIL(err, CA_MALFORMED, "%s: line %u: key '%s' for the second time", origin,
                       key_line(yaml, name, c->line + 1), name);
    }
    return CA_FAIL(err, CA_MALFORMED, "%s: line %u: %s", origin, c->line, c->what);
}

CA_RC config_yaml(const struct config_table *table, struct ca_bytes yaml, const char *origin,
                  char *ret[CONFIG_ROWS_MAX], struct ca_err *err)
{
    struct complaint said = {{0}, 0};
    cyaml_config_t how = {.log_fn = complaint_log,
                          .log_ctx = &said,
                          .log_level = CYAML_LOG_ERROR,
                          .mem_fn = cyaml_mem,
                          .flags = CYAML_CFG_NO_ALIAS};
    struct schema *schema;
    void *data = NULL;
    cyaml_err_t code;

    if (yaml.len > CONFIG_FILE_MAX)
        return CA_FAIL(err, CA_LIMIT, "%s is longer than %d octets", origin, CONFIG_FILE_MAX);
    schema = calloc(1, sizeof(*schema));
    if (schema == NULL)
        return CA_FAIL_NOMEM(err);
    schema_build(schema, table);
    /* libyaml asserts that there is an input. */
    code = cyaml_load_data(yaml.len > 0 ? yaml.ptr : (const uint8_t *)"", yaml.len, &how,
                           &schema->top, &data, NULL);
    free(schema);
    if (code == CYAML_ERR_OOM)
        return CA_FAIL_NOMEM(err);
    if (said.what[0] == '\0')
        (void)snprintf(said.what, sizeof(said.what), "%s", cyaml_strerror(code));
    if (code != CYAML_OK)
        return complain(table, yaml, origin, &said, err);
    if (data != NULL) { /* NULL: the file is empty */
        memcpy(ret, data, sizeof(char *) * table->n);
        how.mem_fn(NULL, data, 0); /* the texts are ours now */
    }
    return CA_OK;
}
