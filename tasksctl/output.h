/* Results on standard output, in the form that was asked for: for people, as one JSON document, or as
 * bare ids. What goes wrong while writing is kept in `sink.error`. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink.h"
#include "tasks.h"

enum { OUTPUT_HUMAN, OUTPUT_JSON, OUTPUT_QUIET };

/* How people see tasks. */
enum {
    OUTPUT_TABLE, /* a row each, under a heading */
    OUTPUT_LINES, /* what was done to each: "Added 7  Buy milk" */
    OUTPUT_SHEETS /* all that is known about each */
};

typedef struct output {
    int format;
    int look;  /* OUTPUT_TABLE, OUTPUT_LINES, OUTPUT_SHEETS */
    bool many; /* JSON: an array, also of one task */
    bool color;
    int width;        /* of the terminal; 0: there is none, nothing is cut */
    const char *verb; /* OUTPUT_LINES: "Added" */
    int64_t now_ms;   /* what is due before is overdue */
    uint64_t count;   /* tasks written */
    sink sink;
    buf scratch;
    int gap; /* blanks owed before the next column */
    struct output_columns {
        int id, due, title, tags;
    } columns; /* widths; they only grow */
} output;

void output_init(output *o, int fd, int format, int color_mode);
void output_done(output *o);

/* Tasks: a start, pages and single tasks, an end. Nothing is written before the first page or task. */
void output_start(output *o, int look, bool many, const char *verb);
void output_page(output *o, const tasks_page *page);
void output_task(output *o, const tasks_task *task);
void output_end(output *o);

/* One thing that a command found out. */
typedef struct output_fact {
    const char *key;   /* in JSON */
    const char *label; /* for people */
    const char *text;  /* NULL: the number counts */
    int64_t number;    /* below 0: unknown; null in JSON, left out for people */
} output_fact;

/* A JSON object; for people `sentence`, or a line for each fact if it is NULL; nothing when quiet. */
void output_facts(output *o, const char *sentence, const output_fact *facts, size_t count);

#endif
