#include "lines.h"

#include <string.h>

#include "run.h"

static FILE *file_of(const char *bytes, size_t length)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
    rewind(file);
    return file;
}

START_TEST(reads_lines)
{
    static const struct {
        const char *text;
        const char *lines[4];
    } rows[] = {
        {"", {NULL}},       {"a", {"a"}},
        {"a\n", {"a"}},     {"a\nb", {"a", "b"}},
        {"\n", {""}},       {"\n\na\n", {"", "", "a"}},
        {"a\r\n", {"a\r"}}, {" a \xFF\n", {" a \xFF"}},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        lines l;
        bool more;
        lines_init(&l, file_of(rows[i].text, strlen(rows[i].text)));
        for (int n = 0; rows[i].lines[n]; n++) {
            ck_assert_int_eq(lines_next(&l, &more, NULL), TASKS_OK);
            ck_assert_msg(more, "row %d", i);
            ck_assert_int_eq(l.number, n + 1);
            ck_assert_str_eq(l.text.length ? l.text.bytes : "", rows[i].lines[n]);
        }
        ck_assert_int_eq(lines_next(&l, &more, NULL), TASKS_OK);
        ck_assert_msg(!more, "row %d", i);
        fclose(l.from);
        lines_done(&l);
    }
}
END_TEST

/* The code of the failure of the first line. */
static void expect_fault(const char *bytes, size_t length, const char *code)
{
    lines l;
    bool more;
    tasks_error error;
    lines_init(&l, file_of(bytes, length));
    ck_assert_int_eq(lines_next(&l, &more, &error), TASKS_INVALID);
    ck_assert_str_eq(error.code, code);
    ck_assert(!more);
    fclose(l.from);
    lines_done(&l);
}

START_TEST(refuses_what_it_cannot_keep_whole)
{
    static char bytes[LINES_BYTES_MAX + 2];
    memset(bytes, 'x', sizeof bytes);
    expect_fault(bytes, LINES_BYTES_MAX + 1, "line_too_long");
    bytes[LINES_BYTES_MAX] = '\n';
    lines l;
    bool more;
    lines_init(&l, file_of(bytes, sizeof bytes));
    ck_assert_int_eq(lines_next(&l, &more, NULL), TASKS_OK);
    ck_assert_uint_eq(l.text.length, LINES_BYTES_MAX);
    fclose(l.from);
    lines_done(&l);
    expect_fault("a\0b\n", 4, "text_malformed");
    expect_fault("\0", 1, "text_malformed");
}
END_TEST

START_TEST(says_when_reading_fails)
{
    lines l;
    bool more = true;
    tasks_error error;
    lines_init(&l, fopen("/", "r"));
    ck_assert_ptr_nonnull(l.from);
    ck_assert_int_eq(lines_next(&l, &more, &error), TASKS_INTERNAL);
    ck_assert_str_eq(error.code, "input_failed");
    ck_assert_str_eq(error.message, "cannot read: Is a directory");
    fclose(l.from);
    lines_done(&l);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {reads_lines, refuses_what_it_cannot_keep_whole, says_when_reading_fails,
                                  NULL};
    return run_suite("tasksctl/lines", tests);
}
