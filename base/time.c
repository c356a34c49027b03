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

/* Days from 1970-01-01 to the first of January of `year`. */
static int64_t days_before_year(int64_t year)
{
    int64_t y = year - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

void ca_time_to_civil(int64_t at, struct ca_civil *ret)
{
    int64_t day = at / SECONDS_PER_DAY;
    int64_t second = at % SECONDS_PER_DAY;
    int64_t year;

    if (second < 0) {
        second += SECONDS_PER_DAY;
        day--;
    }
    year = 1970 + day * 400 / 146097;
    while (days_before_year(year) > day)
        year--;
    while (days_before_year(year + 1) <= day)
        year++;
    day -= days_before_year(year);

    ret->year = (int)year;
    ret->month = 1;
    for (; day >= days_in_month(ret->year, ret->month); ret->month++)
        day -= days_in_month(ret->year, ret->month);
    ret->day = (int)day + 1;
    ret->hour = (int)(second / 3600);
    ret->minute = (int)(second / 60 % 60);
    ret->second = (int)(second % 60);
}

bool ca_civil_to_time(const struct ca_civil *c, int64_t *ret)
{
    int64_t day;

    if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > days_in_month(c->year, c->month) || c->hour < 0 || c->hour > 23 || c->minute < 0 ||
        c->minute > 59 || c->second < 0 || c->second > 59)
        return false;
    day = days_before_year(c->year) + c->day - 1;
    for (int m = 1; m < c->month; m++)
        day += days_in_month(c->year, m);
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
