#include "timestamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run.h"

static const struct {
    const char *text;
    int64_t time_ms;
} good[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:00.001Z", 1},
    {"1969-12-31T23:59:59.999Z", -1},
    {"2026-01-31T09:30:00Z", 1769851800000},
    {"2026-01-31T09:30:00.000Z", 1769851800000},
    {"2026-01-31t09:30:00z", 1769851800000},
    /* offsets */
    {"2026-01-31T09:30:00+00:00", 1769851800000},
    {"2026-01-31T09:30:00-00:00", 1769851800000},
    {"2026-01-31T15:00:00+05:30", 1769851800000},
    {"2026-01-31T00:45:00-08:45", 1769851800000},
    {"2026-02-01T09:29:00+23:59", 1769851800000},
    {"2026-01-30T09:31:00-23:59", 1769851800000},
    {"2026-01-31T10:30:00.25+01:00", 1769851800250},
    /* fractions */
    {"1970-01-01T00:00:00.5Z", 500},
    {"1970-01-01T00:00:00.05Z", 50},
    {"1970-01-01T00:00:00.0009Z", 0},
    {"1970-01-01T00:00:00.9999999999999999999999999999Z", 999},
    {"1970-01-01T00:00:00.1234567890123456789012345678901234567890Z", 123},
    {"1969-12-31T23:59:59.0009Z", -1000},
    /* leap years */
    {"2024-02-29T00:00:00Z", 1709164800000},
    {"2000-02-29T00:00:00Z", 951782400000},
    {"1600-02-29T00:00:00Z", -11670998400000},
    {"0000-02-29T00:00:00Z", -62162121600000},
    {"2400-02-29T00:00:00Z", 13574563200000},
    {"2023-02-28T23:59:59Z", 1677628799000},
    /* leap seconds: the last of a month in UTC */
    {"2016-12-31T23:59:60Z", 1483228800000},
    {"2016-12-31T23:59:60.999Z", 1483228800999},
    {"2015-06-30T23:59:60Z", 1435708800000},
    {"1990-12-31T15:59:60-08:00", 662688000000},
    {"2017-01-01T05:29:60+05:30", 1483228800000},
    {"2024-02-29T23:59:60Z", 1709251200000},
    {"0000-12-31T23:59:60Z", -62135596800000},
    /* the ends */
    {"0000-01-01T00:00:00Z", TIMESTAMP_MIN},
    {"0000-01-01T23:59:00+23:59", TIMESTAMP_MIN},
    {"9999-12-31T23:59:59.999Z", TIMESTAMP_MAX},
    {"9999-12-31T23:59:59.9999Z", TIMESTAMP_MAX},
    {"9999-12-31T00:00:59.999-23:59", TIMESTAMP_MAX},
};

