/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <stdio.h>

enum { SECONDS_PER_DAY = 86400 };

static int64_t clock_us(clockid_t id)
{
    struct timespec ts = {0};

    (void)clock_gettime(id, &ts); /* cannot fail for these two clocks */
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t ca_time_now(void)
{
    return clock_us(CLOCK_REALTIME) / 1000000;
}

int64_t ca_time_now_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

int64_t ca_mono_ms(void)
{
    return clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t ca_mono_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

struct timespec ca_mono_timespec(int64_t deadline_ms)
{
    return (struct timespec){.tv_sec = (time_t)(deadline_ms / 1000),
                             .tv_nsec = (long)(deadline_ms % 1000) * 1000000};
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Years that begin in March end with the day that some of them lack: so month and day follow from
 * the day of such a year without a table. Day 0 is 0000-03-01; a cycle of 400 years has 146097
 * days. */
enum { DAY_1970 = 719468, CYCLE = 146097 };

/* Days from the first of March to the first of the month that comes so many months later: 31, 30,
 * 31, 30, 31 days, again and again. */
static int days_before_month(int since_march)
{
    return (153 * since_march + 2) / 5;
}

void ca_time_to_civil(int64_t at, struct ca_civil *ret)
{
    int64_t day = at / SECONDS_PER_DAY;
    int second = (int)(at % SECONDS_PER_DAY);
    int64_t cycle;
    int of_cycle, year, of_year, month;

    if (second < 0) {
        second += SECONDS_PER_DAY;
        day--;
    }
    day += DAY_1970;
    cycle = (day >= 0 ? day : day - CYCLE + 1) / CYCLE;
    of_cycle = (int)(day - cycle * CYCLE);
    year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / (CYCLE - 1)) / 365;
    of_year = of_cycle - (365 * year + year / 4 - year / 100);
    month = (5 * of_year + 2) / 153;

    ret->year = (int)(cycle * 400) + year + (month >= 10 ? 1 : 0);
    ret->month = month < 10 ? month + 3 : month - 9;
    ret->day = of_year - days_before_month(month) + 1;
    ret->hour = second / 3600;
    ret->minute = second / 60 % 60;
    ret->second = second % 60;
}

bool ca_civil_to_time(const struct ca_civil *c, int64_t *ret)
{
    int64_t year = c->year - (c->month <= 2 ? 1 : 0);
    int64_t day;

    if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > days_in_month(c->year, c->month) || c->hour < 0 || c->hour > 23 || c->minute < 0 ||
        c->minute > 59 || c->second < 0 || c->second > 59)
        return false;
    day = year * 365 + year / 4 - year / 100 + year / 400 +
          days_before_month(c->month > 2 ? c->month - 3 : c->month + 9) + c->day - 1 - DAY_1970;
    *ret = ((day * 24 + c->hour) * 60 + c->minute) * 60 + c->second;
    return true;
}

const char *ca_time_text(int64_t at, char *ret)
{
    struct ca_civil c;

    ca_time_to_civil(at, &c);
    (void)snprintf(ret, CA_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day,
                   c.hour, c.minute, c.second);
    return ret;
}

static bool digits(struct ca_bytes text, size_t at, size_t n, int *ret)
{
    int v = 0;

    for (size_t i = at; i < at + n; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        v = v * 10 + (text.ptr[i] - '0');
    }
    *ret = v;
    return true;
}

/* .123Z or Z */
static bool fraction_and_zulu(struct ca_bytes tail)
{
    if (tail.len > 1 && tail.ptr[0] == '.') {
        for (size_t i = 1; i + 1 < tail.len; i++) {
            if (tail.ptr[i] < '0' || tail.ptr[i] > '9')
                return false;
        }
        return tail.len > 2 && tail.ptr[tail.len - 1] == 'Z';
    }
    return tail.len == 1 && tail.ptr[0] == 'Z';
}

CA_RC ca_time_parse(struct ca_bytes text, int64_t *ret, struct ca_err *err)
{
    static const char shape[] = "0000-00-00T00:00:00";
    size_t n = sizeof(shape) - 1;
    struct ca_civil c;
    bool fits = text.len > n;

    for (size_t i = 0; fits && i < n; i++)
        fits = shape[i] == '0' || text.ptr[i] == (uint8_t)shape[i];
    if (!fits || !digits(text, 0, 4, &c.year) || !digits(text, 5, 2, &c.month) ||
        !digits(text, 8, 2, &c.day) || !digits(text, 11, 2, &c.hour) ||
        !digits(text, 14, 2, &c.minute) || !digits(text, 17, 2, &c.second) ||
        !fraction_and_zulu((struct ca_bytes){text.ptr + n, text.len - n}) ||
        !ca_civil_to_time(&c, ret))
        return CA_FAIL(err, CA_MALFORMED, "not a time in UTC as 2026-11-21T08:55:34Z");
    return CA_OK;
}
