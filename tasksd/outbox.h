/* Posts to a service in the background. Whoever puts something in never waits: what finds no place is dropped
 * and counted, as is what the service does not take. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "tasks.h"

struct outbox;

struct outbox_options {
    const char *name; /* for the log */
    const char *url;
    bool plain;                        /* http will do */
    const char *const *headers;        /* lines, NULL-terminated; not the Content-Type, which is JSON's */
    const char *before, *after;        /* what a post has around its items; a comma is between them */
    size_t items_max, items_in_a_post; /* that wait; that go together */
    int64_t gather_ms;                 /* how long the first one waits for others */
    int64_t pause_ms;                  /* between two posts; 0: only as long as there is something to send */
};

struct outbox_figures {
    uint64_t sent, dropped; /* items */
};

/* All texts are borrowed. NULL when out of memory, or when this build cannot post (UNSUPPORTED). */
struct outbox *outbox_new(const struct outbox_options *options, tasks_error *error);

/* What is still there gets one more try, which is short. `o` may be NULL. */
void outbox_free(struct outbox *o);

/* Takes the text over. */
void outbox_put(struct outbox *o, buf *item);

struct outbox_figures outbox_figures(struct outbox *o);

#endif
