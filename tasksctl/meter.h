/* How far a long call is, on standard error. Its return value is also where Ctrl-C ends the call. */
#ifndef METER_H
#define METER_H

#include "cli.h"

enum { METER_AUTO, METER_JSON }; /* a bar on a terminal; a line of JSON for each percent */

typedef struct meter {
    const char *label; /* NULL: shows nothing */
    int form;
    int percent; /* shown; -1: nothing is */
} meter;

/* Defers interrupts: what the call has begun is tidied up, or ready to go on. */
meter meter_start(const cli *c, const char *label, int form);

/* A tasks_progress whose context is the meter. */
int32_t meter_show(void *context, int64_t done, int64_t total);

/* Takes the bar off the terminal. */
void meter_end(meter *m);

#endif