static const char *const bad[] = {
    "",
    "2026",
    "2026-01-31",
    "09:30:00Z",
    "2026-01-31T09:30:00",
    "2026-01-31T09:30Z",
    "2026-01-31T09Z",
    "2026-01-31 09:30:00Z",
    "2026-01-31_09:30:00Z",
    "2026-01-31T09:30:00ZZ",
    "2026-01-31T09:30:00Z ",
    " 2026-01-31T09:30:00Z",
    "2026-01-31T09:30:00Z\n",
    "+2026-01-31T09:30:00Z",
    "-2026-01-31T09:30:00Z",
    "12026-01-31T09:30:00Z",
    "226-01-31T09:30:00Z",
    "2026-1-31T09:30:00Z",
    "2026-01-3T09:30:00Z",
    "2026-01-31T9:30:00Z",
    "2026-01-31T09:3:00Z",
    "2026-01-31T09:30:0Z",
    "2026-001-31T09:30:00Z",
    "2026/01/31T09:30:00Z",
    "20260131T093000Z",
    "2026-W05-6T09:30:00Z",
    "2026-031T09:30:00Z",
    "2026-01-31T09.30.00Z",
    "2026-01-31T09:30:00,5Z",
    "2026-01-31T09:30:00.Z",
    "2026-01-31T09:30:00.-1Z",
    "2026-01-31T09:30:00.5.5Z",
    "2026-01-31T09:30:00.5",
    "2026-01-31T09:30:00.1e3Z",
    /* out of range */
    "2026-00-10T09:30:00Z",
    "2026-13-10T09:30:00Z",
    "2026-99-99T09:30:00Z",
    "2026-01-00T09:30:00Z",
    "2026-01-32T09:30:00Z",
    "2026-04-31T09:30:00Z",
    "2026-06-31T09:30:00Z",
    "2026-09-31T09:30:00Z",
    "2026-11-31T09:30:00Z",
    "2026-02-30T09:30:00Z",
    "2024-02-30T09:30:00Z",
    "2023-02-29T09:30:00Z",
    "1900-02-29T09:30:00Z",
    "2100-02-29T09:30:00Z",
    "9900-02-29T09:30:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T25:00:00Z",
    "2026-01-31T09:60:00Z",
    "2026-01-31T09:30:61Z",
    "2026-01-31T-9:30:00Z",
    /* offsets */
    "2026-01-31T09:30:00+",
    "2026-01-31T09:30:00+1",
    "2026-01-31T09:30:00+01",
    "2026-01-31T09:30:00+0100",
    "2026-01-31T09:30:00+1:00",
    "2026-01-31T09:30:00+01:0",
    "2026-01-31T09:30:00+01:000",
    "2026-01-31T09:30:00+24:00",
    "2026-01-31T09:30:00-24:00",
    "2026-01-31T09:30:00+01:60",
    "2026-01-31T09:30:00 +01:00",
    "2026-01-31T09:30:00Z+01:00",
    "2026-01-31T09:30:00+01:00Z",
    "2026-01-31T09:30:00UTC",
    "2026-01-31T09:30:00\u221201:00",
    /* second 60 where no leap second can be */
    "2016-12-31T23:58:60Z",
    "2016-12-31T22:59:60Z",
    "2016-12-30T23:59:60Z",
    "2016-12-31T23:59:60+01:00",
    "2016-12-31T15:59:60-07:00",
    "2023-02-27T23:59:60Z",
    "2024-02-28T23:59:60Z",
    /* beyond the ends */
    "0000-01-01T00:00:00+00:01",
    "0000-01-01T23:58:59.999+23:59",
    "9999-12-31T23:59:59-00:01",
    "9999-12-31T23:59:60Z",
    "9999-12-31T23:59:60.5Z",
    "10000-01-01T00:00:00Z",
    "0001-01-01T00:00:00BC",
};

START_TEST(reads)
{
    for (int i = 0; i < RUN_COUNT(good); i++) {
        int64_t time_ms = 4711;
        ck_assert_msg(timestamp_read(good[i].text, strlen(good[i].text), &time_ms), "%s", good[i].text);
        ck_assert_msg(time_ms == good[i].time_ms, "%s became %" PRId64, good[i].text, time_ms);
    }
}
END_TEST

START_TEST(refuses)
{
    for (int i = 0; i < RUN_COUNT(bad); i++) {
        int64_t time_ms = 4711;
        ck_assert_msg(!timestamp_read(bad[i], strlen(bad[i]), &time_ms), "%s", bad[i]);
        ck_assert_int_eq(time_ms, 4711);
    }
}
END_TEST

START_TEST(months_have_their_days)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const int years[] = {0, 1900, 1999, 2000, 2023, 2024, 2100, 9996, 9999};
    for (int i = 0; i < RUN_COUNT(years); i++)
        for (int month = 1; month <= 12; month++)
            for (int day = 0; day <= 99; day++) {
                char text[64];
                int64_t time_ms;
                int year = years[i], leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
                int length = snprintf(text, sizeof text, "%04d-%02d-%02dT12:00:00Z", year, month, day);
                bool exists = day >= 1 && day <= days[month - 1] + (month == 2 && leap);
                ck_assert_msg(timestamp_read(text, (size_t)length, &time_ms) == exists, "%s", text);
            }
}
END_TEST

