#include "buf.h"

#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "starve.h"

static buf b;

START_TEST(appends_in_order)
{
    buf_init(&b, 1000);
    ck_assert_ptr_null(b.bytes);
    buf_bytes(&b, "one\0", 4);
    buf_text(&b, " two ");
    buf_char(&b, '3');
    buf_int(&b, -4);
    buf_print(&b, " %s=%d", "five", 5);
    buf_bytes(&b, NULL, 0);
    ck_assert_int_eq(b.status, TASKS_OK);
    ck_assert_uint_eq(b.length, 19);
    ck_assert_mem_eq(b.bytes, "one\0 two 3-4 five=5", 20);
    buf_done(&b);
    buf_done(&b);
}
END_TEST

START_TEST(integers)
{
    static const struct {
        int64_t number;
        const char *text;
    } rows[] = {{0, "0"},
                {-1, "-1"},
                {9, "9"},
                {10, "10"},
                {INT64_MAX, "9223372036854775807"},
                {INT64_MIN, "-9223372036854775808"}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        buf_init(&b, 20);
        buf_int(&b, rows[i].number);
        ck_assert_str_eq(b.bytes, rows[i].text);
        buf_done(&b);
    }
}
END_TEST

START_TEST(grows_to_exactly_the_cap)
{
    static const size_t caps[] = {0, 1, 2, 63, 64, 65, 127, 128, 129, 1000, 100000};
    for (int i = 0; i < RUN_COUNT(caps); i++) {
        buf_init(&b, caps[i]);
        for (size_t k = 0; k < caps[i]; k++)
            buf_char(&b, 'x');
        ck_assert_int_eq(b.status, TASKS_OK);
        ck_assert_uint_eq(b.length, caps[i]);
        buf_char(&b, 'y');
        ck_assert_int_eq(b.status, TASKS_INVALID);
        ck_assert_uint_eq(b.length, caps[i]);
        ck_assert(caps[i] == 0 || (b.bytes[caps[i] - 1] == 'x' && b.bytes[caps[i]] == '\0'));
        buf_done(&b);
    }
}
END_TEST

START_TEST(an_append_fits_whole_or_not_at_all)
{
    buf_init(&b, 10);
    buf_text(&b, "12345678");
    buf_text(&b, "abc");
    ck_assert_int_eq(b.status, TASKS_INVALID);
    ck_assert_str_eq(b.bytes, "12345678");
    buf_done(&b);
}
END_TEST

START_TEST(the_first_failure_sticks)
{
    buf_init(&b, 4);
    buf_text(&b, "12345");
    buf_text(&b, "1");
    buf_char(&b, '1');
    buf_int(&b, 1);
    buf_print(&b, "%d", 1);
    ck_assert_ptr_null(buf_reserve(&b, 0));
    ck_assert_int_eq(b.status, TASKS_INVALID);
    ck_assert_uint_eq(b.length, 0);
    buf_reset(&b);
    buf_text(&b, "1234");
    ck_assert_int_eq(b.status, TASKS_OK);
    ck_assert_str_eq(b.bytes, "1234");
    buf_done(&b);
}
END_TEST

START_TEST(reset_keeps_the_room)
{
    buf_init(&b, 1000);
    buf_reset(&b);
    ck_assert_ptr_null(b.bytes);
    buf_print(&b, "%0300d", 7);
    size_t room = b.room;
    buf_reset(&b);
    ck_assert_str_eq(b.bytes, "");
    ck_assert_uint_eq(b.length, 0);
    ck_assert_uint_eq(b.room, room);
    buf_done(&b);
}
END_TEST

START_TEST(reserved_room_is_claimed_by_commit)
{
    buf_init(&b, 100);
    buf_text(&b, "ab");
    char *place = buf_reserve(&b, 98);
    ck_assert_ptr_eq(place, b.bytes + 2);
    ck_assert_uint_eq(b.length, 2);
    memset(place, 'z', 98);
    buf_commit(&b, 3);
    ck_assert_str_eq(b.bytes, "abzzz");
    ck_assert_ptr_null(buf_reserve(&b, 96));
    ck_assert_int_eq(b.status, TASKS_INVALID);
    buf_done(&b);
}
END_TEST

