/* The tasks that stores are filled with, by their number: every third has a place, every fourth is due, every
 * second is completed. */
#ifndef ROW_H
#define ROW_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

enum { ROW_TITLE = 40 };

struct row {
    char title[ROW_TITLE];
    int32_t completed, priority;
    bool placed, due;
    double order;
    int64_t due_ms;
};

static inline void row_make(struct row *row, int64_t n)
{
    snprintf(row->title, ROW_TITLE, "Task number %" PRId64 " of many", n);
    row->completed = (int32_t)(n % 2);
    row->priority = (int32_t)(n % 10);
    row->placed = n % 3 == 0;
    row->order = (double)((n * 7919) % 1000003);
    row->due = n % 4 == 0;
    row->due_ms = INT64_C(1800000000000) + (n * 104729) % 1000003 * 1000;
}

#endif
