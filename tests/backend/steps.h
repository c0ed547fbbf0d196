/* Calls of every kind, one after another, for stores that fail: each is done on the store under test and, if
 * it was done, on a sound store beside it, so that both can be compared. */
#ifndef STEPS_H
#define STEPS_H

#include "kit.h"

typedef struct steps_step {
    const char *name;
    /* Leaves its error in kit_error. Outputs are as they must be for the status, and released. */
    tasks_status (*run)(tasks_db *db);
    bool writes;
    bool in_parts; /* makes several calls: a failed one may have done a part, and does the rest when run again
                    */
} steps_step;

extern const steps_step steps_all[];
extern const int steps_count;
extern const char *steps_broken; /* the promise about outputs that a step found broken; else NULL */

/* A store in memory, with the clock of the test. */
tasks_db *steps_sound_store(void);
/* Both hold the same tasks at the same revisions, tombstones included. */
void steps_same(tasks_db *db, tasks_db *sound);

#endif
