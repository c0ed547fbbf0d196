#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "run.h"

static void add_three(void)
{
    program how = {.input = "one\ntwo\nthree\n"};
    result r = RUN_WITH(how, "add", "-", "--tag=a", "--tag=b");
    ck_assert_int_eq(r.code, 0);
}

/* The task as JSON. */
static json_t *task(const char *id)
{
    result r = RUN("show", id, "--json");
    return program_json(&r);
}

static const char *text_of(const char *id, const char *member)
{
    return json_string_value(json_object_get(task(id), member));
}

static bool is_null(const char *id, const char *member)
{
    return json_is_null(json_object_get(task(id), member));
}

/* ---- show ---- */

START_TEST(shows_a_sheet)
{
    EXPECT(0, NULL, "", "add", "Buy milk", "--notes=a\nb", "--due=2026-01-31", "--priority=3", "--order=1.5",
           "--tag=shop", "--tag=home", "--uid=u-1", "--expires=2100-01-01T08:30:00Z");
    result r = RUN("show", "1");
    const char *created = strstr(r.out, "Created   "), *revision = strstr(r.out, "Revision");
    ck_assert(created && revision);
    ck_assert_int_eq(strncmp(r.out,
                             "ID        1\n"
                             "Title     Buy milk\n"
                             "State     open\n"
                             "Priority  3\n"
                             "Due       2026-01-31\n"
                             "Tags      shop home\n"
                             "Order     1.5\n"
                             "Expires   2100-01-01 09:30\n"
                             "UID       u-1\n",
                             (size_t)(created - r.out)),
                     0);
    ck_assert_str_eq(revision, "Revision  1\n"
                               "Notes     a\n"
                               "          b\n");
}
END_TEST

START_TEST(shows_several)
{
    add_three();
    result r = RUN("show", "3", "1", "3", "--json");
    json_t *tasks = program_json(&r);
    ck_assert_uint_eq(json_array_size(tasks), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(tasks, 0), "id")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(tasks, 1), "id")), 1);
    ck_assert(json_is_object(task("1")));
    EXPECT(0, "2\n1\n", "", "show", "2", "1", "--quiet");
    r = RUN("show", "1", "2");
    ck_assert_ptr_nonnull(strstr(r.out, "\n\nID        2\n"));
    REFUSES(3, "no task 9", "show", "1", "9");
}
END_TEST

START_TEST(takes_only_ids)
{
    static const char *const words[] = {
        "0", "-0", "x", "1x", "", " 1", "1.0", "01", "+1", "0x1", "9223372036854775808"};
    static const char *const commands[] = {"show", "done", "undone", "delete"};
    for (int c = 0; c < RUN_COUNT(commands); c++)
        for (int i = 0; i < RUN_COUNT(words); i++)
            REFUSES(2, "is no ID", commands[c], "--", words[i]);
    REFUSES(2, "is no ID", "edit", "x", "--title", "x");
    REFUSES(2, "unknown option -1", "show", "-1");
    REFUSES(3, "no task 9223372036854775807", "show", "9223372036854775807");
}
END_TEST

/* ---- edit ---- */

START_TEST(edits_each_field)
{
    add_three();
    EXPECT(0, "Changed 1  uno\n", "", "edit", "1", "--title", "uno");
    EXPECT(0, "1\n", "", "edit", "1", "--notes", "n", "--due=2026-01-31T00:00:00Z", "--priority=9",
           "--order=7", "--uid=u", "--expires=2100-01-01T00:00:00Z", "--quiet");
    ck_assert_str_eq(text_of("1", "title"), "uno");
    ck_assert_str_eq(text_of("1", "notes"), "n");
    ck_assert_str_eq(text_of("1", "due_at"), "2026-01-31T00:00:00.000Z");
    ck_assert_str_eq(text_of("1", "expires_at"), "2100-01-01T00:00:00.000Z");
    ck_assert_str_eq(text_of("1", "uid"), "u");
    ck_assert_int_eq(json_integer_value(json_object_get(task("1"), "priority")), 9);
    ck_assert_double_eq(json_number_value(json_object_get(task("1"), "order")), 7);
    ck_assert_str_eq(text_of("2", "title"), "two");
}
END_TEST

