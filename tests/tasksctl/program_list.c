#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "program.h"
#include "run.h"

static void add(const char *title, const char *due, const char *priority, const char *tag)
{
    EXPECT(0, NULL, "", "add", title, due, priority, tag);
}

static void add_some(void)
{
    add("Milk", "--due=2026-03-01", "--priority=5", "--tag=shop");
    add("Bread", "--due=2026-01-01T12:00:00Z", "--priority=0", "--tag=shop");
    add("Taxes", "--notes=Use the FORM", "--priority=1", "--tag=home");
    EXPECT(0, NULL, "", "edit", "1", "--order", "2");
    EXPECT(0, NULL, "", "edit", "2", "--order", "1");
    EXPECT(0, NULL, "", "done", "2");
}

START_TEST(an_empty_list_is_no_failure)
{
    result r = RUN("list", "--json");
    ck_assert_uint_eq(json_array_size(program_json(&r)), 0);
    EXPECT(0, "[]\n", "", "list", "--json");
    EXPECT(0, "", "", "list");
    EXPECT(0, "", "", "list", "--quiet");
    EXPECT(0, "", "", "list", "--tag", "none");
}
END_TEST

START_TEST(prints_a_table)
{
    add_some();
    EXPECT(0,
           "ID  DONE  PRI  DUE               TITLE  TAGS\n"
           " 1        5    2026-03-01        Milk   shop\n"
           " 2  x          2026-01-01 13:00  Bread  shop\n"
           " 3        1                      Taxes  home\n",
           "", "list");
}
END_TEST

START_TEST(aligns_wide_and_combining_characters)
{
    static const char *const titles[] = {"\xE4\xB8\xAD\xE6\x96\x87\xE5\xAD\x97", "e\xCC\x81t\xC3\xA9",
                                         "\xEF\xBD\xB6\xEF\xBE\x9E", "\xF0\x9F\x98\x80"};
    static const char *const locales[] = {"LC_ALL=C.UTF-8", "LC_ALL=C", "LC_ALL=does_not_EXIST"};
    for (int i = 0; i < RUN_COUNT(titles); i++)
        EXPECT(0, NULL, "", "add", titles[i], "--tag", "t");
    for (int i = 0; i < RUN_COUNT(locales); i++) {
        program how = {.environment = (const char *const[]){locales[i], NULL}};
        result r = RUN_WITH(how, "list");
        program_expect(&r, 0,
                       "ID  DONE  PRI  DUE  TITLE   TAGS\n"
                       " 1                  \xE4\xB8\xAD\xE6\x96\x87\xE5\xAD\x97  t\n"
                       " 2                  e\xCC\x81t\xC3\xA9     t\n"
                       " 3                  \xEF\xBD\xB6\xEF\xBE\x9E      t\n"
                       " 4                  \xF0\x9F\x98\x80      t\n",
                       "");
    }
}
END_TEST

START_TEST(cuts_nothing_without_a_terminal)
{
    static char title[201];
    static char line[301];
    memset(title, 'x', 200);
    snprintf(line, sizeof line, " 1                  %s  t\n", title);
    program how = {.environment = (const char *const[]){"COLUMNS=40", "TERM=xterm", NULL}};
    EXPECT(0, NULL, "", "add", title, "--tag=t");
    result r = RUN_WITH(how, "list");
    ck_assert_ptr_nonnull(strstr(r.out, line));
}
END_TEST

START_TEST(filters)
{
    add_some();
    EXPECT(0, "1\n2\n3\n", "", "list", "--quiet", "--all");
    EXPECT(0, "1\n3\n", "", "list", "--quiet", "--open");
    EXPECT(0, "2\n", "", "list", "--quiet", "--completed");
    EXPECT(0, "1\n2\n", "", "list", "--quiet", "--tag", "shop");
    EXPECT(0, "1\n", "", "list", "--quiet", "--tag=shop", "--open");
    EXPECT(0, "3\n", "", "list", "--quiet", "--text", "form");
    EXPECT(0, "2\n", "", "list", "--quiet", "--due-before", "2026-02-01");
    EXPECT(0, "1\n2\n", "", "list", "--quiet", "--due-before", "2026-03-02T00:00:00Z");
    EXPECT(0, "", "", "list", "--quiet", "--due-before", "1970-01-01T00:00:00Z");
}
END_TEST

