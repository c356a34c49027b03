/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/time.h"
#include "ca/webhook_internal.h"

/* An event is what a line of the audit says, in words that promise less: noun and verb are its
 * name. */
static const struct {
    const char *noun;
    const char *verb;
} events[] = {
    {"request",     "pending"  },
    {"request",     "decided"  },
    {"certificate", "issued"   },
    {"certificate", "revoked"  },
    {"certificate", "released" },
    {"approval",    "pending"  },
    {"approval",    "decided"  },
    {"profile",     "activated"},
    {"profile",     "disabled" },
    {"key",         "blocked"  },
    {"key",         "unblocked"},
};
enum { REQUEST_PENDING, REQUEST_DECIDED, ISSUED, REVOKED, RELEASED, APPROVAL_PENDING };
enum { APPROVAL_DECIDED = APPROVAL_PENDING + 1, ACTIVATED, DISABLED, BLOCKED, UNBLOCKED };

static const struct {
    const char *action;
    unsigned event;
    const char *unless; /* the line's detail begins with it; NULL: always */
} lines_told[] = {
    {"request.submit",      REQUEST_PENDING,  "serial "}, /* that one is being issued */
    {"request.revise",      REQUEST_PENDING,  NULL     },
    {"request.approve",     REQUEST_DECIDED,  NULL     },
    {"request.deny",        REQUEST_DECIDED,  NULL     },
    {"request.withdraw",    REQUEST_DECIDED,  NULL     },
    {"request.expire",      REQUEST_DECIDED,  NULL     },
    {"certificate.issue",   ISSUED,           NULL     },
    {"certificate.revoke",  REVOKED,          NULL     },
    {"certificate.release", RELEASED,         NULL     },
    {"approval.ask",        APPROVAL_PENDING, NULL     },
    {"approval.approve",    APPROVAL_DECIDED, NULL     },
    {"approval.deny",       APPROVAL_DECIDED, NULL     },
    {"approval.withdraw",   APPROVAL_DECIDED, NULL     },
    {"approval.expire",     APPROVAL_DECIDED, NULL     },
    {"profile.activate",    ACTIVATED,        NULL     },
    {"profile.disable",     DISABLED,         NULL     },
    {"blocked_key.add",     BLOCKED,          NULL     },
    {"blocked_key.remove",  UNBLOCKED,        NULL     },
};

size_t webhook_event_count(void)
{
    return CA_COUNT(events);
}

const char *webhook_event_name(size_t event, char *ret)
{
    (void)snprintf(ret, WEBHOOK_EVENT_NAME, "%s.%s", events[event].noun, events[event].verb);
    return ret;
}

static CA_RC unknown(struct ca_bytes name, struct ca_err *err)
{
    char own[CA_COUNT(events)][WEBHOOK_EVENT_NAME];
    const char *names[CA_COUNT(events)];
    char asked[WEBHOOK_EVENT_NAME] = "";
    const char *nearest;

    for (size_t i = 0; i < CA_COUNT(events); i++)
        names[i] = webhook_event_name(i, own[i]);
    (void)ca_text_copy(asked, sizeof(asked), name);
    nearest = ca_text_nearest(asked, names, CA_COUNT(names));
    return CA_FAIL(err, CA_MALFORMED, "/events: there is no event '%s'%s%s", asked,
                   nearest != NULL ? "; the nearest is " : "", nearest != NULL ? nearest : "");
}

CA_RC webhook_events_read(const char *names, uint32_t *ret, struct ca_err *err)
{
    uint32_t mask = 0;

    while (*names != '\0') {
        struct ca_bytes name = {(const uint8_t *)names, strcspn(names, "\n")};
        char own[WEBHOOK_EVENT_NAME];
        size_t i = 0;

        while (i < CA_COUNT(events) &&
               !ca_bytes_equal(name, ca_bytes_str(webhook_event_name(i, own))))
            i++;
        if (i == CA_COUNT(events))
            return unknown(name, err);
        mask |= 1U << i;
        names += name.len + (names[name.len] == '\n');
    }
    *ret = mask;
    return CA_OK;
}

uint32_t webhook_event_of(const struct db_audit *line)
{
    if (strcmp(line->outcome, "ok") != 0)
        return 0;
    for (size_t i = 0; i < CA_COUNT(lines_told); i++) {
        const char *unless = lines_told[i].unless;

        if (strcmp(lines_told[i].action, line->action) == 0)
            return unless != NULL && strncmp(line->detail, unless, strlen(unless)) == 0
                       ? 0
                       : 1U << lines_told[i].event;
    }
    return 0;
}

/* A JSON string (RFC 8259 7); the text is UTF-8. */
static void string_put(struct ca_buf *ret, const char *name, const char *text)
{
    ca_buf_printf(ret, "\"%s\":\"", name);
    for (; *text != '\0'; text++) {
        if ((uint8_t)*text < 0x20) {
            ca_buf_printf(ret, "\\u%04x", (unsigned)(uint8_t)*text);
        } else if (*text == '"' || *text == '\\') {
            ca_buf_printf(ret, "\\%c", *text);
        } else {
            ca_buf_add(ret, text, 1);
        }
    }
    ca_buf_str(ret, "\"");
}

void webhook_body(const char *event, const struct db_audit *line, struct ca_buf *ret)
{
    const struct {
        const char *name;
        const char *text;
    } members[] = {
        {"action",     line->action    },
        {"object",     line->object    },
        {"actor",      line->actor     },
        {"channel",    line->channel   },
        {"request_id", line->request_id},
        {"detail",     line->detail    },
        {"chain",      line->chain     },
    };
    char at[CA_TIME_TEXT];

    ca_buf_str(ret, "{");
    string_put(ret, "type", event);
    ca_buf_str(ret, ",");
    string_put(ret, "timestamp", ca_time_text(line->at_us / 1000000, at));
    ca_buf_str(ret, ",\"data\":{");
    for (size_t i = 0; i < CA_COUNT(members); i++) {
        string_put(ret, members[i].name, members[i].text);
        ca_buf_str(ret, ",");
    }
    ca_buf_printf(ret, "\"sequence\":%lld}}", (long long)line->sequence);
}
