/* aws: against a stand-in that checks signatures. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws_credentials.h"
#include "run.h"
#include "secret.h"
#include "stand_in.h"

extern char **environ;

#define VALUE "{\"username\":\"u\",\"password\":\"canary\"}"

static const stand_in_user users[] = {
    {"AKIDEXAMPLE", "example/secret+key", NULL, true},
    {"ASIAEXAMPLE", "example/session+key", "example/session+token==", true},
    {"AKIDDENIED", "example/secret+key", NULL, false},
    {0},
};

static stand_in aws = {.users = users,
                       .name = "prod/tasks-db",
                       .current = VALUE,
                       .previous = "{\"password\":\"older\"}",
                       .region = "eu-west-1",
                       .lifetime_s = 3600};
static web *s;
static char folder[64];

static void forget_environment(void)
{
    for (char **variable = environ; *variable;)
        if (strncmp(*variable, "AWS_", 4) == 0) {
            char name[128];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(*variable, "="), *variable);
            unsetenv(name);
        } else {
            variable++;
        }
}

/* Variables by name and value in turn; "@" in front of a path stands for the stand-in. */
static void set(const char *const *variables)
{
    for (; variables && *variables; variables += 2)
        setenv(variables[0],
               variables[1][0] == '@' ? web_url(s, "127.0.0.1", variables[1] + 1) : variables[1], 1);
}

#define KEYS(id, key) "AWS_ACCESS_KEY_ID", id, "AWS_SECRET_ACCESS_KEY", key
#define RIGHT_KEYS    KEYS("AKIDEXAMPLE", "example/secret+key")
#define ENV(...)                                                                                             \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }
#define REGION "AWS_REGION", "eu-west-1"

static void setup(void)
{
    forget_environment();
    s = stand_in_start(&aws);
    set(ENV("AWS_ENDPOINT_URL", "@", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "@"));
}

static void teardown(void)
{
    web_stop(s);
}

static tasks_status read_of(const char *reference, secret_version version, char value[256],
                            tasks_error *error)
{
    static const secret_vault none;
    secret found;
    memset(error, 0, sizeof *error);
    tasks_status status = secret_read(reference, &none, version, &found, error);
    snprintf(value, 256, "%s", found.value.text ? found.value.text : "");
    secret_done(&found);
    ck_assert_ptr_null(strstr(error->message, "canary"));
    ck_assert_ptr_null(strstr(error->message, "example/s"));
    return status;
}

static void expect(const char *name, tasks_status wanted, const char *code, const char *in_message)
{
    char value[256];
    tasks_error error;
    tasks_status status = read_of("aws:prod/tasks-db", SECRET_CURRENT, value, &error);
    ck_assert_msg(status == wanted && !strcmp(error.code, code), "%s: %d %s: %s", name, status, error.code,
                  error.message);
    ck_assert_msg(strstr(error.message, in_message) != NULL, "%s: %s", name, error.message);
    ck_assert_msg(status || !strcmp(value, VALUE), "%s: %s", name, value);
}

/* ---- Keys ---- */

START_TEST(signatures_are_right)
{
    static const struct {
        const char *name, *id, *key, *token;
        tasks_status status;
        const char *code;
    } keys[] = {
        {"right", "AKIDEXAMPLE", "example/secret+key", NULL, TASKS_OK, ""},
        {"wrong key", "AKIDEXAMPLE", "example/other+key", NULL, TASKS_DENIED, "keys_refused"},
        {"unknown ID", "AKIDNOBODY", "example/secret+key", NULL, TASKS_DENIED, "keys_refused"},
        {"session", "ASIAEXAMPLE", "example/session+key", "example/session+token==", TASKS_OK, ""},
        {"session without its token", "ASIAEXAMPLE", "example/session+key", NULL, TASKS_DENIED,
         "keys_refused"},
        {"another token", "ASIAEXAMPLE", "example/session+key", "example/another", TASKS_DENIED,
         "keys_refused"},
        {"token too many", "AKIDEXAMPLE", "example/secret+key", "example", TASKS_DENIED, "keys_refused"},
        {"without permission", "AKIDDENIED", "example/secret+key", NULL, TASKS_DENIED, "secret_denied"},
        {"half", "AKIDEXAMPLE", "", NULL, TASKS_DENIED, "secret_denied"},
        {"broken", "AKID\nEXAMPLE", "example", NULL, TASKS_DENIED, "keys_refused"},
    };
    for (int i = 0; i < RUN_COUNT(keys); i++) {
        set(ENV(REGION, KEYS(keys[i].id, keys[i].key), "AWS_SESSION_TOKEN",
                keys[i].token ? keys[i].token : ""));
        expect(keys[i].name, keys[i].status, keys[i].code, "");
    }
}
END_TEST

