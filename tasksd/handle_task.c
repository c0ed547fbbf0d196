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

int handle_task_get(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    char etag[ETAG_SIZE];
    tasks_error error;
    tasks_task *task;
    (void)app;
    if (tasks_get(rq->db, rq->id, &task, &error))
        return problem_error(rq, rs, &error);
    etag_task(task->revision, etag);
    int status = handle_unchanged(rq, rs, etag) ? 304 : answer_task(rq, rs, 200, task);
    tasks_task_free(task);
    return status;
}

/* What every write goes through: with Idempotency-Key it is done once, and answered as then. */
static tasks_status apply(const struct http_request *rq, struct http_response *rs, const tasks_op *ops,
                          uint32_t count, tasks_page **out, tasks_error *error)
{
    int32_t replayed;
    if (!rq->key)
        return tasks_apply(rq->db, ops, count, out, error);
    tasks_status status = tasks_apply_once(rq->db, rq->key, ops, count, out, &replayed, error);
    if (replayed)
        http_field(rs, "Idempotency-Replayed", "true");
    return status;
}

/* One operation is a batch of one, but the body was no array to point into. Takes the page over. */
static int answer_one(const struct http_request *rq, struct http_response *rs, int status, tasks_page *page,
                      tasks_error *error)
{
    error->op_index = -1;
    int answered = page ? answer_task(rq, rs, status, tasks_page_at(page, 0)) : problem_error(rq, rs, error);
    tasks_page_free(page);
    return answered;
}

/* ---- Creating ----------------------------------------------------------------------------------- */

static int fill_batch(const struct http_request *rq, struct http_response *rs, struct route_write *write)
{
    uint32_t count = tasks_patches_count(write->patches);
    tasks_op *ops = arena_alloc(rq->memory, (count + 1) * sizeof *ops);
    if (!ops)
        return problem(rs, 500, "no_memory", "out of memory");
    for (uint32_t i = 0; i < count; i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = tasks_patches_at(write->patches, i)};
    write->batch.db = rq->db;
    write->batch.ops = ops;
    write->batch.count = count;
    return 0;
}

/* An object has a lower limit than an array, which can be told from the first character only. */
static bool too_large(const struct http_request *rq)
{
    size_t blanks = strspn(rq->body.bytes, " \t\r\n");
    return rq->body.length > OBJECT_MAX && rq->body.bytes[blanks] != '[';
}

static int prepare_create(const struct http_request *rq, struct http_response *rs, struct route_write *write)
{
    tasks_error error;
    if (too_large(rq))
        return problem(rs, 413, "body_too_large", "one task may be 64 KiB of JSON");
    if (tasks_patches_read(rq->body.bytes, rq->body.length, &write->patches, &error))
        return problem_error(rq, rs, &error);
    return fill_batch(rq, rs, write);
}

/* One operation is a batch of one, but the body was no array to point into. */
static int conclude_create(const struct http_request *rq, struct http_response *rs, struct route_write *write)
{
    tasks_error error;
    tasks_text *text;
    tasks_batch *batch = &write->batch;
    bool is_array = tasks_patches_is_array(write->patches);
    if (!is_array)
        batch->error.op_index = -1;
    if (batch->status)
        return problem_error(rq, rs, &batch->error);
    if (!is_array)
        return answer_task(rq, rs, 201, tasks_page_at(batch->page, 0));
    if (tasks_page_json(batch->page, rq->url_base, &text, &error))
        return problem_error(rq, rs, &error);
    return handle_json(rq, rs, 201, text);
}

const struct route_halves handle_task_create_halves = {prepare_create, conclude_create};

int handle_task_create(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    struct route_write write;
    tasks_batch *batch = &write.batch;
    (void)app;
    route_write_init(&write);
    int status = prepare_create(rq, rs, &write);
    if (!status) {
        batch->status = apply(rq, rs, batch->ops, batch->count, &batch->page, &batch->error);
        status = conclude_create(rq, rs, &write);
    }
    route_write_done(&write);
    return status;
}

/* ---- Changing one that the client may have seen ------------------------------------------------- */

/* None of the tags can be that of a task. If there is no task at all, that goes first. */
static tasks_status fail_unmatched(const struct http_request *rq, tasks_error *error)
{
    tasks_task *task;
    tasks_status status = tasks_get(rq->db, rq->id, &task, error);
    if (status)
        return status;
    tasks_task_free(task);
    return fail(error, TASKS_CONFLICT, "revision_mismatch", "no tag of If-Match is that of the task");
}

/* Is it worth while to try with another revision? With a key, only one of them is what was sent before. */
static bool wants_another_revision(tasks_status status, const tasks_error *error)
{
    return status &&
           (strcmp(error->code, "revision_mismatch") == 0 || strcmp(error->code, "key_reused") == 0);
}

/* Applies the operation if the task has one of the revisions that If-Match names. */
static tasks_status apply_if_match(const struct http_request *rq, struct http_response *rs, tasks_op *op,
                                   tasks_page **out, tasks_error *error)
{
    int64_t seen[ETAG_MATCH_MAX];
    const char *header = http_header(rq, "If-Match");
    int count = header ? etag_match(header, seen) : ETAG_ANY;
    tasks_status status;
    int i = 0;
    *out = NULL;
    if (count == 0)
        return fail_unmatched(rq, error);
    do {
        op->if_revision = count == ETAG_ANY ? 0 : seen[i];
        status = apply(rq, rs, op, 1, out, error);
    } while (++i < count && wants_another_revision(status, error));
    return status;
}

static int change_one(const struct http_request *rq, struct http_response *rs, tasks_op *op)
{
    tasks_error error;
    tasks_page *page;
    apply_if_match(rq, rs, op, &page, &error);
    return answer_one(rq, rs, 200, page, &error);
}

static int patch_one(const struct http_request *rq, struct http_response *rs, const tasks_patch *patch)
{
    return change_one(rq, rs, &(tasks_op){.kind = TASKS_UPDATE, .id = rq->id, .patch = patch});
}

int handle_task_patch(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    tasks_patches *patches;
    (void)app;
    if (tasks_patches_read(rq->body.bytes, rq->body.length, &patches, &error))
        return problem_error(rq, rs, &error);
    int status = tasks_patches_is_array(patches)
                     ? problem(rs, 400, "json_not_object", "a change must be a JSON object")
                     : patch_one(rq, rs, tasks_patches_at(patches, 0));
    tasks_patches_free(patches);
    return status;
}

int handle_task_delete(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    (void)app;
    return change_one(rq, rs, &(tasks_op){.kind = TASKS_DELETE, .id = rq->id});
}
