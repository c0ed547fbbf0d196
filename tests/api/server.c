#include "server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "run.h"

enum { PATIENCE_MS = 30000, ARGUMENTS_MAX = 32 };

void server_prepare(void)
{
    folder_make();
    store_prepare();
}

void server_clean_up(void)
{
    folder_remove();
}

/* In the new process: no settings of whoever runs the tests. */
static void become(const char *const *arguments, int errors)
{
    char *argv[ARGUMENTS_MAX] = {NULL};
    const char *program = getenv("TASKSD");
    char *environment[16] = {NULL};
    static const char *const kept[] = {"HOME",          "XDG_DATA_HOME", "ASAN_OPTIONS",
                                       "TSAN_OPTIONS",  "UBSAN_OPTIONS", "NOTIFY_SOCKET",
                                       "WATCHDOG_USEC", "TEST_PASSWORD", "OTEL_EXPORTER_OTLP_ENDPOINT"};
    int count = 0;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (getenv(kept[i]) && asprintf(&environment[count], "%s=%s", kept[i], getenv(kept[i])) > 0)
            count++;
    argv[0] = strdup("tasksd");
    for (int i = 0; arguments[i]; i++)
        argv[i + 1] = strdup(arguments[i]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(errors, STDERR_FILENO);
    execve(program ? program : "(TASKSD is not set)", argv, environment);
    perror("execve");
    _exit(127);
}

static void spawn(struct server *s, const char *const *arguments)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    s->said[0] = '\0';
    s->port = s->admin_port = 0;
    s->pid = fork();
    if (s->pid == 0) /* no check before: another thread may have held Check's lock */
        become(arguments, ends[1]);
    ck_assert_int_ge(s->pid, 0);
    close(ends[1]);
    s->errors = ends[0];
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool server_says(struct server *s, const char *text)
{
    long until = now_ms() + PATIENCE_MS;
    while (!strstr(s->said, text)) {
        struct pollfd fd = {.fd = s->errors, .events = POLLIN};
        size_t length = strlen(s->said);
        long left = until - now_ms();
        if (left <= 0 || poll(&fd, 1, (int)left) <= 0)
            return false;
        ssize_t count = read(s->errors, s->said + length, sizeof s->said - 1 - length);
        if (count <= 0)
            return false;
        s->said[length + (size_t)count] = '\0';
    }
    return true;
}

/* The port in "...http://HOST:PORT from". */
static int port_after(const struct server *s, const char *start)
{
    const char *at = strstr(s->said, start);
    return at ? (int)strtol(at + strlen(start) + strcspn(at + strlen(start), ":") + 1, NULL, 10) : 0;
}

/* Appends what is listed up to NULL; returns the count in all. */
static int collect(const char **arguments, int count, va_list list)
{
    for (const char *next; (next = va_arg(list, const char *)); count++) {
        ck_assert_int_lt(count, ARGUMENTS_MAX - 1);
        arguments[count] = next;
    }
    return count;
}

void server_spawn(struct server *s, ...)
{
    const char *arguments[ARGUMENTS_MAX] = {NULL};
    va_list list;
    va_start(list, s);
    collect(arguments, 0, list);
    va_end(list);
    spawn(s, arguments);
}

void server_start(struct server *s, ...)
{
    const char *arguments[ARGUMENTS_MAX] = {"--listen", "127.0.0.1:0",  "--workers", "32",        "--streams",
                                            "256",      "--log-format", "none",      "--migrate", "--db"};
    bool admin = false;
    va_list list;
    if (!s->store[0])
        store_make(s->store);
    arguments[10] = s->store;
    va_start(list, s);
    int count = collect(arguments, 11, list);
    va_end(list);
    for (int i = 11; i < count; i++)
        admin |= strcmp(arguments[i], "--admin-listen") == 0;
    spawn(s, arguments);
    ck_assert_msg(server_says(s, admin ? "health checks on " : "serving http"), "tasksd said: %s", s->said);
    ck_assert_msg(server_says(s, "\n"), "tasksd said: %s", s->said);
    s->port = port_after(s, "serving http://");
    s->admin_port = admin ? port_after(s, "health checks on http://") : 0;
    ck_assert_int_gt(s->port, 0);
}

void server_signal(const struct server *s, int number)
{
    ck_assert_int_eq(kill(s->pid, number), 0);
}

int server_wait(struct server *s)
{
    int status;
    for (long until = now_ms() + PATIENCE_MS; waitpid(s->pid, &status, WNOHANG) == 0;) {
        ck_assert_msg(now_ms() < until, "tasksd does not end; it said: %s", s->said);
        usleep(2000);
    }
    server_says(s, "(the end)");
    close(s->errors);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void server_stop(struct server *s)
{
    server_signal(s, SIGTERM);
    int code = server_wait(s);
    ck_assert_msg(code == 0, "tasksd ended with %d; it said: %s", code, s->said);
}
