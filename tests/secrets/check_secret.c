/* References, the environment, files, the embedder's vault, and what a database login is made of. */
#include "secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"
#include "secret_login.h"
#include "text.h"

static char folder[] = "/tmp/check_secret.XXXXXX";

static const secret_vault no_vault;

static tasks_status read_with(const secret_vault *vault, const char *reference, char value[256],
                              tasks_error *error)
{
    secret found;
    memset(error, 0, sizeof *error);
    tasks_status status = secret_read(reference, vault, SECRET_CURRENT, &found, error);
    snprintf(value, 256, "%s", found.value.text ? found.value.text : "");
    secret_done(&found);
    ck_assert(status == error->status);
    ck_assert_ptr_null(strstr(error->message, "canary"));
    return status;
}

static void expect(const char *reference, tasks_status status, const char *code, const char *wanted)
{
    char value[256];
    tasks_error error;
    tasks_status found = read_with(&no_vault, reference, value, &error);
    ck_assert_msg(found == status && !strcmp(error.code, code), "%s: %d %s: %s", reference, found, error.code,
                  error.message);
    ck_assert_msg(status ? strstr(error.message, wanted) != NULL : !strcmp(value, wanted), "%s: %s %s",
                  reference, value, error.message);
}

START_TEST(references)
{
    setenv("PLAIN", "canary", 1);
    setenv("OBJECT", "{\"password\":\"canary\",\"port\":5432,\"on\":true,\"a#b\":\"x\",\"empty\":\"\"}", 1);
    setenv("BROKEN", "{\"password\":\"canary\"", 1);
    setenv("NOT_UTF8", "canary\xFF", 1);
    expect("env:PLAIN", TASKS_OK, "", "canary");
    expect("env:OBJECT#password", TASKS_OK, "", "canary");
    expect("env:OBJECT#port", TASKS_OK, "", "5432");
    expect("env:OBJECT#empty", TASKS_UNAVAILABLE, "secret_unusable", "empty");
    expect("env:OBJECT#on", TASKS_UNAVAILABLE, "secret_unusable", "neither text nor a whole number");
    expect("env:OBJECT#none", TASKS_UNAVAILABLE, "secret_unusable", "\"none\" is missing");
    expect("env:PLAIN#password", TASKS_UNAVAILABLE, "secret_unusable", "JSON, line 1");
    expect("env:BROKEN#password", TASKS_UNAVAILABLE, "secret_unusable", "JSON, line 1");
    expect("env:NOT_UTF8", TASKS_UNAVAILABLE, "secret_unusable", "UTF-8");
    expect("env:NOT_SET", TASKS_UNAVAILABLE, "secret_missing", "secret env:NOT_SET: ");
    expect("env:A=B", TASKS_INVALID, "secret_malformed", "=");
    static const char *const malformed[] = {"",       "x", ":",       "env:",    "env:#k",
                                            "env:X#", "#", "env:X\n", "env:\xFF"};
    for (int i = 0; i < RUN_COUNT(malformed); i++)
        expect(malformed[i], TASKS_INVALID, "secret_malformed", "env:NAME, file:PATH or aws:NAME-OR-ARN");
    expect("vault:x", TASKS_UNSUPPORTED, "secret_unknown", "secret vault:x: ");
    expect("environment:PLAIN", TASKS_UNSUPPORTED, "secret_unknown", "");
}
END_TEST

/* What is wrong is said even when there is hardly room for it. */
START_TEST(a_long_reference_is_shown_in_part)
{
    char reference[1000] = "env:", value[256];
    tasks_error error;
    for (int i = 0; i < 300; i++)
        memcpy(reference + 4 + 2 * i, i % 2 ? "\xC3\xA9" : "xy", 3);
    ck_assert_int_eq(read_with(&no_vault, reference, value, &error), TASKS_UNAVAILABLE);
    ck_assert_msg(!strncmp(error.message, "secret env:xy\xC3\xA9xy", 15) &&
                      strstr(error.message, "...: the environment variable is not set"),
                  "%s", error.message);
    ck_assert_int_ge(text_count(error.message, strlen(error.message)), 0);
    reference[3] = '\0';
    read_with(&no_vault, reference, value, &error);
    ck_assert_ptr_null(strstr(error.message, "..."));
}
END_TEST

