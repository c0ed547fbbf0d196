#include "turn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "etag.h"
#include "head.h"
#include "quick.h"
#include "sockets.h"

enum {
    BLOCK_MAX = 16 << 10,     /* as civetweb's */
    ANSWERED_MAX = 256 << 10, /* bytes of answers that wait for others */
    ROOM = 1 << 10,           /* for the bytes of most requests */
    SPARES_MAX = BURST_MAX
};

/* A request from when it was taken until it is answered. Its item is that of its call, if there is one, and
 * then of the lists here. */
struct waiting {
    struct share_item item; /* first, so that the one is the other */
    struct exchange x;
    struct dispatch dispatch;
    struct quick_place *place;
    const char *body;
    buf head; /* of the answer */
    enum turn_verdict verdict;
    size_t room;  /* of the bytes */
    char bytes[]; /* as they came */
};

static void push(struct share_item **list, struct waiting *waiting)
{
    waiting->item.next = *list;
    *list = &waiting->item;
}

static struct waiting *pop(struct share_item **list)
{
    struct waiting *first = (struct waiting *)*list;
    if (first)
        *list = first->item.next;
    return first;
}

/* ---- Spares: to ask the heap for so much each time takes a thirtieth of what a request does -------- */

static struct waiting *make(struct turn *turn, size_t size)
{
    size_t room = size > ROOM ? size : ROOM;
    struct waiting *waiting = size > ROOM ? NULL : pop(&turn->spares);
    if (waiting) {
        turn->spare_count--;
        memset(waiting, 0, sizeof *waiting);
    } else {
        waiting = calloc(1, sizeof *waiting + room);
    }
    if (waiting) {
        waiting->room = room;
        buf_init(&waiting->head, SIZE_MAX - 1);
    }
    return waiting;
}

static void unmake(struct turn *turn, struct waiting *waiting)
{
    if (waiting->room > ROOM || turn->spare_count == SPARES_MAX) {
        free(waiting);
        return;
    }
    push(&turn->spares, waiting);
    turn->spare_count++;
}

void turn_init(struct turn *turn, const struct exchange_listener *listener, struct share *const *shares)
{
    *turn = (struct turn){.listener = listener, .shares = shares, .block = malloc(BLOCK_MAX)};
    burst_init(&turn->burst);
}

