#include "cursor.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "hash.h"
#include "run.h"

static tasks_error error;

static backend_list list_of(int32_t sort, bool descending)
{
    return (backend_list){.sort = sort, .descending = descending, .limit = 10};
}

static tasks_task task_of(void)
{
    return (tasks_task){.id = 7, .revision = 9, .order = NAN, .due_at_ms = TASKS_NO_TIME};
}

/* The place that comes back for a task on a list of this order. */
static backend_place place(int32_t sort, const tasks_task *task)
{
    char text[CURSOR_SIZE];
    backend_list list = list_of(sort, true), again = list;
    cursor_write(&list, task, text);
    ck_assert_uint_lt(strlen(text), CURSOR_SIZE);
    ck_assert_int_eq(cursor_read(text, &again, &error), TASKS_OK);
    ck_assert(again.continued);
    ck_assert_int_eq(again.after.id, task->id);
    return again.after;
}

START_TEST(ids_come_back)
{
    static const int64_t ids[] = {1, 255, 256, INT64_C(1) << 40, INT64_MAX};
    for (int i = 0; i < RUN_COUNT(ids); i++) {
        tasks_task task = task_of();
        task.id = ids[i];
        place(TASKS_SORT_ID, &task);
    }
}
END_TEST

START_TEST(orders_come_back)
{
    static const double orders[] = {0, 1, -1, 0.1, DBL_MAX, -DBL_MAX, DBL_MIN, 4.9406564584124654e-324};
    for (int i = 0; i < RUN_COUNT(orders); i++) {
        tasks_task task = task_of();
        task.order = orders[i];
        ck_assert(place(TASKS_SORT_ORDER, &task).order == orders[i]);
    }
    tasks_task none = task_of();
    ck_assert(place(TASKS_SORT_ORDER, &none).order == (double)INFINITY);
}
END_TEST

START_TEST(priorities_come_back_with_none_last)
{
    for (int32_t priority = 0; priority <= 9; priority++) {
        tasks_task task = task_of();
        task.priority = priority;
        ck_assert_int_eq(place(TASKS_SORT_PRIORITY, &task).number, priority ? priority - 1 : 9);
    }
}
END_TEST

START_TEST(times_and_revisions_come_back)
{
    static const int64_t times[] = {INT64_C(-62167219200000), -1, 0, INT64_C(253402300799999)};
    for (int i = 0; i < RUN_COUNT(times); i++) {
        tasks_task task = task_of();
        task.due_at_ms = times[i];
        ck_assert_int_eq(place(TASKS_SORT_DUE_AT, &task).number, times[i]);
    }
    tasks_task none = task_of();
    ck_assert_int_eq(place(TASKS_SORT_DUE_AT, &none).number, INT64_MAX);
    ck_assert_int_eq(place(TASKS_SORT_UPDATED, &none).number, 9);
}
END_TEST

/* ---- Refusals ---- */

static void refused(const char *text, const backend_list *list, const char *code)
{
    backend_list copy = *list;
    ck_assert_msg(cursor_read(text, &copy, &error) == TASKS_INVALID, "\"%s\" was taken", text);
    ck_assert_str_eq(error.code, code);
    ck_assert_str_eq(error.field, "cursor");
    ck_assert(!copy.continued);
    ck_assert_int_eq(cursor_read(text, &copy, NULL), TASKS_INVALID);
}

static void write_one(char text[CURSOR_SIZE], backend_list *list)
{
    tasks_task task = task_of();
    *list = list_of(TASKS_SORT_ORDER, false);
    cursor_write(list, &task, text);
}

START_TEST(every_changed_character_is_noticed)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ +/=\x80\n";
    char text[CURSOR_SIZE], changed[CURSOR_SIZE];
    backend_list list;
    write_one(text, &list);
    for (size_t i = 0; text[i]; i++)
        for (const char *c = digits; *c; c++) {
            memcpy(changed, text, sizeof changed);
            changed[i] = *c;
            if (*c != text[i])
                refused(changed, &list, "cursor_malformed");
        }
}
END_TEST

