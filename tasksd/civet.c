#include "civet.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "dispatch.h"
#include "guard.h"
#include "log.h"
#include "problem.h"
#include "stack.h"
#include "timestamp.h"
#include "timing.h"

enum {
    HEAD_ROOM = 2 << 10,
    JOIN_MAX = 64 << 10,     /* up to here head and body leave in one piece */
    SLOWEST = 16,            /* bytes a millisecond at which an answer must be taken */
    DISCARD_MAX = 256 << 10, /* of a body that nobody wants, before the connection is cut */
    DISCARD_MS = 1000
};

struct civet {
    struct civet_options options;
    struct mg_context *context;
    atomic_bool starting; /* the reason of a failure is still of interest, and goes here */
    char *fault;
    size_t fault_size;
};

/* One request and its answer. */
struct exchange {
    struct civet *civet;
    struct mg_connection *connection;
    const struct mg_request_info *info;
    struct conns_slot *slot;
    struct http_header headers[HTTP_HEADERS_MAX];
    struct http_request rq;
    struct http_response rs;
    arena memory;
    int64_t body_left; /* of Content-Length; of a chunked body 1 until its end was seen */
    bool body_begun, body_expected;
    size_t sent;
    struct timing_request timing;
};

/* ---- The request -------------------------------------------------------------------------------- */

static int64_t read_body(void *context, char *to, size_t room)
{
    struct exchange *x = context;
    if (!x->body_begun)
        conns_limit(x->slot, x->civet->options.request_ms);
    x->body_begun = true;
    int count = mg_read(x->connection, to, room);
    bool ended = count >= 0 && (size_t)count < room;
    if (count < 0 || (ended && !x->rq.chunked))
        return conns_late(x->slot) ? HTTP_SOURCE_LATE : HTTP_SOURCE_BROKEN;
    x->body_left = x->rq.chunked ? !ended : x->body_left - count;
    return count;
}

/* civetweb leaves clients waiting for this. */
static void proceed(void *context)
{
    static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct exchange *x = context;
    mg_write(x->connection, line, sizeof line - 1);
    x->body_expected = false;
}

static uint32_t peer_address(const struct mg_request_info *info)
{
    struct in_addr address = {.s_addr = 0};
    if (info)
        inet_pton(AF_INET, info->remote_addr, &address);
    return ntohl(address.s_addr);
}

/* The path as it was sent, also when the target was absolute. */
static const char *raw_path(const struct mg_request_info *info)
{
    const char *authority = info->request_uri[0] == '/' ? NULL : strstr(info->request_uri, "://");
    return authority ? strchr(authority + 3, '/') : info->request_uri;
}

static void take_request(struct exchange *x)
{
    const struct mg_request_info *info = x->info;
    arena_init(&x->memory);
    http_request_init(&x->rq, &x->memory);
    http_response_init(&x->rs);
    for (int i = 0; i < info->num_headers && i < HTTP_HEADERS_MAX; i++)
        x->headers[i] = (struct http_header){info->http_headers[i].name, info->http_headers[i].value};
    x->rq.headers = x->headers;
    x->rq.header_count = (size_t)info->num_headers;
    x->rq.method = http_method_read(info->request_method);
    x->rq.path = raw_path(info);
    x->rq.query = info->query_string;
    x->rq.peer = peer_address(info);
    x->rq.source = (struct http_source){x, read_body, proceed};
    trace_take(&x->rq.trace, &x->rq);
}

/* False if the head cannot be relied on. */
static bool check_head(struct exchange *x)
{
    struct guard_framing framing;
    const struct guard_head head = {x->info->request_method, x->info->request_uri, x->info->query_string,
                                    x->info->http_version,   x->headers,           x->rq.header_count};
    const char *fault = guard_check(&head, &framing);
    if (fault) {
        problem(&x->rs, 400, "request_malformed", fault);
        x->rs.close = true;
        return false;
    }
    x->rq.content_length = framing.content_length;
    x->rq.chunked = framing.chunked;
    x->body_left = framing.chunked ? 1 : framing.content_length;
    x->body_expected = http_header(&x->rq, "Expect") != NULL;
    return true;
}