START_TEST(clears_each_field)
{
    EXPECT(0, NULL, "", "add", "x", "--notes=n", "--due=2026-01-31", "--priority=3", "--order=1", "--tag=t",
           "--uid=u", "--expires=2100-01-01");
    EXPECT(0, "Changed 1  x\n", "", "edit", "1", "--clear=due", "--clear", "order", "--clear=expires",
           "--clear=notes", "--clear=tags", "--clear=priority", "--clear=uid");
    ck_assert(is_null("1", "due_at") && is_null("1", "order") && is_null("1", "expires_at") &&
              is_null("1", "uid"));
    ck_assert_str_eq(text_of("1", "notes"), "");
    ck_assert_int_eq(json_integer_value(json_object_get(task("1"), "priority")), 0);
    ck_assert_uint_eq(json_array_size(json_object_get(task("1"), "tags")), 0);
    REFUSES(2, "--clear takes due, order", "edit", "1", "--clear", "title");
    REFUSES(2, "--due and --clear due exclude each other", "edit", "1", "--clear", "due", "--due", "today");
}
END_TEST

static const char *tags_of(const char *id)
{
    static char text[256];
    int length = 0;
    size_t i;
    json_t *tag;
    text[0] = '\0';
    json_array_foreach (json_object_get(task(id), "tags"), i, tag) {
        length += snprintf(text + length, sizeof text - (size_t)length, "%s%s", i ? " " : "",
                           json_string_value(tag));
    }
    return text;
}

START_TEST(changes_tags)
{
    add_three();
    EXPECT(0, NULL, "", "edit", "1", "--tag", "+c");
    ck_assert_str_eq(tags_of("1"), "a b c");
    EXPECT(0, NULL, "", "edit", "1", "--tag", "-a", "--tag=-none", "--tag=+d", "--tag=+d", "--tag=+b");
    ck_assert_str_eq(tags_of("1"), "c d b");
    EXPECT(0, NULL, "", "edit", "1", "--tag", "x", "--tag", "y", "--tag", "-x");
    ck_assert_str_eq(tags_of("1"), "y");
    EXPECT(0, NULL, "", "edit", "1", "--tag", "++plus", "--tag", "+-minus");
    ck_assert_str_eq(tags_of("1"), "y +plus -minus");
    EXPECT(0, NULL, "", "edit", "1", "--clear", "tags", "--tag", "+z");
    ck_assert_str_eq(tags_of("1"), "z");
    REFUSES(7, "a tag is empty", "edit", "1", "--tag", "+");
    REFUSES(7, "twice", "edit", "1", "--tag", "x", "--tag", "x");
    REFUSES(3, "no task 9", "edit", "9", "--tag", "+x");
    ck_assert_str_eq(tags_of("1"), "z");
}
END_TEST

/* Whoever loses the race reads the tags again: none is lost. */
START_TEST(changes_tags_side_by_side)
{
    static const char *const tags[] = {"+1", "+2", "+3", "+4", "+5", "+6", "+7", "+8"};
    pid_t pids[RUN_COUNT(tags)];
    program how = {.in = open("/dev/null", O_RDWR | O_CLOEXEC)};
    how.out = how.err = how.in;
    EXPECT(0, NULL, "", "add", "x");
    for (int i = 0; i < RUN_COUNT(tags); i++)
        pids[i] = START(how, "edit", "1", "--tag", tags[i]);
    for (int i = 0; i < RUN_COUNT(tags); i++)
        ck_assert_int_eq(program_end(pids[i]).code, 0);
    close(how.in);
    ck_assert_uint_eq(json_array_size(json_object_get(task("1"), "tags")), RUN_COUNT(tags));
}
END_TEST

START_TEST(edits_only_the_revision_that_was_seen)
{
    add_three();
    EXPECT(0, NULL, "", "edit", "1", "--title", "uno", "--if-revision", "1");
    REFUSES(4, "task 1 is at revision 2, not 1", "edit", "1", "--title", "eins", "--if-revision", "1");
    REFUSES(4, "task 1 is at revision 2, not 1", "edit", "1", "--tag", "+x", "--if-revision", "1");
    EXPECT(0, NULL, "", "edit", "1", "--tag", "+x", "--if-revision", "2");
    ck_assert_str_eq(text_of("1", "title"), "uno");
    REFUSES(2, "--if-revision takes a whole number from 1", "edit", "1", "--title=x", "--if-revision=0");
}
END_TEST

START_TEST(refuses_bad_edits)
{
    add_three();
    REFUSES(2, "nothing to change", "edit", "1");
    REFUSES(2, "nothing to change", "edit", "1", "--if-revision", "1");
    REFUSES(2, "tasksctl edit ID", "edit", "--title", "x");
    REFUSES(2, "'2' is too much", "edit", "1", "2", "--title", "x");
    REFUSES(3, "no task 9", "edit", "9", "--title", "x");
    REFUSES(7, "title is required", "edit", "1", "--title", "");
    EXPECT(0, NULL, "", "edit", "1", "--uid", "u");
    REFUSES(4, "uid", "edit", "2", "--uid", "u");
}
END_TEST

