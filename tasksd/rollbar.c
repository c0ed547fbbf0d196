#include "rollbar.h"

#include <stdio.h>
#include <unistd.h>

#include "json_out.h"
#include "timestamp.h"

enum { HOST_SIZE = 256, TEXT_SIZE = 256 };

/* Not all that it may be called: to see where, not more. */
static void put_host(json_out *json)
{
    char host[HOST_SIZE] = "";
    if (gethostname(host, sizeof host - 1))
        return;
    json_out_object(json, "server");
    json_out_text(json, "host", host);
    json_out_object_end(json);
}

static void begin(json_out *json, const char *level, const char *title, const char *environment, buf *to)
{
    json_out_init(json, to);
    json_out_object(json, NULL);
    json_out_object(json, "data");
    json_out_text(json, "environment", environment ? environment : "unspecified");
    json_out_text(json, "level", level);
    json_out_int(json, "timestamp", timestamp_now() / 1000);
    json_out_text(json, "code_version", tasks_version());
    json_out_text(json, "platform", "linux");
    json_out_text(json, "language", "c");
    json_out_text(json, "framework", "tasksd");
    json_out_text(json, "title", title);
    json_out_text(json, "fingerprint", title);
    put_host(json);
    json_out_object(json, "notifier");
    json_out_text(json, "name", "tasksd");
    json_out_text(json, "version", tasks_version());
    json_out_object_end(json);
}

static void end(json_out *json)
{
    json_out_object_end(json);
    json_out_object_end(json);
}

static void put_message(json_out *json, const char *kind, const char *member, const char *text)
{
    json_out_object(json, "body");
    json_out_object(json, kind);
    json_out_text(json, member, text);
    json_out_object_end(json);
    json_out_object_end(json);
}

static void put_request(json_out *json, const struct log_request *request)
{
    json_out_text(json, "context", request->route ? request->route : "none");
    json_out_object(json, "request");
    json_out_text(json, "method", request->method);
    json_out_object_end(json);
    json_out_object(json, "custom");
    json_out_text(json, "request_id", request->trace->request);
    json_out_text(json, "trace_id", request->trace->id);
    json_out_int(json, "status", request->status);
    json_out_text(json, "code", request->code);
    json_out_int(json, "duration_us", request->duration_us);
    json_out_int(json, "store_us", request->store_us);
    json_out_object_end(json);
}

void rollbar_answer(const struct log_request *request, const char *environment, buf *to)
{
    json_out json;
    char title[TEXT_SIZE];
    snprintf(title, sizeof title, "%d %s: %s %s", request->status, request->code, request->method,
             request->route ? request->route : "none");
    begin(&json, "error", title, environment, to);
    put_message(&json, "message", "body", title);
    put_request(&json, request);
    end(&json);
}

void rollbar_crash(const char *how, const char *environment, buf *to)
{
    json_out json;
    char title[TEXT_SIZE];
    snprintf(title, sizeof title, "tasksd ended by itself: %s", how);
    begin(&json, "critical", title, environment, to);
    put_message(&json, "crash_report", "raw", title);
    end(&json);
}
