/* The group of batches that a transaction carries; what postgres_write.c and postgres_save.c share. */
#ifndef POSTGRES_GROUP_H
#define POSTGRES_GROUP_H

#include "postgres.h"
#include "postgres_draft.h"

enum { POSTGRES_GROUP_RESULTS = 5 };

/* An owner's share of the group. */
typedef struct postgres_share {
    postgres_draft draft;
    PGresult *results[POSTGRES_GROUP_RESULTS]; /* the draft's texts are theirs */
    uint32_t result_count;
    int64_t revision, last_id; /* as the row has them while it is locked */
    int64_t purge_end, purged; /* tombstones up to this revision have to go, so many; 0: none */
    int64_t stale;             /* so many answers have to go */
    bool locked;
} postgres_share;

typedef struct postgres_group {
    postgres_connection *c;
    backend_batch *const *batches;
    uint32_t batch_count;
    arena memory;
    postgres_share *shares; /* by owner, in byte order: all groups lock in the same order */
    uint32_t *owned;        /* the share of each batch */
    uint32_t share_count;
    uint32_t sent; /* statements whose answers are still to come */
    tasks_error *error;
} postgres_group;

/* Queues a statement; `v` may be NULL. Keys below 1 << 5 are postgres_read.c's. */
tasks_status postgres_group_send(postgres_group *g, uint32_t key, const char *text, const postgres_values *v);
/* The same with an owner and arrays as parameters; ends the arrays. */
tasks_status postgres_group_arrays(postgres_group *g, uint32_t key, const char *text, const char *owner,
                                   postgres_array *arrays, int count);

/* Queues what makes the tables hold what the draft says. */
tasks_status postgres_save(postgres_group *g, const postgres_share *s);

#endif
