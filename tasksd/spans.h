/* One request as OpenTelemetry's spans, in the JSON of OTLP: the request, and for each call to the store its
 * wait for a connection and its SQL. */
#ifndef SPANS_H
#define SPANS_H

#include "log.h"
#include "timing.h"

/* Appends what a post has before its spans: which server they are of. `environment` may be NULL. */
void spans_begin(const char *environment, buf *to);

#define SPANS_AFTER "]}]}]}"

/* Appends the spans, with commas between them. `began_ns` is by CLOCK_MONOTONIC. */
void spans_write(const struct log_request *request, int64_t began_ns, const struct timing_request *timing,
                 buf *to);

#endif
