/* Copying a store into another one, whatever their backends.
 *
 * The source is read as of one moment. The target remembers a fingerprint of the source and how many records
 * it has, in the transaction that brings them: so a copy that was cut off goes on where it was if the source
 * is still the same, and starts again if it is not. In the end the target is read back and compared. */
#include <math.h>
#include <string.h>

#include "db.h"
#include "fail.h"
#include "hash.h"
#include "sized.h"

/* One transaction of the target, and how often progress is told. */
enum { COMMIT_RECORDS = 8192, COMMIT_BYTES = 2 << 20, TELL_RECORDS = 512 };

/* What all records of a kind came to, in whatever order. */
typedef struct digest {
    uint64_t sum;
    int64_t count;
} digest;

typedef struct copy {
    const backend_copy_ops *out, *in;
    tasks_db *from, *to; /* to is NULL when a dry run finds no store */
    void *source, *target;
    tasks_progress progress;
    void *context;
    bool dry_run;
    bool explained;                       /* the error says which end it is about, or that it is about none */
    int64_t counts[BACKEND_KINDS], total; /* of the source */
    digest read;                          /* from the source */
    int64_t skip;                         /* records that the target had before */
    int64_t told;                         /* progress: records copied and records compared */
    int64_t pending_records;              /* not committed yet */
    size_t pending_bytes;
    int64_t written;
} copy;

/* ---- The hash of a record ---- */

static uint64_t hash_task(uint64_t hash, const backend_row *row)
{
    const tasks_task *t = &row->task;
    const int64_t numbers[] = {t->id,           t->revision,      t->completed,       t->priority,
                               t->due_at_ms,    t->expires_at_ms, t->completed_at_ms, t->created_at_ms,
                               t->updated_at_ms};
    double order = isnan(t->order) ? INFINITY : t->order;
    hash = hash_bytes(hash_bytes(hash, numbers, sizeof numbers), &order, sizeof order);
    hash = hash_text(hash_text(hash, t->uid), t->title);
    return hash_text(hash_text(hash, row->tags), t->notes);
}

static uint64_t hash_token(uint64_t hash, const backend_token *token)
{
    const int64_t numbers[] = {token->id, token->read_only, token->created_at_ms, token->expires_at_ms};
    hash = hash_bytes(hash, numbers, sizeof numbers);
    return hash_bytes(hash, token->digest, BACKEND_DIGEST);
}

static uint64_t hash_record(const backend_record *r)
{
    const int64_t numbers[] = {r->kind, r->revision, r->last_id, r->purged, r->hash, r->created_at_ms};
    uint64_t hash = hash_text(hash_bytes(HASH_START, numbers, sizeof numbers), r->owner);
    if (r->kind == BACKEND_TASK || r->kind == BACKEND_TOMBSTONE)
        hash = hash_task(hash, &r->row);
    else if (r->kind == BACKEND_ANSWER)
        hash = hash_text(hash_text(hash, r->key), r->answer);
    else if (r->kind == BACKEND_TOKEN)
        hash = hash_token(hash, r->token);
    return hash;
}

static void digest_add(digest *d, const backend_record *r)
{
    d->sum += hash_record(r);
    d->count++;
}

static tasks_status take_digest(void *context, const backend_record *r, tasks_error *error)
{
    (void)error;
    digest_add(context, r);
    return TASKS_OK;
}

/* ---- Errors ---- */

static const char source_end[] = "source", target_end[] = "target";

/* Who reads "disk full" wants to know whose. The first to see an error knows best where it comes from. */
static tasks_status at_end(copy *c, const char *end, tasks_status status, tasks_error *error)
{
    tasks_error named;
    if (!status || c->explained)
        return status;
    fail(&named, status, error->code, "%s: %s", end, error->message);
    memcpy(error->message, named.message, sizeof error->message);
    c->explained = true;
    return status;
}

/* ---- Progress ---- */

static tasks_status tell(copy *c, tasks_error *error)
{
    c->told++;
    if (!c->progress || (c->told % TELL_RECORDS && c->told != 2 * c->total) ||
        !c->progress(c->context, c->told, 2 * c->total))
        return TASKS_OK;
    c->explained = true;
    return fail(error, TASKS_TIMEOUT, "wait_timeout", "the copy was stopped; run it again to go on");
}

/* ---- Comparing ---- */

typedef struct reading {
    copy *copy;
    digest *digest;
} reading;

