#include <stdio.h>
#include <string.h>

#include "program.h"
#include "run.h"
#include "tasks.h"

static const char *member(const result *r, const char *name)
{
    return json_string_value(json_object_get(program_json(r), name));
}

/* The owner that the token lets its holder in as; NULL if it lets nobody in. */
static const char *holder(const char *text)
{
    static char owner[64];
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_db *db;
    tasks_token *token;
    options.uri = "sqlite:tasks.db";
    ck_assert_int_eq(tasks_open(&options, &db, NULL), TASKS_OK);
    tasks_status status = tasks_token_find(db, text, &token, NULL);
    if (!status)
        snprintf(owner, sizeof owner, "%s", token->owner);
    tasks_token_free(token);
    tasks_close(db);
    return status ? NULL : owner;
}

START_TEST(a_new_token_is_shown_and_works)
{
    char text[64] = "";
    result r = RUN("token", "create", "--owner", "alice", "--quiet");
    program_expect(&r, 0, NULL, "");
    ck_assert_uint_eq(r.out_length, TASKS_TOKEN_SIZE);
    memcpy(text, r.out, TASKS_TOKEN_SIZE - 1);
    ck_assert_str_eq(holder(text), "alice");
    r = RUN("token", "create");
    program_expect(&r, 0, NULL, "");
    const char *start = "Token 2, which is not shown again:\ntasks_";
    ck_assert_int_eq(strncmp(r.out, start, strlen(start)), 0);
    r = RUN("token", "create", "--json", "--read-only", "--expires=2100-01-01T00:00:00Z");
    ck_assert_str_eq(holder(member(&r, "token")), "");
    ck_assert_str_eq(member(&r, "owner"), "");
    ck_assert_str_eq(member(&r, "expires_at"), "2100-01-01T00:00:00.000Z");
    ck_assert(json_is_true(json_object_get(program_json(&r), "read_only")));
}
END_TEST

START_TEST(lists_show_no_token)
{
    EXPECT(0, "", "", "token", "list");
    EXPECT(0, "[]\n", "", "token", "list", "--json");
    EXPECT(0, NULL, "", "token", "create", "--owner", "alice", "--read-only");
    EXPECT(0, NULL, "", "token", "create");
    result r = RUN("token", "list");
    program_expect(&r, 0, NULL, "");
    ck_assert_ptr_null(strstr(r.out, "tasks_"));
    ck_assert_ptr_nonnull(strstr(r.out, "ACCESS"));
    ck_assert_ptr_nonnull(strstr(r.out, "1       read "));
    ck_assert_ptr_nonnull(strstr(r.out, "alice\n"));
    ck_assert_ptr_nonnull(strstr(r.out, "(default)\n"));
    EXPECT(0, "1\n2\n", "", "token", "list", "--quiet");
    EXPECT(0, "1\n", "", "token", "list", "--quiet", "--owner", "alice");
    r = RUN("token", "list", "--json");
    ck_assert_uint_eq(json_array_size(program_json(&r)), 2);
    const json_t *first = json_array_get(program_json(&r), 0);
    ck_assert_ptr_null(json_object_get(first, "token"));
    ck_assert(json_is_null(json_object_get(first, "expires_at")));
    ck_assert(json_is_string(json_object_get(first, "created_at")));
}
END_TEST

START_TEST(a_revoked_token_is_gone)
{
    char text[64] = "";
    result r = RUN("token", "create", "--quiet");
    memcpy(text, r.out, TASKS_TOKEN_SIZE - 1);
    ck_assert_ptr_nonnull(holder(text));
    EXPECT(0, "Revoked token 1\n", "", "token", "revoke", "1");
    ck_assert_ptr_null(holder(text));
    REFUSES(3, "no such token", "token", "revoke", "1");
    EXPECT(0, "", "", "token", "list", "--quiet");
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
    REFUSES(2, "something is missing", "token");
    REFUSES(2, "'make' is neither create nor list nor revoke", "token", "make");
    REFUSES(2, "which token?", "token", "revoke");
    REFUSES(2, "'x' is no ID", "token", "revoke", "x");
    REFUSES(2, "'1' is too much", "token", "list", "1");
    REFUSES(2, "--read-only and --expires are for create", "token", "list", "--read-only");
    REFUSES(2, "--read-only and --expires are for create", "token", "revoke", "1", "--expires=today");
    REFUSES(2, "--owner is for create and list", "token", "revoke", "1", "--owner=a");
    REFUSES(2, "a time:", "token", "create", "--expires=soon");
    REFUSES(7, "owner", "token", "create", "--owner=a\nb");
}
END_TEST

int main(void)
{
    return program_tests("program_token",
                         (const TTest *[]){a_new_token_is_shown_and_works, lists_show_no_token,
                                           a_revoked_token_is_gone, what_is_wrong_is_named, NULL});
}
