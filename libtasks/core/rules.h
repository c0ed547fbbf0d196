/* What a task may be: every value is checked here, once, on its way in. */
#ifndef RULES_H
#define RULES_H

#include "arena.h"
#include "backend.h"

/* Checks a patch, and copies its values, trimmed, into `memory`. For a create the title is required. */
tasks_status rules_patch(arena *memory, const tasks_patch *patch, bool create, backend_fields *out,
                         tasks_error *error);
/* Checks an operation of a batch. */
tasks_status rules_op(arena *memory, const tasks_op *op, backend_op *out, tasks_error *error);
/* Checks a query, its cursor included. `memory` takes the text in lower case. */
tasks_status rules_query(arena *memory, const tasks_query *query, backend_list *out, tasks_error *error);
tasks_status rules_owner(const char *owner, tasks_error *error);
/* The key of tasks_apply_once(). */
tasks_status rules_key(const char *key, tasks_error *error);
tasks_status rules_id(int64_t id, tasks_error *error);
/* 0 becomes 100; above 1000 is refused. */
tasks_status rules_limit(uint32_t limit, uint32_t *out, tasks_error *error);

#endif
