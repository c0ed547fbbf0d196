/* A primary and its synchronous standby behind one URI. The primary goes away under load, in the way that the
 * argument says, and the standby takes over: nothing acknowledged is lost, and the service is soon back. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients.h"
#include "cluster.h"
#include "load.h"
#include "run.h"

enum {
    WRITERS = 4,
    READERS = 2,
    CLIENTS = 6,
    WARM = 200,
    CALM_MS = 3000,
    GIVE_UP_MS = 60000,
    BACK_MS = 10000
};
enum { LONGEST_MS = 30000 };

static const struct loss {
    const char *command, *undo;
} losses[] = {
    {"kill", "start"}, {"freeze", "thaw"}, /* still there, but says nothing any more */
};

static const struct loss *loss = losses;
static struct server server;
static tasks_error error;

#define OK(call) ck_assert_msg(!(call), "%s: %s", #call, error.message)

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* A schema that is found wherever the primary is. */
static void make_place(const char *schema, char uri[CLUSTER_URI_SIZE])
{
    char sql[64];
    snprintf(sql, sizeof sql, "CREATE SCHEMA %s", schema);
    cluster_run(sql);
    snprintf(uri, CLUSTER_URI_SIZE,
             "postgresql://tasks@127.0.0.1:%d,127.0.0.1:%d/postgres?target_session_attrs=read-write"
             "&options=-csearch_path%%3D%s",
             cluster_port(), cluster_standby_port(), schema);
}

static tasks_db *open_at(const char *uri)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_db *db = NULL;
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    OK(tasks_open(&options, &db, &error));
    return db;
}

static tasks_db *open_store(const char *schema)
{
    char uri[CLUSTER_URI_SIZE];
    make_place(schema, uri);
    return open_at(uri);
}

static tasks_status add(tasks_db *db, tasks_error *e)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE;
    patch.title = "x";
    return tasks_create(db, &patch, NULL, e);
}

/* ---- While both are there ---- */

START_TEST(the_node_that_takes_writes_is_found_wherever_it_stands)
{
    char uri[CLUSTER_URI_SIZE];
    cluster_run("CREATE SCHEMA found");
    snprintf(
        uri, sizeof uri,
        "postgresql://tasks@127.0.0.1:1,127.0.0.1:%d,127.0.0.1:%d/postgres?options=-csearch_path%%3Dfound",
        cluster_standby_port(), cluster_port());
    tasks_db *db = open_at(uri);
    OK(add(db, &error));
    tasks_close(db);
}
END_TEST

/* A commit that waits for the standby. */
typedef struct waiting {
    tasks_db *db;
    pthread_t thread;
    tasks_status status;
    tasks_error error;
} waiting;

static void *write_and_wait(void *opaque)
{
    waiting *w = opaque;
    w->status = add(w->db, &w->error);
    return NULL;
}

static void cancel_the_wait(void)
{
    char cancelled[2] = "";
    for (int64_t start = now_ms(); strcmp(cancelled, "t") != 0;) {
        ck_assert_int_lt(now_ms() - start, GIVE_UP_MS);
        cluster_ask("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
                    cancelled, sizeof cancelled);
    }
}

/* The server then answers COMMIT, though only one machine has it. */
START_TEST(a_commit_that_did_not_wait_for_the_standby_is_not_acknowledged)
{
    waiting w = {.db = open_store("alone")};
    cluster_do_standby("freeze");
    ck_assert_int_eq(pthread_create(&w.thread, NULL, write_and_wait, &w), 0);
    cancel_the_wait();
    ck_assert_int_eq(pthread_join(w.thread, NULL), 0);
    cluster_do_standby("thaw");
    ck_assert_int_eq(w.status, TASKS_UNAVAILABLE);
    ck_assert_str_eq(w.error.code, "outcome_unknown");
    OK(add(w.db, &error));
    tasks_close(w.db);
}
END_TEST

/* ---- When one is lost ---- */

/* Each task was one commit, so that their count is the revision, also after the change of servers. */
static void no_revision_is_missing(tasks_db *db)
{
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    int64_t revision, expired;
    OK(tasks_stats(db, 1, &figures, &error));
    OK(tasks_revision(db, &revision, &expired, &error));
    ck_assert_int_eq(figures.tasks, revision);
}

static void tell(int64_t start, const load_report *l, const clients_report *c)
{
    printf(
        "primary lost (%s): back after %lld ms for callers of the library (%lld calls done, %lld failed, "
        "%lld of "
        "unknown outcome, longest %lld ms), after %lld ms over HTTP (%lld requests done, %lld put off, %lld "
        "unanswered, longest %lld ms)\n",
        loss->command, (long long)(l->last_failure_ms - start), (long long)l->done, (long long)l->failed,
        (long long)l->unknown, (long long)l->longest_ms, (long long)(c->last_bad_ms - start),
        (long long)c->done, (long long)c->put_off, (long long)c->unanswered, (long long)c->longest_ms);
    fflush(stdout);
}

START_TEST(nothing_acknowledged_is_lost_with_the_primary)
{
    tasks_db *db = open_store("embedded");
    make_place("served", server.store);
    SERVER_START(&server);
    load *calls = load_start(&db, 1, WRITERS, READERS);
    clients *requests = clients_start(&server.port, 1, CLIENTS);
    clients_await(requests, WARM);

    int64_t start = now_ms();
    cluster_do(loss->command, NULL);
    cluster_do_standby("promote");
    clients_await(requests, WARM);
    bool calm = load_calm(calls, CALM_MS, GIVE_UP_MS);
    load_report l = load_stop(calls);
    clients_report c = clients_stop(requests);
    tell(start, &l, &c);
    ck_assert(calm);
    ck_assert_int_gt(l.last_failure_ms, start); /* else nothing was lost, and nothing shown */
    ck_assert_int_lt(l.last_failure_ms - start, BACK_MS);
    ck_assert_int_lt(c.last_bad_ms - start, BACK_MS);
    ck_assert_int_eq(c.wrong + c.unanswered, 0);
    ck_assert_int_lt(l.longest_ms, LONGEST_MS);
    no_revision_is_missing(db);
    load_verify(calls, db);
    clients_verify(requests, &server);
    tasks_close(db);
    server_stop(&server);
}
END_TEST

/* Nobody may write into a primary that comes back after the standby has taken over: what it took would be
 * lost. It waits for the standby, which does not follow it any more. */
START_TEST(the_old_primary_acknowledges_nothing_when_it_is_back)
{
    char uri[CLUSTER_URI_SIZE];
    cluster_do(loss->undo, NULL);
    snprintf(uri, sizeof uri, "postgresql://tasks@127.0.0.1:%d/postgres?options=-csearch_path%%3Dembedded",
             cluster_port());
    tasks_db *db = open_at(uri);
    ck_assert_int_eq(add(db, &error), TASKS_UNAVAILABLE);
    tasks_close(db);
}
END_TEST

int main(int argc, char **argv)
{
    for (int i = 0; i < RUN_COUNT(losses) && argc > 1; i++)
        if (strcmp(losses[i].command, argv[1]) == 0)
            loss = &losses[i];
    server_prepare();
    int result = run_suite("failover",
                           (const TTest *[]){the_node_that_takes_writes_is_found_wherever_it_stands,
                                             a_commit_that_did_not_wait_for_the_standby_is_not_acknowledged,
                                             nothing_acknowledged_is_lost_with_the_primary,
                                             the_old_primary_acknowledges_nothing_when_it_is_back, NULL});
    server_clean_up();
    return result;
}
