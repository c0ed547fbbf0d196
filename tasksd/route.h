/* What the server answers to: one table, from which dispatch, 404, 405, Allow, HEAD and OPTIONS come. */
#ifndef ROUTE_H
#define ROUTE_H

#include "call.h"
#include "http.h"

/* Returns the status of the answer. */
typedef int route_handler(struct app *app, const struct http_request *rq, struct http_response *rs);

/* A parameter of a query that is quickly answered, unless what follows its name is longer than that. */
struct route_quick {
    const char *name;
    size_t length;
};

/* A handler in two halves, so that between them its call can be made together with those of others. */
struct route_halves {
    enum call_kind kind;
    /* Fills the call and returns 0, or returns the status of an answer. */
    int (*prepare)(const struct http_request *rq, struct http_response *rs, struct call *call);
    /* Returns the status of the answer that tells what became of the call. */
    int (*conclude)(const struct http_request *rq, struct http_response *rs, struct call *call);
    /* Is the call, which it has changed, to be made once more? NULL: never. Not asked if there are others. */
    bool (*again)(const struct http_request *rq, struct call *call);
};

struct route {
    const char *path; /* "/tasks/{id}"; {id} is a positive integer, {rest} an asset of the page */
    route_handler *handle;
    const struct route_halves *halves; /* instead of `handle` */
    size_t body_max;                   /* in bytes */
    const char *const *types;          /* media types of the body, NULL-terminated; NULL: takes no body */
    const char *const *parameters;     /* of the query, NULL-terminated; NULL: none */
    const struct route_quick *quick;   /* NULL: takes its time; else it does not with these only */
    bool any_query;                    /* not looked at: links to pages carry what others want to know */
    enum http_method method;           /* HEAD is answered by GET, OPTIONS by the table */
    bool any_host;                     /* health checks come by address, whatever the server is called */
    bool conditional;                  /* wants If-Match when the server runs with --require-if-match */
    bool keyed;                        /* honours Idempotency-Key */
    bool open;                         /* for everybody, as often as they like; has no store */
};

struct route_match {
    const struct route *route; /* NULL: no such path, or not with this method (then `allowed` is not 0) */
    unsigned allowed;          /* bit (1 << method) for each that the path takes */
    int64_t id;
    const char *rest;
};

/* `routes` ends with a route that has no path, and those of a path stand together; `path` is decoded. */
void route_find(const struct route *routes, enum http_method method, const char *path,
                struct route_match *out);

/* "GET, HEAD, OPTIONS" */
void route_allow(unsigned allowed, buf *to);

#endif
