/* Connections that are left to the loops of quick.h: nobody can tell, but for the figures. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"
#include "client.h"
#include "raw.h"
#include "run.h"

#define LINES  " HTTP/1.1\r\nHost: localhost\r\n"
#define LIST   "GET /tasks" LINES "\r\n"
#define ONE    "GET /tasks/1" LINES "\r\n"
#define SEARCH "GET /tasks?q=milk" LINES "\r\n"
#define TASK   "{\"title\":\"Buy milk\"}"
#define JSON   "Content-Type: application/json\r\n"
#define CREATE "POST /tasks" LINES JSON "Content-Length: 20\r\n\r\n" TASK
#define PATCH  "PATCH /tasks/1" LINES JSON
#define CHANGE PATCH "Content-Length: 20\r\n\r\n" TASK

enum { LONG_ENOUGH = 12, LARGE = 80, PATIENCE = 3000, THREADS = 8, ROUNDS = 2000 };

static struct server server;
static struct raw_reply reply;

static double figure(const char *name)
{
    const char *at = strstr(client_get(&server, "/metrics")->body, name);
    ck_assert_ptr_nonnull(at);
    return strtod(at + strlen(name), NULL);
}

static double quick(void)
{
    return figure("\ntasksd_http_quick_requests_total ");
}

/* To read a list of PostgreSQL takes a worker, as it has to wait. */
static bool lists_are_quick(void)
{
    return strncmp(server.store, "sqlite:", 7) == 0;
}

static void start(void)
{
    SERVER_START(&server);
    ck_assert_int_eq(client_json(&server, "POST", "/tasks", TASK)->status, 201);
}

static void finish(void)
{
    client_done();
    server_stop(&server);
}

static void ask_long_enough(int fd)
{
    for (int i = 0; i < LONG_ENOUGH; i++)
        ck_assert_int_eq(raw_ask(fd, ONE, &reply), 200);
}

/* A connection that has asked so often that a loop has it. */
static int quick_connection(void)
{
    int fd = raw_connect(server.port);
    ask_long_enough(fd);
    return fd;
}

/* The answer without what is different each time. */
static char *plain(const char *request, int fd)
{
    static const char *const names[] = {"\r\nDate: ", "\r\nX-Request-Id: "};
    raw_ask(fd, request, &reply);
    for (int i = 0; i < 2; i++) {
        char *value = strstr(reply.text, names[i]);
        ck_assert_ptr_nonnull(value);
        memset(value + strlen(names[i]), '-', strcspn(value + strlen(names[i]), "\r"));
    }
    return strdup(reply.text);
}

START_TEST(answers_are_the_same)
{
    static const char *const requests[] = {ONE,
                                           "GET /tasks/999" LINES "\r\n",
                                           "GET /tasks/1" LINES "If-None-Match: \"1\"\r\n\r\n",
                                           LIST,
                                           "GET /tasks?limit=1&completed=false" LINES "\r\n",
                                           "GET /tasks?limit=x" LINES "\r\n",
                                           "GET /tasks" LINES "If-None-Match: *\r\n\r\n"};
    enum { LISTS = 4 };
    start();
    int new = raw_connect(server.port), old = quick_connection();
    double before = quick();
    for (int i = 0; i < RUN_COUNT(requests); i++) {
        char *first = plain(requests[i], new), *second = plain(requests[i], old);
        ck_assert_str_eq(first, second);
        free(first);
        free(second);
    }
    ck_assert_double_eq(quick() - before, RUN_COUNT(requests) - (lists_are_quick() ? 0 : LISTS));
    close(new);
    close(old);
    finish();
}
END_TEST

/* Digits aside, as each task has its own id. */
static char *plain_creation(const char *request, int fd)
{
    char *text = plain(request, fd);
    for (char *at = text; *at; at++)
        *at = *at >= '0' && *at <= '9' ? '0' : *at;
    return text;
}

#define POST "POST /tasks" LINES JSON "Content-Length: "

