/* Tokens of the store, and a short memory of those that were good: a request then needs no question to the
 * store. A token that was revoked is good until it is forgotten here. */
#ifndef TOKENS_H
#define TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "tasks.h"

struct tokens;

struct tokens_holder {
    int64_t token; /* its id */
    char owner[TASKS_OWNER_MAX + 1];
    bool read_only;
};

enum tokens_memory {
    TOKENS_UNKNOWN,
    TOKENS_STALE, /* was good; the store must be asked again */
    TOKENS_GOOD
};

/* A token is remembered for `memory_ms`. `db` is borrowed. NULL when out of memory. */
struct tokens *tokens_new(tasks_db *db, int64_t memory_ms);
void tokens_free(struct tokens *t);

/* What is remembered; fills `out` if it is TOKENS_GOOD. */
enum tokens_memory tokens_recall(struct tokens *t, const char *text, struct tokens_holder *out);

/* Asks the store. @return as tasks_token_find() */
tasks_status tokens_find(struct tokens *t, const char *text, struct tokens_holder *out, tasks_error *error);

#endif
