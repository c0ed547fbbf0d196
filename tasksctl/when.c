#include "when.h"

#include <string.h>
#include <time.h>

#include "number.h"
#include "tasks.h"
#include "timestamp.h"

/* More days than there are between any two times that we keep. */
enum { DAYS_MAX = 4000000 };

/* mktime() answers -1 both for an error and for a moment of 1969; only success sets the week day. */
static bool local_ms(struct tm *day, int64_t *time_ms)
{
    day->tm_isdst = -1;
    day->tm_wday = -1;
    time_t seconds = mktime(day);
    if (day->tm_wday < 0)
        return false;
    *time_ms = (int64_t)seconds * 1000;
    return timestamp_valid(*time_ms);
}

static bool day_from_now(int64_t now_ms, int64_t days, int64_t *time_ms)
{
    time_t now = (time_t)(now_ms / 1000);
    struct tm today;
    if (!localtime_r(&now, &today))
        return false;
    struct tm day = {.tm_year = today.tm_year, .tm_mon = today.tm_mon, .tm_mday = today.tm_mday + (int)days};
    return local_ms(&day, time_ms);
}

/* "+3d", "+2w" */
static bool read_distance(const char *text, int64_t now_ms, int64_t *time_ms)
{
    size_t length = strlen(text);
    int64_t count;
    if (length < 3 || text[0] != '+' || !number_read(text + 1, length - 2, 0, DAYS_MAX / 7, &count))
        return false;
    char unit = text[length - 1];
    return (unit == 'd' || unit == 'w') && day_from_now(now_ms, unit == 'w' ? count * 7 : count, time_ms);
}

static bool read_digits(const char *text, size_t length, int *out)
{
    *out = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + text[i] - '0';
    }
    return true;
}

/* "2026-01-31" */
static bool read_date(const char *text, int64_t *time_ms)
{
    int year, month, number;
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !read_digits(text, 4, &year) ||
        !read_digits(text + 5, 2, &month) || !read_digits(text + 8, 2, &number))
        return false;
    struct tm day = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = number};
    /* A day that does not exist is moved to the next month. */
    return local_ms(&day, time_ms) && day.tm_mon == month - 1 && day.tm_mday == number;
}

bool when_read(const char *text, int64_t now_ms, int64_t *time_ms)
{
    if (strcmp(text, "today") == 0)
        return day_from_now(now_ms, 0, time_ms);
    if (strcmp(text, "tomorrow") == 0)
        return day_from_now(now_ms, 1, time_ms);
    return read_distance(text, now_ms, time_ms) || read_date(text, time_ms) ||
           timestamp_read(text, strlen(text), time_ms);
}

/* printf() takes as long as all the rest of a row of a table. */
static char *put_digits(char *text, int number, int digits)
{
    for (int i = digits; i-- > 0; number /= 10)
        text[i] = (char)('0' + number % 10);
    return text + digits;
}

static char *put_pair(char *text, char before, int number)
{
    *text = before;
    return put_digits(text + 1, number, 2);
}

void when_write(int64_t time_ms, char text[WHEN_SIZE])
{
    time_t seconds = (time_t)(time_ms / 1000 - (time_ms % 1000 < 0));
    struct tm t;
    *text = '\0';
    if (time_ms == TASKS_NO_TIME || !localtime_r(&seconds, &t))
        return;
    /* Local time may reach a few hours into the year before 0 or after 9999. */
    int year = t.tm_year + 1900 < 0 ? 0 : t.tm_year + 1900;
    text = put_digits(text, year, year > 9999 ? 5 : 4);
    text = put_pair(text, '-', t.tm_mon + 1);
    text = put_pair(text, '-', t.tm_mday);
    if (t.tm_hour || t.tm_min || t.tm_sec || time_ms % 1000) {
        text = put_pair(text, ' ', t.tm_hour);
        text = put_pair(text, ':', t.tm_min);
    }
    *text = '\0';
}
