/* The housekeeping thread: each minute it removes for good what has expired. Then, and once more when it is
 * stopped, the log is told of the pool. */
#ifndef SWEEPER_H
#define SWEEPER_H

#include "tasks.h"

struct sweeper;

struct sweeper *sweeper_start(tasks_db *db); /* NULL on failure */
void sweeper_stop(struct sweeper *sweeper);  /* waits for the sweep that is under way */

#endif
