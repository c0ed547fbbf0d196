/* Lines on stderr: what the server does, what went wrong inside, and (if wanted) every request. Never the
 * text of a task, never a query: both may be private. */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "tasks.h"
#include "trace.h"

/* Of requests; other lines are JSON with LOG_JSON only. LOG_AUTO is LOG_TEXT on a terminal, else LOG_JSON. */
enum log_format { LOG_NONE, LOG_TEXT, LOG_JSON, LOG_AUTO };

struct log_request {
    const char *method;
    const char *route; /* the template, not the path; NULL: none matched */
    int status;
    const char *code; /* of a problem; "" for other answers */
    int64_t duration_us;
    int64_t store_us; /* of it, waiting for the store and its work */
    size_t bytes;
    struct address client;
    const struct trace *trace;
};

/* Before any other call, and before there are threads. `path` is a file to append to, borrowed; NULL: stderr.
 * False, with errno set, if it cannot be opened. */
bool log_start(enum log_format format, const char *path);

/* From now on lines are written by a thread of their own, which a slow disk or reader holds up alone; those
 * that find no room are dropped and counted. False: there is no memory or no thread for it. */
bool log_gather(void);
/* After log_gather(): writes out what is there. Lines that come later are lost. */
void log_stop(void);
uint64_t log_dropped(void);

/* From now on each line of a request is also CloudWatch's embedded metric format. Borrowed; wants LOG_JSON.
 */
void log_embed(const char *namespace);

/* After the file was moved away: makes it anew. */
void log_reopen(void);

__attribute__((format(printf, 1, 2))) void log_line(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...); /* it cannot go on so */
/* What went wrong inside; `trace` is of the request that met it, or NULL. */
void log_fault(const tasks_error *error, const struct trace *trace);
int64_t log_clock_us(void); /* for durations */
/* Connections to the store, and how many calls had to wait for one since the last line. With LOG_JSON only:
 * it is read by whoever draws it. */
void log_pool(const tasks_statistics *figures, int64_t waits);
void log_request(const struct log_request *request);

#endif