/* ---- done, undone, delete ---- */

START_TEST(completes_and_reopens)
{
    add_three();
    EXPECT(0, "Done 1  one\nDone 3  three\n", "", "done", "1", "3");
    ck_assert(!is_null("1", "completed_at"));
    EXPECT(0, "Reopened 3  three\n", "", "undone", "3");
    ck_assert(is_null("3", "completed_at"));
    EXPECT(0, "1\n", "", "list", "--completed", "--quiet");
    result r = RUN("done", "1", "--json");
    ck_assert(json_is_true(json_object_get(program_json(&r), "completed")));
    r = RUN("undone", "1", "3", "--json");
    ck_assert_uint_eq(json_array_size(program_json(&r)), 2);
    EXPECT(0, "2\n", "", "done", "2", "2", "--quiet");
}
END_TEST

START_TEST(applies_several_ids_or_none)
{
    add_three();
    REFUSES(3, "nothing was changed: no task 9", "done", "1", "9", "2");
    REFUSES(3, "nothing was changed: no task 9", "delete", "1", "2", "9");
    REFUSES(3, "nothing was changed: no task 9", "undone", "1", "9");
    REFUSES(3, "tasksctl: no task 9", "done", "9");
    EXPECT(0, "1\n2\n3\n", "", "list", "--open", "--quiet");
    EXPECT(0, NULL, "", "done", "1", "2", "3");
    /* One batch has one revision. */
    ck_assert_int_eq(json_integer_value(json_object_get(task("1"), "revision")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(task("3"), "revision")), 2);
}
END_TEST

START_TEST(deletes)
{
    add_three();
    EXPECT(0, "Deleted 2  two\n", "", "delete", "2");
    REFUSES(3, "no task 2", "delete", "2");
    result r = RUN("delete", "1", "--json");
    ck_assert_str_eq(json_string_value(json_object_get(program_json(&r), "title")), "one");
    r = RUN("delete", "3", "3", "--json");
    ck_assert_uint_eq(json_array_size(program_json(&r)), 1);
    EXPECT(0, "Added 4  next\n", "", "add", "next");
}
END_TEST

START_TEST(deletes_all_completed)
{
    add_three();
    EXPECT(0, NULL, "", "done", "1", "3");
    REFUSES(2, "--yes", "delete", "--completed");
    REFUSES(2, "either IDs or --completed", "delete", "--completed", "1", "--yes");
    REFUSES(2, "either IDs or --completed", "delete");
    EXPECT(0, "1\n2\n3\n", "", "list", "--quiet");
    EXPECT(0, "Deleted 2 tasks\n", "", "delete", "--completed", "--yes");
    EXPECT(0, "{\"deleted\":0}\n", "", "delete", "--completed", "--yes", "--json");
    EXPECT(0, "2\n", "", "list", "--quiet");
    EXPECT(0, NULL, "", "done", "2");
    EXPECT(0, "Deleted 1 task\n", "", "delete", "--completed", "--yes");
    EXPECT(0, "", "", "delete", "--completed", "--yes", "--quiet");
}
END_TEST

/* What a batch cannot hold is refused before anything happens. */
START_TEST(takes_at_most_a_thousand_ids)
{
    static char numbers[1001][8];
    static const char *arguments[1003] = {"done"};
    for (int i = 0; i < 1001; i++) {
        snprintf(numbers[i], sizeof numbers[i], "%d", i + 1);
        arguments[i + 1] = numbers[i];
    }
    result r = program_run(&(program){0}, arguments);
    program_refuses(&r, 2, "'1001' is too much");
    arguments[1001] = NULL;
    r = program_run(&(program){0}, arguments);
    program_refuses(&r, 3, "no task 1");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {shows_a_sheet,
                                  shows_several,
                                  takes_only_ids,
                                  edits_each_field,
                                  clears_each_field,
                                  changes_tags,
                                  changes_tags_side_by_side,
                                  edits_only_the_revision_that_was_seen,
                                  refuses_bad_edits,
                                  completes_and_reopens,
                                  applies_several_ids_or_none,
                                  deletes,
                                  deletes_all_completed,
                                  takes_at_most_a_thousand_ids,
                                  NULL};
    return program_tests("tasksctl show, edit, done, undone, delete", tests);
}