/* ---- The answer --------------------------------------------------------------------------------- */

/* Will civetweb close the connection whatever we say? It looks at the first Connection header only, and
 * gives up HTTP when asked for WebSocket. */
static bool client_closes(const struct exchange *x)
{
    const char *wish = http_header(&x->rq, "Connection");
    if (!wish)
        return strcmp(x->info->http_version, "1.1") != 0;
    return !http_list_has(wish, "keep-alive") || strcasestr(wish, "upgrade");
}

static bool must_close(const struct exchange *x)
{
    const struct civet_options *options = &x->civet->options;
    return x->rs.close || x->body_left > 0 || client_closes(x) || options->keep_alive_ms == 0 ||
           atomic_load(&options->app->phase) == APP_CLOSING || conns_crowded(options->conns);
}

/* Head and body in one piece: a second write costs half the throughput. */
static bool write_answer(struct exchange *x)
{
    buf out;
    size_t size;
    const void *body = http_body(&x->rs, x->rq.method, &size);
    size_t joined = size <= JOIN_MAX ? size : 0;
    if (x->slot)
        conns_limit_answer(x->slot, x->civet->options.request_ms + (int64_t)size / SLOWEST);
    buf_init(&out, SIZE_MAX - 1);
    buf_reserve(&out, HEAD_ROOM + x->rs.fields.length + joined);
    http_head(&x->rs, &out);
    buf_bytes(&out, body, joined);
    bool whole = out.status == TASKS_OK &&
                 mg_write(x->connection, out.bytes, out.length) == (int)out.length &&
                 (size == joined || mg_write(x->connection, body, size) == (int)size);
    x->sent = whole ? out.length - joined + size : 0;
    buf_done(&out);
    return whole;
}

/* A client that is still sending would take the end of the connection for an error and never read the
 * answer, so a bounded part of the rest is taken off its hands. */
static void discard_body(struct exchange *x)
{
    char scratch[4096];
    int64_t total = 0;
    conns_limit(x->slot, DISCARD_MS);
    while (total < DISCARD_MAX) {
        int count = mg_read(x->connection, scratch, sizeof scratch);
        if (count <= 0)
            break;
        total += count;
    }
}

/* The rest of the answer is somebody else's. What civetweb has left of the connection then ends. */
static bool hand_over(struct exchange *x)
{
    buf head;
    int fd = conns_detach(x->civet->options.conns, x->slot);
    if (fd < 0)
        return false;
    mg_disable_keep_alive(x->connection);
    x->rs.close = true;
    buf_init(&head, SIZE_MAX - 1);
    http_head(&x->rs, &head);
    bool whole = !head.status &&
                 send(fd, head.bytes, head.length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)head.length;
    x->sent = whole ? head.length : 0;
    buf_done(&head);
    if (!whole)
        conns_release(x->civet->options.conns, fd);
    http_give(&x->rs, whole ? fd : -1);
    return true;
}

static void give_answer(struct exchange *x)
{
    x->rs.close = must_close(x);
    if (x->rs.close)
        mg_disable_keep_alive(x->connection);
    http_field(&x->rs, "X-Request-Id", x->rq.trace.request);
    if (x->rs.takeover.give && hand_over(x))
        return;
    if (x->rs.takeover.give) {
        http_give(&x->rs, -1);
        problem(&x->rs, 503, "streams_full", "the connection cannot be kept for a stream");
    }
    if (!write_answer(x))
        mg_disable_keep_alive(x->connection);
    else if (x->body_left > 0 && !x->body_expected)
        discard_body(x);
}