/* In blocks of exactly their length, where a sanitizer sees a read past the end. */
START_TEST(refuses_every_beginning)
{
    static const char text[] = "2026-01-31T09:30:00.123+05:30";
    int64_t time_ms;
    for (size_t length = 0; length <= sizeof text - 1; length++) {
        char *start = malloc(length ? length : 1);
        memcpy(start, text, length);
        ck_assert_msg(timestamp_read(start, length, &time_ms) == (length == sizeof text - 1), "%.*s",
                      (int)length, text);
        free(start);
    }
}
END_TEST

/* A valid text in which one byte is any other one: what is still read is a digit, a sign or a case. */
START_TEST(refuses_any_foreign_byte)
{
    static const char text[] = "2026-01-31T09:30:00.123+05:30";
    int64_t time_ms;
    for (size_t place = 0; place < sizeof text - 1; place++)
        for (int c = 0; c < 256; c++) {
            char changed[sizeof text];
            memcpy(changed, text, sizeof text);
            changed[place] = (char)c;
            if (timestamp_read(changed, sizeof text - 1, &time_ms))
                ck_assert_msg((c >= '0' && c <= '9') || c == '+' || (c == '-' && text[place] != ':') ||
                                  c == 't' || c == text[place],
                              "0x%02x at %zu", c, place);
        }
    ck_assert(!timestamp_read("2026-01-31T09:30:00\0", 20, &time_ms));
}
END_TEST

START_TEST(writes)
{
    static const struct {
        int64_t time_ms;
        const char *text;
    } rows[] = {{0, "1970-01-01T00:00:00.000Z"},
                {-1, "1969-12-31T23:59:59.999Z"},
                {1769851800123, "2026-01-31T09:30:00.123Z"},
                {951782400000, "2000-02-29T00:00:00.000Z"},
                {-62162121600000, "0000-02-29T00:00:00.000Z"},
                {TIMESTAMP_MIN, "0000-01-01T00:00:00.000Z"},
                {TIMESTAMP_MAX, "9999-12-31T23:59:59.999Z"}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        char text[TIMESTAMP_SIZE];
        timestamp_write(rows[i].time_ms, text);
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

/* libc is the second opinion, on every third day of the ten thousand years, at all times of day. */
START_TEST(agrees_with_libc)
{
    const int64_t step = INT64_C(3) * 86400000 + 12345677;
    for (int64_t time_ms = TIMESTAMP_MIN; time_ms <= TIMESTAMP_MAX; time_ms += step) {
        char text[TIMESTAMP_SIZE], opinion[64];
        int64_t since = time_ms - TIMESTAMP_MIN, again;
        time_t seconds = (time_t)(since / 1000 + TIMESTAMP_MIN / 1000);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        snprintf(opinion, sizeof opinion, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(since % 1000));
        timestamp_write(time_ms, text);
        if (strcmp(text, opinion) != 0)
            ck_abort_msg("%s, libc: %s", text, opinion);
        if (!timestamp_read(text, strlen(text), &again) || again != time_ms)
            ck_abort_msg("%s does not come back", text);
    }
}
END_TEST

START_TEST(knows_what_is_valid)
{
    static const struct {
        int64_t time_ms;
        bool valid;
    } rows[] = {{0, true},
                {TIMESTAMP_MIN, true},
                {TIMESTAMP_MIN - 1, false},
                {TIMESTAMP_MAX, true},
                {TIMESTAMP_MAX + 1, false},
                {INT64_MIN, false},
                {INT64_MAX, false}};
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(timestamp_valid(rows[i].time_ms) == rows[i].valid, "%" PRId64, rows[i].time_ms);
}
END_TEST

START_TEST(clocks_run)
{
    int64_t before = (int64_t)time(NULL) * 1000, now = timestamp_now(), start = timestamp_monotonic();
    ck_assert_int_ge(now, before);
    ck_assert_int_le(now, ((int64_t)time(NULL) + 1) * 1000);
    while (timestamp_monotonic() == start)
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    ck_assert_int_gt(timestamp_monotonic(), start);
}
END_TEST

int main(void)
{
    return run_suite("timestamp", (const TTest *[]){reads, refuses, months_have_their_days,
                                                    refuses_every_beginning, refuses_any_foreign_byte, writes,
                                                    agrees_with_libc, knows_what_is_valid, clocks_run, NULL});
}
