#include "civet.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "problem.h"
#include "stack.h"

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
    struct worker *workers;
    atomic_size_t workers_used;
    struct quick *quick;  /* NULL: every request is a worker's */
    atomic_bool starting; /* the reason of a failure is still of interest, and goes here */
    char *fault;
    size_t fault_size;
};

/* What a worker has: one connection after the other. */
struct worker {
    struct conns_slot *slot;
    struct quick_place place;
};

/* One request, as it comes from civetweb and goes back. */
struct civet_call {
    struct exchange x;
    struct civet *civet;
    struct mg_connection *connection;
    struct worker *worker; /* NULL: civetweb has refused the request by itself */
    int64_t body_left;     /* of Content-Length; of a chunked body 1 until its end was seen */
    size_t head_size;      /* 0: it cannot be relied on */
    bool body_begun, body_expected;
};

/* ---- The request -------------------------------------------------------------------------------- */

static int64_t read_body(void *context, char *to, size_t room)
{
    struct civet_call *call = context;
    if (!call->body_begun)
        conns_limit(call->worker->slot, call->civet->options.request_ms);
    call->body_begun = true;
    int count = mg_read(call->connection, to, room);
    bool ended = count >= 0 && (size_t)count < room;
    if (count < 0 || (ended && !call->x.rq.chunked))
        return conns_late(call->worker->slot) ? HTTP_SOURCE_LATE : HTTP_SOURCE_BROKEN;
    call->body_left = call->x.rq.chunked ? !ended : call->body_left - count;
    return count;
}

/* civetweb leaves clients waiting for this. */
static void proceed(void *context)
{
    static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct civet_call *call = context;
    mg_write(call->connection, line, sizeof line - 1);
    call->body_expected = false;
}

static uint32_t peer_address(const struct mg_request_info *info)
{
    struct in_addr address = {.s_addr = 0};
    if (info)
        inet_pton(AF_INET, info->remote_addr, &address);
    return ntohl(address.s_addr);
}

static void take_head(struct exchange *x, const struct mg_request_info *info)
{
    for (int i = 0; i < info->num_headers && i < HTTP_HEADERS_MAX; i++)
        x->headers[i] = (struct http_header){info->http_headers[i].name, info->http_headers[i].value};
    x->head = (struct guard_head){info->request_method, info->request_uri, info->query_string,
                                  info->http_version,   x->headers,        (size_t)info->num_headers};
}

/* False if the head cannot be relied on. */
static bool check_head(struct civet_call *call)
{
    struct guard_framing framing;
    struct exchange *x = &call->x;
    const char *fault = guard_check(&x->head, &framing);
    if (fault) {
        problem(&x->rs, 400, "request_malformed", fault);
        x->rs.close = true;
        return false;
    }
    x->rq.content_length = framing.content_length;
    x->rq.chunked = framing.chunked;
    call->body_left = framing.chunked ? 1 : framing.content_length;
    call->body_expected = http_header(&x->rq, "Expect") != NULL;
    call->head_size = framing.head_size;
    return true;
}

/* ---- The answer --------------------------------------------------------------------------------- */

/* How long a client may take for an answer of `size` bytes. */
static int64_t patience_ms(const struct civet_call *call, size_t size)
{
    return call->civet->options.request_ms + (int64_t)size / SLOWEST;
}

/* Head and body in one piece: a second write costs half the throughput. */
static bool write_answer(struct civet_call *call)
{
    buf out;
    size_t size;
    struct exchange *x = &call->x;
    const void *body = http_body(&x->rs, x->rq.method, &size);
    size_t joined = size <= JOIN_MAX ? size : 0;
    if (call->worker)
        conns_limit_answer(call->worker->slot, patience_ms(call, size));
    buf_init(&out, SIZE_MAX - 1);
    buf_reserve(&out, HEAD_ROOM + x->rs.fields.length + joined);
    exchange_head(x, &out);
    buf_bytes(&out, body, joined);
    bool whole = out.status == TASKS_OK &&
                 mg_write(call->connection, out.bytes, out.length) == (int)out.length &&
                 (size == joined || mg_write(call->connection, body, size) == (int)size);
    x->sent = whole ? out.length - joined + size : 0;
    buf_done(&out);
    return whole;
}

/* A client that is still sending would take the end of the connection for an error and never read the
 * answer, so a bounded part of the rest is taken off its hands. */
static void discard_body(struct civet_call *call)
{
    char scratch[4096];
    int64_t total = 0;
    conns_limit(call->worker->slot, DISCARD_MS);
    while (total < DISCARD_MAX) {
        int count = mg_read(call->connection, scratch, sizeof scratch);
        if (count <= 0)
            break;
        total += count;
    }
}

/* The rest of the answer is somebody else's. What civetweb has left of the connection then ends. */
static bool hand_over(struct civet_call *call)
{
    buf head;
    struct exchange *x = &call->x;
    struct conns *conns = x->listener->conns;
    int fd = conns_detach(conns, call->worker->slot);
    if (fd < 0)
        return false;
    mg_disable_keep_alive(call->connection);
    x->rs.close = true;
    buf_init(&head, SIZE_MAX - 1);
    exchange_head(x, &head);
    bool whole = !head.status &&
                 send(fd, head.bytes, head.length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)head.length;
    x->sent = whole ? head.length : 0;
    buf_done(&head);
    if (!whole)
        conns_release(conns, fd);
    http_give(&x->rs, whole ? fd : -1);
    return true;
}

