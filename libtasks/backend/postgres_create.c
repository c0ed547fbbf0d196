/* One round trip for a group that only makes tasks without a uid: such a batch can neither fail nor needs to
 * know what is there. Revisions and ids are counted from 1, and the server adds where the owner stands. */
#include "fail.h"
#include "postgres_group.h"

static bool fits(const backend_batch *batch)
{
    bool all = !batch->key;
    for (uint32_t i = 0; i < batch->count; i++)
        all &= batch->ops[i].kind == TASKS_CREATE && !batch->ops[i].fields.uid;
    return all;
}

bool postgres_create_fits(const postgres_group *g)
{
    bool all = true;
    for (uint32_t i = 0; i < g->batch_count; i++)
        all &= fits(g->batches[i]);
    return all;
}

static void no_restart(void *context)
{
    (void)context;
}

static tasks_status no_row(void *context, const backend_row *row)
{
    (void)context;
    (void)row;
    return TASKS_OK;
}

/* Runs the batches for the drafts alone: their callers wait for the true numbers. */
static tasks_status count_from_one(postgres_group *g)
{
    tasks_status status = TASKS_OK;
    for (uint32_t i = 0; !status && i < g->share_count; i++)
        status = postgres_draft_task_room(&g->shares[i].draft, 0);
    for (uint32_t i = 0; !status && i < g->batch_count; i++) {
        backend_batch batch = *g->batches[i];
        batch.sink = (backend_sink){.restart = no_restart, .row = no_row};
        postgres_draft_run(&g->shares[g->owned[i]].draft, &batch);
    }
    return status ? fail_memory(g->error) : TASKS_OK;
}

static tasks_status send_all(postgres_group *g)
{
    tasks_status status = postgres_group_begin(g);
    for (uint32_t i = 0; !status && i < g->share_count; i++)
        status = postgres_save_new(g, &g->shares[i]);
    return status ? status : postgres_group_commit(g);
}

/* The answers of a share: the owner's row and, unless they came with it, the tasks and the tags. */
static tasks_status take_share(postgres_group *g, postgres_share *s)
{
    tasks_status status = postgres_group_locked(g, s);
    for (uint32_t i = 0; !status && i < s->inserts; i++) {
        PGresult *r = postgres_group_answer(g);
        status = r ? TASKS_OK : g->error->status;
        postgres_libpq.PQclear(r);
    }
    s->draft.task_count = 0;
    return status;
}

static backend_outcome take_all(postgres_group *g)
{
    PGresult *begun = postgres_group_answer(g);
    tasks_status status = begun ? TASKS_OK : g->error->status;
    postgres_libpq.PQclear(begun);
    for (uint32_t i = 0; !status && i < g->share_count; i++)
        status = take_share(g, &g->shares[i]);
    return postgres_group_outcome(g, status ? postgres_group_failed(g) : BACKEND_COMMITTED);
}

/* What has been committed cannot fail any more. */
static void tell_unknown(postgres_group *g)
{
    for (uint32_t i = 0; i < g->batch_count; i++)
        if (g->batches[i]->status)
            g->batches[i]->status = fail(&g->batches[i]->error, TASKS_UNAVAILABLE, "outcome_unknown",
                                         "the task was made, but there is no memory for the answer");
}

/* What was sent cannot be taken back, so that a connection whose group is not complete is of no use. */
tasks_status postgres_create_send(postgres_group *g)
{
    tasks_status status = count_from_one(g);
    if (!status)
        status = send_all(g);
    g->c->broken |= status != TASKS_OK;
    return status;
}

backend_outcome postgres_create_take(postgres_group *g)
{
    backend_outcome outcome = take_all(g);
    if (outcome == BACKEND_COMMITTED) {
        postgres_group_run(g);
        tell_unknown(g);
    }
    return outcome;
}
