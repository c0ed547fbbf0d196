#include "turn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "etag.h"
#include "head.h"
#include "quick.h"
#include "sockets.h"

enum { BLOCK_MAX = 16 << 10 /* as civetweb's */ };

/* A request whose call is made with others, from when it came until it is answered. */
struct waiting {
    struct share_item item; /* first, so that the one is the other */
    struct exchange x;
    struct dispatch dispatch;
    struct quick_place *place;
    const char *body;
    char bytes[]; /* as they came */
};

void turn_init(struct turn *turn, const struct exchange_listener *listener, struct share *const *shares)
{
    *turn = (struct turn){
        .listener = listener, .shares = shares, .block = malloc(BLOCK_MAX), .dropped = malloc(BLOCK_MAX)};
    buf_init(&turn->out, SIZE_MAX - 1);
}

void turn_done(struct turn *turn)
{
    buf_done(&turn->out);
    free(turn->block);
    free(turn->dropped);
}

/* ---- What is quick ------------------------------------------------------------------------------ */

static bool is_listed(const struct route_quick *list, const char *name, size_t name_length,
                      size_t value_length)
{
    for (; list->name; list++)
        if (strlen(list->name) == name_length && memcmp(list->name, name, name_length) == 0)
            return value_length <= list->length;
    return false;
}

/* Does the query, as it was sent, have such parameters only? */
static bool asks_only(const char *query, const struct route_quick *list)
{
    const char *end;
    for (; query && *query; query = *end ? end + 1 : NULL) {
        size_t name = strcspn(query, "=&");
        end = strchrnul(query + name, '&');
        if (!is_listed(list, query, name, (size_t)(end - query) - name))
            return false;
    }
    return true;
}

static bool is_quick_read(const struct exchange_listener *listener, const struct http_request *rq)
{
    return (listener->reads_at_once || rq->route->halves) && rq->route->quick && rq->method == HTTP_GET &&
           rq->content_length < 0 && asks_only(rq->query, rq->route->quick);
}

static bool has_fitting_body(const struct http_request *rq)
{
    return rq->route->types ? rq->content_length > 0 && rq->content_length < BLOCK_MAX
                            : rq->content_length < 0;
}

/* With several tags it may have to be tried several times; with none that a task can have, another answer
 * may be due. */
static bool has_one_condition(const struct http_request *rq)
{
    int64_t revisions[ETAG_MATCH_MAX];
    const char *header = http_header(rq, "If-Match");
    int count = header ? etag_match(header, revisions) : ETAG_ANY;
    return count == ETAG_ANY || count == 1;
}

/* With a key it has to wait for who uses the same. */
static bool is_quick_write(const struct http_request *rq)
{
    return rq->route->halves && rq->route->halves->kind == CALL_BATCH && has_fitting_body(rq) && !rq->query &&
           !http_header(rq, "Idempotency-Key") && !http_header(rq, "Expect") && has_one_condition(rq);
}

bool turn_is_quick(const struct exchange_listener *listener, const struct http_request *rq)
{
    return rq->route && !rq->chunked && (is_quick_read(listener, rq) || is_quick_write(rq));
}

/* ---- The answer --------------------------------------------------------------------------------- */

/* What is sent is only read. */
static struct iovec part(const void *bytes, size_t size)
{
    union {
        const void *ours;
        void *theirs;
    } start = {bytes};
    return (struct iovec){start.theirs, size};
}

/* What is left of the answer after `sent` bytes is kept for the worker. */
static void keep_rest(buf *rest, const struct iovec parts[2], size_t sent)
{
    for (int i = 0; i < 2; i++) {
        size_t gone = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        buf_bytes(rest, (const char *)parts[i].iov_base + gone, parts[i].iov_len - gone);
        sent -= gone;
    }
}

