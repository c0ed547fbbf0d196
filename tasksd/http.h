/* A request and its answer, as handlers see them. Nothing here knows where they come from or go to. */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "tasks.h"
#include "trace.h"
#include "uri.h"

struct app;
struct auth_who;
struct route;

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER /* known to HTTP, not to us */
};

struct http_header {
    const char *name, *value;
};

enum { HTTP_HEADERS_MAX = 64 };

enum { HTTP_SOURCE_BROKEN = -1, HTTP_SOURCE_LATE = -2 }; /* cut short or malformed; took too long */

/* Where the body comes from. */
struct http_source {
    void *context;
    /* Reads until `room` bytes are there or the body has ended, and returns how many came, or one of
     * the two below. */
    int64_t (*read)(void *context, char *to, size_t room);
    /* Tells a client that waits for it (Expect: 100-continue) to send the body. */
    void (*proceed)(void *context);
};

struct http_request {
    enum http_method method;
    const char *path;  /* as sent: still percent-encoded */
    const char *query; /* as sent, without '?'; NULL for none */
    const struct http_header *headers;
    size_t header_count;
    uint32_t peer;          /* IPv4 address of the other end of the connection, host order */
    int64_t content_length; /* -1: no such header */
    bool chunked;
    struct http_source source;
    struct trace trace;

    /* What dispatch_run() adds before it calls the handler. */
    arena *memory; /* lives as long as the request */
    const struct route *route;
    int64_t id;                  /* {id} of the route */
    const char *rest;            /* {rest} of the route */
    struct uri_query parameters; /* of the query; all of them known to the route */
    buf body;                    /* complete */
    const char *key;             /* of Idempotency-Key, on the routes that honour it; or NULL */
    const char *url_base;        /* "http://host/tasks/", as the client asked: the start of a task's url */
    const struct auth_who *who;  /* who sent it; good during the call of the handler */
    tasks_db *db;                /* bound to whose tasks the client may reach; NULL on open routes */
};

/* Who goes on with the connection after the head of the answer. `give` is called exactly once, with its
 * descriptor, or with -1 when nothing came of it. */
struct http_takeover {
    void *context;
    void (*give)(void *context, int fd);
};

/* What an answer needs until it is written. */
struct http_hold {
    void *context;
    void (*release)(void *context); /* NULL: nothing to release */
};

struct http_response {
    int status;
    char code[32];     /* of a problem; "" for other answers */
    bool close;        /* the connection ends with this answer */
    const char *type;  /* of the body; static */
    const char *cache; /* Cache-Control; static; NULL: no-store */
    buf fields;        /* header lines beyond those that every answer has, each with its CRLF */
    buf body;          /* the body is what is written here, */
    const void *bytes; /* ...unless this is set: borrowed until the answer is written */
    size_t size;
    struct http_hold hold; /* what holds `bytes`, if it is to be released afterwards */
    struct http_takeover
        takeover; /* if `give` is set: the body, for as long as it lasts, is somebody else's */
};

/* The first value of a header, whatever the case of its name; NULL if it is not there. */
const char *http_header(const struct http_request *rq, const char *name);

/* Is `token` an element of a comma-separated list, whatever its case? Parameters (";q=1") are cut off;
 * an element with q=0 does not count. `list` may be NULL. */
bool http_list_has(const char *list, const char *token);

/* Is the media type of `value` (parameters aside) `type`? */
bool http_type_is(const char *value, const char *type);

enum http_method http_method_read(const char *name);
const char *http_method_name(enum http_method method);
const char *http_reason(int status); /* "Not Found" */

void http_request_init(struct http_request *rq, arena *memory);
void http_request_done(struct http_request *rq);
void http_response_init(struct http_response *rs);
void http_response_done(struct http_response *rs);

void http_field(struct http_response *rs, const char *name, const char *value);

/* The body is `text`, which the answer takes over, or `size` bytes that outlive it. */
void http_text(struct http_response *rs, tasks_text *text);
void http_bytes(struct http_response *rs, const void *bytes, size_t size);

/* Calls `release` once the answer is written. */
void http_hold(struct http_response *rs, void *context, void (*release)(void *context));

/* What goes after the head of an answer to `method`; `*size` is 0 when nothing does. */
const void *http_body(const struct http_response *rs, enum http_method method, size_t *size);

/* Hands the connection over, or says that it will not be (-1). */
void http_give(struct http_response *rs, int fd);

/* Appends everything that goes before the body. */
void http_head(const struct http_response *rs, buf *to);

#endif
