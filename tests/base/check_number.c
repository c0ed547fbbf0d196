#include "number.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

START_TEST(reads_the_whole_text)
{
    static const struct {
        const char *text;
        int64_t number;
    } rows[] = {{"0", 0},
                {"7", 7},
                {"-1", -1},
                {"10", 10},
                {"1000", 1000},
                {"-90", -90},
                {"9223372036854775807", INT64_MAX},
                {"9223372036854775806", INT64_MAX - 1},
                {"-9223372036854775808", INT64_MIN},
                {"-9223372036854775807", INT64_MIN + 1}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        int64_t number = 4711;
        ck_assert_msg(number_read(rows[i].text, strlen(rows[i].text), INT64_MIN, INT64_MAX, &number), "%s",
                      rows[i].text);
        ck_assert_int_eq(number, rows[i].number);
    }
}
END_TEST

START_TEST(refuses_anything_else)
{
    static const char *const rows[] = {"",
                                       "-",
                                       "+1",
                                       " 1",
                                       "1 ",
                                       "01",
                                       "-01",
                                       "00",
                                       "-0",
                                       "-00",
                                       "1.0",
                                       "1e3",
                                       "0x10",
                                       "--1",
                                       "1-",
                                       "1,000",
                                       "1_0",
                                       "\xD9\xA1",
                                       "\t1",
                                       "1\n",
                                       "a",
                                       "NaN",
                                       "9223372036854775808",
                                       "-9223372036854775809",
                                       "9223372036854775810",
                                       "10000000000000000000",
                                       "18446744073709551616",
                                       "99999999999999999999999999999999999999999"};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        int64_t number = 4711;
        ck_assert_msg(!number_read(rows[i], strlen(rows[i]), INT64_MIN, INT64_MAX, &number), "'%s'", rows[i]);
        ck_assert_int_eq(number, 4711);
    }
}
END_TEST

START_TEST(reads_no_more_than_the_length)
{
    int64_t number;
    ck_assert(number_read("123456", 3, 0, 1000, &number));
    ck_assert_int_eq(number, 123);
    ck_assert(!number_read("1\0", 2, 0, 1000, &number));
    ck_assert(!number_read("1", 0, 0, 1000, &number));
    ck_assert(!number_read(NULL, 0, 0, 1000, &number));
}
END_TEST

START_TEST(keeps_to_the_range)
{
    static const struct {
        const char *text;
        int64_t min, max;
        bool good;
    } rows[] = {{"0", 1, 1000, false},    {"1", 1, 1000, true}, {"1000", 1, 1000, true},
                {"1001", 1, 1000, false}, {"-5", -5, -5, true}, {"-6", -5, -5, false},
                {"-4", -5, -5, false},    {"0", 0, 0, true},    {"5", 6, 4, false}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        int64_t number;
        ck_assert_msg(number_read(rows[i].text, strlen(rows[i].text), rows[i].min, rows[i].max, &number) ==
                          rows[i].good,
                      "%s in %lld..%lld", rows[i].text, (long long)rows[i].min, (long long)rows[i].max);
    }
}
END_TEST

START_TEST(integers_come_back)
{
    for (int bit = 0; bit < 64; bit++)
        for (int64_t near = -2; near <= 2; near++) {
            char text[NUMBER_INT_SIZE];
            int64_t again, number = (int64_t)((UINT64_C(1) << bit) + (uint64_t)near);
            size_t length = number_write_int(number, text);
            ck_assert_uint_eq(length, strlen(text));
            ck_assert(number_read(text, length, INT64_MIN, INT64_MAX, &again));
            ck_assert_int_eq(again, number);
        }
}
END_TEST

START_TEST(doubles_have_a_short_text)
{
    static const struct {
        double number;
        const char *text;
    } rows[] = {{0.0, "0"},
                {-0.0, "-0"},
                {1.0, "1"},
                {-1.0, "-1"},
                {0.1, "0.1"},
                {-2.5, "-2.5"},
                {0.3, "0.3"},
                {0.1 + 0.2, "0.30000000000000004"},
                {1.0 / 3, "0.3333333333333333"},
                {2.0 / 3, "0.6666666666666666"},
                {100.0, "100"},
                {1e6, "1000000"},
                {999999999999999.0, "999999999999999"},
                {-999999999999999.0, "-999999999999999"},
                {1e15, "1e+15"},
                {1e21, "1e+21"},
                {123456789012345.6, "123456789012345.6"},
                {0.0001, "0.0001"},
                {0.00001, "1e-05"},
                {1.5e300, "1.5e+300"},
                {DBL_MAX, "1.7976931348623157e+308"},
                {-DBL_MAX, "-1.7976931348623157e+308"},
                {DBL_MIN, "2.2250738585072014e-308"},
                {DBL_EPSILON, "2.220446049250313e-16"},
                {DBL_TRUE_MIN, "5e-324"},
                {2 * DBL_TRUE_MIN, "1e-323"},
                {9007199254740993.0, "9007199254740992"},
                {1024.0009765625, "1024.0009765625"}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        char text[NUMBER_SIZE];
        ck_assert_uint_eq(number_write(rows[i].number, text), strlen(rows[i].text));
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

static void check_round_trip(double number)
{
    char text[NUMBER_SIZE];
    size_t length = number_write(number, text);
    ck_assert_uint_eq(length, strlen(text));
    ck_assert_uint_lt(length, NUMBER_SIZE);
    double again = strtod(text, NULL);
    ck_assert_msg(memcmp(&again, &number, sizeof again) == 0, "%a became %s", number, text);
}

START_TEST(powers_and_their_neighbours_come_back)
{
    for (int exponent = -1074; exponent < 1024; exponent++) {
        double power = ldexp(1.0, exponent);
        check_round_trip(power);
        check_round_trip(-nextafter(power, 0));
        check_round_trip(nextafter(power, DBL_MAX));
    }
}
END_TEST

START_TEST(any_finite_double_comes_back)
{
    uint64_t bits = 88172645463325252; /* xorshift64 */
    for (int i = 0; i < 50000; i++) {
        double number;
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        memcpy(&number, &bits, sizeof number);
        if (isfinite(number))
            check_round_trip(number);
    }
}
END_TEST

int main(void)
{
    return run_suite("number",
                     (const TTest *[]){reads_the_whole_text, refuses_anything_else,
                                       reads_no_more_than_the_length, keeps_to_the_range, integers_come_back,
                                       doubles_have_a_short_text, powers_and_their_neighbours_come_back,
                                       any_finite_double_comes_back, NULL});
}