/* How many bytes the system has taken; -1: the connection is broken. */
static ssize_t send_parts(int fd, struct iovec parts[2])
{
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    enum { FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT };
    ssize_t sent = parts[1].iov_len ? sendmsg(fd, &message, FLAGS)
                                    : send(fd, parts[0].iov_base, parts[0].iov_len, FLAGS);
    return sent < 0 && errno == EAGAIN ? 0 : sent;
}

static enum turn_verdict send_answer(struct turn *turn, struct quick_place *place, struct exchange *x)
{
    size_t size;
    const void *body = http_body(&x->rs, x->rq.method, &size);
    buf_reset(&turn->out);
    exchange_head(x, &turn->out);
    struct iovec parts[] = {part(turn->out.bytes, turn->out.length), part(body, size)};
    ssize_t sent = turn->out.status ? -1 : send_parts(place->fd, parts);
    if (sent < 0)
        return TURN_CLOSES;
    x->sent = turn->out.length + size;
    if ((size_t)sent < x->sent)
        keep_rest(&place->rest, parts, (size_t)sent);
    if (place->rest.status)
        buf_done(&place->rest);
    else if (!x->rs.close)
        return place->rest.length ? TURN_LEAVES : TURN_STAYS;
    return TURN_CLOSES;
}

static enum turn_verdict finish(struct turn *turn, struct quick_place *place, struct exchange *x)
{
    x->rs.close = exchange_closes(x);
    enum turn_verdict verdict = send_answer(turn, place, x);
    exchange_end(x);
    if (place->rest.length == 0)
        conns_end(turn->listener->conns, place->slot);
    return verdict;
}

/* ---- The request -------------------------------------------------------------------------------- */

/* `size` bytes of it have been taken. */
static bool begin(struct exchange *x, struct quick_place *place, size_t size)
{
    quick_took(place, size);
    if (!conns_begin(x->listener->conns, place->slot, place->key))
        return false;
    exchange_begin(x, sockets_address(place->key));
    atomic_fetch_add_explicit(&x->listener->app->quick, 1, memory_order_relaxed);
    return true;
}

/* MSG_TRUNC: the bytes are dropped, not copied. */
static enum turn_verdict answer_read(struct turn *turn, struct quick_place *place, struct exchange *x,
                                     size_t size)
{
    if (recv(place->fd, turn->dropped, size, MSG_TRUNC | MSG_DONTWAIT) != (ssize_t)size ||
        !begin(x, place, size))
        return TURN_CLOSES;
    exchange_answer(x);
    return finish(turn, place, x);
}

static int64_t read_body(void *context, char *to, size_t room)
{
    const struct waiting *waiting = context;
    memcpy(to, waiting->body, room);
    return (int64_t)room;
}

/* False: the connection has ended. */
static bool take_request(struct waiting *waiting, size_t head_size, size_t size)
{
    struct exchange *x = &waiting->x;
    waiting->body = waiting->bytes + head_size;
    waiting->item.call = &waiting->dispatch.call;
    waiting->item.timing = &waiting->x.timing;
    if (recv(waiting->place->fd, waiting->bytes, size, MSG_DONTWAIT) != (ssize_t)size ||
        !head_read(waiting->bytes, size, &x->head, x->headers) || !begin(x, waiting->place, size))
        return false;
    x->rq.content_length = size > head_size ? (int64_t)(size - head_size) : -1;
    x->rq.source = (struct http_source){.context = waiting, .read = read_body};
    return true;
}

static enum turn_verdict begin_call(struct turn *turn, struct quick_place *place, size_t head_size,
                                    size_t size)
{
    struct waiting *waiting = calloc(1, sizeof *waiting + size);
    if (!waiting)
        return TURN_LEAVES;
    waiting->place = place;
    waiting->x.listener = turn->listener;
    if (!take_request(waiting, head_size, size)) {
        free(waiting);
        return TURN_CLOSES;
    }
    if (!exchange_prepare(&waiting->x, &waiting->dispatch)) {
        struct share_item **calls = &turn->calls[waiting->dispatch.call.kind];
        waiting->item.next = *calls;
        *calls = &waiting->item;
        return TURN_WAITS;
    }
    enum turn_verdict verdict = finish(turn, place, &waiting->x);
    free(waiting);
    return verdict;
}

