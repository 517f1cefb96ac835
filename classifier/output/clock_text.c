/* SPDX-License-Identifier: MIT */
#include "output/clock_text.h"

#include "base/digits.h"

#define NS_PER_SECOND 1000000000
#define DAY_SECONDS   86400
#define ZONE          "+0000"
#define NS_PER_MINUTE (UINT64_C(60) * NS_PER_SECOND)
#define SECOND_AT     17   /* in a text, behind "2026-11-22T05:16:" */
#define FRACTION_AT   20   /* and behind "01." */
#define YEAR_FIRST    1700 /* within what int64_t holds in nanoseconds */
#define YEAR_LAST     2200

struct clock_fields {
    unsigned year, month, day, hour, minute, second, ns;
};

/* Days since 1970-01-01 to a date of the proleptic Gregorian calendar, by 400-year eras that begin
 * on 1 March (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days). */
static void date_of(int64_t days, struct clock_fields *f)
{
    const unsigned z = (unsigned)(days + 719468); /* since 0000-03-01; int64 ns reach 1677..2262 */
    const unsigned era = z / 146097;
    const unsigned day_of_era = z % 146097;
    const unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const unsigned day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned month_from_march = (5 * day_of_year + 2) / 153;

    f->day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    f->month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    f->year = year_of_era + era * 400 + (f->month <= 2 ? 1 : 0);
}

static struct clock_fields fields_of(int64_t time_ns)
{
    int64_t seconds = time_ns / NS_PER_SECOND;
    int64_t ns = time_ns % NS_PER_SECOND;
    if (ns < 0) {
        ns += NS_PER_SECOND;
        seconds--;
    }
    int64_t days = seconds / DAY_SECONDS;
    int64_t second_of_day = seconds % DAY_SECONDS;
    if (second_of_day < 0) {
        second_of_day += DAY_SECONDS;
        days--;
    }
    const unsigned s = (unsigned)second_of_day;
    struct clock_fields f = {
        .hour = s / 3600, .minute = s / 60 % 60, .second = s % 60, .ns = (unsigned)ns};
    date_of(days, &f);
    return f;
}

/* Two digits, and what follows them; returns where the next character goes. */
static uint8_t *put(uint8_t *at, unsigned value, char then)
{
    at = digits_put_two(at, value);
    *at = (uint8_t)then;
    return at + 1;
}

static uint8_t *put_date(uint8_t *at, const struct clock_fields *f, char then)
{
    at = digits_put_two(at, f->year / 100);
    at = put(at, f->year % 100, '-');
    at = put(at, f->month, '-');
    return put(at, f->day, then);
}

static uint8_t *put_time(uint8_t *at, const struct clock_fields *f, char then)
{
    at = put(at, f->hour, ':');
    at = put(at, f->minute, ':');
    return put(at, f->second, then);
}

static uint8_t *put_six(uint8_t *at, unsigned value)
{
    at = digits_put_two(at, value / 10000);
    at = digits_put_two(at, value / 100 % 100);
    return digits_put_two(at, value % 100);
}

uint8_t *clock_text_put(uint8_t *at, int64_t time_ns)
{
    const struct clock_fields f = fields_of(time_ns);

    at = put_date(at, &f, 'T');
    at = put_time(at, &f, '.');
    at = put_six(at, f.ns / 1000);
    memcpy(at, ZONE, sizeof(ZONE) - 1);
    return at + sizeof(ZONE) - 1;
}

uint8_t *clock_text_put_near(struct clock_minute *c, uint8_t *at, int64_t time_ns)
{
    uint64_t ns = (uint64_t)time_ns - c->begins_ns;

    if (ns >= NS_PER_MINUTE || c->text[0] == 0) {
        const struct clock_fields f = fields_of(time_ns);
        clock_text_put(c->text, time_ns);
        ns = (uint64_t)f.second * NS_PER_SECOND + f.ns;
        c->begins_ns = (uint64_t)time_ns - ns;
    }
    const unsigned second = (unsigned)(ns / NS_PER_SECOND);
    memcpy(at, c->text, CLOCK_TEXT_LEN);
    digits_put_two(at + SECOND_AT, second);
    put_six(at + FRACTION_AT, (unsigned)(ns - (uint64_t)second * NS_PER_SECOND) / 1000);
    return at + CLOCK_TEXT_LEN;
}

