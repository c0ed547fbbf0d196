#include "aws_reply.h"

#include <stdio.h>
#include <string.h>

#include "run.h"
#include "secret_json.h"

START_TEST(types_of_errors)
{
    static const struct {
        const char *text, *type;
    } answers[] = {
        {"{\"__type\":\"AccessDeniedException\",\"Message\":\"m\"}", "AccessDeniedException"},
        {"{\"__type\":\"com.amazonaws.x#InternalServiceError\"}", "InternalServiceError"},
        {"<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>",
         "InvalidClientTokenId"},
        {"{\"message\":\"no type\"}", ""},
        {"{\"__type\":7}", ""},
        {"{\"__type\":\"not a word\"}", ""},
        {"{\"__type\":\"#\"}", ""},
        {"<Code>one</Code><Code>two</Code>", ""},
        {"<Code>never closed", ""},
        {"</Code><Code>", ""},
        {"", ""},
        {"<html>", ""},
        {"{\"__type\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}", ""},
    };
    for (int i = 0; i < RUN_COUNT(answers); i++) {
        char type[AWS_REPLY_TYPE_SIZE];
        aws_reply_type(answers[i].text, strlen(answers[i].text), type);
        ck_assert_msg(!strcmp(type, answers[i].type), "%s: %s", answers[i].text, type);
    }
}
END_TEST

#define ROLE(id, key, token, expires)                                                                        \
    "{\"AccessKeyId\":" id ",\"SecretAccessKey\":" key ",\"Token\":" token ",\"Expiration\":" expires "}"
#define TIME "\"2030-01-01T00:00:00Z\""

START_TEST(roles)
{
    static const struct {
        const char *text;
        tasks_status status;
    } answers[] = {
        {ROLE("\"A1\"", "\"k/+=\"", "\"t/+==\"", TIME), TASKS_OK},
        {ROLE("\"A1\"", "\"k\"", "null", TIME), TASKS_OK},
        {ROLE("\"A1\"", "\"k\"", "\"t\"", "null"), TASKS_OK}, /* lasts, as far as we know */
        {ROLE("\"A1\"", "\"k\"", "\"t\"", "\"soon\""), TASKS_UNAVAILABLE},
        {ROLE("\"A 1\"", "\"k\"", "\"t\"", TIME), TASKS_UNAVAILABLE},
        {ROLE("\"\"", "\"k\"", "\"t\"", TIME), TASKS_UNAVAILABLE},
        {ROLE("\"A1\"", "\"k\\n\"", "\"t\"", TIME), TASKS_UNAVAILABLE},
        {ROLE("\"A1\"", "\"k\"", "\"t\\r\\nX: y\"", TIME), TASKS_UNAVAILABLE},
        {ROLE("\"A1\"", "[]", "\"t\"", TIME), TASKS_UNAVAILABLE},
        {"{\"Code\":\"AssumeRoleUnauthorizedAccess\"}", TASKS_DENIED},
        {"{}", TASKS_UNAVAILABLE},
        {"[]", TASKS_UNAVAILABLE},
        {"", TASKS_UNAVAILABLE},
    };
    for (int i = 0; i < RUN_COUNT(answers); i++) {
        aws_credentials found;
        tasks_error error = {0};
        ck_assert_msg(aws_reply_role(answers[i].text, strlen(answers[i].text), &found, &error) ==
                          answers[i].status,
                      "%s: %s", answers[i].text, error.message);
        aws_reply_credentials_done(&found);
    }
}
END_TEST

#define ASSUMED(id, key, token, expires)                                                                     \
    "<R><AccessKeyId>" id "</AccessKeyId><SecretAccessKey>" key "</SecretAccessKey><SessionToken>" token     \
    "</SessionToken><Expiration>" expires "</Expiration></R>"

START_TEST(assumed_roles)
{
    static const struct {
        const char *text;
        tasks_status status;
    } answers[] = {
        {ASSUMED("A1", "k", "t", "2030-01-01T00:00:00Z"), TASKS_OK},
        {ASSUMED("A1", "k", "t", ""), TASKS_UNAVAILABLE},
        {ASSUMED("A1", "k", "", "2030-01-01T00:00:00Z"), TASKS_UNAVAILABLE},
        {ASSUMED("A1", "k&amp;", "t", "2030-01-01T00:00:00Z"), TASKS_UNAVAILABLE},
        {ASSUMED("A1", "<x>k</x>", "t", "2030-01-01T00:00:00Z"), TASKS_UNAVAILABLE},
        {"<AccessKeyId>A1</AccessKeyId>", TASKS_UNAVAILABLE},
        {"<AccessKeyId>A1", TASKS_UNAVAILABLE},
        {"", TASKS_UNAVAILABLE},
    };
    for (int i = 0; i < RUN_COUNT(answers); i++) {
        aws_credentials found;
        tasks_error error = {0};
        ck_assert_msg(aws_reply_assumed(answers[i].text, strlen(answers[i].text), &found, &error) ==
                          answers[i].status,
                      "%s: %s", answers[i].text, error.message);
        ck_assert(answers[i].status || found.expires_ms == INT64_C(1893456000000));
        aws_reply_credentials_done(&found);
    }
}
END_TEST

START_TEST(names)
{
    static const struct {
        const char *text, *name; /* NULL: refused */
    } answers[] = {{"role", "role"},
                   {"role\nother", "role"},
                   {"a+=,.@_-b", "a+=,.@_-b"},
                   {"", NULL},
                   {"\n", NULL},
                   {"../x", NULL},
                   {"a b", NULL},
                   {"12345678", "12345678"},
                   {"123456789x", NULL}};
    for (int i = 0; i < RUN_COUNT(answers); i++) {
        char name[10];
        tasks_status status =
            aws_reply_name(answers[i].text, strlen(answers[i].text), name, sizeof name, NULL);
        ck_assert_msg(status == (answers[i].name ? TASKS_OK : TASKS_UNAVAILABLE), "%s", answers[i].text);
        if (!status)
            ck_assert_str_eq(name, answers[i].name);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {types_of_errors, roles, assumed_roles, names, NULL};
    return run_suite("aws_reply", tests);
}
