#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "run.h"

static tasks_error error;

/* A page with these rows, through the sink that backends use. */
static tasks_page *page_of(const backend_row *rows, int count)
{
    tasks_page *page = page_new(TASKS_LIMIT_MAX);
    ck_assert_ptr_nonnull(page);
    backend_sink sink = page_sink(page);
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(sink.row(sink.context, &rows[i]), TASKS_OK);
    return page;
}

static backend_row bare(void)
{
    return (backend_row){.task = {.id = 1,
                                  .revision = 2,
                                  .title = "x",
                                  .notes = "",
                                  .order = NAN,
                                  .completed_at_ms = TASKS_NO_TIME,
                                  .due_at_ms = TASKS_NO_TIME,
                                  .expires_at_ms = TASKS_NO_TIME},
                         .tags = ""};
}

static void writes(const backend_row *rows, int count, const char *url_base, const char *json)
{
    tasks_page *page = page_of(rows, count);
    tasks_text *text;
    ck_assert_int_eq(tasks_page_json(page, url_base, &text, &error), TASKS_OK);
    ck_assert_str_eq(text->bytes, json);
    ck_assert_uint_eq(text->length, strlen(json));
    tasks_text_free(text);
    if (count == 1 && !rows->task.deleted) {
        ck_assert_int_eq(tasks_task_json(tasks_page_at(page, 0), url_base, &text, NULL), TASKS_OK);
        ck_assert_uint_eq(text->length, strlen(json) - 2);
        ck_assert(!strncmp(text->bytes, json + 1, text->length));
        tasks_text_free(text);
    }
    tasks_page_free(page);
}

START_TEST(no_task_is_an_empty_array)
{
    writes(NULL, 0, NULL, "[]");
    tasks_text_free(NULL);
}
END_TEST

START_TEST(what_is_absent_is_null)
{
    backend_row row = bare();
    writes(&row, 1, NULL,
           "[{\"id\":1,\"uid\":null,\"title\":\"x\",\"notes\":\"\",\"completed\":false,\"completed_at\":null,"
           "\"priority\":0,\"order\":null,\"tags\":[],\"due_at\":null,\"expires_at\":null,"
           "\"created_at\":\"1970-01-01T00:00:00.000Z\",\"updated_at\":\"1970-01-01T00:00:00.000Z\","
           "\"revision\":2}]");
}
END_TEST

START_TEST(every_member_is_written)
{
    backend_row row = {.task = {.id = INT64_MAX,
                                .revision = INT64_MAX - 1,
                                .uid = "u\"",
                                .title = "\xC3\x84 \"\\/",
                                .notes = "a\n\tb",
                                .completed = 1,
                                .priority = 9,
                                .order = -2.5,
                                .completed_at_ms = 1,
                                .due_at_ms = -1,
                                .expires_at_ms = INT64_C(253402300799999),
                                .created_at_ms = 2,
                                .updated_at_ms = 3},
                       .tags = "a b\xC3\xA9 c"};
    writes(
        &row, 1, "https://host/tasks/",
        "[{\"id\":9223372036854775807,\"uid\":\"u\\\"\",\"url\":\"https://host/tasks/9223372036854775807\","
        "\"title\":\"\xC3\x84 \\\"\\\\/\",\"notes\":\"a\\n\\tb\",\"completed\":true,"
        "\"completed_at\":\"1970-01-01T00:00:00.001Z\",\"priority\":9,\"order\":-2.5,"
        "\"tags\":[\"a\",\"b\xC3\xA9\",\"c\"],\"due_at\":\"1969-12-31T23:59:59.999Z\","
        "\"expires_at\":\"9999-12-31T23:59:59.999Z\",\"created_at\":\"1970-01-01T00:00:00.002Z\","
        "\"updated_at\":\"1970-01-01T00:00:00.003Z\",\"revision\":9223372036854775806}]");
}
END_TEST

START_TEST(a_tombstone_says_when_and_no_more)
{
    backend_row rows[] = {bare(), bare()};
    rows[0].task.deleted = rows[1].task.deleted = 1;
    rows[1].task.id = 2;
    rows[1].task.uid = "u";
    rows[1].task.updated_at_ms = 1000;
    writes(rows, 2, "http://host/tasks/",
           "[{\"id\":1,\"uid\":null,\"deleted\":true,\"deleted_at\":\"1970-01-01T00:00:00.000Z\","
           "\"revision\":2},"
           "{\"id\":2,\"uid\":\"u\",\"deleted\":true,\"deleted_at\":\"1970-01-01T00:00:01.000Z\","
           "\"revision\":2}]");
}
END_TEST