enum turn_verdict turn_conclude(struct turn *turn, struct share_item *item, struct quick_place **place)
{
    struct waiting *waiting = (struct waiting *)item;
    *place = waiting->place;
    exchange_conclude(&waiting->x, &waiting->dispatch);
    enum turn_verdict verdict = finish(turn, *place, &waiting->x);
    free(waiting);
    return verdict;
}

/* ---- The calls ---------------------------------------------------------------------------------- */

static void keep_timing(void *context, const tasks_timing *timing)
{
    const struct share_item *item = context;
    if (timing)
        timing_keep(item->timing, timing);
}

static void make_calls(struct share_item *item)
{
    while (item) {
        struct call *calls[CALL_GROUP_MAX];
        uint32_t count = 0;
        for (; item && count < CALL_GROUP_MAX; item = item->next) {
            call_tell(item->call, keep_timing, item);
            calls[count++] = item->call;
        }
        call_make(calls, count);
    }
}

struct share_item *turn_hand_over(struct turn *turn)
{
    struct share_item *made = NULL;
    for (int kind = 0; kind < CALL_KINDS; kind++) {
        struct share_item *calls = turn->calls[kind];
        turn->calls[kind] = NULL;
        if (calls && turn->shares[kind])
            share_put(turn->shares[kind], calls);
        else if (calls)
            make_calls(made = calls);
    }
    return made;
}

/* ---- What has come ------------------------------------------------------------------------------ */

/* Fills x->rq as far as turn_is_quick() looks. */
static bool read_request(struct exchange *x, struct guard_framing *framing)
{
    struct route_match match;
    struct http_request *rq = &x->rq;
    if (guard_check(&x->head, framing) || x->head.uri[0] != '/' || strchr(x->head.uri, '%'))
        return false;
    exchange_read(x);
    rq->content_length = framing->content_length;
    rq->chunked = framing->chunked;
    route_find(x->listener->routes, rq->method, x->head.uri, &match);
    rq->route = match.route;
    return true;
}

/* Who sends more before the answer is there is quicker served by a worker, which takes all at once. */
static enum turn_verdict serve_read(struct turn *turn, struct quick_place *place, struct exchange *x,
                                    size_t head_size, size_t got)
{
    return got == head_size ? answer_read(turn, place, x, head_size) : TURN_LEAVES;
}

/* A worker waits for the rest of it, for a store that is slow, and for who knows the token; a loop must not.
 */
static enum turn_verdict serve_call(struct turn *turn, struct quick_place *place, const struct exchange *x,
                                    size_t head_size, size_t got)
{
    size_t size = head_size + (x->rq.content_length > 0 ? (size_t)x->rq.content_length : 0);
    const struct share *share = turn->shares[x->rq.route->halves->kind];
    if (got < size)
        quick_missed(place);
    if (got != size || (share && (share_is_stuck(share) || !auth_knows(turn->listener->app->auth, &x->rq))))
        return TURN_LEAVES;
    return begin_call(turn, place, head_size, size);
}

enum turn_verdict turn_take(struct turn *turn, struct quick_place *place)
{
    struct guard_framing framing;
    struct exchange x = {.listener = turn->listener};
    ssize_t got = turn->block ? recv(place->fd, turn->block, BLOCK_MAX, MSG_PEEK | MSG_DONTWAIT) : 0;
    if (got < 0 && errno == EAGAIN)
        return TURN_STAYS;
    if (got <= 0 || !head_read(turn->block, (size_t)got, &x.head, x.headers) || !read_request(&x, &framing) ||
        !turn_is_quick(turn->listener, &x.rq))
        return TURN_LEAVES;
    return x.rq.route->halves ? serve_call(turn, place, &x, framing.head_size, (size_t)got)
                              : serve_read(turn, place, &x, framing.head_size, (size_t)got);
}
