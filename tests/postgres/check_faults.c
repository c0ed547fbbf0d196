/* What breaks under load, and how soon all is well again. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cluster.h"
#include "load.h"

enum {
    SLOTS = 40,
    WRITERS = 8,
    READERS = 4,
    WARM_MS = 500,
    CALM_MS = 1500,
    GIVE_UP_MS = 30000,
    LONGEST_MS = 30000
};

static tasks_db *db;

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void pause_ms(int ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

/* ---- The faults: each breaks something, and has it whole again when it returns ---- */

static void terminate_all(void)
{
    for (int i = 0; i < 3; i++) {
        cluster_run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
        pause_ms(200);
    }
}

static void crash(void)
{
    cluster_do("stop", "immediate");
    pause_ms(500);
    cluster_do("start", NULL);
}

static void freeze(void)
{
    cluster_do("freeze", NULL);
    pause_ms(8000);
    cluster_do("thaw", NULL);
}

static void read_only(void)
{
    cluster_run("ALTER SYSTEM SET default_transaction_read_only = on");
    cluster_run("SELECT pg_reload_conf()");
    pause_ms(3000);
    cluster_run("ALTER SYSTEM RESET default_transaction_read_only");
    cluster_run("SELECT pg_reload_conf()");
}

/* Somebody else takes the connections that ours lose, until it has all of them or all but one. */
static void take_slots(int left)
{
    static PGconn *others[SLOTS];
    char uri[CLUSTER_URI_SIZE], ours[8];
    int count = 0;
    snprintf(uri, sizeof uri, "postgresql://greedy@/postgres?host=%s&port=%d", cluster_socket(),
             cluster_port());
    do {
        PGconn *c = PQconnectdb(uri);
        if (PQstatus(c) == CONNECTION_OK && count < SLOTS) {
            others[count++] = c;
        } else {
            PQfinish(c);
            cluster_run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app' LIMIT 1");
        }
        cluster_ask("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'", ours, sizeof ours);
    } while (strtol(ours, NULL, 10) > left);
    pause_ms(3000);
    while (count)
        PQfinish(others[--count]);
}

static void no_free_slots(void)
{
    take_slots(0);
}

static void few_free_slots(void)
{
    take_slots(2);
}

static void lock_table(void)
{
    PGconn *c = cluster_connect();
    PQclear(PQexec(c, "BEGIN; LOCK TABLE faults.tasks IN ACCESS EXCLUSIVE MODE"));
    pause_ms(6000);
    PQclear(PQexec(c, "ROLLBACK"));
    PQfinish(c);
}

/* Among it a change of a result's type, which makes prepared statements fail. */
static void change_schema(void)
{
    static const char *const changes[] = {
        "ALTER TABLE faults.tasks ADD COLUMN extra text",
        "ALTER TABLE faults.tasks ALTER COLUMN completed TYPE integer",
        "ALTER TABLE faults.tasks DROP COLUMN extra",
        "CREATE INDEX another ON faults.tasks (owner, created_at)",
        "DROP INDEX faults.another",
        "ALTER TABLE faults.tasks ALTER COLUMN completed TYPE smallint",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        cluster_run(changes[i]);
        pause_ms(200);
    }
}

static const struct {
    const char *name;
    void (*happen)(void);
    int recovered_ms; /* after it is over */
    bool unseen;      /* no call fails */
} faults[] = {
    {"all backends terminated", terminate_all, 2000, false},
    {"immediate crash and restart", crash, 5000, false},
    {"frozen for 8 s", freeze, 5000, false},
    {"read-only for 3 s", read_only, 5000, false},
    {"no free slots for 3 s", no_free_slots, 5000, false},
    {"few slots left for 3 s", few_free_slots, 2000, false},
    {"table locked for 6 s", lock_table, 5000, false},
    {"schema changed", change_schema, 0, true},
};

/* ---- The test ---- */

static void setup(void)
{
    char uri[CLUSTER_URI_SIZE];
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_error error;
    cluster_run("CREATE SCHEMA faults AUTHORIZATION app");
    snprintf(uri, sizeof uri, "postgresql://app@127.0.0.1:%d/postgres?options=-csearch_path%%3Dfaults",
             cluster_port());
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    tasks_status status = tasks_open(&options, &db, &error);
    ck_assert_msg(!status, "%s", error.message);
}

static void teardown(void)
{
    tasks_close(db);
    cluster_run("SET client_min_messages = error; DROP SCHEMA faults CASCADE");
}

static void tell(int fault, const load_report *r, int64_t recovered)
{
    printf("%-28s recovered after %5lld ms; %lld calls done, %lld failed, %lld of unknown outcome, longest "
           "%lld ms\n",
           faults[fault].name, (long long)recovered, (long long)r->done, (long long)r->failed,
           (long long)r->unknown, (long long)r->longest_ms);
    fflush(stdout);
}

START_TEST(nothing_acknowledged_is_lost)
{
    load *l = load_start(&db, 1, WRITERS, READERS);
    pause_ms(WARM_MS);
    faults[_i].happen();
    int64_t over = now_ms();
    bool calm = load_calm(l, CALM_MS, GIVE_UP_MS);
    load_report r = load_stop(l);
    int64_t recovered = r.last_failure_ms > over ? r.last_failure_ms - over : 0;
    tell(_i, &r, recovered);
    ck_assert_msg(calm, "calls still fail %d s later", GIVE_UP_MS / 1000);
    ck_assert_int_le(recovered, faults[_i].recovered_ms);
    ck_assert_int_le(r.longest_ms, LONGEST_MS);
    if (faults[_i].unseen)
        ck_assert_int_eq(r.failed + r.unknown, 0);
    load_verify(l, db);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *group = tcase_create("faults");
    cluster_begin();
    cluster_run("CREATE ROLE app LOGIN; CREATE ROLE greedy LOGIN");
    tcase_add_checked_fixture(group, setup, teardown);
    tcase_set_timeout(group, 90);
    tcase_add_loop_test(group, nothing_acknowledged_is_lost, 0, sizeof faults / sizeof *faults);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
