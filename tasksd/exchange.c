#include "exchange.h"

#include <string.h>
#include <strings.h>

#include "log.h"

/* The path as it was sent, also when the target was absolute. */
static const char *raw_path(const char *uri)
{
    const char *authority = uri[0] == '/' ? NULL : strstr(uri, "://");
    return authority ? strchr(authority + 3, '/') : uri;
}

void exchange_read(struct exchange *x)
{
    const struct guard_head *head = &x->head;
    x->rq.headers = x->headers;
    x->rq.header_count = head->header_count;
    x->rq.method = head->method ? http_method_read(head->method) : HTTP_OTHER;
    x->rq.path = head->method ? raw_path(head->uri) : NULL;
    x->rq.query = head->query;
}

void exchange_begin(struct exchange *x, uint32_t peer)
{
    x->began_us = log_clock_us();
    arena_init(&x->memory);
    http_request_init(&x->rq, &x->memory);
    http_response_init(&x->rs);
    exchange_read(x);
    x->rq.peer = peer;
    trace_take(&x->rq.trace, &x->rq);
}

void exchange_answer(struct exchange *x)
{
    timing_follow(&x->timing);
    dispatch_run(x->listener->app, x->listener->routes, &x->rq, &x->rs);
    timing_follow(NULL);
}

bool exchange_prepare(struct exchange *x, struct dispatch *d)
{
    timing_follow(&x->timing);
    bool answered = dispatch_begin(d, x->listener->app, x->listener->routes, &x->rq, &x->rs);
    timing_follow(NULL);
    return answered;
}

void exchange_conclude(struct exchange *x, struct dispatch *d)
{
    timing_follow(&x->timing);
    dispatch_end(d);
    timing_follow(NULL);
}

/* civetweb closes the connection whatever we say: it looks at the first Connection header only, and gives
 * up HTTP when asked for WebSocket. Whoever else answers does as it does. */
static bool client_closes(const struct exchange *x)
{
    const char *wish = http_header(&x->rq, "Connection");
    if (!wish)
        return strcmp(x->head.version, "1.1") != 0;
    return !http_list_has(wish, "keep-alive") || strcasestr(wish, "upgrade");
}

bool exchange_closes(const struct exchange *x)
{
    const struct exchange_listener *listener = x->listener;
    return x->rs.close || client_closes(x) || listener->keep_alive_ms == 0 ||
           atomic_load(&listener->app->phase) == APP_CLOSING || conns_crowded(listener->conns);
}

void exchange_head(struct exchange *x, buf *to)
{
    http_field(&x->rs, "X-Request-Id", x->rq.trace.request);
    http_head(&x->rs, to);
}

void exchange_end(struct exchange *x)
{
    const struct app *app = x->listener->app;
    int64_t duration_us = log_clock_us() - x->began_us;
    const struct log_request line = {.method = x->head.method ? x->head.method : "-",
                                     .route = x->rq.route ? x->rq.route->path : NULL,
                                     .status = x->rs.status,
                                     .code = x->rs.code,
                                     .duration_us = duration_us,
                                     .store_us = x->timing.total_ns / 1000,
                                     .bytes = x->sent,
                                     .client = access_sender(&app->config->access, &x->rq),
                                     .trace = &x->rq.trace};
    metrics_count(x->listener->metrics, x->rq.route, x->rq.method, x->rs.status, duration_us);
    log_request(&line);
    telemetry_request(app->telemetry, &line, x->began_us * 1000, &x->timing,
                      x->rq.route && x->rq.route->open);
    http_response_done(&x->rs);
    http_request_done(&x->rq);
    arena_done(&x->memory);
}
