#include "dispatch.h"

#include <string.h>

#include "cors.h"
#include "fail.h"
#include "limit.h"
#include "problem.h"

enum { BODY_STEP = 16 << 10 };

struct run {
    struct app *app;
    const struct route *routes;
    struct http_request *rq;
    struct http_response *rs;
    struct route_match match;
    const char *host;
    struct auth_who who;
    tasks_db *view;                 /* of the store, bound to its owner */
    struct idempotency_entry entry; /* has a key when it is on the list */
};

static int refuse(struct run *run, const tasks_error *error)
{
    return problem_error(run->rq, run->rs, error);
}

/* The steps. Each returns 0 to go on, or the status of an answer that it has made. */

static int find_route(struct run *run)
{
    tasks_error error;
    const char *path = run->rq->path;
    if (strchr(path, '%') && uri_path_read(path, run->rq->memory, &path, &error))
        return refuse(run, &error);
    route_find(run->routes, run->rq->method, path, &run->match);
    run->rq->route = run->match.route;
    run->rq->id = run->match.id;
    run->rq->rest = run->match.rest;
    return 0;
}

static int check_host(struct run *run)
{
    run->host = http_header(run->rq, "Host");
    bool any = run->match.route && run->match.route->any_host;
    if (any || access_host_ok(&run->app->config->access, run->host))
        return 0;
    return problem(run->rs, 403, "host_denied",
                   "the server does not go by the name in the Host header; see --allow-host");
}

static int check_path(struct run *run)
{
    if (run->match.allowed)
        return 0;
    return problem(run->rs, 404, "path_unknown", "there is nothing at this path");
}

static int answer_options(struct run *run)
{
    if (run->rq->method != HTTP_OPTIONS)
        return 0;
    return cors_options(&run->app->config->access, run->rq, run->rs, run->match.allowed);
}

static int check_method(struct run *run)
{
    buf allow;
    if (run->match.route)
        return 0;
    buf_init(&allow, 256);
    route_allow(run->match.allowed, &allow);
    http_field(run->rs, "Allow", allow.bytes ? allow.bytes : "");
    buf_done(&allow);
    return problem(run->rs, 405, "method_not_allowed", "this path does not take this method; see Allow");
}

static int check_origin(struct run *run)
{
    const struct access *access = &run->app->config->access;
    if (run->rq->route->method == HTTP_GET ||
        access_write_ok(access, http_header(run->rq, "Origin"), run->host))
        return 0;
    return problem(run->rs, 403, "origin_denied",
                   "pages of this origin may not change anything here; see --cors-origin");
}

/* The handler gets a view of the store that reaches the tasks of one owner only. */
static int authenticate(struct run *run)
{
    tasks_error error;
    if (run->rq->route->open)
        return 0;
    int refused = auth_check(run->app->auth, run->rq, run->rs, &run->who);
    if (refused)
        return refused;
    if (tasks_as(run->app->db, run->who.owner, &run->view, &error))
        return refuse(run, &error);
    run->rq->db = run->view;
    run->rq->who = &run->who;
    return 0;
}

static int limit_rate(struct run *run)
{
    const struct app *app = run->app;
    if (!app->rate || run->rq->route->open)
        return 0;
    return limit_check(app->rate, &app->config->access, run->rq, run->rs, &run->who);
}

static int check_right_to_write(struct run *run)
{
    if (!run->who.read_only || run->rq->route->method == HTTP_GET)
        return 0;
    return problem(run->rs, 403, "token_read_only", "this token may only read");
}

