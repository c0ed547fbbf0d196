#include "postgres_draft.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"

/* What to put back: a task, or the holder of a uid. */
typedef struct postgres_draft_step {
    postgres_draft_task *task;
    postgres_draft_task task_before;
    postgres_draft_uid *uid;
    int64_t holder_before;
} postgres_draft_step;

enum { STEPS_OF_OP = 3 }; /* a task, the uid that it loses, the uid that it gets */

typedef struct run {
    postgres_draft *draft;
    backend_batch *batch;
    int64_t revision; /* that the batch gets if it changes something */
} run;

/* ---- What the batches need ---- */

static bool sets_uid(const backend_op *op)
{
    bool sets = op->kind == TASKS_CREATE || (op->kind == TASKS_UPDATE && op->fields.set & TASKS_SET_UID);
    return sets && op->fields.uid;
}

static bool names_task(const backend_op *op)
{
    return op->kind == TASKS_UPDATE || op->kind == TASKS_DELETE;
}

static bool changes(const backend_op *op)
{
    return op->kind != TASKS_UPDATE || op->fields.set;
}

void postgres_draft_init(postgres_draft *d, arena *memory, const char *owner)
{
    *d = (postgres_draft){.owner = owner, .memory = memory};
}

void postgres_draft_count(postgres_draft *d, backend_batch *batch)
{
    bool any = batch->key; /* two with the same key wait for each other */
    d->key_count += any;
    for (uint32_t i = 0; i < batch->count; i++) {
        const backend_op *op = &batch->ops[i];
        d->creates += op->kind == TASKS_CREATE;
        d->id_count += names_task(op);
        d->uid_count += sets_uid(op);
        any |= changes(op);
        if (op->kind == BACKEND_SWEEP) {
            d->sweeps++;
            d->sweep = batch;
        }
    }
    d->ops += batch->count;
    d->changes += any;
    d->longest = batch->count > d->longest ? batch->count : d->longest;
}

tasks_status postgres_draft_room(postgres_draft *d)
{
    d->ids = arena_alloc(d->memory, (d->id_count + 1) * sizeof *d->ids);
    d->uids = arena_alloc(d->memory, (d->uid_count + 1) * sizeof *d->uids);
    d->answers = arena_alloc(d->memory, (d->key_count + 1) * sizeof *d->answers);
    d->id_count = d->uid_count = d->key_count = 0;
    return d->ids && d->uids && d->answers ? TASKS_OK : TASKS_NO_MEMORY;
}

void postgres_draft_name(postgres_draft *d, const backend_batch *batch)
{
    if (batch->key)
        d->answers[d->key_count++] = (postgres_draft_answer){.key = batch->key};
    for (uint32_t i = 0; i < batch->count; i++) {
        const backend_op *op = &batch->ops[i];
        if (names_task(op))
            d->ids[d->id_count++] = op->id;
        if (sets_uid(op))
            d->uids[d->uid_count++] = (postgres_draft_uid){.uid = op->fields.uid};
    }
}

static int compare_uids(const void *a, const void *b)
{
    return strcmp(((const postgres_draft_uid *)a)->uid, ((const postgres_draft_uid *)b)->uid);
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(((const postgres_draft_answer *)a)->key, ((const postgres_draft_answer *)b)->key);
}

void postgres_draft_named(postgres_draft *d)
{
    uint32_t kept = 0;
    qsort(d->uids, d->uid_count, sizeof *d->uids, compare_uids);
    for (uint32_t i = 0; i < d->uid_count; i++)
        if (!kept || compare_uids(&d->uids[kept - 1], &d->uids[i]) != 0)
            d->uids[kept++] = d->uids[i];
    d->uid_count = kept;
    kept = 0;
    qsort(d->answers, d->key_count, sizeof *d->answers, compare_keys);
    for (uint32_t i = 0; i < d->key_count; i++)
        if (!kept || compare_keys(&d->answers[kept - 1], &d->answers[i]) != 0)
            d->answers[kept++] = d->answers[i];
    d->key_count = kept;
}

/* ---- What there is ---- */

