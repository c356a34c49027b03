/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "ca/schedule_internal.h"
#include "policy/shard.h"

bool schedule_alarm(const struct schedule_slot *slot)
{
    int64_t half = (slot->state.next_update - slot->state.this_update) / 2;

    if (slot->state.number == 0)
        return slot->ready && slot->failures > 0;
    if (slot->state.emergency) /* valid for long, and made when the one before was */
        return true;
    return ca_time_now() - slot->state.this_update > half;
}

bool schedule_large(const struct schedule_slot *slot)
{
    return !slot->scope.delta && slot->state.size > SHARD_OCTETS_MAX &&
           (slot->scope.shard > 0 || slot->shards == 0);
}

static int64_t number_of(const struct schedule_slot *slot)
{
    return slot->state.number;
}
static int64_t this_update_of(const struct schedule_slot *slot)
{
    return slot->state.this_update;
}
static int64_t next_update_of(const struct schedule_slot *slot)
{
    return slot->state.next_update;
}
static int64_t age_of(const struct schedule_slot *slot)
{
    return slot->state.number == 0 ? 0 : ca_time_now() - slot->state.this_update;
}
static int64_t entries_of(const struct schedule_slot *slot)
{
    return slot->state.entries;
}
static int64_t size_of(const struct schedule_slot *slot)
{
    return slot->state.size;
}
static int64_t build_of(const struct schedule_slot *slot)
{
    return slot->build_us / 1000;
}
static int64_t failures_of(const struct schedule_slot *slot)
{
    return (int64_t)slot->failures;
}
static int64_t alarm_of(const struct schedule_slot *slot)
{
    return schedule_alarm(slot);
}
static int64_t large_of(const struct schedule_slot *slot)
{
    return schedule_large(slot);
}
static int64_t emergency_of(const struct schedule_slot *slot)
{
    return slot->state.emergency;
}
static int64_t ahead_of(const struct schedule_slot *slot)
{
    return slot->state.ahead_until;
}
static int64_t ready_of(const struct schedule_slot *slot)
{
    return slot->ready;
}

/* clang-format off */
static const struct family {
    const char *name;
    const char *type;
    const char *help;
    int64_t (*value)(const struct schedule_slot *slot);
} families[] = {
    {"ca_crl_number",             "gauge",   "Number of the newest CRL; 0: none.",                         number_of},
    {"ca_crl_this_update_seconds", "gauge",  "thisUpdate of the newest CRL.",                              this_update_of},
    {"ca_crl_next_update_seconds", "gauge",  "nextUpdate of the newest CRL.",                              next_update_of},
    {"ca_crl_age_seconds",        "gauge",   "Age of the newest CRL.",                                     age_of},
    {"ca_crl_entries",            "gauge",   "Entries of the newest CRL.",                                 entries_of},
    {"ca_crl_octets",             "gauge",   "Size of the newest CRL.",                                    size_of},
    {"ca_crl_build_milliseconds", "gauge",   "What the last CRL made here took.",                          build_of},
    {"ca_crl_failures_total",     "counter", "Failures to make a CRL since the start.",                    failures_of},
    {"ca_crl_alarm",              "gauge",   "1: more than half of the newest CRL's validity is over.",    alarm_of},
    {"ca_crl_large",              "gauge",   "1: the newest CRL has more than 10 MB; more parts keep others smaller.", large_of},
    {"ca_crl_emergency",          "gauge",   "1: the newest CRL is one that was signed ahead.",            emergency_of},
    {"ca_crl_emergency_next_update_seconds", "gauge", "nextUpdate of the CRL that is signed ahead and held; 0: none.", ahead_of},
    {"ca_crl_ready",              "gauge",   "1: this signer can make the authority's CRL.",               ready_of},
};
/* clang-format on */

/* A label's value: Prometheus escapes these three. */
static void label_put(struct ca_buf *ret, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            ca_buf_u8(ret, '\\');
        if (*text == '\n') {
            ca_buf_str(ret, "\\n");
        } else {
            ca_buf_u8(ret, (uint8_t)*text);
        }
    }
}

static void reasons_write(const struct schedule *s, struct ca_buf *ret)
{
    ca_buf_str(ret, "# HELP ca_crl_blocked 1, with ca and reason, while there is no newer CRL.\n"
                    "# TYPE ca_crl_blocked gauge\n");
    for (size_t i = 0; i < s->n; i++) {
        const struct schedule_slot *slot = &s->slots[i];
        const char *why = slot->reason[0] != '\0' ? slot->reason : slot->failure;

        if (why[0] == '\0')
            continue;
        ca_buf_printf(ret, "ca_crl_blocked{ca=\"%s\",reason=\"", slot->name);
        label_put(ret, why);
        ca_buf_str(ret, "\"} 1\n");
    }
}

void schedule_metrics(const struct schedule *s, struct ca_buf *ret)
{
    for (size_t f = 0; f < CA_COUNT(families); f++) {
        ca_buf_printf(ret, "# HELP %s %s\n# TYPE %s %s\n", families[f].name, families[f].help,
                      families[f].name, families[f].type);
        for (size_t i = 0; i < s->n; i++) {
            ca_buf_printf(ret, "%s{ca=\"%s\"} %jd\n", families[f].name, s->slots[i].name,
                          (intmax_t)families[f].value(&s->slots[i]));
        }
    }
    reasons_write(s, ret);
}
