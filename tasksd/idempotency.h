/* Idempotency-Key: a request that may be sent again, because with the same key it is carried out once. The
 * store keeps the answers; here is only what it cannot know: how the key is written, and which are under way
 * in this process. (A request that is under way in another process is waited for by the store.) */
#ifndef IDEMPOTENCY_H
#define IDEMPOTENCY_H

#include <pthread.h>

#include "http.h"

enum { IDEMPOTENCY_KEY_MAX = 255 };

/* A request under way; its memory is the caller's. */
struct idempotency_entry {
    const char *owner, *key;
    struct idempotency_entry *next;
};

struct idempotency {
    pthread_mutex_t lock;
    struct idempotency_entry *first;
};

void idempotency_init(struct idempotency *list);
void idempotency_done(struct idempotency *list);

/* Reads the header, bare or as a quoted string; `*key` is NULL when there is none.
 * @return OK, INVALID key_malformed, NO_MEMORY */
tasks_status idempotency_read(const struct http_request *rq, const char **key, tasks_error *error);

/* False when a request of this owner with this key is under way. */
bool idempotency_begin(struct idempotency *list, struct idempotency_entry *entry);
void idempotency_end(struct idempotency *list, const struct idempotency_entry *entry);

#endif
