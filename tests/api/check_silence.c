/* A stream without events. On its own, because it takes as long as a stream may be silent. */
#include <time.h>

#include "raw.h"
#include "run.h"
#include "server.h"
#include "sse.h"

enum { OFTEN_MS = 10000, PATIENCE_MS = 50000 };

static struct server server;

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Before a load balancer takes it for dead, which is after 60 s, and no oftener than needed. */
START_TEST(a_silent_stream_shows_life)
{
    struct sse s;
    long began = now_ms();
    SERVER_START(&server);
    ck_assert_int_eq(sse_open(&s, server.port, "/tasks/events", ""), 200);
    ck_assert(sse_comment(&s, PATIENCE_MS));
    ck_assert_int_ge(now_ms() - began, OFTEN_MS);
    sse_close(&s);
    server_stop(&server);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite("silence", (const TTest *[]){a_silent_stream_shows_life, NULL});
    server_clean_up();
    return result;
}