START_TEST(huge_reservations_do_not_wrap)
{
    static const size_t caps[] = {100, SIZE_MAX / 2, SIZE_MAX - 1, SIZE_MAX};
    for (int i = 0; i < RUN_COUNT(caps); i++) {
        buf_init(&b, caps[i]);
        buf_text(&b, "abc");
        ck_assert_ptr_null(buf_reserve(&b, SIZE_MAX));
        ck_assert_int_eq(b.status, TASKS_INVALID);
        ck_assert_str_eq(b.bytes, "abc");
        buf_done(&b);
    }
}
END_TEST

START_TEST(prints_any_length)
{
    for (int length = 0; length <= 300; length++) {
        buf_init(&b, 200);
        buf_print(&b, "%*s", length, "");
        ck_assert_int_eq(b.status, length <= 200 ? TASKS_OK : TASKS_INVALID);
        ck_assert_uint_eq(b.length, length <= 200 ? length : 0);
        buf_done(&b);
    }
}
END_TEST

START_TEST(take_hands_over)
{
    size_t length;
    buf_init(&b, 10);
    buf_text(&b, "mine");
    char *text = buf_take(&b, &length);
    ck_assert_str_eq(text, "mine");
    ck_assert_uint_eq(length, 4);
    free(text);
    ck_assert_ptr_null(b.bytes);
    buf_text(&b, "next");
    text = buf_take(&b, NULL);
    ck_assert_str_eq(text, "next");
    free(text);
    text = buf_take(&b, &length);
    ck_assert_str_eq(text, "");
    ck_assert_uint_eq(length, 0);
    free(text);
}
END_TEST

START_TEST(take_of_a_full_buffer)
{
    size_t length;
    buf_init(&b, 4);
    buf_text(&b, "1234");
    char *text = buf_take(&b, &length);
    ck_assert_str_eq(text, "1234");
    ck_assert_uint_eq(length, 4);
    free(text);
}
END_TEST

START_TEST(take_of_a_failed_buffer_gives_nothing)
{
    size_t length = 9;
    buf_init(&b, 4);
    buf_text(&b, "1234");
    buf_char(&b, '5');
    ck_assert_ptr_null(buf_take(&b, &length));
    ck_assert_uint_eq(length, 0);
    ck_assert_int_eq(b.status, TASKS_INVALID);
    ck_assert_ptr_null(b.bytes);
}
END_TEST

static void fill(void)
{
    buf_text(&b, "start ");
    for (int i = 0; i < 200; i++)
        buf_int(&b, i);
    buf_print(&b, " %0*d", 1000, 1);
}

START_TEST(every_failed_allocation_is_reported)
{
    bool failed = true;
    int rounds = 0;
    for (long nth = 1; failed; nth++, rounds++) {
        buf_init(&b, 1 << 20);
        starve_at(nth);
        fill();
        failed = starve_happened();
        starve_at(0);
        ck_assert_int_eq(b.status, failed ? TASKS_NO_MEMORY : TASKS_OK);
        ck_assert(!b.bytes || strlen(b.bytes) == b.length);
        char *text = buf_take(&b, NULL);
        ck_assert((text == NULL) == failed);
        free(text);
    }
    ck_assert_int_gt(rounds, 3);
}
END_TEST

START_TEST(take_of_an_empty_buffer_can_fail)
{
    buf_init(&b, 10);
    starve_at(1);
    ck_assert_ptr_null(buf_take(&b, NULL));
    ck_assert_int_eq(b.status, TASKS_NO_MEMORY);
    buf_done(&b);
}
END_TEST

int main(void)
{
    return run_suite("buf",
                     (const TTest *[]){
                         appends_in_order, integers, grows_to_exactly_the_cap,
                         an_append_fits_whole_or_not_at_all, the_first_failure_sticks, reset_keeps_the_room,
                         reserved_room_is_claimed_by_commit, huge_reservations_do_not_wrap, prints_any_length,
                         take_hands_over, take_of_a_full_buffer, take_of_a_failed_buffer_gives_nothing,
                         every_failed_allocation_is_reported, take_of_an_empty_buffer_can_fail, NULL});
}
