/* Live updates: nothing is missed, whatever happens to a stream, and streams cost nobody else anything. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"
#include "sse.h"

enum { PATIENCE_MS = 30000, MANY = 300, WRITERS = 4, WRITES = 150, IDS_MAX = 4096 };

static struct server server;

static void open_stream(struct sse *s, const struct server *at, const char *path, const char *resume)
{
    char header[64] = "";
    if (resume)
        snprintf(header, sizeof header, "Last-Event-ID: %s\r\n", resume);
    ck_assert_int_eq(sse_open(s, at->port, path, header), 200);
}

static json_int_t number_in(const char *data, const char *member)
{
    json_t *json = json_loads(data, 0, NULL);
    ck_assert_msg(json != NULL, "%s", data);
    json_int_t value = json_integer_value(json_object_get(json, member));
    json_decref(json);
    return value;
}

START_TEST(tells_what_happens)
{
    struct sse s;
    SERVER_START(&server);
    open_stream(&s, &server, "/tasks/events?since=0", NULL);
    client_json(&server, "POST", "/tasks", "{\"title\":\"a\",\"notes\":\"two\\nlines\"}");
    client_json(&server, "POST", "/tasks", "{\"title\":\"b\"}");
    sse_expect(&s, "created");
    ck_assert_int_eq(number_in(s.data, "id"), 1);
    ck_assert_ptr_nonnull(strstr(s.data, "\"url\":\"http://localhost/tasks/1\""));
    sse_expect(&s, "created");
    ck_assert_str_eq(s.last_id, "2");
    usleep(5000);
    client_json(&server, "PATCH", "/tasks/2", "{\"title\":\"c\"}");
    sse_expect(&s, "updated");
    ck_assert_int_eq(number_in(s.data, "revision"), 3);
    client_call(&server, "DELETE", "/tasks/2", NULL, NULL);
    sse_expect(&s, "deleted");
    ck_assert_int_eq(number_in(s.data, "id"), 2);
    ck_assert_str_eq(s.last_id, "4");
    sse_close(&s);
    client_done();
    server_stop(&server);
}
END_TEST

/* An id comes with the last event of its revision only: who is cut off within gets the whole again. */
START_TEST(a_batch_has_one_id)
{
    struct sse s;
    SERVER_START(&server);
    client_json(&server, "POST", "/tasks", "[{\"title\":\"a\"},{\"title\":\"b\"},{\"title\":\"c\"}]");
    open_stream(&s, &server, "/tasks/events", "0");
    for (int i = 0; i < 2; i++) {
        sse_expect(&s, "created");
        ck_assert_str_eq(s.last_id, "");
    }
    sse_expect(&s, "created");
    ck_assert_str_eq(s.last_id, "1");
    sse_close(&s);
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(starts_where_the_client_is)
{
    struct sse s;
    SERVER_START(&server);
    for (int i = 0; i < 3; i++)
        client_json(&server, "POST", "/tasks", "{\"title\":\"a\"}");
    open_stream(&s, &server, "/tasks/events", NULL);
    ck_assert(!sse_next(&s, 300));
    ck_assert_str_eq(s.last_id, "3");
    client_json(&server, "POST", "/tasks", "{\"title\":\"a\"}");
    sse_expect(&s, "created");
    ck_assert_int_eq(number_in(s.data, "id"), 4);
    sse_close(&s);
    open_stream(&s, &server, "/tasks/events?since=0", "2");
    sse_expect(&s, "created");
    ck_assert_int_eq(number_in(s.data, "id"), 3);
    sse_close(&s);
    open_stream(&s, &server, "/tasks/events?since=999", NULL);
    sse_expect(&s, "reset");
    ck_assert_int_eq(number_in(s.data, "revision"), 4);
    ck_assert_str_eq(s.last_id, "4");
    sse_close(&s);
    ck_assert_int_eq(sse_open(&s, server.port, "/tasks/events", "Last-Event-ID: x\r\n"), 400);
    sse_close(&s);
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(hundreds_of_streams_take_no_worker)
{
    static struct sse streams[MANY];
    struct sse one_more;
    SERVER_START(&server, "--streams", "300", "--streams-per-address", "300");
    for (int i = 0; i < MANY; i++)
        open_stream(&streams[i], &server, "/tasks/events", NULL);
    ck_assert_int_eq(sse_open(&one_more, server.port, "/tasks/events", ""), 503);
    sse_close(&one_more);
    client_json(&server, "POST", "/tasks", "{\"title\":\"for all\"}");
    for (int i = 0; i < MANY; i++)
        sse_expect(&streams[i], "created");
    for (int i = 0; i < MANY; i++)
        sse_close(&streams[i]);
    for (int status = 503, turns = 0; status != 200; turns++) {
        ck_assert_int_lt(turns, 1000);
        status = sse_open(&one_more, server.port, "/tasks/events", "");
        sse_close(&one_more);
        usleep(10000);
    }
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(an_address_has_its_share_of_streams)
{
    struct sse streams[2], one_more;
    SERVER_START(&server, "--streams", "4", "--trusted-proxy", "127.0.0.1");
    for (int i = 0; i < 2; i++)
        open_stream(&streams[i], &server, "/tasks/events", NULL);
    ck_assert_int_eq(sse_open(&one_more, server.port, "/tasks/events", ""), 429);
    sse_close(&one_more);
    ck_assert_int_eq(sse_open(&one_more, server.port, "/tasks/events", "X-Forwarded-For: 198.51.100.7\r\n"),
                     200);
    for (int i = 0; i < 2; i++)
        sse_close(&streams[i]);
    for (int status = 429, turns = 0; status != 200; turns++) {
        ck_assert_int_lt(turns, 1000);
        status = sse_open(&streams[0], server.port, "/tasks/events", "");
        sse_close(&streams[0]);
        usleep(10000);
    }
    sse_close(&one_more);
    server_stop(&server);
}
END_TEST

/* One never reads; the store grows by far more than its socket holds; the other gets everything. */
START_TEST(a_reader_that_does_not_read_delays_nobody)
{
    struct sse silent, reader;
    char *body = malloc(40000);
    SERVER_START(&server);
    open_stream(&silent, &server, "/tasks/events?since=0", NULL);
    open_stream(&reader, &server, "/tasks/events?since=0", NULL);
    for (int i = 0; i < 200; i++) {
        snprintf(body, 40000, "{\"title\":\"%d\",\"notes\":\"%08000d\"}", i, i);
        client_json(&server, "POST", "/tasks", body);
    }
    for (int i = 1; i <= 200; i++) {
        sse_expect(&reader, "created");
        ck_assert_int_eq(number_in(reader.data, "id"), i);
    }
    for (int i = 1; i <= 200; i++) {
        sse_expect(&silent, "created");
        ck_assert_int_eq(number_in(silent.data, "id"), i);
    }
    sse_close(&silent);
    sse_close(&reader);
    free(body);
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(stopping_ends_streams)
{
    struct sse s;
    SERVER_START(&server);
    open_stream(&s, &server, "/tasks/events", NULL);
    server_signal(&server, SIGTERM);
    ck_assert(!sse_next(&s, PATIENCE_MS));
    ck_assert(s.ended);
    ck_assert_int_eq(server_wait(&server), 0);
    sse_close(&s);
}
END_TEST

/* ---- Two servers, one store ---- */

static struct server servers[2];
static atomic_int writers_left;

static void write_one(int fd, unsigned *random, struct raw_reply *reply)
{
    char request[512];
    int kind = rand_r(random) % 4, id = 1 + rand_r(random) % 200;
    static const char body[] = "{\"title\":\"stormy\"}";
    if (kind < 2)
        snprintf(request, sizeof request,
                 "POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                 "Content-Length: %zu\r\n\r\n%s",
                 sizeof body - 1, body);
    else if (kind == 2)
        snprintf(request, sizeof request,
                 "PATCH /tasks/%d HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                 "Content-Length: %zu\r\n\r\n%s",
                 id, sizeof body - 1, body);
    else
        snprintf(request, sizeof request, "DELETE /tasks/%d HTTP/1.1\r\nHost: localhost\r\n\r\n", id);
    int status = raw_ask(fd, request, reply);
    ck_assert_msg(status == 201 || status == 200 || status == 404 || status == 503, "%s", reply->text);
}

static void *write_on(void *context)
{
    int number = (int)(intptr_t)context, fd = raw_connect(servers[number % 2].port);
    unsigned random = (unsigned)number;
    struct raw_reply *reply = malloc(sizeof *reply);
    for (int i = 0; i < WRITES; i++)
        write_one(fd, &random, reply);
    close(fd);
    free(reply);
    atomic_fetch_sub(&writers_left, 1);
    return NULL;
}

/* What a client knows: the revision of each task that is there. */
static json_int_t known[IDS_MAX];

static void learn(const struct sse *s)
{
    json_int_t id = number_in(s->data, "id");
    ck_assert(id > 0 && id < IDS_MAX);
    known[id] = strcmp(s->event, "deleted") == 0 ? 0 : number_in(s->data, "revision");
}

static json_int_t revision_of_store(void)
{
    json_int_t newest = 0;
    char path[512] = "/tasks/changes?since=0&limit=1000";
    while (path[0]) {
        const json_t *list = client_get(&servers[0], path)->json;
        const json_t *last = json_array_get(list, json_array_size(list) - 1);
        newest = last ? json_integer_value(json_object_get(last, "revision")) : newest;
        const char *link = client_header("Link");
        path[0] = '\0';
        if (link)
            snprintf(path, sizeof path, "%.*s", (int)strcspn(link + 1, ">"), link + 1);
    }
    return newest;
}

static void compare_with_store(void)
{
    size_t i, count = 0, expected = 0;
    json_t *task;
    const json_t *list = client_get(&servers[1], "/tasks?limit=1000")->json;
    json_array_foreach (list, i, task) {
        json_int_t id = json_integer_value(json_object_get(task, "id"));
        ck_assert_int_eq(known[id], json_integer_value(json_object_get(task, "revision")));
        expected++;
    }
    for (i = 0; i < IDS_MAX; i++)
        count += known[i] != 0;
    ck_assert_uint_gt(expected, 50);
    ck_assert_uint_lt(expected, 1000);
    ck_assert_uint_eq(count, expected);
}

/* Reads some events, leaves, goes on at the other server from the last id. */
static void follow(void)
{
    struct sse s;
    char place[32] = "0";
    bool done = false;
    for (int hop = 0; !done; hop++) {
        ck_assert_int_lt(hop, 2000);
        open_stream(&s, &servers[hop % 2], "/tasks/events", place);
        for (int i = 0; i < 1 + hop % 23 && sse_next(&s, 500); i++)
            learn(&s);
        if (s.last_id[0])
            snprintf(place, sizeof place, "%s", s.last_id);
        sse_close(&s);
        done = atomic_load(&writers_left) == 0 && strtoll(place, NULL, 10) == revision_of_store();
    }
}

START_TEST(a_client_that_hops_in_a_storm_ends_with_what_is_stored)
{
    pthread_t threads[WRITERS];
    SERVER_START(&servers[0]);
    snprintf(servers[1].store, sizeof servers[1].store, "%s", servers[0].store);
    SERVER_START(&servers[1]);
    atomic_store(&writers_left, WRITERS);
    for (intptr_t i = 0; i < WRITERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_on, (void *)i), 0);
    follow();
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    compare_with_store();
    client_done();
    server_stop(&servers[0]);
    server_stop(&servers[1]);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite(
        "events", (const TTest *[]){tells_what_happens, a_batch_has_one_id, starts_where_the_client_is,
                                    hundreds_of_streams_take_no_worker, an_address_has_its_share_of_streams,
                                    a_reader_that_does_not_read_delays_nobody, stopping_ends_streams,
                                    a_client_that_hops_in_a_storm_ends_with_what_is_stored, NULL});
    server_clean_up();
    return result;
}
