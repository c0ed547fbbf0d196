#include "telemetry.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "discovery.h"
#include "fail.h"
#include "outbox.h"
#include "prom.h"
#include "rollbar.h"
#include "spans.h"
#include "timestamp.h"

enum {
    SPANS_MAX_BYTES = 32 << 10, /* of one request */
    TRACES_MAX = 2048,          /* requests that wait to be sent */
    TRACES_IN_A_POST = 256,
    GATHER_MS = 1000,
    ERRORS_MAX = 64,
    ERRORS_PAUSE_MS = 1000, /* a store that is away makes thousands of them: few tell the same */
    ERROR_MAX_BYTES = 16 << 10,
    FIRST_FAULT = 500,
    HEADERS_MAX = 16,
    CRASH_MS = 20000,
    CRASH_STEP_MS = 10
};

struct telemetry {
    const struct config *config;
    struct outbox *traces, *errors; /* NULL: not asked for */
    char *secret;                   /* TASKS_SECRET_MAX + 1 bytes: of the headers */
    char *token;                    /* the same: a line */
    const char *trace_headers[HEADERS_MAX + 1], *error_headers[2];
    arena memory;
};

/* ---- Secrets ---- */

/* Where the value begins, `start` is put before it. NULL on failure. */
static char *read_secret(const char *reference, const char *start, tasks_error *error)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    size_t length = strlen(start);
    options.password_ref = reference;
    char *text = calloc(1, length + TASKS_SECRET_MAX + 1);
    if (!text) {
        fail_memory(error);
        return NULL;
    }
    memcpy(text, start, length);
    if (!tasks_secret_read(&options, text + length, TASKS_SECRET_MAX + 1, error))
        return text;
    free(text);
    return NULL;
}

