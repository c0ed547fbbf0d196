/* The housekeeping thread: removes for good what has expired. */
#ifndef SWEEPER_H
#define SWEEPER_H

#include "tasks.h"

struct sweeper;

struct sweeper *sweeper_start(tasks_db *db); /* NULL on failure */
void sweeper_stop(struct sweeper *sweeper);  /* waits for the sweep that is under way */

#endif
