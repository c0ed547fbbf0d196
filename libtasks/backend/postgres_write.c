/* One transaction for a group of batches, in two round trips: the first locks the owners' rows and loads
 * what the batches name, the second writes what came of it and commits. */
#include <stdlib.h>

#include "fail.h"
#include "list_sql.h"
#include "postgres_group.h"

typedef enum sql {
    LOCK_TO_SWEEP = POSTGRES_KEY_WRITE,
    LOOK,
    LOAD,
    LOAD_HOLDERS,
    LOAD_ANSWERS,
    LOAD_EXPIRED,
    LOAD_OLD,
    END,
    FIRST = LOCK_TO_SWEEP
} sql;

static const char *const texts[END - FIRST] = {
    /* Most owners have nothing to sweep: their rows stay as they are. */
    [LOCK_TO_SWEEP - FIRST] =
        "UPDATE owners SET revision = revision + $2 WHERE owner = $1 "
        "AND (EXISTS (SELECT FROM tasks WHERE owner = $1 AND expires_at <= $3) "
        "OR (SELECT deleted_at FROM tombstones WHERE owner = $1 ORDER BY revision LIMIT 1) <= $4 "
        "OR EXISTS (SELECT FROM answers WHERE owner = $1 AND created_at <= $5)) "
        "RETURNING revision, last_id",
    [LOOK - FIRST] = "SELECT revision, last_id FROM owners WHERE owner = $1",
    /* `= ANY` would be planned as a scan of all that the owner has while the table is small. */
    [LOAD - FIRST] =
        "SELECT t.* FROM unnest($2::bigint[]) AS named (named_id), LATERAL (SELECT " LIST_SQL_COLUMNS
        " FROM tasks WHERE owner = $1 AND id = named_id OFFSET 0) t",
    [LOAD_HOLDERS - FIRST] =
        "SELECT t.* FROM unnest($2::text[]) AS named (named_uid), LATERAL (SELECT uid, id FROM tasks "
        "WHERE owner = $1 AND uid = named_uid AND uid IS NOT NULL OFFSET 0) t",
    [LOAD_ANSWERS - FIRST] =
        "SELECT t.* FROM unnest($2::text[]) AS named (named_key), LATERAL (SELECT key, hash, revision, "
        "created_at, answer FROM answers WHERE owner = $1 AND key = named_key OFFSET 0) t",
    [LOAD_EXPIRED - FIRST] = "SELECT " LIST_SQL_COLUMNS " FROM tasks WHERE owner = $1 AND expires_at <= $2 "
                             "ORDER BY expires_at LIMIT $3",
    /* The last of the old tombstones, how many there are, and how many answers are stale. */
    [LOAD_OLD - FIRST] =
        "SELECT last, (SELECT count(*) FROM tombstones WHERE owner = $1 AND revision <= last), "
        "(SELECT count(*) FROM (SELECT FROM answers WHERE owner = $1 AND created_at <= $4 LIMIT $3) stale) "
        "FROM (SELECT max(revision) AS last FROM (SELECT revision FROM tombstones WHERE owner = $1 "
        "AND deleted_at <= $2 AND revision < coalesce((SELECT revision FROM tombstones WHERE owner = $1 "
        "AND deleted_at > $2 ORDER BY revision LIMIT 1), 9223372036854775807) "
        "ORDER BY revision LIMIT $3) old) purged",
};

/* ---- The first round trip: lock and load ---- */

static tasks_status send(postgres_group *g, sql which, const postgres_values *v)
{
    return postgres_group_send(g, which, texts[which - FIRST], v);
}

static tasks_status send_array(postgres_group *g, sql which, const char *owner, postgres_array *array)
{
    postgres_values v = {0};
    postgres_text(&v, owner);
    return postgres_group_arrays(g, which, texts[which - FIRST], &v, array, 1);
}

static int64_t purge_before(const postgres_group *g, const postgres_draft *d)
{
    return d->sweep->now_ms - g->c->store->tombstone_ms;
}

static tasks_status send_lock(postgres_group *g, postgres_share *s)
{
    const postgres_draft *d = &s->draft;
    postgres_values v = {0};
    if (d->changes > d->sweeps)
        return postgres_group_lock(g, s);
    postgres_text(&v, d->owner);
    if (!d->changes)
        return send(g, LOOK, &v);
    postgres_int(&v, d->changes);
    postgres_int(&v, d->sweep->now_ms);
    postgres_int(&v, purge_before(g, d));
    postgres_int(&v, d->sweep->now_ms - BACKEND_REPLY_MS);
    s->locked = true;
    return send(g, LOCK_TO_SWEEP, &v);
}

static tasks_status send_load(postgres_group *g, const postgres_draft *d)
{
    postgres_array ids;
    postgres_array_init(&ids, POSTGRES_INT);
    for (uint32_t i = 0; i < d->id_count; i++)
        postgres_array_int(&ids, d->ids[i]);
    return send_array(g, LOAD, d->owner, &ids);
}

