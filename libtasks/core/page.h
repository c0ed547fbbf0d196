/* Tasks and pages as they are handed out: each owns all that it points to. */
#ifndef PAGE_H
#define PAGE_H

#include "arena.h"
#include "backend.h"

struct tasks_page {
    arena memory;
    tasks_task **tasks;
    uint32_t count, room;
    uint32_t limit; /* rows beyond it only tell that there is more */
    bool more;
    char *cursor;
    tasks_text *answer; /* what is kept of a batch with a key */
    int64_t revision, expired;
};

tasks_page *page_new(uint32_t limit); /* NULL when out of memory */
backend_sink page_sink(tasks_page *page);

/* A sink for one task; a row replaces the one before. *task is freed by tasks_task_free(). */
backend_sink page_task_sink(tasks_task **task);
/* Of a task from such a sink, or copied: the size of its block, and another one like it; NULL when out of
 * memory. */
size_t page_task_size(const tasks_task *task);
tasks_task *page_task_copy(const tasks_task *task);
/* A sink for rows that interest nobody. Only a page's sink can keep an answer. */
backend_sink page_no_sink(void);

#endif
