/* The group of batches that a transaction carries. */
#ifndef POSTGRES_GROUP_H
#define POSTGRES_GROUP_H

#include "postgres.h"
#include "postgres_draft.h"

enum { POSTGRES_GROUP_RESULTS = 5 };

/* Keys of statements; those below are postgres_read.c's. */
enum {
    POSTGRES_KEY_BEGIN = 1 << 4,
    POSTGRES_KEY_COMMIT,
    POSTGRES_KEY_LOCK,
    POSTGRES_KEY_WRITE = 1 << 5, /* from here postgres_write.c's */
    POSTGRES_KEY_SAVE = 1 << 6   /* and postgres_save.c's */
};

/* Of an owner, $2 and $3: takes as many revisions and ids, and answers with the last ones. */
#define POSTGRES_LOCK                                                                                        \
    "INSERT INTO owners AS o (owner, revision, last_id) VALUES ($1, $2, $3) "                                \
    "ON CONFLICT (owner) DO UPDATE SET revision = o.revision + excluded.revision, "                          \
    "last_id = o.last_id + excluded.last_id RETURNING revision, last_id"

/* An owner's share of the group. */
typedef struct postgres_share {
    postgres_draft draft;
    PGresult *results[POSTGRES_GROUP_RESULTS]; /* the draft's texts are theirs */
    uint32_t result_count;
    uint32_t inserts;          /* statements of postgres_save_new() behind the one that locks */
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

tasks_status postgres_group_collect(postgres_group *g);
void postgres_group_done(postgres_group *g);

/* Queues a statement; `v` may be NULL. */
tasks_status postgres_group_send(postgres_group *g, uint32_t key, const char *text, const postgres_values *v);
/* The same with arrays as further parameters; ends the arrays. */
tasks_status postgres_group_arrays(postgres_group *g, uint32_t key, const char *text, postgres_values *v,
                                   postgres_array *arrays, int count);
PGresult *postgres_group_answer(postgres_group *g);

tasks_status postgres_group_begin(postgres_group *g);
tasks_status postgres_group_lock(postgres_group *g, postgres_share *s);
/* Reads the answer to a statement that locked the owner's row, or looked at it. */
tasks_status postgres_group_locked(postgres_group *g, postgres_share *s);
/* Queues COMMIT; what goes out after this may have happened. */
tasks_status postgres_group_commit(postgres_group *g);
/* After COMMIT went out: the outcome, from the answers still to come or from what is known so far. */
backend_outcome postgres_group_outcome(postgres_group *g, backend_outcome so_far);
/* Of a statement before COMMIT, when COMMIT is already on its way. */
backend_outcome postgres_group_failed(const postgres_group *g);
/* Ends the transaction if one is open; nothing else may be under way. */
void postgres_group_roll_back(postgres_group *g);
/* Runs the batches on their drafts. */
void postgres_group_run(postgres_group *g);

/* ---- postgres_create.c: a group that only makes tasks needs to look at nothing ---- */

bool postgres_create_fits(const postgres_group *g);
tasks_status postgres_create_send(postgres_group *g);
/* After it. */
backend_outcome postgres_create_take(postgres_group *g);

/* ---- postgres_save.c ---- */

/* Queues what makes the tables hold what the draft says. */
tasks_status postgres_save(postgres_group *g, const postgres_share *s);
/* Locks, too, and makes new tasks whose revisions and ids are counted from the first that the share gets. */
tasks_status postgres_save_new(postgres_group *g, postgres_share *s);

#endif
