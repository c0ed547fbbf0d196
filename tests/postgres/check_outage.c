/* tasksd while its database is away: it says so soon and lives on, and goes on by itself. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "clients.h"
#include "cluster.h"
#include "run.h"

enum { CLIENTS = 6, WARM = 100, ASKED = 3, SOON_MS = 10000, PATIENCE_MS = 30000 };

static struct server server;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* How the database goes away, and how it comes back. */
static const struct {
    const char *name, *away, *how, *back;
} outages[] = {
    {"stopped", "stop", "fast", "start"},
    {"crashed", "stop", "immediate", "start"},
    {"silent", "freeze", NULL, "thaw"},
};

static int64_t refused_soon(const char *method, const char *path, const char *body)
{
    int64_t start = now_ms();
    const struct client_reply *reply = client_json(&server, method, path, body);
    int64_t took = now_ms() - start;
    ck_assert_msg(reply->status == 503, "%s %s: %ld %s", method, path, reply->status, reply->body);
    ck_assert_ptr_nonnull(client_header("Retry-After"));
    ck_assert_str_eq(client_header("Content-Type"), "application/problem+json");
    ck_assert_int_lt(took, SOON_MS);
    ck_assert_int_eq(client_get(&server, "/livez")->status, 200);
    return took;
}

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The longest wait for a refusal. */
static int64_t stay_away(void)
{
    int64_t longest = 0;
    for (int i = 0; i < ASKED; i++) {
        longest = longer(longest, refused_soon("GET", "/tasks", NULL));
        longest = longer(longest, refused_soon("GET", "/tasks/1", NULL));
        longest =
            longer(longest, refused_soon("POST", "/tasks", "{\"title\":\"x\",\"notes\":\"not to be\"}"));
        longest = longer(longest, refused_soon("GET", "/readyz", NULL));
    }
    return longest;
}

static int64_t back_after(void)
{
    int64_t start = now_ms();
    while (client_get(&server, "/readyz")->status != 200) {
        ck_assert_int_lt(now_ms() - start, PATIENCE_MS);
        usleep(20000);
    }
    return now_ms() - start;
}

START_TEST(it_says_so_and_lives)
{
    SERVER_START(&server);
    clients *requests = clients_start(&server.port, 1, CLIENTS);
    clients_await(requests, WARM);
    cluster_do(outages[_i].away, outages[_i].how);
    int64_t refused = stay_away();
    cluster_do(outages[_i].back, NULL);
    int64_t back = back_after();
    clients_await(requests, WARM);
    clients_report r = clients_stop(requests);
    printf("database %-8s 503 after at most %lld ms, ready %lld ms after it was back; %lld requests done, "
           "%lld put "
           "off, longest %lld ms\n",
           outages[_i].name, (long long)refused, (long long)back, (long long)r.done, (long long)r.put_off,
           (long long)r.longest_ms);
    fflush(stdout);
    ck_assert_int_eq(r.wrong + r.unanswered, 0);
    ck_assert_int_gt(r.put_off, 0);
    ck_assert_int_lt(r.longest_ms, SOON_MS);
    clients_verify(requests, &server);
    client_done();
    server_stop(&server);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite_for("outage", RUN_COUNT(outages), (const TTest *[]){it_says_so_and_lives, NULL});
    server_clean_up();
    return result;
}
