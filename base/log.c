/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/time.h"

static const char *log_process = "ca-server";
static enum ca_log_level log_least = CA_LOG_INFO;

static const char *const level_names[] = {"debug", "info", "warning", "error"};

void ca_log_start(const char *process, enum ca_log_level least)
{
    log_process = process;
    log_least = least;
}

static bool plain(unsigned char c)
{
    return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
}

static void value_write(struct ca_buf *line, const char *text)
{
    size_t n = strnlen(text, CA_LOG_VALUE_MAX);
    bool quote = n == 0 || text[n] != '\0'; /* what is cut ends in dots */

    for (size_t i = 0; i < n && !quote; i++)
        quote = !plain((unsigned char)text[i]);
    if (!quote) {
        ca_buf_add(line, text, n);
        return;
    }
    ca_buf_u8(line, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '"' || c == '\\') {
            ca_buf_printf(line, "\\%c", c);
        } else if (c < ' ' || c >= 0x7f) {
            ca_buf_printf(line, "\\x%02x", c + 0U);
        } else {
            ca_buf_u8(line, c);
        }
    }
    ca_buf_str(line, text[n] != '\0' ? "...\"" : "\"");
}

void ca_log(enum ca_log_level level, const char *event, const struct ca_log_field *fields, size_t n)
{
    CA_AUTO(buf) struct ca_buf line = {0};
    char at[CA_TIME_TEXT];

    if (level < log_least)
        return;
    ca_buf_printf(&line, "time=%s level=%s process=%s event=%s", ca_time_text(ca_time_now(), at),
                  level_names[level], log_process, event);
    for (size_t i = 0; i < n; i++) {
        ca_buf_u8(&line, ' ');
        ca_buf_str(&line, fields[i].key);
        ca_buf_u8(&line, '=');
        if (fields[i].text != NULL) {
            value_write(&line, fields[i].text);
        } else {
            ca_buf_printf(&line, "%" PRId64, fields[i].number);
        }
    }
    ca_buf_u8(&line, '\n');
    /* One write a line, so that lines of several threads and processes do not mix. A log that
     * cannot be written stops nobody: what must be provable is in the audit. */
    if (line.ptr != NULL && write(STDERR_FILENO, line.ptr, line.len) < 0)
        return;
}