static void tell_exchange(const struct exchange *x, int64_t began_us)
{
    const struct app *app = x->civet->options.app;
    int64_t duration_us = log_clock_us() - began_us;
    const struct log_request line = {.method = x->info ? x->info->request_method : "-",
                                     .route = x->rq.route ? x->rq.route->path : NULL,
                                     .status = x->rs.status,
                                     .code = x->rs.code,
                                     .duration_us = duration_us,
                                     .store_us = x->timing.total_ns / 1000,
                                     .bytes = x->sent,
                                     .client = access_sender(&app->config->access, &x->rq),
                                     .trace = &x->rq.trace};
    metrics_count(x->civet->options.metrics, x->rq.route, x->rq.method, x->rs.status, duration_us);
    log_request(&line);
    telemetry_request(app->telemetry, &line, began_us * 1000, &x->timing, x->rq.route && x->rq.route->open);
}

static void run_exchange(struct exchange *x)
{
    int64_t began_us = log_clock_us();
    take_request(x);
    timing_follow(&x->timing);
    if (check_head(x))
        dispatch_run(x->civet->options.app, x->civet->options.routes, &x->rq, &x->rs);
    timing_follow(NULL);
    give_answer(x);
    tell_exchange(x, began_us);
    http_response_done(&x->rs);
    http_request_done(&x->rq);
    arena_done(&x->memory);
}

/* ---- What civetweb calls ------------------------------------------------------------------------ */

/* Comes before anything that civetweb would do with a request by itself; it never gets to do it. */
static int begin_request(struct mg_connection *connection)
{
    struct exchange x = {.civet = mg_get_user_context_data(connection),
                         .connection = connection,
                         .info = mg_get_request_info(connection),
                         .slot = mg_get_thread_pointer(connection)};
    struct conns *conns = x.civet->options.conns;
    sockets_key key =
        sockets_key_of(peer_address(x.info), (uint16_t)x.info->remote_port, (uint16_t)x.info->server_port);
    if (!x.slot || !conns_begin(conns, x.slot, key)) {
        mg_disable_keep_alive(connection);
        return 503;
    }
    run_exchange(&x);
    conns_end(conns, x.slot);
    return x.rs.status;
}

/* What civetweb refuses by itself: no request that could be answered in detail. */
static int http_error(struct mg_connection *connection, int status, const char *message)
{
    static const struct {
        int theirs, ours;
        const char *code, *detail;
    } kinds[] = {
        {505, 505, "version_unsupported", "only HTTP/1.0 and HTTP/1.1 are spoken here"},
        {500, 500, "internal", "internal error"},
        {0, 400, "request_malformed", "this is no HTTP request, it ended early, or its head is over 16 KiB"},
    };
    arena none = {.chunks = NULL};
    struct exchange x = {.civet = mg_get_user_context_data(connection), .connection = connection};
    int64_t began_us = log_clock_us();
    size_t i = 0;
    (void)message;
    while (kinds[i].theirs && kinds[i].theirs != status)
        i++;
    http_request_init(&x.rq, &none);
    http_response_init(&x.rs);
    x.rq.method = HTTP_OTHER;
    x.rq.peer = peer_address(mg_get_request_info(connection));
    trace_take(&x.rq.trace, &x.rq);
    problem(&x.rs, kinds[i].ours, kinds[i].code, kinds[i].detail);
    x.rs.close = true;
    mg_disable_keep_alive(connection);
    http_field(&x.rs, "X-Request-Id", x.rq.trace.request);
    write_answer(&x);
    tell_exchange(&x, began_us);
    http_response_done(&x.rs);
    http_request_done(&x.rq);
    return 0;
}

static void *init_thread(const struct mg_context *context, int type)
{
    enum { WORKER = 1 };
    const struct civet *civet = mg_get_user_data(context);
    return type == WORKER ? conns_slot(civet->options.conns) : NULL;
}

static struct conns *conns_of(const struct mg_connection *connection)
{
    const struct civet *civet = mg_get_user_context_data(connection);
    return civet->options.conns;
}

static int init_connection(const struct mg_connection *connection, void **data)
{
    *data = NULL;
    conns_opened(conns_of(connection), mg_get_thread_pointer(connection));
    return 0;
}

static void connection_close(const struct mg_connection *connection)
{
    conns_closing(conns_of(connection), mg_get_thread_pointer(connection));
}

