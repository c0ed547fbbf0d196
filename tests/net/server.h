/* An HTTP server on a free port of loopback that answers as a test tells it, badly if wanted. Each connection
 * brings one request and has its own thread. */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct server server;
typedef struct server_peer server_peer;

typedef struct server_request {
    char method[16], path[1024]; /* the path with its query */
    const char *headers;         /* "Name: value\r\n" lines */
    const char *body;            /* NUL-terminated */
    size_t length;
    int number; /* of the request at this server, from 1 */
} server_request;

/* Answers by the functions below; the connection is closed when it returns. */
typedef void server_handler(void *context, const server_request *request, server_peer *peer);

/* What it cannot do ends the program. `certificate` and `key` are PEM files; NULL for plain http. */
server *server_start(server_handler *handler, void *context, const char *certificate, const char *key);
void server_stop(server *s); /* ends its connections too */
int server_port(const server *s);
int server_count(const server *s); /* requests so far */

/* "https://HOST:PORT" or "http://HOST:PORT" and `path`; kept by the server. */
const char *server_url(server *s, const char *host, const char *path);

/* The value of a header, or NULL; `out` has room for `size` bytes. */
const char *server_header(const server_request *request, const char *name, char *out, size_t size);

void server_write(server_peer *peer, const char *bytes, size_t length); /* as it is */
/* A whole answer; `headers` are lines that end in \r\n, or "". */
void server_answer(server_peer *peer, int status, const char *headers, const char *body);
void server_hang(server_peer *peer);          /* until the client goes or the server is stopped */
void server_pause(server_peer *peer, int ms); /* the same, but for a time at most */

#endif
