#include "trace.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "http.h"
#include "timestamp.h"

static const char digits[] = "0123456789abcdef";
static const char request_characters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:=+/@";

/* Ids of this process: a random half, and a count that is scrambled so that neighbours look unlike. To ask
 * the kernel for each request would cost more than everything else here. */
static uint64_t process_half, first_count;
static atomic_uint_fast64_t counted;

void trace_start(void)
{
    uint64_t random[2];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
        random[0] = (uint64_t)timestamp_now();
        random[1] = (uint64_t)timestamp_monotonic();
    }
    process_half = random[0] | 1;
    first_count = random[1];
}

/* One-to-one, so different counts stay different (the finalizer of splitmix64). */
static uint64_t scramble(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static void write_half(uint64_t value, char *to)
{
    for (int i = 15; i >= 0; i--, value >>= 4)
        to[i] = digits[value & 15];
}

static uint64_t next(void)
{
    return scramble(first_count + atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed));
}

static void make(char id[TRACE_ID_SIZE])
{
    write_half(process_half, id);
    write_half(next(), id + 16);
    id[TRACE_ID_SIZE - 1] = '\0';
}

/* All zero would be none; it is in 2^64 once. */
void trace_span(char id[TRACE_SPAN_SIZE])
{
    uint64_t value = next();
    write_half(value ? value : process_half, id);
    id[TRACE_SPAN_SIZE - 1] = '\0';
}

/* `length` digits in lower case that are not all zero? */
static bool is_id(const char *text, size_t length)
{
    return strspn(text, digits) >= length && strspn(text, "0") < length;
}

static void copy(char *to, const char *from, size_t length)
{
    memcpy(to, from, length);
    to[length] = '\0';
}

/* W3C Trace Context: version-trace-parent-flags. Later versions may go on after the flags. */
static bool take_traceparent(struct trace *trace, const char *text)
{
    enum { TRACE_AT = 3, PARENT_AT = 36, FLAGS_AT = 53, LENGTH = 55 };
    if (!text || strlen(text) < LENGTH || strspn(text, digits) != 2 || strncmp(text, "ff", 2) == 0)
        return false;
    if (text[LENGTH] != '\0' && (text[LENGTH] != '-' || strncmp(text, "00", 2) == 0))
        return false;
    if (text[TRACE_AT - 1] != '-' || text[PARENT_AT - 1] != '-' || text[FLAGS_AT - 1] != '-' ||
        strspn(text + FLAGS_AT, digits) != 2 || !is_id(text + TRACE_AT, TRACE_ID_SIZE - 1) ||
        !is_id(text + PARENT_AT, TRACE_SPAN_SIZE - 1))
        return false;
    copy(trace->id, text + TRACE_AT, TRACE_ID_SIZE - 1);
    copy(trace->parent, text + PARENT_AT, TRACE_SPAN_SIZE - 1);
    trace->sampled = (strtoul(text + FLAGS_AT, NULL, 16) & 1) != 0;
    return true;
}

/* "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1": without its version and
 * dashes the root is a trace id as others write it. */
static bool take_amazon(struct trace *trace, const char *text)
{
    enum { TIME = 8, REST = 24 };
    const char *root = text ? strstr(text, "Root=1-") : NULL;
    if (!root)
        return false;
    root += strlen("Root=1-");
    if (strspn(root, digits) != TIME || root[TIME] != '-' || strspn(root + TIME + 1, digits) != REST ||
        !is_id(root + TIME + 1, REST))
        return false;
    copy(trace->id, root, TIME);
    copy(trace->id + TIME, root + TIME + 1, REST);
    const char *parent = strstr(text, "Parent=");
    if (parent && is_id(parent + strlen("Parent="), TRACE_SPAN_SIZE - 1))
        copy(trace->parent, parent + strlen("Parent="), TRACE_SPAN_SIZE - 1);
    trace->sampled = !strstr(text, "Sampled=0");
    return true;
}

/* An id goes into headers and logs, so only what can do no harm there is taken over. */
static bool take_request(struct trace *trace, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    if (length == 0 || length >= TRACE_REQUEST_SIZE || strspn(text, request_characters) != length)
        return false;
    copy(trace->request, text, length);
    return true;
}

void trace_take(struct trace *trace, const struct http_request *rq)
{
    trace->parent[0] = '\0';
    trace->sampled = true;
    if (!take_traceparent(trace, http_header(rq, "traceparent")) &&
        !take_amazon(trace, http_header(rq, "X-Amzn-Trace-Id")))
        make(trace->id);
    if (!take_request(trace, http_header(rq, "X-Request-Id")))
        make(trace->request);
}
