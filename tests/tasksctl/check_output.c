#include "output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run.h"
#include "terminal.h"

static const char *const tags[] = {"shop", "home"};

static const tasks_task plain = {.id = 7,
                                 .revision = 3,
                                 .title = "Buy milk",
                                 .notes = "",
                                 .completed_at_ms = TASKS_NO_TIME,
                                 .due_at_ms = TASKS_NO_TIME,
                                 .expires_at_ms = TASKS_NO_TIME,
                                 .order = NAN};

static const tasks_task full = {.id = INT64_MAX,
                                .revision = INT64_MAX,
                                .uid = "u",
                                .title = "\033[2J",
                                .notes = "one\ntwo",
                                .tags = tags,
                                .tag_count = 2,
                                .priority = 9,
                                .completed = 1,
                                .completed_at_ms = 0,
                                .due_at_ms = 60000,
                                .expires_at_ms = INT64_C(86400000),
                                .created_at_ms = 0,
                                .updated_at_ms = 0,
                                .order = 0.1};

static output start(int format, int look, bool many)
{
    output o;
    setenv("TZ", "UTC0", 1);
    tzset();
    output_init(&o, -1, format, TERMINAL_COLOR_NEVER);
    output_start(&o, look, many, "Added");
    return o;
}

/* Nothing was written out yet: all is in the sink's buffer. */
static void expect(output *o, const char *text)
{
    ck_assert_str_eq(o->sink.text.length ? o->sink.text.bytes : "", text);
    output_done(o);
}

START_TEST(prints_bare_ids)
{
    output o = start(OUTPUT_QUIET, OUTPUT_LINES, true);
    output_task(&o, &plain);
    output_task(&o, &full);
    output_end(&o);
    expect(&o, "7\n9223372036854775807\n");
}
END_TEST

START_TEST(prints_what_was_done)
{
    output o = start(OUTPUT_HUMAN, OUTPUT_LINES, false);
    output_task(&o, &plain);
    output_task(&o, &full);
    output_end(&o);
    expect(&o, "Added 7  Buy milk\nAdded 9223372036854775807  \xEF\xBF\xBD[2J\n");
}
END_TEST

START_TEST(prints_sheets)
{
    output o = start(OUTPUT_HUMAN, OUTPUT_SHEETS, false);
    output_task(&o, &plain);
    output_task(&o, &full);
    output_end(&o);
    expect(&o, "ID        7\n"
               "Title     Buy milk\n"
               "State     open\n"
               "Created   1970-01-01\n"
               "Updated   1970-01-01\n"
               "Revision  3\n"
               "\n"
               "ID        9223372036854775807\n"
               "Title     \xEF\xBF\xBD[2J\n"
               "State     done\n"
               "Done at   1970-01-01\n"
               "Priority  9\n"
               "Due       1970-01-01 00:01\n"
               "Tags      shop home\n"
               "Order     0.1\n"
               "Expires   1970-01-02\n"
               "UID       u\n"
               "Created   1970-01-01\n"
               "Updated   1970-01-01\n"
               "Revision  9223372036854775807\n"
               "Notes     one\n"
               "          two\n");
}
END_TEST

START_TEST(prints_one_object_or_an_array)
{
    tasks_text *text;
    char expected[1024];
    ck_assert_int_eq(tasks_task_json(&plain, NULL, &text, NULL), TASKS_OK);
    output o = start(OUTPUT_JSON, OUTPUT_LINES, false);
    output_task(&o, &plain);
    output_end(&o);
    snprintf(expected, sizeof expected, "%s\n", text->bytes);
    expect(&o, expected);

    o = start(OUTPUT_JSON, OUTPUT_LINES, true);
    output_task(&o, &plain);
    output_task(&o, &plain);
    output_end(&o);
    snprintf(expected, sizeof expected, "[%s,%s]\n", text->bytes, text->bytes);
    expect(&o, expected);
    tasks_text_free(text);

    o = start(OUTPUT_JSON, OUTPUT_LINES, true);
    output_end(&o);
    expect(&o, "[]\n");
}
END_TEST

START_TEST(prints_facts)
{
    static const output_fact facts[] = {
        {.key = "name", .label = "Name", .text = "a\xFF\"b"},
        {.key = "size", .label = "Size", .number = 7},
        {.key = "rest", .label = "Rest", .number = -1},
    };
    static const struct {
        int format;
        const char *sentence, *text;
    } rows[] = {
        {OUTPUT_HUMAN, NULL, "Name                    a\xEF\xBF\xBD\"b\nSize                    7\n"},
        {OUTPUT_HUMAN, "all is\nwell", "all is\xEF\xBF\xBDwell\n"},
        {OUTPUT_JSON, "all is well", "{\"name\":\"a\xEF\xBF\xBD\\\"b\",\"size\":7,\"rest\":null}\n"},
        {OUTPUT_QUIET, "all is well", ""},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        output o = start(rows[i].format, 0, false);
        output_facts(&o, rows[i].sentence, facts, RUN_COUNT(facts));
        expect(&o, rows[i].text);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {prints_bare_ids, prints_what_was_done,
                                  prints_sheets,   prints_one_object_or_an_array,
                                  prints_facts,    NULL};
    return run_suite("tasksctl/output", tests);
}
