/* tasksd while its database is away: it says so soon and lives on, and goes on by itself. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "clients.h"
#include "cluster.h"
#include "raw.h"
#include "run.h"
#include "tasks.h"

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

/* ---- Creations without a key, which the loops of quick.h take ---- */

static atomic_llong done, unknown, refused, longest_ms;
static atomic_bool stop;

static void create_one(int fd, struct raw_reply *reply)
{
    static const char request[] = "POST /tasks HTTP/1.1\r\nHost: localhost\r\n"
                                  "Content-Type: application/json\r\nContent-Length: 13\r\n\r\n"
                                  "{\"title\":\"x\"}";
    int64_t start = now_ms();
    int status = raw_ask(fd, request, reply);
    int64_t took = now_ms() - start;
    if (took > atomic_load(&longest_ms))
        atomic_store(&longest_ms, took);
    ck_assert_msg(status == 201 || status == 503, "%s", reply->text);
    ck_assert(status == 201 || strstr(reply->text, "\r\nRetry-After: "));
    atomic_fetch_add(status == 201 ? &done : strstr(reply->body, "outcome_unknown") ? &unknown : &refused, 1);
}

static void *create_on(void *unused)
{
    struct raw_reply *reply = malloc(sizeof *reply);
    int fd = raw_connect(server.port);
    while (!atomic_load(&stop)) {
        create_one(fd, reply);
        usleep(1000);
    }
    close(fd);
    free(reply);
    return unused;
}

static void await_done(long long more)
{
    long long wanted = atomic_load(&done) + more;
    for (int64_t start = now_ms(); atomic_load(&done) < wanted; usleep(1000))
        ck_assert_int_lt(now_ms() - start, PATIENCE_MS);
}

static int64_t stored(void)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    tasks_db *db;
    options.uri = server.store;
    ck_assert_int_eq(tasks_open(&options, &db, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_stats(db, 1, &figures, NULL), TASKS_OK);
    tasks_close(db);
    return figures.tasks;
}

static double quick(void)
{
    static const char name[] = "\ntasksd_http_quick_requests_total ";
    const char *at = strstr(client_get(&server, "/metrics")->body, name);
    ck_assert_ptr_nonnull(at);
    return strtod(at + strlen(name), NULL);
}

START_TEST(what_is_made_together_is_lost_or_made_like_all_else)
{
    pthread_t threads[CLIENTS];
    SERVER_START(&server);
    for (int i = 0; i < CLIENTS; i++)
        pthread_create(&threads[i], NULL, create_on, NULL);
    await_done(WARM);
    cluster_do(outages[_i].away, outages[_i].how);
    stay_away();
    cluster_do(outages[_i].back, NULL);
    await_done(WARM);
    atomic_store(&stop, true);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_gt(atomic_load(&refused) + atomic_load(&unknown), 0);
    ck_assert_int_lt(atomic_load(&longest_ms), SOON_MS);
    ck_assert_double_gt(quick(), WARM);
    ck_assert_int_ge(stored(), atomic_load(&done));
    ck_assert_int_le(stored(), atomic_load(&done) + atomic_load(&unknown));
    client_done();
    server_stop(&server);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite_for(
        "outage", RUN_COUNT(outages),
        (const TTest *[]){it_says_so_and_lives, what_is_made_together_is_lost_or_made_like_all_else, NULL});
    server_clean_up();
    return result;
}