START_TEST(sorts)
{
    add_some();
    EXPECT(0, "1\n2\n3\n", "", "list", "--quiet", "--sort", "id");
    EXPECT(0, "3\n2\n1\n", "", "list", "--quiet", "--sort", "-id");
    EXPECT(0, "3\n1\n2\n", "", "list", "--quiet", "--sort=priority");
    EXPECT(0, "2\n1\n3\n", "", "list", "--quiet", "--sort=-priority");
    EXPECT(0, "2\n1\n3\n", "", "list", "--quiet", "--sort", "order");
    EXPECT(0, "2\n1\n3\n", "", "list", "--quiet", "--sort", "due");
    EXPECT(0, "2\n1\n3\n", "", "list", "--quiet", "--sort", "-updated");
}
END_TEST

START_TEST(limits)
{
    add_some();
    EXPECT(0, "1\n2\n", "", "list", "--quiet", "--limit", "2");
    EXPECT(0, "1\n2\n3\n", "", "list", "--quiet", "--limit", "9223372036854775807");
}
END_TEST

START_TEST(refuses_bad_usage)
{
    REFUSES(2, "--limit takes a whole number from 1, not '0'", "list", "--limit", "0");
    REFUSES(2, "--limit takes a whole number from 1, not '-1'", "list", "--limit=-1");
    REFUSES(2, "--limit takes a whole number from 1", "list", "--limit", "9223372036854775808");
    REFUSES(2, "--sort takes id, order, priority, due or updated", "list", "--sort", "title");
    REFUSES(2, "--sort takes", "list", "--sort", "-");
    REFUSES(2, "--due-before takes a time", "list", "--due-before", "x");
    REFUSES(2, "'x' is too much; it goes: tasksctl list\n", "list", "x");
    REFUSES(2, "did you mean --completed?", "list", "--complete");
    REFUSES(7, "empty", "list", "--text", "");
}
END_TEST

/* Three pages, each larger than what is written at once. */
static void add_many(void)
{
    buf input;
    buf_init(&input, 1 << 20);
    for (int i = 1; i <= 2500; i++)
        buf_print(&input, "Task %d with a title that is long enough to fill more than a buffer of output\n",
                  i);
    program how = {.input = input.bytes};
    result r = RUN_WITH(how, "add", "-", "--quiet");
    ck_assert_int_eq(r.code, 0);
    buf_done(&input);
}

START_TEST(follows_the_pages)
{
    add_many();
    result r = RUN("list", "--json");
    json_t *tasks = program_json(&r);
    ck_assert_uint_eq(json_array_size(tasks), 2500);
    for (size_t i = 0; i < 2500; i++)
        ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(tasks, i), "id")),
                         (json_int_t)i + 1);
    r = RUN("list", "--json", "--limit", "1001", "--sort", "-id");
    tasks = program_json(&r);
    ck_assert_uint_eq(json_array_size(tasks), 1001);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(tasks, 1000), "id")), 1500);
    r = RUN("list", "--json", "--limit", "1000");
    ck_assert_uint_eq(json_array_size(program_json(&r)), 1000);
}
END_TEST

START_TEST(prints_one_heading_over_all_pages)
{
    add_many();
    result r = RUN("list");
    ck_assert_int_eq(r.code, 0);
    ck_assert_ptr_eq(strstr(r.out, "TITLE"), strstr(strstr(r.out, "ID"), "TITLE"));
    ck_assert_ptr_null(strstr(strstr(r.out, "TITLE") + 1, "TITLE"));
    size_t lines = 0;
    for (const char *c = r.out; *c; c++)
        lines += *c == '\n';
    ck_assert_uint_eq(lines, 2501);
    ck_assert_ptr_nonnull(strstr(r.out, "\n2500 "));
}
END_TEST

START_TEST(leaves_out_what_has_expired)
{
    EXPECT(0, "1\n", "", "add", "old", "--expires", "2020-01-01", "--quiet");
    EXPECT(0, "", "", "list");
    REFUSES(3, "no task 1", "show", "1");
}
END_TEST

START_TEST(keeps_owners_apart)
{
    EXPECT(0, "Added 1  mine\n", "", "add", "mine");
    EXPECT(0, "Added 1  hers\n", "", "add", "hers", "--owner", "ann");
    EXPECT(0, "Deleted 1  hers\n", "", "--owner=ann", "delete", "1");
    EXPECT(0, "1\n", "", "list", "--quiet");
    EXPECT(0, "", "", "list", "--quiet", "--owner", "ann");
    REFUSES(2, "owner holds a control character", "list", "--owner", "a\nb");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {an_empty_list_is_no_failure,
                                  prints_a_table,
                                  aligns_wide_and_combining_characters,
                                  cuts_nothing_without_a_terminal,
                                  filters,
                                  sorts,
                                  limits,
                                  refuses_bad_usage,
                                  follows_the_pages,
                                  prints_one_heading_over_all_pages,
                                  leaves_out_what_has_expired,
                                  keeps_owners_apart,
                                  NULL};
    return program_tests("tasksctl list", tests);
}
