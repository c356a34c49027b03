/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/buf.h"

/* Settings as rows of a table. The YAML schema, `config show`, the sample file and the reference
 * page are all made from the rows. */
enum config_type {
    CONFIG_TEXT,     /* const char *; smallest and largest are lengths in octets */
    CONFIG_PATH,     /* const char *; as text, and absolute unless empty */
    CONFIG_INTEGER,  /* int64_t */
    CONFIG_SIZE,     /* int64_t octets: "512", "64KiB", "1MiB", "2GiB" */
    CONFIG_DURATION, /* int64_t milliseconds: "250ms", "30s", "10m", "8h", "7d" */
    CONFIG_BOOL,     /* bool: "true" or "false" */
    CONFIG_ENUM,     /* int: place in `choices` */
    CONFIG_TYPE__COUNT
};

struct config_row {
    const char *key; /* "section.name"; rows of a section stand together */
    enum config_type type;
    size_t offset; /* of the value in the module's struct */
    const char *preset;
    int64_t smallest; /* both ends are allowed */
    int64_t largest;
    bool reloadable; /* SIGHUP takes a new value */
    const char *help;
    const char *const *choices; /* of CONFIG_ENUM, NULL behind the last */
};

struct config_table {
    const struct config_row *rows;
    size_t n;
    size_t size; /* of the struct that the offsets mean */
};

enum { CONFIG_ROWS_MAX = 128, CONFIG_FILE_MAX = 256 * 1024 };

/* The values of one table, and where each came from. */
struct config;

/* Every row at its default. */
CA_RC config_new(const struct config_table *table, struct config **ret, struct ca_err *err);
void config_free(struct config *c); /* NULL is fine */
CA_AUTO_DEFINE(config, struct config *, config_free);

/* Reads YAML over what is set. No aliases, no key twice.
 *   origin  names the file in texts and in config_show; kept by the caller
 * CA_MALFORMED not YAML, an unknown key (the text names the line and the nearest key), or as
 * config_set. `c` is then not to be used further. */
CA_RC config_read(struct config *c, struct ca_bytes yaml, const char *origin, struct ca_err *err);

/* Sets one. CA_NOT_FOUND no such key; CA_MALFORMED nonsense, or outside smallest and largest; the
 * text names key, value and what is allowed. */
CA_RC config_set(struct config *c, const char *key, const char *text, const char *origin,
                 struct ca_err *err);

const void *config_values(const struct config *c); /* the module's struct; borrowed */
/* The row's value as text; NULL: no such key. Borrowed. */
const char *config_text(const struct config *c, const char *key);

/* What is in force, as YAML; with `origins` each line says where its value came from. */
void config_show(const struct config *c, bool origins, struct ca_buf *to);
/* The sample file: every key, commented out, with help, default and range. */
void config_sample(const struct config_table *table, struct ca_buf *to);
/* The rows as Markdown tables, one a section. */
void config_reference(const struct config_table *table, struct ca_buf *to);
/* The rows as a list in mdoc(7), one a section. */
void config_manual(const struct config_table *table, struct ca_buf *to);