/* The kernel shows what the process was started with; so look where it looks. */
START_TEST(a_variable_is_overwritten_and_remembered)
{
    char *variable = strdup("VARIABLE=canary");
    ck_assert(variable && putenv(variable) == 0);
    expect("env:VARIABLE", TASKS_OK, "", "canary");
    ck_assert_mem_eq(variable, "VARIABLE=\0\0\0\0\0\0", sizeof "VARIABLE=canary");
    ck_assert_str_eq(getenv("VARIABLE"), "");
    expect("env:VARIABLE", TASKS_OK, "", "canary");
    setenv("VARIABLE", "another", 1);
    expect("env:VARIABLE", TASKS_OK, "", "another");
    unsetenv("VARIABLE");
    expect("env:VARIABLE", TASKS_OK, "", "another");
    free(variable);
}
END_TEST

/* ---- Files ---- */

static const struct {
    const char *name, *text;
    mode_t mode;
    tasks_status status;
    const char *code, *wanted; /* the value, or what is in the message */
} files[] = {
    {"plain", "canary", 0600, TASKS_OK, "", "canary"},
    {"read-only", "canary", 0400, TASKS_OK, "", "canary"},
    {"line", "canary\n", 0600, TASKS_OK, "", "canary"},
    {"dos", "canary\r\n", 0600, TASKS_OK, "", "canary"},
    {"two", "canary\n\n", 0600, TASKS_OK, "", "canary\n"},
    {"blank", " canary ", 0600, TASKS_OK, "", " canary "},
    {"empty", "", 0600, TASKS_UNAVAILABLE, "secret_unusable", "empty"},
    {"line-only", "\n", 0600, TASKS_UNAVAILABLE, "secret_unusable", "empty"},
    {"world", "canary", 0604, TASKS_DENIED, "secret_denied", "mode 0604"},
    {"world-x", "canary", 0601, TASKS_DENIED, "secret_denied", "chmod 06"},
    {"group-w", "canary", 0620, TASKS_DENIED, "secret_denied", "chmod 06"},
    {"usual", "canary", 0644, TASKS_DENIED, "secret_denied", "chmod 06"},
};

static void make_file(const char *name, const char *text, mode_t mode, char reference[256])
{
    snprintf(reference, 256, "file:%s/%s", folder, name);
    FILE *file = fopen(reference + 5, "w");
    ck_assert(file && fputs(text, file) >= 0 && fclose(file) == 0 && chmod(reference + 5, mode) == 0);
}

START_TEST(files_by_mode_and_text)
{
    char reference[256];
    make_file(files[_i].name, files[_i].text, files[_i].mode, reference);
    expect(reference, files[_i].status, files[_i].code, files[_i].wanted);
    unlink(reference + 5);
}
END_TEST

/* What systemd makes of LoadCredential: root's, and the group bits are the mask of an access list. */
START_TEST(a_group_may_read_what_is_roots)
{
    char reference[256];
    bool root = geteuid() == 0;
    make_file("credential", "canary", 0440, reference);
    expect(reference, root ? TASKS_OK : TASKS_DENIED, root ? "" : "secret_denied",
           root ? "canary" : "chmod 0600");
    if (root) {
        ck_assert_int_eq(chown(reference + 5, 65534, 65534), 0);
        ck_assert_int_eq(chmod(reference + 5, 0600), 0);
        expect(reference, TASKS_DENIED, "secret_denied", "belongs to user 65534");
    }
    unlink(reference + 5);
}
END_TEST

START_TEST(what_is_no_file_of_ours)
{
    char reference[256], large[TASKS_SECRET_MAX / 16 + 2];
    snprintf(reference, sizeof reference, "file:%s", folder);
    expect(reference, TASKS_UNAVAILABLE, "secret_unusable", "regular file");
    snprintf(reference, sizeof reference, "file:%s/none", folder);
    expect(reference, TASKS_UNAVAILABLE, "secret_missing", "No such file");
    snprintf(reference, sizeof reference, "file:%s/pipe", folder);
    ck_assert_int_eq(mkfifo(reference + 5, 0600), 0);
    expect(reference, TASKS_UNAVAILABLE, "secret_unusable", "regular file");
    unlink(reference + 5);
    memset(large, 'x', sizeof large);
    large[sizeof large - 1] = '\0';
    make_file("large", "", 0600, reference);
    FILE *file = fopen(reference + 5, "w");
    for (int i = 0; i < 16; i++)
        ck_assert(file && fputs(large, file) >= 0);
    ck_assert_int_eq(fclose(file), 0);
    expect(reference, TASKS_UNAVAILABLE, "secret_unusable", "more than 65536 bytes");
    unlink(reference + 5);
}
END_TEST

