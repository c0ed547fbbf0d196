/* Where results go: a file descriptor behind a buffer. The first failure sticks, later text is dropped. */
#ifndef SINK_H
#define SINK_H

#include "buf.h"

typedef struct sink {
    buf text; /* append here, then call sink_flow() */
    int fd;
    int error; /* errno of the first failure, or 0 */
} sink;

void sink_init(sink *s, int fd);
void sink_done(sink *s);
void sink_bytes(sink *s, const char *bytes, size_t length); /* much at once is not copied */
void sink_flow(sink *s);                                    /* writes the text out when there is much of it */
void sink_flush(sink *s);                                   /* writes all of it out */

#endif
