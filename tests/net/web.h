/* An HTTP server on a free port of loopback that answers as a test tells it, badly if wanted. Each connection
 * brings one request and has its own thread. */
#ifndef WEB_H
#define WEB_H

#include <stdbool.h>
#include <stddef.h>

typedef struct web web;
typedef struct web_peer web_peer;

typedef struct web_request {
    char method[16], path[1024]; /* the path with its query */
    const char *headers;         /* "Name: value\r\n" lines */
    const char *body;            /* NUL-terminated */
    size_t length;
    int number; /* of the request at this server, from 1 */
} web_request;

/* Answers by the functions below; the connection is closed when it returns. */
typedef void web_handler(void *context, const web_request *request, web_peer *peer);

/* What it cannot do ends the program. `certificate` and `key` are PEM files; NULL for plain http. */
web *web_start(web_handler *handler, void *context, const char *certificate, const char *key);
void web_stop(web *s); /* ends its connections too */
int web_port(const web *s);
int web_count(const web *s); /* requests so far */

/* "https://HOST:PORT" or "http://HOST:PORT" and `path`; kept by the server. */
const char *web_url(web *s, const char *host, const char *path);

/* The value of a header, or NULL; `out` has room for `size` bytes. */
const char *web_header(const web_request *request, const char *name, char *out, size_t size);

void web_write(web_peer *peer, const char *bytes, size_t length); /* as it is */
/* A whole answer; `headers` are lines that end in \r\n, or "". */
void web_answer(web_peer *peer, int status, const char *headers, const char *body);
void web_hang(web_peer *peer);          /* until the client goes or the server is stopped */
void web_pause(web_peer *peer, int ms); /* the same, but for a time at most */

#endif