START_TEST(writes_are_answered_the_same)
{
    static const char *const requests[] = {CREATE,
                                           POST "22\r\n\r\n[" TASK "]",
                                           POST "43\r\n\r\n[" TASK "," TASK "]",
                                           POST "12\r\n\r\n{\"title\":\"\"}",
                                           POST "2\r\n\r\n[]",
                                           POST "3\r\n\r\n[1]",
                                           POST "1\r\n\r\n{",
                                           CHANGE,
                                           PATCH "If-Match: *\r\nContent-Length: 20\r\n\r\n" TASK,
                                           PATCH "If-Match: \"r99\"\r\nContent-Length: 20\r\n\r\n" TASK,
                                           PATCH "Content-Length: 22\r\n\r\n[" TASK "]",
                                           "PATCH /tasks/999" LINES JSON "Content-Length: 20\r\n\r\n" TASK,
                                           "DELETE /tasks/1" LINES "If-Match: \"r99\"\r\n\r\n",
                                           "DELETE /tasks/999" LINES "\r\n"};
    start();
    int old = quick_connection();
    double before = quick();
    for (int i = 0; i < RUN_COUNT(requests); i++) {
        int new = raw_connect(server.port);
        char *first = plain_creation(requests[i], new), *second = plain_creation(requests[i], old);
        ck_assert_str_eq(first, second);
        free(first);
        free(second);
        close(new);
    }
    ck_assert_double_eq(quick() - before, RUN_COUNT(requests));
    close(old);
    finish();
}
END_TEST

START_TEST(what_is_deleted_is_gone)
{
    start();
    int fd = quick_connection();
    double before = quick();
    ck_assert_int_eq(raw_ask(fd, "DELETE /tasks/1" LINES "If-Match: \"r1\"\r\n\r\n", &reply), 200);
    ck_assert_ptr_nonnull(strstr(reply.text, "Buy milk"));
    ck_assert_int_eq(raw_ask(fd, ONE, &reply), 404);
    ck_assert_double_eq(quick() - before, 2);
    close(fd);
    finish();
}
END_TEST

/* A loop has the body already, so unlike a worker it need not end a connection of whose body it read nothing.
 */
START_TEST(a_refused_write_ends_nothing)
{
    start();
    int fd = quick_connection();
    double before = quick();
    ck_assert_int_eq(raw_ask(fd, "POST /tasks" LINES "Content-Length: 20\r\n\r\n" TASK, &reply), 415);
    ck_assert(!reply.closes);
    ck_assert_int_eq(
        raw_ask(fd, "POST /tasks" LINES "Origin: http://a.test\r\n" JSON "Content-Length: 20\r\n\r\n" TASK,
                &reply),
        403);
    ck_assert(!reply.closes);
    ck_assert_int_eq(raw_ask(fd, ONE, &reply), 200);
    ck_assert_double_eq(quick() - before, 3);
    close(fd);
    finish();
}
END_TEST

/* What a loop does not answer it leaves untouched. */
START_TEST(all_else_is_for_the_worker)
{
    static const struct {
        const char *request;
        int status;
    } rows[] = {
        {PATCH "If-Match: \"r9\", \"r1\"\r\nContent-Length: 20\r\n\r\n" TASK, 200},
        {PATCH "If-Match: W/\"r2\"\r\nContent-Length: 20\r\n\r\n" TASK, 412},
        {PATCH "Idempotency-Key: twice\r\nContent-Length: 20\r\n\r\n" TASK, 200},
        {"DELETE /tasks/999" LINES "Content-Length: 0\r\n\r\n", 404},
        {"DELETE /tasks?completed=true" LINES "\r\n", 200},
        {"POST /tasks" LINES "Idempotency-Key: once\r\n" JSON "Content-Length: 20\r\n\r\n" TASK, 201},
        {"POST /tasks" LINES "Expect: anything\r\n" JSON "Content-Length: 20\r\n\r\n" TASK, 417},
        {"POST /tasks?x=1" LINES JSON "Content-Length: 20\r\n\r\n" TASK, 400},
        {SEARCH, 200},
        {"GET /livez" LINES "\r\n", 200},
        {"HEAD /livez" LINES "\r\n", 200},
        {"GET /task%73/1" LINES "\r\n", 200},
        {"GET /tasks/1" LINES "Content-Length: 0\r\n\r\n", 200},
        {"POST /tasks" LINES "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
         "14\r\n" TASK "\r\n0\r\n\r\n",
         201},
        {"GET  /tasks/1" LINES "\r\n", 400},
    };
    start();
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        int fd = quick_connection();
        double before = quick();
        raw_send(fd, rows[i].request);
        if (strncmp(rows[i].request, "HEAD", 4) == 0)
            raw_receive_head(fd, &reply);
        else
            raw_receive(fd, &reply);
        ck_assert_msg(reply.status == rows[i].status, "%s: %s", rows[i].request, reply.text);
        ck_assert_double_eq(quick() - before, 0);
        if (!reply.closes)
            ask_long_enough(fd);
        close(fd);
    }
    finish();
}
END_TEST