START_TEST(versions_and_names)
{
    char value[256];
    tasks_error error;
    set(ENV(REGION, RIGHT_KEYS));
    ck_assert_int_eq(read_of("aws:prod/tasks-db", SECRET_PREVIOUS, value, &error), TASKS_OK);
    ck_assert_str_eq(value, "{\"password\":\"older\"}");
    ck_assert_int_eq(read_of("aws:prod/tasks-db#password", SECRET_CURRENT, value, &error), TASKS_OK);
    ck_assert_str_eq(value, "canary");
    aws.previous = NULL;
    ck_assert_int_eq(read_of("aws:prod/tasks-db", SECRET_PREVIOUS, value, &error), TASKS_NOT_FOUND);
    ck_assert_int_eq(read_of("aws:prod/other", SECRET_CURRENT, value, &error), TASKS_UNAVAILABLE);
    ck_assert_str_eq(error.code, "secret_missing");
    ck_assert_int_eq(read_of("aws:prod tasks", SECRET_CURRENT, value, &error), TASKS_INVALID);
    ck_assert_int_eq(read_of("aws:\"},{\"", SECRET_CURRENT, value, &error), TASKS_INVALID);
}
END_TEST

START_TEST(the_region_is_that_of_the_arn_first)
{
    char value[256];
    tasks_error error;
    aws.name = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/tasks-db-AbCdEf";
    set(ENV("AWS_REGION", "us-east-1", RIGHT_KEYS));
    ck_assert_int_eq(
        read_of("aws:arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/tasks-db-AbCdEf#username",
                SECRET_CURRENT, value, &error),
        TASKS_OK);
    ck_assert_str_eq(value, "u");
    ck_assert_int_eq(read_of("aws:arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/tasks-db-AbCdEf",
                             SECRET_CURRENT, value, &error),
                     TASKS_DENIED); /* signed for another region than the stand-in's */
}
END_TEST

START_TEST(the_region_comes_from_the_instance_at_last)
{
    set(ENV(RIGHT_KEYS));
    expect("instance", TASKS_OK, "", "");
    set(ENV("AWS_DEFAULT_REGION", "us-east-1"));
    expect("AWS_DEFAULT_REGION", TASKS_DENIED, "keys_refused", "");
    set(ENV("AWS_REGION", "eu-west-1"));
    expect("AWS_REGION", TASKS_OK, "", "");
    set(ENV("AWS_REGION", "eu west"));
    expect("no region", TASKS_INVALID, "option_malformed", "AWS_REGION");
}
END_TEST

START_TEST(a_wrong_clock_is_named)
{
    set(ENV(REGION, RIGHT_KEYS));
    aws.skew_s = 17 * 60;
    expect("behind", TASKS_DENIED, "keys_refused", "clock is 17 minutes behind");
    aws.skew_s = -42 * 60;
    expect("ahead", TASKS_DENIED, "keys_refused", "clock is 42 minutes ahead of");
    aws.skew_s = 60;
    expect("a little", TASKS_OK, "", "");
}
END_TEST

/* ---- Answers ---- */

