/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/json.h"

/* Data on stdout, in the form that -o asks for. JSON names are those of the API. */
enum output_format {
    OUTPUT_TABLE,
    OUTPUT_WIDE,
    OUTPUT_JSON,
    OUTPUT_JSONL,
    OUTPUT_YAML,
    OUTPUT_CSV,
    OUTPUT_NAME,
};

struct app;

enum column_kind {
    COLUMN_PLAIN,
    COLUMN_TIME,    /* 2026-11-28 10:04 UTC */
    COLUMN_UNTIL,   /* … and in words: in 7 days */
    COLUMN_STATUS,  /* coloured on a terminal */
    COLUMN_LETTERS, /* a list without commas */
};

struct column {
    const char *header;
    const char *path; /* as json_at */
    enum column_kind kind;
    bool wide; /* only with -o wide */
};

struct view {
    const struct column *columns;
    size_t n;
    const char *name; /* what -o name prints: a path */
};

/* NULL: table. CA_MALFORMED another word. */
CA_RC output_format_read(const char *text, enum output_format *ret, struct ca_err *err);

/* Rows that come in pages; nothing is kept but what json and yaml need. */
struct output;
CA_RC output_new(const struct app *app, const struct view *view, struct output **ret,
                 struct ca_err *err);
CA_RC output_page(struct output *o, const json_t *items, struct ca_err *err);
/* `next`: cursor of the page behind the last one shown; NULL: there is none. */
CA_RC output_end(struct output *o, const char *next, struct ca_err *err);
void output_free(struct output *o);
CA_AUTO_DEFINE(output, struct output *, output_free);

/* A list that is whole. */
CA_RC output_list(const struct app *app, const struct view *view, const json_t *items,
                  struct ca_err *err);

/* One object. As a table: each member on a line. `view` is for csv and name. */
CA_RC output_object(const struct app *app, const struct view *view, const json_t *object,
                    struct ca_err *err);

/* What is downloaded or made: goes to --file, else to stdout as it is; with -o json and the like
 * as {"file" or "content", "format", "size"}.
 *   format  "pem", "der", …: DER stands as base64 in JSON
 *   mode    of the file */
CA_RC output_content(const struct app *app, const char *file, const char *format,
                     struct ca_bytes content, unsigned mode, struct ca_err *err);

/* Writes to stdout. CA_UNAVAILABLE when nobody reads. */
CA_RC output_text(const struct ca_buf *text, struct ca_err *err);