static tasks_status send_load_holders(postgres_group *g, const postgres_draft *d)
{
    postgres_array uids;
    postgres_array_init(&uids, POSTGRES_TEXT);
    for (uint32_t i = 0; i < d->uid_count; i++)
        postgres_array_text(&uids, d->uids[i].uid);
    return send_array(g, LOAD_HOLDERS, d->owner, &uids);
}

static tasks_status send_load_answers(postgres_group *g, const postgres_draft *d)
{
    postgres_array keys;
    postgres_array_init(&keys, POSTGRES_TEXT);
    for (uint32_t i = 0; i < d->key_count; i++)
        postgres_array_text(&keys, d->answers[i].key);
    return send_array(g, LOAD_ANSWERS, d->owner, &keys);
}

static tasks_status send_load_sweep(postgres_group *g, const postgres_draft *d)
{
    postgres_values v = {0}, w = {0};
    postgres_text(&v, d->owner);
    postgres_int(&v, d->sweep->now_ms);
    postgres_int(&v, d->sweep->ops->id);
    tasks_status status = send(g, LOAD_EXPIRED, &v);
    postgres_text(&w, d->owner);
    postgres_int(&w, purge_before(g, d));
    postgres_int(&w, d->sweep->ops->id);
    postgres_int(&w, d->sweep->now_ms - BACKEND_REPLY_MS);
    return status ? status : send(g, LOAD_OLD, &w);
}

/* What the batches of an owner need, in the order in which take_share() reads it. */
static tasks_status send_share(postgres_group *g, postgres_share *s)
{
    const postgres_draft *d = &s->draft;
    tasks_status status = send_lock(g, s);
    if (!status && d->id_count)
        status = send_load(g, d);
    if (!status && d->uid_count)
        status = send_load_holders(g, d);
    if (!status && d->key_count)
        status = send_load_answers(g, d);
    if (!status && d->sweeps)
        status = send_load_sweep(g, d);
    return status;
}

static tasks_status send_first(postgres_group *g)
{
    tasks_status status = postgres_group_begin(g);
    for (uint32_t i = 0; !status && i < g->share_count; i++)
        status = send_share(g, &g->shares[i]);
    return status ? status : postgres_flush(g->c, g->error);
}

/* The next answer, if there is to be one; it is kept as long as the group. */
static tasks_status take_result(postgres_group *g, postgres_share *s, uint32_t wanted, PGresult **out)
{
    *out = NULL;
    if (!wanted)
        return TASKS_OK;
    *out = postgres_group_answer(g);
    if (!*out)
        return g->error->status;
    s->results[s->result_count++] = *out;
    return TASKS_OK;
}

static int rows_of(const PGresult *r)
{
    return r ? postgres_libpq.PQntuples(r) : 0;
}

static void load_rows(postgres_draft *d, const PGresult *r, bool expired)
{
    backend_row row;
    for (int i = 0; i < rows_of(r); i++) {
        postgres_row(r, i, &row);
        postgres_draft_load(d, &row, expired);
    }
}

static tasks_status take_tasks(postgres_group *g, postgres_draft *d, const PGresult *named,
                               const PGresult *expired)
{
    if (postgres_draft_task_room(d, (uint32_t)(rows_of(named) + rows_of(expired))))
        return fail_memory(g->error);
    load_rows(d, named, false);
    load_rows(d, expired, true);
    postgres_draft_loaded(d);
    return TASKS_OK;
}

static void take_holders(postgres_draft *d, const PGresult *r)
{
    for (int i = 0; i < rows_of(r); i++)
        postgres_draft_hold(d, postgres_libpq.PQgetvalue(r, i, 0), postgres_column_int(r, i, 1));
}

static void take_answers(postgres_draft *d, const PGresult *r)
{
    for (int i = 0; i < rows_of(r); i++) {
        const postgres_draft_answer kept = {.key = postgres_libpq.PQgetvalue(r, i, 0),
                                            .hash = (uint64_t)postgres_column_int(r, i, 1),
                                            .revision = postgres_column_int(r, i, 2),
                                            .created_at = postgres_column_int(r, i, 3),
                                            .text = postgres_libpq.PQgetvalue(r, i, 4)};
        postgres_draft_answered(d, &kept);
    }
}

static void take_old(postgres_share *s, const PGresult *r)
{
    if (!rows_of(r))
        return;
    s->purge_end = postgres_column_int(r, 0, 0);
    s->purged = postgres_column_int(r, 0, 1);
    s->stale = postgres_column_int(r, 0, 2);
}

static tasks_status take_share(postgres_group *g, postgres_share *s)
{
    postgres_draft *d = &s->draft;
    PGresult *named, *holders, *answers, *expired, *old;
    tasks_status status = postgres_group_locked(g, s);
    if (!status)
        status = take_result(g, s, d->id_count, &named);
    if (!status)
        status = take_result(g, s, d->uid_count, &holders);
    if (!status)
        status = take_result(g, s, d->key_count, &answers);
    if (!status)
        status = take_result(g, s, d->sweeps, &expired);
    if (!status)
        status = take_result(g, s, d->sweeps, &old);
    if (status)
        return status;
    take_holders(d, holders);
    take_answers(d, answers);
    if (s->locked) /* without the lock there is nothing to sweep, or it is for another time */
        take_old(s, old);
    return take_tasks(g, d, named, s->locked ? expired : NULL);
}

