#include "problem.h"

#include <stdio.h>
#include <string.h>

#include "json_out.h"
#include "log.h"

enum { RETRY_SECONDS = 1, FIRST_VAGUE = 500 };

/* What each status of the library is over HTTP, and the words for those that must not be explained. */
static const struct {
    int status;
    const char *detail;
} by_status[] = {
    [TASKS_OK] = {200, NULL},
    [TASKS_INVALID] = {422, NULL},
    [TASKS_NOT_FOUND] = {404, NULL},
    [TASKS_CONFLICT] = {409, NULL},
    [TASKS_DENIED] = {403, NULL},
    [TASKS_UNAVAILABLE] = {503, "the store cannot be reached; try again"},
    [TASKS_TIMEOUT] = {503, "the store is busy; try again"},
    [TASKS_FULL] = {507, "the store is full; nothing was changed"},
    [TASKS_READ_ONLY] = {503, "the store takes no changes at the moment"},
    [TASKS_CORRUPT] = {500, "the store is damaged"},
    [TASKS_UNSUPPORTED] = {500, "the store does not support this"},
    [TASKS_NO_MEMORY] = {500, "out of memory"},
    [TASKS_INTERNAL] = {500, "internal error"},
};

/* The codes that are not what their status is. What is wrong with a path or a query is 400 anyway. */
static const struct {
    const char *code;
    int status;
} by_code[] = {
    {"json_malformed", 400},  {"json_too_deep", 400},  {"json_not_object", 400},   {"title_required", 400},
    {"batch_too_large", 413}, {"changes_purged", 410}, {"revision_mismatch", 412}, {"key_malformed", 400},
};

int problem_status(const tasks_error *error, bool in_body)
{
    for (size_t i = 0; i < sizeof by_code / sizeof *by_code; i++)
        if (strcmp(by_code[i].code, error->code) == 0)
            return by_code[i].status;
    if (error->status == TASKS_INVALID && !in_body)
        return 400;
    if (error->status <= TASKS_OK || (size_t)error->status >= sizeof by_status / sizeof *by_status)
        return 500;
    return by_status[error->status].status;
}

static const char *vague_detail(tasks_status status)
{
    bool known = status > TASKS_OK && (size_t)status < sizeof by_status / sizeof *by_status;
    return known && by_status[status].detail ? by_status[status].detail : "internal error";
}

static void begin(struct http_response *rs, json_out *json, int status, const char *code, const char *detail)
{
    buf_reset(&rs->body);
    rs->status = status;
    snprintf(rs->code, sizeof rs->code, "%s", code);
    rs->type = "application/problem+json";
    rs->cache = NULL;
    json_out_init(json, &rs->body);
    json_out_object(json, NULL);
    json_out_text(json, "type", "about:blank");
    json_out_text(json, "title", http_reason(status));
    json_out_int(json, "status", status);
    json_out_text(json, "code", code);
    json_out_text(json, "detail", detail);
    if (status == 503)
        buf_print(&rs->fields, "Retry-After: %d\r\n", RETRY_SECONDS);
}

int problem(struct http_response *rs, int status, const char *code, const char *detail)
{
    json_out json;
    begin(rs, &json, status, code, detail);
    json_out_object_end(&json);
    return status;
}

/* Where the fault is: in Idempotency-Key, at a pointer into the body ("/3/title"), or in a parameter. */
static void place(json_out *json, const tasks_error *error, bool in_body)
{
    char pointer[64] = "";
    if (strncmp(error->code, "key_", 4) == 0) {
        json_out_text(json, "header", "Idempotency-Key");
        return;
    }
    if (!in_body) {
        json_out_text(json, "parameter", error->field);
        return;
    }
    if (error->op_index >= 0)
        snprintf(pointer, sizeof pointer, "/%d", (int)error->op_index);
    if (error->field[0])
        snprintf(pointer + strlen(pointer), sizeof pointer - strlen(pointer), "/%s", error->field);
    json_out_text(json, "pointer", pointer);
}

int problem_error(const struct http_request *rq, struct http_response *rs, const tasks_error *error)
{
    json_out json;
    bool in_body = rq->body.length > 0;
    int status = problem_status(error, in_body);
    bool vague = status >= FIRST_VAGUE;
    if (vague)
        log_fault(error, &rq->trace);
    const char *detail = vague ? vague_detail(error->status) : error->message;
    begin(rs, &json, status, error->code, detail);
    if (!vague && (error->field[0] || (in_body && error->op_index >= 0))) {
        json_out_array(&json, "errors");
        json_out_object(&json, NULL);
        place(&json, error, in_body);
        json_out_text(&json, "detail", error->message);
        json_out_text(&json, "code", error->code);
        json_out_object_end(&json);
        json_out_array_end(&json);
    }
    json_out_object_end(&json);
    return status;
}
