/* SPDX-License-Identifier: Apache-2.0 */
#include "base/config_internal.h"
#include "base/mdoc.h"

static const char *const type_names[CONFIG_TYPE__COUNT] = {
    [CONFIG_TEXT] = "text",         [CONFIG_PATH] = "path", [CONFIG_INTEGER] = "integer",
    [CONFIG_SIZE] = "size",         [CONFIG_BOOL] = "bool", [CONFIG_ENUM] = "enum",
    [CONFIG_DURATION] = "duration",
};

/* As a YAML scalar: text in quotes, so that nothing in it means anything. */
static void scalar(const struct config_row *row, const char *text, struct ca_buf *to)
{
    if (row->type != CONFIG_TEXT && row->type != CONFIG_PATH) {
        ca_buf_str(to, text);
        return;
    }
    ca_buf_u8(to, '\'');
    for (; *text != '\0'; text++)
        ca_buf_printf(to, "%s%c", *text == '\'' ? "'" : "", *text);
    ca_buf_u8(to, '\'');
}

static void section(const struct config_table *table, size_t i, const char *before,
                    const char *after, struct ca_buf *to)
{
    if (config_section_starts(table, i)) {
        ca_buf_printf(to, "%s%.*s%s", before, (int)config_section_len(&table->rows[i]),
                      table->rows[i].key, after);
    }
}

void config_show(const struct config *c, bool origins, struct ca_buf *to)
{
    for (size_t i = 0; i < c->table->n; i++) {
        const struct config_row *row = &c->table->rows[i];

        section(c->table, i, "", ":\n", to);
        ca_buf_printf(to, "  %s: ", config_leaf(row));
        scalar(row, c->texts[i] != NULL ? c->texts[i] : row->preset, to);
        if (origins)
            ca_buf_printf(to, " # %s", c->texts[i] != NULL ? c->origins[i] : "default");
        ca_buf_u8(to, '\n');
    }
}

void config_sample(const struct config_table *table, struct ca_buf *to)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct config_row *row = &table->rows[i];

        section(table, i, i == 0 ? "# " : "\n# ", ":\n", to);
        ca_buf_printf(to, "#   # %s\n#   # %s: ", row->help, type_names[row->type]);
        config_range(row, to);
        ca_buf_printf(to, "%s\n#   %s: ", row->reloadable ? "; SIGHUP reloads it" : "",
                      config_leaf(row));
        scalar(row, row->preset, to);
        ca_buf_u8(to, '\n');
    }
}

void config_reference(const struct config_table *table, struct ca_buf *to)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct config_row *row = &table->rows[i];

        section(table, i, i == 0 ? "## `" : "\n## `",
                "`\n\n| key | type | default | range | new value | meaning |\n"
                "|---|---|---|---|---|---|\n",
                to);
        ca_buf_printf(to, "| `%s` | %s | `", row->key, type_names[row->type]);
        scalar(row, row->preset, to);
        ca_buf_str(to, "` | ");
        config_range(row, to);
        ca_buf_printf(to, " | %s | %s |\n", row->reloadable ? "SIGHUP" : "restart", row->help);
    }
}

/* Help starts in lower case: on a page it stands behind the key, as a sentence. */
static void manual_row(const struct config_row *row, struct ca_buf *to)
{
    ca_buf_printf(to, ".It Cm %s\n", row->key);
    mdoc_sentence(to, row->help);
    if (row->type != CONFIG_TEXT && row->type != CONFIG_PATH) /* whose range says what it is */
        ca_buf_printf(to, "%s: ", type_names[row->type]);
    config_range(row, to);
    if (row->preset[0] != '\0')
        ca_buf_printf(to, ";\nthe default is\n.Ql %s .\n", row->preset);
    else
        ca_buf_str(to, "; the default is empty.\n");
    if (row->reloadable)
        ca_buf_str(to, "SIGHUP takes a new value.\n");
}

void config_manual(const struct config_table *table, struct ca_buf *to)
{
    for (size_t i = 0; i < table->n; i++) {
        section(table, i, i == 0 ? ".Ss " : ".El\n.Ss ", "\n.Bl -tag -width Ds\n", to);
        manual_row(&table->rows[i], to);
    }
    ca_buf_str(to, ".El\n");
}
