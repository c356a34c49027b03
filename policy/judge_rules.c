/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/time.h"
#include "policy/judge_internal.h"

enum { DAY = 86400 };

static const char *days_text(int64_t seconds, char ret[48])
{
    if (seconds % DAY == 0) {
        (void)snprintf(ret, 48, "%lld days", (long long)(seconds / DAY));
    } else {
        (void)snprintf(ret, 48, "%lld seconds", (long long)seconds);
    }
    return ret;
}

static void length_rule(const struct profile *p, const struct dates *d, struct verdict *v)
{
    int64_t length = d->not_after - d->not_before + 1; /* both ends count (I8) */
    char asked[48];
    char limit[48];
    char allowed[64];

    if (length <= p->validity.max_s)
        return;
    (void)snprintf(allowed, sizeof(allowed), "at most %s", days_text(p->validity.max_s, limit));
    judge_refuse(
        v,
        &(struct says){"validity.max", d->pointer, ca_bytes_str(days_text(length, asked)), allowed},
        "valid for %s, %s", asked, allowed);
}

static void date_refuse(struct verdict *v, const char *rule, const struct dates *d, int64_t at,
                        const char *text)
{
    char value[CA_TIME_TEXT];

    judge_refuse(v, &(struct says){rule, d->pointer, ca_bytes_str(ca_time_text(at, value)), NULL},
                 "%s", text);
}

void rule_validity(const struct profile *p, const struct issuer *issuer, const struct dates *d,
                   struct verdict *v)
{
    if (d->not_after < d->not_before || d->not_after <= d->now) {
        date_refuse(v, "validity.not_after", d, d->not_after,
                    "the validity ends before it starts, "
                    "or has ended already");
    }
    if (d->not_before > d->now || d->not_before < d->now - p->validity.backdate_s - DAY)
        date_refuse(v, "validity.not_before", d, d->not_before, "the validity does not start now");
    if (d->not_before < issuer->not_before || d->not_after > issuer->not_after) {
        date_refuse(v, "validity.issuer", d, d->not_after,
                    "the validity does not lie inside that of the issuing authority");
    }
    if (d->not_after > p->validity.absolute_end) {
        date_refuse(v, "validity.absolute_end", d, d->not_after,
                    "the validity ends after the profile's last day");
    }
    length_rule(p, d, v);
}
