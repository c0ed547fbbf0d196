/* What must not change when a program that embeds the library sets a locale. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "json_in.h"
#include "json_out.h"
#include "number.h"
#include "run.h"

static const struct {
    const char *name, *text;
} locales[] = {{"comma", "1,5"},
               {"momayyez", "1\xD9\xAB"
                            "5"}};

static void enter_locale(int i)
{
    char text[8];
    ck_assert_ptr_nonnull(setlocale(LC_NUMERIC, locales[i].name));
    snprintf(text, sizeof text, "%.1f", 1.5);
    ck_assert_str_eq(text, locales[i].text);
}

static const struct {
    double number;
    const char *text;
} rows[] = {
    {0.1, "0.1"},    {-2.5, "-2.5"},       {1234567.25, "1234567.25"}, {1e6, "1000000"},
    {1e21, "1e+21"}, {1.5e-10, "1.5e-10"}, {5e-324, "5e-324"},         {1.0 / 3, "0.3333333333333333"}};

START_TEST(numbers_are_written_with_a_point)
{
    enter_locale(_i);
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        char text[NUMBER_SIZE];
        ck_assert_uint_eq(number_write(rows[i].number, text), strlen(rows[i].text));
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

START_TEST(json_is_read_with_a_point)
{
    enter_locale(_i);
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        json_t *value;
        ck_assert_int_eq(json_in_read(rows[i].text, strlen(rows[i].text), &value, NULL), TASKS_OK);
        ck_assert(json_number_value(value) == rows[i].number);
        json_decref(value);
    }
}
END_TEST

START_TEST(a_comma_stays_a_separator)
{
    json_t *value;
    enter_locale(_i);
    ck_assert_int_eq(json_in_read("[1,5]", 5, &value, NULL), TASKS_OK);
    ck_assert_uint_eq(json_array_size(value), 2);
    json_decref(value);
    ck_assert_int_eq(json_in_read("1,5", 3, &value, NULL), TASKS_INVALID);
}
END_TEST

START_TEST(the_locale_stays_as_it_was)
{
    json_t *value;
    char text[8];
    enter_locale(_i);
    locale_t own = duplocale(LC_GLOBAL_LOCALE);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(json_in_read("[1.5]", 5, &value, NULL), TASKS_OK);
        json_decref(value);
        snprintf(text, sizeof text, "%.1f", 1.5);
        ck_assert_str_eq(text, locales[_i].text);
        ck_assert(uselocale(own) == (round ? own : LC_GLOBAL_LOCALE));
    }
    uselocale(LC_GLOBAL_LOCALE);
    freelocale(own);
}
END_TEST

START_TEST(json_is_written_as_ever)
{
    buf to;
    json_out out;
    enter_locale(_i);
    buf_init(&to, 100);
    json_out_init(&out, &to);
    json_out_array(&out, NULL);
    json_out_double(&out, NULL, 1234.5);
    json_out_int(&out, NULL, 1234567);
    json_out_time(&out, NULL, 1234);
    json_out_array_end(&out);
    ck_assert_str_eq(to.bytes, "[1234.5,1234567,\"1970-01-01T00:00:01.234Z\"]");
    buf_done(&to);
}
END_TEST

int main(void)
{
    return run_suite_for("locale", RUN_COUNT(locales),
                         (const TTest *[]){numbers_are_written_with_a_point, json_is_read_with_a_point,
                                           a_comma_stays_a_separator, the_locale_stays_as_it_was,
                                           json_is_written_as_ever, NULL});
}
