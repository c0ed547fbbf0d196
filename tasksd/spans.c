#include "spans.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json_out.h"

enum {
    KIND_INTERNAL = 1,
    KIND_SERVER = 2,
    KIND_CLIENT = 3,
    STATUS_ERROR = 2,
    FIRST_FAULT = 500,
    HOST_SIZE = 256
};

struct span {
    const struct trace *trace;
    const char *id, *parent;
    int kind;
    int64_t start_ns, end_ns; /* since 1970 */
};

static int64_t now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* In OTLP's JSON 64-bit numbers are strings. */
static void put_number(json_out *json, const char *key, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    json_out_text(json, key, text);
}

static void begin(json_out *json, const struct span *span, const char *name)
{
    json_out_object(json, NULL);
    json_out_text(json, "traceId", span->trace->id);
    json_out_text(json, "spanId", span->id);
    if (span->parent[0])
        json_out_text(json, "parentSpanId", span->parent);
    json_out_text(json, "name", name);
    json_out_int(json, "kind", span->kind);
    put_number(json, "startTimeUnixNano", span->start_ns);
    put_number(json, "endTimeUnixNano", span->end_ns);
    json_out_array(json, "attributes");
}

static void attribute(json_out *json, const char *key, const char *text)
{
    json_out_object(json, NULL);
    json_out_text(json, "key", key);
    json_out_object(json, "value");
    json_out_text(json, "stringValue", text);
    json_out_object_end(json);
    json_out_object_end(json);
}

static void attribute_number(json_out *json, const char *key, int64_t number)
{
    json_out_object(json, NULL);
    json_out_text(json, "key", key);
    json_out_object(json, "value");
    put_number(json, "intValue", number);
    json_out_object_end(json);
    json_out_object_end(json);
}

void spans_begin(const char *environment, buf *to)
{
    json_out json;
    char host[HOST_SIZE] = "";
    json_out_init(&json, to);
    json_out_object(&json, NULL);
    json_out_array(&json, "resourceSpans");
    json_out_object(&json, NULL);
    json_out_object(&json, "resource");
    json_out_array(&json, "attributes");
    attribute(&json, "service.name", "tasksd");
    attribute(&json, "service.version", tasks_version());
    if (gethostname(host, sizeof host - 1) == 0)
        attribute(&json, "host.name", host);
    if (environment)
        attribute(&json, "deployment.environment.name", environment);
    json_out_array_end(&json);
    json_out_object_end(&json);
    json_out_array(&json, "scopeSpans");
    json_out_object(&json, NULL);
    json_out_object(&json, "scope");
    json_out_text(&json, "name", "tasksd");
    json_out_object_end(&json);
    json_out_array(&json, "spans");
}

static void end(json_out *json, bool failed)
{
    json_out_array_end(json);
    json_out_object(json, "status");
    if (failed)
        json_out_int(json, "code", STATUS_ERROR);
    json_out_object_end(json);
    json_out_object_end(json);
}

static void write_request(json_out *json, const struct log_request *request, const struct span *span)
{
    char name[128];
    snprintf(name, sizeof name, "%s%s%s", request->method, request->route ? " " : "",
             request->route ? request->route : "");
    begin(json, span, name);
    attribute(json, "http.request.method", request->method);
    if (request->route)
        attribute(json, "http.route", request->route);
    attribute_number(json, "http.response.status_code", request->status);
    attribute_number(json, "http.response.body.size", (int64_t)request->bytes);
    attribute(json, "tasks.request_id", request->trace->request);
    end(json, request->status >= FIRST_FAULT);
}

static void write_wait(json_out *json, const struct timing_call *call, int64_t offset_ns,
                       const struct span *request)
{
    char id[TRACE_SPAN_SIZE];
    struct span span = *request;
    trace_span(id);
    span.id = id;
    span.parent = request->id;
    span.kind = KIND_INTERNAL;
    span.start_ns = call->began_ns + offset_ns;
    span.end_ns = span.start_ns + call->wait_ns;
    begin(json, &span, "wait for the store");
    end(json, call->work_ns == 0);
}

static void write_sql(json_out *json, const struct timing_call *call, int64_t offset_ns,
                      const struct span *request)
{
    char id[TRACE_SPAN_SIZE], name[64];
    struct span span = *request;
    trace_span(id);
    snprintf(name, sizeof name, "%s %s", call->backend, call->word);
    span.id = id;
    span.parent = request->id;
    span.kind = KIND_CLIENT;
    span.start_ns = call->began_ns + call->wait_ns + offset_ns;
    span.end_ns = span.start_ns + call->work_ns;
    begin(json, &span, name);
    attribute(json, "db.system.name", call->backend);
    attribute(json, "db.operation.name", call->word);
    attribute(json, "tasks.status", tasks_status_name(call->status));
    end(json, call->status >= TASKS_UNAVAILABLE);
}

void spans_write(const struct log_request *request, int64_t began_ns, const struct timing_request *timing,
                 buf *to)
{
    json_out json;
    char id[TRACE_SPAN_SIZE];
    int64_t offset_ns = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    struct span span = {
        .trace = request->trace, .id = id, .parent = request->trace->parent, .kind = KIND_SERVER};
    trace_span(id);
    span.start_ns = began_ns + offset_ns;
    span.end_ns = span.start_ns + request->duration_us * 1000;
    json_out_init(&json, to);
    write_request(&json, request, &span);
    for (size_t i = 0; i < timing->count && i < TIMING_CALLS_MAX; i++) {
        write_wait(&json, &timing->calls[i], offset_ns, &span);
        if (timing->calls[i].work_ns)
            write_sql(&json, &timing->calls[i], offset_ns, &span);
    }
}
