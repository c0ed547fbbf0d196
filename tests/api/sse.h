/* A stream of server-sent events, read as the HTML standard says. */
#ifndef SSE_H
#define SSE_H

#include <stdbool.h>
#include <stddef.h>

struct sse {
    int fd;
    char *text; /* what came and is not read yet */
    size_t length, room;
    char last_id[32]; /* "" before the first */
    bool ended;
    /* The last event. */
    char event[32];
    char *data;
    int comments; /* seen so far */
};

/* Asks for a stream; `headers` are lines that end with CR LF. Returns the status; at 200 the stream has
 * begun. */
int sse_open(struct sse *s, int port, const char *path, const char *headers);
void sse_close(struct sse *s);

/* Waits for the next event. False when the stream has ended, or is silent for `limit_ms`. */
bool sse_next(struct sse *s, int limit_ms);

/* Waits for the next comment. False when an event or the end of the stream comes first, or none in time. */
bool sse_comment(struct sse *s, int limit_ms);

/* sse_next(), and the test fails if it is not this event. */
void sse_expect(struct sse *s, const char *event);

#endif