static void connection_closed(const struct mg_connection *connection)
{
    conns_closed(conns_of(connection));
    stack_release();
}

/* The library's own words are of use only when it does not start. */
static int log_message(const struct mg_connection *connection, const char *message)
{
    struct civet *civet = mg_get_user_context_data(connection);
    if (civet && atomic_load(&civet->starting) && !civet->fault[0])
        snprintf(civet->fault, civet->fault_size, "%s", message);
    return 1;
}

static const struct mg_callbacks callbacks = {.begin_request = begin_request,
                                              .http_error = http_error,
                                              .init_thread = init_thread,
                                              .init_connection = init_connection,
                                              .connection_close = connection_close,
                                              .connection_closed = connection_closed,
                                              .log_message = log_message};

/* ---- Starting and stopping ---------------------------------------------------------------------- */

struct numbers {
    char workers[24], keep_alive[24], request[24];
};

static bool start(struct civet *civet, const char *ports, const struct numbers *numbers)
{
    const char *options[] = {
        "listening_ports",
        ports,
        "num_threads",
        numbers->workers,
        "enable_keep_alive",
        civet->options.keep_alive_ms ? "yes" : "no",
        "keep_alive_timeout_ms",
        numbers->keep_alive,
        "request_timeout_ms",
        numbers->request,
        "tcp_nodelay",
        "1",
        "connection_queue",
        "64",
        "listen_backlog",
        "1024",
        "max_request_size",
        "16384",
        "decode_url",
        "no",
        "enable_auth_domain_check",
        "no",
        /* On by default: none of it is wanted here. */
        "enable_directory_listing",
        "no",
        "cgi_pattern",
        "",
        "ssi_pattern",
        "",
        "index_files",
        "",
        "access_control_allow_origin",
        "",
        "access_control_allow_methods",
        "",
        "access_control_allow_headers",
        "",
        NULL,
    };
    struct mg_init_data init = {&callbacks, civet, options};
    civet->context = mg_start2(&init, NULL);
    return civet->context != NULL;
}

static void write_ports(const struct civet_options *options, buf *to)
{
    for (size_t i = 0; i < options->listen_count; i++)
        buf_print(to, "%s%s:%u", i ? "," : "", options->listen[i].host, options->listen[i].port);
}

struct civet *civet_start(const struct civet_options *options, char *fault, size_t fault_size)
{
    buf ports;
    struct numbers numbers;
    struct civet *civet = calloc(1, sizeof *civet);
    snprintf(fault, fault_size, "%s", civet ? "" : "out of memory");
    if (!civet)
        return NULL;
    civet->options = *options;
    civet->starting = true;
    civet->fault = fault;
    civet->fault_size = fault_size;
    snprintf(numbers.workers, sizeof numbers.workers, "%lld", (long long)options->workers);
    snprintf(numbers.keep_alive, sizeof numbers.keep_alive, "%lld", (long long)options->keep_alive_ms);
    snprintf(numbers.request, sizeof numbers.request, "%lld", (long long)options->request_ms);
    buf_init(&ports, 1024);
    write_ports(options, &ports);
    mg_init_library(MG_FEATURES_DEFAULT);
    bool started = !ports.status && start(civet, ports.bytes, &numbers);
    buf_done(&ports);
    atomic_store(&civet->starting, false);
    if (started)
        return civet;
    mg_exit_library();
    free(civet);
    return NULL;
}

size_t civet_ports(const struct civet *civet, uint16_t ports[LISTEN_MAX])
{
    struct mg_server_port list[LISTEN_MAX];
    int count = mg_get_server_ports(civet->context, LISTEN_MAX, list);
    for (int i = 0; i < count; i++)
        ports[i] = (uint16_t)list[i].port;
    return count > 0 ? (size_t)count : 0;
}

void civet_stop(struct civet *civet)
{
    if (!civet)
        return;
    mg_stop(civet->context);
    mg_exit_library();
    free(civet);
}