static void give_answer(struct civet_call *call)
{
    struct http_response *rs = &call->x.rs;
    rs->close = call->body_left > 0 || exchange_closes(&call->x);
    if (rs->close)
        mg_disable_keep_alive(call->connection);
    if (rs->takeover.give && hand_over(call))
        return;
    if (rs->takeover.give) {
        http_give(rs, -1);
        problem(rs, 503, "streams_full", "the connection cannot be kept for a stream");
    }
    if (!write_answer(call)) {
        rs->close = true;
        mg_disable_keep_alive(call->connection);
    } else if (call->body_left > 0 && !call->body_expected) {
        discard_body(call);
    }
}

static void run_call(struct civet_call *call, uint32_t peer)
{
    struct exchange *x = &call->x;
    exchange_begin(x, peer);
    x->rq.source = (struct http_source){call, read_body, proceed};
    if (check_head(call))
        exchange_answer(x);
    give_answer(call);
}

/* ---- What civetweb calls ------------------------------------------------------------------------ */

/* What is left of the last answer goes out as any other. */
static void write_rest(struct civet_call *call, const buf *rest)
{
    struct conns_slot *slot = call->worker->slot;
    conns_limit_answer(slot, patience_ms(call, rest->length));
    if (mg_write(call->connection, rest->bytes, rest->length) != (int)rest->length)
        mg_disable_keep_alive(call->connection);
    conns_end(call->x.listener->conns, slot);
}

/* The worker waits here for as long as its connection asks nothing that needs it. */
static void stand_by(struct civet_call *call, sockets_key key)
{
    struct quick_place *place = &call->worker->place;
    if (!quick_stay(call->civet->quick, place, call->worker->slot, key))
        mg_disable_keep_alive(call->connection);
    if (place->rest.length > 0)
        write_rest(call, &place->rest);
    buf_done(&place->rest);
}

/* Comes before anything that civetweb would do with a request by itself; it never gets to do it. */
static int begin_request(struct mg_connection *connection)
{
    const struct mg_request_info *info = mg_get_request_info(connection);
    struct civet_call call = {.civet = mg_get_user_context_data(connection),
                              .connection = connection,
                              .worker = mg_get_thread_pointer(connection)};
    uint32_t peer = peer_address(info);
    sockets_key key = sockets_key_of(peer, (uint16_t)info->remote_port, (uint16_t)info->server_port);
    call.x.listener = &call.civet->options.listener;
    if (!call.worker || !conns_begin(call.x.listener->conns, call.worker->slot, key)) {
        mg_disable_keep_alive(connection);
        return 503;
    }
    take_head(&call.x, info);
    run_call(&call, peer);
    int status = call.x.rs.status;
    bool stays = !call.x.rs.close;
    quick_saw(call.civet->quick, &call.worker->place, &call.x.rq, call.head_size);
    exchange_end(&call.x);
    conns_end(call.x.listener->conns, call.worker->slot);
    if (stays)
        stand_by(&call, key);
    return status;
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
    struct civet_call call = {.civet = mg_get_user_context_data(connection), .connection = connection};
    size_t i = 0;
    (void)message;
    while (kinds[i].theirs && kinds[i].theirs != status)
        i++;
    call.x.listener = &call.civet->options.listener;
    exchange_begin(&call.x, peer_address(mg_get_request_info(connection)));
    problem(&call.x.rs, kinds[i].ours, kinds[i].code, kinds[i].detail);
    call.x.rs.close = true;
    mg_disable_keep_alive(connection);
    write_answer(&call);
    exchange_end(&call.x);
    return 0;
}

static void *init_thread(const struct mg_context *context, int type)
{
    enum { WORKER = 1 };
    struct civet *civet = mg_get_user_data(context);
    struct conns_slot *slot = type == WORKER ? conns_slot(civet->options.listener.conns) : NULL;
    if (!slot)
        return NULL;
    struct worker *worker = &civet->workers[atomic_fetch_add(&civet->workers_used, 1)];
    worker->slot = slot;
    quick_place_init(&worker->place);
    return worker;
}

static struct conns *conns_of(const struct mg_connection *connection)
{
    const struct civet *civet = mg_get_user_context_data(connection);
    return civet->options.listener.conns;
}

static int init_connection(const struct mg_connection *connection, void **data)
{
    struct worker *worker = mg_get_thread_pointer(connection);
    *data = NULL;
    quick_opened(&worker->place);
    conns_opened(conns_of(connection), worker->slot);
    return 0;
}

static void connection_close(const struct mg_connection *connection)
{
    const struct worker *worker = mg_get_thread_pointer(connection);
    conns_closing(conns_of(connection), worker->slot);
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
        civet->options.listener.keep_alive_ms ? "yes" : "no",
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

static void release(struct civet *civet)
{
    quick_free(civet->quick);
    free(civet->workers);
    free(civet);
}

static struct civet *make(const struct civet_options *options)
{
    struct civet *civet = calloc(1, sizeof *civet);
    if (!civet)
        return NULL;
    civet->options = *options;
    civet->workers = calloc((size_t)options->workers, sizeof *civet->workers);
    if (options->quick)
        civet->quick = quick_new(&civet->options.listener);
    if (civet->workers && (civet->quick || !options->quick))
        return civet;
    release(civet);
    return NULL;
}

struct civet *civet_start(const struct civet_options *options, char *fault, size_t fault_size)
{
    buf ports;
    struct numbers numbers;
    struct civet *civet = make(options);
    snprintf(fault, fault_size, "%s", civet ? "" : "out of memory");
    if (!civet)
        return NULL;
    civet->starting = true;
    civet->fault = fault;
    civet->fault_size = fault_size;
    snprintf(numbers.workers, sizeof numbers.workers, "%lld", (long long)options->workers);
    snprintf(numbers.keep_alive, sizeof numbers.keep_alive, "%lld",
             (long long)options->listener.keep_alive_ms);
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
    release(civet);
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
    quick_end(civet->quick);
    mg_stop(civet->context);
    mg_exit_library();
    release(civet);
}