void turn_done(struct turn *turn)
{
    burst_done(&turn->burst);
    free(turn->block);
    for (struct waiting *spare; (spare = pop(&turn->spares));)
        free(spare);
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

static struct burst_item answer_of(const struct waiting *waiting)
{
    size_t size;
    const void *body = http_body(&waiting->x.rs, waiting->x.rq.method, &size);
    return (struct burst_item){.fd = waiting->place->fd,
                               .parts = {part(waiting->head.bytes, waiting->head.length), part(body, size)}};
}

static enum turn_verdict verdict_of(const struct waiting *waiting, const struct burst_item *answer)
{
    struct quick_place *place = waiting->place;
    if (answer->sent < 0)
        return TURN_CLOSES;
    if ((size_t)answer->sent < waiting->x.sent)
        keep_rest(&place->rest, answer->parts, (size_t)answer->sent);
    if (place->rest.status)
        buf_done(&place->rest);
    else if (!waiting->x.rs.close)
        return place->rest.length ? TURN_LEAVES : TURN_STAYS;
    return TURN_CLOSES;
}

static void settle(struct turn *turn, struct waiting *waiting, const struct burst_item *answer)
{
    if (answer->sent >= 0)
        waiting->x.sent = answer->parts[0].iov_len + answer->parts[1].iov_len;
    waiting->verdict = verdict_of(waiting, answer);
    exchange_end(&waiting->x);
    buf_done(&waiting->head);
    if (waiting->place->rest.length == 0)
        conns_end(turn->listener->conns, waiting->place->slot);
    push(&turn->sent, waiting);
}

static void send_answers(struct turn *turn)
{
    struct burst_item answers[BURST_MAX];
    for (size_t i = 0; i < turn->answered_count; i++)
        answers[i] = answer_of(turn->answered[i]);
    burst_send(&turn->burst, answers, turn->answered_count);
    for (size_t i = 0; i < turn->answered_count; i++)
        settle(turn, turn->answered[i], &answers[i]);
    turn->answered_count = turn->answered_size = 0;
}

/* Its answer is there, and waits for those of others. */
static void send_later(struct turn *turn, struct waiting *waiting)
{
    struct exchange *x = &waiting->x;
    size_t size;
    http_body(&x->rs, x->rq.method, &size);
    x->rs.close = exchange_closes(x);
    exchange_head(x, &waiting->head);
    if (waiting->head.status) {
        settle(turn, waiting, &(struct burst_item){.sent = -1});
        return;
    }
    turn->answered[turn->answered_count++] = waiting;
    turn->answered_size += size;
    if (turn->answered_count == BURST_MAX || turn->answered_size > ANSWERED_MAX)
        send_answers(turn);
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

static void answer(struct turn *turn, struct waiting *waiting, bool in_halves)
{
    if (in_halves && !exchange_prepare(&waiting->x, &waiting->dispatch)) {
        push(&turn->calls[waiting->dispatch.call.kind], waiting);
        return;
    }
    if (!in_halves)
        exchange_answer(&waiting->x);
    send_later(turn, waiting);
}

static enum turn_verdict take(struct turn *turn, struct quick_place *place, const struct route *route,
                              size_t head_size, size_t size)
{
    struct waiting *waiting = make(turn, size);
    if (!waiting)
        return TURN_LEAVES;
    waiting->place = place;
    waiting->x.listener = turn->listener;
    if (!take_request(waiting, head_size, size)) {
        unmake(turn, waiting);
        return TURN_CLOSES;
    }
    answer(turn, waiting, route->halves);
    return TURN_WAITS;
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

static void hand_over(struct turn *turn)
{
    for (int kind = 0; kind < CALL_KINDS; kind++) {
        struct share_item *calls = turn->calls[kind];
        turn->calls[kind] = NULL;
        if (calls && turn->shares[kind]) {
            share_put(turn->shares[kind], calls);
        } else if (calls) {
            make_calls(calls);
            turn_conclude(turn, calls);
        }
    }
}

void turn_conclude(struct turn *turn, struct share_item *made)
{
    for (struct waiting *waiting; (waiting = pop(&made));) {
        exchange_conclude(&waiting->x, &waiting->dispatch);
        send_later(turn, waiting);
    }
}

struct quick_place *turn_next(struct turn *turn, enum turn_verdict *verdict)
{
    if (!turn->sent) {
        hand_over(turn);
        send_answers(turn);
    }
    struct waiting *waiting = pop(&turn->sent);
    if (!waiting)
        return NULL;
    struct quick_place *place = waiting->place;
    *verdict = waiting->verdict;
    unmake(turn, waiting);
    return place;
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

/* A worker waits for a store that is slow, and for who knows the token; a loop must not. */
static bool waits_for_nothing(const struct turn *turn, const struct http_request *rq)
{
    const struct share *share = rq->route->halves ? turn->shares[rq->route->halves->kind] : NULL;
    return !share || (!share_is_stuck(share) && auth_knows(turn->listener->app->auth, rq));
}

/* A worker waits for the rest of it, too; and who sends more before the answer is there is quicker served by
 * one, which takes all at once. */
static enum turn_verdict serve(struct turn *turn, struct quick_place *place, const struct http_request *rq,
                               size_t head_size, size_t got)
{
    size_t size = head_size + (rq->content_length > 0 ? (size_t)rq->content_length : 0);
    if (got < size)
        quick_missed(place);
    return got == size && waits_for_nothing(turn, rq) ? take(turn, place, rq->route, head_size, size)
                                                      : TURN_LEAVES;
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
    return serve(turn, place, &x.rq, framing.head_size, (size_t)got);
}
