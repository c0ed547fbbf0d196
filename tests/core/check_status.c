#include <stdio.h>
#include <string.h>

#include "run.h"
#include "tasks.h"

/* Numbers never change: programs that were built with an older header depend on them. */
static const struct {
    tasks_status number;
    const char *name, *text;
} statuses[] = {
    {0, "OK", "done"},
    {1, "INVALID", "invalid input"},
    {2, "NOT_FOUND", "not found"},
    {3, "CONFLICT", "changed meanwhile"},
    {4, "DENIED", "not allowed"},
    {5, "UNAVAILABLE", "storage is unavailable"},
    {6, "TIMEOUT", "time limit reached"},
    {7, "FULL", "storage is full"},
    {8, "READ_ONLY", "storage is read-only"},
    {9, "CORRUPT", "storage is damaged"},
    {10, "UNSUPPORTED", "not supported"},
    {11, "NO_MEMORY", "out of memory"},
    {12, "INTERNAL", "internal error"},
};

START_TEST(every_status_has_its_number_name_and_text)
{
    for (int i = 0; i < RUN_COUNT(statuses); i++) {
        ck_assert_int_eq(statuses[i].number, i);
        ck_assert_str_eq(tasks_status_name(i), statuses[i].name);
        ck_assert_str_eq(tasks_status_text(i), statuses[i].text);
    }
}
END_TEST

START_TEST(other_numbers_are_question_marks)
{
    static const tasks_status others[] = {RUN_COUNT(statuses), -1, 1000, INT32_MIN, INT32_MAX};
    for (int i = 0; i < RUN_COUNT(others); i++) {
        ck_assert_str_eq(tasks_status_name(others[i]), "?");
        ck_assert_str_eq(tasks_status_text(others[i]), "?");
    }
}
END_TEST

START_TEST(the_version_is_that_of_the_header)
{
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", TASKS_VERSION_MAJOR, TASKS_VERSION_MINOR,
             TASKS_VERSION_PATCH);
    ck_assert_str_eq(tasks_version(), version);
}
END_TEST

int main(void)
{
    return run_suite("status", (const TTest *[]){every_status_has_its_number_name_and_text,
                                                 other_numbers_are_question_marks,
                                                 the_version_is_that_of_the_header, NULL});
}
