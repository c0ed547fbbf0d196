/* Streams without events, connections without requests, and readers that take their time. On its own, because
 * it takes as long as they may. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"
#include "server.h"
#include "sse.h"

#define GET "GET /tasks HTTP/1.1\r\nHost: localhost\r\n\r\n"

enum { OFTEN_MS = 10000, PATIENCE_MS = 50000 };

static struct server server;
static struct raw_reply reply;

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A stream says something before a load balancer takes it for dead, which is after 60 s, and no oftener than
 * needed; a connection of which no request comes is kept (civetweb by itself ends it after half a second). */
START_TEST(who_is_silent_is_kept)
{
    struct sse s;
    long began = now_ms();
    SERVER_START(&server);
    int idle = raw_connect(server.port);
    ck_assert_int_eq(raw_ask(idle, GET, &reply), 200);
    ck_assert_int_eq(sse_open(&s, server.port, "/tasks/events", ""), 200);
    ck_assert(sse_comment(&s, PATIENCE_MS));
    ck_assert_int_ge(now_ms() - began, OFTEN_MS);
    ck_assert_int_eq(raw_ask(idle, GET, &reply), 200);
    close(idle);
    sse_close(&s);
    server_stop(&server);
}
END_TEST

/* A connection that takes small pieces, and has room for few of them. */
static int connect_narrowly(void)
{
    struct sockaddr_in other = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server.port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), piece = 536, room = 2048;
    other.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &piece, sizeof piece), 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room), 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&other, sizeof other), 0);
    return fd;
}

/* How many hold a worker; one of them is who asks. */
static int count_connections(void)
{
    const json_t *http = json_object_get(client_get(&server, "/pool-stats")->json, "http");
    return (int)json_integer_value(json_object_get(http, "connections"));
}

/* Takes a little each time, for about a second. Returns how much. */
static size_t sip(int fd)
{
    char scratch[400];
    size_t total = 0;
    for (int i = 0; i < 10; i++, usleep(100000)) {
        ssize_t count = recv(fd, scratch, sizeof scratch, MSG_DONTWAIT);
        total += count > 0 ? (size_t)count : 0;
    }
    return total;
}

/* civetweb by itself counts the time from byte to byte: such a one holds a worker for as long as he likes. */
START_TEST(who_reads_too_slowly_is_cut_off)
{
    char body[4200];
    SERVER_START(&server, "--request-timeout", "5s");
    snprintf(body, sizeof body, "{\"title\":\"a\",\"notes\":\"%04000d\"}", 0);
    for (int i = 0; i < 60; i++)
        ck_assert_int_eq((int)client_json(&server, "POST", "/tasks", body)->status, 201);
    size_t whole = strlen(client_get(&server, "/tasks")->body), taken = 0;
    int fd = connect_narrowly();
    raw_send(fd, GET);
    do
        taken += sip(fd);
    while (taken == 0 || count_connections() > 1);
    ck_assert_uint_gt(taken, whole / 20); /* it was not cut off for taking nothing */
    ck_assert_uint_lt(taken, whole / 2);
    close(fd);
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(an_idle_connection_ends_when_its_time_is_over)
{
    SERVER_START(&server, "--keep-alive", "300ms");
    int idle = raw_connect(server.port);
    ck_assert_int_eq(raw_ask(idle, GET, &reply), 200);
    ck_assert(!reply.closes);
    ck_assert(raw_ends(idle));
    close(idle);
    server_stop(&server);
}
END_TEST

int main(void)
{
    server_prepare();
    int result =
        run_suite("silence", (const TTest *[]){who_is_silent_is_kept, who_reads_too_slowly_is_cut_off,
                                               an_idle_connection_ends_when_its_time_is_over, NULL});
    server_clean_up();
    return result;
}
