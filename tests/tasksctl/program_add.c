#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "program.h"
#include "run.h"

START_TEST(adds_a_task)
{
    EXPECT(0, "Added 1  Buy milk\n", "", "add", "Buy milk");
    EXPECT(0, "2\n", "", "add", "--quiet", "  Bread ");
    EXPECT(0, "Added 3  --json\n", "", "add", "--", "--json");
    EXPECT(0, "1\n2\n3\n", "", "list", "--quiet");
}
END_TEST

/* Run again with its key, a command shows what it did the first time. */
START_TEST(adds_once_with_a_key)
{
    program how = {.input = "one\ntwo\n"};
    EXPECT(0, "Added 1  Buy milk\n", "", "add", "Buy milk", "--key", "k");
    EXPECT(0, "Added 1  Buy milk\n", "", "add", "Buy milk", "--key", "k");
    ck_assert_int_ne(RUN("add", "Buy bread", "--key", "k").code, 0);
    for (int i = 0; i < 2; i++)
        ck_assert_str_eq(RUN_WITH(how, "add", "-", "--key", "k", "--quiet").out, "2\n3\n");
    EXPECT(0, "1\n2\n3\n", "", "list", "--quiet");
}
END_TEST

/* What JSON says about a task, its times of change aside. */
static void expect_task(json_t *task, json_t *expected)
{
    static const char *const times[] = {"created_at", "updated_at"};
    for (int i = 0; i < RUN_COUNT(times); i++) {
        ck_assert_uint_eq(json_string_length(json_object_get(task, times[i])), 24);
        json_object_del(task, times[i]);
    }
    char *text = json_dumps(task, JSON_SORT_KEYS);
    ck_assert_msg(expected && json_equal(task, expected), "%s", text);
    free(text);
    json_decref(expected);
}

START_TEST(sets_every_field)
{
    result r = RUN("add", "Buy milk", "--notes=two\nlines\t!", "--due", "2026-01-31T10:30:00+01:00",
                   "--priority", "3", "--order=-1.5", "--tag", "shop", "--tag=a", "--expires",
                   "2100-01-01T00:00:00.25Z", "--uid", "u-1", "--json");
    expect_task(program_json(&r),
                json_pack("{si so ss ss sb so si sf s[ss] ss ss si}", "id", 1, "uid", json_string("u-1"),
                          "title", "Buy milk", "notes", "two\nlines\t!", "completed", 0, "completed_at",
                          json_null(), "priority", 3, "order", -1.5, "tags", "shop", "a", "due_at",
                          "2026-01-31T09:30:00.000Z", "expires_at", "2100-01-01T00:00:00.250Z", "revision",
                          1));
}
END_TEST

START_TEST(leaves_out_what_is_not_given)
{
    result r = RUN("--json", "add", "x");
    expect_task(program_json(&r),
                json_pack("{si so ss ss sb so si so s[] so so si}", "id", 1, "uid", json_null(), "title", "x",
                          "notes", "", "completed", 0, "completed_at", json_null(), "priority", 0, "order",
                          json_null(), "tags", "due_at", json_null(), "expires_at", json_null(), "revision",
                          1));
}
END_TEST

START_TEST(reads_days_as_local_midnight)
{
    static const struct {
        const char *due, *shown;
    } rows[] = {{"2026-01-31", "2026-01-30T23:00:00.000Z"}, {"2026-07-31", "2026-07-30T22:00:00.000Z"}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        result r = RUN("add", "x", "--json", "--due", rows[i].due);
        ck_assert_str_eq(json_string_value(json_object_get(program_json(&r), "due_at")), rows[i].shown);
    }
}
END_TEST

/* Texts that break programs; each has to come back as it was, or be refused. */
START_TEST(keeps_naughty_strings)
{
    static const char *const titles[] = {
        "'; DROP TABLE tasks; --",
        "%s%n%d",
        "\"quoted\" \\ back\\slash",
        "<script>alert(1)</script>",
        "$(reboot) `reboot` && reboot",
        "../../etc/passwd",
        "\xE4\xB8\xAD\xE6\x96\x87",
        "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
        "e\xCC\x81\xCC\x81\xCC\x81",
        "\xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7",
        "\xEF\xBF\xBD",
        "NULL",
        "-1",
        "0",
        "true",
        "[]",
        "{}",
    };
    for (int i = 0; i < RUN_COUNT(titles); i++) {
        result r = RUN("add", "--json", "--notes", titles[i], "--", titles[i]);
        json_t *task = program_json(&r);
        ck_assert_str_eq(json_string_value(json_object_get(task, "title")), titles[i]);
        ck_assert_str_eq(json_string_value(json_object_get(task, "notes")), titles[i]);
    }
}
END_TEST

