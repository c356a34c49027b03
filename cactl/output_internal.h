/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/output.h"

enum { COLUMNS_MAX = 40 };

/* The columns that are shown. */
struct columns {
    struct column rows[COLUMNS_MAX];
    char paths[COLUMNS_MAX][64]; /* of --columns */
    char headers[COLUMNS_MAX][64];
    size_t n;
    bool colour;
};

CA_RC columns_choose(const struct app *app, const struct view *view, struct columns *ret,
                     struct ca_err *err);

/* Appends rows as a table. `widths` grow and are kept from page to page; with `heads` the first
 * line too. */
void table_write(const struct columns *c, size_t widths[COLUMNS_MAX], bool heads,
                 const json_t *items, struct ca_buf *to);
/* Appends "Member:  value" lines. */
void table_write_object(const json_t *object, struct ca_buf *to);

void csv_write_heads(const struct columns *c, struct ca_buf *to);
void csv_write(const struct columns *c, const json_t *row, struct ca_buf *to);
/* Appends a YAML document without its "---". */
void yaml_write(const json_t *value, struct ca_buf *to);

/* Appends one cell as people read it. */
void cell_write(const struct column *column, const json_t *row, struct ca_buf *to);