/* A connection that asks for other things now and then stays with the loops; where they are many, it does
 * not. */
START_TEST(something_else_in_between_changes_nothing)
{
    start();
    int fd = quick_connection();
    double before = quick();
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(raw_ask(fd, SEARCH, &reply), 200);
        ask_long_enough(fd);
    }
    ck_assert_double_eq(quick() - before, 5 * LONG_ENOUGH);
    for (int i = 0; i < LONG_ENOUGH; i++)
        ck_assert_int_eq(raw_ask(fd, SEARCH, &reply), 200);
    before = quick();
    ck_assert_int_eq(raw_ask(fd, ONE, &reply), 200);
    ck_assert_double_eq(quick() - before, 0);
    close(fd);
    finish();
}
END_TEST

/* What is sent before the answer is there is answered in its order, whoever answers, and nothing twice. */
START_TEST(requests_may_come_in_one_piece)
{
    enum { PARTS = 4 };
    static const char *const pieces[][PARTS] = {{ONE, ONE, CREATE, ONE},
                                                {CREATE, ONE, ONE, CREATE},
                                                {ONE, SEARCH, ONE, ONE},
                                                {CREATE, ONE, SEARCH, LIST}};
    start();
    int fd = quick_connection();
    for (int i = 0; i < RUN_COUNT(pieces); i++) {
        char text[1024];
        const char *const *parts = pieces[i];
        snprintf(text, sizeof text, "%s%s%s%s", parts[0], parts[1], parts[2], parts[3]);
        raw_send(fd, text);
        for (int part = 0; part < PARTS; part++) {
            raw_receive(fd, &reply);
            ck_assert_int_eq(reply.status, parts[part][0] == 'P' ? 201 : 200);
        }
        ask_long_enough(fd);
    }
    ck_assert(!raw_wait(fd, 50));
    close(fd);
    finish();
}
END_TEST

static void ask_in_pieces(int fd, const char *request, int status)
{
    for (size_t i = 1; i < strlen(request); i += 7) {
        raw_try_send(fd, request, i);
        usleep(2000);
        raw_send(fd, &request[i]);
        raw_receive(fd, &reply);
        ck_assert_int_eq(reply.status, status);
        ck_assert_int_eq(raw_ask(fd, ONE, &reply), 200);
    }
}

START_TEST(a_request_may_come_in_pieces)
{
    start();
    int fd = quick_connection();
    ask_in_pieces(fd, ONE, 200);
    ask_long_enough(fd);
    ask_in_pieces(fd, CREATE, 201);
    close(fd);
    finish();
}
END_TEST

/* Notes of as many bytes as they may have, in as many tasks as a body may have. */
static void make_large(void)
{
    enum { CHARACTERS = 8192, TASKS = 20 };
    buf body;
    buf_init(&body, 1 << 20);
    for (int i = 0; i < TASKS; i++) {
        buf_print(&body, "%s{\"title\":\"%d\",\"notes\":\"", i ? "," : "[", i);
        for (int n = 0; n < CHARACTERS; n++)
            buf_text(&body, "\xf0\x9f\xa6\x84");
        buf_text(&body, "\"}");
    }
    buf_text(&body, "]");
    for (int i = 0; i < LARGE / TASKS; i++)
        ck_assert_int_eq(client_json(&server, "POST", "/tasks", body.bytes)->status, 201);
    buf_done(&body);
}

/* What follows the answer at `at`, whose body must be a list of all tasks. */
static char *after_list(char *at)
{
    char *body = strstr(at, "\r\n\r\n") + 4;
    size_t size = (size_t)strtol(strstr(at, "Content-Length: ") + 16, NULL, 10);
    ck_assert_uint_gt(size, LARGE * 32000);
    json_t *list = json_loadb(body, size, 0, NULL);
    ck_assert_uint_eq(json_array_size(list), LARGE + 1);
    json_decref(list);
    return body + size;
}