void clock_text_append(struct buffer *out, int64_t time_ns)
{
    if (buffer_reserve(out, CLOCK_TEXT_LEN))
        out->len = (size_t)(clock_text_put(out->at + out->len, time_ns) - out->at);
}

void clock_text_append_date(struct buffer *out, int64_t time_ns)
{
    const struct clock_fields f = fields_of(time_ns);
    uint8_t text[32], *at = put_date(text, &f, ' ');

    at = put_time(at, &f, 0);
    buffer_append(out, bytes_of(text, (size_t)(at - text) - 1));
}

void clock_text_append_time(struct buffer *out, int64_t time_ns)
{
    const struct clock_fields f = fields_of(time_ns);
    uint8_t text[24], *at = put_time(text, &f, '.');

    *at++ = (uint8_t)('0' + f.ns / 100000000);
    at = digits_put_two(at, f.ns / 1000000 % 100);
    buffer_append(out, bytes_of(text, (size_t)(at - text)));
}

/* The inverse of date_of(): days_from_civil of the same paper. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    const int64_t y = year - (month <= 2 ? 1 : 0) + 400; /* era 0 of year 0 begins in March */
    const int64_t era = y / 400;
    const unsigned year_of_era = (unsigned)(y % 400);
    const unsigned month_from_march = month > 2 ? month - 3 : month + 9;
    const unsigned day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    const unsigned day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return (era - 1) * 146097 + day_of_era - 719468;
}

/* `n` digits, then the byte `then` (0: none). */
static bool take(struct bytes *in, size_t n, char then, unsigned *value)
{
    const size_t len = n + (then != 0);

    *value = 0;
    if (in->len < len || (then != 0 && in->at[n] != (uint8_t)then))
        return false;
    for (size_t i = 0; i < n; i++) {
        const unsigned digit = (unsigned)(in->at[i] - '0');
        if (digit > 9)
            return false;
        *value = *value * 10 + digit;
    }
    *in = bytes_after(*in, len);
    return true;
}

/* ".123456": up to nine digits count. */
static bool take_fraction(struct bytes *in, unsigned *ns)
{
    unsigned worth = NS_PER_SECOND / 10;

    *ns = 0;
    if (in->len == 0 || in->at[0] != '.')
        return true;
    *in = bytes_after(*in, 1);
    if (in->len == 0 || in->at[0] < '0' || in->at[0] > '9')
        return false;
    for (; in->len > 0 && in->at[0] >= '0' && in->at[0] <= '9'; *in = bytes_after(*in, 1)) {
        *ns += (unsigned)(in->at[0] - '0') * worth;
        worth /= 10;
    }
    return true;
}

/* "Z", "+0100", "-01:00"; seconds that the clock was ahead of UTC. */
static bool take_zone(struct bytes in, int *ahead)
{
    unsigned hours, minutes;

    *ahead = 0;
    if (in.len == 1 && in.at[0] == 'Z')
        return true;
    if (in.len == 0 || (in.at[0] != '+' && in.at[0] != '-'))
        return false;
    const int sign = in.at[0] == '-' ? -1 : 1;
    in = bytes_after(in, 1);
    if (!take(&in, 2, in.len == 5 ? ':' : 0, &hours) || !take(&in, 2, 0, &minutes) || in.len > 0)
        return false;
    *ahead = sign * (int)(hours * 3600 + minutes * 60);
    return hours < 24 && minutes < 60;
}

bool clock_text_read(struct bytes in, int64_t *time_ns)
{
    struct clock_fields f;
    int ahead;

    if (!take(&in, 4, '-', &f.year) || !take(&in, 2, '-', &f.month) || !take(&in, 2, 'T', &f.day) ||
        !take(&in, 2, ':', &f.hour) || !take(&in, 2, ':', &f.minute) ||
        !take(&in, 2, 0, &f.second) || !take_fraction(&in, &f.ns) || !take_zone(in, &ahead))
        return false;
    if (f.month < 1 || f.month > 12 || f.day < 1 || f.day > 31 || f.hour > 23 || f.minute > 59 ||
        f.second > 60 || f.year < YEAR_FIRST || f.year > YEAR_LAST)
        return false;
    const int64_t seconds = days_of(f.year, f.month, f.day) * DAY_SECONDS + f.hour * 3600 +
                            f.minute * 60 + f.second - ahead;
    *time_ns = seconds * NS_PER_SECOND + f.ns;
    return true;
}