START_TEST(refuses_bad_data)
{
    static char long_title[501 + 1];
    memset(long_title, 'x', 501);
    REFUSES(7, "title is required", "add", "");
    REFUSES(7, "title is required", "add", " \t ");
    REFUSES(7, "title has 501 characters, 500 are allowed", "add", long_title);
    REFUSES(7, "title is not valid UTF-8", "add", "a\xFFz");
    REFUSES(7, "title is not valid UTF-8", "add", "\xED\xA0\x80");
    REFUSES(7, "title holds a control character", "add", "a\033[31mz");
    REFUSES(7, "title holds a control character", "add", "a\nz");
    REFUSES(7, "notes", "add", "x", "--notes", "a\033z");
    REFUSES(7, "priority is 10", "add", "x", "--priority", "10");
    REFUSES(7, "priority is -1", "add", "x", "--priority", "-1");
    REFUSES(7, "a tag holds a blank", "add", "x", "--tag", "a b");
    REFUSES(7, "a tag is empty", "add", "x", "--tag", "");
    REFUSES(7, "twice", "add", "x", "--tag", "a", "--tag", "a");
    EXPECT(0, "", "", "list");
}
END_TEST

START_TEST(refuses_bad_usage)
{
    REFUSES(2, "tasksctl add \"TITLE\"|-", "add");
    REFUSES(2, "'milk' is too much; it goes: tasksctl add \"TITLE\"|-", "add", "Buy", "milk");
    REFUSES(2, "--due takes a time", "add", "x", "--due", "someday");
    REFUSES(2, "--due takes a time", "add", "x", "--due", "2026-02-30");
    REFUSES(2, "--due takes WHEN", "add", "x", "--due");
    REFUSES(2, "--priority takes a number from 0 to 9", "add", "x", "--priority", "high");
    REFUSES(2, "--order takes a decimal number", "add", "x", "--order", "nan");
    REFUSES(2, "--order takes a decimal number", "add", "x", "--order", "0x10");
    REFUSES(2, "--order takes a decimal number", "add", "x", "--order", "");
    REFUSES(2, "--order takes a decimal number", "add", "x", "--order", "1e999");
    REFUSES(2, "--json takes no value", "add", "x", "--json=1");
    REFUSES(2, "did you mean --priority?", "add", "x", "--priorty", "1");
    REFUSES(2, "unknown option --prio", "add", "x", "--prio", "1");
    REFUSES(2, "--uid is for one task", "add", "-", "--uid", "a");
    ck_assert_int_ne(access("tasks.db", F_OK), 0);
}
END_TEST

START_TEST(refuses_too_many_tags)
{
    static const char *arguments[70] = {"add", "x"};
    static char tags[65][16];
    for (int i = 0; i < 65; i++) {
        snprintf(tags[i], sizeof tags[i], "--tag=%d", i);
        arguments[i + 2] = tags[i];
    }
    result r = program_run(&(program){0}, arguments);
    program_refuses(&r, 2, "--tag takes at most 64 tags");
    arguments[2 + 64] = NULL;
    r = program_run(&(program){0}, arguments);
    program_refuses(&r, 7, "64 tags, 20 are allowed");
    arguments[2 + 20] = NULL;
    r = program_run(&(program){0}, arguments);
    program_expect(&r, 0, "Added 1  x\n", "");
}
END_TEST

START_TEST(refuses_a_uid_that_is_taken)
{
    EXPECT(0, "1\n", "", "add", "x", "--uid", "u", "--quiet");
    REFUSES(4, "tasksctl: another task of this owner has this uid\n", "add", "y", "--uid", "u");
    EXPECT(0, "1\n", "", "add", "x", "--uid", "u", "--quiet", "--owner", "other");
}
END_TEST

/* ---- from standard input ---- */

START_TEST(adds_each_line)
{
    program how = {.input = "Milk\n  Bread\t\nlast without newline"};
    result r = RUN_WITH(how, "add", "-", "--tag", "shop", "--priority=2");
    program_expect(&r, 0, "Added 1  Milk\nAdded 2  Bread\nAdded 3  last without newline\n", "");
    r = RUN("list", "--tag", "shop", "--json");
    json_t *list = program_json(&r);
    ck_assert_uint_eq(json_array_size(list), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(list, 2), "priority")), 2);
    /* One batch, so one revision. */
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(list, 0), "revision")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(list, 2), "revision")), 1);
}
END_TEST

