#include "idempotency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static tasks_error error;
static arena memory;

static tasks_status read_value(const char *value, const char **key)
{
    static struct http_header header;
    header = (struct http_header){"idempotency-key", value};
    struct http_request rq = {.headers = &header, .header_count = value ? 1 : 0, .memory = &memory};
    return idempotency_read(&rq, key, &error);
}

START_TEST(reads_bare_and_quoted_keys)
{
    static const struct {
        const char *value, *key;
    } rows[] = {
        {NULL, NULL},
        {"k", "k"},
        {"8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"},
        {"\"8e03978e\"", "8e03978e"},
        {"\"a b\"", "a b"},
        {"\"a\\\"b\\\\c\"", "a\"b\\c"},
        {"a\"b", "a\"b"},
    };
    const char *key;
    arena_init(&memory);
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ck_assert_msg(read_value(rows[i].value, &key) == TASKS_OK, "%s", rows[i].value);
        if (rows[i].key)
            ck_assert_str_eq(key, rows[i].key);
        else
            ck_assert_ptr_null(key);
    }
    arena_done(&memory);
}
END_TEST

START_TEST(refuses_other_keys)
{
    static const char *const rows[] = {"",        "\"",      "\"\"",     "\"a",      "\"a\"b",
                                       "\"a\\\"", "\"\\a\"", "\xc3\xa4", "\"a\tb\"", "a\x7f"};
    const char *key;
    arena_init(&memory);
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ck_assert_msg(read_value(rows[i], &key) == TASKS_INVALID, "%s", rows[i]);
        ck_assert_str_eq(error.code, "key_malformed");
        ck_assert_ptr_null(key);
    }
    arena_done(&memory);
}
END_TEST

START_TEST(keys_are_bounded)
{
    char text[IDEMPOTENCY_KEY_MAX + 2];
    const char *key;
    arena_init(&memory);
    memset(text, 'k', sizeof text);
    text[IDEMPOTENCY_KEY_MAX] = '\0';
    ck_assert_int_eq(read_value(text, &key), TASKS_OK);
    ck_assert_uint_eq(strlen(key), IDEMPOTENCY_KEY_MAX);
    text[IDEMPOTENCY_KEY_MAX] = 'k';
    text[IDEMPOTENCY_KEY_MAX + 1] = '\0';
    ck_assert_int_eq(read_value(text, &key), TASKS_INVALID);
    arena_done(&memory);
}
END_TEST

START_TEST(two_headers_are_one_too_many)
{
    const struct http_header headers[] = {{"Idempotency-Key", "a"}, {"idempotency-key", "a"}};
    const struct http_request rq = {.headers = headers, .header_count = 2, .memory = &memory};
    const char *key;
    ck_assert_int_eq(idempotency_read(&rq, &key, &error), TASKS_INVALID);
}
END_TEST

START_TEST(a_key_is_under_way_once_for_an_owner)
{
    struct idempotency list;
    struct idempotency_entry first = {"a", "k", NULL}, same = first, other = {"b", "k", NULL},
                             another = {"a", "l", NULL};
    idempotency_init(&list);
    ck_assert(idempotency_begin(&list, &first));
    ck_assert(!idempotency_begin(&list, &same));
    ck_assert(idempotency_begin(&list, &other));
    ck_assert(idempotency_begin(&list, &another));
    idempotency_end(&list, &first);
    ck_assert(idempotency_begin(&list, &same));
    idempotency_end(&list, &other);
    idempotency_end(&list, &another);
    idempotency_end(&list, &same);
    ck_assert_ptr_null(list.first);
    idempotency_done(&list);
}
END_TEST

int main(void)
{
    return run_suite("idempotency", (const TTest *[]){reads_bare_and_quoted_keys, refuses_other_keys,
                                                      keys_are_bounded, two_headers_are_one_too_many,
                                                      a_key_is_under_way_once_for_an_owner, NULL});
}
