/* What every group of batches goes through, whichever way it is carried. */
#include "postgres_group.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"

/* ---- Sorting batches by owner ---- */

static int compare_owners(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void start_share(postgres_group *g, const char *owner)
{
    postgres_share *s = &g->shares[g->share_count++];
    *s = (postgres_share){0};
    postgres_draft_init(&s->draft, &g->memory, owner);
}

static tasks_status find_owners(postgres_group *g)
{
    const char **names = arena_alloc(&g->memory, g->batch_count * sizeof *names);
    g->shares = arena_alloc(&g->memory, g->batch_count * sizeof *g->shares);
    g->owned = arena_alloc(&g->memory, g->batch_count * sizeof *g->owned);
    if (!names || !g->shares || !g->owned)
        return fail_memory(g->error);
    for (uint32_t i = 0; i < g->batch_count; i++)
        names[i] = g->batches[i]->owner;
    qsort(names, g->batch_count, sizeof *names, compare_owners);
    for (uint32_t i = 0; i < g->batch_count; i++)
        if (!i || strcmp(names[i - 1], names[i]))
            start_share(g, names[i]);
    return TASKS_OK;
}

static uint32_t share_of(const postgres_group *g, const char *owner)
{
    uint32_t low = 0, high = g->share_count;
    while (low + 1 < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(g->shares[middle].draft.owner, owner) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

tasks_status postgres_group_collect(postgres_group *g)
{
    tasks_status status = find_owners(g);
    for (uint32_t i = 0; !status && i < g->batch_count; i++) {
        g->owned[i] = share_of(g, g->batches[i]->owner);
        postgres_draft_count(&g->shares[g->owned[i]].draft, g->batches[i]);
    }
    for (uint32_t i = 0; !status && i < g->share_count; i++)
        status = postgres_draft_room(&g->shares[i].draft) ? fail_memory(g->error) : TASKS_OK;
    for (uint32_t i = 0; !status && i < g->batch_count; i++)
        postgres_draft_name(&g->shares[g->owned[i]].draft, g->batches[i]);
    for (uint32_t i = 0; !status && i < g->share_count; i++)
        postgres_draft_named(&g->shares[i].draft);
    return status;
}

/* ---- Statements ---- */

tasks_status postgres_group_send(postgres_group *g, uint32_t key, const char *text, const postgres_values *v)
{
    static const postgres_values none;
    const postgres_statement s = {.key = key, .text = text};
    g->sent++;
    return postgres_send(g->c, &s, v ? v : &none, g->error);
}

tasks_status postgres_group_arrays(postgres_group *g, uint32_t key, const char *text, postgres_values *v,
                                   postgres_array *arrays, int count)
{
    tasks_status status = TASKS_OK;
    for (int i = 0; i < count; i++) {
        postgres_array_bind(v, &arrays[i]);
        if (arrays[i].bytes.status)
            status = fail_memory(g->error);
    }
    if (!status)
        status = postgres_group_send(g, key, text, v);
    for (int i = 0; i < count; i++)
        postgres_array_done(&arrays[i]);
    return status;
}

PGresult *postgres_group_answer(postgres_group *g)
{
    g->sent--;
    return postgres_answer(g->c, g->error);
}

/* ---- The owners' rows ---- */

tasks_status postgres_group_begin(postgres_group *g)
{
    return postgres_group_send(g, POSTGRES_KEY_BEGIN, "BEGIN ISOLATION LEVEL READ COMMITTED", NULL);
}

/* Takes as many revisions and ids as there will be if every batch succeeds. */
tasks_status postgres_group_lock(postgres_group *g, postgres_share *s)
{
    postgres_values v = {0};
    postgres_text(&v, s->draft.owner);
    postgres_int(&v, s->draft.changes);
    postgres_int(&v, s->draft.creates);
    s->locked = true;
    return postgres_group_send(g, POSTGRES_KEY_LOCK, POSTGRES_LOCK, &v);
}

tasks_status postgres_group_locked(postgres_group *g, postgres_share *s)
{
    PGresult *r = postgres_group_answer(g);
    if (!r)
        return g->error->status;
    s->locked &= postgres_libpq.PQntuples(r) > 0;
    if (postgres_libpq.PQntuples(r)) {
        s->revision = postgres_column_int(r, 0, 0);
        s->last_id = postgres_column_int(r, 0, 1);
    }
    postgres_libpq.PQclear(r);
    s->draft.revision = s->revision - (s->locked ? s->draft.changes : 0);
    s->draft.last_id = s->last_id - (s->locked ? s->draft.creates : 0);
    return TASKS_OK;
}

/* ---- The end of the transaction ---- */

/* Somebody may have cancelled the wait for the standby (pg_cancel_backend): the server then warns, and
 * answers COMMIT all the same, though the change is on one machine only. */
static backend_outcome take_commit(postgres_group *g)
{
    g->c->warned = false;
    PGresult *r = postgres_group_answer(g);
    bool answered = r, committed = r && !strcmp(postgres_libpq.PQcmdStatus(r), "COMMIT");
    postgres_libpq.PQclear(r);
    if (committed)
        return g->c->warned ? BACKEND_UNKNOWN : BACKEND_COMMITTED;
    if (answered)
        fail(g->error, TASKS_INTERNAL, "internal", "PostgreSQL: the transaction was rolled back");
    return g->c->broken ? BACKEND_UNKNOWN : BACKEND_UNDONE;
}

/* A failure that the server reports before it answers COMMIT undoes all. Without a word nobody knows. */
static backend_outcome take_rest(postgres_group *g)
{
    while (g->sent > 1) {
        PGresult *r = postgres_group_answer(g);
        if (!r)
            return postgres_group_failed(g);
        postgres_libpq.PQclear(r);
    }
    return take_commit(g);
}

backend_outcome postgres_group_failed(const postgres_group *g)
{
    return postgres_in_doubt(g->c) ? BACKEND_UNKNOWN : BACKEND_UNDONE;
}

tasks_status postgres_group_commit(postgres_group *g)
{
    tasks_status status = postgres_group_send(g, POSTGRES_KEY_COMMIT, "COMMIT", NULL);
    return status ? status : postgres_sync(g->c, g->error);
}

backend_outcome postgres_group_outcome(postgres_group *g, backend_outcome so_far)
{
    backend_outcome outcome = so_far == BACKEND_COMMITTED ? take_rest(g) : so_far;
    if (!g->c->broken)
        postgres_drain(g->c);
    if (outcome == BACKEND_UNDONE)
        postgres_group_roll_back(g);
    return outcome;
}

void postgres_group_roll_back(postgres_group *g)
{
    tasks_error ignored;
    if (!g->c->broken && postgres_libpq.PQtransactionStatus(g->c->pg) != PQTRANS_IDLE)
        postgres_libpq.PQclear(postgres_ask(g->c, "ROLLBACK", NULL, &ignored));
    g->c->broken |= postgres_libpq.PQtransactionStatus(g->c->pg) != PQTRANS_IDLE;
}

/* ---- Answers to the batches ---- */

void postgres_group_run(postgres_group *g)
{
    for (uint32_t i = 0; i < g->batch_count; i++)
        postgres_draft_run(&g->shares[g->owned[i]].draft, g->batches[i]);
    for (uint32_t i = 0; i < g->share_count; i++) {
        postgres_share *s = &g->shares[i];
        if (s->draft.sweeps)
            s->draft.sweep->removed += s->purged + s->stale;
    }
}

void postgres_group_done(postgres_group *g)
{
    for (uint32_t i = 0; i < g->share_count; i++)
        for (uint32_t j = 0; j < g->shares[i].result_count; j++)
            postgres_libpq.PQclear(g->shares[i].results[j]);
    arena_done(&g->memory);
}