tasks_status postgres_draft_task_room(postgres_draft *d, uint32_t count)
{
    size_t steps = (size_t)d->longest * STEPS_OF_OP + (d->sweeps ? (size_t)count * STEPS_OF_OP : 0);
    d->tasks = arena_alloc(d->memory, (count + d->creates + 1) * sizeof *d->tasks);
    d->graves = arena_alloc(d->memory, (d->ops + count + 1) * sizeof *d->graves);
    d->steps = arena_alloc(d->memory, (steps + 1) * sizeof *d->steps);
    d->loaded = d->task_count = d->grave_count = 0;
    return d->tasks && d->graves && d->steps ? TASKS_OK : TASKS_NO_MEMORY;
}

void postgres_draft_load(postgres_draft *d, const backend_row *row, bool expired)
{
    d->tasks[d->task_count++] = (postgres_draft_task){.row = *row,
                                                      .stored_uid = row->task.uid,
                                                      .stored_tags = row->tags,
                                                      .stored = true,
                                                      .present = true,
                                                      .expired = expired};
}

static int compare_tasks(const void *a, const void *b)
{
    int64_t left = ((const postgres_draft_task *)a)->row.task.id;
    int64_t right = ((const postgres_draft_task *)b)->row.task.id;
    return (left > right) - (left < right);
}

void postgres_draft_loaded(postgres_draft *d)
{
    uint32_t kept = 0;
    qsort(d->tasks, d->task_count, sizeof *d->tasks, compare_tasks);
    for (uint32_t i = 0; i < d->task_count; i++) {
        if (!kept || compare_tasks(&d->tasks[kept - 1], &d->tasks[i]) != 0)
            d->tasks[kept++] = d->tasks[i];
        else
            d->tasks[kept - 1].expired |= d->tasks[i].expired;
    }
    d->loaded = d->task_count = kept;
}

static postgres_draft_uid *find_uid(const postgres_draft *d, const char *uid)
{
    const postgres_draft_uid key = {.uid = uid};
    return uid ? bsearch(&key, d->uids, d->uid_count, sizeof *d->uids, compare_uids) : NULL;
}

void postgres_draft_hold(postgres_draft *d, const char *uid, int64_t holder)
{
    postgres_draft_uid *place = find_uid(d, uid);
    if (place)
        place->holder = holder;
}

static postgres_draft_answer *find_answer(const postgres_draft *d, const char *key)
{
    const postgres_draft_answer wanted = {.key = key};
    return bsearch(&wanted, d->answers, d->key_count, sizeof *d->answers, compare_keys);
}

void postgres_draft_answered(postgres_draft *d, const postgres_draft_answer *answer)
{
    postgres_draft_answer *place = find_answer(d, answer->key);
    if (place)
        *place = *answer;
}

/* ---- Changing, so that it can be undone ---- */

static void will_change(postgres_draft *d, postgres_draft_task *task)
{
    d->steps[d->step_count++] = (postgres_draft_step){.task = task, .task_before = *task};
    task->changed = true;
}

/* A uid that no batch sets is not kept: nobody will ask who holds it. */
static void set_holder(postgres_draft *d, const char *uid, int64_t holder)
{
    postgres_draft_uid *place = find_uid(d, uid);
    if (!place)
        return;
    d->steps[d->step_count++] = (postgres_draft_step){.uid = place, .holder_before = place->holder};
    place->holder = holder;
}

static void undo(postgres_draft *d)
{
    while (d->step_count) {
        const postgres_draft_step *step = &d->steps[--d->step_count];
        if (step->task)
            *step->task = step->task_before;
        else
            step->uid->holder = step->holder_before;
    }
}

/* ---- The operations ---- */

static tasks_status emit(run *r, const backend_row *row)
{
    return r->batch->sink.row(r->batch->sink.context, row) ? fail_memory(&r->batch->error) : TASKS_OK;
}

static tasks_status uid_free(run *r, const char *uid, int64_t id)
{
    const postgres_draft_uid *place = find_uid(r->draft, uid);
    if (!place || !place->holder || place->holder == id)
        return TASKS_OK;
    return fail(&r->batch->error, TASKS_CONFLICT, "uid_taken", "another task of this owner has this uid");
}

static bool alive(const postgres_draft_task *task, int64_t now_ms)
{
    int64_t end = task->row.task.expires_at_ms;
    return task->present && (end == TASKS_NO_TIME || end > now_ms);
}