START_TEST(a_base_that_would_break_the_json_is_refused)
{
    static const char *const bases[] = {"\"", "a\\", "http://host/\n", "\x01", "\xFF", "\xE2\x80\xA8"};
    backend_row row = bare();
    tasks_page *page = page_of(&row, 1);
    for (int i = 0; i < RUN_COUNT(bases); i++) {
        tasks_text *text;
        ck_assert_int_eq(tasks_page_json(page, bases[i], &text, &error), TASKS_INVALID);
        ck_assert_str_eq(error.code, "option_malformed");
        ck_assert_ptr_null(text);
        ck_assert_int_eq(tasks_task_json(tasks_page_at(page, 0), bases[i], &text, NULL), TASKS_INVALID);
        ck_assert_ptr_null(text);
    }
    tasks_page_free(page);
}
END_TEST

START_TEST(what_was_written_can_be_read_as_patches)
{
    backend_row row = bare();
    tasks_page *page = page_of(&row, 1);
    tasks_patches *patches;
    tasks_text *text;
    ck_assert_int_eq(tasks_page_json(page, NULL, &text, &error), TASKS_OK);
    /* Its identity is the store's: whoever copies a task leaves that out. */
    ck_assert_int_eq(tasks_patches_read(text->bytes, text->length, &patches, &error), TASKS_INVALID);
    ck_assert_str_eq(error.code, "field_read_only");
    tasks_text_free(text);
    tasks_page_free(page);
}
END_TEST

/* ---- Pages ---- */

START_TEST(a_page_owns_what_it_was_given)
{
    char title[] = "before", tags[] = "a b";
    backend_row row = bare();
    row.task.title = title;
    row.tags = tags;
    tasks_page *page = page_of(&row, 1);
    memset(title, 'z', sizeof title - 1);
    memset(tags, 'z', sizeof tags - 1);
    const tasks_task *task = tasks_page_at(page, 0);
    ck_assert_str_eq(task->title, "before");
    ck_assert_uint_eq(task->tag_count, 2);
    ck_assert_str_eq(task->tags[0], "a");
    ck_assert_str_eq(task->tags[1], "b");
    ck_assert_ptr_null(tasks_page_at(page, 1));
    ck_assert_ptr_null(tasks_page_at(page, UINT32_MAX));
    ck_assert_ptr_null(tasks_page_cursor(page));
    tasks_page_free(page);
    tasks_page_free(NULL);
}
END_TEST

START_TEST(a_page_that_starts_again_forgets)
{
    backend_row row = bare();
    tasks_page *page = page_of(&row, 1);
    backend_sink sink = page_sink(page);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(sink.row(sink.context, &row), TASKS_OK);
    sink.restart(sink.context);
    ck_assert_uint_eq(tasks_page_count(page), 0);
    row.task.id = 5;
    ck_assert_int_eq(sink.row(sink.context, &row), TASKS_OK);
    ck_assert_uint_eq(tasks_page_count(page), 1);
    ck_assert_int_eq(tasks_page_at(page, 0)->id, 5);
    tasks_page_free(page);
}
END_TEST

START_TEST(a_row_beyond_the_limit_only_tells_that_there_is_more)
{
    backend_row row = bare();
    tasks_page *page = page_new(2);
    ck_assert_ptr_nonnull(page);
    backend_sink sink = page_sink(page);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(sink.row(sink.context, &row), TASKS_OK);
    ck_assert_uint_eq(tasks_page_count(page), 2);
    ck_assert(page->more);
    tasks_page_free(page);
}
END_TEST

int main(void)
{
    return run_suite("pages and JSON",
                     (const TTest *[]){no_task_is_an_empty_array, what_is_absent_is_null,
                                       every_member_is_written, a_tombstone_says_when_and_no_more,
                                       a_base_that_would_break_the_json_is_refused,
                                       what_was_written_can_be_read_as_patches, a_page_owns_what_it_was_given,
                                       a_page_that_starts_again_forgets,
                                       a_row_beyond_the_limit_only_tells_that_there_is_more, NULL});
}
