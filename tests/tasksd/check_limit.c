#include "limit.h"

#include "run.h"

START_TEST(reads_rates)
{
    static const struct {
        const char *text;
        struct buckets_rate rate;
    } rows[] = {
        {"50/s", {50, 1, 50}},  {"50/s:200", {50, 1, 200}},
        {"1/m", {1, 60, 1}},    {"1000000/h:1000000", {1000000, 3600, 1000000}},
        {"10/s:1", {10, 1, 1}},
    };
    struct buckets_rate rate;
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ck_assert_ptr_null(limit_read(rows[i].text, &rate));
        ck_assert_int_eq(rate.count, rows[i].rate.count);
        ck_assert_int_eq(rate.period_s, rows[i].rate.period_s);
        ck_assert_int_eq(rate.burst, rows[i].rate.burst);
    }
}
END_TEST

START_TEST(refuses_other_texts)
{
    static const char *const rows[] = {"",          "50",           "/s",       "0/s",  "50/",   "50/d",
                                       "50/sec",    "50/s:",        "50/s:0",   "-1/s", "50 /s", "50/s :1",
                                       "1000001/s", "50/s:1000001", "50/s:1:1", "x/s",  "1.5/s", ":5/s"};
    struct buckets_rate rate;
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(limit_read(rows[i], &rate), "%s", rows[i]);
}
END_TEST

int main(void)
{
    return run_suite("limit", (const TTest *[]){reads_rates, refuses_other_texts, NULL});
}
