#include <string.h>
#include <sys/stat.h>

#include "program.h"
#include "run.h"

#define WITH(...) ((program){.environment = (const char *const[]){__VA_ARGS__, NULL}})

static void expect_no_value(const result *r)
{
    ck_assert_ptr_null(strstr(r->out, "canary"));
    ck_assert_ptr_null(strstr(r->err, "canary"));
}

START_TEST(what_it_holds_is_said_without_its_values)
{
    static const char login[] = "SECRET={\"username\":\"canary\",\"password\":\"canary\"}";
    result r = RUN_WITH(WITH(login), "secret", "check", "env:SECRET");
    program_expect(&r, 0, "Readable from environment variable SECRET\nIt holds: login (password, username)\n",
                   "");
    r = RUN_WITH(WITH(login), "secret", "check", "env:SECRET", "--quiet");
    program_expect(&r, 0, "", "");
    r = RUN_WITH(WITH(login), "secret", "check", "env:SECRET", "--json");
    program_expect(
        &r, 0,
        "{\"secret\":\"env:SECRET\",\"provider\":\"env\",\"origin\":\"environment variable SECRET\","
        "\"holds\":\"login\",\"keys\":[\"password\",\"username\"]}\n",
        "");
    r = RUN_WITH(WITH(login), "secret", "check", "env:SECRET#password");
    program_expect(&r, 0, "Readable from environment variable SECRET\nIt holds: text\n", "");
    r = RUN_WITH(WITH("SECRET={\"host\":\"canary\",\"password\":\"canary\"}"), "secret", "check",
                 "env:SECRET");
    program_expect(&r, 0,
                   "Readable from environment variable SECRET\nIt holds: connection (host, password)\n", "");
    r = RUN_WITH(WITH("SECRET={\"x\\u001b\":\"canary\"}"), "secret", "check", "env:SECRET");
    program_expect(&r, 0, NULL, "");
    ck_assert_ptr_null(strchr(r.out, '\x1b'));
    expect_no_value(&r);
}
END_TEST

START_TEST(what_fails_is_said_in_one_line)
{
    REFUSES(2, "secret reference", "secret", "check", "nonsense");
    REFUSES(2, "'show' is not check", "secret", "show", "env:X");
    REFUSES(2, "something is missing", "secret", "check");
    REFUSES(6, "secret env:NOT_SET: the environment variable is not set", "secret", "check", "env:NOT_SET");
    REFUSES(6, "secret file:nothing: No such file", "secret", "check", "file:nothing");
    REFUSES(7, "secret vault:x: use env:NAME", "secret", "check", "vault:x");
    program_write_file("readable", "canary", 6);
    ck_assert_int_eq(chmod("readable", 0644), 0);
    result r = RUN("secret", "check", "file:readable");
    program_refuses(&r, 5, "others may reach the file (mode 0644)");
    expect_no_value(&r);
    r = RUN_WITH(WITH("SECRET={\"password\":\"canary\""), "secret", "check", "env:SECRET#password", "--json");
    program_expect_json_error(&r, 6, "secret_unusable");
    expect_no_value(&r);
}
END_TEST

/* What comes of a PostgreSQL server that is not there. */
#ifdef TASKS_POSTGRES
enum { NO_SERVER = 6 };
#define NO_HOST "secret env:SECRET: it has no host"
#else
enum { NO_SERVER = 7 };
#define NO_HOST "built without PostgreSQL"
#endif

START_TEST(a_store_is_opened_with_a_secret)
{
    program password = WITH("SECRET=canary", "TASKS_DB");
    result r =
        RUN_WITH(password, "list", "--db", "postgresql://u@127.0.0.1:1/d", "--db-secret", "env:SECRET");
    ck_assert_int_eq(r.code, NO_SERVER);
    expect_no_value(&r);
    r = RUN_WITH(password, "list", "--db-secret", "env:SECRET");
    program_refuses(&r, NO_SERVER, NO_HOST);
    expect_no_value(&r);
    r = RUN_WITH(password, "list", "--db", "sqlite:tasks.db", "--db-secret", "env:SECRET");
    program_refuses(&r, 2, "nobody logs in to a store of this kind");
    program whole =
        WITH("TASKS_DB", "TASKS_DB_SECRET=env:SECRET",
             "SECRET={\"host\":\"127.0.0.1\",\"port\":1,\"username\":\"u\",\"password\":\"canary\"}");
    r = RUN_WITH(whole, "list");
    ck_assert_int_eq(r.code, NO_SERVER);
    expect_no_value(&r);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {what_it_holds_is_said_without_its_values, what_fails_is_said_in_one_line,
                                  a_store_is_opened_with_a_secret, NULL};
    return program_tests("secret", tests);
}
