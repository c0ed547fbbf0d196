/* Asking a real server, which the test starts. */
#include <stdio.h>
#include <string.h>

#include "program.h"
#include "run.h"
#include "server.h"

static struct server server;
static char url[64];

static void locate(void)
{
    snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);
}

START_TEST(a_server_that_is_well)
{
    char rooted[80];
    SERVER_START(&server);
    locate();
    snprintf(rooted, sizeof rooted, "%s/", url);
    EXPECT(0, "The server is alive\n", "", "probe", "--live", url);
    EXPECT(0, "The server is ready\n", "", "probe", rooted);
    EXPECT(0, "The server is ready and writable\n", "", "probe", "--write", url);
    EXPECT(0, "{\"probe\":\"ready\"}\n", "", "probe", "--json", url);
    EXPECT(0, "", "", "probe", "--quiet", url);
    server_stop(&server);
    REFUSES(6, "127.0.0.1: ", "probe", url);
}
END_TEST

START_TEST(a_server_that_wants_a_token)
{
    char token[128];
    SERVER_START(&server, "--auth", "token");
    locate();
    result made = RUN("token", "create", "--quiet", "--db", server.store);
    snprintf(token, sizeof token, "TASKS_TOKEN=%.*s", (int)strcspn(made.out, "\n"), made.out);

    REFUSES(5, "POST http://127.0.0.1:", "probe", "--write", url);
    const program how = {.environment = (const char *const[]){token, NULL}};
    result r = RUN_WITH(how, "probe", "--write", url);
    program_expect(&r, 0, "The server is ready and writable\n", "");
    r = RUN("list", "--quiet", "--db", server.store);
    program_expect(&r, 0, "", "");
    server_stop(&server);
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
    static const char *const bad[] = {"",         "tasks",          "ftp:/x",
                                      "http://",  "http://a/?b",    "http://user:word@127.0.0.1",
                                      "http:///", "127.0.0.1:5000", "file:///etc/passwd"};
    for (int i = 0; i < RUN_COUNT(bad); i++)
        REFUSES(2, "is no address of a server", "probe", bad[i]);
    const program how = {.environment = (const char *const[]){"TASKS_TOKEN=do-not-tell", NULL}};
    result r = RUN_WITH(how, "probe", "http://198.51.100.7");
    program_refuses(&r, 2, "a token is not sent to 198.51.100.7 without https");
    ck_assert_ptr_null(strstr(r.err, "do-not-tell"));
}
END_TEST

int main(void)
{
    server_prepare();
    int failed =
        program_tests("program_probe", (const TTest *[]){a_server_that_is_well, a_server_that_wants_a_token,
                                                         what_is_wrong_is_named, NULL});
    server_clean_up();
    return failed;
}
