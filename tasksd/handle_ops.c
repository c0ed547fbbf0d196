#include "handle.h"

#include <string.h>

#include "json_out.h"
#include "openapi.h"
#include "problem.h"
#include "routes.h"

int handle_ops_live(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    (void)app;
    (void)rq;
    rs->type = "application/json";
    buf_text(&rs->body, "{\"status\":\"ok\"}");
    return 200;
}

int handle_ops_ready(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    if (atomic_load(&app->phase) != APP_SERVING)
        return problem(rs, 503, "draining", "the server is about to stop");
    if (tasks_ping(app->db, &error)) {
        int status = problem_error(rq, rs, &error);
        return status == 503 ? status : problem(rs, 503, error.code, "the store cannot serve requests");
    }
    rs->type = "application/json";
    buf_text(&rs->body, "{\"status\":\"ready\"}");
    return 200;
}

int handle_ops_version(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    json_out json;
    (void)app;
    (void)rq;
    rs->type = "application/json";
    json_out_init(&json, &rs->body);
    json_out_object(&json, NULL);
    json_out_text(&json, "name", "tasksd");
    json_out_text(&json, "version", tasks_version());
    json_out_object_end(&json);
    return 200;
}

static void pool_figures(json_out *json, const tasks_statistics *figures)
{
    json_out_text(json, "backend", figures->backend);
    json_out_int(json, "size", figures->pool_size);
    json_out_int(json, "in_use", figures->in_use);
    json_out_int(json, "idle", figures->idle);
    json_out_int(json, "waiting", figures->waiting);
    json_out_int(json, "waits", figures->waits);
    json_out_double(json, "wait_ms", (double)figures->wait_ns / 1e6);
    json_out_int(json, "opened", figures->opened);
    json_out_int(json, "closed", figures->closed);
    json_out_int(json, "errors", figures->errors);
    json_out_int(json, "batches", figures->batches);
    json_out_int(json, "groups", figures->groups);
}

int handle_ops_pool(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    json_out json;
    tasks_error error;
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    if (tasks_stats(app->db, 0, &figures, &error))
        return problem_error(rq, rs, &error);
    rs->type = "application/json";
    json_out_init(&json, &rs->body);
    json_out_object(&json, NULL);
    pool_figures(&json, &figures);
    json_out_object(&json, "http");
    json_out_int(&json, "workers", app->config->workers);
    json_out_int(&json, "connections", (int64_t)conns_held(app->conns));
    json_out_int(&json, "in_flight", (int64_t)conns_in_flight(app->conns));
    json_out_object_end(&json);
    json_out_object_end(&json);
    return 200;
}

int handle_ops_openapi(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    (void)rq;
    rs->type = "application/json";
    openapi_write(routes_public, app->auth != NULL, &rs->body);
    return 200;
}
