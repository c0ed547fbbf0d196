/* A call of the library that a handler in two halves (route.h) leaves to others in between, who make those of
 * many requests together. */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>

#include "tasks.h"

enum call_kind { CALL_LOOKUP, CALL_BATCH, CALL_KINDS };

struct call {
    enum call_kind kind;
    union {
        tasks_lookup lookup;
        tasks_batch batch;
    };
    tasks_op one;           /* what the batch points to, where it is one operation */
    tasks_patches *patches; /* what its operations point into */
    int made;               /* times that call_make_alone() has made it */
    bool replayed;          /* its answer is an earlier one */
};

void call_init(struct call *call, enum call_kind kind);

/* With the patches, and with what came of it. */
void call_done(struct call *call);

/* As tasks_get_each() and tasks_apply_each() tell of each. */
typedef void call_made(void *context, const tasks_timing *timing);
void call_tell(struct call *call, call_made *made, void *context);

/* Makes it by itself; a batch with a key (may be NULL) once, as tasks_apply_once() does. */
void call_make_alone(struct call *call, const char *key);

/* Instead of making it. */
void call_give_up(struct call *call, int64_t waited_ms);

enum { CALL_GROUP_MAX = 256 };

/* Makes them, which are all of one kind. */
void call_make(struct call *const *calls, uint32_t count);

#endif
