/* What a group of batches does to the tasks of one owner, worked out in memory while the owner's row is
 * locked: the tasks that the batches name are loaded, the batches run on them one after another, and what
 * is different in the end is written. So a batch that fails leaves no trace, and a group takes the same few
 * statements whatever its size. */
#ifndef POSTGRES_DRAFT_H
#define POSTGRES_DRAFT_H

#include "arena.h"
#include "backend.h"

typedef struct postgres_draft_task {
    backend_row row;                      /* as it is now */
    const char *stored_uid, *stored_tags; /* as they are in the table */
    bool stored, present, changed;        /* in the table; there now; not as in the table */
    bool expired;                         /* the sweep found it */
} postgres_draft_task;

typedef struct postgres_draft_uid {
    const char *uid;
    int64_t holder; /* the task that has it; 0: none */
} postgres_draft_uid;

typedef struct postgres_draft_grave {
    int64_t id, revision, deleted_at;
    const char *uid;
} postgres_draft_grave;

typedef struct postgres_draft_answer {
    const char *key, *text; /* NULL: none is kept for this key */
    uint64_t hash;
    int64_t revision, created_at;
    bool changed;
} postgres_draft_answer;

/* Texts belong to the batches, or to who loads the tasks; both outlive the draft. */
typedef struct postgres_draft {
    const char *owner;
    arena *memory;
    int64_t revision, last_id; /* as they are now */

    /* What the batches need, from postgres_draft_count() and postgres_draft_name(). */
    uint32_t ops, longest, changes, creates, sweeps, id_count, uid_count, key_count;
    int64_t *ids;                   /* of updates and deletes */
    postgres_draft_uid *uids;       /* of creates and updates, sorted */
    postgres_draft_answer *answers; /* to batches with a key, sorted by it */
    backend_batch *sweep;           /* the last one */

    postgres_draft_task *tasks; /* loaded ones sorted by id, then new ones */
    uint32_t loaded, task_count;
    postgres_draft_grave *graves;
    uint32_t grave_count;
    struct postgres_draft_step *steps; /* how the batch under way is undone */
    uint32_t step_count;
} postgres_draft;

/* First every batch is counted, then room is made, then every batch is named. */
void postgres_draft_init(postgres_draft *d, arena *memory, const char *owner);
void postgres_draft_count(postgres_draft *d, backend_batch *batch);
tasks_status postgres_draft_room(postgres_draft *d);
void postgres_draft_name(postgres_draft *d, const backend_batch *batch);
void postgres_draft_named(postgres_draft *d);

/* Then room for `count` loaded tasks, which may come twice, each of them, who holds the uids, and answers. */
tasks_status postgres_draft_task_room(postgres_draft *d, uint32_t count);
void postgres_draft_load(postgres_draft *d, const backend_row *row, bool expired);
void postgres_draft_loaded(postgres_draft *d);
void postgres_draft_hold(postgres_draft *d, const char *uid, int64_t holder);
void postgres_draft_answered(postgres_draft *d, const postgres_draft_answer *answer);

/* Then each batch runs, in order, and gets its answer. */
void postgres_draft_run(postgres_draft *d, backend_batch *batch);

#endif