START_TEST(adds_windows_lines)
{
    program how = {.input = "a\r\nb\r\n"};
    result r = RUN_WITH(how, "add", "-");
    program_expect(&r, 0, "Added 1  a\nAdded 2  b\n", "");
}
END_TEST

START_TEST(adds_nothing_from_nothing)
{
    program how = {.input = ""};
    result r = RUN_WITH(how, "add", "-");
    program_expect(&r, 0, "", "");
    r = RUN_WITH(how, "add", "-", "--json");
    ck_assert_uint_eq(json_array_size(program_json(&r)), 0);
}
END_TEST

START_TEST(answers_lines_with_an_array)
{
    program how = {.input = "only\n"};
    result r = RUN_WITH(how, "add", "-", "--json");
    ck_assert_uint_eq(json_array_size(program_json(&r)), 1);
}
END_TEST

static void refuses_line(const char *input, size_t length, const char *words)
{
    program how = {.input = input, .input_length = length};
    result r = RUN_WITH(how, "add", "-");
    program_refuses(&r, 7, words);
    EXPECT(0, "", "", "list");
}

START_TEST(names_the_line_that_is_wrong)
{
    static char long_line[(64 << 10) + 8] = "fine\n";
    memset(long_line + 5, 'x', sizeof long_line - 6);
    refuses_line("fine\n\nfine\n", 0, "line 2: title is required");
    refuses_line("\n", 0, "line 1: title is required");
    refuses_line("fine\nfine\na\033z\n", 0, "line 3: title holds a control character");
    refuses_line("fine\na\xC0\xAFz\n", 0, "line 2: title is not valid UTF-8");
    refuses_line("fine\na\0z\n", 9, "line 2: holds a NUL byte");
    refuses_line(long_line, 0, "line 2: longer than");
}
END_TEST

static const char *many_lines(buf *to, int count, int bad)
{
    for (int i = 1; i <= count; i++)
        buf_print(to, i == bad ? "\n" : "Task %d\n", i);
    return to->bytes;
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

START_TEST(adds_more_lines_than_a_batch)
{
    buf input;
    buf_init(&input, 1 << 20);
    program how = {.input = many_lines(&input, 2500, 0)};
    result r = RUN_WITH(how, "add", "-", "--json");
    json_t *tasks = program_json(&r);
    ck_assert_uint_eq(json_array_size(tasks), 2500);
    for (size_t i = 0; i < 2500; i++)
        ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(tasks, i), "id")),
                         (json_int_t)i + 1);
    r = RUN("list", "--quiet");
    ck_assert_uint_eq(count_lines(r.out), 2500);
    buf_done(&input);
}
END_TEST

START_TEST(adds_whole_batches_or_nothing)
{
    buf input;
    buf_init(&input, 1 << 20);
    program how = {.input = many_lines(&input, 2500, 1700)};
    result r = RUN_WITH(how, "add", "-", "--quiet");
    ck_assert_int_eq(r.code, 7);
    ck_assert_uint_eq(count_lines(r.out), 1000);
    ck_assert_str_eq(r.err, "tasksctl: line 1700 (lines 1 to 1000 were added): title is required: 1 to 500 "
                            "characters\n");
    r = RUN_WITH(how, "add", "-", "--json");
    ck_assert_int_eq(r.code, 7);
    json_t *added = json_loads(r.out, 0, NULL);
    ck_assert_uint_eq(json_array_size(added), 1000);
    json_decref(added);
    r = RUN("list", "--quiet");
    ck_assert_uint_eq(count_lines(r.out), 2000);
    buf_done(&input);
}
END_TEST

START_TEST(fails_when_the_input_cannot_be_read)
{
    program how = {.in = open(".", O_RDONLY | O_CLOEXEC)};
    result r = RUN_WITH(how, "add", "-");
    program_refuses(&r, 1, "cannot read: Is a directory");
    close(how.in);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {adds_a_task,
                                  adds_once_with_a_key,
                                  sets_every_field,
                                  leaves_out_what_is_not_given,
                                  reads_days_as_local_midnight,
                                  keeps_naughty_strings,
                                  refuses_bad_data,
                                  refuses_bad_usage,
                                  refuses_too_many_tags,
                                  refuses_a_uid_that_is_taken,
                                  adds_each_line,
                                  adds_windows_lines,
                                  adds_nothing_from_nothing,
                                  answers_lines_with_an_array,
                                  names_the_line_that_is_wrong,
                                  adds_more_lines_than_a_batch,
                                  adds_whole_batches_or_nothing,
                                  fails_when_the_input_cannot_be_read,
                                  NULL};
    return program_tests("tasksctl add", tests);
}
