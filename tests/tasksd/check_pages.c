#include "pages.h"

#include <stdlib.h>
#include <string.h>

#include "run.h"

static const struct pages_key KEY = {"", "http://h/tasks/", "limit=2"};
static const struct pages_state STATE = {7, 0};

static tasks_text *text_of(size_t length)
{
    char *bytes = calloc(1, length + 1);
    tasks_text *text = malloc(sizeof *text);
    ck_assert(bytes && text);
    memset(bytes, 'x', length);
    *text = (tasks_text){length, bytes};
    return text;
}

/* Answers with a text of `length` bytes, which is to be kept. */
static void keep(struct pages *pages, const struct pages_key *key, struct pages_state state, size_t length,
                 const char *cursor)
{
    struct http_response rs;
    http_response_init(&rs);
    tasks_text *text = text_of(length);
    pages_keep(pages, key, state, text, cursor, &rs);
    ck_assert_ptr_eq(rs.bytes, text->bytes);
    ck_assert_uint_eq(rs.size, length);
    http_response_done(&rs);
}

/* The length of what is kept, or -1. */
static int kept(struct pages *pages, const struct pages_key *key, struct pages_state state)
{
    struct http_response rs;
    const char *cursor;
    http_response_init(&rs);
    int length = pages_answer(pages, key, state, &rs, &cursor) ? (int)rs.size : -1;
    http_response_done(&rs);
    return length;
}

START_TEST(is_good_for_its_state_only)
{
    static const struct pages_state others[] = {{6, 0}, {8, 0}, {7, 1}, {0, 7}};
    struct pages *pages = pages_new();
    ck_assert(!pages_known(pages, &KEY));
    ck_assert_int_eq(kept(pages, &KEY, STATE), -1);
    keep(pages, &KEY, STATE, 5, NULL);
    ck_assert(pages_known(pages, &KEY));
    ck_assert_int_eq(kept(pages, &KEY, STATE), 5);
    for (int i = 0; i < RUN_COUNT(others); i++)
        ck_assert_int_eq(kept(pages, &KEY, others[i]), -1);
    keep(pages, &KEY, others[1], 6, NULL);
    ck_assert_int_eq(kept(pages, &KEY, STATE), -1);
    ck_assert_int_eq(kept(pages, &KEY, others[1]), 6);
    pages_free(pages);
}
END_TEST

START_TEST(is_good_for_its_request_only)
{
    static const struct pages_key others[] = {
        {"bob", "http://h/tasks/", "limit=2"}, {"", "https://h/tasks/", "limit=2"},
        {"", "http://h/tasks/", "limit=3"},    {"", "http://h/tasks/", NULL},
        {"", "http://h/tasks/", "limit=2&"},
    };
    struct pages *pages = pages_new();
    keep(pages, &KEY, STATE, 5, NULL);
    for (int i = 0; i < RUN_COUNT(others); i++) {
        ck_assert(!pages_known(pages, &others[i]));
        ck_assert_int_eq(kept(pages, &others[i], STATE), -1);
    }
    pages_free(pages);
}
END_TEST

START_TEST(keeps_the_cursor)
{
    struct http_response rs;
    const char *cursor;
    struct pages *pages = pages_new();
    http_response_init(&rs);
    keep(pages, &KEY, STATE, 5, "abc");
    ck_assert(pages_answer(pages, &KEY, STATE, &rs, &cursor));
    ck_assert_str_eq(cursor, "abc");
    http_response_done(&rs);
    pages_free(pages);
}
END_TEST

START_TEST(an_answer_outlives_its_place)
{
    struct http_response rs;
    const char *cursor;
    struct pages *pages = pages_new();
    http_response_init(&rs);
    keep(pages, &KEY, STATE, 5, "abc");
    ck_assert(pages_answer(pages, &KEY, STATE, &rs, &cursor));
    keep(pages, &KEY, STATE, 6, NULL);
    pages_free(pages);
    ck_assert_int_eq(memcmp(rs.bytes, "xxxxx", 5), 0);
    ck_assert_str_eq(cursor, "abc");
    http_response_done(&rs);
}
END_TEST

START_TEST(the_large_are_not_kept)
{
    static char query[64 << 10];
    const struct pages_key key = {"", "http://h/tasks/", memset(query, 'q', sizeof query - 1)};
    struct pages *pages = pages_new();
    keep(pages, &KEY, STATE, 1 << 20, NULL);
    ck_assert(!pages_known(pages, &KEY));
    keep(pages, &key, STATE, 5, NULL);
    ck_assert(!pages_known(pages, &key));
    pages_free(pages);
}
END_TEST

int main(void)
{
    return run_suite("pages", (const TTest *[]){is_good_for_its_state_only, is_good_for_its_request_only,
                                                keeps_the_cursor, an_answer_outlives_its_place,
                                                the_large_are_not_kept, NULL});
}