START_TEST(every_other_length_is_noticed)
{
    char text[CURSOR_SIZE], longer[3 * CURSOR_SIZE];
    backend_list list;
    write_one(text, &list);
    size_t whole = strlen(text);
    for (size_t length = 0; length <= whole + CURSOR_SIZE; length++) {
        memset(longer, 'A', sizeof longer);
        memcpy(longer, text, length < whole ? length : whole);
        longer[length] = 0;
        if (length != whole)
            refused(longer, &list, "cursor_malformed");
    }
}
END_TEST

/* A cursor with other bytes and a check that fits them. */
static void forge(char text[CURSOR_SIZE], int at, const void *bytes, size_t count)
{
    uint8_t raw[CURSOR_BYTES];
    ck_assert(base64url_read(text, strlen(text), raw, sizeof raw));
    memcpy(raw + at, bytes, count);
    uint32_t check = (uint32_t)hash_bytes(HASH_START, raw, CURSOR_BYTES - 4);
    for (int i = 0; i < 4; i++)
        raw[CURSOR_BYTES - 4 + i] = (uint8_t)(check >> (24 - 8 * i));
    base64url_write(raw, sizeof raw, text);
}

START_TEST(another_version_is_refused_though_its_check_is_right)
{
    char text[CURSOR_SIZE];
    backend_list list;
    write_one(text, &list);
    forge(text, 0, "\x02", 1);
    refused(text, &list, "cursor_malformed");
    write_one(text, &list);
    forge(text, 0, "\x01", 1); /* the forger can do it right */
    ck_assert_int_eq(cursor_read(text, &list, &error), TASKS_OK);
}
END_TEST

START_TEST(an_order_that_is_no_number_is_refused)
{
    char text[CURSOR_SIZE];
    backend_list list;
    write_one(text, &list);
    forge(text, 2, "\x7F\xF8\0\0\0\0\0\0", 8);
    refused(text, &list, "cursor_malformed");
}
END_TEST

START_TEST(another_query_is_refused)
{
    char text[CURSOR_SIZE];
    backend_list list;
    write_one(text, &list);
    backend_list others[] = {list, list, list, list, list, list};
    others[0].sort = TASKS_SORT_ID;
    others[1].descending = true;
    others[2].completed = TASKS_OPEN;
    others[3].tag = "";
    others[4].text = "x";
    others[5].due_before_ms = 1;
    for (int i = 0; i < RUN_COUNT(others); i++)
        refused(text, &others[i], "cursor_foreign");
    list.limit = 500; /* a page may have another size than the one before */
    ck_assert_int_eq(cursor_read(text, &list, &error), TASKS_OK);
}
END_TEST

START_TEST(a_filter_is_not_mistaken_for_another)
{
    char text[CURSOR_SIZE];
    tasks_task task = task_of();
    backend_list tagged = list_of(TASKS_SORT_ID, false), searched = tagged, both = tagged;
    tagged.tag = "ab";
    searched.text = "ab";
    both.tag = "a";
    both.text = "b";
    cursor_write(&tagged, &task, text);
    refused(text, &searched, "cursor_foreign");
    refused(text, &both, "cursor_foreign");
    cursor_write(&both, &task, text);
    refused(text, &tagged, "cursor_foreign");
}
END_TEST

int main(void)
{
    return run_suite("cursor",
                     (const TTest *[]){ids_come_back, orders_come_back, priorities_come_back_with_none_last,
                                       times_and_revisions_come_back, every_changed_character_is_noticed,
                                       every_other_length_is_noticed,
                                       another_version_is_refused_though_its_check_is_right,
                                       an_order_that_is_no_number_is_refused, another_query_is_refused,
                                       a_filter_is_not_mistaken_for_another, NULL});
}