static postgres_draft_task *find_task(const postgres_draft *d, int64_t id)
{
    const postgres_draft_task key = {.row.task.id = id};
    postgres_draft_task *task = bsearch(&key, d->tasks, d->loaded, sizeof *d->tasks, compare_tasks);
    int64_t first = d->last_id - (d->task_count - d->loaded) + 1; /* new tasks have ids without gaps */
    if (!task && id >= first && id <= d->last_id)
        task = &d->tasks[d->loaded + (id - first)];
    return task;
}

/* The task must be there, and at the revision that the operation wants. */
static tasks_status find(run *r, const backend_op *op, postgres_draft_task **out)
{
    postgres_draft_task *task = *out = find_task(r->draft, op->id);
    if (!task || !alive(task, r->batch->now_ms))
        return fail(&r->batch->error, TASKS_NOT_FOUND, "task_missing", "no task %lld", (long long)op->id);
    int64_t revision = task->row.task.revision;
    if (op->if_revision && op->if_revision != revision)
        return fail(&r->batch->error, TASKS_CONFLICT, "revision_mismatch",
                    "task %lld is at revision %lld, not %lld", (long long)op->id, (long long)revision,
                    (long long)op->if_revision);
    return TASKS_OK;
}

static backend_row new_row(const run *r, int64_t id, const backend_fields *f)
{
    int64_t now = r->batch->now_ms;
    return (backend_row){
        .task = {.id = id,
                 .revision = r->revision,
                 .completed = f->completed,
                 .priority = f->priority,
                 .order = f->order,
                 .due_at_ms = f->due_at_ms,
                 .expires_at_ms = f->expires_at_ms,
                 .completed_at_ms = f->completed ? now : TASKS_NO_TIME,
                 .created_at_ms = now,
                 .updated_at_ms = now,
                 .uid = f->uid,
                 .title = f->title,
                 .notes = f->notes},
        .tags = f->tags,
    };
}

static tasks_status create(run *r, const backend_op *op)
{
    postgres_draft *d = r->draft;
    tasks_status status = uid_free(r, op->fields.uid, 0);
    if (status)
        return status;
    postgres_draft_task *task = &d->tasks[d->task_count++];
    *task =
        (postgres_draft_task){.row = new_row(r, ++d->last_id, &op->fields), .present = true, .changed = true};
    set_holder(d, op->fields.uid, d->last_id);
    return emit(r, &task->row);
}

static void assign_completed(tasks_task *task, int32_t completed, int64_t now_ms)
{
    task->completed = completed;
    if (!completed)
        task->completed_at_ms = TASKS_NO_TIME;
    else if (task->completed_at_ms == TASKS_NO_TIME)
        task->completed_at_ms = now_ms;
}

static void assign(backend_row *row, const backend_fields *f, int64_t now_ms)
{
    tasks_task *task = &row->task;
    if (f->set & TASKS_SET_TITLE)
        task->title = f->title;
    if (f->set & TASKS_SET_NOTES)
        task->notes = f->notes;
    if (f->set & TASKS_SET_COMPLETED)
        assign_completed(task, f->completed, now_ms);
    if (f->set & TASKS_SET_PRIORITY)
        task->priority = f->priority;
    if (f->set & TASKS_SET_ORDER)
        task->order = f->order;
    if (f->set & TASKS_SET_TAGS)
        row->tags = f->tags;
    if (f->set & TASKS_SET_DUE_AT)
        task->due_at_ms = f->due_at_ms;
    if (f->set & TASKS_SET_EXPIRES_AT)
        task->expires_at_ms = f->expires_at_ms;
    if (f->set & TASKS_SET_UID)
        task->uid = f->uid;
}

static tasks_status update(run *r, const backend_op *op)
{
    postgres_draft_task *task;
    const backend_fields *f = &op->fields;
    tasks_status status = find(r, op, &task);
    if (!status && f->set & TASKS_SET_UID)
        status = uid_free(r, f->uid, op->id);
    if (status)
        return status;
    if (f->set) {
        will_change(r->draft, task);
        if (f->set & TASKS_SET_UID) {
            set_holder(r->draft, task->row.task.uid, 0);
            set_holder(r->draft, f->uid, op->id);
        }
        assign(&task->row, f, r->batch->now_ms);
        task->row.task.revision = r->revision;
        task->row.task.updated_at_ms = r->batch->now_ms;
    }
    return emit(r, &task->row);
}

