/* The handlers. Each answers one route; see route.h. */
#ifndef HANDLE_H
#define HANDLE_H

#include "app.h"
#include "route.h"

/* One task (handle_task.c). */
extern const struct route_halves handle_task_create, handle_task_get, handle_task_patch, handle_task_delete;

/* Many (handle_list.c, handle_events.c). */
route_handler handle_list_get, handle_list_changes, handle_list_delete, handle_events_get;

/* How people sign in (handle_signin.c). */
route_handler handle_signin_get, handle_signin_post;

/* The server itself (handle_ops.c, handle_metrics.c) and the page (handle_page.c). */
route_handler handle_ops_live, handle_ops_ready, handle_ops_version, handle_ops_pool, handle_metrics_get,
    handle_ops_openapi;
route_handler handle_page_get;

/* What the head of an answer in JSON says of it. */
void handle_head(const struct http_request *rq, struct http_response *rs);

/* Answers with JSON text of the library, which the answer takes over. Returns `status`. */
int handle_json(const struct http_request *rq, struct http_response *rs, int status, tasks_text *text);

/* 304 for what has this ETag; false if the client has not seen it. */
bool handle_unchanged(const struct http_request *rq, struct http_response *rs, const char *etag);

#endif
