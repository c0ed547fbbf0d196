#include "dispatch.h"

#include <string.h>

#include "cors.h"
#include "fail.h"
#include "limit.h"
#include "problem.h"

enum { BODY_STEP = 16 << 10 };

static int refuse(struct dispatch *d, const tasks_error *error)
{
    return problem_error(d->rq, d->rs, error);
}

/* The steps. Each returns 0 to go on, or the status of an answer that it has made. */

static int find_route(struct dispatch *d)
{
    tasks_error error;
    const char *path = d->rq->path;
    if (strchr(path, '%') && uri_path_read(path, d->rq->memory, &path, &error))
        return refuse(d, &error);
    route_find(d->routes, d->rq->method, path, &d->match);
    d->rq->route = d->match.route;
    d->rq->id = d->match.id;
    d->rq->rest = d->match.rest;
    return 0;
}

static int check_host(struct dispatch *d)
{
    d->host = http_header(d->rq, "Host");
    bool any = d->match.route && d->match.route->any_host;
    if (any || access_host_ok(&d->app->config->access, d->host))
        return 0;
    return problem(d->rs, 403, "host_denied",
                   "the server does not go by the name in the Host header; see --allow-host");
}

static int check_path(struct dispatch *d)
{
    if (d->match.allowed)
        return 0;
    return problem(d->rs, 404, "path_unknown", "there is nothing at this path");
}

static int answer_options(struct dispatch *d)
{
    if (d->rq->method != HTTP_OPTIONS)
        return 0;
    return cors_options(&d->app->config->access, d->rq, d->rs, d->match.allowed);
}

static int check_method(struct dispatch *d)
{
    buf allow;
    if (d->match.route)
        return 0;
    buf_init(&allow, 256);
    route_allow(d->match.allowed, &allow);
    http_field(d->rs, "Allow", allow.bytes ? allow.bytes : "");
    buf_done(&allow);
    return problem(d->rs, 405, "method_not_allowed", "this path does not take this method; see Allow");
}

static int check_origin(struct dispatch *d)
{
    const struct access *access = &d->app->config->access;
    if (d->rq->route->method == HTTP_GET || access_write_ok(access, http_header(d->rq, "Origin"), d->host))
        return 0;
    return problem(d->rs, 403, "origin_denied",
                   "pages of this origin may not change anything here; see --cors-origin");
}

/* The handler gets a view of the store that reaches the tasks of one owner only. */
static int authenticate(struct dispatch *d)
{
    tasks_error error;
    if (d->rq->route->open)
        return 0;
    int refused = auth_check(d->app->auth, d->rq, d->rs, &d->who);
    if (refused)
        return refused;
    if (tasks_as(d->app->db, d->who.owner, &d->view, &error))
        return refuse(d, &error);
    d->rq->db = d->view;
    d->rq->who = &d->who;
    return 0;
}

static int limit_rate(struct dispatch *d)
{
    const struct app *app = d->app;
    if (!app->rate || d->rq->route->open)
        return 0;
    return limit_check(app->rate, &app->config->access, d->rq, d->rs, &d->who);
}

static int check_right_to_write(struct dispatch *d)
{
    if (!d->who.read_only || d->rq->route->method == HTTP_GET)
        return 0;
    return problem(d->rs, 403, "token_read_only", "this token may only read");
}

