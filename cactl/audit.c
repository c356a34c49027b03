/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/audit.h"

#include "base/time.h"
#include "cactl/nouns.h"
#include "cactl/object.h"
#include "cactl/page.h"

/* --since is a duration, or a time as --from. */
static CA_RC since_add(const struct app *app, struct ca_buf *path, struct ca_err *err)
{
    const char *text = args_text(&app->args, "since");
    char from[CA_TIME_TEXT];
    int64_t ms = 0;

    if (text == NULL)
        return CA_OK;
    if (args_on(&app->args, "from"))
        return CA_FAIL_USAGE(err, "--since or --from, not both");
    if (!args_duration(text, &ms))
        return CA_FAIL_USAGE(err, "--since %.40s: as 12h, 30d", text);
    query_add(path, "from", ca_time_text(ca_time_now() - ms / 1000, from));
    return CA_OK;
}

CA_RC audit_query(struct app *app, struct ca_buf *path, struct ca_err *err)
{
    static const struct {
        const char *flag;
        const char *parameter;
    } filters[] = {
        {"chain",      "chain"     },
        {"actor",      "actor"     },
        {"action",     "action"    },
        {"object",     "object"    },
        {"outcome",    "outcome"   },
        {"request-id", "request_id"},
        {"from",       "from"      },
        {"to",         "to"        },
    };

    for (size_t i = 0; i < CA_COUNT(filters); i++)
        query_add(path, filters[i].parameter, args_text(&app->args, filters[i].flag));
    CA_TRY(since_add(app, path, err));
    return ca_buf_check(path, err);
}

static const struct column event[] = {
    {"TIME",       "at",         COLUMN_TIME,   false},
    {"ACTOR",      "actor",      COLUMN_PLAIN,  false},
    {"ACTION",     "action",     COLUMN_PLAIN,  false},
    {"OUTCOME",    "outcome",    COLUMN_STATUS, false},
    {"OBJECT",     "object",     COLUMN_PLAIN,  false},
    {"DETAIL",     "detail",     COLUMN_PLAIN,  false},
    {"CHANNEL",    "channel",    COLUMN_PLAIN,  true },
    {"REQUEST ID", "request_id", COLUMN_PLAIN,  true },
    {"CHAIN",      "chain",      COLUMN_PLAIN,  true },
    {"LINE",       "sequence",   COLUMN_PLAIN,  true },
};
static const struct view view_event = {event, CA_COUNT(event), "request_id"};

static CA_RC search(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    ca_buf_str(&path, "/api/v1/audit/events");
    CA_TRY(audit_query(app, &path, err));
    return page_list(app, ca_buf_cstr(&path), &view_event, err);
}

static const char *const outcomes[] = {"ok", "denied", "failed", NULL};
static const char *const formats[] = {"jsonl", "csv", NULL};

/* clang-format off */
#define FILTERS                                                                                    \
    {"actor", "NAME", FLAG_VALUE, 0, "operator's name, system or front", NULL, NULL},              \
    {"action", "NAME", FLAG_VALUE, 0, "what was done or asked, as certificate.issue", NULL, NULL}, \
    {"object", "ID", FLAG_VALUE, 0, "id or name that it is about", NULL, NULL},                    \
    {"outcome", "WORD", FLAG_VALUE, 0, "ok, denied or failed", outcomes, NULL},                    \
    {"request-id", "ID", FLAG_VALUE, 0, "X-Request-Id of the call", NULL, NULL},                   \
    {"chain", "NODE", FLAG_VALUE, 0, "node that wrote it", NULL, NULL},                            \
    {"since", "DURATION", FLAG_VALUE, 0, "not older than, as 7d", NULL, NULL},                     \
    {"from", "TIME", FLAG_VALUE, 0, "then or later, as 2026-11-21T08:00:00Z", NULL, NULL},         \
    {"to", "TIME", FLAG_VALUE, 0, "before", NULL, NULL}
static const struct flag search_flags[] = {
    FILTERS,
};
static const struct flag export_flags[] = {
    FILTERS,
    {"format", "FORMAT", FLAG_VALUE, 0, "jsonl or csv (default jsonl)", formats, NULL},
};
static const struct flag checkpoint_flags[] = {
    {"chain", "NODE", FLAG_VALUE, 0, "only of this chain", NULL, NULL},
};
static const struct verb verbs[] = {
    {.name = "search", .arguments = "", .line = "Search the audit log, the newest line first",
     .notes = "For auditors.",
     .flags = search_flags, .flags_n = CA_COUNT(search_flags), .with = WITH_PAGES,
     .examples = {{"cactl audit search --actor alice --since 7d --action certificate.revoke -o jsonl", NULL},
                  {"cactl audit search --outcome denied --since 24h --all", "everything that was refused"},
                  {"cactl audit search --object 01a1fd90-ae39-7013-9004-c481360e970f", "the history of a certificate"}},
     .run = search},
    {.name = "export", .arguments = "", .line = "Export the audit log, chain by chain",
     .notes = "jsonl has every column as the hashes need it: ca-server audit verify --offline reads it.\n"
              "Only an export without filters can be verified.",
     .flags = export_flags, .flags_n = CA_COUNT(export_flags), .with = WITH_FILE,
     .examples = {{"cactl audit export -f audit.jsonl", NULL},
                  {"cactl audit export --format csv --since 30d -f audit.csv", NULL}},
     .run = audit_export},
    {.name = "checkpoints", .arguments = "", .line = "List or collect signed checkpoints of the audit log",
     .notes = "With -f all of them, the oldest first, as ca-server audit verify --checkpoints reads them. Keep\n"
              "that file away from the server: a log that was cut or written anew shows against it.",
     .flags = checkpoint_flags, .flags_n = CA_COUNT(checkpoint_flags), .with = WITH_PAGES | WITH_FILE,
     .examples = {{"cactl audit checkpoints --limit 1", "the newest"},
                  {"cactl audit checkpoints -f checkpoints", NULL}},
     .run = audit_checkpoints},
};
/* clang-format on */

const struct noun noun_audit = {"audit", "The audit log", verbs, CA_COUNT(verbs), false};
