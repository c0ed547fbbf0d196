/* Tokens, and a short memory of those that were good: most requests then need no question to the store. A
 * token that was revoked is good until it is forgotten here. */
#ifndef TOKENS_H
#define TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "tasks.h"

struct tokens;

struct tokens_holder {
    int64_t token; /* its id in the store; 0: it is of somebody else */
    char owner[TASKS_OWNER_MAX + 1];
    bool read_only;
    int64_t expires_at_ms; /* or TASKS_NO_TIME */
};

/* Finds out whose token it is. @return OK, DENIED (token_unknown, token_expired), or why it cannot tell */
typedef tasks_status tokens_finder(void *context, const char *text, struct tokens_holder *out,
                                   tasks_error *error);

tokens_finder tokens_of_store; /* those of tasks_token_create(); `context` is the tasks_db */

enum tokens_memory {
    TOKENS_UNKNOWN,
    TOKENS_STALE, /* was good; the store must be asked again */
    TOKENS_GOOD
};

/* A token is remembered for `memory_ms`. `context` is borrowed. NULL when out of memory. */
struct tokens *tokens_new(tokens_finder *finder, void *context, int64_t memory_ms);
void tokens_free(struct tokens *t);

/* What is remembered; fills `out` if it is TOKENS_GOOD. */
enum tokens_memory tokens_recall(struct tokens *t, const char *text, struct tokens_holder *out);

/* From now on the finder is asked about every token anew. */
void tokens_forget(struct tokens *t);

/* Asks the finder. */
tasks_status tokens_find(struct tokens *t, const char *text, struct tokens_holder *out, tasks_error *error);

#endif
