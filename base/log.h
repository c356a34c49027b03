/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* logfmt on stderr, one line an event. Libraries do not log: the dispatchers of front and signer
 * and ca-server/ do. Values from outside are quoted, escaped and cut at CA_LOG_VALUE_MAX octets.
 *   CA_LOG(CA_LOG_INFO, "certificate_issued", CA_STR("serial", text), CA_INT("ms", 12)); */
enum ca_log_level { CA_LOG_DEBUG, CA_LOG_INFO, CA_LOG_WARNING, CA_LOG_ERROR };
enum { CA_LOG_VALUE_MAX = 300 };

struct ca_log_field {
    const char *key;
    const char *text; /* NULL: the number */
    int64_t number;
};
static inline struct ca_log_field ca_log_str(const char *key, const char *text)
{
    return (struct ca_log_field){key, text != NULL ? text : "", 0};
}
#define CA_STR(key, text)   ca_log_str((key), (text))
#define CA_INT(key, number) ((struct ca_log_field){(key), NULL, (int64_t)(number)})

#define CA_LOG(level, event, ...)                                                                  \
    ca_log((level), (event), (const struct ca_log_field[]){__VA_ARGS__},                           \
           CA_COUNT(((const struct ca_log_field[]){__VA_ARGS__})))

void ca_log(enum ca_log_level level, const char *event, const struct ca_log_field *fields,
            size_t n);

/* Called once, before threads start: who writes (front, signer, supervisor) and from which level.
 */
void ca_log_start(const char *process, enum ca_log_level least);
