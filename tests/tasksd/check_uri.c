#include "uri.h"

#include <string.h>

#include "run.h"

static arena memory;

START_TEST(decodes_paths)
{
    static const char *const rows[][2] = {{"/tasks", "/tasks"},     {"/t%61sks/1", "/tasks/1"},
                                          {"/%C3%A9", "/\xc3\xa9"}, {"/a+b", "/a+b"},
                                          {"/%2B%25", "/+%"},       {"/%7e", "/~"},
                                          {"/a%20b", "/a b"},       {"", ""}};
    arena_init(&memory);
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        const char *path;
        ck_assert_int_eq(uri_path_read(rows[i][0], &memory, &path, NULL), TASKS_OK);
        ck_assert_str_eq(path, rows[i][1]);
    }
    arena_done(&memory);
}
END_TEST

START_TEST(refuses_bad_paths)
{
    static const char *const rows[] = {"/tasks/1%00x", "/%zz",       "/%",         "/%4",     "/%4g",
                                       "/% 41",        "/a%2fb",     "/a%2Fb",     "/%ff",    "/%c3",
                                       "/%c0%af",      "/%ed%a0%80", "/%0d%0aX:y", "/%7f",    "/%09",
                                       "/%e2%80%a8",   "/%-1",       "/%+1",       "/%u0041", "/%C3%28"};
    arena_init(&memory);
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        const char *path;
        tasks_error error;
        ck_assert_msg(uri_path_read(rows[i], &memory, &path, &error) == TASKS_INVALID, "%s", rows[i]);
        ck_assert_str_eq(error.code, "path_malformed");
        ck_assert_ptr_null(path);
    }
    arena_done(&memory);
}
END_TEST

START_TEST(reads_queries)
{
    struct uri_query query;
    arena_init(&memory);
    ck_assert_int_eq(uri_query_read("a=1&b=x%20y+z&&c&d=&e=%26%3D%2f&%C3%A9=%2B", &memory, &query, NULL),
                     TASKS_OK);
    ck_assert_uint_eq(query.count, 6);
    ck_assert_str_eq(uri_query_get(&query, "a"), "1");
    ck_assert_str_eq(uri_query_get(&query, "b"), "x y z");
    ck_assert_str_eq(uri_query_get(&query, "c"), "");
    ck_assert_str_eq(uri_query_get(&query, "d"), "");
    ck_assert_str_eq(uri_query_get(&query, "e"), "&=/");
    ck_assert_str_eq(uri_query_get(&query, "\xc3\xa9"), "+");
    ck_assert_ptr_null(uri_query_get(&query, "f"));
    ck_assert_int_eq(uri_query_read(NULL, &memory, &query, NULL), TASKS_OK);
    ck_assert_uint_eq(query.count, 0);
    arena_done(&memory);
}
END_TEST

START_TEST(refuses_bad_queries)
{
    static const char *const rows[][2] = {
        {"a=1&a=2", "parameter_repeated"},
        {"a=1&%61=2", "parameter_repeated"},
        {"a=%00", "query_malformed"},
        {"a=%zz", "query_malformed"},
        {"%ff=1", "query_malformed"},
        {"a=%c3", "query_malformed"},
        {"a=%0a", "query_malformed"},
        {"a=%", "query_malformed"},
        {"a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q", "query_malformed"},
    };
    arena_init(&memory);
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        struct uri_query query;
        tasks_error error;
        ck_assert_msg(uri_query_read(rows[i][0], &memory, &query, &error) == TASKS_INVALID, "%s", rows[i][0]);
        ck_assert_str_eq(error.code, rows[i][1]);
    }
    arena_done(&memory);
}
END_TEST

START_TEST(what_is_encoded_comes_back)
{
    char every[256];
    buf text;
    struct uri_query query;
    size_t count = 0;
    for (int c = ' '; c < 127; c++)
        every[count++] = (char)c;
    memcpy(every + count, "\xc3\xa9", 3);
    arena_init(&memory);
    buf_init(&text, 1024);
    buf_text(&text, "a=");
    uri_encode(&text, every);
    ck_assert_uint_eq(strcspn(text.bytes, " <>\"&;,"), text.length);
    ck_assert_int_eq(uri_query_read(text.bytes, &memory, &query, NULL), TASKS_OK);
    ck_assert_uint_eq(query.count, 1);
    ck_assert_str_eq(uri_query_get(&query, "a"), every);
    buf_done(&text);
    arena_done(&memory);
}
END_TEST

int main(void)
{
    return run_suite("uri", (const TTest *[]){decodes_paths, refuses_bad_paths, reads_queries,
                                              refuses_bad_queries, what_is_encoded_comes_back, NULL});
}
