#include "when.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run.h"
#include "tasks.h"

#define DAY INT64_C(86400000)

/* Rules written out, so that no time zone data has to be installed. */
static const char *const berlin = "CET-1CEST,M3.5.0,M10.5.0/3";

static void in_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

static int64_t utc(const char *text)
{
    int64_t time_ms;
    ck_assert_int_eq(tasks_time_read(text, &time_ms, NULL), TASKS_OK);
    return time_ms;
}

START_TEST(reads_what_people_write)
{
    static const struct {
        const char *zone, *text, *time;
    } rows[] = {
        {"UTC0", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00Z"},
        {"UTC0", "2026-01-31T09:30:00.5+02:00", "2026-01-31T07:30:00.5Z"},
        {"UTC0", "2026-01-31", "2026-01-31T00:00:00Z"},
        {"UTC0", "2024-02-29", "2024-02-29T00:00:00Z"},
        {"UTC0", "0001-01-01", "0001-01-01T00:00:00Z"},
        {"UTC0", "9999-12-31", "9999-12-31T00:00:00Z"},
        {"UTC0", "1969-12-31", "1969-12-31T00:00:00Z"},
        {"CET-1", "1970-01-01", "1969-12-31T23:00:00Z"},
        {"UTC+0:00:01", "1969-12-31", "1969-12-31T00:00:01Z"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-01", "2026-06-30T22:00:00Z"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-12-01", "2026-11-30T23:00:00Z"},
        {"EST5", "2026-01-31", "2026-01-31T05:00:00Z"},
        {"UTC0", "today", "2026-03-28T00:00:00Z"},
        {"UTC0", "tomorrow", "2026-03-29T00:00:00Z"},
        {"UTC0", "+0d", "2026-03-28T00:00:00Z"},
        {"UTC0", "+3d", "2026-03-31T00:00:00Z"},
        {"UTC0", "+4d", "2026-04-01T00:00:00Z"},
        {"UTC0", "+2w", "2026-04-11T00:00:00Z"},
        {"UTC0", "+365d", "2027-03-28T00:00:00Z"},
        /* 23:30 in Greenwich is the next day in Berlin, whose clocks change on the 29th. */
        {"CET-1CEST,M3.5.0,M10.5.0/3", "today", "2026-03-28T23:00:00Z"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "tomorrow", "2026-03-29T22:00:00Z"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "+1w", "2026-04-04T22:00:00Z"},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        int64_t time_ms;
        in_zone(rows[i].zone);
        ck_assert_msg(when_read(rows[i].text, utc("2026-03-28T23:30:00Z"), &time_ms), "row %d: %s", i,
                      rows[i].text);
        ck_assert_msg(time_ms == utc(rows[i].time), "row %d: %s: %lld", i, rows[i].text, (long long)time_ms);
    }
}
END_TEST

/* 00:00 to 01:00 is left out when such a place puts its clocks forward at midnight. */
START_TEST(a_day_without_midnight_starts_later)
{
    int64_t time_ms;
    in_zone("<-03>3<-02>,M11.1.0/0,M2.3.0/0");
    ck_assert(when_read("2026-11-01", 0, &time_ms));
    ck_assert_int_eq(time_ms, utc("2026-11-01T03:00:00Z"));
}
END_TEST

START_TEST(refuses_anything_else)
{
    static const char *const rows[] = {"",
                                       "now",
                                       "Today",
                                       "someday",
                                       "2026",
                                       "2026-13-01",
                                       "2026-00-01",
                                       "2026-02-30",
                                       "2026-02-29",
                                       "2026-01-00",
                                       "2026-1-1",
                                       "26-01-01",
                                       "2026/01/01",
                                       "2026-01-01 ",
                                       " 2026-01-01",
                                       "2026-01-0x",
                                       "-026-01-01",
                                       "10000-01-01",
                                       "2026-01-31T",
                                       "2026-01-31T09:30",
                                       "+d",
                                       "+",
                                       "3d",
                                       "+3",
                                       "+3m",
                                       "+-3d",
                                       "+ 3d",
                                       "+03d",
                                       "+3dd",
                                       "-3d",
                                       "+99999999999999999999d",
                                       "+4000000d",
                                       "+2914000d",
                                       "tomorrow\n"};
    in_zone("UTC0");
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        int64_t time_ms;
        ck_assert_msg(!when_read(rows[i], utc("2026-03-28T00:00:00Z"), &time_ms), "'%s'", rows[i]);
    }
}
END_TEST

START_TEST(refuses_days_that_start_outside_of_all_years)
{
    int64_t time_ms;
    in_zone("CET-1");
    ck_assert(!when_read("0000-01-01", 0, &time_ms));
}
END_TEST

START_TEST(writes_local_time)
{
    static const struct {
        const char *zone, *time, *text;
    } rows[] = {
        {"UTC0", "2026-01-31T09:30:00Z", "2026-01-31 09:30"},
        {"UTC0", "2026-01-31T09:30:59.999Z", "2026-01-31 09:30"},
        {"UTC0", "2026-01-31T00:00:00Z", "2026-01-31"},
        {"UTC0", "2026-01-31T00:00:00.001Z", "2026-01-31 00:00"},
        {"UTC0", "2026-01-31T00:00:01Z", "2026-01-31 00:00"},
        {"UTC0", "1969-12-31T23:59:59.999Z", "1969-12-31 23:59"},
        {"UTC0", "0000-01-01T00:00:00Z", "0000-01-01"},
        {"EST5", "2026-01-31T00:00:00Z", "2026-01-30 19:00"},
        {"EST5", "0000-01-01T00:00:00Z", "0000-12-31 19:00"},
        {"CET-1", "9999-12-31T23:30:00Z", "10000-01-01 00:30"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-06-30T22:00:00Z", "2026-07-01"},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        char text[WHEN_SIZE];
        in_zone(rows[i].zone);
        when_write(utc(rows[i].time), text);
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

START_TEST(writes_nothing_for_no_time)
{
    char text[WHEN_SIZE] = "x";
    when_write(TASKS_NO_TIME, text);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(reads_the_days_that_it_writes)
{
    in_zone(berlin);
    for (int64_t time_ms = utc("2024-01-01T11:00:00Z"); time_ms < utc("2029-01-01T00:00:00Z");
         time_ms += DAY) {
        char text[WHEN_SIZE], again[WHEN_SIZE];
        int64_t start;
        when_write(time_ms, text);
        text[10] = '\0';
        ck_assert(when_read(text, 0, &start));
        when_write(start, again);
        ck_assert_str_eq(text, again);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {reads_what_people_write,
                                  a_day_without_midnight_starts_later,
                                  refuses_anything_else,
                                  refuses_days_that_start_outside_of_all_years,
                                  writes_local_time,
                                  writes_nothing_for_no_time,
                                  reads_the_days_that_it_writes,
                                  NULL};
    return run_suite("tasksctl/when", tests);
}
