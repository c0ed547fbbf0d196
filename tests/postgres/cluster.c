#include "cluster.h"

#include <err.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char socket_folder[256], port[8];
static const char *folder;

/* The first line of a file in the server's folder. */
static void read_line(const char *name, char *line, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (!f || !fgets(line, (int)size, f))
        err(1, "no PostgreSQL server runs for this test (%s)", path);
    line[strcspn(line, "\n")] = 0;
    fclose(f);
}

bool cluster_begin(void)
{
    folder = getenv("TASKS_CLUSTER");
    if (!folder)
        errx(1, "TASKS_CLUSTER is not set: run this through ctest, or start one by tests/postgres/cluster");
    read_line("socket", socket_folder, sizeof socket_folder);
    read_line("port", port, sizeof port);
    return true;
}

static void run_script(const char *command, const char *where, const char *argument)
{
    char *const argv[] = {(char *)(uintptr_t)CLUSTER_SCRIPT, (char *)(uintptr_t)command,
                          (char *)(uintptr_t)where, (char *)(uintptr_t)argument, NULL};
    pid_t pid;
    int code;
    if (posix_spawn(&pid, CLUSTER_SCRIPT, NULL, NULL, argv, environ) || waitpid(pid, &code, 0) != pid || code)
        errx(1, "%s %s %s failed", CLUSTER_SCRIPT, command, where);
}

void cluster_do(const char *command, const char *argument)
{
    run_script(command, folder, argument);
}

void cluster_do_standby(const char *command)
{
    char where[4096];
    snprintf(where, sizeof where, "%s/standby", folder);
    run_script(command, where, NULL);
}

int cluster_port(void)
{
    return (int)strtol(port, NULL, 10);
}

static int read_port(const char *name)
{
    char text[8];
    read_line(name, text, sizeof text);
    return (int)strtol(text, NULL, 10);
}

int cluster_pooler_port(void)
{
    return read_port("pooler.port");
}

int cluster_standby_port(void)
{
    return read_port("standby/port");
}

const char *cluster_folder(void)
{
    return folder;
}

const char *cluster_socket(void)
{
    return socket_folder;
}

/* The server frees the slot of a connection that was closed when it comes to it. */
static bool slot_may_come(const PGconn *c)
{
    static const struct timespec a_moment = {0, 20000000};
    return PQstatus(c) != CONNECTION_OK && strstr(PQerrorMessage(c), "too many clients") &&
           nanosleep(&a_moment, NULL) == 0;
}

PGconn *cluster_connect(void)
{
    static const char *const keywords[] = {"host", "port", "user", "dbname", NULL};
    const char *const values[] = {socket_folder, port, "tasks", "postgres", NULL};
    PGconn *c = PQconnectdbParams(keywords, values, 0);
    for (int tries = 0; tries < 500 && slot_may_come(c); tries++)
        PQreset(c);
    if (PQstatus(c) != CONNECTION_OK)
        errx(1, "%s", PQerrorMessage(c));
    return c;
}

void cluster_ask(const char *sql, char *value, size_t size)
{
    PGconn *c = cluster_connect();
    PGresult *r = PQexec(c, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        errx(1, "%s: %s", sql, PQresultErrorMessage(r));
    bool some = PQntuples(r) > 0 && PQnfields(r) > 0;
    snprintf(value, size, "%s", some ? PQgetvalue(r, 0, 0) : "");
    PQclear(r);
    PQfinish(c);
}

void cluster_run(const char *sql)
{
    char ignored[2];
    cluster_ask(sql, ignored, sizeof ignored);
}

void cluster_make_schema(char uri[CLUSTER_URI_SIZE])
{
    static atomic_uint count;
    char sql[64];
    unsigned number = atomic_fetch_add(&count, 1);
    snprintf(sql, sizeof sql, "CREATE SCHEMA s%d_%u", getpid(), number);
    cluster_run(sql);
    snprintf(uri, CLUSTER_URI_SIZE,
             "postgresql://tasks@/postgres?host=%s&port=%s&options=-csearch_path%%3Ds%d_%u", socket_folder,
             port, getpid(), number);
}

void cluster_drop_schema(const char *uri)
{
    char sql[256];
    const char *name = strstr(uri, "search_path%3D");
    snprintf(sql, sizeof sql, "SET client_min_messages = error; DROP SCHEMA %s CASCADE",
             name + sizeof "search_path%3D" - 1);
    cluster_run(sql);
}
