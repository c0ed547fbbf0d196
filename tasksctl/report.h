/* Failures, on standard error: one line for people, one JSON object when the results are JSON. */
#ifndef REPORT_H
#define REPORT_H

#include "tasks.h"

/* `format` is one of OUTPUT_...; `where` is put before the message ("line 12") and may be NULL. */
void report(int format, const char *where, const tasks_error *error);

#endif
