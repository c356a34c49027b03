/* SPDX-License-Identifier: Apache-2.0 */
#include "base/config.h"

#include "base/config_internal.h"

size_t config_section_len(const struct config_row *row)
{
    return strcspn(row->key, ".");
}

const char *config_leaf(const struct config_row *row)
{
    return row->key + config_section_len(row) + 1;
}

bool config_section_starts(const struct config_table *table, size_t i)
{
    size_t len = config_section_len(&table->rows[i]);

    return i == 0 || config_section_len(&table->rows[i - 1]) != len ||
           memcmp(table->rows[i - 1].key, table->rows[i].key, len) != 0;
}

const struct config_row *config_row(const struct config_table *table, const char *key)
{
    for (size_t i = 0; i < table->n; i++) {
        if (strcmp(table->rows[i].key, key) == 0)
            return &table->rows[i];
    }
    return NULL;
}

CA_RC config_new(const struct config_table *table, struct config **ret, struct ca_err *err)
{
    CA_AUTO(config) struct config *c = NULL;

    if (table->n > CONFIG_ROWS_MAX)
        return CA_FAIL(err, CA_FAULT, "table of %zu settings", table->n);
    c = calloc(1, sizeof(*c));
    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    c->table = table;
    c->values = calloc(1, table->size);
    if (c->values == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < table->n; i++)
        CA_TRY(config_value(&table->rows[i], table->rows[i].preset, c->values, err));
    *ret = CA_MOVE(c);
    return CA_OK;
}

void config_free(struct config *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < CONFIG_ROWS_MAX; i++)
        free(c->texts[i]);
    free(c->values);
    free(c);
}

/* Takes `own` over, whatever happens. */
static CA_RC config_take(struct config *c, size_t i, char *own, const char *origin,
                         struct ca_err *err)
{
    enum ca_rc rc = config_value(&c->table->rows[i], own, c->values, err);

    if (rc != CA_OK) {
        free(own);
        return rc;
    }
    free(c->texts[i]);
    c->texts[i] = own;
    c->origins[i] = origin;
    return CA_OK;
}

CA_RC config_set(struct config *c, const char *key, const char *text, const char *origin,
                 struct ca_err *err)
{
    const struct config_row *row = config_row(c->table, key);
    char *own = strdup(text);

    if (own == NULL)
        return CA_FAIL_NOMEM(err);
    if (row == NULL) {
        free(own);
        return CA_FAIL(err, CA_NOT_FOUND, "no setting '%s'", key);
    }
    return config_take(c, (size_t)(row - c->table->rows), own, origin, err);
}

CA_RC config_read(struct config *c, struct ca_bytes yaml, const char *origin, struct ca_err *err)
{
    char *texts[CONFIG_ROWS_MAX] = {NULL};
    enum ca_rc rc;

    CA_TRY(config_yaml(c->table, yaml, origin, texts, err));
    rc = CA_OK;
    for (size_t i = 0; i < c->table->n; i++) {
        if (texts[i] == NULL)
            continue;
        if (rc == CA_OK) {
            rc = config_take(c, i, texts[i], origin, err);
        } else {
            free(texts[i]);
        }
    }
    return rc;
}

const void *config_values(const struct config *c)
{
    return c->values;
}

const char *config_text(const struct config *c, const char *key)
{
    const struct config_row *row = config_row(c->table, key);
    const char *text;

    if (row == NULL)
        return NULL;
    text = c->texts[row - c->table->rows];
    return text != NULL ? text : row->preset;
}
