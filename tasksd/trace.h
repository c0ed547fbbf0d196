/* What ties a request to what others know of it: its id, and the trace that it is part of. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>

enum { TRACE_REQUEST_SIZE = 129, TRACE_ID_SIZE = 33, TRACE_SPAN_SIZE = 17 };

struct trace {
    char request[TRACE_REQUEST_SIZE]; /* X-Request-Id as it came, or made here */
    char id[TRACE_ID_SIZE];           /* 32 hexadecimal digits, taken over or made here */
    char parent[TRACE_SPAN_SIZE];     /* the caller's span, 16 digits; "" if it named none */
    bool sampled;                     /* the caller does not say that nobody wants to see it */
};

struct http_request;

/* Before any other call, and before there are threads. */
void trace_start(void);

/* Takes over what X-Request-Id, traceparent or X-Amzn-Trace-Id say, if it is well-formed, and makes up the
 * rest. */
void trace_take(struct trace *trace, const struct http_request *rq);

/* A new id for a span. */
void trace_span(char id[TRACE_SPAN_SIZE]);

#endif
