#include "ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dispatch.h"
#include "routes.h"
#include "run.h"
#include "schema.h"
#include "timestamp.h"

struct config ask_config;
struct app ask_app;
uint32_t ask_peer;
int64_t ask_now_ms;

static struct answer answer;
static const char *body_left;

static void forget(void)
{
    free(answer.head);
    free(answer.body);
    json_decref(answer.json);
    answer = (struct answer){.status = 0};
}

static int64_t now(void *unused)
{
    (void)unused;
    return ask_now_ms ? ask_now_ms : timestamp_now();
}

void ask_open(void)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = "sqlite::memory:";
    ask_config = (struct config){.workers = 4};
    ask_app = (struct app){.config = &ask_config, .timing = timing_new(), .pages = pages_new()};
    options.now_ms = now;
    options.observer = timing_observe;
    options.observer_context = ask_app.timing;
    ck_assert_int_eq(tasks_open(&options, &ask_app.db, NULL), TASKS_OK);
    idempotency_init(&ask_app.idempotency);
    ask_app.conns = conns_new(&(struct conns_options){4, 4, 1, &ask_config.access});
    ask_app.events = events_new(
        &(struct events_options){.db = ask_app.db, .conns = ask_app.conns, .streams = 1, .per_address = 1});
}

void ask_close(void)
{
    forget();
    events_free(ask_app.events);
    pages_free(ask_app.pages);
    conns_free(ask_app.conns);
    idempotency_done(&ask_app.idempotency);
    tasks_close(ask_app.db);
    timing_free(ask_app.timing);
}

static int64_t read_body(void *context, char *to, size_t room)
{
    size_t count = strnlen(body_left, room);
    (void)context;
    memcpy(to, body_left, count);
    body_left += count;
    return (int64_t)count;
}

static void proceed(void *context)
{
    (void)context;
}

/* Cuts `lines` up into headers. */
static size_t read_headers(char *lines, struct http_header *headers)
{
    size_t count = 0;
    for (char *line; (line = strsep(&lines, "\r")) && *line;) {
        char *colon = strstr(line, ": ");
        ck_assert_ptr_nonnull(colon);
        *colon = '\0';
        headers[count++] = (struct http_header){line, colon + 2};
        lines++;
    }
    return count;
}

/* Bodies are bytes; those of the page end without a NUL. */
static char *copy_body(const char *body, size_t size)
{
    char *copy = calloc(1, size + 1);
    ck_assert_ptr_nonnull(copy);
    if (size)
        memcpy(copy, body, size);
    return copy;
}

static void run(struct http_request *rq)
{
    struct http_response rs;
    buf head;
    size_t size;
    buf_init(&head, 1 << 20);
    http_response_init(&rs);
    dispatch_run(&ask_app, routes_public, rq, &rs);
    http_head(&rs, &head);
    const char *body = http_body(&rs, rq->method, &size);
    answer =
        (struct answer){.status = rs.status, .head = buf_take(&head, NULL), .body = copy_body(body, size)};
    answer.json = json_loads(answer.body, 0, NULL);
    schema_check(rq, &rs, answer.body);
    http_response_done(&rs);
}

const struct answer *ask(const char *method, const char *target, const char *headers, const char *body)
{
    struct http_header list[HTTP_HEADERS_MAX] = {{"Host", "localhost:5000"}};
    struct http_request rq;
    arena memory;
    char *lines = strdup(headers), *path = strdup(target), *query = path;
    forget();
    arena_init(&memory);
    http_request_init(&rq, &memory);
    rq.method = http_method_read(method);
    rq.path = strsep(&query, "?");
    rq.query = query;
    rq.peer = ask_peer;
    size_t replaced = strncmp(headers, "Host: ", 6) == 0;
    rq.headers = list + replaced;
    rq.header_count = 1 - replaced + read_headers(lines, list + 1);
    rq.content_length = body ? (int64_t)strlen(body) : -1;
    rq.source = (struct http_source){NULL, read_body, proceed};
    body_left = body;
    run(&rq);
    http_request_done(&rq);
    arena_done(&memory);
    free(lines);
    free(path);
    return &answer;
}

const struct answer *ask_json(const char *method, const char *target, const char *body)
{
    char *quoted = strdup(body);
    for (char *c = quoted; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    ask(method, target, "Content-Type: application/json\r\n", quoted);
    free(quoted);
    return &answer;
}

const struct answer *ask_expect(const char *method, const char *target, const char *headers, const char *body,
                                int status, const char *code)
{
    ask(method, target, headers, body);
    const char *found = json_string_value(json_object_get(answer.json, "code"));
    ck_assert_msg(answer.status == status, "%s %s: %d, not %d: %s", method, target, answer.status, status,
                  answer.body);
    if (strcmp(method, "HEAD") != 0)
        ck_assert_msg(strcmp(found ? found : "", code) == 0, "%s %s: %s, not %s", method, target, found,
                      code);
    return &answer;
}

const struct answer *ask_answer(void)
{
    return &answer;
}

const char *ask_header(const char *name)
{
    static char value[1024];
    for (const char *line = strstr(answer.head, "\r\n"); line && line[2]; line = strstr(line + 2, "\r\n")) {
        size_t length = strlen(name);
        if (strncasecmp(line + 2, name, length) != 0 || line[2 + length] != ':')
            continue;
        const char *start = line + 2 + length + 2;
        snprintf(value, sizeof value, "%.*s", (int)strcspn(start, "\r"), start);
        return value;
    }
    return NULL;
}

const char *ask_text(const char *member)
{
    const char *text = json_string_value(json_object_get(answer.json, member));
    return text ? text : "(none)";
}

int64_t ask_int(const char *member)
{
    return json_integer_value(json_object_get(answer.json, member));
}

int64_t ask_create(const char *title)
{
    char body[1024];
    snprintf(body, sizeof body, "{'title':'%s'}", title);
    ask_json("POST", "/tasks", body);
    ck_assert_int_eq(answer.status, 201);
    return ask_int("id");
}