static tasks_status take_told(void *context, const backend_record *r, tasks_error *error)
{
    const reading *now = context;
    digest_add(now->digest, r);
    return tell(now->copy, error);
}

static tasks_status read_all(copy *c, const char *end, digest *out, tasks_error *error)
{
    bool source = end == source_end;
    const backend_copy_ops *ops = source ? c->out : c->in;
    reading now = {c, out};
    const backend_taker taker = {&now, take_told};
    tasks_status status = TASKS_OK;
    for (int kind = 0; !status && kind < BACKEND_KINDS; kind++)
        status = ops->export(source ? c->source : c->target, (backend_kind)kind, &taker, error);
    return at_end(c, end, status, error);
}

static tasks_status read_target(copy *c, digest *out, tasks_error *error)
{
    int64_t counts[BACKEND_KINDS];
    tasks_status status = c->in->begin(c->target, counts, error);
    if (status)
        return status;
    status = read_all(c, target_end, out, error);
    c->in->end(c->target);
    return status;
}

static bool same(const digest *a, const digest *b)
{
    return a->sum == b->sum && a->count == b->count;
}

/* A target in use is fine if it is already what it would become. */
static tasks_status compare(copy *c, tasks_error *error)
{
    digest there = {0};
    tasks_status status = read_all(c, source_end, &c->read, error);
    if (!status)
        status = read_target(c, &there, error);
    if (status)
        return status;
    c->explained = true;
    if (!same(&c->read, &there))
        return fail(error, TASKS_CONFLICT, "store_not_empty",
                    "the target holds other tasks: copy into an empty store");
    c->skip = c->total;
    return TASKS_OK;
}

/* ---- Copying ---- */

static tasks_status commit(copy *c, tasks_error *error)
{
    tasks_status status = c->in->commit(c->target, c->read.count, error);
    if (!status)
        c->written += c->pending_records;
    c->pending_records = 0;
    c->pending_bytes = 0;
    return at_end(c, target_end, status, error);
}

static size_t length_of(const char *text)
{
    return text ? strlen(text) : 0;
}

static size_t size_of(const backend_record *r)
{
    const tasks_task *t = &r->row.task;
    return sizeof *r + length_of(r->owner) + length_of(t->title) + length_of(t->notes) +
           2 * length_of(r->row.tags) + length_of(r->key) + length_of(r->answer);
}

static tasks_status take_record(void *context, const backend_record *r, tasks_error *error)
{
    copy *c = context;
    tasks_status status = tell(c, error);
    if (status)
        return status;
    digest_add(&c->read, r);
    if (c->read.count <= c->skip)
        return TASKS_OK;
    status = at_end(c, target_end, c->in->add(c->target, r, error), error);
    c->pending_records++;
    c->pending_bytes += size_of(r);
    if (!status && (c->pending_records >= COMMIT_RECORDS || c->pending_bytes >= COMMIT_BYTES))
        status = commit(c, error);
    return status;
}

static tasks_status copy_all(copy *c, tasks_error *error)
{
    const backend_taker taker = {c, take_record};
    tasks_status status = TASKS_OK;
    for (int kind = 0; !status && kind < BACKEND_KINDS; kind++) {
        status = at_end(c, source_end, c->out->export(c->source, (backend_kind)kind, &taker, error), error);
        if (!status && c->pending_records)
            status = commit(c, error);
    }
    return status;
}

/* A target that came out wrong is emptied, so that the next try starts afresh. */
static tasks_status verify(copy *c, tasks_error *error)
{
    digest there = {0};
    tasks_status status = read_target(c, &there, error);
    if (status)
        return status;
    if (same(&c->read, &there))
        return c->in->finish(c->target, error);
    status = c->in->start(c->target, 0, error);
    if (status)
        return status;
    c->explained = true;
    return fail(error, TASKS_CORRUPT, "copy_differs",
                "the copy differed from its source and was emptied: run it again");
}

/* ---- Both ends ---- */

