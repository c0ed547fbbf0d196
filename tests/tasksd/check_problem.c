#include "problem.h"

#include <string.h>

#include "fail.h"
#include "run.h"

START_TEST(each_status_has_its_code)
{
    static const struct {
        tasks_status status;
        const char *code;
        int in_body, elsewhere;
    } rows[] = {
        {TASKS_INVALID, "title_too_long", 422, 400},
        {TASKS_INVALID, "title_required", 400, 400},
        {TASKS_INVALID, "json_malformed", 400, 400},
        {TASKS_INVALID, "json_too_deep", 400, 400},
        {TASKS_INVALID, "json_not_object", 400, 400},
        {TASKS_INVALID, "batch_too_large", 413, 413},
        {TASKS_INVALID, "time_malformed", 422, 400},
        {TASKS_INVALID, "cursor_malformed", 422, 400},
        {TASKS_NOT_FOUND, "task_missing", 404, 404},
        {TASKS_NOT_FOUND, "changes_purged", 410, 410},
        {TASKS_CONFLICT, "revision_mismatch", 412, 412},
        {TASKS_CONFLICT, "uid_taken", 409, 409},
        {TASKS_DENIED, "owner_bound", 403, 403},
        {TASKS_UNAVAILABLE, "store_away", 503, 503},
        {TASKS_TIMEOUT, "wait_timeout", 503, 503},
        {TASKS_FULL, "store_full", 507, 507},
        {TASKS_READ_ONLY, "store_read_only", 503, 503},
        {TASKS_CORRUPT, "store_damaged", 500, 500},
        {TASKS_UNSUPPORTED, "backend_limit", 500, 500},
        {TASKS_NO_MEMORY, "no_memory", 500, 500},
        {TASKS_INTERNAL, "internal", 500, 500},
        {TASKS_OK, "", 500, 500},
        {99, "", 500, 500},
        {-1, "", 500, 500},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        tasks_error error;
        fail(&error, rows[i].status, rows[i].code, "x");
        ck_assert_msg(problem_status(&error, true) == rows[i].in_body, "%d %s", rows[i].status, rows[i].code);
        ck_assert_msg(problem_status(&error, false) == rows[i].elsewhere, "%d %s", rows[i].status,
                      rows[i].code);
    }
}
END_TEST

START_TEST(what_happened_inside_stays_inside)
{
    for (tasks_status status = TASKS_UNAVAILABLE; status <= 20; status++) {
        struct http_request rq = {.content_length = -1};
        struct http_response rs;
        tasks_error error;
        fail(&error, status, "code", "SELECT secret FROM /var/lib");
        http_response_init(&rs);
        ck_assert_int_ge(problem_error(&rq, &rs, &error), 500);
        ck_assert_ptr_null(strstr(rs.body.bytes, "SELECT"));
        ck_assert_ptr_null(strstr(rs.body.bytes, "/var"));
        ck_assert_ptr_nonnull(strstr(rs.body.bytes, "\"detail\":\""));
        ck_assert(!rs.fields.bytes == (rs.status != 503));
        http_response_done(&rs);
    }
}
END_TEST

START_TEST(unavailable_says_when_to_come_back)
{
    struct http_response rs;
    http_response_init(&rs);
    ck_assert_int_eq(problem(&rs, 503, "draining", "x"), 503);
    ck_assert_ptr_nonnull(strstr(rs.fields.bytes, "Retry-After: "));
    http_response_done(&rs);
}
END_TEST

int main(void)
{
    return run_suite("problem", (const TTest *[]){each_status_has_its_code, what_happened_inside_stays_inside,
                                                  unavailable_says_when_to_come_back, NULL});
}
