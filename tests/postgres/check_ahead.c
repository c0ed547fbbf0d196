/* A group that was sent before its write() is called ends as any other: told to its own batches, done once or
 * not at all, whatever becomes of the connection meanwhile. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cluster.h"
#include "db.h"
#include "postgres.h"

enum { GROUP = 3 };

static char uri[CLUSTER_URI_SIZE];
static tasks_error error;
static tasks_db *db;
static postgres_connection *c;
static backend_op ops[GROUP];
static backend_batch batches[GROUP], *group[GROUP];
static int64_t ids[GROUP];

#define OK(call) ck_assert_msg(!(call), "%s: %s", #call, error.message)

static void restart(void *context)
{
    *(int64_t *)context = 0;
}

static tasks_status take_row(void *context, const backend_row *row)
{
    *(int64_t *)context = row->task.id;
    return TASKS_OK;
}

static void make_group(int32_t kind)
{
    for (int i = 0; i < GROUP; i++) {
        ops[i] = (backend_op){.kind = kind, .id = i + 1};
        ops[i].fields = (backend_fields){.set = TASKS_SET_TITLE, .title = "x", .notes = "", .tags = ""};
        ops[i].fields.order = NAN;
        ops[i].fields.due_at_ms = ops[i].fields.expires_at_ms = TASKS_NO_TIME;
        batches[i] = (backend_batch){.owner = "local", .now_ms = 1, .ops = &ops[i], .count = 1};
        batches[i].sink = (backend_sink){.context = &ids[i], .restart = restart, .row = take_row};
        group[i] = &batches[i];
    }
    memset(ids, 0, sizeof ids);
}

/* What is there, besides the group that prepared the statements. */
static int64_t made(void)
{
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    OK(tasks_stats(db, 1, &figures, &error));
    return figures.tasks - GROUP;
}

static backend_outcome write_group(void)
{
    memset(&error, 0, sizeof error);
    return backend_postgres.write(c, group, GROUP, &error);
}

static void begin(void)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    void *connection;
    cluster_make_schema(uri);
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    OK(tasks_open(&options, &db, &error));
    OK(backend_postgres.connect(db->store->backend, 0, &connection, &error));
    c = connection;
    make_group(TASKS_CREATE);
    ck_assert_int_eq(write_group(), BACKEND_COMMITTED);
}

static void end(void)
{
    backend_postgres.disconnect(c);
    tasks_close(db);
    cluster_drop_schema(uri);
}

static void run_there(PGconn *session, const char *sql)
{
    char all[1024];
    snprintf(all, sizeof all, "SET search_path = %s; %s", strstr(uri, "search_path%3D") + 14, sql);
    PGresult *r = PQexec(session, all);
    ck_assert_msg(PQresultStatus(r) == PGRES_COMMAND_OK, "%s", PQerrorMessage(session));
    PQclear(r);
}

static void run_once(const char *sql)
{
    PGconn *session = cluster_connect();
    run_there(session, sql);
    PQfinish(session);
}

static void terminate(void)
{
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 10000)", PQbackendPID(c->pg));
    cluster_run(sql);
}

static void send_ahead(void)
{
    backend_batch *others[GROUP]; /* it is the batches that stay, not the array */
    memcpy(others, group, sizeof others);
    backend_postgres.write_ahead(c, others, GROUP);
    memset(others, 0, sizeof others);
}

/* As the nth of the groups behind the first. */
static void all_made(int64_t nth)
{
    int64_t first = 1 + nth * GROUP;
    for (int i = 0; i < GROUP; i++) {
        ck_assert_int_eq(batches[i].status, TASKS_OK);
        ck_assert_int_eq(ids[i], first + i);
        ck_assert_int_eq(batches[i].revision, first + i);
    }
}

START_TEST(what_was_sent_is_under_way_and_done_once)
{
    begin();
    send_ahead();
    ck_assert_ptr_nonnull(c->ahead);
    while (made() < GROUP)
        ;
    ck_assert_int_eq(write_group(), BACKEND_COMMITTED);
    ck_assert_ptr_null(c->ahead);
    all_made(1);
    ck_assert_int_eq(write_group(), BACKEND_COMMITTED);
    all_made(2);
    ck_assert_int_eq(made(), 2 * GROUP);
    end();
}
END_TEST