static tasks_status bury(run *r, postgres_draft_task *task)
{
    postgres_draft *d = r->draft;
    const tasks_task *t = &task->row.task;
    will_change(d, task);
    task->present = false;
    set_holder(d, t->uid, 0);
    d->graves[d->grave_count++] = (postgres_draft_grave){t->id, r->revision, r->batch->now_ms, t->uid};
    return emit(r, &task->row);
}

static tasks_status delete (run *r, const backend_op *op)
{
    postgres_draft_task *task;
    tasks_status status = find(r, op, &task);
    return status ? status : bury(r, task);
}

static tasks_status sweep(run *r, const backend_op *op)
{
    tasks_status status = TASKS_OK;
    int64_t *removed = &r->batch->removed;
    for (uint32_t i = 0; !status && i < r->draft->loaded && *removed < op->id; i++) {
        postgres_draft_task *task = &r->draft->tasks[i];
        if (!task->expired || !task->present || alive(task, r->batch->now_ms))
            continue;
        status = bury(r, task);
        ++*removed;
    }
    return status;
}

static tasks_status run_op(run *r, const backend_op *op)
{
    switch (op->kind) {
    case TASKS_CREATE:
        return create(r, op);
    case TASKS_UPDATE:
        return update(r, op);
    case TASKS_DELETE:
        return delete (r, op);
    default:
        return sweep(r, op);
    }
}

static tasks_status run_ops(run *r)
{
    for (uint32_t i = 0; i < r->batch->count; i++) {
        tasks_status status = run_op(r, &r->batch->ops[i]);
        if (status) {
            r->batch->error.op_index = (int32_t)i;
            return status;
        }
    }
    return TASKS_OK;
}

/* ---- Batches with a key ---- */

static tasks_status replay(backend_batch *batch, const postgres_draft_answer *answer)
{
    if (answer->hash != batch->key_hash)
        return fail_field(&batch->error, "key", "key_reused",
                          "this key was used for another batch: take a new one");
    batch->replayed = true;
    batch->revision = answer->revision;
    tasks_status status = batch->sink.replay(batch->sink.context, answer->text);
    if (status)
        fail(&batch->error, status, status == TASKS_NO_MEMORY ? "no_memory" : "store_damaged",
             "the answer that is kept for this key cannot be read");
    return status;
}

static tasks_status keep(const run *r, postgres_draft_answer *answer)
{
    backend_batch *batch = r->batch;
    const char *text;
    if (batch->sink.answer(batch->sink.context, &text) ||
        !(text = arena_copy(r->draft->memory, text, strlen(text))))
        return fail_memory(&batch->error);
    *answer =
        (postgres_draft_answer){batch->key, text, batch->key_hash, batch->revision, batch->now_ms, true};
    return TASKS_OK;
}

/* ---- Batches ---- */

/* Runs the operations, all or none. */
static tasks_status run_batch(run *r, postgres_draft_answer *answer)
{
    postgres_draft *d = r->draft;
    uint32_t task_count = d->task_count, grave_count = d->grave_count;
    int64_t last_id = d->last_id;
    tasks_status status = run_ops(r);
    bool changed = d->step_count || d->task_count > task_count;
    r->batch->revision = d->revision + changed;
    if (!status && answer)
        status = keep(r, answer);
    if (status) {
        undo(d);
        d->task_count = task_count;
        d->grave_count = grave_count;
        d->last_id = last_id;
    } else {
        d->revision = r->batch->revision;
    }
    d->step_count = 0;
    return status;
}

void postgres_draft_run(postgres_draft *d, backend_batch *batch)
{
    run r = {d, batch, d->revision + 1};
    postgres_draft_answer *answer = batch->key ? find_answer(d, batch->key) : NULL;
    batch->sink.restart(batch->sink.context);
    batch->removed = 0;
    batch->replayed = false;
    batch->error.op_index = -1;
    if (answer && answer->text && answer->created_at > batch->now_ms - BACKEND_REPLY_MS)
        batch->status = replay(batch, answer);
    else
        batch->status = run_batch(&r, answer);
}