/* More than the system takes for a client that does not read: the worker sends the rest. */
START_TEST(answers_that_do_not_fit_come_whole)
{
    enum { LISTS = 3, ROOM = 16 << 20 };
    char *bytes = malloc(ROOM), *at = bytes;
    size_t length = 0;
    ssize_t count;
    start();
    make_large();
    int fd = quick_connection(), small = 64 << 10;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    double before = quick();
    for (int i = 0; i < LISTS; i++) {
        raw_send(fd, "GET /tasks?limit=99" LINES "\r\n");
        usleep(300000);
    }
    ck_assert_double_ge(quick() - before, lists_are_quick() * 2);
    raw_send(fd, "GET /tasks/1" LINES "Connection: close\r\n\r\n");
    while ((count = recv(fd, bytes + length, ROOM - 1 - length, 0)) > 0)
        length += (size_t)count;
    bytes[length] = '\0';
    for (int i = 0; i < LISTS; i++)
        at = after_list(at);
    ck_assert_int_eq(strncmp(at, "HTTP/1.1 200", 12), 0);
    close(fd);
    free(bytes);
    finish();
}
END_TEST

static void wait_for_connections(double wanted)
{
    double held;
    for (int i = 0; (held = figure("\ntasksd_http_connections ")) != wanted; i++) {
        ck_assert_msg(i < PATIENCE, "%g connections", held);
        usleep(10000);
    }
}

START_TEST(a_client_that_leaves_frees_its_worker)
{
    start();
    for (int i = 0; i < LONG_ENOUGH; i++) {
        int fd = quick_connection();
        if (i % 2) {
            const struct linger at_once = {1, 0};
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        close(fd);
    }
    wait_for_connections(1);
    finish();
}
END_TEST

START_TEST(silence_ends_a_connection)
{
    SERVER_START(&server, "--keep-alive", "300ms");
    ck_assert_int_eq(client_json(&server, "POST", "/tasks", TASK)->status, 201);
    int silent = quick_connection(), busy = quick_connection();
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(raw_ask(busy, ONE, &reply), 200);
        usleep(50000);
    }
    ck_assert(raw_ends(silent));
    ck_assert_int_eq(raw_ask(busy, ONE, &reply), 200);
    close(silent);
    close(busy);
    finish();
}
END_TEST

/* Who rests holds a worker all the same, so it goes when others come. */
START_TEST(who_rests_makes_room)
{
    enum { WORKERS = 16, KEPT = 12 };
    int fds[KEPT], others[WORKERS];
    SERVER_START(&server, "--workers", "16", "--connections-per-address", "16");
    ck_assert_int_eq(client_json(&server, "POST", "/tasks", TASK)->status, 201);
    client_done();
    for (int i = 0; i < KEPT; i++)
        fds[i] = quick_connection();
    for (int i = 0; i < WORKERS; i++) {
        others[i] = raw_connect_from(server.port, "127.0.0.2");
        ck_assert_int_eq(raw_ask(others[i], ONE, &reply), 200);
    }
    for (int i = 0; i < KEPT; i++)
        close(fds[i]);
    for (int i = 0; i < WORKERS; i++)
        close(others[i]);
    finish();
}
END_TEST

START_TEST(stopping_answers_who_rests)
{
    SERVER_START(&server, "--drain-delay", "300ms");
    ck_assert_int_eq(client_json(&server, "POST", "/tasks", TASK)->status, 201);
    client_done();
    int asking = quick_connection(), silent = quick_connection();
    server_signal(&server, SIGTERM);
    do
        ck_assert_int_eq(raw_ask(asking, ONE, &reply), 200);
    while (!reply.closes);
    ck_assert(raw_ends(asking));
    ck_assert(raw_ends(silent));
    ck_assert_int_eq(server_wait(&server), 0);
    close(asking);
    close(silent);
}
END_TEST

/* One answer, in few pieces; its status. */
static int ask_quickly(int fd, const char *request)
{
    char text[4 << 10];
    size_t length = 0, end = sizeof text;
    raw_send(fd, request);
    while (length < end) {
        ck_assert(raw_wait(fd, PATIENCE * 10));
        ssize_t count = recv(fd, text + length, sizeof text - 1 - length, 0);
        ck_assert_int_gt(count, 0);
        length += (size_t)count;
        text[length] = '\0';
        const char *body = strstr(text, "\r\n\r\n"), *size = strstr(text, "Content-Length: ");
        if (body && size)
            end = (size_t)(body + 4 - text) + (size_t)strtol(size + 16, NULL, 10);
    }
    ck_assert_uint_eq(length, end);
    return (int)strtol(text + strlen("HTTP/1.1 "), NULL, 10);
}

