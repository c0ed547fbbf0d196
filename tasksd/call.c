#include "call.h"

#include "fail.h"

void call_init(struct call *call, enum call_kind kind)
{
    *call = (struct call){.kind = kind};
    if (kind == CALL_LOOKUP)
        call->lookup = (tasks_lookup)TASKS_LOOKUP_INIT;
    else
        call->batch = (tasks_batch)TASKS_BATCH_INIT;
}

void call_done(struct call *call)
{
    if (call->kind == CALL_LOOKUP)
        tasks_task_free(call->lookup.task);
    else
        tasks_page_free(call->batch.page);
    tasks_patches_free(call->patches);
}

void call_tell(struct call *call, call_made *made, void *context)
{
    if (call->kind == CALL_LOOKUP) {
        call->lookup.done = made;
        call->lookup.context = context;
    } else {
        call->batch.done = made;
        call->batch.context = context;
    }
}

static void apply_alone(struct call *call, const char *key)
{
    tasks_batch *batch = &call->batch;
    int32_t replayed = 0;
    batch->status = key ? tasks_apply_once(batch->db, key, batch->ops, batch->count, &batch->page, &replayed,
                                           &batch->error)
                        : tasks_apply(batch->db, batch->ops, batch->count, &batch->page, &batch->error);
    call->replayed |= replayed != 0;
}

void call_make_alone(struct call *call, const char *key)
{
    tasks_lookup *lookup = &call->lookup;
    call->made++;
    if (call->kind == CALL_LOOKUP)
        lookup->status = tasks_get(lookup->db, lookup->id, &lookup->task, &lookup->error);
    else
        apply_alone(call, key);
}

void call_give_up(struct call *call, int64_t waited_ms)
{
    bool reads = call->kind == CALL_LOOKUP;
    tasks_error *error = reads ? &call->lookup.error : &call->batch.error;
    *(reads ? &call->lookup.status : &call->batch.status) =
        fail(error, TASKS_TIMEOUT, "wait_timeout", "the store was busy with others for %lld ms",
             (long long)waited_ms);
}

static void look_up(struct call *const *calls, uint32_t count)
{
    tasks_lookup *lookups[CALL_GROUP_MAX];
    for (uint32_t i = 0; i < count; i++)
        lookups[i] = &calls[i]->lookup;
    tasks_get_each(lookups, count);
}

static void apply(struct call *const *calls, uint32_t count)
{
    tasks_batch *batches[CALL_GROUP_MAX];
    for (uint32_t i = 0; i < count; i++)
        batches[i] = &calls[i]->batch;
    tasks_apply_each(batches, count);
}

void call_make(struct call *const *calls, uint32_t count)
{
    if (count && calls[0]->kind == CALL_LOOKUP)
        look_up(calls, count);
    else if (count)
        apply(calls, count);
}