static tasks_status take_first(postgres_group *g)
{
    PGresult *begun = postgres_group_answer(g);
    tasks_status status = begun ? TASKS_OK : g->error->status;
    postgres_libpq.PQclear(begun);
    for (uint32_t i = 0; !status && i < g->share_count; i++)
        status = take_share(g, &g->shares[i]);
    return status;
}

/* ---- The second round trip: write and commit ---- */

static bool writes(const postgres_group *g)
{
    bool any = false;
    for (uint32_t i = 0; i < g->share_count; i++) {
        const postgres_share *s = &g->shares[i];
        any |= s->purge_end || s->stale || (s->locked && s->draft.revision > s->revision - s->draft.changes);
        for (uint32_t j = 0; j < s->draft.key_count; j++)
            any |= s->draft.answers[j].changed;
    }
    return any;
}

static backend_outcome save(postgres_group *g)
{
    tasks_status status = TASKS_OK;
    for (uint32_t i = 0; !status && i < g->share_count; i++)
        status = postgres_save(g, &g->shares[i]);
    if (!status)
        status = postgres_group_commit(g);
    g->c->broken |= status != TASKS_OK; /* half of it went out, without COMMIT */
    return status ? BACKEND_UNDONE : postgres_group_outcome(g, BACKEND_COMMITTED);
}

/* Half a group is on its way: its answers are read before the transaction ends. */
static void abandon(postgres_group *g)
{
    tasks_error ignored;
    if (!g->c->broken && !postgres_sync(g->c, &ignored))
        postgres_drain(g->c);
    postgres_group_roll_back(g);
}

static backend_outcome look_and_save(postgres_group *g)
{
    tasks_status status = send_first(g);
    if (!status)
        status = take_first(g);
    if (!status)
        postgres_group_run(g);
    if (!status && writes(g))
        return save(g);
    abandon(g);
    return status ? BACKEND_UNDONE : BACKEND_COMMITTED;
}

/* ---- The group ---- */

static tasks_status start(postgres_group *g)
{
    arena_init(&g->memory);
    *g->c->sqlstate = 0;
    tasks_status status = postgres_group_collect(g);
    return status ? status : postgres_begin(g->c, g->error);
}

static backend_outcome carry(postgres_group *g)
{
    if (start(g))
        return BACKEND_UNDONE;
    if (!postgres_create_fits(g))
        return look_and_save(g);
    return postgres_create_send(g) ? BACKEND_UNDONE : postgres_create_take(g);
}

/* Only what needs one round trip. Without memory, or when the connection is lost, it is as if nobody had
 * tried; write() finds out. */
void postgres_write_ahead(void *connection, backend_batch *const *batches, uint32_t batch_count)
{
    postgres_connection *c = connection;
    tasks_error ignored;
    postgres_group *g = malloc(sizeof *g);
    if (!g)
        return;
    *g = (postgres_group){.c = c, .batches = batches, .batch_count = batch_count, .error = &ignored};
    postgres_deadline(c, c->store->timeout_ms + POSTGRES_GRACE_MS);
    if (postgres_create_fits(g) && !start(g) && !postgres_create_send(g)) {
        c->ahead = g;
        return;
    }
    postgres_group_done(g);
    free(g);
}

/* The batches are those that were sent, in an array of their own, as the error is. */
static backend_outcome carry_ahead(postgres_connection *c, backend_batch *const *batches, tasks_error *error)
{
    postgres_group *g = c->ahead;
    c->ahead = NULL;
    g->batches = batches;
    g->error = error;
    backend_outcome outcome = postgres_create_take(g);
    postgres_group_done(g);
    free(g);
    return outcome;
}

static backend_outcome carry_once(postgres_connection *c, backend_batch *const *batches, uint32_t batch_count,
                                  tasks_error *error)
{
    postgres_group g = {.c = c, .batches = batches, .batch_count = batch_count, .error = error};
    backend_outcome outcome = carry(&g);
    postgres_group_done(&g);
    return outcome;
}

backend_outcome postgres_write(void *connection, backend_batch *const *batches, uint32_t batch_count,
                               tasks_error *error)
{
    postgres_connection *c = connection;
    backend_outcome outcome;
    bool again;
    int tries = 0;
    if (!c->ahead)
        postgres_deadline(c, c->store->timeout_ms + POSTGRES_GRACE_MS);
    do {
        outcome = c->ahead ? carry_ahead(c, batches, error) : carry_once(c, batches, batch_count, error);
        again = outcome == BACKEND_UNDONE && postgres_again(c) && ++tries < POSTGRES_TRIES;
        if (again)
            postgres_forget(c);
    } while (again);
    return outcome;
}
