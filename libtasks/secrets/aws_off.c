/* In place of all other aws_*.c when the library is built with TASKS_AWS=OFF. */
#include "aws.h"
#include "fail.h"

static tasks_status off(tasks_error *error)
{
    return fail(error, TASKS_UNSUPPORTED, "secret_unknown",
                "this library was built without AWS (TASKS_AWS=OFF)");
}

static tasks_status read_secret(const char *name, secret_version version, secret *out, tasks_error *error)
{
    (void)name;
    (void)version;
    (void)out;
    return off(error);
}

tasks_status aws_rds_token(const char *host, const char *port, const char *user, wiped *out,
                           tasks_error *error)
{
    (void)host;
    (void)port;
    (void)user;
    (void)out;
    return off(error);
}

const secret_source aws_source = {.scheme = "aws", .read = read_secret};
