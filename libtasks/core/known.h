/* What was last read, good as long as the backend's mark is the one that it was read under: states of owners,
 * and small tasks. Whatever another process writes changes the mark, and the clock may be set forward or
 * back. Nobody waits here: when another thread is at it, the store is asked instead. */
#ifndef KNOWN_H
#define KNOWN_H

#include <stdatomic.h>

#include "backend.h"

enum { KNOWN_STATES = 64, KNOWN_TASKS = 1024 };

typedef struct known_state {
    backend_mark mark;
    int64_t revision, expired, from_ms, until_ms; /* from and until are the same where there is none */
    char owner[TASKS_OWNER_MAX + 1];
} known_state;

typedef struct known_task {
    backend_mark mark;
    int64_t id;
    uint64_t owner_hash;
    char *owner; /* NULL: read once under this mark. With the second time it pays to keep it */
    tasks_task *task;
} known_task;

/* Ready when it is all zero. */
typedef struct known {
    atomic_flag states_taken, tasks_taken;
    known_state states[KNOWN_STATES];
    known_task tasks[KNOWN_TASKS];
} known;

void known_done(known *k);

/* Fills the state of read->owner at read->now_ms; false if it is not known under this mark. */
bool known_state_find(known *k, const backend_mark *mark, backend_read *read);
/* Keeps what a BACKEND_REVISION came to. The mark was the same before and after it. */
void known_state_keep(known *k, const backend_mark *mark, const backend_read *read);

/* A copy of the task that a BACKEND_GET asks for; NULL if it is not known under this mark. */
tasks_task *known_task_find(known *k, const backend_mark *mark, const backend_read *read);
/* Keeps a copy of what it came to, if that is small. */
void known_task_keep(known *k, const backend_mark *mark, const backend_read *read, const tasks_task *task);

#endif