START_TEST(a_file_is_read_anew_each_time)
{
    char reference[256];
    make_file("changing", "first", 0600, reference);
    expect(reference, TASKS_OK, "", "first");
    make_file("changing", "second", 0600, reference);
    expect(reference, TASKS_OK, "", "second");
    unlink(reference + 5);
}
END_TEST

/* ---- The embedder's vault ---- */

typedef struct vault {
    tasks_status status;
    const char *value, *message;
    char asked[64];
    int32_t version;
} vault;

static tasks_status ask(void *context, const char *reference, int32_t version, char *value, uint64_t size,
                        tasks_error *error)
{
    vault *v = context;
    ck_assert_uint_eq(size, TASKS_SECRET_MAX + 1);
    snprintf(v->asked, sizeof v->asked, "%s", reference);
    v->version = version;
    if (v->message)
        snprintf(error->message, sizeof error->message, "%s", v->message);
    if (v->value)
        snprintf(value, size, "%s", v->value);
    else
        memset(value, 'x', size);
    return v->status;
}

START_TEST(the_embedders_vault_is_asked)
{
    static const struct {
        vault vault;
        const char *reference, *asked;
        tasks_status status;
        const char *code, *wanted;
    } cases[] = {
        {{TASKS_OK, "canary", NULL, "", 0}, "my:db", "my:db", TASKS_OK, "", "canary"},
        {{TASKS_OK, "{\"p\":\"canary\"}", NULL, "", 0}, "my:db#p", "my:db", TASKS_OK, "", "canary"},
        {{TASKS_OK, NULL, NULL, "", 0}, "my:db", "my:db", TASKS_UNAVAILABLE, "secret_unusable", "no NUL"},
        {{TASKS_OK, "", NULL, "", 0}, "my:db", "my:db", TASKS_UNAVAILABLE, "secret_unusable", "empty"},
        {{TASKS_DENIED, "canary", NULL, "", 0}, "my:db", "my:db", TASKS_DENIED, "secret_denied", "denies"},
        {{TASKS_NOT_FOUND, "", NULL, "", 0},
         "my:db",
         "my:db",
         TASKS_UNAVAILABLE,
         "secret_missing",
         "secret my:db: "},
        {{TASKS_TIMEOUT, "", "sealed", "", 0},
         "my:db",
         "my:db",
         TASKS_TIMEOUT,
         "secret_away",
         "my:db: sealed"},
        {{TASKS_CORRUPT, "", NULL, "", 0}, "my:db", "my:db", TASKS_UNAVAILABLE, "secret_away", "reached"},
        {{TASKS_OK, "canary", NULL, "", 0},
         "env:NOT_SET",
         "",
         TASKS_UNAVAILABLE,
         "secret_missing",
         "not set"},
    };
    for (int i = 0; i < RUN_COUNT(cases); i++) {
        char value[256];
        tasks_error error;
        vault v = cases[i].vault;
        secret_vault asked = {ask, &v};
        tasks_status status = read_with(&asked, cases[i].reference, value, &error);
        ck_assert_msg(status == cases[i].status && !strcmp(error.code, cases[i].code), "%d: %d %s: %s", i,
                      status, error.code, error.message);
        ck_assert_str_eq(v.asked, cases[i].asked);
        ck_assert_msg(status ? strstr(error.message, cases[i].wanted) != NULL
                             : !strcmp(value, cases[i].wanted),
                      "%d: %s %s", i, value, error.message);
    }
}
END_TEST

/* ---- Logins ---- */

