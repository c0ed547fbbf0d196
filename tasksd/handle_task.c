#include "handle.h"

#include <string.h>

#include "etag.h"
#include "fail.h"
#include "problem.h"

enum { OBJECT_MAX = 64 << 10 };

static void location_field(buf *to, const char *url_base, int64_t id)
{
    buf_text(to, "Location: ");
    buf_text(to, url_base);
    buf_int(to, id);
    buf_text(to, "\r\n");
}

static int answer_task(const struct http_request *rq, struct http_response *rs, int status,
                       const tasks_task *task)
{
    char etag[ETAG_SIZE];
    tasks_error error;
    tasks_text *text = NULL;
    if (tasks_task_json(task, rq->url_base, &text, &error))
        return problem_error(rq, rs, &error);
    etag_task(task->revision, etag);
    if (rq->method != HTTP_DELETE)
        http_field(rs, "ETag", etag);
    if (status == 201)
        location_field(&rs->fields, rq->url_base, task->id);
    return handle_json(rq, rs, status, text);
}

/* ---- Reading ------------------------------------------------------------------------------------ */

static int prepare_get(const struct http_request *rq, struct http_response *rs, struct call *call)
{
    (void)rs;
    call->lookup.db = rq->db;
    call->lookup.id = rq->id;
    return 0;
}

static int conclude_get(const struct http_request *rq, struct http_response *rs, struct call *call)
{
    char etag[ETAG_SIZE];
    const tasks_lookup *lookup = &call->lookup;
    if (lookup->status)
        return problem_error(rq, rs, &lookup->error);
    etag_task(lookup->task->revision, etag);
    return handle_unchanged(rq, rs, etag) ? 304 : answer_task(rq, rs, 200, lookup->task);
}

const struct route_halves handle_task_get = {CALL_LOOKUP, prepare_get, conclude_get, NULL};

/* ---- Creating ----------------------------------------------------------------------------------- */

static int fill_batch(const struct http_request *rq, struct http_response *rs, struct call *call)
{
    uint32_t count = tasks_patches_count(call->patches);
    tasks_op *ops = arena_alloc(rq->memory, (count + 1) * sizeof *ops);
    if (!ops)
        return problem(rs, 500, "no_memory", "out of memory");
    for (uint32_t i = 0; i < count; i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = tasks_patches_at(call->patches, i)};
    call->batch.db = rq->db;
    call->batch.ops = ops;
    call->batch.count = count;
    return 0;
}

/* An object has a lower limit than an array, which can be told from the first character only. */
static bool too_large(const struct http_request *rq)
{
    size_t blanks = strspn(rq->body.bytes, " \t\r\n");
    return rq->body.length > OBJECT_MAX && rq->body.bytes[blanks] != '[';
}

static int prepare_create(const struct http_request *rq, struct http_response *rs, struct call *call)
{
    tasks_error error;
    if (too_large(rq))
        return problem(rs, 413, "body_too_large", "one task may be 64 KiB of JSON");
    if (tasks_patches_read(rq->body.bytes, rq->body.length, &call->patches, &error))
        return problem_error(rq, rs, &error);
    return fill_batch(rq, rs, call);
}

/* One operation is a batch of one, but the body was no array to point into. */
static int conclude_one(const struct http_request *rq, struct http_response *rs, struct call *call,
                        int status)
{
    tasks_batch *batch = &call->batch;
    batch->error.op_index = -1;
    return batch->status ? problem_error(rq, rs, &batch->error)
                         : answer_task(rq, rs, status, tasks_page_at(batch->page, 0));
}

static int conclude_create(const struct http_request *rq, struct http_response *rs, struct call *call)
{
    tasks_error error;
    tasks_text *text;
    const tasks_batch *batch = &call->batch;
    if (!tasks_patches_is_array(call->patches))
        return conclude_one(rq, rs, call, 201);
    if (batch->status)
        return problem_error(rq, rs, &batch->error);
    if (tasks_page_json(batch->page, rq->url_base, &text, &error))
        return problem_error(rq, rs, &error);
    return handle_json(rq, rs, 201, text);
}

const struct route_halves handle_task_create = {CALL_BATCH, prepare_create, conclude_create, NULL};

/* ---- Changing one that the client may have seen ------------------------------------------------- */

/* None of the tags can be that of a task. If there is no task at all, that goes first. */
static int refuse_unmatched(const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    tasks_task *task;
    if (!tasks_get(rq->db, rq->id, &task, &error)) {
        tasks_task_free(task);
        fail(&error, TASKS_CONFLICT, "revision_mismatch", "no tag of If-Match is that of the task");
    }
    return problem_error(rq, rs, &error);
}

/* The revisions that the task may have; as etag_match() returns. */
static int seen_revisions(const struct http_request *rq, int64_t seen[ETAG_MATCH_MAX])
{
    const char *header = http_header(rq, "If-Match");
    return header ? etag_match(header, seen) : ETAG_ANY;
}

static int prepare_change(const struct http_request *rq, struct http_response *rs, struct call *call,
                          tasks_op op)
{
    int64_t seen[ETAG_MATCH_MAX];
    int count = seen_revisions(rq, seen);
    if (count == 0)
        return refuse_unmatched(rq, rs);
    op.id = rq->id;
    op.if_revision = count == ETAG_ANY ? 0 : seen[0];
    call->one = op;
    call->batch.db = rq->db;
    call->batch.ops = &call->one;
    call->batch.count = 1;
    return 0;
}

/* Is it worth while to try with another revision? With a key, only one of them is what was sent before. */
static bool wants_another_revision(const tasks_batch *batch)
{
    return batch->status && (strcmp(batch->error.code, "revision_mismatch") == 0 ||
                             strcmp(batch->error.code, "key_reused") == 0);
}

static bool change_again(const struct http_request *rq, struct call *call)
{
    int64_t seen[ETAG_MATCH_MAX];
    if (!wants_another_revision(&call->batch) || call->made >= seen_revisions(rq, seen))
        return false;
    call->one.if_revision = seen[call->made];
    return true;
}

static int conclude_change(const struct http_request *rq, struct http_response *rs, struct call *call)
{
    return conclude_one(rq, rs, call, 200);
}

static int prepare_patch(const struct http_request *rq, struct http_response *rs, struct call *call)
{
    tasks_error error;
    if (tasks_patches_read(rq->body.bytes, rq->body.length, &call->patches, &error))
        return problem_error(rq, rs, &error);
    if (tasks_patches_is_array(call->patches))
        return problem(rs, 400, "json_not_object", "a change must be a JSON object");
    return prepare_change(rq, rs, call,
                          (tasks_op){.kind = TASKS_UPDATE, .patch = tasks_patches_at(call->patches, 0)});
}

const struct route_halves handle_task_patch = {CALL_BATCH, prepare_patch, conclude_change, change_again};

static int prepare_delete(const struct http_request *rq, struct http_response *rs, struct call *call)
{
    return prepare_change(rq, rs, call, (tasks_op){.kind = TASKS_DELETE});
}

const struct route_halves handle_task_delete = {CALL_BATCH, prepare_delete, conclude_change, change_again};
