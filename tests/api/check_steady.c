/* Thousands of requests, good, bad and cut off, leave a server as they found it: memory, descriptors,
 * threads. */
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"

enum { CLIENTS = 8, PATIENCE_MS = 60000, STEP_MS = 20 };

/* The sanitizers keep what is freed, to find who uses it later, and are slow: with them fewer requests have
 * to leave descriptors and threads alone, and memory is not compared. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { WARMING = 240, REQUESTS = 1200 };
#define GROWTH_MAX 1e12
#else
enum { WARMING = 1200, REQUESTS = 6000 };
#define GROWTH_MAX (4.0 * 1024 * 1024)
#endif

#define HEAD(method, path) method " " path " HTTP/1.1\r\nHost: localhost\r\n"
#define JSON               "Content-Type: application/json\r\n"

static struct server server;

/* ---- What is asked ---- */

struct exchange {
    const char *request;
    int status; /* 0: the client goes before it is answered */
};

static const struct exchange exchanges[] = {
    {HEAD("GET", "/tasks") "\r\n", 200},
    {HEAD("POST", "/tasks") "Content-Length: 3\r\n\r\nabc", 415},
    {HEAD("GET", "/tasks") "\r\n", 0},
    {HEAD("GET", "/tasks/1") "\r\n", 200},
    {HEAD("GET", "/nothing") "\r\n", 404},
    {HEAD("POST", "/tasks") JSON "Content-Length: 500\r\n\r\n{\"title\":\"never finis", 0},
    {HEAD("PATCH", "/tasks/1") JSON "Content-Length: 13\r\n\r\n{\"title\":\"b\"}", 200},
    {HEAD("POST", "/tasks") JSON "Content-Length: 2\r\n\r\n{}", 400},
    {"GET /tasks HTTP/1.1\r\nHost: loc", 0},
    {HEAD("GET", "/tasks/changes?since=0") "\r\n", 200},
    {"GET /tasks HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n", 400},
    {HEAD("GET", "/tasks/events?since=0") "\r\n", 0},
    {HEAD("GET", "/metrics") "\r\n", 200},
    {HEAD("PUT", "/tasks/1") "\r\n", 405},
    {"", 0},
};

/* Even ones go politely, odd ones with a reset. */
static void go(int fd, int number)
{
    const struct linger abruptly = {.l_onoff = 1};
    if (number % 2)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &abruptly, sizeof abruptly);
    close(fd);
}

static void ask_once(int number, struct raw_reply *reply)
{
    const struct exchange *x = &exchanges[number % RUN_COUNT(exchanges)];
    int fd = raw_connect(server.port);
    ck_assert_int_ge(fd, 0);
    raw_try_send(fd, x->request, strlen(x->request));
    if (x->status) {
        raw_receive(fd, reply);
        ck_assert_msg(reply->status == x->status, "%.60s: %d", x->request, reply->status);
    }
    go(fd, number);
}

struct part {
    pthread_t thread;
    int first, count;
};

static void *ask_some(void *context)
{
    const struct part *part = context;
    struct raw_reply *reply = malloc(sizeof *reply);
    for (int i = 0; i < part->count; i++)
        ask_once(part->first + i, reply);
    free(reply);
    return NULL;
}

static void ask_many(int count)
{
    struct part parts[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        parts[i] = (struct part){.first = i * count / CLIENTS, .count = count / CLIENTS};
        ck_assert_int_eq(pthread_create(&parts[i].thread, NULL, ask_some, &parts[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(parts[i].thread, NULL);
}

/* ---- What it leaves ---- */

static double figure(const char *name)
{
    char line[64];
    snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(client_get(&server, "/metrics")->body, line);
    ck_assert_ptr_nonnull(at);
    return strtod(at + strlen(line), NULL);
}

struct figures {
    double bytes, descriptors, threads;
};

/* Once nothing of the clients is left and there are no more descriptors than that, or when it takes too long.
 */
static struct figures look(double descriptors)
{
    for (int ms = 0; ms < PATIENCE_MS; ms += STEP_MS, usleep(STEP_MS * 1000))
        if (figure("tasksd_event_streams") == 0 && figure("tasksd_http_connections") == 1 &&
            figure("process_open_fds") <= descriptors)
            break;
    return (struct figures){.bytes = figure("process_resident_memory_bytes"),
                            .descriptors = figure("process_open_fds"),
                            .threads = figure("process_threads")};
}

START_TEST(thousands_of_requests_leave_nothing)
{
    SERVER_START(&server, "--pool", "1"); /* more would be opened as they are needed: early or late */
    client_json(&server, "POST", "/tasks", "{\"title\":\"a\"}");
    ask_many(WARMING);
    struct figures before = look(figure("process_max_fds"));
    ask_many(REQUESTS);
    struct figures after = look(before.descriptors);
    printf("memory %+.1f KiB, descriptors %+.0f, threads %+.0f after %d requests\n",
           (after.bytes - before.bytes) / 1024, after.descriptors - before.descriptors,
           after.threads - before.threads, REQUESTS);
    ck_assert_msg(after.bytes - before.bytes <= GROWTH_MAX, "%.0f bytes more", after.bytes - before.bytes);
    ck_assert_msg(after.descriptors <= before.descriptors, "%.0f, then %.0f", before.descriptors,
                  after.descriptors);
    ck_assert(after.threads == before.threads);
    client_done();
    server_stop(&server);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite("steady", (const TTest *[]){thousands_of_requests_leave_nothing, NULL});
    server_clean_up();
    return result;
}
