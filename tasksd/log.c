#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "json_out.h"
#include "number.h"
#include "spool.h"
#include "timestamp.h"

enum { LINE_MAX_BYTES = 4096 };

static enum log_format log_format;
static const char *log_path;
static const char *log_namespace; /* NULL: no figures for CloudWatch */
static int log_fd = STDERR_FILENO;
static struct spool *log_spool; /* NULL: each line is written by who has it */

static int open_file(void)
{
    return open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

bool log_start(enum log_format format, const char *path)
{
    log_path = path;
    log_fd = path ? open_file() : STDERR_FILENO;
    if (log_fd < 0)
        return false;
    log_format = format != LOG_AUTO ? format : isatty(log_fd) ? LOG_TEXT : LOG_JSON;
    return true;
}

bool log_gather(void)
{
    log_spool = spool_start(log_fd);
    return log_spool != NULL;
}

void log_stop(void)
{
    spool_stop(log_spool);
}

uint64_t log_dropped(void)
{
    return log_spool ? spool_dropped(log_spool) : 0;
}

void log_embed(const char *namespace)
{
    log_namespace = namespace;
}

/* The descriptor stays the same, so that nobody who writes meanwhile notices. */
void log_reopen(void)
{
    int fd = log_path ? open_file() : -1;
    if (!log_path)
        return;
    if (fd < 0 || dup3(fd, log_fd, O_CLOEXEC) < 0)
        log_line("cannot open the log anew: %s; going on with the old one", strerror(errno));
    else
        log_line("log reopened");
    if (fd >= 0)
        close(fd);
}

/* One write a line, so that lines of different threads do not mix. */
static void put(buf *line)
{
    buf_char(line, '\n');
    if (line->status == TASKS_OK && log_spool)
        spool_put(log_spool, line->bytes, line->length);
    else if (line->status == TASKS_OK && write(log_fd, line->bytes, line->length) < 0) {
        /* There is nobody left to tell. */
    }
    buf_done(line);
}

static void begin_json(json_out *json, buf *line, const char *level)
{
    json_out_init(json, line);
    json_out_object(json, NULL);
    json_out_time(json, "time", timestamp_now());
    json_out_text(json, "level", level);
}

__attribute__((format(printf, 2, 0))) static void put_message(const char *level, const char *format,
                                                              va_list arguments)
{
    buf line;
    char message[512];
    vsnprintf(message, sizeof message, format, arguments);
    buf_init(&line, LINE_MAX_BYTES);
    if (log_format == LOG_JSON) {
        json_out json;
        begin_json(&json, &line, level);
        json_out_text(&json, "message", message);
        json_out_object_end(&json);
    } else {
        buf_print(&line, "tasksd: %s", message);
    }
    put(&line);
}

void log_line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_message("info", format, arguments);
    va_end(arguments);
}

void log_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_message("error", format, arguments);
    va_end(arguments);
}

void log_fault(const tasks_error *error, const struct trace *trace)
{
    buf line;
    buf_init(&line, LINE_MAX_BYTES);
    if (log_format == LOG_JSON) {
        json_out json;
        begin_json(&json, &line, "error");
        if (trace)
            json_out_text(&json, "request_id", trace->request);
        json_out_text(&json, "code", error->code);
        json_out_text(&json, "message", error->message);
        json_out_int(&json, "backend_code", error->backend_code);
        json_out_text(&json, "sqlstate", error->sqlstate);
        json_out_object_end(&json);
    } else {
        buf_print(&line, "tasksd: %s: %s%s%s", error->code, error->message, trace ? " " : "",
                  trace ? trace->request : "");
    }
    put(&line);
}

void log_pool(const tasks_statistics *figures, int64_t waits)
{
    buf line;
    json_out json;
    if (log_format != LOG_JSON)
        return;
    buf_init(&line, LINE_MAX_BYTES);
    begin_json(&json, &line, "info");
    json_out_text(&json, "message", "pool");
    json_out_int(&json, "pool_size", figures->pool_size);
    json_out_int(&json, "pool_in_use", figures->in_use);
    json_out_int(&json, "pool_waits", waits);
    json_out_object_end(&json);
    put(&line);
}

/* printf would be a tenth of what a request takes of the processor, and to find the shortest text of a double
 * is dear, too: three digits are enough. */
static void milliseconds(json_out *json, const char *key, int64_t us)
{
    char text[NUMBER_INT_SIZE + 4];
    size_t length = number_write_int(us / 1000, text);
    text[length++] = '.';
    for (int64_t unit = 100; unit; unit /= 10)
        text[length++] = (char)('0' + us % 1000 / unit % 10);
    json_out_raw(json, key, text, length);
}

/* Tells CloudWatch which members of the line are figures, and by which others to add them up. */
static void embed(json_out *json, int status)
{
    static const char dimensions[] = "[[\"method\",\"route\"],[]]";
    static const char figures[] = "[{\"Name\":\"ms\",\"Unit\":\"Milliseconds\"},"
                                  "{\"Name\":\"db_ms\",\"Unit\":\"Milliseconds\"},"
                                  "{\"Name\":\"bytes\",\"Unit\":\"Bytes\"},"
                                  "{\"Name\":\"faults\",\"Unit\":\"Count\"}]";
    json_out_int(json, "faults", status >= 500);
    json_out_object(json, "_aws");
    json_out_int(json, "Timestamp", timestamp_now());
    json_out_array(json, "CloudWatchMetrics");
    json_out_object(json, NULL);
    json_out_text(json, "Namespace", log_namespace);
    json_out_raw(json, "Dimensions", dimensions, sizeof dimensions - 1);
    json_out_raw(json, "Metrics", figures, sizeof figures - 1);
    json_out_object_end(json);
    json_out_array_end(json);
    json_out_object_end(json);
}

/* A store that is away or busy is no fault of the server: it says so and goes on. */
static const char *level_of(int status)
{
    return status == 503 ? "warn" : status == 500 || status == 507 ? "error" : "info";
}

static void request_json(const struct log_request *request, const char *client, buf *line)
{
    json_out json;
    begin_json(&json, line, level_of(request->status));
    json_out_text(&json, "request_id", request->trace->request);
    json_out_text(&json, "trace_id", request->trace->id);
    json_out_text(&json, "client", client);
    json_out_text(&json, "method", request->method);
    json_out_text(&json, "route", request->route || !log_namespace ? request->route : "none");
    json_out_int(&json, "status", request->status);
    milliseconds(&json, "ms", request->duration_us);
    milliseconds(&json, "db_ms", request->store_us);
    json_out_int(&json, "bytes", (int64_t)request->bytes);
    if (log_namespace)
        embed(&json, request->status);
    json_out_object_end(&json);
}

static void request_text(const struct log_request *request, const char *client, buf *line)
{
    char time[TIMESTAMP_SIZE];
    timestamp_write(timestamp_now(), time);
    buf_print(line, "%s %s %s %s %d %.3f ms (db %.3f ms) %zu bytes %s", time, client, request->method,
              request->route ? request->route : "-", request->status, (double)request->duration_us / 1000,
              (double)request->store_us / 1000, request->bytes, request->trace->request);
}

int64_t log_clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void log_request(const struct log_request *request)
{
    buf line;
    char client[ADDRESS_TEXT_SIZE];
    if (log_format == LOG_NONE)
        return;
    address_write(&request->client, client);
    buf_init(&line, LINE_MAX_BYTES);
    (log_format == LOG_JSON ? request_json : request_text)(request, client, &line);
    put(&line);
}
