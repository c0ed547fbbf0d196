#include "cells.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

#define REPLACED "\xEF\xBF\xBD"
#define CUT      "\xE2\x80\xA6"
#define WIDE     "\xE4\xB8\xAD"

static const struct {
    const char *text, *shown;
    size_t width;
} rows[] = {
    {"", "", 0},
    {"plain", "plain", 5},
    {"\xC3\xBC"
     "ber",
     "\xC3\xBC"
     "ber",
     4},
    {WIDE "\xE6\x96\x87", WIDE "\xE6\x96\x87", 4},
    {"e\xCC\x81", "e\xCC\x81", 1},
    {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", 2},
    {"\xE2\x80\x8D", "\xE2\x80\x8D", 0},
    /* what acts on a terminal */
    {"a\033[31mb", "a" REPLACED "[31mb", 7},
    {"a\rb\nc\td\be\x7F", "a" REPLACED "b" REPLACED "c" REPLACED "d" REPLACED "e" REPLACED, 10},
    {"\xC2\x9B"
     "31m",
     REPLACED "31m", 4},
    {"\xC2\x85", REPLACED, 1},
    {"\xE2\x80\xA8\xE2\x80\xA9", REPLACED REPLACED, 2},
    {"\xE2\x80\xAE"
     "abc",
     REPLACED "abc", 4},
    {"\xE2\x81\xA6\xE2\x80\xAA", REPLACED REPLACED, 2},
    /* what is not UTF-8 */
    {"a\xFF"
     "b",
     "a" REPLACED "b", 3},
    {"\xC0\xAF", REPLACED REPLACED, 2},
    {"\xED\xA0\x80", REPLACED REPLACED REPLACED, 3},
    {"\xE4\xB8", REPLACED REPLACED, 2},
    {"\xF4\x90\x80\x80", REPLACED REPLACED REPLACED REPLACED, 4},
    {"\xF0", REPLACED, 1},
};

START_TEST(shows_text_and_nothing_else)
{
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        buf b;
        buf_init(&b, 1000);
        ck_assert_msg(cells_width(rows[i].text) == rows[i].width, "row %d", i);
        ck_assert_msg(cells_put(&b, rows[i].text, CELLS_ALL) == rows[i].width, "row %d", i);
        ck_assert_str_eq(b.bytes ? b.bytes : "", rows[i].shown);
        buf_done(&b);
    }
}
END_TEST

START_TEST(cuts_between_characters)
{
    static const struct {
        const char *text;
        int max;
        const char *shown;
        size_t used;
    } cuts[] = {
        {"abcdef", 6, "abcdef", 6},
        {"abcdef", 7, "abcdef", 6},
        {"abcdef", 5, "abcd" CUT, 5},
        {"abcdef", 1, CUT, 1},
        {"abcdef", 0, "", 0},
        {"", 0, "", 0},
        {"a", 1, "a", 1},
        {WIDE WIDE WIDE, 6, WIDE WIDE WIDE, 6},
        {WIDE WIDE WIDE, 5, WIDE WIDE CUT, 5},
        {WIDE WIDE WIDE, 4, WIDE CUT, 3}, /* half a character is none */
        {WIDE WIDE WIDE, 2, CUT, 1},
        {"abe\xCC\x81"
         "d",
         4,
         "abe\xCC\x81"
         "d",
         4},
        {"abe\xCC\x81"
         "d",
         3, "ab" CUT, 3},
        {"abce\xCC\x81", 4, "abce\xCC\x81", 4},
        {"a\xFF\xFF\xFF", 3, "a" REPLACED CUT, 3},
    };
    for (int i = 0; i < RUN_COUNT(cuts); i++) {
        buf b;
        buf_init(&b, 1000);
        ck_assert_msg(cells_put(&b, cuts[i].text, cuts[i].max) == cuts[i].used, "row %d", i);
        ck_assert_msg(strcmp(b.bytes ? b.bytes : "", cuts[i].shown) == 0, "row %d: %s", i, b.bytes);
        buf_done(&b);
    }
}
END_TEST

START_TEST(indents_lines)
{
    buf b;
    buf_init(&b, 1000);
    cells_put_lines(&b, "a\n\tb\n\033\r" WIDE "\n", "  ");
    ck_assert_str_eq(b.bytes, "a\n  \tb\n  " REPLACED REPLACED WIDE "\n  ");
    buf_done(&b);
}
END_TEST

START_TEST(needs_no_locale)
{
    setenv("LC_ALL", "C", 1);
    ck_assert_uint_eq(cells_width(WIDE), 2);
    ck_assert_str_eq(setlocale(LC_NUMERIC, NULL), "C");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {shows_text_and_nothing_else, cuts_between_characters, indents_lines,
                                  needs_no_locale, NULL};
    return run_suite("tasksctl/cells", tests);
}