static void *read_on(void *unused)
{
    int fd = raw_connect(server.port);
    for (int i = 1; i <= ROUNDS; i++) {
        bool writes = i % 100 == 0;
        ck_assert_int_eq(ask_quickly(fd, writes ? CREATE : ONE), writes ? 201 : 200);
    }
    close(fd);
    return unused;
}

/* Many at once: none waits for ever for a loop that was at another one when its request came. */
START_TEST(many_read_and_write)
{
    pthread_t threads[THREADS];
    start();
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, read_on, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_double_ge(quick(), THREADS * ROUNDS * 0.9);
    finish();
}
END_TEST

static void *write_on(void *unused)
{
    int fd = raw_connect(server.port);
    for (int i = 1; i <= ROUNDS / 4; i++)
        ck_assert_int_eq(ask_quickly(fd, i % 10 ? CREATE : ONE), i % 10 ? 201 : 200);
    close(fd);
    return unused;
}

/* Of so many creations each is made, once. */
START_TEST(many_write)
{
    enum { CREATED = THREADS * ROUNDS / 4 * 9 / 10 };
    pthread_t threads[THREADS];
    char last[64];
    start();
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, write_on, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    snprintf(last, sizeof last, "/tasks/%d", CREATED + 1);
    ck_assert_int_eq(client_get(&server, last)->status, 200);
    snprintf(last, sizeof last, "/tasks/%d", CREATED + 2);
    ck_assert_int_eq(client_get(&server, last)->status, 404);
    ck_assert_double_ge(quick(), CREATED * 0.5);
    finish();
}
END_TEST

/* A loop waits for no write: others are answered meanwhile, and what comes when it has lasted is a worker's.
 */
START_TEST(a_write_that_waits_holds_nobody_up)
{
    start();
    int first = quick_connection(), second = quick_connection(), third = quick_connection();
    ck_assert_int_eq(raw_ask(third, ONE, &reply), 200);
    double before = quick();
    store_hold(server.store);
    raw_send(first, CREATE);
    while (quick() == before)
        usleep(10000);
    ck_assert(!raw_wait(first, 1000));
    ck_assert_double_eq(quick() - before, 1);
    raw_send(second, CREATE);
    ck_assert(!raw_wait(second, 100));
    ck_assert_double_eq(quick() - before, 1);
    ck_assert_int_eq(raw_ask(third, ONE, &reply), 200);
    ck_assert_int_eq(raw_ask(third, LIST, &reply), 200);
    store_let_go();
    raw_receive(first, &reply);
    ck_assert_int_eq(reply.status, 201);
    raw_receive(second, &reply);
    ck_assert_int_eq(reply.status, 201);
    ck_assert_int_eq(raw_ask(first, ONE, &reply), 200);
    close(first);
    close(second);
    close(third);
    finish();
}
END_TEST

/* Nor for a read, where reads can wait. */
START_TEST(a_read_that_waits_holds_nobody_up)
{
    start();
    int first = quick_connection(), second = quick_connection(), third = quick_connection();
    double before = quick();
    store_hold_readers(server.store);
    raw_send(first, ONE);
    while (quick() == before)
        usleep(10000);
    ck_assert(raw_wait(first, 1000) == !store_readers_wait);
    raw_send(second, ONE);
    ck_assert(raw_wait(second, 100) == !store_readers_wait);
    ck_assert_double_eq(quick() - before, store_readers_wait ? 1 : 2);
    ck_assert_int_eq(raw_ask(third, POST "1\r\n\r\n{", &reply), 400);
    ck_assert_double_eq(quick() - before, store_readers_wait ? 2 : 3);
    store_let_go();
    raw_receive(first, &reply);
    ck_assert_int_eq(reply.status, 200);
    raw_receive(second, &reply);
    ck_assert_int_eq(reply.status, 200);
    close(first);
    close(second);
    close(third);
    finish();
}
END_TEST