static void drop_secret(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

/* "name=value" becomes "name:value", which is as good as with a blank. */
static bool make_header(char *pair)
{
    char *equals = strchr(pair, '=');
    if (!equals || equals == pair)
        return false;
    *equals = ':';
    return true;
}

/* "name=value,name=value", as OTEL_EXPORTER_OTLP_HEADERS has it. */
static bool read_headers(struct telemetry *t, tasks_error *error)
{
    size_t count = 0;
    const char *reference = t->config->otlp_headers;
    if (!reference)
        return true;
    char *rest = t->secret = read_secret(reference, "", error);
    if (!rest)
        return false;
    for (char *pair; (pair = strsep(&rest, ",")); count++) {
        pair += strspn(pair, " \t");
        if (count == HEADERS_MAX || !make_header(pair)) {
            fail(error, TASKS_INVALID, "secret_unusable",
                 "--otlp-headers: the secret is not NAME=VALUE,NAME=VALUE with up to %d names", HEADERS_MAX);
            return false;
        }
        t->trace_headers[count] = pair;
    }
    return true;
}

static bool read_token(struct telemetry *t, tasks_error *error)
{
    const char *reference = t->config->error_token;
    if (!reference)
        return true;
    t->token = read_secret(reference, "X-Rollbar-Access-Token: ", error);
    t->error_headers[0] = t->token;
    return t->token != NULL;
}

/* ---- Setting up ---- */

/* The endpoint is a base, to which OTLP adds the signal. */
static const char *traces_url(struct telemetry *t)
{
    buf url;
    const char *base = t->config->otlp_endpoint;
    size_t length = strlen(base);
    buf_init(&url, 4096);
    buf_bytes(&url, base, base[length - 1] == '/' ? length - 1 : length);
    buf_text(&url, "/v1/traces");
    const char *copy = url.status ? NULL : arena_copy(&t->memory, url.bytes, url.length);
    buf_done(&url);
    return copy;
}

static const char *before_traces(struct telemetry *t)
{
    buf text;
    buf_init(&text, 4096);
    spans_begin(t->config->env, &text);
    const char *copy = text.status ? NULL : arena_copy(&t->memory, text.bytes, text.length);
    buf_done(&text);
    return copy;
}

static bool start_traces(struct telemetry *t, tasks_error *error)
{
    if (!t->config->otlp_endpoint)
        return true;
    if (!read_headers(t, error))
        return false;
    const struct outbox_options options = {.name = "--otlp-endpoint",
                                           .url = traces_url(t),
                                           .plain = true, /* config.c has seen to it that no secret goes so */
                                           .headers = t->trace_headers,
                                           .before = before_traces(t),
                                           .after = SPANS_AFTER,
                                           .items_max = TRACES_MAX,
                                           .items_in_a_post = TRACES_IN_A_POST,
                                           .gather_ms = GATHER_MS};
    fail_memory(error);
    t->traces = options.url && options.before ? outbox_new(&options, error) : NULL;
    return t->traces != NULL;
}

static bool start_errors(struct telemetry *t, tasks_error *error)
{
    const char *url = t->config->error_webhook;
    if (!url)
        return true;
    if (!read_token(t, error))
        return false;
    const struct outbox_options options = {.name = "--error-webhook",
                                           .url = url,
                                           .plain = discovery_url_ok(url),
                                           .headers = t->error_headers,
                                           .before = "",
                                           .after = "",
                                           .items_max = ERRORS_MAX,
                                           .items_in_a_post = 1,
                                           .pause_ms = ERRORS_PAUSE_MS};
    t->errors = outbox_new(&options, error);
    return t->errors != NULL;
}

static struct telemetry *start(const struct config *config, bool with_traces, tasks_error *error)
{
    struct telemetry *t = calloc(1, sizeof *t);
    if (!t) {
        fail_memory(error);
        return NULL;
    }
    t->config = config;
    arena_init(&t->memory);
    if ((!with_traces || start_traces(t, error)) && start_errors(t, error)) {
        error->status = TASKS_OK;
        return t;
    }
    telemetry_free(t);
    return NULL;
}

struct telemetry *telemetry_new(const struct config *config, tasks_error *error)
{
    error->status = TASKS_OK;
    return config->otlp_endpoint || config->error_webhook ? start(config, true, error) : NULL;
}

struct telemetry *telemetry_for_errors(const struct config *config, tasks_error *error)
{
    return start(config, false, error);
}

void telemetry_free(struct telemetry *t)
{
    if (!t)
        return;
    outbox_free(t->traces);
    outbox_free(t->errors);
    if (t->secret)
        explicit_bzero(t->secret, TASKS_SECRET_MAX + 1); /* it was cut up */
    free(t->secret);
    drop_secret(t->token);
    arena_done(&t->memory);
    free(t);
}

/* ---- Telling ---- */

void telemetry_request(struct telemetry *t, const struct log_request *request, int64_t began_ns,
                       const struct timing_request *timing, bool probe)
{
    buf text;
    if (t && t->traces && request->trace->sampled) {
        buf_init(&text, SPANS_MAX_BYTES);
        spans_write(request, began_ns, timing, &text);
        outbox_put(t->traces, &text);
    }
    if (t && t->errors && request->status >= FIRST_FAULT && !probe) {
        buf_init(&text, ERROR_MAX_BYTES);
        rollbar_answer(request, t->config->env, &text);
        outbox_put(t->errors, &text);
    }
}

void telemetry_crash(struct telemetry *t, const char *how)
{
    buf text;
    struct outbox_figures figures;
    int64_t until_ms = timestamp_monotonic() + CRASH_MS;
    buf_init(&text, ERROR_MAX_BYTES);
    rollbar_crash(how, t->config->env, &text);
    outbox_put(t->errors, &text);
    do {
        usleep(CRASH_STEP_MS * 1000);
        figures = outbox_figures(t->errors);
    } while (figures.sent + figures.dropped == 0 && timestamp_monotonic() < until_ms);
}

static void write_figures(struct outbox *o, const char *const labels[2], buf *to)
{
    if (!o)
        return;
    struct outbox_figures figures = outbox_figures(o);
    prom_sample(to, "tasksd_telemetry_items_total", labels[0], (double)figures.sent);
    prom_sample(to, "tasksd_telemetry_items_total", labels[1], (double)figures.dropped);
}

void telemetry_write(struct telemetry *t, buf *to)
{
    static const char *const traces[2] = {"kind=\"trace\",outcome=\"sent\"",
                                          "kind=\"trace\",outcome=\"dropped\""};
    static const char *const errors[2] = {"kind=\"error\",outcome=\"sent\"",
                                          "kind=\"error\",outcome=\"dropped\""};
    if (!t)
        return;
    prom_family(to, "tasksd_telemetry_items_total", "counter",
                "Traces of requests and errors that were sent on, or dropped.");
    write_figures(t->traces, traces, to);
    write_figures(t->errors, errors, to);
}
