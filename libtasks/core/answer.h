/* The answer of a batch with a key, as it is kept: the JSON of its tasks, and back. */
#ifndef ANSWER_H
#define ANSWER_H

#include "page.h"

/* Feeds the tasks of an answer to a sink. NO_MEMORY, or CORRUPT if it is none. */
tasks_status answer_read(const char *text, const backend_sink *sink);

/* Tells two batches apart. */
uint64_t answer_hash(const backend_op *ops, uint32_t count);

#endif