static const struct {
    const char *name;
    web_handler *fail;
    int times, calls; /* how often it fails, how often we are to call */
    tasks_status status;
    const char *code, *in_message;
} answers[] = {
    {"throttled", stand_in_throttled, 2, 3, TASKS_OK, "", ""},
    {"throttled for long", stand_in_throttled, 99, 5, TASKS_UNAVAILABLE, "secret_away", "fewer calls"},
    {"broken", stand_in_broken, 4, 5, TASKS_OK, "", ""},
    {"broken for long", stand_in_broken, 99, 5, TASKS_UNAVAILABLE, "secret_away", "HTTP 500"},
    {"half", stand_in_half, 1, 2, TASKS_OK, "", ""},
    {"hanging", stand_in_hanging, 1, 2, TASKS_OK, "", ""},
    {"huge", stand_in_huge, 1, 1, TASKS_UNAVAILABLE, "secret_away", "more than 524288 bytes"},
    {"redirecting", stand_in_redirecting, 1, 1, TASKS_UNAVAILABLE, "secret_away", "elsewhere"},
    {"denying", stand_in_denying, 1, 1, TASKS_DENIED, "secret_denied", "allow secretsmanager:GetSecretValue"},
    {"who was denied", stand_in_denying, 1, 1, TASKS_DENIED, "secret_denied",
     "asked: Secrets Manager in eu-west-1 (AWS_REGION), with credentials from the environment"},
    {"undecryptable", stand_in_undecryptable, 1, 1, TASKS_DENIED, "secret_denied", "kms:Decrypt"},
    {"forbidding", stand_in_forbidding, 1, 1, TASKS_DENIED, "secret_denied", "HTTP 403"},
    {"garbled", stand_in_garbled, 1, 1, TASKS_UNAVAILABLE, "secret_unusable", "JSON, line 1"},
    {"binary", stand_in_binary, 1, 1, TASKS_UNAVAILABLE, "secret_unusable", "binary"},
    {"textless", stand_in_textless, 1, 1, TASKS_UNAVAILABLE, "secret_unusable", "SecretString"},
};

START_TEST(answers_lead_to_patience_or_to_words)
{
    set(ENV(REGION, RIGHT_KEYS));
    aws.fail = answers[_i].fail;
    aws.fail_times = answers[_i].times;
    expect(answers[_i].name, answers[_i].status, answers[_i].code, answers[_i].in_message);
    ck_assert_msg(aws.secret_calls == answers[_i].calls, "%s: %d calls", answers[_i].name, aws.secret_calls);
    ck_assert_int_eq(web_count(s), aws.secret_calls); /* nothing else was called, above all not "elsewhere" */
}
END_TEST

/* ---- Where credentials are from ---- */

