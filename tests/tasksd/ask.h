/* Asks the routes as civetweb would, but without a socket, over a store in memory. */
#ifndef ASK_H
#define ASK_H

#include <jansson.h>

#include "app.h"

struct answer {
    int status;
    char *head, *body; /* as they would be sent */
    json_t *json;      /* the body; NULL if it is no JSON */
};

extern struct config ask_config; /* what the server is told; zero unless a test says otherwise */
extern struct app ask_app;
extern uint32_t ask_peer; /* where requests come from; 0 unless a test says otherwise */

extern int64_t ask_now_ms; /* the store's clock; the system's until a test sets it */

void ask_open(void);
void ask_close(void);

/* `headers` are lines that end with CR LF, besides Host and Content-Length. The answer is good until the
 * next call. */
const struct answer *ask(const char *method, const char *target, const char *headers, const char *body);

/* The same with a JSON body; `body` may use ' for ". */
const struct answer *ask_json(const char *method, const char *target, const char *body);

/* Asks, and checks the status and the code of the problem ("" for none). */
const struct answer *ask_expect(const char *method, const char *target, const char *headers, const char *body,
                                int status, const char *code);

const struct answer *ask_answer(void); /* the last one */

/* The value of a header of the last answer; NULL if it is not there. */
const char *ask_header(const char *name);

/* Members of the last answer's body, or of its element at `index`. */
const char *ask_text(const char *member);
int64_t ask_int(const char *member);

/* Makes a task and returns its id. */
int64_t ask_create(const char *title);

#endif