static const struct {
    const char *text;
    bool keyed;
    tasks_status status;
    const char *host, *port, *database, *user, *password; /* NULL: none */
    const char *message;
} logins[] = {
    {"canary", false, TASKS_OK, NULL, NULL, NULL, NULL, "canary", ""},
    {"{canary", true, TASKS_OK, NULL, NULL, NULL, NULL, "{canary", ""},
    {"{canary", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL, "JSON, line 1"},
    {"can\nary", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL, "line break"},
    {"{\"username\":\"u\",\"password\":\"canary\"}", false, TASKS_OK, NULL, NULL, NULL, "u", "canary", ""},
    {" \n{\"username\":\"u\",\"password\":\"canary\"}", false, TASKS_OK, NULL, NULL, NULL, "u", "canary", ""},
    {"{\"engine\":\"postgres\",\"host\":\"h\",\"port\":5433,\"username\":\"u\",\"password\":\"canary\","
     "\"dbname\":\"d\"}",
     false, TASKS_OK, "h", "5433", "d", "u", "canary", ""},
    {"{\"engine\":\"aurora-postgresql\",\"host\":\"h\",\"port\":\"5433\",\"username\":\"u\",\"password\":"
     "\"canary\","
     "\"dbname\":\"\",\"dbInstanceIdentifier\":\"x\",\"masterarn\":null}",
     false, TASKS_OK, "h", "5433", NULL, "u", "canary", ""},
    {"{\"engine\":\"mysql\",\"password\":\"canary\"}", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL,
     "not PostgreSQL"},
    {"{\"port\":0}", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL, "1 to 65535"},
    {"{\"port\":65536}", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL, "1 to 65535"},
    {"{\"port\":\"05432\"}", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL, "1 to 65535"},
    {"{\"port\":5432.5}", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL, "\"port\" is neither"},
    {"{\"host\":\"a,b\"}", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL, "one host"},
    {"{\"host\":\"a\\nb\"}", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL, "line break"},
    {"{\"password\":[\"canary\"]}", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL,
     "\"password\" is neither"},
    {"{\"password\":\"canary\",\"password\":\"x\"}", false, TASKS_UNAVAILABLE, NULL, NULL, NULL, NULL, NULL,
     "twice"},
};

static void same(const wiped *found, const char *wanted, const char *text)
{
    ck_assert_msg(!found->text == !wanted && (!wanted || !strcmp(found->text, wanted)), "%s: %s", text,
                  found->text ? found->text : "(none)");
}

START_TEST(logins_of_each_shape)
{
    for (int i = 0; i < RUN_COUNT(logins); i++) {
        secret from = {.keyed = logins[i].keyed};
        secret_login found, copy;
        tasks_error error = {0};
        ck_assert(wiped_set(&from.value, logins[i].text, strlen(logins[i].text)));
        tasks_status status = secret_login_read(&from, &found, &error);
        ck_assert_msg(status == logins[i].status && strstr(error.message, logins[i].message), "%s: %d %s",
                      logins[i].text, status, error.message);
        ck_assert_ptr_null(strstr(error.message, "canary"));
        if (!status) {
            same(&found.host, logins[i].host, logins[i].text);
            same(&found.port, logins[i].port, logins[i].text);
            same(&found.database, logins[i].database, logins[i].text);
            same(&found.user, logins[i].user, logins[i].text);
            same(&found.password, logins[i].password, logins[i].text);
            ck_assert(secret_login_copy(&copy, &found) && secret_login_same(&copy, &found));
            wiped_set(&copy.password, "other", 5);
            ck_assert(!secret_login_same(&copy, &found));
            secret_login_done(&copy);
        }
        secret_login_done(&found);
        secret_done(&from);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {references,
                                  a_long_reference_is_shown_in_part,
                                  a_variable_is_overwritten_and_remembered,
                                  a_group_may_read_what_is_roots,
                                  what_is_no_file_of_ours,
                                  a_file_is_read_anew_each_time,
                                  the_embedders_vault_is_asked,
                                  logins_of_each_shape,
                                  NULL};
    const TTest *const each_file[] = {files_by_mode_and_text, NULL};
    if (!mkdtemp(folder))
        return EXIT_FAILURE;
    int result = run_suite("secret", tests);
    result =
        run_suite_for("secret files", RUN_COUNT(files), each_file) || result ? EXIT_FAILURE : EXIT_SUCCESS;
    rmdir(folder);
    return result;
}
