/* Three tasksd over one PostgreSQL are one service: what one has acknowledged the others know, and who
 * follows the changes may ask a different one each time. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"
#include "sse.h"

enum { SERVERS = 3, ROUNDS = 40, WRITERS = 6, WRITES = 100, BATCH = 3, IDS_MAX = 4096, QUIET_MS = 500 };

static struct server servers[SERVERS];

static void start_all(void)
{
    for (int i = 0; i < SERVERS; i++) {
        if (i)
            memcpy(servers[i].store, servers[0].store, sizeof servers[i].store);
        SERVER_START(&servers[i]);
    }
}

static void stop_all(void)
{
    client_done();
    for (int i = 0; i < SERVERS; i++)
        server_stop(&servers[i]);
}

/* ---- Each sees the others' writes at once ---- */

/* The status, and the title, that every server gives. */
static void all_show(const char *path, int status, const char *title)
{
    for (int i = 0; i < SERVERS; i++) {
        const struct client_reply *reply = client_get(&servers[i], path);
        ck_assert_int_eq(reply->status, status);
        if (title)
            ck_assert_str_eq(json_string_value(json_object_get(reply->json, "title")), title);
    }
}

static int conditional(const struct server *s, const char *method, const char *path, const char *condition,
                       const char *tag, const char *body)
{
    char line[128];
    const char *const headers[] = {line, body ? "Content-Type: application/json" : NULL, NULL};
    snprintf(line, sizeof line, "%s: %s", condition, tag);
    return (int)client_call(s, method, path, headers, body)->status;
}

static void tag_of(const struct server *s, const char *path, char tag[64])
{
    client_get(s, path);
    snprintf(tag, 64, "%s", client_header("ETag"));
}

/* A task lives its life, each step at another server. */
static void one_life(int round)
{
    const struct server *first = &servers[round % SERVERS], *second = &servers[(round + 1) % SERVERS],
                        *third = &servers[(round + 2) % SERVERS];
    char path[64], old_list[64], old_task[64];
    tag_of(second, "/tasks", old_list);
    const struct client_reply *reply = client_json(first, "POST", "/tasks", "{\"title\":\"young\"}");
    ck_assert_int_eq(reply->status, 201);
    snprintf(path, sizeof path, "/tasks/%lld",
             (long long)json_integer_value(json_object_get(reply->json, "id")));
    snprintf(old_task, sizeof old_task, "%s", client_header("ETag"));
    all_show(path, 200, "young");
    ck_assert_int_eq(conditional(second, "GET", "/tasks", "If-None-Match", old_list, NULL), 200);
    ck_assert_int_eq(conditional(second, "PATCH", path, "If-Match", old_task, "{\"title\":\"old\"}"), 200);
    all_show(path, 200, "old");
    ck_assert_int_eq(conditional(third, "PATCH", path, "If-Match", old_task, "{\"title\":\"x\"}"), 412);
    ck_assert_int_eq(client_call(third, "DELETE", path, NULL, NULL)->status, 200);
    all_show(path, 404, NULL);
}

START_TEST(each_sees_at_once_what_the_others_write)
{
    start_all();
    for (int round = 0; round < ROUNDS; round++)
        one_life(round);
    stop_all();
}
END_TEST

/* ---- No gaps, and nothing missed ---- */

static atomic_int writers_left, acknowledged, created;

#define ONE "{\"title\":\"one of many\"}"

