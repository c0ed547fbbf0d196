#include "clients.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"

enum { TASKS_MAX = 100000, PATIENCE_MS = 60000, PAUSE_US = 1000, AGAIN_US = 50000 };

#define READ "GET /tasks?limit=10 HTTP/1.1\r\nHost: localhost\r\n\r\n"

typedef struct one {
    clients *all;
    pthread_t thread;
    int number, port, fd; /* fd: -1 without a connection */
    int count;            /* tasks that are acknowledged */
    struct raw_reply reply;
    unsigned char found[TASKS_MAX];
} one;

struct clients {
    atomic_bool stop;
    atomic_llong done, put_off, unanswered, wrong, longest_ms, last_bad_ms;
    int count;
    one **each;
};

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void raise_to(atomic_llong *value, long long to)
{
    long long now = atomic_load(value);
    while (now < to && !atomic_compare_exchange_weak(value, &now, to))
        ;
}

/* ---- Requests ---- */

/* The status; 0 when there is no answer. */
static int exchange(one *c, const char *request)
{
    c->reply.status = 0;
    if (c->fd < 0)
        c->fd = raw_connect(c->port);
    if (c->fd >= 0 && raw_try_send(c->fd, request, strlen(request)))
        raw_receive(c->fd, &c->reply);
    if (c->fd >= 0 && (!c->reply.status || c->reply.closes)) {
        close(c->fd);
        c->fd = -1;
    }
    return c->reply.status;
}

static atomic_llong *kind_of(one *c, int status)
{
    if (status == 200 || status == 201)
        return &c->all->done;
    if (status == 0)
        return &c->all->unanswered;
    bool says_when = strstr(c->reply.text, "\r\nRetry-After: ") != NULL;
    return status == 409 || (status == 503 && says_when) ? &c->all->put_off : &c->all->wrong;
}

static bool ask(one *c, const char *request)
{
    long long start = now_ms();
    atomic_llong *kind = kind_of(c, exchange(c, request));
    long long end = now_ms();
    atomic_fetch_add(kind, 1);
    raise_to(&c->all->longest_ms, end - start);
    if (kind != &c->all->done)
        raise_to(&c->all->last_bad_ms, end);
    return kind == &c->all->done;
}

static void create(one *c)
{
    char request[512], body[64];
    snprintf(body, sizeof body, "{\"title\":\"%d-%d\"}", c->number, c->count);
    snprintf(request, sizeof request,
             "POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
             "Idempotency-Key: \"%d-%d\"\r\nContent-Length: %zu\r\n\r\n%s",
             c->number, c->count, strlen(body), body);
    for (long long start = now_ms(); !ask(c, request); usleep(AGAIN_US))
        ck_assert_msg(now_ms() - start < PATIENCE_MS, "never acknowledged; the last answer: %s",
                      c->reply.text);
    c->count++;
}

static void *work(void *opaque)
{
    one *c = opaque;
    while (c->count < TASKS_MAX && !atomic_load(&c->all->stop)) {
        create(c);
        ask(c, READ);
        usleep(PAUSE_US);
    }
    if (c->fd >= 0)
        close(c->fd);
    return NULL;
}

/* ---- All of them ---- */

clients *clients_start(const int *ports, int port_count, int count)
{
    clients *all = calloc(1, sizeof *all);
    ck_assert_ptr_nonnull(all);
    all->count = count;
    all->each = calloc((size_t)count, sizeof(one *));
    ck_assert_ptr_nonnull(all->each);
    for (int i = 0; i < count; i++) {
        one *c = all->each[i] = calloc(1, sizeof *c);
        ck_assert_ptr_nonnull(c);
        c->all = all;
        c->number = i;
        c->port = ports[i % port_count];
        c->fd = -1;
        ck_assert_int_eq(pthread_create(&c->thread, NULL, work, c), 0);
    }
    return all;
}

clients_report clients_look(const clients *all)
{
    return (clients_report){.done = atomic_load(&all->done),
                            .put_off = atomic_load(&all->put_off),
                            .unanswered = atomic_load(&all->unanswered),
                            .wrong = atomic_load(&all->wrong),
                            .longest_ms = atomic_load(&all->longest_ms),
                            .last_bad_ms = atomic_load(&all->last_bad_ms)};
}

void clients_await(const clients *all, int64_t more)
{
    int64_t wanted = atomic_load(&all->done) + more;
    for (long long start = now_ms(); atomic_load(&all->done) < wanted; usleep(PAUSE_US))
        ck_assert_msg(now_ms() - start < PATIENCE_MS, "requests are not done any more");
}

clients_report clients_stop(clients *all)
{
    atomic_store(&all->stop, true);
    for (int i = 0; i < all->count; i++)
        pthread_join(all->each[i]->thread, NULL);
    return clients_look(all);
}

/* ---- Comparing ---- */

static void find(clients *all, const char *title)
{
    char *rest;
    long number = strtol(title, &rest, 10);
    ck_assert_msg(*rest == '-' && number >= 0 && number < all->count, "nobody made the task %s", title);
    long task = strtol(rest + 1, NULL, 10);
    ck_assert_msg(task >= 0 && task < all->each[number]->count, "the task %s was never acknowledged", title);
    all->each[number]->found[task]++;
}

static void find_all(clients *all, const struct server *server)
{
    char path[512] = "/tasks?limit=1000";
    while (path[0]) {
        size_t i;
        json_t *task;
        const json_t *page = client_get(server, path)->json;
        json_array_foreach (page, i, task)
            find(all, json_string_value(json_object_get(task, "title")));
        const char *link = client_header("Link");
        path[0] = '\0';
        if (link)
            snprintf(path, sizeof path, "%.*s", (int)strcspn(link + 1, ">"), link + 1);
    }
}

void clients_verify(clients *all, const struct server *server)
{
    find_all(all, server);
    for (int i = 0; i < all->count; i++) {
        const one *c = all->each[i];
        for (int task = 0; task < c->count; task++)
            ck_assert_msg(c->found[task] == 1, "the task %d-%d is there %d times", c->number, task,
                          c->found[task]);
        free(all->each[i]);
    }
    free(all->each);
    free(all);
}
