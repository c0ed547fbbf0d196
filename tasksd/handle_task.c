#include "handle.h"

#include <string.h>

#include "etag.h"
#include "fail.h"
#include "problem.h"

enum { OBJECT_MAX = 64 << 10 };

/* Takes the task over. */
static int answer_task(const struct http_request *rq, struct http_response *rs, int status, tasks_task *task)
{
    char etag[ETAG_SIZE];
    tasks_error error;
    tasks_text *text = NULL;
    tasks_status failed = tasks_task_json(task, rq->url_base, &text, &error);
    etag_task(task->revision, etag);
    if (rq->method != HTTP_DELETE)
        http_field(rs, "ETag", etag);
    if (status == 201)
        buf_print(&rs->fields, "Location: %s%lld\r\n", rq->url_base, (long long)task->id);
    tasks_task_free(task);
    return failed ? problem_error(rq, rs, &error) : handle_json(rq, rs, status, text);
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
    if (!handle_unchanged(rq, rs, etag))
        return answer_task(rq, rs, 200, task);
    tasks_task_free(task);
    return 304;
}

/* The library counts one operation as a batch of one; the body was no array to point into. */
static int refuse_one(const struct http_request *rq, struct http_response *rs, tasks_error *error)
{
    error->op_index = -1;
    return problem_error(rq, rs, error);
}

/* ---- Creating ----------------------------------------------------------------------------------- */

static int create_one(const struct http_request *rq, struct http_response *rs, const tasks_patch *patch)
{
    tasks_error error;
    tasks_task *task;
    if (tasks_create(rq->db, patch, &task, &error))
        return refuse_one(rq, rs, &error);
    return answer_task(rq, rs, 201, task);
}

static int create_batch(const struct http_request *rq, struct http_response *rs, const tasks_patches *patches)
{
    tasks_error error;
    tasks_page *page = NULL;
    tasks_text *text = NULL;
    uint32_t count = tasks_patches_count(patches);
    tasks_op *ops = arena_alloc(rq->memory, (count + 1) * sizeof *ops);
    if (!ops)
        return problem(rs, 500, "no_memory", "out of memory");
    for (uint32_t i = 0; i < count; i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = tasks_patches_at(patches, i)};
    tasks_status failed = tasks_apply(rq->db, ops, count, &page, &error);
    if (!failed)
        failed = tasks_page_json(page, rq->url_base, &text, &error);
    tasks_page_free(page);
    return failed ? problem_error(rq, rs, &error) : handle_json(rq, rs, 201, text);
}

/* An object has a lower limit than an array, which can be told from the first character only. */
static bool too_large(const struct http_request *rq)
{
    size_t blanks = strspn(rq->body.bytes, " \t\r\n");
    return rq->body.length > OBJECT_MAX && rq->body.bytes[blanks] != '[';
}

int handle_task_create(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    tasks_patches *patches;
    (void)app;
    if (too_large(rq))
        return problem(rs, 413, "body_too_large", "one task may be 64 KiB of JSON");
    if (tasks_patches_read(rq->body.bytes, rq->body.length, &patches, &error))
        return problem_error(rq, rs, &error);
    int status = tasks_patches_is_array(patches) ? create_batch(rq, rs, patches)
                                                 : create_one(rq, rs, tasks_patches_at(patches, 0));
    tasks_patches_free(patches);
    return status;
}

/* ---- Changing one that the client may have seen ------------------------------------------------- */

/* Which revision the task must have for If-Match to hold; 0 for any. Of several tags, or none that can
 * be right, only the task itself tells. */
static tasks_status expected_revision(const struct http_request *rq, int64_t *revision, tasks_error *error)
{
    int64_t seen[ETAG_MATCH_MAX];
    tasks_task *task;
    const char *header = http_header(rq, "If-Match");
    int count = header ? etag_match(header, seen) : ETAG_ANY;
    *revision = count == 1 ? seen[0] : 0;
    if (count == 1 || count == ETAG_ANY)
        return TASKS_OK;
    tasks_status status = tasks_get(rq->db, rq->id, &task, error);
    if (status)
        return status;
    for (int i = 0; i < count; i++)
        if (seen[i] == task->revision)
            *revision = seen[i];
    tasks_task_free(task);
    if (*revision)
        return TASKS_OK;
    return fail(error, TASKS_CONFLICT, "revision_mismatch", "no tag of If-Match is that of the task");
}

static int patch_one(const struct http_request *rq, struct http_response *rs, const tasks_patch *patch)
{
    tasks_error error;
    tasks_task *task;
    int64_t revision;
    tasks_status status = expected_revision(rq, &revision, &error);
    if (!status)
        status = tasks_update(rq->db, rq->id, revision, patch, &task, &error);
    return status ? refuse_one(rq, rs, &error) : answer_task(rq, rs, 200, task);
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
    tasks_error error;
    tasks_task *task;
    int64_t revision;
    (void)app;
    tasks_status status = expected_revision(rq, &revision, &error);
    if (!status)
        status = tasks_delete(rq->db, rq->id, revision, &task, &error);
    return status ? problem_error(rq, rs, &error) : answer_task(rq, rs, 200, task);
}
