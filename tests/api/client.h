/* HTTP as applications speak it: libcurl, one connection kept open. */
#ifndef CLIENT_H
#define CLIENT_H

#include <jansson.h>

#include "server.h"

struct client_reply {
    long status;
    char *head, *body;
    json_t *json; /* the body; NULL if it is no JSON */
};

/* `path` may be a whole URL. `headers` are lines without their end, NULL-terminated, or NULL. `body` may be
 * NULL. The reply is good until the next call. */
const struct client_reply *client_call(const struct server *s, const char *method, const char *path,
                                       const char *const *headers, const char *body);

/* With Content-Type: application/json. */
const struct client_reply *client_json(const struct server *s, const char *method, const char *path,
                                       const char *body);
const struct client_reply *client_get(const struct server *s, const char *path);

/* The value of a header of the last reply; NULL if it is not there. */
const char *client_header(const char *name);

void client_done(void);

#endif
