#include "fail.h"

#include <stdio.h>
#include <string.h>

#include "run.h"
#include "text.h"

static tasks_error error;

static void soil(void)
{
    memset(&error, 0xA5, sizeof error);
}

START_TEST(fills_every_member)
{
    static const unsigned char none[sizeof error.reserved];
    soil();
    ck_assert_int_eq(fail(&error, TASKS_CONFLICT, "uid_taken", "task %d has it", 7), TASKS_CONFLICT);
    ck_assert_int_eq(error.status, TASKS_CONFLICT);
    ck_assert_int_eq(error.backend_code, 0);
    ck_assert_int_eq(error.op_index, -1);
    ck_assert_str_eq(error.sqlstate, "");
    ck_assert_str_eq(error.code, "uid_taken");
    ck_assert_str_eq(error.field, "");
    ck_assert_str_eq(error.message, "task 7 has it");
    ck_assert_mem_eq(error.reserved, none, sizeof none);
}
END_TEST

START_TEST(names_the_field)
{
    soil();
    ck_assert_int_eq(fail_field(&error, "title", "title_too_long", "%d characters", 501), TASKS_INVALID);
    ck_assert_int_eq(error.status, TASKS_INVALID);
    ck_assert_str_eq(error.field, "title");
    ck_assert_str_eq(error.code, "title_too_long");
    ck_assert_str_eq(error.message, "501 characters");
}
END_TEST

START_TEST(says_out_of_memory)
{
    soil();
    ck_assert_int_eq(fail_memory(&error), TASKS_NO_MEMORY);
    ck_assert_int_eq(error.status, TASKS_NO_MEMORY);
    ck_assert_str_eq(error.code, "no_memory");
    ck_assert_str_ne(error.message, "");
}
END_TEST

START_TEST(works_without_an_error_to_fill)
{
    ck_assert_int_eq(fail(NULL, TASKS_FULL, "store_full", "%s", "x"), TASKS_FULL);
    ck_assert_int_eq(fail_field(NULL, "title", "title_required", "%s", "x"), TASKS_INVALID);
    ck_assert_int_eq(fail_memory(NULL), TASKS_NO_MEMORY);
}
END_TEST

START_TEST(may_wrap_the_message_it_replaces)
{
    fail_field(&error, "uri", "uri_malformed", "no scheme");
    fail_field(&error, error.field, error.code, "opening: %s", error.message);
    ck_assert_str_eq(error.message, "opening: no scheme");
    ck_assert_str_eq(error.code, "uri_malformed");
    ck_assert_str_eq(error.field, "uri");
}
END_TEST

START_TEST(messages_are_one_line)
{
    fail(&error, TASKS_INTERNAL, "internal", "ERROR:\tone\r\ntwo\x1b[0m\x7f end");
    ck_assert_str_eq(error.message, "ERROR: one  two [0m  end");
}
END_TEST

START_TEST(long_words_are_bounded)
{
    char word[100] = {0};
    memset(word, 'w', sizeof word - 1);
    fail_field(&error, word, word, "x");
    ck_assert_uint_eq(strlen(error.code), sizeof error.code - 1);
    ck_assert_uint_eq(strlen(error.field), sizeof error.field - 1);
}
END_TEST

START_TEST(what_is_quoted_may_be_cut_or_no_text_at_all)
{
    char word[40];
    fail(&error, TASKS_INVALID, "query_malformed", "%.2s|%s", "a\xC3\xA9", "\xFF\xE2\x82z\xC3\xA9\xC3");
    ck_assert_str_eq(error.message, "a?|???z\xC3\xA9?");
    snprintf(word, sizeof word, "%0*d\xC3\xA9", (int)sizeof error.field - 2, 0);
    fail_field(&error, word, word, "x");
    ck_assert_uint_eq(strlen(error.field), sizeof error.field - 2);
    ck_assert_uint_eq(strlen(error.code), sizeof error.code - 2);
}
END_TEST

START_TEST(long_messages_end_between_characters)
{
    static const char *const characters[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    for (int i = 0; i < RUN_COUNT(characters); i++)
        for (int shift = 0; shift < 260; shift++) {
            char text[1400];
            int length = snprintf(text, sizeof text, "%*s", shift, "");
            for (int k = 0; k < 256; k++)
                length += snprintf(text + length, sizeof text - (size_t)length, "%s", characters[i]);
            fail(&error, TASKS_INTERNAL, "internal", "%s", text);
            size_t kept = strlen(error.message);
            ck_assert_uint_lt(kept, sizeof error.message);
            ck_assert_uint_ge(kept, sizeof error.message - 8);
            ck_assert_str_eq(error.message + kept - 3, "...");
            ck_assert_int_ge(text_count(error.message, kept), 0);
        }
}
END_TEST

START_TEST(a_message_that_just_fits_is_whole)
{
    fail(&error, TASKS_INTERNAL, "internal", "%0*d", (int)sizeof error.message - 1, 0);
    ck_assert_uint_eq(strlen(error.message), sizeof error.message - 1);
    ck_assert_ptr_null(strchr(error.message, '.'));
}
END_TEST

int main(void)
{
    return run_suite(
        "fail", (const TTest *[]){
                    fills_every_member, names_the_field, says_out_of_memory, works_without_an_error_to_fill,
                    may_wrap_the_message_it_replaces, messages_are_one_line, long_words_are_bounded,
                    what_is_quoted_may_be_cut_or_no_text_at_all, long_messages_end_between_characters,
                    a_message_that_just_fits_is_whole, NULL});
}