/* Answers that leave together come to those who asked, though one of them has left. */
START_TEST(answers_that_leave_together_are_not_mixed_up)
{
    enum { ASKING = 24, GONE = 7 };
    char request[256], title[16];
    int fds[ASKING];
    SERVER_START(&server, "--workers", "64", "--connections-per-address", "0");
    ck_assert_int_eq(client_json(&server, "POST", "/tasks", TASK)->status, 201);
    for (int i = 0; i < ASKING; i++)
        fds[i] = quick_connection();
    store_hold(server.store);
    for (int i = 0; i < ASKING; i++) {
        snprintf(request, sizeof request,
                 "POST /tasks" LINES JSON "Content-Length: 20\r\n\r\n{\"title\":\"task %3d\"}", i);
        raw_send(fds[i], request);
    }
    close(fds[GONE]);
    usleep(50000);
    store_let_go();
    for (int i = 0; i < ASKING; i++) {
        if (i == GONE)
            continue;
        snprintf(title, sizeof title, "\"task %3d\"", i);
        raw_receive(fds[i], &reply);
        ck_assert_int_eq(reply.status, 201);
        ck_assert_ptr_nonnull(strstr(reply.text, title));
        ck_assert_int_eq(raw_ask(fds[i], ONE, &reply), 200);
        close(fds[i]);
    }
    finish();
}
END_TEST

/* Who sends more before the answer is there, and who has left by then. */
START_TEST(clients_need_not_wait_for_a_write)
{
    start();
    int patient = quick_connection(), gone = quick_connection();
    store_hold(server.store);
    raw_send(patient, CREATE);
    raw_send(gone, CREATE);
    usleep(50000);
    raw_send(patient, ONE);
    close(gone);
    usleep(50000);
    store_let_go();
    raw_receive(patient, &reply);
    ck_assert_int_eq(reply.status, 201);
    raw_receive(patient, &reply);
    ck_assert_int_eq(reply.status, 200);
    close(patient);
    wait_for_connections(1);
    finish();
}
END_TEST

/* A connection whose write waits for the store, of a server that has been told to stop. */
static int stop_at_a_write(void)
{
    start();
    client_done();
    int fd = quick_connection();
    store_hold(server.store);
    raw_send(fd, CREATE);
    usleep(100000);
    server_signal(&server, SIGTERM);
    return fd;
}

START_TEST(stopping_answers_writes_that_wait)
{
    int fd = stop_at_a_write();
    usleep(300000);
    store_let_go();
    raw_receive(fd, &reply);
    ck_assert_int_eq(reply.status, 201);
    ck_assert(reply.closes);
    ck_assert(raw_ends(fd));
    ck_assert_int_eq(server_wait(&server), 0);
    close(fd);
}
END_TEST

/* Whoever is told twice to stop answers nobody any more, but leaves nothing half done. */
START_TEST(a_hasty_stop_waits_for_what_was_begun)
{
    int fd = stop_at_a_write();
    usleep(100000);
    server_signal(&server, SIGTERM);
    usleep(100000);
    store_let_go();
    ck_assert_int_eq(server_wait(&server), 0);
    ck_assert_ptr_null(strstr(server.said, "leaving them"));
    close(fd);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite("quick", (const TTest *[]){answers_are_the_same,
                                                      writes_are_answered_the_same,
                                                      what_is_deleted_is_gone,
                                                      a_refused_write_ends_nothing,
                                                      all_else_is_for_the_worker,
                                                      something_else_in_between_changes_nothing,
                                                      requests_may_come_in_one_piece,
                                                      a_request_may_come_in_pieces,
                                                      answers_that_do_not_fit_come_whole,
                                                      a_client_that_leaves_frees_its_worker,
                                                      silence_ends_a_connection,
                                                      who_rests_makes_room,
                                                      stopping_answers_who_rests,
                                                      many_read_and_write,
                                                      many_write,
                                                      a_write_that_waits_holds_nobody_up,
                                                      a_read_that_waits_holds_nobody_up,
                                                      answers_that_leave_together_are_not_mixed_up,
                                                      clients_need_not_wait_for_a_write,
                                                      stopping_answers_writes_that_wait,
                                                      a_hasty_stop_waits_for_what_was_begun,
                                                      NULL});
    server_clean_up();
    return result;
}
