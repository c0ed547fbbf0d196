/* Streams without events and connections without requests. On its own, because it takes as long as they may
 * be silent. */
#include <time.h>
#include <unistd.h>

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
    int result = run_suite("silence", (const TTest *[]){who_is_silent_is_kept,
                                                        an_idle_connection_ends_when_its_time_is_over, NULL});
    server_clean_up();
    return result;
}
