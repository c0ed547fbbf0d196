#include "tokens.h"

#include <string.h>

#include "run.h"

enum { FOR_EVER = 1 << 30 };

static tasks_db *db;
static tasks_error error;
static int64_t clock_ms;

static int64_t read_clock(void *context)
{
    return *(int64_t *)context;
}

static void setup(void)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = "sqlite::memory:";
    options.now_ms = read_clock;
    options.now_context = &clock_ms;
    clock_ms = 1000;
    ck_assert_int_eq(tasks_open(&options, &db, &error), TASKS_OK);
}

static int64_t create(const char *owner, int32_t read_only, int64_t expires_at_ms,
                      char text[TASKS_TOKEN_SIZE])
{
    int64_t id;
    ck_assert_int_eq(tasks_token_create(db, owner, read_only, expires_at_ms, text, &id, &error), TASKS_OK);
    return id;
}

START_TEST(a_token_is_remembered_with_all_it_says)
{
    char text[TASKS_TOKEN_SIZE];
    struct tokens_holder holder = {.token = 0};
    setup();
    int64_t id = create("alice", 1, TASKS_NO_TIME, text);
    struct tokens *tokens = tokens_new(tokens_of_store, db, FOR_EVER);
    ck_assert_int_eq(tokens_recall(tokens, text, &holder), TOKENS_UNKNOWN);
    ck_assert_int_eq(tokens_find(tokens, text, &holder, &error), TASKS_OK);
    holder = (struct tokens_holder){.token = 0};
    ck_assert_int_eq(tokens_recall(tokens, text, &holder), TOKENS_GOOD);
    ck_assert_int_eq(holder.token, id);
    ck_assert_str_eq(holder.owner, "alice");
    ck_assert(holder.read_only);
    text[20] ^= 1;
    ck_assert_int_eq(tokens_recall(tokens, text, &holder), TOKENS_UNKNOWN);
    tokens_free(tokens);
    tasks_close(db);
}
END_TEST

START_TEST(what_is_wrong_is_not_remembered)
{
    static const char *const rows[] = {
        "", "tasks_", "x", "tasks_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "tasks_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    struct tokens_holder holder;
    setup();
    struct tokens *tokens = tokens_new(tokens_of_store, db, FOR_EVER);
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ck_assert_int_eq(tokens_find(tokens, rows[i], &holder, &error), TASKS_DENIED);
        ck_assert_str_eq(error.code, "token_unknown");
        ck_assert_int_eq(tokens_recall(tokens, rows[i], &holder), TOKENS_UNKNOWN);
    }
    tokens_free(tokens);
    tasks_close(db);
}
END_TEST

START_TEST(a_revoked_token_is_forgotten)
{
    char text[TASKS_TOKEN_SIZE];
    struct tokens_holder holder;
    setup();
    int64_t id = create("alice", 0, TASKS_NO_TIME, text);
    struct tokens *brief = tokens_new(tokens_of_store, db, 0),
                  *lasting = tokens_new(tokens_of_store, db, FOR_EVER);
    ck_assert_int_eq(tokens_find(brief, text, &holder, &error), TASKS_OK);
    ck_assert_int_eq(tokens_find(lasting, text, &holder, &error), TASKS_OK);
    ck_assert_int_eq(tasks_token_revoke(db, id, &error), TASKS_OK);
    ck_assert_int_eq(tokens_recall(lasting, text, &holder), TOKENS_GOOD);
    ck_assert_int_eq(tokens_recall(brief, text, &holder), TOKENS_STALE);
    ck_assert_int_eq(tokens_find(brief, text, &holder, &error), TASKS_DENIED);
    tokens_forget(lasting);
    ck_assert_int_eq(tokens_recall(lasting, text, &holder), TOKENS_UNKNOWN);
    ck_assert_int_eq(tokens_recall(brief, text, &holder), TOKENS_UNKNOWN);
    tokens_free(brief);
    tokens_free(lasting);
    tasks_close(db);
}
END_TEST

/* The store of this test lives in 1970, so that to the memory every time is over. */
START_TEST(an_expired_token_is_not_taken_from_memory)
{
    char text[TASKS_TOKEN_SIZE];
    struct tokens_holder holder;
    setup();
    create("alice", 0, 2000, text);
    struct tokens *tokens = tokens_new(tokens_of_store, db, FOR_EVER);
    ck_assert_int_eq(tokens_find(tokens, text, &holder, &error), TASKS_OK);
    ck_assert_int_eq(tokens_recall(tokens, text, &holder), TOKENS_STALE);
    clock_ms = 2000;
    ck_assert_int_eq(tokens_find(tokens, text, &holder, &error), TASKS_DENIED);
    ck_assert_str_eq(error.code, "token_expired");
    tokens_free(tokens);
    tasks_close(db);
}
END_TEST

int main(void)
{
    return run_suite("tokens",
                     (const TTest *[]){a_token_is_remembered_with_all_it_says,
                                       what_is_wrong_is_not_remembered, a_revoked_token_is_forgotten,
                                       an_expired_token_is_not_taken_from_memory, NULL});
}