/* One task, or now and then a batch; either is one revision. */
static void write_one(int fd, bool batch, struct raw_reply *reply)
{
    char request[512];
    const char *body = batch ? "[" ONE "," ONE "," ONE "]" : ONE;
    snprintf(request, sizeof request,
             "POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    ck_assert_msg(raw_ask(fd, request, reply) == 201, "%s", reply->text);
    atomic_fetch_add(&acknowledged, 1);
    atomic_fetch_add(&created, batch ? BATCH : 1);
}

static void *write_on(void *number_)
{
    const int *number = number_;
    int fd = raw_connect(servers[*number % SERVERS].port);
    struct raw_reply *reply = malloc(sizeof *reply);
    ck_assert(fd >= 0 && reply);
    for (int i = 0; i < WRITES; i++)
        write_one(fd, i % 4 == 3, reply);
    close(fd);
    free(reply);
    atomic_fetch_sub(&writers_left, 1);
    return NULL;
}

/* Who follows, knows the revision of each task, and has seen each revision in its turn. */
struct follower {
    json_int_t revision;
    json_int_t known[IDS_MAX];
};

static struct follower by_changes, by_events;

static void learn(struct follower *f, const json_t *task)
{
    json_int_t id = json_integer_value(json_object_get(task, "id"));
    json_int_t revision = json_integer_value(json_object_get(task, "revision"));
    ck_assert_msg(revision == f->revision || revision == f->revision + 1, "revision %lld follows %lld",
                  (long long)revision, (long long)f->revision);
    ck_assert(id > 0 && id < IDS_MAX);
    f->revision = revision;
    f->known[id] = revision;
}

static bool done(const struct follower *f)
{
    return atomic_load(&writers_left) == 0 && f->revision == atomic_load(&acknowledged);
}

static void follow_changes(void)
{
    char path[96];
    size_t i;
    json_t *task;
    for (int hop = 0; !done(&by_changes); hop++) {
        ck_assert_int_lt(hop, 100000);
        snprintf(path, sizeof path, "/tasks/changes?since=%lld&limit=%d", (long long)by_changes.revision,
                 1 + hop % 7);
        const struct client_reply *reply = client_get(&servers[hop % SERVERS], path);
        ck_assert_int_eq(reply->status, 200);
        json_array_foreach (reply->json, i, task)
            learn(&by_changes, task);
    }
}

/* Takes some events of one server, until none comes for a while. */
static void take_events(const struct server *from, int count, char place[32])
{
    struct sse s;
    char header[64];
    snprintf(header, sizeof header, "Last-Event-ID: %s\r\n", place);
    ck_assert_int_eq(sse_open(&s, from->port, "/tasks/events", header), 200);
    while (count-- > 0 && sse_next(&s, QUIET_MS)) {
        json_t *task = json_loads(s.data, 0, NULL);
        learn(&by_events, task);
        json_decref(task);
    }
    if (s.last_id[0])
        snprintf(place, 32, "%s", s.last_id);
    sse_close(&s);
}

static void *follow_events(void *unused)
{
    char place[32] = "0";
    for (int hop = 0; !done(&by_events); hop++) {
        ck_assert_int_lt(hop, 10000);
        take_events(&servers[hop % SERVERS], 1 + hop % 23, place);
        by_events.revision = strtoll(place, NULL, 10); /* who was cut off within a batch gets it again */
    }
    return unused;
}

static void knows_all(const struct follower *f, const json_t *list)
{
    size_t i, count = 0;
    json_t *task;
    json_array_foreach (list, i, task) {
        json_int_t id = json_integer_value(json_object_get(task, "id"));
        ck_assert_int_eq(f->known[id], json_integer_value(json_object_get(task, "revision")));
    }
    for (i = 0; i < IDS_MAX; i++)
        count += f->known[i] != 0;
    ck_assert_uint_eq(count, json_array_size(list));
}

START_TEST(revisions_have_no_gaps_and_who_hops_misses_nothing)
{
    pthread_t writers[WRITERS], reader;
    int numbers[WRITERS];
    start_all();
    atomic_store(&writers_left, WRITERS);
    ck_assert_int_eq(pthread_create(&reader, NULL, follow_events, NULL), 0);
    for (int i = 0; i < WRITERS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&writers[i], NULL, write_on, &numbers[i]), 0);
    }
    follow_changes();
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    pthread_join(reader, NULL);
    ck_assert_int_eq(atomic_load(&acknowledged), WRITERS * WRITES);
    const json_t *list = client_get(&servers[1], "/tasks?limit=1000")->json;
    ck_assert_uint_eq(json_array_size(list), (size_t)atomic_load(&created));
    knows_all(&by_changes, list);
    knows_all(&by_events, list);
    stop_all();
}
END_TEST

int main(void)
{
    server_prepare();
    int result =
        run_suite("servers", (const TTest *[]){each_sees_at_once_what_the_others_write,
                                               revisions_have_no_gaps_and_who_hops_misses_nothing, NULL});
    server_clean_up();
    return result;
}