static bool is_listed(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static int read_query(struct run *run)
{
    tasks_error error;
    struct uri_query *parameters = &run->rq->parameters;
    if (run->rq->route->any_query)
        return 0;
    if (uri_query_read(run->rq->query, run->rq->memory, parameters, &error))
        return refuse(run, &error);
    for (size_t i = 0; i < parameters->count; i++) {
        if (is_listed(run->rq->route->parameters, parameters->items[i].name))
            continue;
        fail_field(&error, parameters->items[i].name, "parameter_unknown",
                   "there is no parameter '%.64s' here", parameters->items[i].name);
        return refuse(run, &error);
    }
    return 0;
}

static bool announces_body(const struct http_request *rq)
{
    return rq->content_length > 0 || rq->chunked;
}

static bool type_is_taken(const struct http_request *rq)
{
    const char *type = http_header(rq, "Content-Type");
    for (const char *const *taken = rq->route->types; *taken; taken++)
        if (http_type_is(type, *taken))
            return true;
    return false;
}

static int refuse_type(struct run *run)
{
    const char *name = run->rq->method == HTTP_PATCH ? "Accept-Patch: " : "Accept-Post: ";
    buf *fields = &run->rs->fields;
    for (const char *const *taken = run->rq->route->types; *taken; taken++) {
        buf_text(fields, taken == run->rq->route->types ? name : ", ");
        buf_text(fields, *taken);
    }
    buf_text(fields, "\r\n");
    return problem(run->rs, 415, "type_unsupported", "the body must be JSON, and Content-Type must say so");
}

static int refuse_size(struct run *run)
{
    return problem(run->rs, 413, "body_too_large", "the body is larger than this path takes");
}

static int body_missing(struct run *run)
{
    return problem(run->rs, 400, "body_missing", "the request has no body");
}

/* All that can be known of the body before it is read. */
static int check_body(struct run *run)
{
    const struct http_request *rq = run->rq;
    if (!announces_body(rq)) {
        if (!rq->route->types)
            return 0;
        return body_missing(run);
    }
    if (!rq->route->types)
        return problem(run->rs, 400, "body_unexpected", "this request takes no body");
    if (!type_is_taken(rq))
        return refuse_type(run);
    return rq->content_length > (int64_t)rq->route->body_max ? refuse_size(run) : 0;
}

static int answer_expectation(struct run *run)
{
    const char *expect = http_header(run->rq, "Expect");
    if (!expect || !announces_body(run->rq))
        return 0;
    if (!http_list_has(expect, "100-continue"))
        return problem(run->rs, 417, "expectation_unknown", "only 100-continue can be expected");
    run->rq->source.proceed(run->rq->source.context);
    return 0;
}

static int refuse_body(struct run *run, int64_t why)
{
    if (why == HTTP_SOURCE_LATE)
        return problem(run->rs, 408, "body_late", "the body took too long to arrive");
    return problem(run->rs, 400, "body_incomplete", "the body ended early or was malformed");
}

/* Reads what Content-Length says in one go, a chunked body in steps; one byte too many is enough. */
static int read_body(struct run *run)
{
    struct http_request *rq = run->rq;
    size_t limit = rq->route->body_max + 1;
    int64_t count = announces_body(rq);
    while (count > 0 && rq->body.length < limit) {
        size_t left = limit - rq->body.length;
        size_t step = !rq->chunked ? (size_t)rq->content_length : left < BODY_STEP ? left : BODY_STEP;
        char *place = buf_reserve(&rq->body, step);
        if (!place)
            return problem(run->rs, 500, "no_memory", "out of memory");
        count = rq->source.read(rq->source.context, place, step);
        if (count < 0)
            return refuse_body(run, count);
        buf_commit(&rq->body, (size_t)count);
        if (!rq->chunked)
            break;
    }
    if (rq->body.length >= limit)
        return refuse_size(run);
    return rq->route->types && rq->body.length == 0 ? body_missing(run) : 0;
}

static int tell_url_base(struct run *run)
{
    buf text;
    buf_init(&text, 512);
    buf_text(&text, access_is_https(&run->app->config->access, run->rq) ? "https://" : "http://");
    buf_text(&text, run->host);
    buf_text(&text, "/tasks/");
    run->rq->url_base = text.status ? NULL : arena_copy(run->rq->memory, text.bytes, text.length);
    buf_done(&text);
    return run->rq->url_base ? 0 : problem(run->rs, 500, "no_memory", "out of memory");
}

static int check_condition(struct run *run)
{
    if (!run->app->config->require_if_match || !run->rq->route->conditional ||
        http_header(run->rq, "If-Match"))
        return 0;
    return problem(run->rs, 428, "if_match_required",
                   "say in If-Match which ETag of the task you have seen; * is for any");
}

static int read_key(struct run *run)
{
    tasks_error error;
    if (run->rq->route->keyed && idempotency_read(run->rq, &run->rq->key, &error))
        return refuse(run, &error);
    return 0;
}

static int begin_key(struct run *run)
{
    struct idempotency_entry *entry = &run->entry;
    if (!run->rq->key)
        return 0;
    *entry = (struct idempotency_entry){.owner = run->who.owner, .key = run->rq->key};
    if (idempotency_begin(&run->app->idempotency, entry))
        return 0;
    entry->key = NULL;
    http_field(run->rs, "Retry-After", "1");
    return problem(run->rs, 409, "key_in_flight", "a request with this Idempotency-Key is under way");
}

static int handle(struct run *run)
{
    return run->rq->route->handle(run->app, run->rq, run->rs);
}

static void finish(struct run *run)
{
    if (run->entry.key)
        idempotency_end(&run->app->idempotency, &run->entry);
    run->rq->db = NULL;
    tasks_close(run->view);
}

void dispatch_run(struct app *app, const struct route *routes, struct http_request *rq,
                  struct http_response *rs)
{
    static int (*const steps[])(struct run *) = {
        find_route,    check_host,   check_path, answer_options,       check_method,
        check_origin,  authenticate, limit_rate, check_right_to_write, check_condition,
        read_key,      read_query,   check_body, answer_expectation,   read_body,
        tell_url_base, begin_key,    handle,
    };
    struct run run = {.app = app, .routes = routes, .rq = rq, .rs = rs};
    int status = 0;
    for (size_t i = 0; status == 0; i++)
        status = steps[i](&run);
    rs->status = status;
    finish(&run);
    cors_answer(&app->config->access, rq, rs);
    if (rs->fields.status || rs->body.status) {
        http_response_done(rs);
        http_response_init(rs);
        rs->status = problem(rs, 500, "no_memory", "the answer is too large or memory is short");
    }
}