static bool is_listed(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static int read_query(struct dispatch *d)
{
    tasks_error error;
    struct uri_query *parameters = &d->rq->parameters;
    if (d->rq->route->any_query)
        return 0;
    if (uri_query_read(d->rq->query, d->rq->memory, parameters, &error))
        return refuse(d, &error);
    for (size_t i = 0; i < parameters->count; i++) {
        if (is_listed(d->rq->route->parameters, parameters->items[i].name))
            continue;
        fail_field(&error, parameters->items[i].name, "parameter_unknown",
                   "there is no parameter '%.64s' here", parameters->items[i].name);
        return refuse(d, &error);
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

static int refuse_type(struct dispatch *d)
{
    const char *name = d->rq->method == HTTP_PATCH ? "Accept-Patch: " : "Accept-Post: ";
    buf *fields = &d->rs->fields;
    for (const char *const *taken = d->rq->route->types; *taken; taken++) {
        buf_text(fields, taken == d->rq->route->types ? name : ", ");
        buf_text(fields, *taken);
    }
    buf_text(fields, "\r\n");
    return problem(d->rs, 415, "type_unsupported", "the body must be JSON, and Content-Type must say so");
}

static int refuse_size(struct dispatch *d)
{
    return problem(d->rs, 413, "body_too_large", "the body is larger than this path takes");
}

static int body_missing(struct dispatch *d)
{
    return problem(d->rs, 400, "body_missing", "the request has no body");
}

/* All that can be known of the body before it is read. */
static int check_body(struct dispatch *d)
{
    const struct http_request *rq = d->rq;
    if (!announces_body(rq)) {
        if (!rq->route->types)
            return 0;
        return body_missing(d);
    }
    if (!rq->route->types)
        return problem(d->rs, 400, "body_unexpected", "this request takes no body");
    if (!type_is_taken(rq))
        return refuse_type(d);
    return rq->content_length > (int64_t)rq->route->body_max ? refuse_size(d) : 0;
}

static int answer_expectation(struct dispatch *d)
{
    const char *expect = http_header(d->rq, "Expect");
    if (!expect || !announces_body(d->rq))
        return 0;
    if (!http_list_has(expect, "100-continue"))
        return problem(d->rs, 417, "expectation_unknown", "only 100-continue can be expected");
    d->rq->source.proceed(d->rq->source.context);
    return 0;
}

static int refuse_body(struct dispatch *d, int64_t why)
{
    if (why == HTTP_SOURCE_LATE)
        return problem(d->rs, 408, "body_late", "the body took too long to arrive");
    return problem(d->rs, 400, "body_incomplete", "the body ended early or was malformed");
}

/* Reads what Content-Length says in one go, a chunked body in steps; one byte too many is enough. */
static int read_body(struct dispatch *d)
{
    struct http_request *rq = d->rq;
    size_t limit = rq->route->body_max + 1;
    int64_t count = announces_body(rq);
    while (count > 0 && rq->body.length < limit) {
        size_t left = limit - rq->body.length;
        size_t step = !rq->chunked ? (size_t)rq->content_length : left < BODY_STEP ? left : BODY_STEP;
        char *place = buf_reserve(&rq->body, step);
        if (!place)
            return problem(d->rs, 500, "no_memory", "out of memory");
        count = rq->source.read(rq->source.context, place, step);
        if (count < 0)
            return refuse_body(d, count);
        buf_commit(&rq->body, (size_t)count);
        if (!rq->chunked)
            break;
    }
    if (rq->body.length >= limit)
        return refuse_size(d);
    return rq->route->types && rq->body.length == 0 ? body_missing(d) : 0;
}

static int tell_url_base(struct dispatch *d)
{
    buf text;
    buf_init(&text, 512);
    buf_text(&text, access_is_https(&d->app->config->access, d->rq) ? "https://" : "http://");
    buf_text(&text, d->host);
    buf_text(&text, "/tasks/");
    d->rq->url_base = text.status ? NULL : arena_copy(d->rq->memory, text.bytes, text.length);
    buf_done(&text);
    return d->rq->url_base ? 0 : problem(d->rs, 500, "no_memory", "out of memory");
}

static int check_condition(struct dispatch *d)
{
    if (!d->app->config->require_if_match || !d->rq->route->conditional || http_header(d->rq, "If-Match"))
        return 0;
    return problem(d->rs, 428, "if_match_required",
                   "say in If-Match which ETag of the task you have seen; * is for any");
}

static int read_key(struct dispatch *d)
{
    tasks_error error;
    if (d->rq->route->keyed && idempotency_read(d->rq, &d->rq->key, &error))
        return refuse(d, &error);
    return 0;
}

static int begin_key(struct dispatch *d)
{
    struct idempotency_entry *entry = &d->entry;
    if (!d->rq->key)
        return 0;
    *entry = (struct idempotency_entry){.owner = d->who.owner, .key = d->rq->key};
    if (idempotency_begin(&d->app->idempotency, entry))
        return 0;
    entry->key = NULL;
    http_field(d->rs, "Retry-After", "1");
    return problem(d->rs, 409, "key_in_flight", "a request with this Idempotency-Key is under way");
}

static void finish(struct dispatch *d)
{
    if (d->entry.key)
        idempotency_end(&d->app->idempotency, &d->entry);
    d->rq->db = NULL;
    tasks_close(d->view);
}

static int (*const steps[])(struct dispatch *) = {
    find_route,    check_host,   check_path, answer_options,       check_method,
    check_origin,  authenticate, limit_rate, check_right_to_write, check_condition,
    read_key,      read_query,   check_body, answer_expectation,   read_body,
    tell_url_base, begin_key,
};

/* Returns 0 when it is the handler's turn. */
static int prepare(struct dispatch *d)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < sizeof steps / sizeof *steps; i++)
        status = steps[i](d);
    return status;
}

static void answer(struct dispatch *d, int status)
{
    struct http_response *rs = d->rs;
    rs->status = status;
    finish(d);
    cors_answer(&d->app->config->access, d->rq, rs);
    if (rs->fields.status || rs->body.status) {
        http_response_done(rs);
        http_response_init(rs);
        rs->status = problem(rs, 500, "no_memory", "the answer is too large or memory is short");
    }
}

/* The first half of a handler; 0 if its call is to be made. */
static int begin_halves(struct dispatch *d)
{
    call_init(&d->call, d->rq->route->halves->kind);
    return d->rq->route->halves->prepare(d->rq, d->rs, &d->call);
}

static int end_halves(struct dispatch *d)
{
    return d->rq->route->halves->conclude(d->rq, d->rs, &d->call);
}

static int run_halves(struct dispatch *d)
{
    const struct route_halves *halves = d->rq->route->halves;
    int status = begin_halves(d);
    if (status == 0) {
        do
            call_make_alone(&d->call, d->rq->key);
        while (halves->again && halves->again(d->rq, &d->call));
        if (d->call.replayed)
            http_field(d->rs, "Idempotency-Replayed", "true");
        status = end_halves(d);
    }
    call_done(&d->call);
    return status;
}

static int run_handler(struct dispatch *d)
{
    const struct route *route = d->rq->route;
    return route->halves ? run_halves(d) : route->handle(d->app, d->rq, d->rs);
}

bool dispatch_begin(struct dispatch *d, struct app *app, const struct route *routes, struct http_request *rq,
                    struct http_response *rs)
{
    *d = (struct dispatch){.app = app, .routes = routes, .rq = rq, .rs = rs};
    int status = prepare(d);
    if (status == 0)
        status = begin_halves(d);
    if (status == 0)
        return false;
    call_done(&d->call);
    answer(d, status);
    return true;
}

void dispatch_end(struct dispatch *d)
{
    int status = end_halves(d);
    call_done(&d->call);
    answer(d, status);
}

void dispatch_run(struct app *app, const struct route *routes, struct http_request *rq,
                  struct http_response *rs)
{
    struct dispatch d = {.app = app, .routes = routes, .rq = rq, .rs = rs};
    int status = prepare(&d);
    answer(&d, status ? status : run_handler(&d));
}