START_TEST(what_must_look_first_is_not_sent)
{
    begin();
    make_group(TASKS_UPDATE);
    send_ahead();
    ck_assert_ptr_null(c->ahead);
    ck_assert_int_eq(write_group(), BACKEND_COMMITTED);
    ck_assert_int_eq(ids[GROUP - 1], GROUP);
    end();
}
END_TEST

static const char trap[] =
    "CREATE SEQUENCE tries; CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF nextval('tries') <= %d THEN RAISE EXCEPTION USING ERRCODE = '%s'; END IF; RETURN NEW; END $$; "
    "CREATE TRIGGER trap BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION trap()";

static void set_trap(const char *state, int times)
{
    char sql[512];
    snprintf(sql, sizeof sql, trap, times, state);
    run_once(sql);
}

START_TEST(what_may_succeed_is_tried_again)
{
    begin();
    set_trap("40001", 1);
    send_ahead();
    ck_assert_int_eq(write_group(), BACKEND_COMMITTED);
    all_made(1);
    ck_assert_int_eq(made(), GROUP);
    end();
}
END_TEST

START_TEST(a_failure_is_told_by_its_own_write)
{
    begin();
    set_trap("53100", 1);
    send_ahead();
    ck_assert_int_eq(write_group(), BACKEND_UNDONE);
    ck_assert_int_eq(error.status, TASKS_FULL);
    ck_assert_int_eq(backend_postgres.health(c), BACKEND_FIT);
    ck_assert_int_eq(made(), 0);
    ck_assert_int_eq(write_group(), BACKEND_COMMITTED);
    all_made(1);
    end();
}
END_TEST

/* The group waits for a lock when its session is ended: the server's word says that nothing was done. */
START_TEST(a_session_that_is_ended_before_the_commit_has_done_nothing)
{
    begin();
    PGconn *other = cluster_connect();
    run_there(other, "BEGIN; LOCK TABLE tasks");
    send_ahead();
    terminate();
    ck_assert_int_eq(write_group(), BACKEND_UNDONE);
    ck_assert_int_eq(backend_postgres.health(c), BACKEND_BROKEN);
    PQfinish(other);
    ck_assert_int_eq(made(), 0);
    end();
}
END_TEST

/* What is lost without a word may have happened. */
START_TEST(a_connection_that_is_lost_leaves_the_outcome_open)
{
    begin();
    send_ahead();
    while (made() < GROUP)
        ;
    ck_assert_int_eq(shutdown(PQsocket(c->pg), SHUT_RDWR), 0);
    char scrap[4096];
    while (recv(PQsocket(c->pg), scrap, sizeof scrap, 0) > 0)
        ;
    ck_assert_int_eq(write_group(), BACKEND_UNKNOWN);
    ck_assert_int_eq(backend_postgres.health(c), BACKEND_BROKEN);
    ck_assert_int_eq(made(), GROUP);
    end();
}
END_TEST

START_TEST(a_connection_that_is_lost_before_sends_nothing)
{
    begin();
    terminate();
    send_ahead();
    ck_assert_ptr_null(c->ahead);
    ck_assert_int_eq(write_group(), BACKEND_UNDONE);
    ck_assert_int_eq(made(), 0);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sent ahead");
    TCase *cases = tcase_create("sent ahead");
    cluster_begin();
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, what_was_sent_is_under_way_and_done_once);
    tcase_add_test(cases, what_must_look_first_is_not_sent);
    tcase_add_test(cases, what_may_succeed_is_tried_again);
    tcase_add_test(cases, a_failure_is_told_by_its_own_write);
    tcase_add_test(cases, a_session_that_is_ended_before_the_commit_has_done_nothing);
    tcase_add_test(cases, a_connection_that_is_lost_leaves_the_outcome_open);
    tcase_add_test(cases, a_connection_that_is_lost_before_sends_nothing);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
