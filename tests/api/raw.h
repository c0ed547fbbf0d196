/* HTTP byte by byte, for what no decent client sends. */
#ifndef RAW_H
#define RAW_H

#include <stdbool.h>
#include <stddef.h>

struct raw_reply {
    int status;          /* 0: the connection ended before an answer came */
    bool closes;         /* "Connection: close" */
    char text[64 << 10]; /* head and body */
    char *body;          /* in there */
};

int raw_connect(int port); /* -1 if nobody listens */
int raw_connect_from(int port, const char *address);
void raw_send(int fd, const char *text);
bool raw_try_send(int fd, const void *bytes, size_t length); /* false when the other end is gone */

/* Reads one answer, or only its head; the test fails when none comes for a generous time. */
void raw_receive(int fd, struct raw_reply *out);
void raw_receive_head(int fd, struct raw_reply *out);

/* Does the connection end, without another byte, within a generous time? */
bool raw_ends(int fd);

/* Is there something to read, or an end, within `limit_ms`? */
bool raw_wait(int fd, int limit_ms);

/* Sends, receives, returns the status. */
int raw_ask(int fd, const char *request, struct raw_reply *out);

#endif
