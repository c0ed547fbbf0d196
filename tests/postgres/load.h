/* Threads that create and read tasks without pause and note what became of each call. In the end every task
 * that was acknowledged must be there once, every one that failed must not, and of the rest none twice. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "tasks.h"

typedef struct load load;

/* What came of a run so far. Times are of the monotonic clock, in ms. */
typedef struct load_report {
    int64_t done, failed, unknown; /* calls */
    int64_t last_failure_ms;       /* when the last call that failed ended; 0: none has */
    int64_t longest_ms;            /* the longest call */
} load_report;

load *load_start(tasks_db *const *handles, int handle_count, int writers, int readers);
load_report load_look(load *l);
/* Waits until no call has failed for so long; false when that takes too long. */
bool load_calm(load *l, int64_t calm_ms, int64_t at_most_ms);
load_report load_stop(load *l);
/* Compares what was acknowledged with what `db` holds; ends the test if they differ. Frees the load. */
void load_verify(load *l, tasks_db *db);

#endif