/* Another source, or the same after a change, is another number: each change of tasks moves its owner's. */
static tasks_status fingerprint(copy *c, int64_t *out, tasks_error *error)
{
    digest d = {.sum = hash_bytes(HASH_START, c->counts, sizeof c->counts)};
    const backend_taker taker = {&d, take_digest};
    static const backend_kind kinds[] = {BACKEND_OWNER, BACKEND_TOKEN, BACKEND_COUNTER};
    tasks_status status = TASKS_OK;
    for (size_t i = 0; !status && i < sizeof kinds / sizeof *kinds; i++)
        status = at_end(c, source_end, c->out->export(c->source, kinds[i], &taker, error), error);
    *out = d.sum ? (int64_t)d.sum : 1; /* 0 is nobody's */
    return status;
}

static tasks_status fill(copy *c, const backend_import *found, int64_t mark, tasks_error *error)
{
    bool goes_on = found->unfinished && found->fingerprint == mark && found->done <= c->total;
    tasks_status status = TASKS_OK;
    c->skip = goes_on ? found->done : 0;
    if (c->dry_run)
        return TASKS_OK;
    if (!goes_on)
        status = c->in->start(c->target, mark, error);
    if (!status)
        status = copy_all(c, error);
    return status ? status : verify(c, error);
}

static tasks_status run_target(void *connection, void *context, tasks_error *error)
{
    copy *c = context;
    backend_import found;
    int64_t mark;
    c->target = connection;
    tasks_status status = fingerprint(c, &mark, error);
    if (!status)
        status = c->in->look(connection, &found, error);
    if (status)
        return status;
    return found.empty || found.unfinished ? fill(c, &found, mark, error) : compare(c, error);
}

static tasks_status run_source(void *connection, void *context, tasks_error *error)
{
    copy *c = context;
    c->source = connection;
    tasks_status status = c->out->begin(connection, c->counts, error);
    if (status)
        return status;
    for (int kind = 0; kind < BACKEND_KINDS; kind++)
        c->total += c->counts[kind];
    if (c->to)
        status =
            db_with_connection(c->to, &(db_alone){POOL_WRITE, TASKS_OPERATION_WHOLE, run_target, c}, error);
    c->out->end(connection);
    return at_end(c, target_end, status, error);
}

/* ---- The public call ---- */

static tasks_status open_end(const tasks_options *theirs, int32_t migrate, bool importing, tasks_db **out,
                             tasks_error *error)
{
    db_target target = {.importing = importing};
    tasks_status status = db_find(theirs, &target, error);
    if (status)
        return status;
    target.options.pool_size = 1;
    target.options.migrate = migrate;
    return db_open_target(&target, out, error);
}

/* A dry run makes no store: that there is none yet is no fault. */
static tasks_status open_target(copy *c, const tasks_options *to, tasks_error *error)
{
    tasks_migration now = {0};
    tasks_status status = c->dry_run ? tasks_migrate(to, 1, &now, error) : TASKS_OK;
    if (status || (c->dry_run && !now.from))
        return status;
    return open_end(to, c->dry_run ? TASKS_MIGRATE_NO : TASKS_MIGRATE_YES, true, &c->to, error);
}

static tasks_status report(const copy *c, tasks_copied *out, tasks_error *error)
{
    const tasks_copied figures = {.owners = c->counts[BACKEND_OWNER],
                                  .tasks = c->counts[BACKEND_TASK],
                                  .tombstones = c->counts[BACKEND_TOMBSTONE],
                                  .tokens = c->counts[BACKEND_TOKEN],
                                  .records = c->total,
                                  .copied = c->dry_run ? c->total - c->skip : c->written};
    return out ? sized_write(out, &figures, sizeof figures, "tasks_copied", error) : TASKS_OK;
}

tasks_status tasks_copy(const tasks_options *from, const tasks_options *to, int32_t dry_run,
                        tasks_progress progress, void *context, tasks_copied *out, tasks_error *error)
{
    tasks_error own;
    copy c = {.progress = progress, .context = context, .dry_run = dry_run};
    if (!error)
        error = &own;
    tasks_status status =
        at_end(&c, source_end, open_end(from, TASKS_MIGRATE_NO, false, &c.from, error), error);
    if (!status)
        status = at_end(&c, target_end, open_target(&c, to, error), error);
    if (!status) {
        c.out = c.from->store->ops->copy;
        c.in = c.to ? c.to->store->ops->copy : NULL;
        const db_alone alone = {POOL_READ, TASKS_OPERATION_WHOLE, run_source, &c};
        status = at_end(&c, source_end, db_with_connection(c.from, &alone, error), error);
    }
    tasks_close(c.from);
    tasks_close(c.to);
    return status ? status : report(&c, out, error);
}
