/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/config.h"

struct config {
    const struct config_table *table;
    void *values;
    char *texts[CONFIG_ROWS_MAX];         /* own; NULL: the row's default */
    const char *origins[CONFIG_ROWS_MAX]; /* borrowed */
};

/* Reads `text` as the row's type and writes the value into `values` (text types keep the pointer).
 * CA_MALFORMED, with key, value and what is allowed. */
CA_RC config_value(const struct config_row *row, const char *text, void *values,
                   struct ca_err *err);

/* What a row takes: "10s to 8h", "true or false", "a, b or c". */
void config_range(const struct config_row *row, struct ca_buf *to);

/* Finds a row by its key. */
const struct config_row *config_row(const struct config_table *table, const char *key);

/* How many characters of the key the section takes, and what follows the dot. */
size_t config_section_len(const struct config_row *row);
const char *config_leaf(const struct config_row *row);
/* Is rows[i] the first of its section? */
bool config_section_starts(const struct config_table *table, size_t i);

/* The texts that a YAML file gives, by row; NULL where it gives none. Each is for free(). */
CA_RC config_yaml(const struct config_table *table, struct ca_bytes yaml, const char *origin,
                  char *ret[CONFIG_ROWS_MAX], struct ca_err *err);
