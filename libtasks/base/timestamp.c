#include "timestamp.h"

#include <string.h>
#include <time.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

typedef struct civil {
    int64_t year, month, day;
} civil;

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

int64_t timestamp_now(void)
{
    return clock_ms(CLOCK_REALTIME);
}

int64_t timestamp_monotonic(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

bool timestamp_valid(int64_t time_ms)
{
    return time_ms >= TIMESTAMP_MIN && time_ms <= TIMESTAMP_MAX;
}

/* Both conversions count in years that start in March, so that the leap day is the last of its year,
 * and in eras of 400 years (146097 days), shifted by one era to keep year 0 positive. Own code since
 * timegm() and gmtime_r() take the lock of the time zone, and lists are written by many threads. */
static int64_t days_of(civil date)
{
    int64_t year = date.year + 400 - (date.month <= 2);
    int64_t month = (date.month + 9) % 12;
    int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468 - 146097;
}

static civil civil_of(int64_t days)
{
    days += 719468 + 146097;
    int64_t era = days / 146097, day = days % 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    civil date = {.month = month < 10 ? month + 3 : month - 9,
                  .day = day_of_year - (153 * month + 2) / 5 + 1};
    date.year = year + (era - 1) * 400 + (date.month <= 2);
    return date;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* What is left to read; `good` turns false at the first thing that does not fit, and stays so. */
typedef struct reader {
    const char *at, *end;
    bool good;
} reader;

static char peek(const reader *r)
{
    return r->at < r->end ? *r->at : '\0';
}

static bool take(reader *r, char wanted, char other)
{
    bool found = r->at < r->end && (*r->at == wanted || *r->at == other);
    r->at += found;
    return found;
}

static void expect(reader *r, char wanted, char other)
{
    r->good = take(r, wanted, other) && r->good;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int64_t digits(reader *r, int count, int64_t min, int64_t max)
{
    int64_t number = 0;
    for (; count && is_digit(peek(r)); count--)
        number = number * 10 + (*r->at++ - '0');
    r->good = r->good && count == 0 && number >= min && number <= max;
    return number;
}

static civil read_date(reader *r)
{
    civil date = {.year = digits(r, 4, 0, 9999)};
    expect(r, '-', '-');
    date.month = digits(r, 2, 1, 12);
    expect(r, '-', '-');
    date.day = digits(r, 2, 1, r->good ? days_in_month(date.year, date.month) : 31);
    return date;
}

static int64_t read_fraction(reader *r)
{
    int64_t ms = 0, unit = 100;
    if (!take(r, '.', '.'))
        return 0;
    r->good = r->good && is_digit(peek(r));
    for (; is_digit(peek(r)); unit /= 10)
        ms += (*r->at++ - '0') * unit;
    return ms;
}

static int64_t read_offset(reader *r)
{
    if (take(r, 'Z', 'z'))
        return 0;
    int64_t sign = peek(r) == '-' ? -1 : 1;
    expect(r, '+', '-');
    int64_t hours = digits(r, 2, 0, 23);
    expect(r, ':', ':');
    return sign * (hours * HOUR_MS + digits(r, 2, 0, 59) * MINUTE_MS);
}

/* Leap seconds end a month of UTC; the instant after one starts the next. */
static bool starts_month(int64_t time_ms)
{
    return time_ms % DAY_MS == 0 && civil_of(time_ms / DAY_MS).day == 1;
}

bool timestamp_read(const char *text, size_t length, int64_t *time_ms)
{
    reader r = {text, text + length, true};
    civil date = read_date(&r);
    expect(&r, 'T', 't');
    int64_t hour = digits(&r, 2, 0, 23);
    expect(&r, ':', ':');
    int64_t minute = digits(&r, 2, 0, 59);
    expect(&r, ':', ':');
    int64_t second = digits(&r, 2, 0, 60);
    int64_t fraction = read_fraction(&r);
    int64_t offset = read_offset(&r);
    if (!r.good || r.at != r.end)
        return false;
    int64_t whole =
        days_of(date) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS - offset;
    if (!timestamp_valid(whole + fraction) || (second == 60 && !starts_month(whole)))
        return false;
    *time_ms = whole + fraction;
    return true;
}

static char *put(char *to, int64_t two_digits, char after)
{
    static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334"
                                "3536373839404142434445464748495051525354555657585960616263646566676869"
                                "707172737475767778798081828384858687888990919293949596979899";
    memcpy(to, pairs + 2 * two_digits, 2);
    to[2] = after;
    return to + 3;
}

/* Two digits at a time: a list has a hundred times. */
void timestamp_write(int64_t time_ms, char text[TIMESTAMP_SIZE])
{
    int64_t since = time_ms - TIMESTAMP_MIN; /* >= 0, so that division rounds the right way */
    civil date = civil_of(since / DAY_MS + TIMESTAMP_MIN / DAY_MS);
    uint32_t ms = (uint32_t)(since % DAY_MS);
    text = put(text, date.year / 100, ' ') - 1;
    text = put(text, date.year % 100, '-');
    text = put(text, date.month, '-');
    text = put(text, date.day, 'T');
    text = put(text, ms / HOUR_MS, ':');
    text = put(text, ms / MINUTE_MS % 60, ':');
    text = put(text, ms / SECOND_MS % 60, '.');
    text = put(text, ms % SECOND_MS / 10, (char)('0' + ms % 10));
    memcpy(text, "Z", 2);
}