static void write_file(const char *name, const char *text, char path[256])
{
    snprintf(path, 256, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

START_TEST(an_instance_gives_a_role)
{
    set(ENV(REGION));
    expect("first", TASKS_OK, "", "");
    expect("kept", TASKS_OK, "", "");
    ck_assert_int_eq(aws.role_calls, 1);
    ck_assert_int_eq(aws.token_calls, 1);
}
END_TEST

START_TEST(credentials_are_renewed_before_they_expire)
{
    set(ENV(REGION));
    aws.lifetime_s = 60;
    expect("first", TASKS_OK, "", "");
    expect("soon to expire", TASKS_OK, "", "");
    ck_assert_int_eq(aws.role_calls, 2);
    aws.lifetime_s = 3600;
    expect("renewed", TASKS_OK, "", "");
    expect("kept", TASKS_OK, "", "");
    ck_assert_int_eq(aws.role_calls, 3);
}
END_TEST

START_TEST(credentials_that_cannot_be_renewed_are_used_up)
{
    set(ENV(REGION));
    aws.lifetime_s = 60;
    expect("first", TASKS_OK, "", "");
    aws.only_version_1 = true;
    expect("not renewed", TASKS_OK, "", "");
    ck_assert(aws_credentials_forget());
    expect("gone", TASKS_UNAVAILABLE, "secret_away", "instance metadata");
}
END_TEST

START_TEST(refused_credentials_are_asked_for_once_more)
{
    static const stand_in_user other[] = {{"AKIDEXAMPLE", "example/secret+key", NULL, true},
                                          {"ASIANEWER", "example/newer+key", "example/newer+token", true},
                                          {0}};
    set(ENV(REGION));
    expect("first", TASKS_OK, "", "");
    aws.users = other;
    expect("withdrawn", TASKS_OK, "", "");
    ck_assert_int_eq(aws.role_calls, 2);
}
END_TEST

START_TEST(a_metadata_token_may_expire)
{
    set(ENV(REGION));
    aws.expire_every = 3;
    expect("expired", TASKS_OK, "", "");
}
END_TEST

START_TEST(metadata_that_will_not_do)
{
    set(ENV(REGION));
    aws.only_version_1 = true;
    expect("version 1", TASKS_UNAVAILABLE, "secret_away", "version 2 of the service is a must");
    ck_assert_int_eq(web_count(s), 1); /* and is not asked any further */
    aws.only_version_1 = false;
    aws.instead = stand_in_forbidding;
    expect("forbidding", TASKS_UNAVAILABLE, "secret_away", "no AWS credentials from instance metadata");
    aws.instead = stand_in_hanging;
    expect("hanging", TASKS_TIMEOUT, "secret_away", "does not answer in time");
    set(ENV("AWS_EC2_METADATA_DISABLED", "true"));
    int before = web_count(s);
    expect("off", TASKS_DENIED, "secret_denied", "no AWS credentials");
    ck_assert_int_eq(web_count(s), before);
    set(ENV("AWS_EC2_METADATA_DISABLED", "", "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "http://metadata.example/"));
    expect("foreign", TASKS_DENIED, "secret_denied", "metadata.example without TLS");
}
END_TEST

START_TEST(a_container_gives_a_role)
{
    char path[256];
    aws.authorization = "first token";
    write_file("token", "first token\n", path);
    set(ENV(REGION, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "@/role", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            "another"));
    expect("wrong token", TASKS_DENIED, "secret_away", "HTTP 401");
    set(ENV("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path));
    expect("token file", TASKS_OK, "", "");
    aws.authorization = "second token";
    write_file("token", "second token", path);
    ck_assert(aws_credentials_forget());
    expect("changed token file", TASKS_OK, "", "");
    ck_assert_int_eq(aws.role_calls, 2);
    unlink(path);
    ck_assert(aws_credentials_forget());
    expect("no token file", TASKS_UNAVAILABLE, "secret_away", "TOKEN_FILE");
    ck_assert_int_eq(aws.token_calls, 0); /* the instance was not asked instead */
}
END_TEST

START_TEST(a_container_endpoint_is_near_or_has_tls)
{
    static const struct {
        const char *name, *value, *in_message;
    } places[] = {
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://198.51.100.1/role", "198.51.100.1 without TLS"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1.example/role",
         "127.0.0.1.example without TLS"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1@198.51.100.1/role", "no URL"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://[2001:db8::1]/role", "2001:db8::1 without TLS"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "ftp://127.0.0.1/role", "127.0.0.1 without TLS"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "role", "no URL"},
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "role", "begin with /"},
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@evil.example/role", "begin with /"},
    };
    char value[256];
    tasks_error error;
    for (int i = 0; i < RUN_COUNT(places); i++) {
        setenv("AWS_REGION", "eu-west-1", 1);
        unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        setenv(places[i].name, places[i].value, 1);
        tasks_status status = read_of("aws:prod/tasks-db", SECRET_CURRENT, value, &error);
        ck_assert_msg(status == TASKS_DENIED || status == TASKS_INVALID, "%s: %d", places[i].value, status);
        ck_assert_msg(strstr(error.message, places[i].in_message) != NULL, "%s: %s", places[i].value,
                      error.message);
    }
    ck_assert_int_eq(web_count(s), 0);
}
END_TEST

START_TEST(a_web_identity_gives_a_role)
{
    char path[256];
    write_file("identity", "a.b-c_d=", path);
    set(ENV(REGION, "AWS_WEB_IDENTITY_TOKEN_FILE", path, "AWS_ROLE_ARN", "arn:aws:iam::1:role/r"));
    expect("right", TASKS_OK, "", "");
    ck_assert_int_eq(aws.role_calls, 1);
    write_file("identity", "another", path);
    ck_assert(aws_credentials_forget());
    expect("refused", TASKS_DENIED, "keys_refused", "web identity");
}
END_TEST

/* The environment before the container before the identity before the instance. */
START_TEST(the_first_that_is_there_counts)
{
    char path[256];
    const char *origin;
    aws_credentials found;
    static const char *const origins[] = {"instance metadata", "a web identity", "the container's endpoint",
                                          "the environment"};
    write_file("identity", "a.b-c_d=", path);
    const char *const *steps[] = {
        ENV(REGION), ENV("AWS_WEB_IDENTITY_TOKEN_FILE", path, "AWS_ROLE_ARN", "arn:aws:iam::1:role/r"),
        ENV("AWS_CONTAINER_CREDENTIALS_FULL_URI", "@/role"), ENV(RIGHT_KEYS)};
    for (int i = 0; i < RUN_COUNT(origins); i++) {
        set(steps[i]);
        ck_assert_int_eq(aws_credentials_get(&found, &origin, NULL), TASKS_OK);
        ck_assert_str_eq(origin, origins[i]);
        ck_assert_str_eq(found.key_id.text, i < 3 ? "ASIAEXAMPLE" : "AKIDEXAMPLE");
        aws_reply_credentials_done(&found);
    }
}
END_TEST

/* ---- Many at once ---- */

static void *read_often(void *context)
{
    static const secret_vault none;
    secret found;
    for (int i = 0; i < 10; i++) {
        if (secret_read("aws:prod/tasks-db", &none, SECRET_CURRENT, &found, NULL))
            return context;
        secret_done(&found);
    }
    return NULL;
}

START_TEST(threads_share_credentials)
{
    pthread_t threads[8];
    void *failed;
    set(ENV(REGION));
    for (int i = 0; i < RUN_COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_often, &aws), 0);
    for (int i = 0; i < RUN_COUNT(threads); i++) {
        pthread_join(threads[i], &failed);
        ck_assert_ptr_null(failed);
    }
    ck_assert_int_eq(aws.role_calls, 1);
}
END_TEST

int main(void)
{
    const TTest *const once[] = {signatures_are_right,
                                 versions_and_names,
                                 the_region_is_that_of_the_arn_first,
                                 the_region_comes_from_the_instance_at_last,
                                 a_wrong_clock_is_named,
                                 an_instance_gives_a_role,
                                 credentials_are_renewed_before_they_expire,
                                 credentials_that_cannot_be_renewed_are_used_up,
                                 refused_credentials_are_asked_for_once_more,
                                 a_metadata_token_may_expire,
                                 metadata_that_will_not_do,
                                 a_container_gives_a_role,
                                 a_container_endpoint_is_near_or_has_tls,
                                 a_web_identity_gives_a_role,
                                 the_first_that_is_there_counts,
                                 threads_share_credentials};
    snprintf(folder, sizeof folder, "/tmp/check_aws.XXXXXX");
    if (!mkdtemp(folder))
        return EXIT_FAILURE;
    Suite *suite = suite_create("aws");
    TCase *group = tcase_create("aws");
    tcase_set_timeout(group, 60);
    tcase_add_checked_fixture(group, setup, teardown);
    for (int i = 0; i < RUN_COUNT(once); i++)
        tcase_add_test(group, once[i]);
    tcase_add_loop_test(group, answers_lead_to_patience_or_to_words, 0, RUN_COUNT(answers));
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    char path[256];
    snprintf(path, sizeof path, "%s/token", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/identity", folder);
    unlink(path);
    rmdir(folder);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
