/* Tasks to try things out with. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdbool.h>

#include "tasks.h"

/* Adds them all, or none when the store has a task already; `added` says which. */
tasks_status samples_add(tasks_db *db, bool *added, tasks_error *error);

#endif
