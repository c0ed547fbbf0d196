/* Stopping: mg_stop() by itself throws away the answers of whatever is under way. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"

#define GET  "GET /tasks HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define POST "POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
#define TASK "{\"title\":\"a\"}"

enum { WRITERS = 8, ROUNDS = 5 };

static struct server server;
static struct raw_reply reply;

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static atomic_int acknowledged, unanswered;

/* One request; false when the connection is of no more use. */
static bool write_one(int fd, struct raw_reply *answer)
{
    static const char request[] = POST "Content-Length: 13\r\n\r\n" TASK;
    if (!raw_try_send(fd, request, sizeof request - 1))
        return false;
    raw_receive(fd, answer);
    if (answer->status == 201)
        atomic_fetch_add(&acknowledged, 1);
    if (answer->status == 0)
        atomic_fetch_add(&unanswered, 1);
    return answer->status != 0 && !answer->closes;
}

/* Writes until nobody listens any more. */
static void *write_on(void *unused)
{
    struct raw_reply *answer = malloc(sizeof *answer);
    for (int fd; (fd = raw_connect(server.port)) >= 0; close(fd))
        while (write_one(fd, answer))
            continue;
    free(answer);
    return unused;
}

static size_t count_tasks(void)
{
    size_t count = 0;
    char path[512] = "/tasks?limit=1000";
    while (path[0]) {
        count += json_array_size(client_get(&server, path)->json);
        const char *link = client_header("Link");
        path[0] = '\0';
        if (link)
            snprintf(path, sizeof path, "%.*s", (int)strcspn(link + 1, ">"), link + 1);
    }
    return count;
}

START_TEST(nothing_is_lost_under_load)
{
    pthread_t threads[WRITERS];
    SERVER_START(&server);
    for (int i = 0; i < WRITERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_on, NULL), 0);
    while (atomic_load(&acknowledged) < 200)
        usleep(1000);
    server_stop(&server);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    SERVER_START(&server);
    ck_assert_uint_eq(count_tasks(), (size_t)atomic_load(&acknowledged));
    ck_assert_int_eq(atomic_load(&unanswered), 0);
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(a_request_that_is_under_way_is_answered)
{
    SERVER_START(&server);
    int idle = raw_connect(server.port), fd = raw_connect(server.port);
    ck_assert_int_eq(raw_ask(idle, GET, &reply), 200);
    raw_send(fd, POST "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n");
    raw_receive_head(fd, &reply);
    server_signal(&server, SIGTERM);
    ck_assert(server_says(&server, "stopping"));
    usleep(300000);
    ck_assert_int_eq(raw_ask(fd, TASK, &reply), 201);
    ck_assert(reply.closes);
    ck_assert(raw_ends(fd));
    ck_assert(raw_ends(idle));
    ck_assert_int_eq(server_wait(&server), 0);
    SERVER_START(&server);
    ck_assert_uint_eq(count_tasks(), 1);
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(it_serves_on_as_not_ready_for_a_while)
{
    SERVER_START(&server, "--drain-delay", "2s");
    int fd = raw_connect(server.port);
    ck_assert_int_eq(raw_ask(fd, GET, &reply), 200);
    server_signal(&server, SIGTERM);
    ck_assert(server_says(&server, "stopping"));
    ck_assert_int_eq(raw_ask(fd, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n", &reply), 503);
    ck_assert_ptr_nonnull(strstr(reply.text, "draining"));
    ck_assert_ptr_nonnull(strstr(reply.text, "Retry-After: "));
    ck_assert(!reply.closes);
    ck_assert_int_eq(raw_ask(fd, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", &reply), 200);
    ck_assert_int_eq(raw_ask(fd, GET, &reply), 200);
    ck_assert(!reply.closes);
    int other = raw_connect(server.port);
    ck_assert_int_eq(raw_ask(other, GET, &reply), 200);
    ck_assert_int_eq(server_wait(&server), 0);
    close(fd);
    close(other);
}
END_TEST

/* Holds a request in the middle of its body. */
static int hold_request(void)
{
    int fd = raw_connect(server.port);
    raw_send(fd, POST "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n");
    raw_receive_head(fd, &reply);
    ck_assert_int_eq(reply.status, 100);
    return fd;
}

/* Does somebody take a new connection within a moment? */
static bool is_accepted(int port)
{
    struct sockaddr_in other = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct pollfd poll_fd = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .events = POLLOUT};
    inet_pton(AF_INET, "127.0.0.1", &other.sin_addr);
    connect(poll_fd.fd, (struct sockaddr *)&other, sizeof other);
    bool accepted = poll(&poll_fd, 1, 200) > 0 && !(poll_fd.revents & POLLERR);
    close(poll_fd.fd);
    return accepted;
}

/* Else a busy server would never come to an end. */
START_TEST(nobody_new_is_let_in)
{
    SERVER_START(&server);
    int fd = hold_request();
    ck_assert(is_accepted(server.port));
    server_signal(&server, SIGTERM);
    for (int tries = 0; is_accepted(server.port); tries++) {
        ck_assert_int_lt(tries, 100);
        usleep(50000); /* not so fast that the queue overflows */
    }
    ck_assert_int_eq(raw_ask(fd, TASK, &reply), 201);
    ck_assert_int_eq(server_wait(&server), 0);
    close(fd);
}
END_TEST

START_TEST(a_second_signal_stops_at_once)
{
    static const char *const flags[] = {"--drain-delay", "--drain-timeout"};
    for (int i = 0; i < 2; i++) {
        SERVER_START(&server, flags[i], "10m", "--request-timeout", "10m");
        int fd = i ? hold_request() : raw_connect(server.port);
        server_signal(&server, SIGINT);
        ck_assert(server_says(&server, "stopping"));
        server_signal(&server, SIGTERM);
        ck_assert_int_eq(server_wait(&server), 0);
        close(fd);
    }
}
END_TEST

START_TEST(waiting_has_a_limit)
{
    SERVER_START(&server, "--drain-timeout", "200ms", "--request-timeout", "10m");
    int fd = hold_request();
    server_signal(&server, SIGTERM);
    ck_assert_int_eq(server_wait(&server), 0);
    ck_assert_ptr_nonnull(strstr(server.said, "1 requests are not answered"));
    close(fd);
    SERVER_START(&server);
    ck_assert_uint_eq(count_tasks(), 0);
    client_done();
    server_stop(&server);
}
END_TEST

/* civetweb alone would wait for its own two-second pauses to pass. */
START_TEST(idle_connections_do_not_delay_it)
{
    long shortest = 1000000;
    for (int i = 0; i < ROUNDS; i++) {
        SERVER_START(&server);
        int silent = raw_connect(server.port), idle = raw_connect(server.port);
        ck_assert_int_eq(raw_ask(idle, GET, &reply), 200);
        long start = now_ms();
        server_stop(&server);
        shortest = now_ms() - start < shortest ? now_ms() - start : shortest;
        close(silent);
        close(idle);
    }
    ck_assert_int_lt(shortest, 2000);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite(
        "stop", (const TTest *[]){nothing_is_lost_under_load, a_request_that_is_under_way_is_answered,
                                  it_serves_on_as_not_ready_for_a_while, nobody_new_is_let_in,
                                  a_second_signal_stops_at_once, waiting_has_a_limit,
                                  idle_connections_do_not_delay_it, NULL});
    server_clean_up();
    return result;
}
